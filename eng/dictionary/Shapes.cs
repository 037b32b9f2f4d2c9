using System.Globalization;

namespace Tasuki.Dictionary;

/// <summary>
/// Shapes of records as the national formats and common devices write them (JP Core, CLINS, eCheckup, electronic prescriptions, IPS vital signs), filled with
/// numbers from a seed. They carry what the synthetic population does not happen to write.
/// </summary>
internal static class Shapes
{
    private const int OfEach = 16;

    private static readonly (string Code, string Name, string Japanese, string Unit, string Ucum, string Category)[] Measured =
    [
        ("8480-6", "Systolic blood pressure", "収縮期血圧", "mmHg", "mm[Hg]", "vital-signs"), ("8462-4", "Diastolic blood pressure", "拡張期血圧", "mmHg", "mm[Hg]", "vital-signs"),
        ("8867-4", "Heart rate", "心拍数", "拍/分", "/min", "vital-signs"), ("8310-5", "Body temperature", "体温", "℃", "Cel", "vital-signs"),
        ("29463-7", "Body weight", "体重", "kg", "kg", "vital-signs"), ("8302-2", "Body height", "身長", "cm", "cm", "vital-signs"),
        ("39156-5", "Body mass index (BMI) [Ratio]", "BMI", "kg/m2", "kg/m2", "vital-signs"), ("9279-1", "Respiratory rate", "呼吸数", "回/分", "/min", "vital-signs"),
        ("59408-5", "Oxygen saturation in Arterial blood by Pulse oximetry", "酸素飽和度", "%", "%", "vital-signs"), ("55423-8", "Number of steps", "歩数", "歩", "{steps}", "activity"),
        ("93832-4", "Sleep duration", "睡眠時間", "時間", "h", "activity"), ("4548-4", "Hemoglobin A1c/Hemoglobin.total in Blood", "HbA1c", "%", "%", "laboratory"),
        ("2339-0", "Glucose [Mass/volume] in Blood", "血糖", "mg/dL", "mg/dL", "laboratory"), ("2093-3", "Cholesterol [Mass/volume] in Serum or Plasma", "総コレステロール", "mg/dL", "mg/dL", "laboratory"),
        ("2160-0", "Creatinine [Mass/volume] in Serum or Plasma", "クレアチニン", "mg/dL", "mg/dL", "laboratory"), ("718-7", "Hemoglobin [Mass/volume] in Blood", "ヘモグロビン", "g/dL", "g/dL", "laboratory"),
    ];

    private static readonly string[] Subjects = ["Patient/self", "Patient/example", "Patient/1"];

