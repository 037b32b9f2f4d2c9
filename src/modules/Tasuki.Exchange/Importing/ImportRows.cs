using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Seals;

namespace Tasuki.Exchange.Importing;

/// <summary>A row with its sealed columns opened.</summary>
internal sealed record OpenedImport(
    ResidentNo Resident, string Id, ImportState State, DateTimeOffset Received, DateTimeOffset? Finished, byte[]? SpoolKey, ImportDetails Details);

/// <summary>The table of imports, sealed on the way in and opened on the way out.</summary>
internal sealed class ImportRows(TasukiDb db, ISeal seal, TimeProvider clock)
{
    private const string KeyColumn = "spool_key";
    private const string DetailsColumn = "details";

    public static string NewId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    public async Task<Result<OpenedImport>> Add(ResidentNo resident, string id, ImportDetails details, CancellationToken cancel)
    {
        var key = RandomNumberGenerator.GetBytes(SpoolChunk.KeyBytes);
        var sealedKey = await seal.Seal(resident, Place(KeyColumn, resident, id), key, cancel);
        if (!sealedKey.IsOk)
            return sealedKey.Error;
        var sealedDetails = await seal.Seal(resident, Place(DetailsColumn, resident, id), details.ToJson(), cancel);
        if (!sealedDetails.IsOk)
            return sealedDetails.Error;

        var now = clock.GetUtcNow();
        db.Add(new ImportRow
        {
            ResidentNo = resident.Value, Id = id, State = ImportState.Received, Received = now, SpoolKey = sealedKey.Value, Details = sealedDetails.Value,
        });
        await db.SaveChangesAsync(cancel);
        db.ChangeTracker.Clear();
        return new OpenedImport(resident, id, ImportState.Received, now, null, key, details);
    }

    /// <summary>Error <c>import.missing</c>: there is none, or it is another resident's.</summary>
    public async Task<Result<OpenedImport>> Find(ResidentNo resident, string id, CancellationToken cancel)
    {
        var row = await Of(resident, id).AsNoTracking().SingleOrDefaultAsync(cancel);
        return row is null ? new Error("import.missing", "There is no such import.") : await Opened(row, cancel);
    }

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<OpenedImport>> All(ResidentNo resident, CancellationToken cancel)
    {
        var rows = await db.Set<ImportRow>().AsNoTracking().Where(r => r.ResidentNo == resident.Value).OrderByDescending(r => r.Received).ToListAsync(cancel);
        var opened = new List<OpenedImport>(rows.Count);
        foreach (var row in rows)
        {
            if (await Opened(row, cancel) is { IsOk: true } import)
                opened.Add(import.Value);
        }

        return opened;
    }

    public Task<int> Open(ResidentNo resident, CancellationToken cancel) => db.Set<ImportRow>().CountAsync(
        r => r.ResidentNo == resident.Value && (r.State == ImportState.Received || r.State == ImportState.Read || r.State == ImportState.Storing), cancel);

    /// <summary>Moves to a state in which the spool is still wanted.</summary>
    public async Task<Result<OpenedImport>> Keep(OpenedImport import, ImportState state, ImportDetails details, CancellationToken cancel)
    {
        var sealedDetails = await seal.Seal(import.Resident, Place(DetailsColumn, import.Resident, import.Id), details.ToJson(), cancel);
        if (!sealedDetails.IsOk)
            return sealedDetails.Error;
        var bytes = sealedDetails.Value;
        await Of(import.Resident, import.Id).ExecuteUpdateAsync(set => set.SetProperty(r => r.State, state).SetProperty(r => r.Details, bytes), cancel);
        return import with { State = state, Details = details };
    }

    /// <summary>Moves to an end state; the key of the spool goes with it.</summary>
    public async Task<Result<OpenedImport>> Finish(OpenedImport import, ImportState state, ImportDetails details, CancellationToken cancel)
    {
        var kept = await Keep(import, state, details, cancel);
        if (!kept.IsOk)
            return kept.Error;
        DateTimeOffset? now = clock.GetUtcNow();
        await Of(import.Resident, import.Id).ExecuteUpdateAsync(set => set.SetProperty(r => r.SpoolKey, (byte[]?)null).SetProperty(r => r.Finished, now), cancel);
        return kept.Value with { SpoolKey = null, Finished = now };
    }

    /// <summary>Takes an import that waits for its word. False when another request was quicker.</summary>
    public async Task<bool> Claim(OpenedImport import, CancellationToken cancel) =>
        await Of(import.Resident, import.Id).Where(r => r.State == ImportState.Read)
            .ExecuteUpdateAsync(set => set.SetProperty(r => r.State, ImportState.Storing), cancel) == 1;

    /// <summary>Removes a row whose upload never came to a reading: the person went away, or the server failed.</summary>
    public Task DropUnread(OpenedImport import, CancellationToken cancel) =>
        Of(import.Resident, import.Id).Where(r => r.State == ImportState.Received).ExecuteDeleteAsync(cancel);

    private IQueryable<ImportRow> Of(ResidentNo resident, string id) => db.Set<ImportRow>().Where(r => r.ResidentNo == resident.Value && r.Id == id);

    private async Task<Result<OpenedImport>> Opened(ImportRow row, CancellationToken cancel)
    {
        var resident = new ResidentNo(row.ResidentNo);
        var details = await seal.Open(resident, Place(DetailsColumn, resident, row.Id), row.Details, cancel);
        if (!details.IsOk)
            return details.Error;
        byte[]? key = null;
        if (row.SpoolKey is { } sealedKey)
        {
            var opened = await seal.Open(resident, Place(KeyColumn, resident, row.Id), sealedKey, cancel);
            if (!opened.IsOk)
                return opened.Error;
            key = opened.Value;
        }

        return new OpenedImport(resident, row.Id, row.State, row.Received, row.Finished, key, ImportDetails.FromJson(details.Value));
    }

    private static SealPlace Place(string column, ResidentNo resident, string id) => new(ExchangeModelPart.Table, column, $"{resident}/{id}");
}
