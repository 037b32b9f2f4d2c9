using System.Text.Json;
using Tasuki.Kernel.Records;
using Tasuki.People;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Tests;

public sealed class SqliteWritingTests() : WritingContract(StoreKind.Sqlite);

public sealed class PostgresWritingTests() : WritingContract(StoreKind.Postgres);

/// <summary>What no way of writing lets in, whom a record may be about, and what a scope to write alone hears of what stands.</summary>
public abstract class WritingContract(StoreKind store)
{
    // Its check digit is right; it is nobody's.
    private const string Number = "123456789018";

    [Fact]
    public async Task A_My_Number_comes_in_by_no_way_of_writing()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var labelled = await one.Weigh("61", "2026-04-01", ",\"note\":[{\"text\":\"マイナンバー\"}]");
        foreach (var more in new[]
        {
            $",\"note\":[{{\"text\":\"マイナンバー {Number}\"}}]", ",\"note\":[{\"text\":\"個人番号：１２３４－５６７８－９０１８\"}]", $",\"identifier\":[{{\"type\":{{\"text\":\"個人番号\"}},\"value\":\"{Number}\"}}]",
            $",\"note\":[{{\"text\":\"個\\u4eba番\\u53f7 {Number.Replace("4", "\\u0034", StringComparison.Ordinal)}\"}}]", $",\"focus\":[{{\"reference\":\"#p\"}}],\"contained\":[{{\"resourceType\":\"Patient\",\"id\":\"p\",\"name\":[{{\"text\":\"my number {Number}\"}}]}}]",
        })
        {
            var body = one.Observation("62", "2026-04-02", more);
            var updated = body.Insert(1, $"\"id\":\"{labelled}\",");
            foreach (var answer in new[]
            {
                await one.Ask("POST", "Observation", body), await one.Ask("POST", "Observation", body, h => h["If-None-Exist"] = "date=2026-04-02"), await one.Ask("PUT", $"Observation/{labelled}", updated),
                await one.Ask("PUT", "Observation?date=2026-04-02", body), await one.Ask("POST", "", Bundle("transaction", "POST", "Observation", body)), await one.Ask("POST", "", Bundle("transaction", "PUT", $"Observation/{labelled}", updated)),
            })
            {
                Assert.Equal((422, "business-rule"), (answer.Status, answer.Issue.Code));
                Assert.Contains("My Number", answer.Issue.Sentence, StringComparison.Ordinal);
                Assert.DoesNotContain("5678", answer.Body.GetRawText(), StringComparison.Ordinal);
            }

            Assert.Equal("422", (await one.Ask("POST", "", Bundle("batch", "POST", "Observation", body))).Entries[0].GetProperty("response").GetProperty("status").GetString());
        }

