using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using Tasuki.Kernel.Records;
using Tasuki.Vault;
using Xunit;

namespace Tasuki.Exchange.Tests.Exporting;

/// <summary>
/// What Mynaportal's interfaces supply comes out again, item by item: as FHIR R4 (NDJSON), in the <c>.sphr</c> that other PHR services take, and as a line of a spreadsheet. Each
/// group stands here with the items a person sees there; a word in angle brackets is such an item. Before it stand the cells of the line.
/// </summary>
public sealed partial class MynaportalItemsTests
{
    public static TheoryData<string, DataCategory, string, string, string> Groups => new()
    {
        {
            "薬剤情報", DataCategory.Medication, "csv/medicines.csv", "2026-09-11,アムロジピン錠,１日１回朝食後",
            """
            {"resourceType":"MedicationDispense","status":"completed","medicationCodeableConcept":{"coding":[{"system":"urn:oid:1.2.392.100495.20.2.73","code":"<2171022F1029>","display":"<アムロジピン錠5mg>"}],"text":"<アムロジピン錠>"},
            "performer":[{"actor":{"display":"<みどり薬局>"}}],"authorizingPrescription":[{"display":"<あおば医院>"}],"quantity":{"value":28,"unit":"<錠28>"},"daysSupply":{"value":28,"unit":"<日28>"},"whenHandedOver":"2026-09-11",
            "dosageInstruction":[{"text":"<１日１回朝食後>"}]}
            """
        },
        {
            "特定健診情報・後期高齢者健診情報", DataCategory.SpecificCheckup, "csv/checkups-specificcheckup.csv", "2026-06-02,身長,cm単位,165.3",
            """
            {"resourceType":"Observation","status":"final","code":{"coding":[{"system":"urn:oid:1.2.392.200119.6.1005","code":"9N001000000000001","display":"<身長>"}]},"effectiveDateTime":"2026-06-02","performer":[{"display":"<みどり健診所>"}],
            "valueQuantity":{"value":165.3,"unit":"<cm単位>"},"interpretation":[{"text":"<基準内>"}],"referenceRange":[{"text":"<基準の幅>"}],"method":{"text":"<実測>"}}
            """
        },
        {
            "特定健診の質問票と所見", DataCategory.SpecificCheckup, "csv/checkups-specificcheckup.csv", "2026-06-02,喫煙,いいえ",
            """
            {"resourceType":"Observation","status":"final","code":{"coding":[{"system":"urn:oid:1.2.392.200119.6.1005","code":"9N736000000000011","display":"<喫煙>"}]},"effectiveDateTime":"2026-06-02","valueCodeableConcept":{"coding":[{"code":"2"}],"text":"<いいえ>"},"note":[{"text":"<医師の判断>"}]}
            """
        },
        {
            "医療費通知情報", DataCategory.MedicalExpense, "csv/others.csv", "2026-07-01,医療費通知",
            """
            {"resourceType":"ExplanationOfBenefit","status":"active","type":{"text":"<医療費通知>"},"subType":{"text":"<医科外来>"},"use":"claim","patient":{"display":"<緑山花子>"},"billablePeriod":{"start":"2026-05-01","end":"2026-05-31"},"created":"2026-07-01",
            "insurer":{"display":"<みどり市国保>"},"provider":{"display":"<あおば医院外来>"},"outcome":"complete","insurance":[{"focal":true,"coverage":{"display":"<国保の給付>"}}],"total":[{"category":{"coding":[{"code":"copay"}],"text":"<窓口相当負担額>"},"amount":{"value":1230,"currency":"JPY"}}]}
            """
        },
        {
            "診療情報", DataCategory.ClaimTreatment, "csv/others.csv", "2026-03-04,人工透析",
            """{"resourceType":"Procedure","status":"completed","code":{"text":"<人工透析>"},"subject":{"display":"<本人>"},"performedDateTime":"2026-03-04","performer":[{"actor":{"display":"<あおば病院>"}}],"bodySite":[{"text":"<左腕>"}]}"""
        },
        {
            "予防接種", DataCategory.Immunization, "csv/vaccinations.csv", "2026-10-20,インフルエンザ,FLU123",
            """
            {"resourceType":"Immunization","status":"completed","vaccineCode":{"text":"<インフルエンザ>"},"patient":{"display":"<本人様>"},"occurrenceDateTime":"2026-10-20","lotNumber":"<FLU123>","performer":[{"actor":{"display":"<ひがし内科>"}}],
            "protocolApplied":[{"doseNumberString":"<１期１回>","targetDisease":[{"text":"<流行性感冒>"}]}],"doseQuantity":{"value":0.5,"unit":"<mL単位>"}}
            """
        },
        {
            "母子健診", DataCategory.MaternalInfantCheckup, "csv/checkups-maternalinfantcheckup.csv", "2026-02-02,頭囲,センチ,45.1",
            """{"resourceType":"Observation","status":"final","code":{"text":"<頭囲>"},"effectiveDateTime":"2026-02-02","valueQuantity":{"value":45.1,"unit":"<センチ>"},"performer":[{"display":"<保健センター>"}]}"""
        },
        {
            "自治体検診", DataCategory.MunicipalScreening, "csv/checkups-municipalscreening.csv", "2026-02-09,胃がん検診,精密検査不要",
            """{"resourceType":"Observation","status":"final","code":{"text":"<胃がん検診>"},"effectiveDateTime":"2026-02-09","valueCodeableConcept":{"text":"<精密検査不要>"},"performer":[{"display":"<検診車>"}]}"""
        },
        {
            "電子処方箋", DataCategory.EPrescription, "csv/medicines.csv", "2026-08-08,ロサルタン錠,１日２回",
            """
            {"resourceType":"MedicationRequest","status":"active","intent":"order","medicationCodeableConcept":{"text":"<ロサルタン錠>"},"subject":{"display":"<患者>"},"authoredOn":"2026-08-08","requester":{"display":"<青木医師>"},"dosageInstruction":[{"text":"<１日２回>"}],
            "dispenseRequest":{"quantity":{"value":14,"unit":"<錠14>"},"expectedSupplyDuration":{"value":14,"unit":"<日14>"}}}
            """
        },
        { "電子カルテ：傷病名", DataCategory.Chart, "csv/others.csv", "2024-04-01,高血圧症", """{"resourceType":"Condition","code":{"text":"<高血圧症>"},"subject":{"display":"<当人>"},"onsetDateTime":"2024-04-01","asserter":{"display":"<主治医>"}}""" },
        { "電子カルテ：アレルギー・薬剤禁忌", DataCategory.Chart, "csv/others.csv", "2025-01-01,ペニシリン", """{"resourceType":"AllergyIntolerance","code":{"text":"<ペニシリン>"},"patient":{"display":"<その人>"},"criticality":"high","recordedDate":"2025-01-01","reaction":[{"manifestation":[{"text":"<発疹>"}]}]}""" },
        { "電子カルテ：検査・感染症", DataCategory.Chart, "csv/checkups-chart.csv", "2026-04-04,HBs抗原,陰性", """{"resourceType":"Observation","status":"final","code":{"text":"<HBs抗原>"},"effectiveDateTime":"2026-04-04","valueString":"<陰性>","performer":[{"display":"<検査室>"}]}""" },
        { "電子カルテ：処方", DataCategory.Chart, "csv/medicines.csv", "2026-04-05,メトホルミン,夕食後", """{"resourceType":"MedicationRequest","status":"active","intent":"order","medicationCodeableConcept":{"text":"<メトホルミン>"},"subject":{"display":"<某>"},"authoredOn":"2026-04-05","dosageInstruction":[{"text":"<夕食後>"}]}""" },
        {
            "患者サマリー", DataCategory.Chart, "csv/others.csv", "2026-04-06,退院時サマリー",
            """{"resourceType":"Composition","status":"final","type":{"text":"<退院時サマリー>"},"subject":{"display":"<その方>"},"date":"2026-04-06","author":[{"display":"<あおば中央病院>"}],"title":"<サマリーの題>","section":[{"title":"<経過>","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">良好</div>"}}]}"""
        },
    };

