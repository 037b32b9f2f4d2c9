using System.Text.Json;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Tests;

public sealed class SqliteBundleTests() : BundleContract(StoreKind.Sqlite);

public sealed class PostgresBundleTests() : BundleContract(StoreKind.Postgres);

/// <summary>batch and transaction, and bad input of every kind: an answer with a sentence, nothing half-written.</summary>
public abstract class BundleContract(StoreKind store)
{
    [Theory]
    [InlineData("transaction")]
    [InlineData("batch")]
    public async Task What_is_wrong_in_an_entry_is_told_by_its_place_in_what_was_sent(string kind)
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var body = $$$"""
            {
              "resourceType": "Bundle", "type": "{{{kind}}}",
              "entry": [
                { "request": { "method": "POST", "url": "Observation" }, "resource": {{{one.Observation("60", "2026-01-01")}}} },
                { "request": { "method": "POST", "url": "Observation" }, "resource": { "resourceType": "Observation", "status": 7, "code": { "text": "x" }, "subject": { "reference": "Patient/{{{one.Id}}}" } } },
                { "request": { "method": "POST", "url": "Observation" }, "resource": {
                    "resourceType": "Observation", "code": { "text": "x" },
                    "status": "nosuch", "subject": { "reference": "Patient/{{{one.Id}}}" }
                } }
              ]
            }
            """;
        var lines = body.Split('\n');
        (int Entry, int Line, string Before)[] faults = [(1, 5, "7, \"code\""), (2, 8, "\"nosuch\"")];
        foreach (var (entry, line, before) in faults)
        {
            // One fault at a time in a transaction, which ends with the first.
            var sent = kind is "transaction" && entry == 2 ? body.Replace("\"status\": 7", "\"status\": \"final\"", StringComparison.Ordinal) : body;
            var reply = await one.Ask("POST", "", sent);
            var outcome = kind is "batch" ? reply.Entries[entry].GetProperty("response").GetProperty("outcome") : reply.Body;
            var issue = outcome.GetProperty("issue")[0];
            Assert.Equal($"Bundle.entry[{entry}].resource.status", issue.GetProperty("expression")[0].GetString());
            Assert.StartsWith(
                string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{(kind is "batch" ? "" : $"Entry {entry + 1}: ")}Line {line}, column {lines[line - 1].IndexOf(before, StringComparison.Ordinal) + 1}: "),
                issue.GetProperty("diagnostics").GetString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_transaction_is_all_or_nothing_and_its_entries_refer_to_each_other()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var old = await one.Weigh("60", "2026-01-05");
        var report = $$$"""{"resourceType":"DiagnosticReport","status":"final","code":{"text":"r"},"subject":{"reference":"Patient/{{{one.Id}}}"},"result":[{"reference":"urn:uuid:1b0fd0d6-1d0a-4f9e-8f56-000000000001"}]}""";
        var bundle = (string extra) => $$$"""
            {"resourceType":"Bundle","type":"transaction","entry":[
            {"fullUrl":"urn:uuid:1b0fd0d6-1d0a-4f9e-8f56-000000000002","resource":{{{report}}},"request":{"method":"POST","url":"DiagnosticReport"}},
            {"fullUrl":"urn:uuid:1b0fd0d6-1d0a-4f9e-8f56-000000000001","resource":{{{one.Observation("61", "2026-02-05")}}},"request":{"method":"POST","url":"Observation"}},
            {"request":{"method":"DELETE","url":"Observation/{{{old}}}"}}{{{extra}}}]}
            """;
        var refused = await one.Ask("POST", "", bundle(",{\"resource\":{\"resourceType\":\"Observation\",\"wrong\":1},\"request\":{\"method\":\"POST\",\"url\":\"Observation\"}}"));
        Assert.Equal(422, refused.Status);
        Assert.StartsWith("Entry 4:", refused.Issue.Sentence, StringComparison.Ordinal);
        Assert.Equal([old], await one.Found("Observation"));

        var done = await one.Ask("POST", "", bundle($",{{\"request\":{{\"method\":\"GET\",\"url\":\"Observation?patient={one.Id}\"}}}}"));
        Assert.Equal(["201", "201", "204", "200"], done.Entries.Select(entry => entry.GetProperty("response").GetProperty("status").GetString()!), StringComparer.Ordinal);
        var made = done.Entries[1].GetProperty("resource").GetProperty("id").GetString()!;
        Assert.Equal($"Observation/{made}", done.Entries[0].GetProperty("resource").GetProperty("result")[0].GetProperty("reference").GetString());
        Assert.Equal([made], await one.Found("Observation"));
        Assert.Equal([made], (await one.Ask("GET", "DiagnosticReport?_include=DiagnosticReport:result")).Included);
        Assert.Single(await one.Found($"DiagnosticReport?result.value-quantity=61"));
    }

    [Fact]
    public async Task A_batch_answers_each_entry_for_itself()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var done = await one.Ask("POST", "", $$$"""
            {"resourceType":"Bundle","type":"batch","entry":[
            {"resource":{{{one.Observation("61", "2026-02-05")}}},"request":{"method":"POST","url":"Observation"}},
            {"request":{"method":"GET","url":"Observation/none"}},
            {"resource":{"resourceType":"Bundle","type":"batch"},"request":{"method":"POST","url":"Bundle"}},
            {"request":{"method":"GET","url":"Observation?nothing=1"}}]}
            """);
        Assert.Equal(["201", "404", "403", "400"], done.Entries.Select(entry => entry.GetProperty("response").GetProperty("status").GetString()!), StringComparer.Ordinal);
        Assert.Equal(JsonValueKind.Object, done.Entries[1].GetProperty("response").GetProperty("outcome").ValueKind);
    }

