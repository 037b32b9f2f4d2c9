using System.Globalization;
using System.Text;
using Tasuki.Fhir;
using Tasuki.Kernel.Records;
using Tasuki.Vault;

namespace Tasuki.Bench.Vault;

/// <summary>
/// Observations of about 700 bytes as a clinic's or a home device's would be: a distinct identifier each, six tokens (identity, identifier, category, code,
/// subject, performer), forty codes, dates over six years. The same seed gives the same records.
/// </summary>
internal sealed class Observations(int seed)
{
    private static readonly (string Code, string Display, string Unit, int Low, int High)[] Kinds = MakeKinds();
    private static readonly DateTimeOffset Received = new(2026, 4, 1, 9, 0, 0, TimeSpan.FromHours(9));
    private readonly Random _random = new(seed);

    public static IReadOnlyList<string> Codes { get; } = [.. Kinds.Select(kind => kind.Code)];

    public IReadOnlyList<NewRecord> Make(string patient, int count) => [.. Enumerable.Range(0, count).Select(_ => One(patient))];

    public NewRecord One(string patient) => new(
        CanonicalResource.Parse(Json(patient)).Value, new RecordOrigin(SourceKind.MedicalInstitution, "みどり内科クリニック", 1, null, Received), DataCategory.Chart);

    public byte[] Json(string patient)
    {
        var (code, display, unit, low, high) = Kinds[_random.Next(Kinds.Length)];
        var day = new DateTime(2020, 4, 1, 0, 0, 0, DateTimeKind.Unspecified).AddMinutes(_random.Next(6 * 365 * 1440));
        return Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $$$"""
            {"resourceType":"Observation","meta":{"profile":["http://jpfhir.jp/fhir/core/StructureDefinition/JP_Observation_Common"]},"identifier":[{"system":"urn:oid:1.2.392.100495.20.3.51.11311234567","value":"{{{_random.NextInt64(1_000_000_000_000):D12}}}"}],"status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs"}]}],"code":{"coding":[{"system":"http://loinc.org","code":"{{{code}}}","display":"{{{display}}}"}]},"subject":{"reference":"Patient/{{{patient}}}"},"effectiveDateTime":"{{{day:yyyy-MM-dd'T'HH:mm}}}:00+09:00","performer":[{"reference":"Organization/org-{{{_random.Next(200):D4}}}"}],"valueQuantity":{"value":{{{low + (_random.Next((high - low) * 10) / 10.0):0.0}}},"unit":"{{{unit}}}","system":"http://unitsofmeasure.org","code":"{{{unit}}}"}}
            """));
    }

    private static (string, string, string, int, int)[] MakeKinds()
    {
        (string, string, string, int, int)[] named =
        [
            ("8480-6", "Systolic blood pressure", "mm[Hg]", 90, 180), ("8462-4", "Diastolic blood pressure", "mm[Hg]", 50, 110), ("8867-4", "Heart rate", "/min", 45, 120),
            ("29463-7", "Body weight", "kg", 38, 110), ("39156-5", "Body mass index", "kg/m2", 16, 36), ("8310-5", "Body temperature", "Cel", 35, 39),
            ("2339-0", "Glucose [Mass/volume] in Blood", "mg/dL", 60, 260), ("4548-4", "Hemoglobin A1c", "%", 4, 11), ("55423-8", "Number of steps", "{steps}", 100, 16_000),
            ("59408-5", "Oxygen saturation", "%", 88, 100),
        ];
        return [.. named, .. Enumerable.Range(0, 30).Select(i => ($"{20_000 + (i * 37)}-{i % 10}", $"Laboratory finding {i:D2}", "mg/dL", 1, 300))];
    }
}
