using Tasuki.Formats.SpecificCheckup;

namespace Tasuki.Sandbox;

/// <summary>
/// The yearly checkups of the last five years: specific checkups from 40 to 74, the checkup of the late-stage elderly from 75, employers' checkups for who is insured
/// through work, municipal ones for the others under 40. Some people come every year, some now and then, some never.
/// </summary>
internal static class Checkups
{
    public static void Write(RecordBook book)
    {
        var person = book.Person;
        var habit = person.Dice(Dice.Stream.Checkup);
        var usual = habit.Between(20, 346);
        var regular = habit.Unit();
        for (var ago = 4; ago >= 0; ago--)
        {
            var dice = person.Dice(Dice.Stream.Checkup, 1 + ago);
            var day = person.Until.AddDays(-365 * ago - usual + dice.Between(-12, 13));
            if (day.DayOfWeek is DayOfWeek.Sunday)
                day = day.AddDays(-1);
            var age = person.AgeOn(day);
            if (KindFor(person, age, day) is not { } kind)
                continue;
            var comes = kind == PaperKind.Employer ? 0.95
                : kind == PaperKind.Young ? (regular < 0.4 ? 0.7 : 0.15)
                : kind == PaperKind.Elderly ? (regular < 0.5 ? 0.88 : regular < 0.75 ? 0.35 : 0)
                : regular < 0.62 ? 0.92 : regular < 0.86 ? 0.4 : 0;
            if (dice.Chance(comes))
                WriteOne(book, kind, day, age, dice);
        }
    }

    private static PaperKind? KindFor(Person person, int age, DateOnly day) => age switch
    {
        < 20 => null,
        >= 75 => PaperKind.Elderly,
        _ when person.Insurance is Insurance.Employer => PaperKind.Employer,
        < 40 => PaperKind.Young,
        // Who turns 75 before the fiscal year ends is not judged for guidance any more and is invited by nobody else yet.
        _ => AgeAtFiscalYearEnd(person, day) <= 74 ? PaperKind.Specific : null,
    };

    private static int AgeAtFiscalYearEnd(Person person, DateOnly day) => person.AgeOn(new DateOnly(day.Month >= 4 ? day.Year + 1 : day.Year, 3, 31));

    private static void WriteOne(RecordBook book, PaperKind kind, DateOnly day, int age, Dice dice)
    {
        var person = book.Person;
        var (institution, source) = kind == PaperKind.Employer ? (Town.OccupationalCentre, person.Employer!)
            : kind == PaperKind.Young ? (Town.HealthCentre, Town.Name)
            : kind == PaperKind.Elderly ? (dice.Chance(0.5) ? Town.CheckupCentre : Town.Clinics[0], Town.InsurerElderly)
            : (dice.Chance(0.6) ? Town.CheckupCentre : Town.Clinics[1], person.Insurance is Insurance.EmployerDependant ? person.InsurerName : Town.InsurerNational);
        var paper = new CheckupPaper(book, kind, institution, source, day, dice);
        var vitals = book.Body.On(day, dice);
        var findings = Measure(paper, book, kind, vitals, dice) with
        {
            AgeAtFiscalYearEnd = AgeAtFiscalYearEnd(person, day),
            Gender = person.IsMale ? "male" : "female",
            TreatsBloodPressure = Treats(book.Body.TreatsPressureFrom, day),
            TreatsGlucose = Treats(book.Body.TreatsSugarFrom, day),
            TreatsLipids = Treats(book.Body.TreatsFatFrom, day),
            Smokes = book.Body.SmokesOn(day),
        };
        if (age is >= 40 and < 75)
            Questions.Specific(paper, book, findings, dice);
        else if (age >= 75)
            Questions.Elderly(paper, book, dice);
        else
            Questions.Brief(paper, book, findings);
        Judge(paper, findings, age, dice);
        paper.Finish();
    }