    [Fact]
    public async Task Bad_input_is_answered_with_a_sentence_and_never_with_a_fault()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var many = string.Join(',', Enumerable.Repeat("{\"request\":{\"method\":\"GET\",\"url\":\"Observation\"}}", 5_001));
        (string Method, string Address, string? Body, int Status)[] cases =
        [
            ("POST", "Observation", "{\"resourceType\":\"Observation\",", 400), ("POST", "Observation", "[]", 400), ("POST", "Observation", "", 400), ("POST", "Observation", "{}", 400),
            ("POST", "Observation", "{\"resourceType\":\"Condition\"}", 400), ("POST", "Observation", "{\"resourceType\":\"Observation\",\"status\":\"final\",\"status\":\"final\"}", 400),
            ("POST", "Observation", one.Observation("61", "2026-02-31"), 422), ("POST", "Observation", one.Observation("\"61\"", "2026-02-01"), 422), ("POST", "Nothing", "{}", 404),
            ("POST", "", $"{{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[{many}]}}", 413), ("POST", "", "{\"resourceType\":\"Bundle\",\"type\":\"collection\"}", 400),
            ("POST", "", "{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[{}]}", 400), ("POST", "", "{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":7}", 400),
            ("GET", "Observation/a b'; drop table record--", null, 404), ("GET", "Observation/..%2f..%2fetc", null, 404), ("GET", "Observation?date=ge9999999-99-99", null, 400),
            ("GET", "Observation?_id=' or 1=1 --", null, 200), ("GET", "Observation/$nothing", null, 400), ("PUT", "Observation/none", one.Observation("61", "2026-02-01"), 404),
            ("PATCH", "Observation/none", "[]", 404), ("GET", "Observation/_history?_count=x", null, 400), ("GET", $"Observation?{string.Join('&', Enumerable.Repeat("code=1", 1_200))}", null, 422),
            ("GET", "Observation?_page=AAAA", null, 400), ("POST", "_nothing", "{}", 404),
        ];
        foreach (var (method, address, body, status) in cases)
        {
            var answer = await one.Ask(method, address, body);
            Assert.True(answer.Status == status, $"{method} {address} {body?[..Math.Min(80, body.Length)]}: {answer.Status}");
            Assert.True(status == 200 || answer.Body.GetProperty("resourceType").GetString() is "OperationOutcome");
        }

        Assert.Empty(await one.Found("Observation"));
    }
}
