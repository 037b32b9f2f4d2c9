using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Compliance.Chains;
using Tasuki.Compliance.Controls;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Evidence;
using Tasuki.Vault;
using Tasuki.Web;
using Xunit;
using static Tasuki.Compliance.Tests.RegimeSite;

namespace Tasuki.Compliance.Tests.Chains;

/// <summary>The hourly look goes on from where the newest came to, the daily run reads everything, and neither can be led astray by what is stored of the other.</summary>
public sealed class ChainTests
{
    private const string Point = "select max(no) from evidence where kind = 1 and subject = ";

    private static readonly Actor Somebody = Actor.Operator("結城", "試し");

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task The_hourly_look_finds_what_was_broken_since_its_point_and_the_whole_run_what_was_before(DataStore store)
    {
        await using var site = await Looked(store);
        Assert.Equal((true, "part"), await Look(site, LogChain.Probe));
        Assert.Equal((true, "part"), await Look(site, EvidenceChain.Probe));
        await site.Raw(site.Options.Log, "update log_entry set at = at + 1 where entry_no = 1");
        await Sql(site, "update evidence set subject = 'other' where no = 1");
        Assert.Equal((true, "part"), await Look(site, LogChain.Probe));
        Assert.Equal((true, "part"), await Look(site, EvidenceChain.Probe));
        await RunJob(site);
        Assert.Equal((true, "part"), await Look(site, LogChain.Probe));
        // Each goes on from the newest, and reads what is new alone.
        await Add(site, 20);
        Assert.InRange(await Read(), 20, 40);
        await Keep(site, EvidenceChain.Probe);
        Assert.InRange(await Read(), 0, 5);

        site.Clock.Now += WholeChains.Every;
        await RunJob(site);
        Assert.Equal((false, "broken"), await Look(site, LogChain.Probe));
        Assert.Equal((false, "broken"), await Look(site, EvidenceChain.Probe));

        async Task<int> Read() => int.Parse((await Found(site, EvidenceChain.Probe)).Values[0], System.Globalization.CultureInfo.InvariantCulture);
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task What_is_broken_behind_the_point_is_red_at_the_next_look(DataStore store)
    {
        await using (var site = await Looked(store))
        {
            await site.Vault.LogDesk(Somebody, "something", Cancel);
            await site.Raw(site.Options.Log, "update log_entry set at = at + 1 where entry_no = (select max(entry_no) from log_entry)");
            Assert.Equal((false, "broken"), await Look(site, LogChain.Probe));
        }

        string[] breaks = ["update evidence set holds = not holds where no = (select max(no) from evidence)", "delete from evidence where no = (select max(no) from evidence)"];
        foreach (var sql in breaks)
        {
            await using var site = await Looked(store);
            await Add(site, 1);
            await Sql(site, sql);
            Assert.Equal((false, "broken"), await Look(site, EvidenceChain.Probe));
        }
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task A_point_that_was_changed_is_found_and_the_next_run_reads_everything(DataStore store)
    {
        foreach (var chain in new[] { LogChain.Probe, EvidenceChain.Probe })
        {
            foreach (var change in new[] { "mac = hash", "content = (select o.content from evidence o where o.no = 1)" })
            {
                await using var site = await Looked(store);
                await Sql(site, $"update evidence set {change} where no = ({Point}'{chain}')");
                Assert.Equal((false, "point"), await Look(site, chain));
                await Keep(site, chain);
                await RunJob(site);
                // The log's own chain is whole; that a piece of evidence was changed its own chain tells, within the day at the latest.
                Assert.Equal((true, "part"), await Look(site, LogChain.Probe));
                site.Clock.Now += WholeChains.Every;
                await RunJob(site);
                Assert.Equal((false, "broken"), await Look(site, EvidenceChain.Probe));
            }
        }
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task A_point_of_the_other_chain_put_in_its_place_fits_nowhere(DataStore store)
    {
        await using var site = await Looked(store);
        await Sql(site, $"update evidence set subject = '{LogChain.Probe}' where no = ({Point}'{EvidenceChain.Probe}')");
        Assert.Equal((false, "broken"), await Look(site, LogChain.Probe));
        // What is named as checked must be what stands there, though nothing stands behind it.
        var last = await site.Do<EvidenceBook, EvidenceReport>(b => b.Check(Cancel));
        var part = await site.Do<EvidenceChain, ChainStretch>(c => c.Check(new ChainPoint(last.Rows, Convert.ToHexString(new byte[32])), site.Clock.Now.AddDays(1), () => false, Cancel));
        Assert.Contains("is not the one that was checked before", part.Broken, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_whole_run_older_than_two_days_is_red_and_the_look_says_when_it_was()
    {
        await using var site = await Looked(DataStore.Sqlite);
        site.Clock.Now += ChainProbe.OldestWhole;
        var found = await Found(site, LogChain.Probe);
        Assert.Equal((true, "part", "2026-11-02"), (found.Holds, found.Code, found.Values[1]));
        site.Clock.Now += TimeSpan.FromMinutes(1);
        foreach (var chain in new[] { LogChain.Probe, EvidenceChain.Probe })
            Assert.Equal((false, "overdue"), await Look(site, chain));
        await RunJob(site);
        foreach (var chain in new[] { LogChain.Probe, EvidenceChain.Probe })
            Assert.Equal((true, "part"), await Look(site, chain));
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task A_run_that_rests_goes_on_after_a_restart_and_remembers_what_it_found(DataStore store)
    {
        await using var site = await Start(store);
        for (var turn = 0; turn < 4; turn++)
        {
            await site.Vault.LogDesk(Somebody, "something", Cancel);
            await site.Vault.SealLog(Cancel);
        }

        await Add(site, 600);
        await site.Raw(site.Options.Log, "update log_entry set at = at + 1 where entry_no = 1");
        await Sql(site, "update evidence set subject = 'other' where no = 2");
        foreach (var (chain, least) in new[] { (LogChain.Probe, 4), (EvidenceChain.Probe, 2) })
        {
            var (parts, run) = (1, await Continue(site, chain, () => true));
            for (; run.Ended is null; parts++)
                run = await Continue(site, chain, () => true);

            Assert.True(parts >= least, $"{chain}: {parts}");
            Assert.Contains(chain == LogChain.Probe ? "group 1 (entries 1 to 1)" : "Evidence 2 was altered", run.Broken, StringComparison.Ordinal);
            Assert.Equal((false, "broken"), await Look(site, chain));
        }
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task Progress_that_was_changed_is_none_and_the_run_begins_anew(DataStore store)
    {
        await using var site = await Start(store);
        await Add(site, 600);
        var first = await Continue(site, EvidenceChain.Probe, () => true);
        Assert.Equal((null, 500L), (first.Ended, first.Point!.Position));
        site.Clock.Now += TimeSpan.FromMinutes(1);
        await Sql(site, "update evidence set content = (select o.content from evidence o where o.no = 1) where no = (select max(no) from evidence)");
        var again = await Continue(site, EvidenceChain.Probe, () => true);
        Assert.Equal((site.Clock.Now, 500L), (again.Began, again.Point!.Position));
        Assert.Equal((true, 601L), await Whole(site));
    }

    [Fact]
    public async Task A_run_that_is_not_through_is_taken_up_by_a_job_of_its_own()
    {
        await using var site = await Start(DataStore.Sqlite);
        await Add(site, 600);
        Assert.Null((await Continue(site, EvidenceChain.Probe, () => true)).Ended);
        var found = await Found(site, EvidenceChain.Probe);
        Assert.Equal((true, "whole"), (found.Holds, found.Code));
        Assert.False(await site.Do<WholeChains, bool>(async runs => await runs.IsDue(new EvidenceChain(null!, null!), Cancel)));
        site.Clock.Now += WholeChains.Every;
        Assert.True(await site.Do<WholeChains, bool>(async runs => await runs.IsDue(new EvidenceChain(null!, null!), Cancel)));

        foreach (var (no, rests) in new[] { (7, true), (8, false) })
        {
            await site.Do<IServiceProvider, Result<Done>>(services => new CheckWholeChains(
                [new ShortChain(rests)], services.GetRequiredService<WholeChains>(), services.GetRequiredService<JobQueue>(), services.GetRequiredService<TasukiDb>(), site.Clock)
                .Run(new JobWork(no, "period 1", null, null, 1), Cancel));
            Assert.Equal(rests, await site.Do<TasukiDb, bool>(db => db.Set<Job>().AnyAsync(j => j.Kind == CheckWholeChains.Name && j.Key == $"after {no}", Cancel)));
        }
    }

    private sealed class ShortChain(bool rests) : IChain
    {
        public string Id => "short";

        public Task<ChainStretch> Check(ChainPoint? after, DateTimeOffset? since, Func<bool> rest, CancellationToken cancel) => Task.FromResult(new ChainStretch(new ChainPoint(1, "00"), 1, null, !rests));
    }

    // Both chains were read whole, and a look since has kept a point.
    private static async Task<RegimeSite> Looked(DataStore store)
    {
        var site = await Start(store);
        await site.NewResident();
        await Add(site, 3);
        foreach (var chain in new[] { LogChain.Probe, EvidenceChain.Probe })
        {
            Assert.Equal((true, "whole"), await Look(site, chain));
            await Keep(site, chain);
        }

        return site;
    }

    private static Task Add(RegimeSite site, int pieces) => site.Do<EvidenceBook, bool>(async b =>
    {
        await b.Add([.. Enumerable.Range(0, pieces).Select(_ => new NewEvidence(EvidenceKind.Act, "test", true, "{}"u8.ToArray()))], Somebody, null, Cancel);
        return true;
    });

    private static Task Keep(RegimeSite site, string chain) => site.Do<LookAtEverything, bool>(async l =>
    {
        await l.Again(chain, Somebody, null, Cancel);
        return true;
    });

    private static async Task<(bool Holds, string Code)> Look(RegimeSite site, string id) => await Found(site, id) is var found ? (found.Holds, found.Code) : default;

    private static async Task<Finding> Found(RegimeSite site, string id)
    {
        await using var scope = site.Services.CreateAsyncScope();
        return await site.Services.GetServices<ProbeEntry>().Single(p => p.Id == id).Look(scope.ServiceProvider, Cancel);
    }

    private static async Task<ChainRun> Continue(RegimeSite site, string id, Func<bool> rest)
    {
        await using var scope = site.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<WholeChains>().Continue(scope.ServiceProvider.GetServices<IChain>().Single(c => c.Id == id), rest, Cancel);
    }

    // Whether the change of progress alone is what the run finds, and how many pieces there were by then.
    private static async Task<(bool Found, long Changed)> Whole(RegimeSite site)
    {
        var run = await Continue(site, EvidenceChain.Probe, () => false);
        return (run.Broken is not null, run.Broken is { } broken ? long.Parse(broken.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture) : 0);
    }

    private static async Task RunJob(RegimeSite site) =>
        Assert.True((await site.Do<CheckWholeChains, Result<Done>>(j => j.Run(new JobWork(1, "period 1", null, null, 1), Cancel))).IsOk);

    private static Task Sql(RegimeSite site, string sql) => site.Do<TasukiDb, int>(db => db.Database.ExecuteSqlRawAsync(sql, Cancel));
}
