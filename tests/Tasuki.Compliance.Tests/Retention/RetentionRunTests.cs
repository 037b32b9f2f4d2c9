using Tasuki.Compliance.Controls;
using Tasuki.Compliance.Retention;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Retention;
using Tasuki.People;
using Tasuki.Vault;
using Tasuki.Web;
using Xunit;
using static Tasuki.Compliance.Tests.RegimeSite;

namespace Tasuki.Compliance.Tests.Retention;

/// <summary>Dry run first, then a switch, then runs in batches, each with its proof.</summary>
public sealed class RetentionRunTests
{
    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task A_rule_is_off_until_somebody_has_seen_its_newest_dry_run_and_a_new_period_switches_it_off(DataStore store)
    {
        await using var site = await Start(store);
        var officer = await site.NewStaff(StaffRole.Administrator, "admin", "黒田 実");
        var kept = new KeptNumbers(site, 5);
        Assert.Equal("retention.off", (await kept.Run()).Error?.Code);
        Assert.Equal("retention.unseen", (await SwitchOn(kept, officer, 1)).Error?.Code);

        var first = await Look(kept, officer);
        var second = await Look(kept, officer);
        Assert.Equal("retention.unseen", (await SwitchOn(kept, officer, first)).Error?.Code);
        Assert.Equal("retention.period", (await kept.Do((b, _, _) => b.SetPeriod(officer, KeptNumbers.Id, 11, Cancel))).Error?.Code);
        Assert.Equal("retention.period", (await kept.Do((b, _, _) => b.SetPeriod(officer, KeptNumbers.Id, 0, Cancel))).Error?.Code);
        Assert.True((await kept.Do((b, _, _) => b.SetPeriod(officer, KeptNumbers.Id, 10, Cancel))).IsOk);
        Assert.Equal("retention.unseen", (await SwitchOn(kept, officer, second)).Error?.Code);

        var third = await Look(kept, officer);
        site.Clock.Now += TimeSpan.FromHours(25);
        Assert.Equal("retention.unseen", (await SwitchOn(kept, officer, third)).Error?.Code);
        Assert.True((await SwitchOn(kept, officer, await Look(kept, officer))).IsOk);
        Assert.Equal((10, true), await kept.Do(async (b, _, _) => (await b.Find(KeptNumbers.Id, Cancel)) is { } k ? (k.Period, k.On) : default));
        Assert.Equal(5, kept.Left.Count);
        Assert.True((await kept.Do((b, _, _) => b.SetPeriod(officer, KeptNumbers.Id, 2, Cancel))).IsOk);
        Assert.Equal("retention.off", (await kept.Run()).Error?.Code);
        Assert.Equal(5, kept.Left.Count);
    }

