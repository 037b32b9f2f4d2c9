using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Retention;
using Tasuki.Kernel.Seals;
using Tasuki.People;

namespace Tasuki.FhirApi.Bulk;

/// <summary>Where the sealed values of an export stand, and how one ends.</summary>
internal static class ExportRows
{
    public static SealPlace RequestPlace(BulkExport export) => new(BulkTables.Exports, "request", export.Id);

    public static SealPlace LinesPlace(BulkPiece piece) => new(BulkTables.Pieces, "lines", string.Create(CultureInfo.InvariantCulture, $"{piece.ExportNo}/{piece.Piece}"));

    /// <summary>State first, so that a job that still runs stores nothing more; then everything that was exported.</summary>
    public static async Task<bool> End(TasukiDb db, long export, ExportState from, ExportState to, CancellationToken cancel)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        var ended = await db.Set<BulkExport>().Where(e => e.No == export && e.State == from)
            .ExecuteUpdateAsync(set => set.SetProperty(e => e.State, to).SetProperty(e => e.Running, (byte?)null), cancel);
        if (ended == 0)
            return false;
        await db.Set<BulkSegment>().Where(s => s.ExportNo == export).ExecuteDeleteAsync(cancel);
        await db.Set<BulkPiece>().Where(p => p.ExportNo == export).ExecuteDeleteAsync(cancel);
        await transaction.CommitAsync(cancel);
        return true;
    }
}

/// <summary>Every hour and at each start: exports whose time is over end, and rows go that nothing is measured by any more.</summary>
internal sealed class SweepExports(TasukiDb db, TimeProvider clock) : IJobHandler
{
    public const string Name = "fhir.sweep-exports";

    public string Kind => Name;

    public async Task<Result<Done>> Run(JobWork work, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var over = await db.Set<BulkExport>().AsNoTracking().Where(e => e.Expires <= now && (e.State == ExportState.Running || e.State == ExportState.Done || e.State == ExportState.Failed))
            .Select(e => new { e.No, e.State }).ToListAsync(cancel);
        foreach (var one in over)
            await ExportRows.End(db, one.No, one.State, ExportState.Expired, cancel);
        var old = now - LargeExports.Looked;
        await db.Set<BulkExport>().Where(e => e.Asked < old && (e.State == ExportState.Expired || e.State == ExportState.Cancelled)).ExecuteDeleteAsync(cancel);
        return Done.Yes;
    }
}

/// <summary>Exports that <see cref="SweepExports"/> takes away.</summary>
internal sealed class ExportsRule(TasukiDb db) : IRetentionRule
{
    public async Task<RetentionCount> Count(RetentionAsk ask, CancellationToken cancel) => RetentionCount.Of("due", await Over(ask.At, cancel), await Over(ask.At.AddDays(-2), cancel));

    private Task<long> Over(DateTimeOffset now, CancellationToken cancel) =>
        db.Set<BulkExport>().LongCountAsync(e => e.Expires <= now && (e.State == ExportState.Running || e.State == ExportState.Done || e.State == ExportState.Failed), cancel);
}

/// <summary>Of a resident whose key is destroyed no segment stays.</summary>
internal sealed class EraseSegments(TasukiDb db) : IResidentErasure
{
    public Task Erase(ResidentNo resident, CancellationToken cancel) => db.Set<BulkSegment>().Where(s => s.ResidentNo == resident.Value).ExecuteDeleteAsync(cancel);
}
