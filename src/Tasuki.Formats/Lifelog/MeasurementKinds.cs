using System.Collections.Frozen;

namespace Tasuki.Formats;

/// <summary>One measured quantity: its member in Open mHealth or IEEE 1752.1, its codes, its name.</summary>
/// <param name="Schema">The schema_id's name.</param>
/// <param name="Member">The member of the body that holds value and unit.</param>
/// <param name="Loinc">The first coding.</param>
/// <param name="Pghd">The code of HL7's personal health record format, the second coding; null where it has none.</param>
/// <param name="Category">Of HL7's observation-category.</param>
internal sealed record MeasurementKind(string Schema, string Member, string Loinc, string? Pghd, string Display, string Name, string Category);

/// <summary>The quantities of a lifelog that become Observations (Open mHealth schemas, IEEE 1752.1, code table of HL7's personal health record format).</summary>
internal static class MeasurementKinds
{
    public const string BloodPressureSchema = "blood-pressure";
    public const string ActivitySchema = "physical-activity";
    public const string BloodPressurePanel = "85354-9";
    public const string Steps = "55423-8";
    public const string Weight = "29463-7";

    public static readonly MeasurementKind Systolic = new(BloodPressureSchema, "systolic_blood_pressure", "8480-6", "bloodPressureSystolic", "Systolic blood pressure", "収縮期血圧", "vital-signs");
    public static readonly MeasurementKind Diastolic = new(BloodPressureSchema, "diastolic_blood_pressure", "8462-4", "bloodPressureDiastolic", "Diastolic blood pressure", "拡張期血圧", "vital-signs");
    public static readonly MeasurementKind StepCount = new("step-count", "step_count", Steps, "stepCount", "Number of steps", "歩数", "activity");
    public static readonly MeasurementKind Movement = StepCount with { Schema = ActivitySchema, Member = "base_movement_quantity" };
    public static readonly MeasurementKind Distance = new(ActivitySchema, "distance", "55430-3", null, "Walking distance", "距離", "activity");
    public static readonly MeasurementKind Energy = new(ActivitySchema, "kcal_burned", "41981-2", "totalEnergyBurned", "Calories burned", "消費カロリー", "activity");
    public static readonly MeasurementKind Duration = new(ActivitySchema, "duration", "55411-3", null, "Exercise duration", "運動時間", "activity");

    private static readonly FrozenDictionary<string, MeasurementKind> Simple = new MeasurementKind[]
    {
        new("body-weight", "body_weight", Weight, "bodyMass", "Body weight", "体重", "vital-signs"),
        new("body-height", "body_height", "8302-2", "height", "Body height", "身長", "vital-signs"),
        new("body-mass-index", "body_mass_index", "39156-5", "bodyMassIndex", "Body mass index", "BMI", "vital-signs"),
        new("body-fat-percentage", "body_fat_percentage", "41982-0", "bodyFatPercentage", "Percentage of body fat", "体脂肪率", "vital-signs"),
        new("body-temperature", "body_temperature", "8310-5", "bodyTemperature", "Body temperature", "体温", "vital-signs"),
        new("oxygen-saturation", "oxygen_saturation", "59408-5", "oxygenSaturation", "Oxygen saturation by pulse oximetry", "酸素飽和度", "vital-signs"),
        new("heart-rate", "heart_rate", "8867-4", "heartRate", "Heart rate", "心拍数", "vital-signs"),
        new("respiratory-rate", "respiratory_rate", "9279-1", "respiratoryRate", "Respiratory rate", "呼吸数", "vital-signs"),
        new("blood-glucose", "blood_glucose", "2339-0", "bloodGlucose", "Glucose in blood", "血糖", "laboratory"),
        new("sleep-duration", "sleep_duration", "93832-4", "sleepAnalysis", "Sleep duration", "睡眠時間", "activity"),
        StepCount,
    }.ToFrozenDictionary(kind => kind.Schema, StringComparer.Ordinal);

    /// <summary>The kind of a schema that holds one quantity; blood pressure and physical activity hold several.</summary>
    public static MeasurementKind? Of(string schema) => Simple.GetValueOrDefault(schema);
}

/// <summary>Units of Open mHealth as UCUM codes. What is not here keeps its word and gets no code.</summary>
internal static class Ucum
{
    public const string System = "http://unitsofmeasure.org";

    private static readonly FrozenDictionary<string, string> Codes = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["mmHg"] = "mm[Hg]", ["kg"] = "kg", ["g"] = "g", ["mg"] = "mg", ["lb"] = "[lb_av]", ["oz"] = "[oz_av]", ["st"] = "[stone_av]",
        ["cm"] = "cm", ["m"] = "m", ["mm"] = "mm", ["km"] = "km", ["in"] = "[in_i]", ["ft"] = "[ft_i]", ["yd"] = "[yd_i]", ["mi"] = "[mi_i]",
        ["kg/m2"] = "kg/m2", ["%"] = "%", ["C"] = "Cel", ["F"] = "[degF]", ["K"] = "K", ["beats/min"] = "/min", ["breaths/min"] = "/min",
        ["mg/dL"] = "mg/dL", ["mmol/L"] = "mmol/L", ["steps"] = "{steps}", ["kcal"] = "kcal", ["cal"] = "cal", ["kJ"] = "kJ",
        ["sec"] = "s", ["s"] = "s", ["min"] = "min", ["h"] = "h", ["hr"] = "h", ["d"] = "d", ["ms"] = "ms", ["L/min"] = "L/min",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static string? CodeOf(string unit) => Codes.GetValueOrDefault(unit);

    /// <summary>The word for a code, for a file in Open mHealth; null when there is none.</summary>
    public static string? WordOf(string code) => Codes.Where(pair => string.Equals(pair.Value, code, StringComparison.Ordinal)).Select(pair => pair.Key).FirstOrDefault();
}
