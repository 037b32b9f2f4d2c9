using Microsoft.EntityFrameworkCore;
using Tasuki.Compliance.Incidents;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Retention;

namespace Tasuki.Compliance.Retention;

/// <summary>Incidents that were closed, exercises among them, with the list of whom they affected. One that is open is never erased, and one that was altered stays for whoever looks into it.</summary>
internal sealed class ClosedIncidents(TasukiDb db, IncidentSeals seals) : IRetentionErasure
{
    public const string Id = "cases.incidents";

    public async Task<RetentionCount> Count(RetentionAsk ask, CancellationToken cancel)
    {
        var (due, overdue, altered) = (0L, 0L, 0L);
        await foreach (var row in Closed(ask).AsAsyncEnumerable().WithCancellation(cancel))
        {
            if (!seals.IsWhole(row))
                altered++;
            else if (IsOver(row, ask, 0))
                (due, overdue) = (due + 1, overdue + (IsOver(row, ask, CaseEnd.Late) ? 1 : 0));
        }

        return new RetentionCount([new RetentionPart("incident", due)], overdue, altered == 0 ? [] : [new RetentionPart("altered", altered)]);
    }

    public async Task<RetentionBatch> Erase(RetentionAsk ask, long after, int most, CancellationToken cancel)
    {
        var rows = await Closed(ask).Where(i => i.No > after).OrderBy(i => i.No).Take(most).ToListAsync(cancel);
        var done = 0L;
        foreach (var row in rows.Where(i => seals.IsWhole(i) && IsOver(i, ask, 0)))
            done += await Erase(row, cancel) ? 1 : 0;
        return new RetentionBatch([new RetentionPart("incident", done)], rows.Count < most ? null : rows[^1].No);
    }

    // Only as it was seen: one that was opened again meanwhile stays.
    private async Task<bool> Erase(IncidentRow row, CancellationToken cancel)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        if (await db.Set<IncidentRow>().Where(i => i.No == row.No && i.Mac == row.Mac).ExecuteDeleteAsync(cancel) != 1)
            return false;
        await db.Set<IncidentStepRow>().Where(s => s.IncidentNo == row.No).ExecuteDeleteAsync(cancel);
        await db.Set<IncidentAffectedRow>().Where(a => a.IncidentNo == row.No).ExecuteDeleteAsync(cancel);
        await transaction.CommitAsync(cancel);
        return true;
    }

    // At the earliest after the years themselves; from which day they count is the operator's.
    private IQueryable<IncidentRow> Closed(RetentionAsk ask)
    {
        var limit = TokyoDay.Of(ask.At).AddYears(-ask.Period);
        return db.Set<IncidentRow>().AsNoTracking().Where(i => i.Closed != null && i.Closed <= limit);
    }

    private static bool IsOver(IncidentRow row, RetentionAsk ask, int days) => TokyoDay.Of(ask.At).AddDays(-days) >= CaseEnd.Of(row.Closed!.Value, ask.Period, row.Operator);
}