    private static CheckupFindings Measure(CheckupPaper paper, RecordBook book, PaperKind kind, Vitals v, Dice dice)
    {
        var person = book.Person;
        var height = paper.Quantity("9N001000000000001", v.Height);
        var weight = paper.Quantity("9N006000000000001", v.Weight);
        Measured? bmi = null;
        if (height is { } h && weight is { } w)
            bmi = paper.Quantity("9N011000000000001", (double)w.Number / ((double)h.Number * (double)h.Number) * 10000);
        var waist = kind == PaperKind.Elderly ? null : paper.Quantity("9N016160100000001", v.Waist, missing: 0.02);

        var history = book.Illnesses.Where(illness => illness.From <= paper.Day && illness.Kind.Icd10[0] is not ('F' or 'B')).Select(illness => illness.Kind.Name).Take(2).ToArray();
        paper.Answer("9N056000000000011", history.Length > 0 ? "1" : "2", history.Length > 0 ? ("9N056160400000049", string.Join('、', history)) : null);
        var complaint = dice.Chance(0.14);
        paper.Answer("9N061000000000011", complaint ? "1" : "2", complaint ? ("9N061160800000049", dice.Pick(Complaints)) : null);
        paper.Answer("9N066000000000011", "2");

        var first = paper.Quantity("9A751000000000001", v.Systolic);
        var firstLow = paper.Quantity("9A761000000000001", v.Diastolic);
        var (systolic, diastolic) = (first, firstLow);
        // A high first reading is taken again.
        if (first is { Scaled: >= 140 } || dice.Chance(0.15))
        {
            systolic = paper.Quantity("9A752000000000001", v.Systolic - Math.Abs(dice.Normal(4, 4)));
            diastolic = paper.Quantity("9A762000000000001", v.Diastolic - Math.Abs(dice.Normal(2, 2)));
        }

        var fasting = dice.Chance(0.9);
        paper.Answer("9N141000000000011", fasting ? "2" : "3");
        var triglycerides = paper.Quantity(fasting ? "3F015000002327101" : "3F015129902327101", fasting ? v.Triglycerides : v.Triglycerides * 1.2);
        var hdl = paper.Quantity("3F070000002327101", v.Hdl);
        paper.Quantity("3F077000002327101", v.Ldl, missing: 0.01);
        if (triglycerides is { Scaled: >= 400 } || dice.Chance(0.25))
            paper.Quantity("3F069000002391901", v.Ldl + v.Triglycerides / 5);
        paper.Quantity("3B035000002327201", v.Ast);
        paper.Quantity("3B045000002327201", v.Alt);
        paper.Quantity("3B090000002327101", v.Ggt);
        var glucose = paper.Quantity(fasting ? "3D010000001927201" : "3D010129901927201", fasting ? v.Glucose : v.Glucose * 1.12, missing: 0.05);
        var a1c = paper.Quantity("3D046000001906202", v.HbA1c, missing: glucose is null ? 0 : 0.12);
        if (dice.Chance(0.35))
            paper.Quantity("3C020000002327101", v.Uric);

        var sugarInUrine = v.Glucose > 190 ? dice.Between(3, 6) : v.Glucose > 160 && dice.Chance(0.5) ? 3 : 1;
        var proteinRisk = 0.02 + (v.Systolic > 145 ? 0.05 : 0) + (v.Glucose > 126 ? 0.08 : 0) + (v.Creatinine > 1.2 ? 0.15 : 0);
        var protein = dice.Chance(proteinRisk) ? dice.Between(3, 5) : dice.Chance(0.06) ? 2 : 1;
        if (!dice.Chance(0.02))
        {
            paper.Answer("1A020000000191111", Digit(sugarInUrine));
            paper.Answer("1A010000000191111", Digit(protein));
        }

        Detailed(paper, book, kind, v, dice);
        return new CheckupFindings
        {
            Waist = waist?.Number,
            Bmi = bmi?.Number,
            FastingGlucose = fasting ? glucose?.Number : null,
            CasualGlucose = fasting ? null : glucose?.Number,
            HbA1c = a1c?.Number,
            FastingTriglycerides = fasting ? triglycerides?.Number : null,
            CasualTriglycerides = fasting ? null : triglycerides?.Number,
            Hdl = hdl?.Number,
            Systolic = systolic?.Number,
            Diastolic = diastolic?.Number,
        };
    }

