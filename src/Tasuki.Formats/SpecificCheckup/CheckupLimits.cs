namespace Tasuki.Formats.SpecificCheckup;

/// <summary>From which value on a measure calls for health guidance (保健指導判定値) and for seeing a doctor (受診勧奨判定値).</summary>
/// <param name="LowIsBad">True where small values are the bad ones.</param>
/// <param name="Source">Where the numbers come from; says "to be checked" where the source was not seen itself.</param>
public sealed record Limit(decimal? GuidanceFrom, decimal? SeeDoctorFrom, bool LowIsBad, string Source)
{
    /// <summary>False where the guideline says "under" rather than "up to and with".</summary>
    public bool Inclusive { get; init; } = true;
}

public enum LimitJudgement
{
    /// <summary>There is no limit for this measure, or it needs a gender that is not known.</summary>
    Unknown = 0,
    Fine = 1,
    Guidance = 2,
    SeeDoctor = 3,
}

/// <summary>
/// The limits of 標準的な健診・保健指導プログラム (令和6年度版) 別紙5. They colour a value; they are no diagnosis. A value is compared as it was written,
/// without rounding: 5.60 is not under 5.6, 99.9 is under 100.
/// </summary>
public static class CheckupLimits
{
    private const string Programme = "標準的な健診・保健指導プログラム（令和6年度版）別紙5";
    private const string Unchecked = Programme + " (to be checked)";
    private const string Selection = "特定保健指導の階層化（標準的な健診・保健指導プログラム 令和6年度版 第2編第3章）";

    /// <param name="gender">male or female as in FHIR; needed for waist and haemoglobin only.</param>
    public static Limit? For(string measureKey, string? gender) => (measureKey, gender) switch
    {
        ("sbp", _) => High(130, 140),
        ("dbp", _) => High(85, 90),
        ("glucose-fasting" or "glucose-casual", _) => High(100, 126),
        ("hba1c", _) => High(5.6m, 6.5m),
        ("tg-fasting", _) => High(150, 300),
        ("tg-casual", _) => High(175, 300),
        ("hdl", _) => new Limit(40, null, LowIsBad: true, Programme) { Inclusive = false },
        ("ldl", _) => High(120, 140),
        ("non-hdl", _) => new Limit(150, 170, LowIsBad: false, Unchecked),
        ("ast" or "alt", _) => High(31, 51),
        ("ggt", _) => High(51, 101),
        ("egfr", _) => new Limit(60, 45, LowIsBad: true, Programme) { Inclusive = false },
        ("hemoglobin", "male") => new Limit(13.0m, 12.0m, LowIsBad: true, Unchecked),
        ("hemoglobin", "female") => new Limit(12.0m, 11.0m, LowIsBad: true, Unchecked),
        ("waist", "male") => new Limit(85, null, LowIsBad: false, Selection),
        ("waist", "female") => new Limit(90, null, LowIsBad: false, Selection),
        ("bmi", _) => new Limit(25, null, LowIsBad: false, Selection),
        ("visceral-fat", _) => new Limit(100, null, LowIsBad: false, Selection),
        _ => null,
    };

    public static LimitJudgement Judge(string measureKey, string? gender, decimal value)
    {
        if (For(measureKey, gender) is not { } limit)
            return LimitJudgement.Unknown;
        if (Reaches(value, limit.SeeDoctorFrom, limit))
            return LimitJudgement.SeeDoctor;
        return Reaches(value, limit.GuidanceFrom, limit) ? LimitJudgement.Guidance : LimitJudgement.Fine;
    }

    private static Limit High(decimal guidance, decimal doctor) => new(guidance, doctor, LowIsBad: false, Programme);

    private static bool Reaches(decimal value, decimal? border, Limit limit) => border is { } at && (limit.LowIsBad
        ? limit.Inclusive ? value <= at : value < at
        : value >= at);
}