    public static IEnumerable<string> All(int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < OfEach; i++)
        {
            foreach (var one in Measured)
            {
                yield return VitalSign(random, one);
                yield return Measurement(random, one);
            }

            yield return Pressure(random);
            yield return Laboratory(random);
            yield return Condition(random);
            yield return Immunization(random);
            yield return Report(random);
        }
    }

    private static string Number(Random random) => string.Create(CultureInfo.InvariantCulture, $"{random.NextInt64(10_000_000_000):D10}");

    private static string Day(Random random) => string.Create(CultureInfo.InvariantCulture, $"{random.Next(2015, 2027)}-{random.Next(1, 13):D2}-{random.Next(1, 29):D2}");

    private static string Moment(Random random) => string.Create(CultureInfo.InvariantCulture, $"{Day(random)}T{random.Next(6, 23):D2}:{random.Next(60):D2}:00+09:00");

    private static string Value(Random random) =>
        string.Create(CultureInfo.InvariantCulture, $"{(random.Next(2) == 0 ? random.Next(20, 200) : random.Next(20, 2_000) / 10m)}");

    private static string Subject(Random random) => Subjects[random.Next(Subjects.Length)];

    private static string VitalSign(Random random, (string Code, string Name, string Japanese, string Unit, string Ucum, string Category) one) =>
        $$$"""
        {"resourceType":"Observation","meta":{"profile":["http://jpfhir.jp/fhir/core/StructureDefinition/JP_Observation_{{{(random.Next(2) == 0 ? "Common" : "VitalSigns")}}}"]},"identifier":[{"system":"urn:oid:1.2.392.100495.20.3.51.1{{{Number(random)}}}","value":"{{{Number(random)}}}"}],"status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"{{{one.Category}}}","display":"{{{(one.Category is "vital-signs" ? "Vital Signs" : one.Category is "activity" ? "Activity" : "Laboratory")}}}"}]}],"code":{"coding":[{"system":"http://loinc.org","code":"{{{one.Code}}}","display":"{{{one.Name}}}"}],"text":"{{{one.Japanese}}}"},"subject":{"reference":"{{{Subject(random)}}}"},{{{(random.Next(2) == 0 ? "" : $"\"encounter\":{{\"reference\":\"Encounter/{random.Next(10, 9_999)}\"}},")}}}"effectiveDateTime":"{{{Moment(random)}}}","issued":"{{{Moment(random)}}}","performer":[{"reference":"Organization/{{{random.Next(1, 9)}}}"}],"valueQuantity":{"value":{{{Value(random)}}},"unit":"{{{one.Unit}}}","system":"http://unitsofmeasure.org","code":"{{{one.Ucum}}}"}}
        """;

    private static string Measurement(Random random, (string Code, string Name, string Japanese, string Unit, string Ucum, string Category) one) =>
        $$$"""
        {"resourceType":"Observation","status":"final","category":[{"coding":[{"system":"http://jpfhir.jp/fhir/core/CodeSystem/JP_SimpleObservationCategory_CS","code":"{{{one.Category}}}"}]}],"code":{"coding":[{"system":"http://loinc.org","code":"{{{one.Code}}}","display":"{{{one.Name}}}"}],"text":"{{{one.Japanese}}}"},"subject":{"reference":"{{{Subject(random)}}}"},"effectiveDateTime":"{{{Moment(random)}}}","valueQuantity":{"value":{{{Value(random)}}},"unit":"{{{one.Unit}}}","system":"http://unitsofmeasure.org","code":"{{{one.Ucum}}}"},"device":{"display":"Home monitor"}}
        """;

    private static string Pressure(Random random) =>
        $$$"""
        {"resourceType":"Observation","meta":{"profile":["http://hl7.org/fhir/StructureDefinition/bp"]},"status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs"}]}],"code":{"coding":[{"system":"http://loinc.org","code":"85354-9","display":"Blood pressure panel with all children optional"}]},"subject":{"reference":"{{{Subject(random)}}}"},"effectiveDateTime":"{{{Moment(random)}}}","component":[{"code":{"coding":[{"system":"http://loinc.org","code":"8480-6"}]},"valueQuantity":{"value":{{{Value(random)}}},"unit":"mmHg","system":"http://unitsofmeasure.org","code":"mm[Hg]"}},{"code":{"coding":[{"system":"http://loinc.org","code":"8462-4"}]},"valueQuantity":{"value":{{{Value(random)}}},"unit":"mmHg","system":"http://unitsofmeasure.org","code":"mm[Hg]"}}]}
        """;

    private static string Laboratory(Random random) =>
        $$$"""
        {"resourceType":"Observation","meta":{"profile":["http://jpfhir.jp/fhir/core/StructureDefinition/JP_Observation_LabResult"]},"identifier":[{"system":"http://jpfhir.jp/fhir/core/IdSystem/resourceInstance-identifier","value":"{{{Number(random)}}}"}],"status":"final","category":[{"coding":[{"system":"http://jpfhir.jp/fhir/core/CodeSystem/JP_SimpleObservationCategory_CS","code":"laboratory"}]}],"code":{"coding":[{"system":"urn:oid:1.2.392.200119.4.504","code":"3D0450000019062","display":"HbA1c"}]},"subject":{"reference":"{{{Subject(random)}}}"},"specimen":{"reference":"Specimen/{{{random.Next(1, 9)}}}"},"effectiveDateTime":"{{{Moment(random)}}}","valueQuantity":{"value":{{{Value(random)}}},"unit":"%","system":"http://unitsofmeasure.org","code":"%"},"interpretation":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation","code":"H","display":"High"}]}],"referenceRange":[{"low":{"value":4.6,"unit":"%"},"high":{"value":6.2,"unit":"%"}}]}
        """;

    private static string Condition(Random random) =>
        $$$"""
        {"resourceType":"Condition","meta":{"profile":["http://jpfhir.jp/fhir/core/StructureDefinition/JP_Condition"]},"identifier":[{"system":"http://jpfhir.jp/fhir/core/IdSystem/resourceInstance-identifier","value":"{{{Number(random)}}}"}],"clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}]},"verificationStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-ver-status","code":"confirmed"}]},"code":{"coding":[{"system":"http://jpfhir.jp/fhir/core/mhlw/CodeSystem/ICD10-2013-full","code":"I10","display":"本態性（原発性）高血圧（症）"}],"text":"高血圧症"},"subject":{"reference":"{{{Subject(random)}}}"},"onsetDateTime":"{{{Day(random)}}}","recordedDate":"{{{Day(random)}}}"}
        """;

    private static string Immunization(Random random) =>
        $$$"""
        {"resourceType":"Immunization","meta":{"profile":["http://jpfhir.jp/fhir/core/StructureDefinition/JP_Immunization"]},"status":"completed","vaccineCode":{"coding":[{"system":"http://hl7.org/fhir/sid/cvx","code":"207"}],"text":"新型コロナウイルスワクチン"},"patient":{"reference":"{{{Subject(random)}}}"},"occurrenceDateTime":"{{{Day(random)}}}","primarySource":true,"lotNumber":"{{{Number(random)}}}","performer":[{"actor":{"reference":"Organization/{{{random.Next(1, 9)}}}"}}],"protocolApplied":[{"doseNumberPositiveInt":{{{random.Next(1, 5)}}}}]}
        """;

    private static string Report(Random random) =>
        $$$"""
        {"resourceType":"DiagnosticReport","meta":{"profile":["http://jpfhir.jp/fhir/core/StructureDefinition/JP_DiagnosticReport_LabResult"]},"identifier":[{"system":"http://jpfhir.jp/fhir/core/IdSystem/resourceInstance-identifier","value":"{{{Number(random)}}}"}],"status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0074","code":"LAB"}]}],"code":{"coding":[{"system":"http://loinc.org","code":"11502-2","display":"Laboratory report"}],"text":"検体検査報告書"},"subject":{"reference":"{{{Subject(random)}}}"},{{{(random.Next(2) == 0 ? "" : $"\"encounter\":{{\"reference\":\"Encounter/{random.Next(10, 9_999)}\"}},")}}}"effectiveDateTime":"{{{Moment(random)}}}","issued":"{{{Moment(random)}}}","result":[{"reference":"Observation/{{{random.Next(1, 9)}}}"},{"reference":"Observation/{{{random.Next(10, 99)}}}"}]}
        """;
}
