using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Seals;
using Tasuki.People;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Bulk;

/// <summary>
/// One slice of a bulk export: some hundred residents, read through the gate as the app that asked, one after the other. A slice ends by taking on the next one, so that a
/// long export holds no runner. Segments and the place reached are saved in one transaction: after a crash the same slice goes on behind the last resident who was saved.
/// </summary>
internal sealed class RunExport(TasukiDb db, RecordVault vault, ISeal seal, BackendCallers callers, LargeExports large, JobQueue queue, FhirApiOptions options, TimeProvider clock) : IJobHandler
{
    public const string Name = "fhir.export";

    /// <summary>Residents of one slice, and so of one entry in the access log.</summary>
    public const int SliceResidents = 200;

    private const int Attempts = 5;

    public string Kind => Name;

    /// <summary>Sealed bytes in memory before they are saved.</summary>
    internal int SavedAtOnce { get; set; } = 8 << 20;

    /// <summary>Of one piece at most.</summary>
    internal int PieceResidents { get; set; } = 1_000;

    /// <summary>Called before each save, with the number of the last resident in it. For tests: the process dies here.</summary>
    internal Action<long>? BeforeSave { get; set; }

    public static string KeyOf(BulkExport export) => string.Create(CultureInfo.InvariantCulture, $"{export.No}.{export.Slice}");

    public async Task<Result<Done>> Run(JobWork work, CancellationToken cancel)
    {
        var export = await db.Set<BulkExport>().SingleOrDefaultAsync(e => e.No == work.Subject, cancel);
        // A slice that was done, but whose mark was lost, is not done again.
        if (export is not { State: ExportState.Running } || !string.Equals(work.Key, KeyOf(export), StringComparison.Ordinal))
            return Done.Yes;
        var opened = seal.OpenForMunicipality(ExportRows.RequestPlace(export), export.Request);
        if (!opened.IsOk || work.Attempt > Attempts || export.Expires <= clock.GetUtcNow())
            return await Fail(export, cancel);
        var request = BulkRequest.FromJson(opened.Value);
        if (await callers.Of(export.AppNo, SmartScopes.Parse(request.Scopes).Value, export.Expires, cancel) is not { } caller)
            return await Fail(export, cancel);
        var call = new Call(caller, vault, request.Root, clock);
        var isFirst = export.Slice == 0 && export.Cursor == 0;
        var left = await vault.Reached(
            caller.Actor, caller.ReadPurpose, isFirst ? int.MaxValue : SliceResidents + 1, new ResidentNo(export.Cursor), new ResidentNo(long.MaxValue), cancel);
        if (isFirst)
            await Begin(export, left.Count, cancel);
        var slice = left.Take(SliceResidents).ToList();
        if (slice.Count > 0 && !await Read(export, call, request, slice, cancel))
            return Done.Yes;
        await End(export, left.Count > slice.Count, cancel);
        return Done.Yes;
    }

    private async Task Begin(BulkExport export, int residents, CancellationToken cancel)
    {
        export.Residents = residents;
        var since = clock.GetUtcNow() - LargeExports.Looked;
        var usual = await db.Set<BulkExport>().Where(e => e.AppNo == export.AppNo && e.No != export.No && e.Asked >= since).Select(e => (int?)e.Residents).MaxAsync(cancel) ?? 0;
        if (LargeExports.IsMoreThanUsual(residents, usual))
            large.Tell(export.AppNo, residents, usual);
    }

    // False: the export was cancelled meanwhile, or somebody else is at the same slice.
    private async Task<bool> Read(BulkExport export, Call call, BulkRequest request, List<ResidentNo> slice, CancellationToken cancel)
    {
        var where = request.Where(call);
        var run = await vault.BeginRun(call.Caller.Actor, slice, call.Caller.ReadPurpose, string.Create(CultureInfo.InvariantCulture, $"export {export.No}, made ready"), cancel);
        var pieces = await Pieces.Load(db, seal, export, PieceResidents, cancel);
        long held = 0;
        var from = export.Cursor;
        var read = 0;
        foreach (var resident in slice)
        {
            var session = await run.Open(resident, cancel);
            if (session.IsOk)
                held += await pieces.Add(resident, await Lines(session.Value, call, request, where, cancel), cancel);
            read++;
            if (held < SavedAtOnce && resident != slice[^1])
                continue;
            if (!await Save(export, pieces, from, resident, read, cancel))
                return false;
            (from, held, read) = (resident.Value, 0, 0);
        }

        return true;
    }

    private static async Task<ResidentLines> Lines(Session session, Call call, BulkRequest request, RecordPredicate where, CancellationToken cancel)
    {
        var lines = new ResidentLines(session.Extent);
        await foreach (var record in session.All(new RecordQuery { Where = where, Order = RecordOrder.Stored }, cancel))
            lines.Add(record.Type, record.WriteJson);
        if (request.Since is { } since)
            await DeletedRecords.Add(lines, session, [.. request.Types.Where(type => ExportScopes.Within(call, type) is RecordPredicate.Everything)], since, cancel);
        lines.Close();
        return lines;
    }

    private async Task<bool> Save(BulkExport export, Pieces pieces, long from, ResidentNo last, int read, CancellationToken cancel)
    {
        BeforeSave?.Invoke(last.Value);
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        var mine = await db.Set<BulkExport>().Where(e => e.No == export.No && e.State == ExportState.Running && e.Cursor == from && e.Slice == export.Slice)
            .ExecuteUpdateAsync(set => set.SetProperty(e => e.Cursor, last.Value).SetProperty(e => e.Read, e => e.Read + read), cancel);
        if (mine == 0)
            return false;
        pieces.Write();
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        pieces.Written();
        return true;
    }

    private async Task End(BulkExport export, bool more, CancellationToken cancel)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        var slice = export.Slice + 1;
        var rows = db.Set<BulkExport>().Where(e => e.No == export.No && e.State == ExportState.Running && e.Slice == export.Slice);
        var expires = clock.GetUtcNow().AddHours(options.ExportHours);
        var mine = more ? await rows.ExecuteUpdateAsync(set => set.SetProperty(e => e.Slice, slice), cancel)
            : await rows.ExecuteUpdateAsync(set => set.SetProperty(e => e.State, ExportState.Done).SetProperty(e => e.Running, (byte?)null).SetProperty(e => e.Expires, expires), cancel);
        if (mine == 0)
            return;
        if (more)
            await queue.Add(Name, string.Create(CultureInfo.InvariantCulture, $"{export.No}.{slice}"), cancel, subject: export.No);
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
    }

    private async Task<Result<Done>> Fail(BulkExport export, CancellationToken cancel)
    {
        await ExportRows.End(db, export.No, ExportState.Running, ExportState.Failed, cancel);
        return Done.Yes;
    }
}
