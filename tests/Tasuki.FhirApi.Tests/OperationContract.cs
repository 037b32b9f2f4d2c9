using Tasuki.Kernel.Records;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Tests;

public sealed class SqliteOperationTests() : OperationContract(StoreKind.Sqlite);

public sealed class PostgresOperationTests() : OperationContract(StoreKind.Postgres);

/// <summary>$validate, $docref, $lastn, $everything: asked by address and by Parameters alike.</summary>
public abstract class OperationContract(StoreKind store)
{
    [Fact]
    public async Task Validate_says_what_R4_the_profile_and_the_rules_say_and_stores_nothing()
    {
        await using var clinic = await Clinic.Open(store);
        clinic.Profiles = Packages.Loaded("off");
        var one = await clinic.Patient();
        var good = one.Observation("61", "2026-04-01");
        Assert.Equal(["informational"], await Codes(one, "Observation/$validate", one.Observation("61", "2026-04-01", ",\"note\":[{\"text\":\"n\"}]")));
        Assert.Contains("value", await Codes(one, "Observation/$validate", one.Observation("61", "2026-02-31")), StringComparer.Ordinal);
        Assert.Contains("structure", await Codes(one, "Observation/$validate", "{\"resourceType\":\"Observation\","), StringComparer.Ordinal);
        Assert.Contains("invalid", await Codes(one, "Condition/$validate", good), StringComparer.Ordinal);
        Assert.Contains("required", await Codes(one, $"Observation/$validate?profile={Packages.Noted}", good), StringComparer.Ordinal);
        Assert.Contains("not-found", await Codes(one, "Observation/$validate?profile=http://example.org/none", good), StringComparer.Ordinal);
        Assert.Contains("required", await Codes(one, "Observation/$validate", Parameters($"{{\"name\":\"resource\",\"resource\":{good}}},{{\"name\":\"profile\",\"valueCanonical\":\"{Packages.Noted}\"}}")), StringComparer.Ordinal);
        Assert.Contains("required", await Codes(one, "Observation/$validate", one.Observation("61", "2026-04-01", $",\"meta\":{{\"profile\":[\"{Packages.Noted}\"]}}")), StringComparer.Ordinal);
        Assert.Contains("business-rule", await Codes(one, "Patient/$validate?mode=create", "{\"resourceType\":\"Patient\"}"), StringComparer.Ordinal);
        var other = await clinic.Patient();
        Assert.Contains("business-rule", await Codes(one, "Observation/$validate?mode=create", other.Observation("61", "2026-04-01")), StringComparer.Ordinal);
        Assert.Empty(await one.Found("Observation"));

        foreach (var wrong in new[] { "Observation/$validate?nothing=1", "Observation/$validate?mode=perhaps", "Observation/$validate?mode=delete", "Observation/$validate?mode=profile" })
            Assert.Equal(400, (await one.Ask("POST", wrong, good)).Status);
        Assert.Equal(400, (await one.Ask("GET", "Observation/$validate")).Status);
        Assert.Equal(400, (await one.Ask("POST", "Observation/$validate", Parameters("{\"name\":\"mode\"}"))).Status);
        Assert.Equal(405, (await one.Ask("DELETE", "Observation/$validate")).Status);
    }

