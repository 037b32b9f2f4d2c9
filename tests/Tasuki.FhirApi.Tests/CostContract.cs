using Tasuki.FhirApi.Searching;
using Tasuki.Kernel.Records;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Tests;

public sealed class SqliteCostTests() : CostContract(StoreKind.Sqlite);

public sealed class PostgresCostTests() : CostContract(StoreKind.Postgres);

/// <summary>Searches that must look through much are bounded, and those that come too often wait.</summary>
public abstract class CostContract(StoreKind store)
{
    private const string Nothing = "value-quantity=gt1000";

    [Fact]
    public async Task A_search_over_too_many_records_of_a_person_is_refused_and_narrowed_it_is_answered()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await Weighed(clinic, 35, new SearchLimits(Most: 30, Heavy: 30, PerMinute: 1_000, AtOnce: 1), new TestClock());
        foreach (var query in new[]
        {
            $"Observation?{Nothing}", "Observation?_summary=count", "Observation?_total=accurate&_count=5", "Observation?_sort=value-quantity", "Observation/$lastn",
            $"Patient?_has:Observation:patient:{Nothing}", $"Practitioner?_has:Observation:performer:{Nothing}", "Observation?_count=31", $"Patient/{one.Id}/Observation?{Nothing}",
        })
        {
            var refused = await one.Ask("GET", query);
            Assert.True(refused.Status == 422, query);
            Assert.Equal("too-costly", refused.Issue.Code);
            Assert.Contains("narrow", refused.Issue.Sentence, StringComparison.Ordinal);
        }

        foreach (var query in new[] { "Observation?_count=5", "Observation?_sort=value-quantity&date=2026-01-05", "Observation?_summary=count&date=ge2026-01-20", "Observation/$lastn?date=2026-01-05" })
            Assert.True((await one.Ask("GET", query)).Status == 200, query);
    }

    [Fact]
    public async Task Heavy_searches_draw_on_a_budget_of_caller_and_person_that_fills_with_time()
    {
        await using var clinic = await Clinic.Open(store);
        var clock = new TestClock();
        var one = await Weighed(clinic, 20, new SearchLimits(Most: 100, Heavy: 10, PerMinute: 60, AtOnce: 1), clock);
        for (var i = 0; i < 3; i++)
            Assert.Equal(200, (await one.Ask("GET", $"Observation?{Nothing}")).Status);
        var refused = await one.Ask("GET", $"Observation?{Nothing}");
        Assert.Equal((429, "throttled", 1), (refused.Status, refused.Issue.Code, refused.RetryAfter));
        Assert.Equal(200, (await one.Ask("GET", "Observation?_count=5")).Status);
        one.App = "2";
        await one.Connect("2", AccessClasses.All);
        Assert.Equal(200, (await one.Ask("GET", $"Observation?{Nothing}")).Status);
        one.App = "1";
        clock.Pass(TimeSpan.FromSeconds(2));
        Assert.Equal(200, (await one.Ask("GET", $"Observation?{Nothing}")).Status);
        refused = await one.Ask("GET", $"Observation?{Nothing}");
        Assert.Equal((429, 19), (refused.Status, refused.RetryAfter));
        clock.Pass(TimeSpan.FromSeconds(19));
        Assert.Equal(200, (await one.Ask("GET", $"Observation?{Nothing}")).Status);
    }

    [Fact]
    public async Task Entries_of_a_batch_count_together()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await Weighed(clinic, 8, new SearchLimits(Most: 100, Heavy: 10, PerMinute: 20, AtOnce: 1), new TestClock());
        var entry = $$$"""{"request":{"method":"GET","url":"Observation?{{{Nothing}}}"}}""";
        var batch = await one.Ask("POST", "", $$$"""{"resourceType":"Bundle","type":"batch","entry":[{{{string.Join(',', Enumerable.Repeat(entry, 4))}}}]}""");
        Assert.Equal(["200", "200", "200", "429"], batch.Entries.Select(each => each.GetProperty("response").GetProperty("status").GetString()![..3]), StringComparer.Ordinal);
    }

    [Fact]
    public async Task A_condition_of_a_write_is_a_search_too()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await Weighed(clinic, 12, new SearchLimits(Most: 10, Heavy: 10, PerMinute: 1_000, AtOnce: 1), new TestClock());
        var body = one.Observation("1", "2026-02-01");
        Assert.Equal(422, (await one.Ask("POST", "Observation", body, headers => headers["If-None-Exist"] = Nothing)).Status);
        Assert.Equal(422, (await one.Ask("PUT", $"Observation?{Nothing}", body)).Status);
        Assert.Equal(422, (await one.Ask("DELETE", $"Observation?{Nothing}")).Status);
        Assert.Equal(201, (await one.Ask("POST", "Observation", body, headers => headers["If-None-Exist"] = "date=2026-02-01")).Status);
        Assert.Empty(await one.Found("Observation?date=2026-02-02"));
        Assert.Single(await one.Found("Observation?date=2026-02"));
    }

    [Fact]
    public async Task As_many_heavy_searches_as_may_run_at_once_and_no_more()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await Weighed(clinic, 12, new SearchLimits(Most: 100, Heavy: 10, PerMinute: 1_000, AtOnce: 1), new TestClock());
        Assert.Null(one.Budget!.Start(Actor.Application("another"), one.Resident, alreadyRuns: false));
        Assert.Equal((429, 1), ((await one.Ask("GET", $"Observation?{Nothing}")) is var busy ? busy.Status : 0, busy.RetryAfter));
        one.Budget.End();
        Assert.Equal(200, (await one.Ask("GET", $"Observation?{Nothing}")).Status);
        Assert.Equal(200, (await one.Ask("GET", $"Observation?{Nothing}")).Status);
    }

    private static async Task<Patient> Weighed(Clinic clinic, int times, SearchLimits limits, TestClock clock)
    {
        var one = await clinic.Patient();
        for (var i = 0; i < times; i++)
            await one.Weigh("60", $"2026-01-{1 + (i % 28):00}");
        one.Budget = new SearchBudget(limits, clock);
        return one;
    }

    private sealed class TestClock : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Pass(TimeSpan time) => _now += time.Ticks;
    }
}
