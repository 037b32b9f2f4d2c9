using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Compliance.Controls;
using Tasuki.Data;
using Tasuki.Kernel.Evidence;
using Tasuki.Vault;
using Tasuki.Web;
using Xunit;
using static Tasuki.Compliance.Tests.RegimeSite;

namespace Tasuki.Compliance.Tests.Controls;

/// <summary>Evidence cannot be edited unseen: the chain, its place in the access log, and what is not honoured.</summary>
public sealed class EvidenceTests
{
    private static readonly Actor Somebody = Actor.Job("test", "A test.");

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task What_was_added_is_read_back_and_the_chain_is_whole(DataStore store)
    {
        await using var site = await Start(store);
        await Add(site, "one", "first");
        await Add(site, "one", "second");
        await Add(site, "two", "third");
        var newest = await Book(site, b => b.Newest<ProbeContent>(EvidenceKind.Probe, Cancel));
        Assert.Equal(["second"], newest["one"].Content.Values);
        Assert.Equal(["third"], newest["two"].Content.Values);
        Assert.Equal(["second", "first"], (await Book(site, b => b.History<ProbeContent>(EvidenceKind.Probe, "one", 9, Cancel))).Select(e => e.Content.Values[0]), StringComparer.Ordinal);
        var report = await Book(site, b => b.Check(Cancel));
        Assert.Equal((3, 3, 0), (report.Rows, report.Anchors, report.Open));
        Assert.Empty(report.Findings);
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task Every_change_by_SQL_is_found_and_an_altered_row_answers_nothing(DataStore store)
    {
        foreach (var (sql, finding) in new[]
        {
            ($"update evidence set holds = {(store is DataStore.Sqlite ? "0" : "false")} where no = 2", "Evidence 2 was altered"),
            ("update evidence set subject = 'other' where no = 2", "Evidence 2 was altered"),
            ("update evidence set content = (select content from evidence where no = 1) where no = 2", "Evidence 2 was altered"),
            ("update evidence set hash = (select hash from evidence where no = 1) where no = 2", "Evidence 2 was altered"),
            ("delete from evidence where no = 2", "Evidence 2 to 2 is missing"),
            ("delete from evidence where no = 3", "Evidence 3, which the access log names, is missing"),
            ("insert into evidence select 4, at, kind, subject, \"by\", holds, content, hash, mac from evidence where no = 3", "Evidence 4 was altered"),
        })
        {
            await using var site = await Start(store);
            foreach (var value in new[] { "a", "b", "c" })
                await Add(site, "one", value);
            await Sql(site, sql);
            var report = await Book(site, b => b.Check(Cancel));
            Assert.Contains(report.Findings, f => f.StartsWith(finding, StringComparison.Ordinal));
        }
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task A_chain_made_anew_with_the_right_keys_is_not_the_one_the_log_names(DataStore store)
    {
        await using var site = await Start(store);
        await Add(site, "one", "honest");
        // Whoever holds database and ring takes the row away and writes another in its place, bound as it has to be. The log's entries stay.
        await Sql(site, "delete from evidence");
        await Add(site, "one", "friendlier");
        var report = await Book(site, b => b.Check(Cancel));
        Assert.Contains("Evidence 1 is another than the access log says.", report.Findings, StringComparer.Ordinal);
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task Two_who_add_at_once_make_one_chain(DataStore store)
    {
        await using var site = await Start(store);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Add(site, "one", i.ToString(System.Globalization.CultureInfo.InvariantCulture))));
        var report = await Book(site, b => b.Check(Cancel));
        Assert.Equal(4, report.Rows);
        Assert.Empty(report.Findings);
    }

    [Fact]
    public async Task Since_when_it_fails_counts_from_the_first_red_without_a_break()
    {
        await using var site = await Start(DataStore.Sqlite);
        await Add(site, "one", "a", holds: false);
        site.Clock.Now += TimeSpan.FromHours(1);
        await Add(site, "one", "b");
        Assert.Null(await Book(site, b => b.FailingSince(EvidenceKind.Probe, "one", Cancel)));
        site.Clock.Now += TimeSpan.FromHours(1);
        var since = site.Clock.Now;
        await Add(site, "one", "c", holds: false);
        site.Clock.Now += TimeSpan.FromHours(1);
        await Add(site, "one", "d", holds: false);
        Assert.Equal(since, await Book(site, b => b.FailingSince(EvidenceKind.Probe, "one", Cancel)));
    }

    [Fact]
    public async Task A_probe_that_throws_or_hangs_is_red_with_its_reason_and_holds_up_no_other()
    {
        await using var site = await Start(DataStore.Sqlite);
        await using var scope = site.Services.CreateAsyncScope();
        var probes = new[]
        {
            Entry("a.throws", (_, _) => throw new InvalidOperationException("緑山 花子 120/80")),
            Entry("b.hangs", (_, _) => new TaskCompletionSource<Finding>().Task),
            Entry("c.holds", (_, _) => Task.FromResult(Finding.Good("fine"))),
        };
        var clock = new SteppingClock(site.Clock.Now);
        var look = new LookAtEverything(probes, scope.ServiceProvider.GetRequiredService<IServiceScopeFactory>(), scope.ServiceProvider.GetRequiredService<EvidenceBook>(), clock);
        var running = look.Run(Somebody, null, Cancel);
        await clock.Waited.Task.WaitAsync(TimeSpan.FromMinutes(1), Cancel);
        clock.Pass();
        var found = (await running).ToDictionary(f => f.Probe.Id, f => f.Finding, StringComparer.Ordinal);
        Assert.Equal((false, "threw", "InvalidOperationException"), (found["a.throws"].Holds, found["a.throws"].Code, found["a.throws"].Values.Single()));
        Assert.Equal((false, "too-slow", "30"), (found["b.hangs"].Holds, found["b.hangs"].Code, found["b.hangs"].Values.Single()));
        Assert.True(found["c.holds"].Holds);
        Assert.Equal(3, (await Book(site, b => b.Newest<ProbeContent>(EvidenceKind.Probe, Cancel))).Count);
    }

    [Fact]
    public async Task A_daily_probe_looks_once_a_day_while_it_holds_and_at_every_look_while_it_does_not()
    {
        await using var site = await Start(DataStore.Sqlite);
        await using var scope = site.Services.CreateAsyncScope();
        var (looks, holds) = (0, true);
        var daily = Entry("daily", (_, _) =>
        {
            looks++;
            return Task.FromResult(holds ? Finding.Good("fine") : Finding.Bad("broken"));
        }) with { Every = TimeSpan.FromDays(1) };
        var hourly = 0;
        var probes = new[] { daily, Entry("hourly", (_, _) => Task.FromResult(Finding.Good("fine", $"{++hourly}"))) };
        var look = new LookAtEverything(probes, scope.ServiceProvider.GetRequiredService<IServiceScopeFactory>(), scope.ServiceProvider.GetRequiredService<EvidenceBook>(), site.Clock);

        await Hours(24);
        Assert.Equal((1, 24), (looks, hourly));
        await Hours(1);
        Assert.Equal(2, looks);
        // Who asks for a look has all of them look.
        await look.Run(Somebody, null, Cancel);
        Assert.Equal((3, 26), (looks, hourly));
        // What was red is looked at again within the hour, and once a day again when it holds.
        holds = false;
        await Hours(25);
        Assert.Equal(4, looks);
        await Hours(2);
        Assert.Equal(6, looks);
        holds = true;
        await Hours(3);
        Assert.Equal(7, looks);

        async Task Hours(int count)
        {
            for (var i = 0; i < count; i++)
            {
                Assert.True((await look.Run(null!, Cancel)).IsOk);
                site.Clock.Now += TimeSpan.FromHours(1);
            }
        }
    }

    [Fact]
    public async Task A_daily_probes_word_counts_for_its_day_and_six_hours_and_an_hourly_ones_for_six()
    {
        await using var site = await Start(DataStore.Sqlite);
        await site.Do<LookAtEverything, object>(async l => await l.Run(Somebody, null, Cancel));
        foreach (var (hours, daily, hourly) in new[] { (6, false, false), (1, false, true), (23, false, true), (1, true, true) })
        {
            site.Clock.Now += TimeSpan.FromHours(hours);
            Assert.Equal((daily, hourly), (await IsStale("withdrawal.effective"), await IsStale("erasure.done")));
        }

        Task<bool> IsStale(string id) => site.Do<Tasuki.Compliance.Sheets.Answers, bool>(async a => (await a.All(Cancel)).SelectMany(r => r.Probes).First(p => p.Probe.Id == id).Stale);
    }

    private static ProbeEntry Entry(string id, Func<IServiceProvider, CancellationToken, Task<Finding>> look) => new(id, [], look, (_, key, _) => key);

    private static Task Add(RegimeSite site, string subject, string value, bool holds = true) =>
        site.Do<EvidenceBook, bool>(async b =>
        {
            await b.Add(EvidenceKind.Probe, subject, new ProbeContent("said", [value]), Somebody, null, Cancel, holds);
            return true;
        });

    private static Task<T> Book<T>(RegimeSite site, Func<EvidenceBook, Task<T>> act) => site.Do(act);

    private static Task Sql(RegimeSite site, string sql) => site.Do<TasukiDb, int>(db => db.Database.ExecuteSqlRawAsync(sql, Cancel));

    /// <summary>A clock whose timers run off when it is told to; it says when somebody waits for thirty seconds.</summary>
    private sealed class SteppingClock(DateTimeOffset now) : TimeProvider
    {
        private readonly List<(TimerCallback Callback, object? State)> _timers = [];

        public TaskCompletionSource Waited { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override DateTimeOffset GetUtcNow() => now;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            lock (_timers)
                _timers.Add((callback, state));
            // Each look sets two: for its token and for the wait. The third look is the one that hangs on.
            if (_timers.Count >= 3)
                Waited.TrySetResult();
            return new Timer();
        }

        public void Pass()
        {
            List<(TimerCallback Callback, object? State)> due;
            lock (_timers)
                due = [.. _timers];
            foreach (var (callback, state) in due)
                callback(state);
        }

        private sealed class Timer : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