    [Theory]
    [InlineData(",\"dataAbsentReason\":{\"text\":\"x\"}", "invariant", "obs-6", "Observation")]
    [InlineData(",\"encounter\":{\"reference\":\"Device/1\"}", "structure", "Encounter", "Observation.encounter")]
    [InlineData(",\"performer\":[{\"reference\":\"#none\"}]", "invariant", "ref-1", "Observation.performer[0]")]
    [InlineData(",\"extension\":[{\"url\":\"http://example.org/a\"}]", "invariant", "ext-1", "Observation.extension[0]")]
    [InlineData(",\"text\":{\"status\":\"generated\",\"div\":\"<div xmlns=\\\"http://www.w3.org/1999/xhtml\\\"><script>x</script></div>\"}", "structure", "txt-1", "Observation.text.div")]
    public async Task What_breaks_an_invariant_of_R4_is_refused_on_create_and_update_with_what_validate_says(string more, string code, string said, string place)
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var wrong = one.Observation("61", "2026-04-01", more);
        var id = await one.Weigh("60", "2026-04-01");
        var validated = await one.Ask("POST", "Observation/$validate", wrong);
        var issue = Assert.Single(validated.Body.GetProperty("issue").EnumerateArray());
        Assert.Equal(("error", code, place), (issue.GetProperty("severity").GetString(), issue.GetProperty("code").GetString(), issue.GetProperty("expression")[0].GetString()));
        Assert.Contains(said, issue.GetProperty("diagnostics").GetString(), StringComparison.Ordinal);
        var created = await one.Ask("POST", "Observation", wrong);
        Assert.Equal((422, validated.Body.GetRawText()), (created.Status, created.Body.GetRawText()));
        Assert.Equal(422, (await one.Ask("PUT", $"Observation/{id}", one.Observation("61", "2026-04-01", $",\"id\":\"{id}\"{more}"))).Status);
        Assert.Equal([id], await one.Found("Observation"));
    }

    [Fact]
    public async Task Text_that_is_no_JSON_is_told_with_the_place_where_it_ceases_to_be_some()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var answer = await one.Ask("POST", "Observation/$validate", "{\n\"status\":\"final\",\n\"code\":}");
        var issue = Assert.Single(answer.Body.GetProperty("issue").EnumerateArray());
        Assert.StartsWith("Line 3, column 8: ", issue.GetProperty("diagnostics").GetString(), StringComparison.Ordinal);
        Assert.False(issue.TryGetProperty("expression", out _));
    }

    [Fact]
    public async Task A_record_is_validated_as_it_stands_and_for_what_is_to_be_done_with_it()
    {
        await using var clinic = await Clinic.Open(store);
        clinic.Profiles = Packages.Loaded("warn");
        var (one, other) = (await clinic.Patient(), await clinic.Patient());
        var id = await one.Weigh("61", "2026-04-01");
        Assert.Equal(["informational"], await Codes(one, $"Observation/{id}/$validate?mode=delete", null));
        Assert.Contains("required", await Codes(one, $"Observation/{id}/$validate?profile={Packages.Noted}", null), StringComparer.Ordinal);
        Assert.Contains("invalid", await Codes(one, $"Observation/{id}/$validate?mode=update", one.Observation("61", "2026-04-01", ",\"id\":\"another\"")), StringComparer.Ordinal);
        var own = (await clinic.Vault.Open(Actor.Resident(one.Resident), one.Resident, Purpose.Import, Clinic.Cancel)).Value;
        var official = Fhir.CanonicalResource.Parse(System.Text.Encoding.UTF8.GetBytes(one.Observation("60", "2026-01-01"))).Value;
        var theirs = (await own.Write([new NewRecord(official, new RecordOrigin(SourceKind.Mynaportal, null, null, null, TimeProvider.System.GetUtcNow()))], Clinic.Cancel)).Value[0].Id;
        foreach (var mode in new[] { "update", "delete" })
            Assert.Contains("business-rule", await Codes(one, $"Observation/{theirs}/$validate?mode={mode}", null), StringComparer.Ordinal);
        Assert.DoesNotContain("business-rule", await Codes(one, $"Observation/{theirs}/$validate", null), StringComparer.Ordinal);
        one.Scopes = "patient/Observation.rs";
        Assert.Contains("forbidden", await Codes(one, $"Observation/{id}/$validate?mode=delete", null), StringComparer.Ordinal);
        Assert.Equal(200, (await one.Ask("GET", $"Observation/{id}/$validate")).Status);
        var (hidden, missing) = (await other.Ask("GET", $"Observation/{id}/$validate"), await other.Ask("GET", $"Observation/{new string('a', 26)}/$validate"));
        Assert.Equal((404, missing.Body.GetRawText()), (hidden.Status, hidden.Body.GetRawText()));
    }

    [Fact]
    public async Task Docref_finds_the_documents_of_a_time_by_address_and_by_parameters()
    {
        await using var clinic = await Clinic.Open(store);
        var (one, other) = (await clinic.Patient(), await clinic.Patient());
        var early = (await one.Ask("POST", "DocumentReference", Document(one, "34133-9", "2025-03-01"))).Id;
        var late = (await one.Ask("POST", "DocumentReference", Document(one, "11506-3", "2026-03-01"))).Id;
        // Before what is stored stands the summary, which is made when it is fetched.
        var all = await one.Ask("GET", $"DocumentReference/$docref?patient={one.Id}");
        Assert.Equal(3, all.Entries.Count);
        var made = all.Entries[0].GetProperty("resource");
        Assert.Equal($"{Clinic.Root}/Patient/{one.Id}/$summary", made.GetProperty("content")[0].GetProperty("attachment").GetProperty("url").GetString());
        Assert.False(made.TryGetProperty("id", out _));
        Assert.Equal(new[] { early, late }.Order(StringComparer.Ordinal), all.Entries.Skip(1).Select(entry => entry.GetProperty("resource").GetProperty("id").GetString()!).Order(StringComparer.Ordinal));
        Assert.Empty(Fhir.ResourceValidator.Check(System.Text.Encoding.UTF8.GetBytes(all.Body.GetRawText())));
        var first = await one.Ask("GET", "DocumentReference/$docref?_count=1");
        Assert.Equal((2, 1), (first.Entries.Count, (await one.Ask("GET", first.Next!)).Entries.Count));
        foreach (var alone in new[] { "on-demand=true", "type=60591-5", "type=http://loinc.org|60591-5", "profile=http://hl7.org/fhir/uv/ips/StructureDefinition/Bundle-uv-ips" })
        {
            var only = await one.Ask("GET", $"DocumentReference/$docref?{alone}&patient=Patient/{one.Id}");
            Assert.EndsWith("/$summary", Assert.Single(only.Entries).GetProperty("resource").GetProperty("content")[0].GetProperty("attachment").GetProperty("url").GetString(), StringComparison.Ordinal);
            Assert.StartsWith("DocumentReference/$docref?", only.Link("self"), StringComparison.Ordinal);
        }

        Assert.Empty((await one.Ask("GET", $"DocumentReference/$docref?on-demand=true&patient={other.Id}")).Entries);
        Assert.Empty((await one.Ask("GET", "DocumentReference/$docref?on-demand=true&type=34133-9")).Entries);
        one.Scopes = "patient/DocumentReference.rs";
        Assert.Equal(2, (await one.Found("DocumentReference/$docref")).Count);
        one.Scopes = "patient/*.cruds";
        Assert.Equal([late], await one.Found("DocumentReference/$docref?start=2026-01-01&on-demand=false"));
        Assert.Equal([early], await one.Found($"DocumentReference/$docref?patient=Patient/{one.Id}&end=2025-12-31"));
        Assert.Equal([early], await one.Found("DocumentReference/$docref?type=http://loinc.org|34133-9"));
        var asked = Parameters($"{{\"name\":\"patient\",\"valueId\":\"{one.Id}\"}},{{\"name\":\"type\",\"valueCodeableConcept\":{{\"coding\":[{{\"system\":\"http://loinc.org\",\"code\":\"11506-3\"}}]}}}}");
        Assert.Equal([late], (await one.Ask("POST", "DocumentReference/$docref", asked)).Matches);
        Assert.Equal(["http://example.org/summary"], (await one.Ask("GET", "DocumentReference/$docref?profile=http://example.org/summary")).Entries
            .Select(entry => entry.GetProperty("resource").GetProperty("content")[0].GetProperty("format").GetProperty("code").GetString()!).Distinct(StringComparer.Ordinal), StringComparer.Ordinal);
        Assert.Empty(await one.Found("DocumentReference/$docref?profile=http://example.org/other"));
        Assert.Empty(await one.Found($"DocumentReference/$docref?patient={other.Id}"));
        foreach (var wrong in new[] { "start=yesterday", "on-demand=perhaps", "status=current" })
            Assert.Equal(400, (await one.Ask("GET", "DocumentReference/$docref?" + wrong)).Status);
        Assert.Equal(400, (await one.Ask("POST", "DocumentReference/$docref", Document(one, "1", "2026-01-01"))).Status);
        Assert.Equal(400, (await one.Ask("POST", "DocumentReference/$docref", "{\"resourceType\":")).Status);
    }

    [Fact]
    public async Task Lastn_and_everything_take_their_parameters_from_a_body_too()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var early = await one.Weigh("61", "2025-04-01");
        var late = await one.Weigh("62", "2026-04-01");
        Assert.Equal([late], (await one.Ask("POST", "Observation/$lastn", Parameters($"{{\"name\":\"max\",\"valuePositiveInt\":1}},{{\"name\":\"patient\",\"valueReference\":{{\"reference\":\"Patient/{one.Id}\"}}}}"))).Matches);
        Assert.Equal(400, (await one.Ask("POST", "Observation/$lastn", Parameters("{\"name\":\"max\",\"valueInteger\":0}"))).Status);

        var all = await one.Ask("POST", $"Patient/{one.Id}/$everything", Parameters("{\"name\":\"end\",\"valueDate\":\"2025-12-31\"}"));
        Assert.Equal(new[] { one.Id, early }.Order(StringComparer.Ordinal), all.Matches.Order(StringComparer.Ordinal));
        var first = await one.Ask("GET", $"Patient/{one.Id}/$everything?start=2026-01-01&_count=1");
        var second = await one.Ask("GET", first.Next!);
        Assert.Equal(new[] { one.Id, late }.Order(StringComparer.Ordinal), first.Matches.Concat(second.Matches).Order(StringComparer.Ordinal));
        Assert.Null(second.Next);
        Assert.Equal(400, (await one.Ask("GET", $"Patient/{one.Id}/$everything?start=2026-13-01")).Status);
        Assert.Equal(405, (await one.Ask("PUT", $"Patient/{one.Id}/$everything")).Status);
    }

    private static string Parameters(string parameters) => $$"""{"resourceType":"Parameters","parameter":[{{parameters}}]}""";

    private static string Document(Patient one, string code, string day) => $$$$"""
        {"resourceType":"DocumentReference","status":"current","type":{"coding":[{"system":"http://loinc.org","code":"{{{{code}}}}"}]},"subject":{"reference":"Patient/{{{{one.Id}}}}"},
        "content":[{"attachment":{"contentType":"text/plain","data":"YQ=="},"format":{"system":"urn:ietf:rfc:3986","code":"http://example.org/summary"}}],"context":{"period":{"start":"{{{{day}}}}","end":"{{{{day}}}}"}}}
        """;

    private static async Task<IReadOnlyList<string>> Codes(Patient one, string address, string? body)
    {
        var said = await one.Ask("POST", address, body);
        Assert.True(said.Status == 200, $"{address}: {said.Status}");
        return [.. said.Body.GetProperty("issue").EnumerateArray().Select(issue => issue.GetProperty("code").GetString()!)];
    }
}
