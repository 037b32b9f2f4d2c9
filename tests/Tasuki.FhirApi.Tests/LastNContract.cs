using Tasuki.FhirApi.Searching;
using Tasuki.Kernel.Records;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Tests;

public sealed class SqliteLastNTests() : LastNContract(StoreKind.Sqlite);

public sealed class PostgresLastNTests() : LastNContract(StoreKind.Postgres);

/// <summary>Observation/$lastn groups and counts as its OperationDefinition in R4 says.</summary>
public abstract class LastNContract(StoreKind store)
{
    [Fact]
    public async Task Codes_in_words_alone_are_grouped_by_their_words_and_never_by_their_category()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var (temperature, pulse, grip) = (await Said(one, "体温", "2026-01-01"), await Said(one, "脈拍", "2026-01-02"), await Said(one, "握力", "2026-01-03"));
        Assert.Equal([grip, pulse, temperature], await one.Found($"Observation/$lastn?patient={one.Id}&category=therapy"), StringComparer.Ordinal);
        var (newer, spaced) = (await Said(one, "体温", "2026-02-01"), await Said(one, "体 温", "2025-01-01"));
        Assert.Equal([newer, grip, pulse, spaced], await one.Found("Observation/$lastn"), StringComparer.Ordinal);
        Assert.Equal([newer, grip, pulse, temperature, spaced], await one.Found("Observation/$lastn?max=2"), StringComparer.Ordinal);
        // A code with a coding is grouped by that, whatever its words.
        var coded = await Coded(one, "2026-03-01", """{"system":"urn:x","code":"体温"}""");
        Assert.Contains(newer, await one.Found("Observation/$lastn"), StringComparer.Ordinal);
        Assert.Contains(coded, await one.Found("Observation/$lastn"), StringComparer.Ordinal);
    }

    [Fact]
    public async Task Translations_are_one_code_also_by_way_of_a_third_and_a_code_of_another_system_is_another()
    {
        const string A = """{"system":"http://loinc.org","code":"9999-1"}""", B = """{"system":"urn:loc","code":"LX"}""", C = """{"system":"urn:third","code":"LX"}""", D = """{"code":"LX"}""";
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var (first, _, third) = (await Coded(one, "2020-01-01", A + "," + B), await Coded(one, "2020-01-02", B + "," + A), await Coded(one, "2020-01-03", A));
        Assert.Equal([third], await one.Found($"Observation/$lastn?patient={one.Id}&code=9999-1"), StringComparer.Ordinal);
        var (ofB, ofC, ofD) = (await Coded(one, "2020-02-01", B), await Coded(one, "2020-03-01", C), await Coded(one, "2020-04-01", D));
        Assert.Equal([ofD, ofC, ofB], await one.Found("Observation/$lastn"), StringComparer.Ordinal);
        Assert.Equal([ofD, ofC, ofB, third], await one.Found("Observation/$lastn?max=2"), StringComparer.Ordinal);
        Assert.Equal(6, (await one.Found("Observation/$lastn?max=50")).Count);
        // What was two groups until now is one by the oldest record of all.
        await Coded(one, "2019-01-01", C + "," + B);
        Assert.Equal([ofD, ofC], await one.Found("Observation/$lastn"), StringComparer.Ordinal);
        Assert.Equal([ofD, ofC, ofB], await one.Found("Observation/$lastn?max=2"), StringComparer.Ordinal);
        Assert.Contains(first, await one.Found("Observation/$lastn?max=5"), StringComparer.Ordinal);
    }

    [Fact]
    public async Task Those_at_the_same_instant_as_the_last_of_a_code_come_too()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var older = await one.Weigh("59", "2019-01-01");
        var (here, utc) = (await one.Weigh("60", "2020-01-01T10:00:00+09:00"), await one.Weigh("61", "2020-01-01T01:00:00Z"));
        Assert.Equal(Sorted(here, utc), Sorted(await one.Found("Observation/$lastn")), StringComparer.Ordinal);
        Assert.Equal(Sorted(here, utc), Sorted(await one.Found("Observation/$lastn?max=2")), StringComparer.Ordinal);
        Assert.Equal(Sorted(here, utc, older), Sorted(await one.Found("Observation/$lastn?max=3")), StringComparer.Ordinal);
        var newest = await one.Weigh("62", "2021-01-01");
        Assert.Equal([newest], await one.Found("Observation/$lastn"), StringComparer.Ordinal);
        Assert.Equal(Sorted(newest, here, utc), Sorted(await one.Found("Observation/$lastn?max=2")), StringComparer.Ordinal);
    }

    [Fact]
    public async Task What_shapes_an_answer_is_answered_or_refused_by_name()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        await one.Weigh("60", "2020-01-01");
        var newest = await one.Weigh("61", "2021-01-01", ",\"note\":[{\"text\":\"n\"}]");
        foreach (var refused in new[] { "_count=1", "_sort=date", "_type=Condition", "_page=x", "_contained=true" })
        {
            var answer = await one.Ask("GET", "Observation/$lastn?" + refused);
            Assert.Equal((400, true), (answer.Status, answer.Issue.Sentence.Contains(refused[..refused.IndexOf('=', StringComparison.Ordinal)], StringComparison.Ordinal)));
        }

        var counted = await one.Ask("GET", "Observation/$lastn?_summary=count");
        Assert.Equal((1, 0), (counted.Body.GetProperty("total").GetInt32(), counted.Entries.Count));
        Assert.Equal(2, (await one.Ask("GET", "Observation/$lastn?max=2&_total=accurate")).Body.GetProperty("total").GetInt32());
        foreach (var part in new[] { "_elements=status", "_summary=true" })
            Assert.False((await one.Ask("GET", "Observation/$lastn?" + part)).Entries[0].GetProperty("resource").TryGetProperty("note", out _), part);
        var included = await one.Ask("GET", "Observation/$lastn?_include=Observation:subject&_revinclude=Provenance:target");
        Assert.Equal([newest], included.Matches, StringComparer.Ordinal);
        Assert.Contains(one.Id, included.Included, StringComparer.Ordinal);
        Assert.Equal(2, included.Included.Count);
    }

    [Fact]
    public async Task No_other_type_comes_past_the_scopes()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var problem = await one.Make("Condition", $$"""
            "clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}]},"code":{"text":"a"},"subject":{"reference":"Patient/{{one.Id}}"}
            """);
        one.Scopes = "patient/Observation.rs";
        foreach (var (method, body) in new[] { ("GET", null), ("POST", """{"resourceType":"Parameters","parameter":[{"name":"_type","valueCode":"Condition"}]}""") })
        {
            var answer = await one.Ask(method, body is null ? "Observation/$lastn?_type=Condition" : "Observation/$lastn", body);
            Assert.Equal(400, answer.Status);
            Assert.DoesNotContain(problem, answer.Body.GetRawText(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task One_walk_opens_each_record_once()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        for (var day = 1; day <= 9; day++)
            await Coded(one, $"2020-01-0{day}", $$"""{"system":"urn:a","code":"{{day}}"},{"system":"urn:a","code":"{{day + 1}}"}""");
        one.Budget = new SearchBudget(new SearchLimits(Most: 9, Heavy: 9, PerMinute: 10, AtOnce: 1), TimeProvider.System);
        Assert.Single((await one.Ask("GET", "Observation/$lastn")).Matches);
        await Coded(one, "2020-02-01", """{"system":"urn:a","code":"1"}""");
        Assert.Equal((422, "too-costly"), (await one.Ask("GET", "Observation/$lastn")) is var refused ? (refused.Status, refused.Issue.Code) : default);
    }

    private static IReadOnlyList<string> Sorted(params IReadOnlyList<string> ids) => [.. ids.Order(StringComparer.Ordinal)];

    private static Task<string> Said(Patient one, string words, string day) => Make(one, $$"""{"text":"{{words}}"}""", day);

    private static Task<string> Coded(Patient one, string day, string codings) => Make(one, $$"""{"coding":[{{codings}}]}""", day);

    private static Task<string> Make(Patient one, string code, string day) => one.Make("Observation", $$"""
        "status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"therapy"}]}],"code":{{code}},
        "subject":{"reference":"Patient/{{one.Id}}"},"effectiveDateTime":"{{day}}","valueQuantity":{"value":1}
        """);
}
