using System.Globalization;
using Tasuki.Testing;

namespace Tasuki.Formats.Tests;

/// <summary>
/// Every published file goes through the one door: read whole, or the reason said. The table holds what is not the plain case (one resource, nothing said); a file
/// that is not in it must be that case.
/// </summary>
public sealed class SampleOutcomesTests
{
    // Path under the samples -> format, resources, people, attachments, what was said (each code once).
    private static readonly Dictionary<string, string> Table = new(StringComparer.Ordinal)
    {
        ["echeckup/Bundle-Bundle-eCheckupReport-Sample-01.json"] = "FhirBundle 51 1 0 masked.insured-number",
        ["jp-core/package.json"] = "Unknown 0 0 0 stopped:format.json",
        ["jp-clins/ExampleJson/Bundle-Bundle-CLINS-Observations-Example-01.json"] = "FhirBundle 4 1 0",
        ["jp-clins/ExampleJson/Bundle-Bundle-CLINS-PCS-Example-01.json"] = "FhirBundle 7 1 0",
        ["jp-clins/ExampleJson/Bundle-Bundle-CLINS-Referral-Example-01.json"] = "FhirBundle 17 1 0",
        ["jp-clins/ExampleJson/Bundle-Bundle-CLINS-Referral-NoEntry-Example-01.json"] = "FhirBundle 5 1 0",
        ["jp-clins/ExampleJson/Condition-Example-JP-Condition-eCS-01.json"] = "FhirResource 1 0 0 masked.insured-number",
        ["jp-clins/ExampleJson/Condition-Example-JP-Condition-eCS-02.json"] = "FhirResource 0 0 0 clins.withheld",
        ["jp-clins/ExampleJson/Condition-Example-JP-Condition-eCS-03.json"] = "FhirResource 1 0 0 masked.insured-number",
        ["jp-clins/ExampleJson/MedicationRequest-Example-JP-MedReq-ExtSkin-Total2.json"] = "FhirResource 1 0 0 masked.insured-number",
        ["jp-clins/ExampleJson/MedicationRequest-Example-JP-MedReq-PO-AsNeeded-LimitMax.json"] = "FhirResource 1 0 0 masked.insured-number",
        ["jp-clins/ExampleJson/MedicationRequest-Example-JP-MedReq-PO-BID-2d.json"] = "FhirResource 1 0 0 masked.insured-number",
        ["jp-clins/ExampleJson/MedicationRequest-Example-JP-MedReq-PO-SID-28days.json"] = "FhirResource 1 0 0 masked.insured-number",
        ["jp-clins/ExampleJson/MedicationRequest-Example-JP-MedReq-PO-SID-90-AMB.json"] = "FhirResource 1 0 0 masked.insured-number",
        ["jp-clins/ExampleJson/MedicationRequest-Example-JP-MedReq-PO-TID-2days-dummyUsageCode.json"] = "FhirResource 1 0 0 masked.insured-number",
        ["jp-clins/ExampleJson/MedicationRequest-Example-JP-MedReq-PO-TID-2days.json"] = "FhirResource 1 0 0 masked.insured-number",
        ["jp-clins/ExampleJson/Observation-ErrorExample-ObsLabo-eGFR.json"] = "FhirResource 1 0 0 masked.insured-number",
        ["etwodis/generated-samples-fromEgg/Condition-piReferralExample01.json"] = "FhirResource 1 0 0 repaired.empty",
        ["etwodis/package-examples/AllergyIntolerance-Example-JP-DrugContraindications-eCS-03.json"] = "FhirResource 1 0 0 masked.insured-number",
        ["etwodis/package-examples/Condition-Example-JP-Condition-eCS-01.json"] = "FhirResource 1 0 0 masked.insured-number",
        ["etwodis/package-examples/Condition-Example-JP-Condition-eCS-02.json"] = "FhirResource 0 0 0 clins.withheld",
        ["etwodis/package-examples/Condition-Example-JP-Condition-eCS-03.json"] = "FhirResource 1 0 0 masked.insured-number",
        ["etwodis/package-examples/MedicationRequest-Example-JP-MedReq-ExtSkin-Total2.json"] = "FhirResource 1 0 0 masked.insured-number",
        ["etwodis/package-examples/MedicationRequest-Example-JP-MedReq-PO-AsNeeded-LimitMax.json"] = "FhirResource 1 0 0 masked.insured-number",
        ["etwodis/package-examples/MedicationRequest-Example-JP-MedReq-PO-BID-2d.json"] = "FhirResource 1 0 0 masked.insured-number",
        ["etwodis/package-examples/MedicationRequest-Example-JP-MedReq-PO-SID-28days.json"] = "FhirResource 1 0 0 masked.insured-number",
        ["etwodis/package-examples/MedicationRequest-Example-JP-MedReq-PO-SID-90-AMB.json"] = "FhirResource 1 0 0 masked.insured-number",
        ["etwodis/package-examples/MedicationRequest-Example-JP-MedReq-PO-TID-2days.json"] = "FhirResource 1 0 0 masked.insured-number",
        ["etwodis/package-examples/Observation-Example-ObsLabo-Alb.json"] = "FhirResource 1 0 0 masked.insured-number",
        ["etwodis/package-examples/Observation-Example-ObsLabo-eGFR.json"] = "FhirResource 1 0 0 masked.insured-number",
        ["hl7-phr/JohnDoe.phr"] = "Phr 14 1 0 resource.invalid repaired.underscore resource.slip repaired.time",
        ["hl7-phr/WilliamSim.phr"] = "Phr 9 1 0 resource.invalid repaired.underscore repaired.empty repaired.concept repaired.time repaired.list",
        ["hl7-phr/WilliamSim.sphr"] = "Sphr 11 1 2 resource.invalid repaired.underscore repaired.empty repaired.concept repaired.time repaired.list repaired.status",
        ["hl7-phr/WilliamSim_dir/WilliamSim.phr"] = "Phr 11 1 0 resource.invalid repaired.underscore repaired.empty repaired.concept repaired.time repaired.list repaired.status",
        ["hl7-phr/WilliamSim_dir/ct-chest.jpg"] = "Unknown 0 0 0 stopped:format.picture",
        ["hl7-phr/WilliamSim_dir/xr-chest.jpg"] = "Unknown 0 0 0 stopped:format.picture",
        ["sphr/SPHR_com.system.service-a_20250122210232755.sphr"] = "Sphr 2 0 0",
        ["sphr/physical-activity_001.json"] = "Measurements 1 0 0",
        ["sphr/unzipped/com.system.service-a_20250122210232755/com.system.service-a_20250122210232755/blood-pressure_ba083cc08bf04c5289e72a723ac09c0f.json"] = "Measurements 1 0 0",
        ["sphr/unzipped/com.system.service-a_20250122210232755/com.system.service-a_20250122210232755/index.phr"] = "Phr 0 0 0 phr.data-file",
        ["sphr/unzipped/com.system.service-a_20250122210232755/com.system.service-a_20250122210232755/physical-activity_0841b56527a24c6c8cb2b86a5fa960be.json"] = "Measurements 1 0 0",
        ["edischarge/generated-samples-fromEgg/Condition-piReferralExample01.json"] = "FhirResource 1 0 0 repaired.empty",
        ["eprescription/Coverage-JP-Coverage-ePreData-insurance-Example.json"] = "FhirResource 1 0 0 masked.insured-number",
        ["eprescription/MedicationRequest-JP-MedReq-ePreData-Example-fukintouByDay.json"] = "FhirResource 1 0 0 resource.slip",
        ["eprescription/MedicationRequest-JP-MedReq-ePreData-Example-kakujitsu.json"] = "FhirResource 1 0 0 repaired.list resource.slip",
        ["eprescription/MedicationRequest-JP-MedReq-ePreData-Example-naihuku.json"] = "FhirResource 1 0 0 repaired.list",
        ["eprescription/Organization-JP-Organization-ePreData-coveragePayer-Example.json"] = "FhirResource 1 0 0 repaired.list resource.slip",
        ["eprescription/Organization-JP-Organization-ePreData-departmentOfIssuer-Example.json"] = "FhirResource 1 0 0 repaired.list",
        ["eprescription/Organization-JP-Organization-ePreData-issuer-Example.json"] = "FhirResource 1 0 0 repaired.list",
        ["municipal-checkup/samples/9P562000000000011.json"] = "FhirResource 0 0 0 stopped:json.broken",
        ["municipal-checkup/samples/9P602000000000011.json"] = "FhirResource 0 0 0 stopped:json.broken",
        ["municipal-checkup/samples/9P634160800000049.json"] = "FhirResource 0 0 0 stopped:json.broken",
        ["municipal-checkup/samples/9P652000000000011.json"] = "FhirResource 0 0 0 stopped:json.broken",
        ["municipal-checkup/samples/9Z507000000000011.json"] = "FhirResource 0 0 0 stopped:json.broken",
        ["municipal-checkup/samples/9Z507195700000001.json"] = "FhirResource 0 0 0 stopped:json.broken",
        ["municipal-checkup/samples/9Z507195900000049.json"] = "FhirResource 0 0 0 stopped:json.broken",
        ["municipal-checkup/samples/Bundle-example17-ng-9P502000000000011.json"] = "FhirBundle 0 0 0 stopped:json.broken",
        ["municipal-checkup/samples/Bundle-example17-ng-cmp-2.json"] = "FhirBundle 0 0 0 stopped:json.broken",
        ["municipal-checkup/samples/Bundle-example17-ng-cov-1.json"] = "FhirBundle 0 0 0 stopped:json.broken",
        ["municipal-checkup/samples/Bundle-example17-ng-obs-3.json"] = "FhirBundle 0 0 0 stopped:json.broken",
        ["municipal-checkup/samples/Bundle-example17-ng-obs-9P506000000000011-cat.json"] = "FhirBundle 24 1 0 masked.insured-number",
        ["municipal-checkup/samples/Bundle-example17-ng-obs-9P506000000000011-disp.json"] = "FhirBundle 24 1 0 masked.insured-number",
        ["municipal-checkup/samples/Bundle-example17-ng-obs-9P506000000000011-system.json"] = "FhirBundle 24 1 0 masked.insured-number",
        ["municipal-checkup/samples/Bundle-example17-ng-obs-g1.json"] = "FhirBundle 24 1 0 masked.insured-number",
        ["municipal-checkup/samples/Bundle-example17-ng-org-p1.json"] = "FhirBundle 0 0 0 stopped:json.broken",
        ["municipal-checkup/samples/Bundle-example17-ng-pat-3.json"] = "FhirBundle 0 0 0 stopped:json.broken",
        ["municipal-checkup/samples/Bundle-example17-ng-result-2010.json"] = "FhirBundle 24 1 0 masked.insured-number",
        ["municipal-checkup/samples/Bundle-example17-ng.json"] = "FhirBundle 0 0 0 stopped:json.broken",
        ["municipal-checkup/samples/Bundle-example17.json"] = "FhirBundle 24 1 0 masked.insured-number",
        ["municipal-checkup/samples/Bundle-example20.json"] = "FhirBundle 0 0 0 stopped:json.broken",
        ["municipal-checkup/samples/Bundle-example21.json"] = "FhirBundle 0 0 0 stopped:json.broken",
        ["municipal-checkup/samples/Bundle-example23.json"] = "FhirBundle 0 0 0 stopped:json.broken",
        ["municipal-checkup/samples/Bundle-example24-ng-obs-2.json"] = "FhirBundle 0 0 0 stopped:json.broken",
        ["municipal-checkup/samples/Bundle-example24.json"] = "FhirBundle 0 0 0 stopped:json.broken",
    };