        var validated = await one.Ask("POST", "Observation/$validate", one.Observation("62", "2026-04-02", $",\"note\":[{{\"text\":\"マイナンバー {Number}\"}}]"));
        Assert.Equal(("business-rule", true), (validated.Issue.Code, validated.Issue.Sentence.StartsWith("Line 1, column ", StringComparison.Ordinal)));
        // Word and number by two changes.
        Assert.Equal(422, (await one.Ask("PATCH", $"Observation/{labelled}", $$$"""[{"op":"add","path":"/note/-","value":{"text":"{{{Number}}}"}}]""")).Status);
        Assert.Equal(1, (await one.Ask("GET", $"Observation/{labelled}")).Version);
        Assert.Equal(201, (await one.Ask("POST", "Observation", one.Observation("63", "2026-04-03", $",\"note\":[{{\"text\":\"{Number}\"}}]"))).Status);
        Assert.Equal(2, (await one.Found("Observation")).Count);
    }

    [Fact]
    public async Task Conditional_updates_at_the_same_time_make_one_record()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(
            () => one.Ask("PUT", "Observation?identifier=urn:x|race", one.Observation($"{60 + i}", "2026-04-01", ",\"identifier\":[{\"system\":\"urn:x\",\"value\":\"race\"}]")), Clinic.Cancel)));
        Assert.Single(await one.Found("Observation"));
        Assert.Single(answers, answer => answer.Status == 201);
        Assert.All(answers, answer => Assert.True(answer.Status is 200 or 201, answer.Status + answer.Body.ToString()));
        Assert.Equal(8, (await one.Ask("GET", $"Observation/{(await one.Found("Observation"))[0]}")).Version);
    }

    [Fact]
    public async Task Changes_at_the_same_time_lose_no_race_that_their_callers_did_not_ask_for()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var id = await one.Weigh("60", "2026-04-01", ",\"note\":[{\"text\":\"a\"}]");
        var patched = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => Task.Run(
            () => one.Ask("PATCH", $"Observation/{id}", $$$"""[{"op":"add","path":"/note/-","value":{"text":"n{{{i}}}"}}]"""), Clinic.Cancel)));
        Assert.All(patched, answer => Assert.True(answer.Status == 200, answer.Status + answer.Body.ToString()));
        var whole = await one.Ask("GET", $"Observation/{id}");
        Assert.Equal((13, 13), (whole.Version, whole.Body.GetProperty("note").GetArrayLength()));

        // Who asks for a version is told when it is another's by then.
        var asked = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => Task.Run(
            () => one.Ask("PATCH", $"Observation/{id}", $$$"""[{"op":"add","path":"/note/-","value":{"text":"m{{{i}}}"}}]""", headers => headers["If-Match"] = "W/\"13\""), Clinic.Cancel)));
        Assert.Equal([200, 412, 412, 412, 412, 412], asked.Select(answer => answer.Status).Order());
    }

    [Fact]
    public async Task A_subject_is_no_Patient_of_another_server_and_none_that_the_resource_contains()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        string About(string subject, string more = "") => one.Observation("61", "2026-04-01", more).Replace($"Patient/{one.Id}", subject, StringComparison.Ordinal);
        const string Inside = ",\"contained\":[{\"resourceType\":\"Device\",\"id\":\"d\",\"note\":[{\"text\":\"x\"}]},{\"resourceType\":\"Patient\",\"id\":\"p\",\"name\":[{\"family\":\"Other\"}]}],\"device\":{\"reference\":\"#d\"}";
        var own = await one.Weigh("60", "2026-04-01");
        foreach (var body in new[] { About("https://x.test/fhir/Patient/1"), About("#p", Inside) })
        {
            foreach (var answer in new[]
            {
                await one.Ask("POST", "Observation", body), await one.Ask("PUT", $"Observation/{own}", body.Insert(1, $"\"id\":\"{own}\",")), await one.Ask("POST", "", Entry.Transaction(Entry.Of("POST", "Observation", body))),
            })
                Assert.Equal((422, "business-rule"), (answer.Status, answer.Issue.Code));
        }

        Assert.Equal([own], await one.Found("Observation"));
        // What is not whom it is about may be anywhere, and what a file brought may be said again.
        Assert.Equal(201, (await one.Ask("POST", "Observation", About("#d", Inside.Split(",{\"resourceType\":\"Patient\"")[0] + "]"))).Status);
        Assert.Equal(201, (await one.Ask("POST", "Observation", one.Observation("61", "2026-04-01", ",\"focus\":[{\"reference\":\"https://x.test/fhir/Patient/1\"}]"))).Status);
        var came = await one.Came(About("https://x.test/fhir/Patient/1"), new RecordOrigin(SourceKind.Person, null, null, null, TimeProvider.System.GetUtcNow()));
        Assert.Equal(200, (await one.Ask("PATCH", $"Observation/{came}", """[{"op":"replace","path":"/valueQuantity/value","value":62}]""")).Status);
        Assert.Equal(422, (await one.Ask("PATCH", $"Observation/{came}", """[{"op":"replace","path":"/subject/reference","value":"https://y.test/fhir/Patient/2"}]""")).Status);
    }

    [Fact]
    public async Task An_id_that_could_be_no_address_is_taken_by_no_way_of_writing()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        foreach (var id in new[] { "a b", "../x", new string('a', 65), "ä" })
        {
            var body = one.Observation("61", "2026-04-01").Insert(1, $"\"id\":\"{id}\",");
            foreach (var answer in new[]
            {
                await one.Ask("POST", "Observation", body), await one.Ask("PUT", "Observation?date=2026-04-01", body), await one.Ask("POST", "", Entry.Transaction(Entry.Of("POST", "Observation", body))),
            })
            {
                Assert.Equal((422, "value"), (answer.Status, answer.Issue.Code));
                Assert.Equal("Observation.id", answer.Body.GetProperty("issue")[0].GetProperty("expression")[0].GetString());
            }
        }

        Assert.Empty(await one.Found("Observation"));
        Assert.Equal(201, (await one.Ask("POST", "Observation", one.Observation("61", "2026-04-01").Insert(1, "\"id\":\"A-1.b\","))).Status);
    }

    [Fact]
    public async Task A_record_refers_to_no_other_Patient_however_that_is_written()
    {
        await using var clinic = await Clinic.Open(store);
        var (one, other) = (await clinic.Patient(), await clinic.Patient());
        foreach (var reference in new[]
        {
            "Patient/{0}", "./Patient/{0}", "../fhir/Patient/{0}", "/fhir/Patient/{0}", "//hibiki.example/fhir/Patient/{0}", "https://hibiki.example/fhir/Patient/{0}", "HTTPS://HIBIKI.EXAMPLE/fhir/Patient/{0}",
            "http://hibiki.example:8080/fhir/Patient/{0}", "Patient?_id={0}", "Patient?identifier=urn:x|1", "https://hibiki.example/fhir/Patient?_id={0}", "%50atient/{0}", "Patient/{0}/_history/1", "Patient/{0}#x", " Patient/{0} ",
            "patient/{0}", "Observation/../Patient/{0}", "https://elsewhere.example/r4/Patient/{0}", "Patient/none", "https://hibiki.example/fhir/Patient/none", "Patient/",
        })
        {
            var refused = await one.Ask("POST", "Observation", one.Observation("61", "2026-04-01", About(string.Format(null, reference, other.Id))));
            // A search is refused for being one.
            var expected = reference.Contains('?', StringComparison.Ordinal) ? (400, "invalid") : (422, "business-rule");
            Assert.True(expected == (refused.Status, refused.Issue.Code), $"{reference}: {refused.Status} {refused.Body}");
        }

        Assert.Empty(await one.Found("Observation"));
        foreach (var reference in new[]
        {
            "Patient/{0}", "./Patient/{0}", "HTTPS://HIBIKI.EXAMPLE/fhir/Patient/{0}", "Patient/{0}/_history/1", "https://elsewhere.example/fhir/Patient/7", "Organization/7", "urn:uuid:1b0fd0d6-1d0a-4f9e-8f56-000000000001",
        })
            Assert.Equal(201, (await one.Ask("POST", "Observation", one.Observation("61", "2026-04-01", About(string.Format(null, reference, one.Id))))).Status);
    }

    [Fact]
    public async Task A_Patient_that_shares_nothing_with_a_service_is_answered_like_one_that_never_was()
    {
        await using var clinic = await Clinic.Open(store);
        var (one, other) = (await clinic.Patient(), await clinic.Patient());
        await one.Share(ApiCallerKind.Backend, AccessClasses.All);
        var own = await one.Weigh("61", "2026-04-01");
        foreach (var (method, address) in new[] { ("POST", "Observation"), ("PUT", $"Observation/{own}"), ("PUT", "Observation?identifier=urn:x|none"), ("POST", "Observation?") })
        {
            var answers = new List<Reply>();
            foreach (var patient in new[] { other.Id, "none", new string('a', 26) })
            {
                var body = one.Observation("62", "2026-04-02").Replace(one.Id, patient, StringComparison.Ordinal);
                answers.Add(await one.Ask(method, address, method is "PUT" && address.Contains('/', StringComparison.Ordinal) ? body.Insert(1, $"\"id\":\"{own}\",") : body));
            }

            Assert.All(answers, answer => Assert.Equal((422, answers[1].Body.GetRawText()), (answer.Status, answer.Body.GetRawText())));
        }

        var validated = new List<Reply>();
        foreach (var patient in new[] { other.Id, "none" })
            validated.Add(await one.Ask("POST", "Observation/$validate?mode=create", one.Observation("62", "2026-04-02").Replace(one.Id, patient, StringComparison.Ordinal)));
        Assert.Equal((200, validated[1].Body.GetRawText()), (validated[0].Status, validated[0].Body.GetRawText()));
        Assert.Contains("not open to this caller", validated[0].Issue.Sentence, StringComparison.Ordinal);

        var whole = new List<Reply>();
        foreach (var patient in new[] { other.Id, "none" })
            whole.Add(await one.Ask("POST", "", Bundle("transaction", "POST", "Observation", one.Observation("62", "2026-04-02").Replace(one.Id, patient, StringComparison.Ordinal))));
        Assert.Equal((422, whole[1].Body.GetRawText()), (whole[0].Status, whole[0].Body.GetRawText()));
    }

    [Fact]
    public async Task A_scope_to_write_alone_hears_nothing_of_what_stands()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        one.Scopes = "patient/Patient.r patient/Observation.cud";
        var created = await one.Ask("POST", "Observation", one.Observation("61", "2026-04-01"));
        Assert.Equal((201, 1, JsonValueKind.Undefined), (created.Status, created.Version, created.Body.ValueKind));
        var id = created.Location!.Split('/')[^3];
        Assert.Equal(403, (await one.Ask("GET", $"Observation/{id}")).Status);
        var updated = await one.Ask("PUT", $"Observation/{id}", one.Observation("62", "2026-04-01", $",\"id\":\"{id}\""));
        Assert.Equal((200, 2, JsonValueKind.Undefined), (updated.Status, updated.Version, updated.Body.ValueKind));
        foreach (var patch in new[] { "[]", """[{"op":"test","path":"/status","value":"final"}]""", """[{"op":"test","path":"/status","value":"amended"}]""", """[{"op":"add","path":"/language","value":"en"}]""" })
        {
            var refused = await one.Ask("PATCH", $"Observation/{id}", patch);
            Assert.Equal((403, "forbidden"), (refused.Status, refused.Issue.Code));
            Assert.Contains("reads the record", refused.Issue.Sentence, StringComparison.Ordinal);
        }

        var bundle = await one.Ask("POST", "", Bundle("transaction", "POST", "Observation", one.Observation("63", "2026-04-03")));
        Assert.False(bundle.Entries[0].TryGetProperty("resource", out _));
        Assert.Equal(204, (await one.Ask("DELETE", $"Observation/{id}")).Status);
    }

    [Fact]
    public async Task A_scope_that_reads_under_a_condition_hears_of_what_meets_it()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        one.Scopes = "patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|vital-signs patient/Observation.cud";
        var vital = await one.Ask("POST", "Observation", one.Observation("61", "2026-04-01"));
        Assert.Equal((201, "Observation"), (vital.Status, vital.Body.GetProperty("resourceType").GetString()));
        Assert.Equal(200, (await one.Ask("PATCH", $"Observation/{vital.Id}", """[{"op":"add","path":"/language","value":"en"}]""")).Status);
        var other = await one.Ask("POST", "Observation", one.Observation("61", "2026-04-01").Replace("vital-signs", "laboratory", StringComparison.Ordinal));
        Assert.Equal((201, JsonValueKind.Undefined), (other.Status, other.Body.ValueKind));
        var hidden = await one.Ask("PATCH", $"Observation/{other.Location!.Split('/')[^3]}", """[{"op":"test","path":"/status","value":"final"}]""");
        var never = await one.Ask("PATCH", $"Observation/{new string('a', 26)}", """[{"op":"test","path":"/status","value":"final"}]""");
        Assert.Equal((404, never.Body.GetRawText()), (hidden.Status, hidden.Body.GetRawText()));
    }

    [Fact]
    public async Task A_patch_that_changes_nothing_is_no_new_version()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var id = await one.Weigh("61.40", "2026-04-01", ",\"meta\":{\"profile\":[\"http://example.org/p\"]},\"note\":[{\"text\":\"<山田> & \\u5c71\"}]");
        foreach (var patch in new[] { "[]", """[{"op":"test","path":"/status","value":"final"}]""", """[{"op":"replace","path":"/status","value":"final"}]""" })
        {
            var answer = await one.Ask("PATCH", $"Observation/{id}", patch);
            Assert.Equal((200, 1, id), (answer.Status, answer.Version, answer.Id));
        }

        Assert.Single((await one.Ask("GET", $"Observation/{id}/_history")).Entries);
        Assert.Equal(2, (await one.Ask("PATCH", $"Observation/{id}", """[{"op":"replace","path":"/valueQuantity/value","value":61.4}]""")).Version);
    }

    private static string About(string reference) => $",\"extension\":[{{\"url\":\"http://example.org/about\",\"valueReference\":{{\"reference\":\"{reference}\"}}}}]";

    private static string Bundle(string kind, string method, string address, string body) =>
        $$$"""{"resourceType":"Bundle","type":"{{{kind}}}","entry":[{"resource":{{{body}}},"request":{"method":"{{{method}}}","url":"{{{address}}}"}}]}""";
}
