using Tasuki.Kernel.Records;

namespace Tasuki.Sandbox;

/// <summary>Vaccinations by age: the children's routine schedule, and what adults are offered.</summary>
internal static class Vaccinations
{
    private const string Hot9 = "http://medis.or.jp/CodeSystem/master-HOT9";
    private const string Hot13 = "http://medis.or.jp/CodeSystem/master-HOT13";
    private const string Yj = "http://capstandard.jp/iyaku.info/CodeSystem/YJ-code";

    // Codes of vaccines are the three that the published JP Core guide shows; all others are ours and say so.
    private static readonly Vaccine Covid = new(Hot9, "182110901", "コミナティ筋注", "新型コロナウイルス感染症", "S9VN");
    private static readonly Vaccine Influenza = new(Hot13, "1820201040101", "インフルエンザHAワクチン", "インフルエンザ", null);
    private static readonly Vaccine Pneumococcus = new(Yj, "6311400A1010", "肺炎球菌ワクチン（成人用）", "肺炎球菌感染症", "VQH3");
    private static readonly Vaccine Shingles = Own("V01", "帯状疱疹ワクチン（組換え）", "帯状疱疹");
    private static readonly Vaccine Papilloma = Own("V02", "９価ヒトパピローマウイルスワクチン", "ヒトパピローマウイルス感染症");
    private static readonly Vaccine Rubella = Own("V03", "麻しん風しん混合（MR）ワクチン", "風しん");

    // Vaccine, dose, days after birth, and the share of children who got it.
    private static readonly (Vaccine Vaccine, int Dose, int Days, double Share)[] Childhood =
    [
        (Own("V11", "B型肝炎ワクチン", "B型肝炎"), 1, 62, 0.97), (Own("V11", "B型肝炎ワクチン", "B型肝炎"), 2, 92, 0.97), (Own("V11", "B型肝炎ワクチン", "B型肝炎"), 3, 225, 0.95),
        (Own("V12", "ロタウイルスワクチン", "ロタウイルス感染症"), 1, 62, 0.9), (Own("V12", "ロタウイルスワクチン", "ロタウイルス感染症"), 2, 92, 0.9),
        (Own("V13", "小児用肺炎球菌ワクチン", "肺炎球菌感染症"), 1, 62, 0.98), (Own("V13", "小児用肺炎球菌ワクチン", "肺炎球菌感染症"), 2, 92, 0.98),
        (Own("V13", "小児用肺炎球菌ワクチン", "肺炎球菌感染症"), 3, 122, 0.98), (Own("V13", "小児用肺炎球菌ワクチン", "肺炎球菌感染症"), 4, 385, 0.96),
        (Own("V14", "五種混合ワクチン", "百日せき・ジフテリア・破傷風・ポリオ・ヒブ"), 1, 63, 0.98), (Own("V14", "五種混合ワクチン", "百日せき・ジフテリア・破傷風・ポリオ・ヒブ"), 2, 93, 0.98),
        (Own("V14", "五種混合ワクチン", "百日せき・ジフテリア・破傷風・ポリオ・ヒブ"), 3, 123, 0.98), (Own("V14", "五種混合ワクチン", "百日せき・ジフテリア・破傷風・ポリオ・ヒブ"), 4, 430, 0.95),
        (Own("V15", "BCGワクチン", "結核"), 1, 155, 0.97), (Own("V03", "麻しん風しん混合（MR）ワクチン", "麻しん・風しん"), 1, 372, 0.97), (Own("V16", "水痘ワクチン", "水痘"), 1, 373, 0.95),
        (Own("V16", "水痘ワクチン", "水痘"), 2, 560, 0.93), (Own("V17", "おたふくかぜワクチン", "流行性耳下腺炎"), 1, 400, 0.5), (Own("V18", "日本脳炎ワクチン", "日本脳炎"), 1, 1110, 0.95),
        (Own("V18", "日本脳炎ワクチン", "日本脳炎"), 2, 1131, 0.95), (Own("V18", "日本脳炎ワクチン", "日本脳炎"), 3, 1500, 0.92), (Own("V03", "麻しん風しん混合（MR）ワクチン", "麻しん・風しん"), 2, 2020, 0.94),
        (Own("V18", "日本脳炎ワクチン", "日本脳炎"), 4, 3400, 0.85), (Own("V19", "二種混合（DT）トキソイド", "ジフテリア・破傷風"), 1, 4130, 0.83),
    ];

