namespace Tasuki.Sandbox;

/// <summary>
/// One visit to a doctor, with what was prescribed and what it cost in yen before anybody's share. Medicines, e-prescriptions, expense notices and treatment
/// information are all made from the same visits, so they agree with each other.
/// </summary>
internal sealed record Visit(
    DateOnly Day, Institution Clinic, string Department, string Icd10, string Illness, bool Chronic,
    IReadOnlyList<Drug> Drugs, int DaysSupplied, Institution Pharmacy, int ClinicYen, int PharmacyYen, bool Electronic, bool InHospital);

internal static class Visits
{
    private static readonly (string Icd10, string Name, string[] Drugs, int Days, bool Winter)[] Acute =
    [
        ("J06.9", "急性上気道炎", ["carbocisteine", "dextromethorphan", "acetaminophen"], 5, false),
        ("A09", "急性胃腸炎", ["probiotic", "domperidone"], 4, false),
        ("J03.9", "急性扁桃炎", ["amoxicillin", "tranexamic"], 5, false),
        ("J11.1", "インフルエンザ", ["oseltamivir", "acetaminophen"], 5, true),
        ("M54.5", "腰痛症", ["loxoprofen", "ketoprofen"], 7, false),
        ("J20.9", "急性気管支炎", ["clarithromycin", "carbocisteine"], 5, false),
    ];

    /// <summary>The visits of the last five years, by day.</summary>
    public static List<Visit> Of(Person person, IReadOnlyList<Illness> illnesses)
    {
        var dice = person.Dice(Dice.Stream.Medicine);
        var visits = new List<Visit>();
        var pharmacy = Town.Pharmacies[dice.Between(0, Town.Pharmacies.Length)];
        var first = person.Until.AddYears(-5).AddDays(1);

        foreach (var group in illnesses.GroupBy(illness => illness.Kind.Clinic).OrderBy(group => group.Key))
        {
            var clinic = Town.Clinics[group.Key];
            var interval = dice.Pick([28, 35, 56, 56, 84]);
            var chief = group.OrderBy(illness => illness.From).First();
            var start = group.Min(illness => illness.From);
            start = start > first ? start : first.AddDays(dice.Between(0, interval));
            for (var day = start; day <= person.Until; day = day.AddDays(interval + dice.Between(-3, 8)))
            {
                // A visit missed now and then: the medicine of the last one lasts a little longer.
                if (dice.Chance(0.05))
                    continue;
                var on = NoSunday(day);
                var drugs = group.Where(illness => illness.From <= on).SelectMany(illness => illness.Drugs).Distinct(StringComparer.Ordinal).Select(Drugs.Of).ToArray();
                var blood = dice.Chance(0.22);
                visits.Add(new Visit(
                    on, clinic, chief.Kind.Department, chief.Kind.Icd10, chief.Kind.Name, Chronic: true, drugs, interval, pharmacy,
                    10 * (75 + 225 + 60 + (blood ? dice.Between(180, 520) : 0) + dice.Between(0, 40)), PharmacyYen(drugs, interval, dice), IsElectronic(group.Key, on, dice), InHospital: false));
            }
        }

        var age = person.AgeOn(person.Until);
        var aYear = age < 7 ? 3.2 : age < 16 ? 1.6 : age < 65 ? 0.7 : 0.6;
        for (var day = first.AddDays(Gap(dice, aYear)); day <= person.Until; day = day.AddDays(Gap(dice, aYear)))
        {
            if (day <= person.BirthDate.AddDays(60))
                continue;
            var on = NoSunday(day);
            var kind = dice.Pick(Acute);
            if (kind.Winter && on.Month is > 3 and < 12)
                kind = Acute[0];
            var child = person.AgeOn(on) < 12;
            string[] keys = child ? ["carbocisteine-child", "acetaminophen-child"] : kind.Drugs;
            var clinic = child ? Town.Children : Town.Clinics[dice.Between(0, 2)];
            Drug[] drugs = [.. keys.Select(Drugs.Of)];
            visits.Add(new Visit(
                on, clinic, child ? "小児科" : "内科", child ? "J06.9" : kind.Icd10, child ? "急性上気道炎" : kind.Name, Chronic: false, drugs, kind.Days, pharmacy,
                10 * (291 + dice.Between(0, 300)), PharmacyYen(drugs, kind.Days, dice), IsElectronic(child ? 0 : 1, on, dice), InHospital: false));
        }

        var teeth = age < 4 ? 0 : 0.55;
        for (var day = first.AddDays(Gap(dice, teeth)); teeth > 0 && day <= person.Until; day = day.AddDays(Gap(dice, teeth)))
        {
            visits.Add(new Visit(NoSunday(day), Town.Dentist, "歯科", "K05.3", "慢性歯周炎", Chronic: false, [], 0, pharmacy, 10 * (267 + dice.Between(50, 700)), 0, Electronic: false, InHospital: false));
        }

        // A stay in hospital: rare when young, one in fourteen a year at 80.
        for (var ago = 4; ago >= 0; ago--)
        {
            if (!dice.Chance(age < 40 ? 0.01 : age < 65 ? 0.022 : age < 75 ? 0.045 : 0.07))
                continue;
            var day = person.Until.AddDays(-365 * ago - dice.Between(5, 360));
            if (day <= person.BirthDate)
                continue;
            var stay = dice.Pick(age >= 65 ? OldStays : YoungStays);
            visits.Add(new Visit(day, Town.Hospital, "病棟", stay.Icd10, stay.Name, Chronic: false, [], 3 + dice.Between(0, 14), pharmacy, 10 * dice.Between(22_000, 98_000), 0, Electronic: false, InHospital: true));
        }

        visits.Sort(static (a, b) => a.Day != b.Day ? a.Day.CompareTo(b.Day) : string.CompareOrdinal(a.Clinic.Number, b.Clinic.Number));
        return visits;
    }

    private static readonly (string Icd10, string Name)[] OldStays = [("H25.9", "白内障"), ("S72.0", "大腿骨頚部骨折"), ("J18.9", "肺炎"), ("I50.9", "心不全"), ("C18.9", "結腸癌"), ("K80.2", "胆石症")];

    private static readonly (string Icd10, string Name)[] YoungStays = [("K35.8", "急性虫垂炎"), ("K80.2", "胆石症"), ("S82.8", "足関節骨折"), ("D12.6", "大腸ポリープ"), ("J35.0", "慢性扁桃炎")];

    private static int Gap(Dice dice, double timesAYear) => timesAYear <= 0 ? 100_000 : Math.Max(6, (int)(-365 / timesAYear * Curves.Log(1 - dice.Unit())));

    private static DateOnly NoSunday(DateOnly day) => day.DayOfWeek is DayOfWeek.Sunday ? day.AddDays(-1) : day;

    private static int PharmacyYen(IReadOnlyList<Drug> drugs, int days, Dice dice) =>
        drugs.Count == 0 ? 0 : 10 * (90 + drugs.Count * (15 + days * dice.Between(1, 5) / 2));

    // The clinics joined the national e-prescription service one after another.
    private static bool IsElectronic(int clinic, DateOnly day, Dice dice) => day >= new DateOnly(2024, 1, 1).AddDays(70 * clinic) && dice.Chance(0.55);
}
