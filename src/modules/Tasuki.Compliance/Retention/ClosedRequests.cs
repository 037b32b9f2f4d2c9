using Microsoft.EntityFrameworkCore;
using Tasuki.Compliance.Requests;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Retention;

namespace Tasuki.Compliance.Retention;

/// <summary>Requests under the Act that were closed, without an account as with one. One that is open is never erased, and one that was altered stays for whoever looks into it.</summary>
internal sealed class ClosedRequests(TasukiDb db, RequestSeals seals) : IRetentionErasure
{
    public const string Id = "cases.requests";

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

        return new RetentionCount([new RetentionPart("request", due)], overdue, altered == 0 ? [] : [new RetentionPart("altered", altered)]);
    }

    public async Task<RetentionBatch> Erase(RetentionAsk ask, long after, int most, CancellationToken cancel)
    {
        var rows = await Closed(ask).Where(r => r.No > after).OrderBy(r => r.No).Take(most).ToListAsync(cancel);
        var done = 0L;
        foreach (var row in rows.Where(r => seals.IsWhole(r) && IsOver(r, ask, 0)))
            done += await Erase(row, cancel) ? 1 : 0;
        return new RetentionBatch([new RetentionPart("request", done)], rows.Count < most ? null : rows[^1].No);
    }

    // Only as it was seen: one that was opened again meanwhile stays.
    private async Task<bool> Erase(RequestRow row, CancellationToken cancel)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        if (await db.Set<RequestRow>().Where(r => r.No == row.No && r.Mac == row.Mac).ExecuteDeleteAsync(cancel) != 1)
            return false;
        await db.Set<RequestStepRow>().Where(s => s.RequestNo == row.No).ExecuteDeleteAsync(cancel);
        await transaction.CommitAsync(cancel);
        return true;
    }

    // At the earliest after the years themselves; from which day they count is the operator's.
    private IQueryable<RequestRow> Closed(RetentionAsk ask)
    {
        var limit = TokyoDay.Of(ask.At).AddYears(-ask.Period);
        return db.Set<RequestRow>().AsNoTracking()
            .Where(r => (r.State == RequestState.Done || r.State == RequestState.Withdrawn || r.State == RequestState.PassedOn) && r.Settled != null && r.Settled <= limit);
    }

    private static bool IsOver(RequestRow row, RetentionAsk ask, int days) => TokyoDay.Of(ask.At).AddDays(-days) >= CaseEnd.Of(row.Settled!.Value, ask.Period, row.Operator);
}