    [Theory]
    [InlineData("echeckup")]
    [InlineData("jp-core")]
    [InlineData("jp-clins")]
    [InlineData("etwodis")]
    [InlineData("hl7-phr")]
    [InlineData("sphr")]
    [InlineData("edischarge")]
    [InlineData("eprescription")]
    [InlineData("municipal-checkup")]
    [InlineData("ips-ipa")]
    public async Task Every_published_file_is_read_whole_or_the_reason_is_said(string folder)
    {
        var root = Samples.Path("");
        foreach (var file in Directory.EnumerateFiles(Samples.Path(folder), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var path = Path.GetRelativePath(root, file);
            if (IsDescription(path))
                continue;
            Assert.Equal($"{path}: {Expected(path)}", $"{path}: {await Outcome(file)}");
        }
    }

    [Fact]
    public async Task Descriptions_beside_the_samples_are_no_records()
    {
        foreach (var file in Directory.EnumerateFiles(Samples.Path(""), "*", SearchOption.AllDirectories).Where(file => IsDescription(Path.GetFileName(file))))
            Assert.StartsWith("stopped:format.", (await Reading.OfFile(file)).Codes(), StringComparison.Ordinal);
    }

    private static bool IsDescription(string path) =>
        path.EndsWith(".md", StringComparison.Ordinal) || path.EndsWith(".txt", StringComparison.Ordinal) || path.EndsWith(".csv", StringComparison.Ordinal)
        || path.EndsWith(".fsh", StringComparison.Ordinal) || path.EndsWith("LICENSE", StringComparison.Ordinal) || path.EndsWith(".log", StringComparison.Ordinal);

    // Terminology and the other definitions of a FHIR package are not records of a person.
    private static string Expected(string path)
    {
        if (Table.TryGetValue(path, out var expected))
            return expected;
        if (path.Contains("terminology/", StringComparison.Ordinal))
            return "FhirResource 0 0 0 resource.not-personal";
        return Path.GetFileName(path).StartsWith("Patient-", StringComparison.Ordinal) ? "FhirResource 0 1 0" : "FhirResource 1 0 0";
    }

    private static async Task<string> Outcome(string path)
    {
        await using var file = File.OpenRead(path);
        var format = await FormatReader.Detect(file, TestContext.Current.CancellationToken);
        var items = await Reading.Of(file, Path.GetFileName(path));
        var said = string.Join(' ', items.Codes().Split(' ').Distinct(StringComparer.Ordinal));
        return string.Create(CultureInfo.InvariantCulture,
            $"{format} {items.Resources().Count()} {items.OfType<ReadPerson>().Count()} {items.OfType<ReadAttachment>().Count()} {said}").TrimEnd();
    }
}
