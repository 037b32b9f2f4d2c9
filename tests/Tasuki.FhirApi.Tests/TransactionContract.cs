using System.Text.Json;
using Tasuki.Kernel.Records;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Tests;

public sealed class SqliteTransactionTests() : TransactionContract(StoreKind.Sqlite);

public sealed class PostgresTransactionTests() : TransactionContract(StoreKind.Postgres);

/// <summary>What a transaction may hold: conditions, patches, deletions; all or nothing, by the rules of single requests; and what is no Bundle to be run.</summary>
public abstract class TransactionContract(StoreKind store)
{
    private const string Clinic1 = """{"resourceType":"Organization","identifier":[{"system":"u","value":"o1"}],"name":"c"}""";

    [Fact]
    public async Task Conditional_updates_in_transactions_at_the_same_time_make_one_record_and_none_is_lost_unsaid()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        string Body(int weight) => Entry.Transaction(Entry.Of("PUT", "Observation?identifier=urn:x|race", one.Observation($"{60 + weight}", "2026-01-01", ",\"identifier\":[{\"system\":\"urn:x\",\"value\":\"race\"}]")));
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(weight => Task.Run(() => one.Ask("POST", "", Body(weight)))));
        Assert.All(answers, answer => Assert.True(answer.Status == 200, answer.Body.ToString()));
        var id = Assert.Single(await one.Found("Observation?identifier=urn:x|race"));
        // Each that was said to be done is a version.
        Assert.Equal(8, (await one.Ask("GET", $"Observation/{id}")).Version);
    }

    [Fact]
    public async Task A_GET_that_fails_fails_the_transaction_and_nothing_is_written()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var stands = await one.Weigh("60", "2026-01-01");
        string Whole(string method, string url, string address, string? body = null) => Entry.Transaction(Entry.Of("GET", address), Entry.Of(method, url, body));
        foreach (var (address, status) in new[] { ("Observation/none", 404), ("Observation?nothing=1", 400), ("Observation/none/_history", 404), ("Nothing/1", 404), ($"Observation/{stands}/_history/9", 404) })
        {
            var refused = await one.Ask("POST", "", Whole("POST", "Observation", address, one.Observation("61", "2026-01-02")));
            Assert.True(refused.Status == status, $"{address}: {refused.Status} {refused.Body}");
            Assert.StartsWith("Entry 1: ", refused.Issue.Sentence, StringComparison.Ordinal);
        }

        Assert.Equal(410, (await one.Ask("POST", "", Whole("DELETE", $"Observation/{stands}", $"Observation/{stands}"))).Status);
        Assert.Equal([stands], await one.Found("Observation"));
        // It reads what the writes made.
        var done = await one.Ask("POST", "", Whole("POST", "Observation", "Observation?_summary=count", one.Observation("61", "2026-01-02")));
        Assert.Equal(2, done.Entries[0].GetProperty("resource").GetProperty("total").GetInt32());
        Assert.Equal(200, (await one.Ask("POST", "", Entry.Transaction(Entry.Of("GET", $"Observation/{stands}")))).Status);
        Assert.Equal(404, (await one.Ask("POST", "", Entry.Transaction(Entry.Of("GET", "Observation/none")))).Status);
    }

    [Fact]
    public async Task Conditional_updates_deletions_and_patches_are_done_all_or_nothing()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        string Named(string value, string name) => one.Observation(value, "2026-02-05", $$""","identifier":[{"system":"u","value":"{{name}}"}]""");
        var (updated, deleted, patched) = (await Made("a"), await Made("b"), await Made("c"));
        async Task<string> Made(string name) => (await one.Ask("POST", "Observation", Named("60", name))).Id;
        string Bundle(string last) => Entry.Transaction(
            Entry.Of("PUT", "Observation?identifier=u|a", Named("61", "a"), "urn:uuid:1b0fd0d6-1d0a-4f9e-8f56-000000000001"),
            Entry.Of("PUT", "Observation?identifier=u|new", Named("62", "new"), "urn:uuid:1b0fd0d6-1d0a-4f9e-8f56-000000000002"),
            Entry.Of("DELETE", "Observation?identifier=u|b"),
            Entry.Of("DELETE", "Observation?identifier=u|none"),
            Entry.Of("PATCH", $"Observation/{patched}", Entry.Patch("""[{"op":"replace","path":"/valueQuantity/value","value":63},{"op":"add","path":"/hasMember","value":[{"reference":"urn:uuid:1b0fd0d6-1d0a-4f9e-8f56-000000000002"}]}]""")),
            Entry.Of("POST", "DiagnosticReport", $$$"""{"resourceType":"DiagnosticReport","status":"final","code":{"text":"r"},"subject":{"reference":"Patient/{{{one.Id}}}"},"result":[{"reference":"urn:uuid:1b0fd0d6-1d0a-4f9e-8f56-000000000001"}]}"""),
            last);

        foreach (var (last, status) in new[]
        {
            (Entry.Of("PATCH", "Observation?identifier=u|none", Entry.Patch("[]")), 404), (Entry.Of("PATCH", $"Observation/{updated}", Entry.Patch("""[{"op":"remove","path":"/none"}]""")), 400),
            (Entry.Of("PATCH", $"Observation/{updated}", Entry.Patch("[]").Replace("json-patch+json", "xml", StringComparison.Ordinal)), 415), (Entry.Of("PATCH", $"Observation/{updated}", Entry.Patch("[]"), more: ",\"ifMatch\":\"W/\\\"9\\\"\""), 412),
            (Entry.Of("PUT", "Observation", Named("1", "x")), 400), (Entry.Of("DELETE", "Observation?category=vital-signs"), 412), (Entry.Of("DELETE", $"Observation/{updated}"), 400), (Entry.Of("PUT", "Observation/_search", "{}"), 404),
        })
        {
            var refused = await one.Ask("POST", "", Bundle(last));
            Assert.True(refused.Status == status, $"{last}: {refused.Status} {refused.Body}");
            Assert.StartsWith("Entry ", refused.Issue.Sentence, StringComparison.Ordinal);
        }

        Assert.Equal(3, (await one.Found("Observation?value-quantity=60")).Count);
        Assert.Empty(await one.Found("DiagnosticReport"));

        var done = await one.Ask("POST", "", Bundle(Entry.Of("GET", "Observation?_summary=count")));
        Assert.Equal(["200", "201", "204", "204", "200", "201", "200"], done.Statuses(), StringComparer.Ordinal);
        Assert.Equal(3, done.Entries[6].GetProperty("resource").GetProperty("total").GetInt32());
        Assert.Equal([updated], await one.Found("Observation?value-quantity=61"));
        Assert.Equal(410, (await one.Ask("GET", $"Observation/{deleted}")).Status);
        Assert.Equal([patched], await one.Found($"Observation?value-quantity=63&has-member=Observation/{done.IdOf(1)}"));
        Assert.Single(await one.Found($"DiagnosticReport?result=Observation/{updated}"));
        await clinic.LogHolds();
    }

    [Fact]
    public async Task What_two_entries_ask_for_by_one_condition_is_one_record()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        const string A = "urn:uuid:1b0fd0d6-1d0a-4f9e-8f56-00000000000a", B = "urn:uuid:1b0fd0d6-1d0a-4f9e-8f56-00000000000b", IfNone = ",\"ifNoneExist\":\"identifier=u|o1\"";
        var done = await one.Ask("POST", "", Entry.Transaction(
            Entry.Of("POST", "Organization", Clinic1, A, IfNone), Entry.Of("POST", "Organization", Clinic1, B, IfNone),
            Entry.Of("POST", "Observation", one.Observation("61", "2026-02-05", $",\"performer\":[{{\"reference\":\"{A}\"}},{{\"reference\":\"{B}\"}}]"))));
        Assert.Equal(["201", "200", "201"], done.Statuses(), StringComparer.Ordinal);
        Assert.Equal(done.IdOf(0), done.IdOf(1));
        Assert.All(done.Entries[2].GetProperty("resource").GetProperty("performer").EnumerateArray(), performer => Assert.Equal($"Organization/{done.IdOf(0)}", performer.GetProperty("reference").GetString()));
        var overlap = await one.Ask("POST", "", Entry.Transaction(
            Entry.Of("PUT", "Observation?identifier=u|n", one.Observation("1", "2026-02-05")), Entry.Of("PUT", "Observation?identifier=u|n", one.Observation("2", "2026-02-05"))));
        Assert.Equal((400, "Entry 2: Its condition finds no record, and entry 1 creates one by the same."), (overlap.Status, overlap.Issue.Sentence));
        Assert.Single(await one.Found("Organization"));
        Assert.Single(await one.Found("Observation"));
    }

    [Fact]
    public async Task What_was_deleted_before_is_deleted_again_without_a_word()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var id = await one.Weigh("60", "2026-01-05");
        Assert.Equal(204, (await one.Ask("DELETE", $"Observation/{id}")).Status);
        var done = await one.Ask("POST", "", Entry.Transaction(Entry.Of("DELETE", $"Observation/{id}"), Entry.Of("POST", "Observation", one.Observation("61", "2026-02-05"))));
        Assert.Equal(["204", "201"], done.Statuses(), StringComparer.Ordinal);
        Assert.Equal(404, (await one.Ask("POST", "", Entry.Transaction(Entry.Of("DELETE", "Observation/none")))).Status);
    }

    [Fact]
    public async Task The_rules_of_writing_hold_for_each_entry()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var official = await one.Came(one.Observation("60", "2026-01-05", ",\"identifier\":[{\"system\":\"u\",\"value\":\"a\"}]"), new RecordOrigin(SourceKind.MedicalInstitution, null, null, null, TimeProvider.System.GetUtcNow()));
        foreach (var entry in new[]
        {
            Entry.Of("PATCH", $"Observation/{official}", Entry.Patch("""[{"op":"replace","path":"/status","value":"amended"}]""")),
            Entry.Of("PUT", "Observation?identifier=u|a", one.Observation("61", "2026-01-05")), Entry.Of("DELETE", "Observation?identifier=u|a"),
        })
        {
            Assert.Equal((403, "business-rule"), await Refused(Entry.Transaction(entry)));
            Assert.Equal(["403"], (await one.Ask("POST", "", Entry.Batch(entry))).Statuses(), StringComparer.Ordinal);
        }

        one.Scopes = "patient/Observation.crs";
        Assert.Equal((403, "forbidden"), await Refused(Entry.Transaction(Entry.Of("PUT", "Observation?identifier=u|none", one.Observation("61", "2026-01-05")))));
        Assert.Equal((403, "forbidden"), await Refused(Entry.Transaction(Entry.Of("DELETE", "Observation?identifier=u|none"))));
        one.Scopes = "patient/Observation.cru";
        Assert.Equal((403, "forbidden"), await Refused(Entry.Transaction(Entry.Of("PUT", "Observation?identifier=u|a", one.Observation("61", "2026-01-05")))));
        one.Scopes = "patient/*.cruds";
        Assert.Equal([official], await one.Found("Observation"));

        async Task<(int, string)> Refused(string bundle) => await one.Ask("POST", "", bundle) is var reply ? (reply.Status, reply.Issue.Code) : default;
    }

    [Fact]
    public async Task A_patch_in_a_batch_is_a_binary_that_holds_it()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var id = await one.Weigh("60", "2026-01-05");
        var done = await one.Ask("POST", "", Entry.Batch(
            Entry.Of("PATCH", $"Observation/{id}", Entry.Patch("""[{"op":"replace","path":"/valueQuantity/value","value":61}]"""), more: ",\"ifMatch\":\"W/\\\"1\\\"\""),
            Entry.Of("PATCH", $"Observation?_id={id}", Entry.Patch("""[{"op":"replace","path":"/valueQuantity/value","value":62}]""")),
            Entry.Of("PATCH", $"Observation/{id}", Entry.Patch("{")), Entry.Of("PATCH", $"Observation/{id}", "{\"resourceType\":\"Binary\",\"contentType\":\"application/json-patch+json\",\"data\":\"*\"}"),
            Entry.Of("PATCH", $"Observation/{id}", "{\"resourceType\":\"Parameters\"}")));
        Assert.Equal(["200", "200", "400", "400", "415"], done.Statuses(), StringComparer.Ordinal);
        var now = await one.Ask("GET", $"Observation/{id}");
        Assert.Equal((3, "62"), (now.Version!.Value, now.Body.GetProperty("valueQuantity").GetProperty("value").GetRawText()));
    }

    [Fact]
    public async Task A_consent_is_ended_by_a_patch_among_other_changes()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        await one.Connect("2", AccessClasses.All);
        one.App = "2";
        Assert.Equal(200, (await one.Ask("GET", "Observation?_summary=count")).Status);
        var consent = (await one.Ask("GET", "Consent?status=active")).Entries.Last().GetProperty("resource").GetProperty("id").GetString()!;
        var done = await one.Ask("POST", "", Entry.Transaction(
            Entry.Of("PATCH", $"Consent/{consent}", Entry.Patch("""[{"op":"replace","path":"/status","value":"inactive"}]""")), Entry.Of("POST", "Observation", one.Observation("61", "2026-02-05"))));
        Assert.Equal(["200", "201"], done.Statuses(), StringComparer.Ordinal);
        Assert.Equal("inactive", done.Entries[0].GetProperty("resource").GetProperty("status").GetString());
    }

    [Fact]
    public async Task What_the_vault_refuses_names_its_entry_and_entries_that_are_no_list_are_refused()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var id = await one.Weigh("60", "2026-01-05");
        var match = ",\"ifMatch\":\"W/\\\"7\\\"\"";
        foreach (var entry in new[] { Entry.Of("PUT", $"Observation/{id}", one.Observation("62", "2026-01-05"), more: match), Entry.Of("DELETE", $"Observation/{id}", more: match) })
        {
            var refused = await one.Ask("POST", "", Entry.Transaction(Entry.Of("POST", "Observation", one.Observation("61", "2026-01-05")), entry));
            Assert.Equal(412, refused.Status);
            Assert.StartsWith("Entry 2: ", refused.Issue.Sentence, StringComparison.Ordinal);
        }

        await one.Ask("POST", "Organization", Clinic1);
        await one.Ask("POST", "Organization", Clinic1);
        var many = await one.Ask("POST", "", Entry.Transaction(
            Entry.Of("POST", "Observation", one.Observation("61", "2026-01-05")), Entry.Of("POST", "Organization", Clinic1, more: ",\"ifNoneExist\":\"identifier=u|o1\"")));
        Assert.Equal((412, "multiple-matches"), (many.Status, many.Issue.Code));
        Assert.StartsWith("Entry 2: ", many.Issue.Sentence, StringComparison.Ordinal);
        foreach (var type in new[] { "batch", "transaction" })
        {
            var odd = await one.Ask("POST", "", $$$"""{"resourceType":"Bundle","type":"{{{type}}}","entry":{}}""");
            Assert.Equal((400, "The entry of a Bundle is a list."), (odd.Status, odd.Issue.Sentence));
        }

        Assert.Equal([id], await one.Found("Observation"));
    }
}
