using Tasuki.FhirApi.Searching;
using Tasuki.Kernel.Records;
using Tasuki.People;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Tests;

public sealed class SqlitePastTests() : PastContract(StoreKind.Sqlite);

public sealed class PostgresPastTests() : PastContract(StoreKind.Postgres);

/// <summary>Who sees the past, what it costs, and what is said of a record that was deleted.</summary>
public abstract class PastContract(StoreKind store)
{
    [Fact]
    public async Task What_was_deleted_is_gone_for_whoever_sees_its_past_and_missing_for_others()
    {
        await using var clinic = await Clinic.Open(store);
        var (one, other) = (await clinic.Patient(), await clinic.Patient());
        var id = await one.Weigh("61", "2026-04-01");
        Assert.Equal(200, (await one.Ask("PATCH", $"Observation/{id}", """[{"op":"add","path":"/language","value":"en"}]""")).Status);
        Assert.Equal(204, (await one.Ask("DELETE", $"Observation/{id}")).Status);
        foreach (var address in new[] { "", "/_history/1", "/_history/2", "/_history/3", "?_summary=true" })
        {
            var gone = await one.Ask("GET", $"Observation/{id}{address}");
            Assert.Equal((410, "deleted"), (gone.Status, gone.Issue.Code));
        }

        Assert.Equal(204, (await one.Ask("DELETE", $"Observation/{id}")).Status);
        Assert.Equal("DELETE", Assert.Single((await one.Ask("GET", $"Observation/{id}/_history")).Entries).GetProperty("request").GetProperty("method").GetString());
        foreach (var (method, address) in new[] { ("GET", $"Observation/{id}/_history/4"), ("GET", $"Observation/{id}/_history/0"), ("GET", $"Condition/{id}"), ("DELETE", $"Condition/{id}"), ("PATCH", $"Observation/{id}") })
            Assert.Equal(404, (await one.Ask(method, address, method is "PATCH" ? "[]" : null)).Status);

        // Another person; a class that is closed; a period, in which nothing without a date is seen; a scope with a condition.
        await one.Connect("closed", AccessClasses.Of(DataCategory.Chart));
        foreach (var purpose in new[] { Purpose.AppUse, Purpose.AppEntry })
        {
            Assert.True((await clinic.Vault.Grant(
                Actor.Resident(one.Resident),
                new NewGrant(one.Resident, ActorKind.Application, $"period.{one.Resident.Value}", purpose, AccessClasses.All, new DateOnly(2026, 1, 1), null, TimeProvider.System.GetUtcNow().AddDays(1)), Clinic.Cancel)).IsOk);
        }

        await Missing(other, id);
        one.App = "closed";
        await Missing(one, id);
        one.App = "period";
        await Missing(one, id);
        one.App = "1";
        one.Scopes = "patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|vital-signs";
        Assert.Equal(404, (await one.Ask("GET", $"Observation/{id}")).Status);
    }

