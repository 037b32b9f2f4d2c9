namespace Tasuki.Sandbox;

/// <summary>An illness that a doctor follows over months: its ICD-10 code, where, and with what.</summary>
internal sealed record IllnessKind(string Icd10, string Name, int Clinic, string Department, string[] Drugs, double Male, double Female, int From, int Full)
{
    /// <summary>The share of people of this sex and age who have it: none before <see cref="From"/>, all of it from <see cref="Full"/>.</summary>
    public double Share(bool male, double age) => (male ? Male : Female) * Math.Clamp((age - From) / (Full - From), 0, 1);
}

internal sealed record Illness(IllnessKind Kind, DateOnly From, IReadOnlyList<string> Drugs)
{
    public static readonly IllnessKind Hypertension = new("I10", "高血圧症", 2, "循環器内科", ["amlodipine", "candesartan", "olmesartan", "telmisartan", "azilsartan", "amlodipine-low", "nifedipine"], 0, 0, 0, 1);
    public static readonly IllnessKind Diabetes = new("E11.9", "２型糖尿病", 4, "糖尿病内科", ["metformin", "sitagliptin", "vildagliptin", "glimepiride", "voglibose", "pioglitazone"], 0, 0, 0, 1);
    public static readonly IllnessKind Dyslipidaemia = new("E78.5", "脂質異常症", 0, "内科", ["rosuvastatin", "atorvastatin", "pitavastatin", "ezetimibe"], 0, 0, 0, 1);
    public static readonly IllnessKind Depression = new("F32.9", "うつ病", 8, "精神科", ["escitalopram", "sertraline", "duloxetine"], 0.022, 0.034, 16, 30);
    public static readonly IllnessKind Hiv = new("B24", "ＨＩＶ感染症", 3, "感染症内科", ["lamivudine"], 0.006, 0.001, 22, 35);
    public static readonly IllnessKind AlcoholDependence = new("F10.2", "アルコール依存症", 8, "精神科", [], 0.008, 0.003, 28, 45);

    private static readonly IllnessKind[] Others =
    [
        Depression, Hiv, AlcoholDependence,
        new("J45.9", "気管支喘息", 0, "呼吸器内科", ["montelukast"], 0.03, 0.035, 2, 8),
        new("J30.1", "アレルギー性鼻炎", 7, "耳鼻咽喉科", ["fexofenadine", "olopatadine", "loratadine"], 0.13, 0.14, 4, 15),
        new("K21.0", "逆流性食道炎", 1, "消化器内科", ["lansoprazole", "esomeprazole", "famotidine"], 0.1, 0.11, 30, 70),
        new("M10.9", "痛風", 0, "内科", ["febuxostat", "allopurinol"], 0.05, 0.002, 30, 55),
        new("M17.9", "変形性膝関節症", 5, "整形外科", ["celecoxib", "ketoprofen", "loxoprofen"], 0.12, 0.28, 48, 82),
        new("M81.9", "骨粗鬆症", 5, "整形外科", ["alendronate", "eldecalcitol"], 0.03, 0.3, 52, 85),
        new("G47.0", "不眠症", 1, "内科", ["zolpidem", "eszopiclone", "ramelteon"], 0.08, 0.12, 30, 80),
        new("N40", "前立腺肥大症", 1, "泌尿器科", ["tamsulosin", "silodosin"], 0.28, 0, 52, 82),
        new("E03.9", "甲状腺機能低下症", 0, "内科", ["levothyroxine"], 0.008, 0.035, 25, 60),
        new("I48.9", "心房細動", 2, "循環器内科", ["warfarin", "bisoprolol"], 0.06, 0.03, 52, 85),
        new("I20.9", "狭心症", 2, "循環器内科", ["aspirin", "clopidogrel"], 0.08, 0.04, 48, 82),
        new("I69.3", "脳梗塞後遺症", 2, "脳神経内科", ["clopidogrel"], 0.06, 0.04, 52, 85),
        new("H40.1", "緑内障", 1, "眼科", ["latanoprost"], 0.06, 0.06, 40, 75),
        new("K59.0", "便秘症", 1, "内科", ["magnesium"], 0.08, 0.13, 25, 82),
        new("F00.1", "アルツハイマー型認知症", 3, "脳神経内科", ["donepezil", "memantine"], 0.16, 0.22, 72, 92),
        new("L85.3", "皮脂欠乏症", 6, "皮膚科", ["heparinoid"], 0.07, 0.08, 0, 75),
        new("H04.1", "ドライアイ", 1, "眼科", ["hyaluronate"], 0.02, 0.06, 25, 60),
    ];

    /// <summary>What a person has on the last day of data, with the day it began.</summary>
    public static List<Illness> Of(Person person, Constitution body)
    {
        var dice = person.Dice(Dice.Stream.Conditions);
        var found = new List<Illness>();
        if (body.TreatsPressureFrom is { } pressure)
            found.Add(Make(Hypertension, pressure, dice, dice.Chance(0.42) ? 2 : 1));
        if (body.DiabetesFrom is not null && body.TreatsSugarFrom is { } sugar)
            found.Add(Make(Diabetes, sugar, dice, dice.Chance(0.45) ? 2 : 1));
        if (body.TreatsFatFrom is { } fat)
            found.Add(Make(Dyslipidaemia, fat, dice, 1));
        var age = person.YearsOn(person.Until);
        foreach (var kind in Others)
        {
            // Every die falls for everybody, so one illness more in the list changes no other.
            var has = dice.Chance(kind.Share(person.IsMale, age));
            var years = Math.Min(0.3 + 11 * dice.Unit(), Math.Max(0.3, age - kind.From));
            if (has)
                found.Add(Make(kind, person.Until.AddDays(-(int)(365 * years)), dice, Math.Min(kind.Drugs.Length, dice.Chance(0.25) ? 2 : 1)));
        }

        return found;
    }

    private static Illness Make(IllnessKind kind, DateOnly from, Dice dice, int drugs)
    {
        var first = kind.Drugs.Length == 0 ? 0 : dice.Between(0, kind.Drugs.Length);
        return new Illness(kind, from, [.. Enumerable.Range(0, drugs).Select(i => kind.Drugs[(first + i) % kind.Drugs.Length]).Distinct(StringComparer.Ordinal)]);
    }
}
