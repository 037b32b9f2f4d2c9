using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Retention;

namespace Tasuki.Exchange.Importing;

/// <summary>
/// Takes away what nobody waits for: spools without a row, uploads that a crash cut off, and those whose person said nothing in time. Storing that a crash cut off
/// goes back to waiting for the word: what was stored already will be found there.
/// </summary>
internal sealed class SweepSpools(TasukiDb db, SpoolFolder spools, ExchangeOptions options, TimeProvider clock)
{
    /// <summary>Returns how many spools were removed.</summary>
    public async Task<int> Sweep(CancellationToken cancel)
    {
        var rows = db.Set<ImportRow>();
        DateTimeOffset? now = clock.GetUtcNow();
        var due = now.Value.AddHours(-options.SpoolHours);
        await rows.Where(r => r.SpoolKey != null && r.Received < due).ExecuteUpdateAsync(
            set => set.SetProperty(r => r.State, ImportState.GivenUp).SetProperty(r => r.SpoolKey, (byte[]?)null).SetProperty(r => r.Finished, now), cancel);

        // The folder is looked at before the table: a spool that comes into being in between has its row already.
        var there = spools.Ids();
        var wanted = (await rows.Where(r => r.SpoolKey != null).Select(r => r.Id).ToListAsync(cancel)).ToHashSet(StringComparer.Ordinal);
        var removed = there.Where(id => !wanted.Contains(id.Split('-')[0])).ToList();
        removed.ForEach(spools.Delete);
        return removed.Count;
    }

    /// <summary>When a server starts: what no living process holds was cut off.</summary>
    public async Task Recover(CancellationToken cancel)
    {
        var cut = await db.Set<ImportRow>().AsNoTracking().Where(r => r.State == ImportState.Received || r.State == ImportState.Storing).ToListAsync(cancel);
        foreach (var row in cut.Where(row => !spools.IsHeld(row.Id)))
        {
            var one = db.Set<ImportRow>().Where(r => r.ResidentNo == row.ResidentNo && r.Id == row.Id && r.State == row.State);
            if (row.State is ImportState.Received)
                await one.ExecuteDeleteAsync(cancel);
            else
                await one.ExecuteUpdateAsync(set => set.SetProperty(r => r.State, ImportState.Read), cancel);
        }
    }
}

/// <summary>At every start and every hour.</summary>
internal sealed class SweepSpoolsJob(SweepSpools sweep) : IJobHandler
{
    public const string Name = "exchange.sweep-spools";

    public string Kind => Name;

    public async Task<Result<Done>> Run(JobWork work, CancellationToken cancel)
    {
        await sweep.Recover(cancel);
        await sweep.Sweep(cancel);
        return Done.Yes;
    }
}

/// <summary>Uploads that <see cref="SweepSpoolsJob"/> takes away.</summary>
internal sealed class UploadsRule(TasukiDb db) : IRetentionRule
{
    public async Task<RetentionCount> Count(RetentionAsk ask, CancellationToken cancel) =>
        RetentionCount.Of("due", await Over(ask.At.AddHours(-ask.Period), cancel), await Over(ask.At.AddHours(-ask.Period).AddDays(-2), cancel));

    private Task<long> Over(DateTimeOffset due, CancellationToken cancel) => db.Set<ImportRow>().LongCountAsync(r => r.SpoolKey != null && r.Received < due, cancel);
}
