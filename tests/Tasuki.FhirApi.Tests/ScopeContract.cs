using Tasuki.FhirApi.Searching;
using Tasuki.Kernel;
using Tasuki.People;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Tests;

public sealed class SqliteScopeTests() : ScopeContract(StoreKind.Sqlite);

public sealed class PostgresScopeTests() : ScopeContract(StoreKind.Postgres);

/// <summary>Scopes narrow what the grant gives wherever a search looks: along a chain, from the other end of a reference, and in what comes along.</summary>
public abstract class ScopeContract(StoreKind store)
{
    private const string Laboratory = "http://terminology.hl7.org/CodeSystem/observation-category|laboratory";

    [Theory]
    [InlineData("patient/Patient.rs patient/Condition.rs", "Patient?_has:Observation:subject:code-value-quantity=29463-7$gt60")]
    [InlineData("patient/Patient.rs patient/Condition.rs", "Patient?_has:Observation:subject:code=29463-7&_summary=count")]
    [InlineData("patient/Patient.rs patient/Observation.r", "Patient?_has:Observation:subject:code=29463-7")]
    [InlineData("patient/Observation.rs", "Observation?patient.birthdate=1981-03-05&_summary=count")]
    [InlineData("patient/Observation.rs", "Observation?subject:Patient.name=%E5%B1%B1%E7%94%B0")]
    [InlineData("patient/Observation.rs", "Observation?subject.gender=female")]
    [InlineData("patient/Observation.rs patient/Encounter.rs", "Observation?encounter.subject.name=x")]
    [InlineData("patient/Patient.rs patient/DiagnosticReport.rs", "Patient?_has:DiagnosticReport:subject:_has:Provenance:target:agent=x")]
    [InlineData("patient/Patient.rs patient/DiagnosticReport.rs", "Patient?_has:DiagnosticReport:subject:result.code=29463-7")]
    public async Task What_the_scopes_do_not_cover_is_not_asked_by_a_chain_or_from_the_other_end(string scopes, string query)
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        await one.Weigh("70", "2026-01-01");
        one.Scopes = scopes;
        var reply = await one.Ask("GET", query);
        Assert.True(reply.Status is 403 or 400, $"{query} {reply.Status}");
        Assert.DoesNotContain("entry", reply.Body.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_condition_of_a_scope_holds_along_a_chain_and_from_the_other_end()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var visit = await one.Make("Encounter", $$$"""
            "status":"finished","class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"AMB"},"subject":{"reference":"Patient/{{{one.Id}}}"}
            """);
        var vital = await one.Weigh("70", "2026-01-01", $",\"encounter\":{{\"reference\":\"Encounter/{visit}\"}}");
        var report = await one.Make("DiagnosticReport", $$$"""
            "status":"final","code":{"text":"t"},"subject":{"reference":"Patient/{{{one.Id}}}"},"result":[{"reference":"Observation/{{{vital}}}"}]
            """);
        Assert.Equal([visit], await one.Found("Encounter?_has:Observation:encounter:code=29463-7"));
        Assert.Equal([report], await one.Found("DiagnosticReport?result.code=29463-7"));
        one.Scopes = $"patient/Encounter.rs patient/DiagnosticReport.rs patient/Observation.rs?category={Laboratory}";
        Assert.Empty(await one.Found("Encounter?_has:Observation:encounter:code=29463-7"));
        Assert.Empty(await one.Found("Encounter?_has:Observation:encounter:_has:DiagnosticReport:result:status=final"));
        Assert.Empty(await one.Found("DiagnosticReport?result.code=29463-7"));
        var seen = (await one.Ask("POST", "Observation", one.Observation("1", "2026-01-02", $",\"encounter\":{{\"reference\":\"Encounter/{visit}\"}}").Replace("vital-signs", "laboratory", StringComparison.Ordinal))).Status;
        Assert.Equal(403, seen);
        one.Scopes = "patient/*.cruds";
        await one.Ask("POST", "Observation", one.Observation("1", "2026-01-02", $",\"encounter\":{{\"reference\":\"Encounter/{visit}\"}}").Replace("vital-signs", "laboratory", StringComparison.Ordinal));
        one.Scopes = $"patient/Encounter.rs patient/Observation.rs?category={Laboratory}";
        Assert.Equal([visit], await one.Found("Encounter?_has:Observation:encounter:code=29463-7"));
    }

    [Theory]
    [InlineData("{0}|laboratory,{0}|vital-signs", 2)]
    [InlineData("laboratory,vital-signs", 2)]
    [InlineData("{0}|", 2)]
    [InlineData("{0}|laboratory,{0}|survey", 1)]
    [InlineData("http://elsewhere.test|,{0}|survey", 0)]
    [InlineData("|laboratory", 0)]
    public async Task A_condition_finds_what_a_search_with_the_same_words_finds(string values, int count)
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        await one.Weigh("70", "2026-01-01");
        var other = await one.Ask("POST", "Observation", one.Observation("1", "2026-01-02").Replace("vital-signs", "laboratory", StringComparison.Ordinal));
        Assert.Equal(201, other.Status);
        var category = string.Format(System.Globalization.CultureInfo.InvariantCulture, values, "http://terminology.hl7.org/CodeSystem/observation-category");
        Assert.Equal(count, (await one.Found($"Observation?category={category}")).Count);