    [Theory, MemberData(nameof(Groups))]
    public async Task Every_item_of_a_group_comes_out_in_files_that_other_systems_read(string group, DataCategory category, string sheet, string cells, string resource)
    {
        await using var host = await ExchangeHost.Start();
        var person = await host.Resident();
        var items = Item().Matches(resource).Select(m => m.Groups["item"].Value).ToList();
        Assert.True(items.Count >= 3, group);
        var json = Item().Replace(resource, "${item}");
        Assert.True((await (await host.Open(person.No)).Write([new NewRecord(ExchangeHost.Json(json), new RecordOrigin(SourceKind.Mynaportal, "マイナポータル", null, null, host.Clock.Now), category)], ExchangeHost.Cancel)).IsOk);

        using var archive = new ZipArchive(new MemoryStream(await host.TakeOut(person)));

        var type = ExchangeHost.Json(json).Type;
        var fhir = await Text(archive.GetEntry($"tasuki-20261101/fhir/{type}.ndjson")!);
        var sphr = new StringBuilder();
        using (var inner = new ZipArchive(await Bytes(archive.Entries.Single(e => e.Name.EndsWith(".sphr", StringComparison.Ordinal)))))
        {
            foreach (var entry in inner.Entries)
                sphr.Append(await Text(entry));
        }

        foreach (var item in items)
        {
            Assert.Contains(item, fhir, StringComparison.Ordinal);
            Assert.Contains(item, sphr.ToString(), StringComparison.Ordinal);
        }

        Assert.Contains($"\"code\":\"{category}\"", fhir, StringComparison.Ordinal);
        Assert.Contains("\"code\":\"Mynaportal\"", fhir, StringComparison.Ordinal);
        // In the table a person opens: its day, what it is and what was found or given.
        var table = await Text(archive.GetEntry($"tasuki-20261101/{sheet}")!);
        Assert.All(cells.Split(','), cell => Assert.Contains(cell, table, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_category_of_the_guideline_that_comes_from_there_has_its_group() => Assert.Empty(
        Enum.GetValues<DataCategory>().Except([DataCategory.Other, DataCategory.EmployerCheckup, DataCategory.Lifelog]).Except(Groups.Select(g => g.Data.Item2)));

    private static async Task<string> Text(ZipArchiveEntry entry) => Encoding.UTF8.GetString((await Bytes(entry)).ToArray());

    private static async Task<MemoryStream> Bytes(ZipArchiveEntry entry)
    {
        var memory = new MemoryStream();
        await using (var stream = await entry.OpenAsync(ExchangeHost.Cancel))
            await stream.CopyToAsync(memory, ExchangeHost.Cancel);
        memory.Position = 0;
        return memory;
    }

    // Not the elements of a narrative.
    [GeneratedRegex("(?<=\")<(?<item>[^<>/\"]+)>(?=\")", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Item();
}