    // The detailed items: for some by their values, for employees by law.
    private static void Detailed(CheckupPaper paper, RecordBook book, PaperKind kind, Vitals v, Dice dice)
    {
        var employer = kind == PaperKind.Employer;
        if (employer || dice.Chance(0.55))
        {
            var from = paper.ResultCount;
            var creatinine = paper.Quantity("3C015000002327101", v.Creatinine)!.Value;
            var age = book.Person.AgeOn(paper.Day);
            paper.Quantity("8A065000002391901", 194 * Curves.Power((double)creatinine.Number, -1.094) * Curves.Power(age, -0.287) * (book.Person.IsMale ? 1 : 0.739));
            paper.Group("3C015", "血清クレアチニン検査", from);
        }

        if (employer || dice.Chance(0.5))
        {
            var from = paper.ResultCount;
            paper.Quantity("2A040000001930102", v.Hemoglobin * 3 + dice.Normal(0, 0.6));
            paper.Quantity("2A030000001930101", v.Hemoglobin);
            paper.Quantity("2A020000001930101", v.Hemoglobin * 32.6 + dice.Normal(0, 12));
            paper.Group("2A000", "貧血検査", from);
        }

        if (employer || dice.Chance(0.35))
        {
            var found = dice.Chance(0.05 + (v.Systolic > 150 ? 0.1 : 0));
            paper.Answer("9A110160700000011", found ? "1" : "2", found ? ("9A110160800000049", dice.Pick(Heart)) : null);
        }

        if (!employer && dice.Chance(0.18))
            paper.Answer("9E100166600000011", dice.Chance(0.82) ? "1" : "2");
        if (!employer)
            return;
        paper.Quantity("9E160162100000001", Sight(dice));
        paper.Quantity("9E160162200000001", Sight(dice));
        foreach (var code in Hearing)
            paper.Answer(code, dice.Chance(0.96 - Math.Max(0, book.Person.AgeOn(paper.Day) - 45) * 0.008) ? "2" : "1");
        var shadow = dice.Chance(0.03);
        paper.Answer("9N206160700000011", shadow ? "1" : "2", shadow ? ("9N206160800000049", dice.Pick(Chest)) : null);
    }

    private static void Judge(CheckupPaper paper, CheckupFindings findings, int age, Dice dice)
    {
        if (age is >= 40 and < 75)
        {
            paper.Answer("9N501000000000011", Digit((int)CheckupJudgement.Metabolic(findings)));
            var level = CheckupJudgement.Guidance(findings);
            if (level is not GuidanceLevel.NotApplicable)
                paper.Answer("9N506000000000011", Digit((int)level));
        }

        var high = findings.Systolic >= 140 || findings.Diastolic >= 90;
        var sugar = findings.HbA1c >= 6.5m || findings.FastingGlucose >= 126;
        paper.Words("9N511000000000049", (high, sugar) switch
        {
            (true, true) => "血圧と血糖が高い値です。医療機関を受診してください。",
            (true, false) => "血圧が高い値です。家庭での血圧も測り、医療機関に相談してください。",
            (false, true) => "血糖が高い値です。医療機関を受診してください。",
            _ when findings.Waist >= (findings.Gender == "male" ? 85 : 90) => "腹囲が基準を超えています。食事と運動を見直しましょう。",
            _ => "特に問題となる所見はありません。",
        });
        var (family, given) = dice.Pick(Town.Doctors);
        paper.Words("9N516000000000049", $"{family} {given}");
    }

    private static bool Treats(DateOnly? from, DateOnly day) => from is { } start && start <= day;

    private static string Digit(int value) => ((char)('0' + value)).ToString();

    private static double Sight(Dice dice) => dice.Pick([0.1, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.0, 1.2, 1.2, 1.5]);

    private static readonly string[] Hearing = ["9D100163100000011", "9D100163200000011", "9D100163500000011", "9D100163600000011"];
    private static readonly string[] Complaints = ["肩こり", "腰痛", "頭痛", "めまい", "動悸", "胃もたれ", "疲れやすい", "膝の痛み"];
    private static readonly string[] Heart = ["左室肥大の疑い", "期外収縮", "完全右脚ブロック", "非特異的ST-T変化", "心房細動"];
    private static readonly string[] Chest = ["陳旧性陰影", "胸膜肥厚", "要精密検査（結節影）"];
}