    [Fact]
    public async Task Who_does_not_keep_compliance_changes_nothing_and_a_rule_done_elsewhere_has_no_switch()
    {
        await using var site = await Start(DataStore.Sqlite);
        var auditor = await site.NewStaff(StaffRole.Auditor, "auditor", "監査 人");
        var officer = await site.NewStaff(StaffRole.Administrator, "admin", "黒田 実");
        var kept = new KeptNumbers(site, 5);
        Assert.Equal("retention.right", (await kept.LookAndSwitchOn(auditor)).Error?.Code);
        Assert.Equal("retention.right", (await kept.Do((b, _, _) => b.SetPeriod(auditor, KeptNumbers.Id, 2, Cancel))).Error?.Code);
        Assert.Equal("retention.right", (await kept.Do((b, _, _) => b.SwitchOff(auditor, KeptNumbers.Id, Cancel))).Error?.Code);
        Assert.Equal("retention.missing", (await site.Do<RetentionBook, Result<Done>>(b => b.SetPeriod(officer, LogRule.Id, 3, Cancel))).Error?.Code);
        Assert.Equal("retention.missing", (await site.Do<RetentionBook, Result<Done>>(b => b.SwitchOff(officer, "none", Cancel))).Error?.Code);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(RunRetention.Batch - 1, 1)]
    [InlineData(RunRetention.Batch, 2)]
    [InlineData(RunRetention.Batch + 1, 2)]
    [InlineData(3 * RunRetention.Batch, 4)]
    public async Task A_run_does_what_the_dry_run_said_batch_by_batch_and_proves_it(int numbers, int batches)
    {
        await using var site = await Start(DataStore.Sqlite);
        var officer = await site.NewStaff(StaffRole.Administrator, "admin", "黒田 実");
        var kept = new KeptNumbers(site, numbers);
        Assert.True((await kept.LookAndSwitchOn(officer)).IsOk);
        var dry = await kept.Do(async (b, _, _) => (await b.Find(KeptNumbers.Id, Cancel))!.Look!.Content.Found.Due);

        var run = (await kept.Run()).Value;

        Assert.Empty(kept.Left);
        Assert.Equal(batches, kept.Batches.Count);
        Assert.All(kept.Batches, b => Assert.True(b <= RunRetention.Batch));
        Assert.Equal(KeptNumbers.Text(dry), KeptNumbers.Text(run.Done));
        Assert.Equal(KeptNumbers.Text(dry), KeptNumbers.Text(run.Before.Due));
        Assert.Equal((true, 0L, (long)numbers), (run.IsWhole, run.After!.Total, run.Went));
        var proof = await kept.Do((_, _, e) => e.Newest<RetentionRun>(EvidenceKind.Act, RetentionBook.Run(KeptNumbers.Id), Cancel));
        Assert.Equal((true, true, (long)numbers), (proof!.Holds, proof.Content.Ended, proof.Content.Went));
        Assert.True((await site.Do<EvidenceBook, EvidenceReport>(b => b.Check(Cancel))).IsWhole);
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task A_run_that_was_cut_off_is_finished_an_hour_later_as_of_the_moment_it_began(DataStore store)
    {
        await using var site = await Start(store);
        var officer = await site.NewStaff(StaffRole.Administrator, "admin", "黒田 実");
        var kept = new KeptNumbers(site, 3 * RunRetention.Batch);
        Assert.True((await kept.LookAndSwitchOn(officer)).IsOk);
        var began = site.Clock.Now;
        kept.AfterBatch = Die(1);
        await Assert.ThrowsAsync<TimeoutException>(() => kept.Run());
        Assert.Equal(2 * RunRetention.Batch, kept.Left.Count);

        site.Clock.Now += TimeSpan.FromMinutes(59);
        Assert.Equal("retention.running", (await kept.Run()).Error?.Code);
        site.Clock.Now += TimeSpan.FromMinutes(2);
        kept.AfterBatch = Die(1);
        await Assert.ThrowsAsync<TimeoutException>(() => kept.Run());
        site.Clock.Now += TimeSpan.FromMinutes(61);
        kept.AfterBatch = null;
        kept.Asked.Clear();
        var run = (await kept.Run()).Value;

        Assert.Empty(kept.Left);
        Assert.All(kept.Asked, a => Assert.Equal(began, a.At));
        Assert.Equal((RunRetention.Batch, 2 * RunRetention.Batch), (run.Done.Sum(p => p.Number), run.CutOff.Sum(p => p.Number)));
        Assert.Equal((3L * RunRetention.Batch, true), (run.Went, run.IsWhole));
        // The next one goes by its own day.
        Assert.Equal(site.Clock.Now, (await kept.Run()).Value.At);
    }

    [Fact]
    public async Task A_rule_that_fails_keeps_no_other_from_its_turn_and_its_words_are_kept_nowhere()
    {
        await using var site = await Start(DataStore.Sqlite);
        var officer = await site.NewStaff(StaffRole.Administrator, "admin", "黒田 実");
        var (broken, kept) = (new KeptNumbers(site, 1) { Throws = true }, new KeptNumbers(site, 7));
        Assert.True((await kept.LookAndSwitchOn(officer)).IsOk);
        var failing = broken.Rule with { Id = "a.broken" };
        var done = await kept.Do((_, runs, _) => runs.Run(new JobWork(1, "period 1", null, null, 1), Cancel), failing);
        Assert.Equal("retention.failed", done.Error?.Code);
        Assert.DoesNotContain("nobody may keep", done.Error!.Message, StringComparison.Ordinal);
        Assert.Empty(kept.Left);
        Assert.Equal(0, await kept.Do(async (b, _, _) => (await b.Find(KeptNumbers.Id, Cancel))!.Look!.Content.Found.Total));
    }

    [Fact]
    public async Task The_probe_turns_red_when_nobody_counts_nothing_runs_or_something_is_left_lying()
    {
        await using var site = await Start(DataStore.Sqlite);
        var officer = await site.NewStaff(StaffRole.Administrator, "admin", "黒田 実");
        var kept = new KeptNumbers(site, 20);
        Task<string> Probe() => kept.Do(async (book, _, _) => (await new RetentionProbe(book, site.Clock).Look(Cancel)) is { } f ? $"{f.Holds} {f.Code}" : "");
        Task Daily() => kept.Do((_, runs, _) => runs.Run(new JobWork(1, "period 1", null, null, 1), Cancel));
        Assert.Equal("False unseen", await Probe());
        await Daily();
        // Switched off it may wait: nobody promised anything.
        Assert.Equal("True run", await Probe());
        Assert.True((await kept.LookAndSwitchOn(officer)).IsOk);
        Assert.Equal("False overdue", await Probe());
        await Daily();
        Assert.Equal("True run", await Probe());
        site.Clock.Now += TimeSpan.FromDays(3);
        Assert.Equal("False unseen", await Probe());
        await kept.Do(async (book, runs, _) => { await runs.LookAt((await book.Find(KeptNumbers.Id, Cancel))!, officer.Actor, null, Cancel); return true; });
        Assert.Equal("False idle", await Probe());
        kept.Left.Add(1);
        kept.AfterBatch = Die(0);
        await Daily();
        Assert.Equal("False idle", await Probe());
        kept.AfterBatch = null;
        site.Clock.Now += TimeSpan.FromHours(2);
        await Daily();
        Assert.Equal("True run", await Probe());
    }

    private static Action Die(int after)
    {
        var batches = 0;
        return () =>
        {
            if (++batches >= after)
                throw new TimeoutException("The process dies here.");
        };
    }

    private static Task<long> Look(KeptNumbers kept, StaffMember officer) => kept.Do(async (book, runs, _) =>
    {
        await runs.LookAt((await book.Find(KeptNumbers.Id, Cancel))!, officer.Actor, officer.No, Cancel);
        return (await book.Find(KeptNumbers.Id, Cancel))!.Look!.No;
    });

    private static Task<Result<Done>> SwitchOn(KeptNumbers kept, StaffMember officer, long seen) => kept.Do((b, _, _) => b.SwitchOn(officer, KeptNumbers.Id, seen, Cancel));
}
