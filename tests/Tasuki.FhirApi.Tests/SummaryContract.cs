using System.Text;
using System.Text.Json;
using Tasuki.FhirApi.Operations.Summary;
using Tasuki.Kernel.Records;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Tests;

public sealed class SqliteSummaryTests() : SummaryContract(StoreKind.Sqlite);

public sealed class PostgresSummaryTests() : SummaryContract(StoreKind.Postgres);

/// <summary>Patient/[id]/$summary: the International Patient Summary of what the caller may see.</summary>
public abstract class SummaryContract(StoreKind store)
{
    [Fact]
    public async Task A_summary_is_a_valid_document_of_sections_whose_entries_stand_in_it()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var weight = await one.Weigh("61.40", "2026-04-01");
        var problem = await Add(one, Condition(one, "active", "<b>高血圧 & \\\"腎\\\"</b>"));
        var past = await Add(one, Condition(one, "resolved", "hay fever"));
        // con-5: what was entered in error has no clinical status.
        await Add(one, $$$$"""{"resourceType":"Condition","code":{"text":"a slip"},"subject":{"reference":"Patient/{{{{one.Id}}}}"},"verificationStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-ver-status","code":"entered-in-error"}]}}""");
        var organization = await Add(one, """{"resourceType":"Organization","name":"さくら医院"}""");
        var medicine = await Add(one, $$$"""{"resourceType":"MedicationStatement","status":"active","medicationCodeableConcept":{"text":"アムロジピン錠5mg"},"subject":{"reference":"Patient/{{{one.Id}}}"},"effectiveDateTime":"2026-03-01","informationSource":{"reference":"Organization/{{{organization}}}"}}""");

        var made = await one.Ask("GET", $"Patient/{one.Id}/$summary");
        Assert.Equal(200, made.Status);
        Assert.Empty(Fhir.ResourceValidator.Check(Encoding.UTF8.GetBytes(made.Body.GetRawText())));
        Assert.Equal("document", made.Body.GetProperty("type").GetString());
        var composition = made.Entries[0].GetProperty("resource");
        Assert.Equal(("Composition", "60591-5"), (composition.GetProperty("resourceType").GetString(), Code(composition.GetProperty("type"))));
        var sections = composition.GetProperty("section").EnumerateArray().ToDictionary(section => Code(section.GetProperty("code")), StringComparer.Ordinal);
        Assert.Equal(["11450-4", "48765-2", "10160-0", "8716-3", "11348-0"], sections.Keys, StringComparer.Ordinal);
        Assert.Equal([$"{Clinic.Root}/Condition/{problem}"], Entries(sections["11450-4"]), StringComparer.Ordinal);
        Assert.Equal([$"{Clinic.Root}/Condition/{past}"], Entries(sections["11348-0"]), StringComparer.Ordinal);
        Assert.Equal([$"{Clinic.Root}/MedicationStatement/{medicine}"], Entries(sections["10160-0"]), StringComparer.Ordinal);
        Assert.Equal([$"{Clinic.Root}/Observation/{weight}"], Entries(sections["8716-3"]), StringComparer.Ordinal);
        Assert.Equal("unavailable", Code(sections["48765-2"].GetProperty("emptyReason")));
        Assert.False(sections["48765-2"].TryGetProperty("entry", out _));

