using System.Collections.Frozen;

namespace Tasuki.Formats.SpecificCheckup;

/// <summary>What a person calls one measurement, whichever of its item codes a laboratory used.</summary>
/// <param name="Key">A stable lower-case name, as in <c>hdl</c>.</param>
/// <param name="Unit">The unit to show; empty for a coded measure. Codes of one measure share it.</param>
/// <param name="Codes">The item codes of 17 characters, the one to prefer first when several stand in one checkup.</param>
/// <param name="Group">body, blood-pressure, lipid, glucose, liver, kidney, blood, urine or judgement.</param>
public sealed record Measure(string Key, string NameJa, string NameEn, string Unit, IReadOnlyList<string> Codes, string Group);

/// <summary>
/// The measures of the specific checkup, in the order people read them. Fasting and casual values are two measures: their limits differ.
/// Blood pressure prefers その他 (the mean the institution decided on), then the second, then the first reading (to be checked: formats facts 3.3).
/// </summary>
public static class CheckupMeasures
{
    private static readonly Measure[] Measures =
    [
        new("height", "身長", "Height", "cm", ["9N001000000000001"], "body"),
        new("weight", "体重", "Weight", "kg", ["9N006000000000001"], "body"),
        new("bmi", "BMI", "BMI", "kg/m²", ["9N011000000000001"], "body"),
        new("waist", "腹囲", "Waist circumference", "cm", ["9N016160100000001", "9N016160200000001", "9N016160300000001"], "body"),
        new("visceral-fat", "内臓脂肪面積", "Visceral fat area", "cm²", ["9N021000000000001"], "body"),
        new("sbp", "収縮期血圧（最高血圧）", "Systolic blood pressure", "mmHg", ["9A755000000000001", "9A752000000000001", "9A751000000000001"], "blood-pressure"),
        new("dbp", "拡張期血圧（最低血圧）", "Diastolic blood pressure", "mmHg", ["9A765000000000001", "9A762000000000001", "9A761000000000001"], "blood-pressure"),
        new("heart-rate", "心拍数", "Heart rate", "回/分", ["9N121000000000001"], "blood-pressure"),
        new("tg-fasting", "中性脂肪（空腹時）", "Triglycerides (fasting)", "mg/dL", ["3F015000002327101", "3F015000002327201", "3F015000002399901"], "lipid"),
        new("tg-casual", "中性脂肪（随時）", "Triglycerides (casual)", "mg/dL", ["3F015129902327101", "3F015129902327201", "3F015129902399901"], "lipid"),
        new("hdl", "HDLコレステロール", "HDL cholesterol", "mg/dL", ["3F070000002327101", "3F070000002327201", "3F070000002399901"], "lipid"),
        new("ldl", "LDLコレステロール", "LDL cholesterol", "mg/dL", ["3F077000002327101", "3F077000002327201", "3F077000002399901", "3F077000002391901"], "lipid"),
        new("non-hdl", "non-HDLコレステロール", "Non-HDL cholesterol", "mg/dL", ["3F069000002391901"], "lipid"),
        new("total-cholesterol", "総コレステロール", "Total cholesterol", "mg/dL", ["3F050000002327101", "3F050000002327201", "3F050000002399901"], "lipid"),
        new("glucose-fasting", "血糖（空腹時）", "Glucose (fasting)", "mg/dL", ["3D010000001926101", "3D010000002227101", "3D010000001927201", "3D010000001999901"], "glucose"),
        new("glucose-casual", "血糖（随時）", "Glucose (casual)", "mg/dL", ["3D010129901926101", "3D010129902227101", "3D010129901927201", "3D010129901999901"], "glucose"),
        new("hba1c", "HbA1c（NGSP値）", "HbA1c (NGSP)", "%", ["3D046000001906202", "3D046000001920402", "3D046000001927102", "3D046000001999902"], "glucose"),
        new("ast", "AST（GOT）", "AST (GOT)", "U/L", ["3B035000002327201", "3B035000002399901"], "liver"),
        new("alt", "ALT（GPT）", "ALT (GPT)", "U/L", ["3B045000002327201", "3B045000002399901"], "liver"),
        new("ggt", "γ-GT（γ-GTP）", "Gamma-GT", "U/L", ["3B090000002327101", "3B090000002399901"], "liver"),
        new("creatinine", "血清クレアチニン", "Serum creatinine", "mg/dL", ["3C015000002327101", "3C015000002399901"], "kidney"),
        new("egfr", "eGFR", "eGFR", "mL/min/1.73m²", ["8A065000002391901"], "kidney"),
        new("uric-acid", "尿酸", "Uric acid", "mg/dL", ["3C020000002327101", "3C020000002399901"], "kidney"),
        new("hemoglobin", "血色素量（ヘモグロビン）", "Haemoglobin", "g/dL", ["2A030000001930101"], "blood"),
        new("hematocrit", "ヘマトクリット値", "Haematocrit", "%", ["2A040000001930102"], "blood"),
        new("red-cells", "赤血球数", "Red blood cells", "万/mm³", ["2A020000001930101"], "blood"),
        new("white-cells", "白血球数", "White blood cells", "/mm³", ["2A010000001930101"], "blood"),
        new("platelets", "血小板数", "Platelets", "万/mm³", ["2A050000001930101"], "blood"),
        new("urine-protein", "尿蛋白", "Urine protein", "", ["1A010000000191111", "1A010000000190111"], "urine"),
        new("urine-sugar", "尿糖", "Urine sugar", "", ["1A020000000191111", "1A020000000190111"], "urine"),
        new("urine-blood", "尿潜血", "Urine occult blood", "", ["1A100000000191111", "1A100000000190111"], "urine"),
        new("metabolic", "メタボリックシンドローム判定", "Metabolic syndrome judgement", "", ["9N501000000000011"], "judgement"),
        new("guidance-level", "保健指導レベル", "Health guidance level", "", ["9N506000000000011"], "judgement"),
    ];

    private static readonly FrozenDictionary<string, Measure> ByCode = Measures
        .SelectMany(measure => measure.Codes, (measure, code) => (measure, code))
        .ToFrozenDictionary(pair => pair.code, pair => pair.measure, StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, Measure> ByKey = Measures.ToFrozenDictionary(measure => measure.Key, StringComparer.Ordinal);

    public static IReadOnlyList<Measure> All => Measures;

    public static Measure? OfCode(string code17) => ByCode.GetValueOrDefault(code17);

    public static Measure? Find(string key) => ByKey.GetValueOrDefault(key);
}
