using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Retention;

namespace Tasuki.Community.Inquiries;

/// <summary>
/// Inquiries of people without an account, a period after they were answered or closed. Of a complaint the log keeps number, kind, days and state, as of a resident who was erased
/// (ADR 32). A row that was altered is left for the desk to see.
/// </summary>
internal sealed class VisitorInquiries(TasukiDb db, InquirySeals seals) : IRetentionErasure
{
    public const string Id = "inquiries.visitors";

    private const int Late = 2;

    public async Task<RetentionCount> Count(RetentionAsk ask, CancellationToken cancel)
    {
        var late = Limit(ask).AddDays(-Late);
        var (found, overdue, altered) = (new List<InquiryKind>(), 0L, 0L);
        await foreach (var row in Over(ask).AsAsyncEnumerable().WithCancellation(cancel))
        {
            if (!seals.IsWhole(row))
            {
                altered++;
                continue;
            }

            found.Add(row.Kind);
            overdue += SettledAt(row) <= late ? 1 : 0;
        }

        return new RetentionCount(Parts(found), overdue, altered == 0 ? [] : [new RetentionPart("altered", altered)]);
    }

    public async Task<RetentionBatch> Erase(RetentionAsk ask, long after, int most, CancellationToken cancel)
    {
        var rows = await Over(ask).Where(i => i.No > after).OrderBy(i => i.No).Take(most).ToListAsync(cancel);
        var done = new List<InquiryKind>();
        foreach (var row in rows.Where(seals.IsWhole))
        {
            if (await Erase(row, cancel))
                done.Add(row.Kind);
        }

        return new RetentionBatch(Parts(done), rows.Count < most ? null : rows[^1].No);
    }

    // Together, and only as it was read: somebody may write again in this moment.
    private async Task<bool> Erase(InquiryRow row, CancellationToken cancel)
    {
        var seen = row.Mac;
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        var there = db.Set<InquiryRow>().Where(i => i.No == row.No && i.Mac == seen);
        if (row.Kind is InquiryKind.Complaint)
        {
            (row.About, row.Steps, row.CodeHash) = (null, 0, null);
            row.Mac = seals.MacOf(row);
            if (await there.ExecuteUpdateAsync(
                s => s.SetProperty(i => i.About, row.About).SetProperty(i => i.Steps, row.Steps).SetProperty(i => i.CodeHash, row.CodeHash).SetProperty(i => i.Mac, row.Mac), cancel) != 1)
                return false;
        }
        else if (await there.ExecuteDeleteAsync(cancel) != 1)
        {
            return false;
        }

        await db.Set<InquiryStepRow>().Where(s => s.InquiryNo == row.No).ExecuteDeleteAsync(cancel);
        await transaction.CommitAsync(cancel);
        return true;
    }

    private IQueryable<InquiryRow> Over(RetentionAsk ask)
    {
        var limit = Limit(ask);
        return db.Set<InquiryRow>().AsNoTracking().Where(i => i.ResidentNo == null && i.About != null
            && ((i.State == InquiryState.Closed && i.Closed <= limit) || (i.State == InquiryState.Answered && i.Answered <= limit)));
    }

    private static DateTimeOffset Limit(RetentionAsk ask) => ask.At.AddYears(-ask.Period);

    private static DateTimeOffset? SettledAt(InquiryRow row) => row.State is InquiryState.Closed ? row.Closed : row.Answered;

    private static List<RetentionPart> Parts(List<InquiryKind> kinds)
    {
        var complaints = kinds.Count(k => k is InquiryKind.Complaint);
        return [.. new[] { new RetentionPart("complaint", complaints), new RetentionPart("inquiry", kinds.Count - complaints) }.Where(p => p.Number > 0)];
    }
}

/// <summary>A resident whose inquiry is not answered yet is not closed for want of use.</summary>
internal sealed class OpenInquiries(TasukiDb db) : People.IOpenMatter
{
    public async Task<IReadOnlyCollection<long>> Residents(CancellationToken cancel) => await db.Set<InquiryRow>()
        .Where(i => i.ResidentNo != null && (i.State == InquiryState.New || i.State == InquiryState.Open || i.State == InquiryState.Waiting))
        .Select(i => i.ResidentNo!.Value).Distinct().ToListAsync(cancel);
}