        var urls = made.Entries.Select(entry => entry.GetProperty("fullUrl").GetString()!).ToList();
        Assert.Equal(urls.Count, urls.Distinct(StringComparer.Ordinal).Count());
        var named = sections.Values.SelectMany(Entries).Append(composition.GetProperty("subject").GetProperty("reference").GetString()!)
            .Append(composition.GetProperty("author")[0].GetProperty("reference").GetString()!).Append($"{Clinic.Root}/Organization/{organization}");
        Assert.All(named, url => Assert.Contains(url, urls, StringComparer.Ordinal));
        Assert.Contains("2026-04-01", Div(sections["8716-3"]), StringComparison.Ordinal);
        Assert.Contains("61.40 kg", Div(sections["8716-3"]), StringComparison.Ordinal);
        Assert.Contains("&lt;b&gt;高血圧 &amp; &quot;腎&quot;&lt;/b&gt;", Div(sections["11450-4"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_summary_shows_what_the_session_and_the_scopes_show_and_hides_alike()
    {
        await using var clinic = await Clinic.Open(store);
        var (one, other) = (await clinic.Patient(), await clinic.Patient());
        await Add(one, Condition(one, "active", "高血圧"));
        await one.Weigh("61", "2026-04-01");
        one.Scopes = "patient/Patient.r patient/Observation.rs";
        var narrow = await one.Ask("GET", $"Patient/{one.Id}/$summary");
        Assert.Equal(["Composition", "Device", "Patient", "Observation"], Types(narrow), StringComparer.Ordinal);
        one.Scopes = "patient/Observation.rs";
        Assert.Equal(403, (await one.Ask("GET", $"Patient/{one.Id}/$summary")).Status);

        // An app that may see nothing of the chart: the document is that of a person without one.
        await one.Connect("2", AccessClasses.Of(DataCategory.Lifelog, DataCategory.Other));
        one.Scopes = "patient/*.rs";
        one.App = "2";
        var hidden = await one.Ask("GET", $"Patient/{one.Id}/$summary");
        Assert.DoesNotContain("Condition", Types(hidden), StringComparer.Ordinal);
        var (theirs, missing) = (await one.Ask("GET", $"Patient/{other.Id}/$summary"), await one.Ask("GET", $"Patient/{new string('a', 26)}/$summary"));
        Assert.Equal((404, missing.Body.GetRawText()), (theirs.Status, theirs.Body.GetRawText()));
        Assert.Equal(400, (await one.Ask("GET", $"Patient/{one.Id}/$summary?nothing=1")).Status);
        Assert.Equal(400, (await one.Ask("GET", $"Patient/{one.Id}/$summary?profile=http://example.org/other")).Status);
        Assert.Equal(200, (await one.Ask("POST", $"Patient/{one.Id}/$summary", """{"resourceType":"Parameters","parameter":[{"name":"profile","valueUri":"http://hl7.org/fhir/uv/ips/StructureDefinition/Bundle-uv-ips"}]}""")).Status);
    }

    [Fact]
    public async Task A_section_holds_the_newest_and_not_more_than_it_says()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var entries = Enumerable.Range(0, Summarize.MostEach + 5).Select(day => $$$"""{"resource":{{{one.Observation("61", new DateOnly(2026, 1, 1).AddDays(day).ToString("yyyy-MM-dd", null))}}},"request":{"method":"POST","url":"Observation"}}""");
        Assert.Equal(200, (await one.Ask("POST", "", $$"""{"resourceType":"Bundle","type":"transaction","entry":[{{string.Join(',', entries)}}]}""")).Status);
        var days = (await one.Ask("GET", $"Patient/{one.Id}/$summary")).Entries.Select(entry => entry.GetProperty("resource"))
            .Where(resource => resource.GetProperty("resourceType").GetString() is "Observation").Select(resource => resource.GetProperty("effectiveDateTime").GetString()!).ToList();
        Assert.Equal((Summarize.MostEach, "2026-01-06"), (days.Count, days.Min(StringComparer.Ordinal)));
    }

    private static async Task<string> Add(Patient one, string resource)
    {
        var made = await one.Ask("POST", JsonDocument.Parse(resource).RootElement.GetProperty("resourceType").GetString()!, resource);
        Assert.True(made.Status == 201, made.Body.ToString());
        return made.Id;
    }

    private static string Condition(Patient one, string status, string text) =>
        $$$"""{"resourceType":"Condition","clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"{{{status}}}"}]},"code":{"text":"{{{text}}}"},"subject":{"reference":"Patient/{{{one.Id}}}"}}""";

    private static string Code(JsonElement concept) => concept.GetProperty("coding")[0].GetProperty("code").GetString()!;

    private static string Div(JsonElement section) => section.GetProperty("text").GetProperty("div").GetString()!;

    private static IEnumerable<string> Entries(JsonElement section) => !section.TryGetProperty("entry", out var entries) ? [] : entries.EnumerateArray().Select(entry => entry.GetProperty("reference").GetString()!);

    private static IEnumerable<string> Types(Reply reply) => reply.Entries.Select(entry => entry.GetProperty("resource").GetProperty("resourceType").GetString()!);
}