    [Fact]
    public async Task The_past_of_a_type_is_searched_and_that_of_a_record_is_read()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var id = await one.Weigh("61", "2026-04-01");
        foreach (var (scopes, ofAll, ofType, ofRecord) in new[]
        {
            ("patient/Observation.r", 403, 403, 200), ("patient/Observation.s", 200, 200, 403), ("patient/Observation.rs", 200, 200, 200), ("patient/Condition.rs", 200, 403, 403),
        })
        {
            one.Scopes = scopes;
            Assert.Equal(
                (scopes, ofAll, ofType, ofRecord),
                (scopes, (await one.Ask("GET", "_history")).Status, (await one.Ask("GET", "Observation/_history")).Status, (await one.Ask("GET", $"Observation/{id}/_history")).Status));
        }
    }

    [Fact]
    public async Task Versions_that_are_opened_draw_on_the_budget_of_searches()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        for (var i = 0; i < 15; i++)
            await one.Weigh("60", $"2026-01-{1 + i:00}");
        one.Budget = new SearchBudget(new SearchLimits(Most: 100, Heavy: 10, PerMinute: 20, AtOnce: 1), new StandingClock());
        var answers = new List<Reply>();
        foreach (var address in new[] { "_history", "Observation/_history", "_history", "_history?_count=5" })
            answers.Add(await one.Ask("GET", address));
        Assert.Equal([200, 200, 429, 200], answers.Select(answer => answer.Status));
        Assert.Equal("throttled", answers[2].Issue.Code);
        Assert.NotNull(answers[2].RetryAfter);
        one.Budget = new SearchBudget(new SearchLimits(Most: 10, Heavy: 10, PerMinute: 1_000, AtOnce: 1), new StandingClock());
        Assert.Equal((422, "too-costly"), await one.Ask("GET", "_history") is var dear ? (dear.Status, dear.Issue.Code) : default);
    }

    [Fact]
    public async Task The_past_of_all_who_share_with_a_service_comes_newest_first_and_page_by_page()
    {
        await using var clinic = await Clinic.Open(store);
        var people = new List<Patient>();
        for (var i = 0; i < 3; i++)
            people.Add(await clinic.Patient());
        var stranger = await clinic.Patient();
        var hidden = await stranger.Weigh("99", "2026-04-01");
        var written = new List<string>();
        for (var i = 0; i < 9; i++)
            written.Add(await people[i * 5 % 3].Weigh($"{60 + i}", "2026-04-01"));
        Assert.Equal(200, (await people[0].Ask("PATCH", $"Observation/{written[0]}", """[{"op":"add","path":"/language","value":"en"}]""")).Status);
        Assert.Equal(204, (await people[2].Ask("DELETE", $"Observation/{written[1]}")).Status);
        // Sees the chart and no weights: its past is another's to tell.
        await people[1].Share(ApiCallerKind.Backend, AccessClasses.Of(DataCategory.Chart));
        await people[0].Share(ApiCallerKind.Backend, AccessClasses.All);
        await people[2].Share(ApiCallerKind.Backend, AccessClasses.All);
        var service = people[0];
        var open = written.Index().Where(one => one.Index * 5 % 3 != 1).Select(one => one.Item).ToList();
        string[] expected = [$"{written[1]} 2", $"{written[0]} 2", .. open.AsEnumerable().Reverse().Where(id => id != written[1]).Select(id => $"{id} 1")];

        foreach (var address in new[] { "Observation/_history", "Observation/_history?_count=1", "Observation/_history?_count=2", "Observation/_history?_count=3&_since=2020-01-01" })
        {
            var seen = new List<string>();
            for (var next = address; next is not null;)
            {
                var page = await service.Ask("GET", next);
                Assert.True(page.Status == 200, next + page.Body);
                seen.AddRange(page.Entries.Select(entry => $"{entry.GetProperty("fullUrl").GetString()!.Split('/')[^1]} {entry.GetProperty("response").GetProperty("etag").GetString()![3..^1]}"));
                next = page.Next;
                // What is written between two pages moves nothing.
                if (seen.Count == 1)
                    expected = [$"{await people[2].Came(people[2].Observation("1", "2026-04-02"), new RecordOrigin(SourceKind.Person, null, null, null, default))} 1", .. expected];
            }

            Assert.Equal(seen.Count == expected.Length ? expected : expected[1..], seen, StringComparer.Ordinal);
        }

        var all = (await service.Ask("GET", "_history?_count=1000")).Body.GetRawText();
        Assert.DoesNotContain(hidden, all, StringComparison.Ordinal);
        Assert.Contains("\"Patient\"", all, StringComparison.Ordinal);
        Assert.Equal(400, (await service.Ask("GET", "_history?_page=AAAA")).Status);
        Assert.Equal((400, "invalid"), await service.Ask("GET", (await service.Ask("GET", "Observation?_count=1")).Next!.Replace("Observation?", "Observation/_history?", StringComparison.Ordinal)) is var foreign ? (foreign.Status, foreign.Issue.Code) : default);
    }

    [Fact]
    public async Task The_past_of_several_draws_on_the_budget_of_each()
    {
        await using var clinic = await Clinic.Open(store);
        var (one, other) = (await clinic.Patient(), await clinic.Patient());
        for (var i = 0; i < 12; i++)
            await one.Weigh("60", $"2026-01-{1 + i:00}");
        await one.Share(ApiCallerKind.Backend, AccessClasses.All);
        await other.Share(ApiCallerKind.Backend, AccessClasses.All);
        one.Budget = new SearchBudget(new SearchLimits(Most: 100, Heavy: 10, PerMinute: 13, AtOnce: 1), new StandingClock());
        Assert.Equal(200, (await one.Ask("GET", "_history")).Status);
        Assert.Equal((429, "throttled"), await one.Ask("GET", "_history") is var wait ? (wait.Status, wait.Issue.Code) : default);
        Assert.Equal(200, (await one.Ask("GET", "_history?_count=4")).Status);
    }

    private static async Task Missing(Patient asker, string id)
    {
        var never = new string('a', 26);
        foreach (var (method, address) in new[] { ("GET", ""), ("GET", "/_history/1"), ("GET", "/_history"), ("DELETE", "") })
        {
            var (hidden, missing) = (await asker.Ask(method, $"Observation/{id}{address}"), await asker.Ask(method, $"Observation/{never}{address}"));
            Assert.Equal((404, missing.Body.GetRawText()), (hidden.Status, hidden.Body.GetRawText()));
        }
    }

    private sealed class StandingClock : TimeProvider
    {
        public override long GetTimestamp() => 0;
    }
}