    public static void Write(RecordBook book)
    {
        var person = book.Person;
        var dice = person.Dice(Dice.Stream.Vaccination);
        foreach (var (vaccine, dose, days, share) in Childhood)
        {
            var day = person.BirthDate.AddDays(days + dice.Between(0, 20 + days / 20));
            // Before 2006 the city kept its register on paper.
            if (dice.Chance(share) && person.BirthDate.Year >= 2006)
                Give(book, dice, vaccine, dose, day, Town.Children, DataSource.City);
        }

        if (!person.IsMale)
        {
            var first = person.BirthDate.AddYears(12).AddDays(dice.Between(30, 1400));
            if (dice.Chance(0.45) && first > new DateOnly(2020, 4, 1))
            {
                Give(book, dice, Papilloma, 1, first, Town.Children, DataSource.City);
                Give(book, dice, Papilloma, 2, first.AddDays(190 + dice.Between(0, 40)), Town.Children, DataSource.City);
            }
        }

        Winters(book, dice);
        if (person.IsMale && person.BirthDate.Year is >= 1962 and <= 1978 && dice.Chance(0.22))
            Give(book, dice, Rubella, 1, new DateOnly(2019, 6, 1).AddDays(dice.Between(0, 2000)), Town.Clinics[0], DataSource.City);
        var pneumonia = person.BirthDate.AddYears(65).AddDays(dice.Between(20, 360));
        if (dice.Chance(0.42) && pneumonia > new DateOnly(2015, 1, 1))
            Give(book, dice, Pneumococcus, 1, pneumonia, Town.Clinics[1], DataSource.City);
        var shingles = person.BirthDate.AddYears(50).AddDays(dice.Between(100, 8000));
        if (dice.Chance(0.22) && shingles > new DateOnly(2020, 1, 1))
        {
            Give(book, dice, Shingles, 1, shingles, Town.Clinics[1], DataSource.City);
            Give(book, dice, Shingles, 2, shingles.AddDays(62), Town.Clinics[1], DataSource.City);
        }
    }

    private static void Winters(RecordBook book, Dice dice)
    {
        var person = book.Person;
        var age = person.AgeOn(person.Until);
        var willing = dice.Chance(age < 13 ? 0.6 : age < 65 ? 0.38 : 0.66);
        for (var year = person.Until.Year - 5; year <= person.Until.Year; year++)
        {
            var day = new DateOnly(year, 10, 10).AddDays(dice.Between(0, 70));
            if (!dice.Chance(willing ? 0.88 : 0.08) || person.AgeOn(day) < 1 || day <= person.Until.AddYears(-5))
                continue;
            Give(book, dice, Influenza, 1, day, person.AgeOn(day) < 13 ? Town.Children : Town.Clinics[0], person.AgeOn(day) >= 65 ? DataSource.City : DataSource.Self);
            if (person.AgeOn(day) < 13)
                Give(book, dice, Influenza, 2, day.AddDays(24), Town.Children, DataSource.Self);
        }

        if (person.AgeOn(new DateOnly(2021, 6, 1)) < 12 || !dice.Chance(age < 40 ? 0.78 : 0.9))
            return;
        var next = new DateOnly(2021, age >= 65 ? 5 : 7, 5).AddDays(dice.Between(0, 60));
        var doses = age >= 65 ? 4 + dice.Between(0, 4) : 2 + dice.Weighted([30, 45, 25]);
        for (var dose = 1; dose <= doses; dose++)
        {
            Give(book, dice, Covid, dose, next, dose <= 3 ? Town.HealthCentre : Town.Clinics[0], DataSource.City);
            next = next.AddDays(dose == 1 ? 21 : 170 + dice.Between(0, 120));
        }
    }

    private enum DataSource
    {
        City,
        Self,
    }

    private static void Give(RecordBook book, Dice dice, Vaccine vaccine, int dose, DateOnly day, Institution place, DataSource from)
    {
        var lot = dice.Between(100, 1000);
        var letter = (char)('A' + dice.Between(0, 26));
        if (day.DayOfWeek is DayOfWeek.Sunday)
            day = day.AddDays(-1);
        if (day > book.Person.Until)
            return;
        var pen = book.Pen;
        var json = pen.Json;
        pen.Start("Immunization", "http://jpfhir.jp/fhir/core/StructureDefinition/JP_Immunization"u8);
        pen.Identifier($"{place.Number}-V-{book.NewNumber()}");
        pen.Text("status"u8, "completed");
        pen.Concept("vaccineCode"u8, vaccine.System, vaccine.Code, vaccine.Name, vaccine.Name);
        pen.Subject("patient"u8);
        pen.Day("occurrenceDateTime"u8, day);
        json.WriteBoolean("primarySource"u8, from is DataSource.City);
        if (from is DataSource.Self)
            pen.ConceptText("reportOrigin"u8, "本人の申告");
        pen.Text("lotNumber"u8, $"襷{letter}{lot}");
        json.WriteStartArray("performer"u8);
        json.WriteStartObject();
        pen.Organisation("actor"u8, place);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteStartArray("protocolApplied"u8);
        json.WriteStartObject();
        json.WriteStartArray("targetDisease"u8);
        if (vaccine.DiseaseCode is { } code)
        {
            pen.Concept(default, Systems.MedisDisease, code, vaccine.Disease);
        }
        else
        {
            json.WriteStartObject();
            pen.Text("text"u8, vaccine.Disease);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("doseNumberPositiveInt"u8, dose);
        json.WriteEndObject();
        json.WriteEndArray();
        book.Add(DataCategory.Immunization, from is DataSource.City ? SourceKind.Municipality : SourceKind.Person, from is DataSource.City ? Town.Name : "本人");
    }

    private static Vaccine Own(string code, string name, string disease) => new(Systems.SyntheticVaccine, code, name, disease, null);

    private sealed record Vaccine(string System, string Code, string Name, string Disease, string? DiseaseCode);
}
