namespace Tasuki.Formats.SpecificCheckup;

/// <summary>What the two judgements look at. Null is "not measured" or "not answered"; numbers in the units of <see cref="CheckupMeasures"/>.</summary>
public sealed record CheckupFindings
{
    /// <summary>Age at the end of the fiscal year (31 March) of the checkup.</summary>
    public int? AgeAtFiscalYearEnd { get; init; }

    /// <summary>male or female, as in FHIR.</summary>
    public string? Gender { get; init; }

    public decimal? Waist { get; init; }

    public decimal? VisceralFat { get; init; }

    public decimal? Bmi { get; init; }

    public decimal? FastingGlucose { get; init; }

    /// <summary>Taken 3.5 hours or more after a meal.</summary>
    public decimal? CasualGlucose { get; init; }

    public decimal? HbA1c { get; init; }

    public decimal? FastingTriglycerides { get; init; }

    public decimal? CasualTriglycerides { get; init; }

    public decimal? Hdl { get; init; }

    public decimal? Systolic { get; init; }

    public decimal? Diastolic { get; init; }

    public bool? Smokes { get; init; }

    public bool? TreatsBloodPressure { get; init; }

    public bool? TreatsGlucose { get; init; }

    public bool? TreatsLipids { get; init; }
}

/// <summary>メタボリックシンドローム判定; the numbers are the codes of answer set 1008.</summary>
public enum MetabolicJudgement
{
    /// <summary>基準該当</summary>
    Present = 1,

    /// <summary>予備群該当</summary>
    Borderline = 2,

    /// <summary>非該当</summary>
    Absent = 3,

    /// <summary>判定不能: a value that would decide is missing.</summary>
    Undeterminable = 4,
}

/// <summary>保健指導レベル; the numbers are the codes of answer set 3001.</summary>
public enum GuidanceLevel
{
    /// <summary>Outside 40 to 74 years: the specific checkup does not judge.</summary>
    NotApplicable = 0,

    /// <summary>積極的支援</summary>
    Active = 1,

    /// <summary>動機付け支援</summary>
    Motivational = 2,

    /// <summary>なし（情報提供）</summary>
    InformationOnly = 3,

    /// <summary>判定不能: a value that would decide is missing.</summary>
    Undeterminable = 4,
}

/// <summary>
/// The two judgements of the specific checkup as pure functions (標準的な健診・保健指導プログラム 令和6年度版). Both look at the same values with different
/// limits: metabolic syndrome counts fasting glucose from 110 and HbA1c from 6.0, the selection for guidance from 100 and 5.6. A gap never becomes "no":
/// where the missing value could change the outcome the outcome is Undeterminable. Casual triglycerides and glucose count for the selection alone (to be
/// checked for metabolic syndrome, phase 4).
/// </summary>
public static class CheckupJudgement
{
    /// <summary>Waist (or visceral fat) and how many of glucose, blood pressure, lipids: two or more, one, none. Treatment counts as the risk itself.</summary>
    public static MetabolicJudgement Metabolic(CheckupFindings findings)
    {
        switch (Abdominal(findings))
        {
            case null:
                return MetabolicJudgement.Undeterminable;
            case false:
                return MetabolicJudgement.Absent;
        }

        var risks = new Count();
        risks.Add(Or(findings.TreatsGlucose, Reaches(findings.FastingGlucose, 110) ?? Reaches(findings.HbA1c, 6.0m)));
        risks.Add(Or(findings.TreatsBloodPressure, HighPressure(findings)));
        risks.Add(Or(findings.TreatsLipids, Or(Reaches(findings.FastingTriglycerides, 150), LowHdl(findings))));
        var least = Class(risks.Least);
        return least == Class(risks.Most) ? least : MetabolicJudgement.Undeterminable;

        static MetabolicJudgement Class(int count) => count switch
        {
            >= 2 => MetabolicJudgement.Present,
            1 => MetabolicJudgement.Borderline,
            _ => MetabolicJudgement.Absent,
        };
    }

    /// <summary>階層化, steps 1 to 4.</summary>
    public static GuidanceLevel Guidance(CheckupFindings findings)
    {
        if (findings.AgeAtFiscalYearEnd is < 40 or > 74)
            return GuidanceLevel.NotApplicable;

        // Step 4 first: who is treated is looked after by their doctor, whatever the values say.
        if (findings.TreatsBloodPressure is true || findings.TreatsGlucose is true || findings.TreatsLipids is true)
            return GuidanceLevel.InformationOnly;
        if (findings.Bmi is not { } bmi || Abdominal(findings) is not { } abdominal)
            return GuidanceLevel.Undeterminable;
        if (!abdominal && bmi < 25)
            return GuidanceLevel.InformationOnly;

        var risks = new Count();
        risks.Add(Reaches(findings.FastingGlucose, 100) ?? Reaches(findings.HbA1c, 5.6m) ?? Reaches(findings.CasualGlucose, 100));
        risks.Add(Or(Reaches(findings.FastingTriglycerides, 150) ?? Reaches(findings.CasualTriglycerides, 175), LowHdl(findings)));
        risks.Add(HighPressure(findings));
        var level = Level(abdominal, WithSmoking(risks.Least, findings.Smokes ?? false));
        if (level != Level(abdominal, WithSmoking(risks.Most, findings.Smokes ?? true)))
            return GuidanceLevel.Undeterminable;
        if (level is GuidanceLevel.InformationOnly)
            return level;
        if (findings.TreatsBloodPressure is null || findings.TreatsGlucose is null || findings.TreatsLipids is null)
            return GuidanceLevel.Undeterminable;
        if (level is GuidanceLevel.Motivational)
            return level;
        return findings.AgeAtFiscalYearEnd switch
        {
            null => GuidanceLevel.Undeterminable,
            >= 65 => GuidanceLevel.Motivational,
            _ => GuidanceLevel.Active,
        };
    }

    private static int WithSmoking(int risks, bool smokes) => risks >= 1 && smokes ? risks + 1 : risks;

    private static GuidanceLevel Level(bool abdominal, int risks) => (abdominal, risks) switch
    {
        (_, 0) => GuidanceLevel.InformationOnly,
        (true, 1) or (false, 1 or 2) => GuidanceLevel.Motivational,
        _ => GuidanceLevel.Active,
    };

    private static bool? Abdominal(CheckupFindings findings)
    {
        bool? waist = (findings.Waist, findings.Gender) switch
        {
            (null, _) => null,
            ({ } value, "male") => value >= 85,
            ({ } value, "female") => value >= 90,
            (>= 90, _) => true,
            (< 85, _) => false,
            _ => null,
        };
        var fat = Reaches(findings.VisceralFat, 100);
        // One of the two measurements is enough: the other is not a gap.
        return waist is true || fat is true ? true : findings.Waist is null ? fat : waist;
    }

    private static bool? HighPressure(CheckupFindings findings) => Or(Reaches(findings.Systolic, 130), Reaches(findings.Diastolic, 85));

    private static bool? LowHdl(CheckupFindings findings) => findings.Hdl is { } value ? value < 40 : null;

    private static bool? Reaches(decimal? value, decimal border) => value is { } known ? known >= border : null;

    private static bool? Or(bool? one, bool? other) => one is true || other is true ? true : one is null || other is null ? null : false;

    private struct Count
    {
        public int Least;
        public int Most;

        public void Add(bool? risk)
        {
            if (risk is true)
                Least++;
            if (risk is not false)
                Most++;
        }
    }
}