        one.Scopes = $"patient/Observation.rs?category={category}";

        Assert.Equal(count, (await one.Found("Observation")).Count);
        Assert.Equal(values.Contains("laboratory", StringComparison.Ordinal) && count > 0 || values is "{0}|" ? 200 : 404, (await one.Ask("GET", $"Observation/{other.Id}")).Status);
    }

    [Fact]
    public async Task Who_may_read_and_not_search_gets_nothing_that_refers_along()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        await one.Weigh("70", "2026-01-01");
        Assert.Single((await one.Ask("GET", "Patient?_revinclude=Observation:subject")).Included);
        one.Scopes = "patient/Patient.rs patient/Observation.r patient/Provenance.r";
        Assert.Empty((await one.Ask("GET", "Patient?_revinclude=Observation:subject&_revinclude=Provenance:target")).Included);
        one.Scopes = "patient/Observation.rs patient/Patient.r";
        Assert.Equal([one.Id], (await one.Ask("GET", "Observation?_include=Observation:subject")).Included);
    }

    [Fact]
    public async Task A_refusal_by_the_scopes_stands_in_the_log_of_the_person_once_for_a_request()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var id = await one.Weigh("70", "2026-01-01");
        one.Scopes = "patient/Patient.rs patient/AuditEvent.rs";
        var before = await Refused(one);
        Assert.Equal(403, (await one.Ask("GET", $"Observation/{id}")).Status);
        Assert.Equal(before + 1, await Refused(one));
        Assert.Equal(403, (await one.Ask("GET", "Observation?code=x")).Status);
        Assert.Equal(before + 2, await Refused(one));
        var batch = $$$"""{"resourceType":"Bundle","type":"batch","entry":[{{{string.Join(',', Enumerable.Repeat("{\"request\":{\"method\":\"GET\",\"url\":\"Observation\"}}", 20))}}}]}""";
        Assert.Equal(200, (await one.Ask("POST", "", batch)).Status);
        Assert.Equal(before + 3, await Refused(one));
    }

    [Fact]
    public async Task What_is_given_twice_and_what_names_no_element_is_refused()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        await one.Weigh("70", "2026-01-01", ",\"component\":[{\"code\":{\"text\":\"c\"}}]");
        foreach (var query in new[]
        {
            "Observation?_sort=date&_sort=-date", "Observation?_count=1&_count=2", "Observation?_elements=nosuch", "Observation?_elements=component.code", "Observation?_elements=Patient.name", "Observation?_type=Patient",
            $"Patient/{one.Id}/Observation?_type=Patient", "AuditEvent?_type=Observation", "Observation?_revinclude=*&code=nosuch",
        })
        {
            var reply = await one.Ask("GET", query);
            Assert.True(reply.Status == 400, $"{query} {reply.Status}");
            Assert.Contains($"'{query[(query.IndexOf('?', StringComparison.Ordinal) + 1)..].Split('=')[0]}'", reply.Issue.Sentence, StringComparison.Ordinal);
        }

        foreach (var elements in new[] { "value", "valueQuantity", "Observation.value" })
        {
            var part = (await one.Ask("GET", $"Observation?_elements={elements}")).Entries[0].GetProperty("resource");
            Assert.True(part.TryGetProperty("valueQuantity", out _), elements);
            Assert.False(part.TryGetProperty("component", out _), elements);
        }
    }

    [Fact]
    public async Task Views_and_summaries_draw_on_the_budget_of_searches()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        for (var day = 1; day < 25; day++)
            await one.Weigh("70", $"2026-01-{day:00}");
        foreach (var address in new[] { "Provenance?_summary=count", "AuditEvent?_summary=count", $"Patient/{one.Id}/$summary" })
        {
            one.Budget = new SearchBudget(new SearchLimits(Most: 1_000, Heavy: 10, PerMinute: 60, AtOnce: 2), TimeProvider.System);
            var statuses = new List<int>();
            for (var i = 0; i < 8; i++)
                statuses.Add((await one.Ask("GET", address)).Status);
            Assert.True(statuses[0] == 200 && statuses.Contains(429), $"{address} {string.Join(' ', statuses)}");
        }

        // All entries of a batch are one request.
        one.Budget = new SearchBudget(new SearchLimits(Most: 1_000, Heavy: 10, PerMinute: 60, AtOnce: 2), TimeProvider.System);
        var batch = $$$"""{"resourceType":"Bundle","type":"batch","entry":[{{{string.Join(',', Enumerable.Repeat("{\"request\":{\"method\":\"GET\",\"url\":\"Provenance?_summary=count\"}}", 20))}}}]}""";
        var answered = (await one.Ask("POST", "", batch)).Entries.Select(entry => entry.GetProperty("response").GetProperty("status").GetString()![..3]).ToList();
        Assert.Contains("429", answered, StringComparer.Ordinal);
        Assert.True(answered.Count(status => status == "200") < 10);
    }

    private static async Task<int> Refused(Patient one) =>
        (await one.Ask("GET", "AuditEvent?outcome=4&_summary=count")).Body.GetProperty("total").GetInt32();
}
