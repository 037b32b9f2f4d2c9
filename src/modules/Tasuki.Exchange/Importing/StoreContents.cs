using Tasuki.Formats;
using Tasuki.Kernel;
using Tasuki.Vault;

namespace Tasuki.Exchange.Importing;

/// <summary>
/// The last step of an import: the original is kept, the records are stored in one transaction, the import is settled. Whatever fails before the transaction stands,
/// the original is taken away again and the import waits as before. What our own export brings besides was read to its end before, and follows the records piece by
/// piece; if the store is lost there, the import waits too. Storing a second time finds what is there and adds the rest.
/// </summary>
internal sealed class StoreContents(ImportRows rows, SpoolFolder spools, ExchangeOptions options)
{
    public async Task<Result<ImportOutcome>> StoreOrUndo(Session session, OpenedImport import, FileContents contents, PersonsWord word)
    {
        var cancel = CancellationToken.None;
        long? undo = null;
        Result<ImportOutcome> stored;
        try
        {
            // Our own export is taken apart: its originals are kept each by itself, and the archive around them only where something in it was not understood.
            var isWhole = contents is { Format: FileFormat.TasukiExport, NotUnderstoodCount: 0 };
            var kept = isWhole ? (null, false) : await KeepOriginal(session, import, cancel);
            if (!kept.IsOk)
                return await Undo(session, import, null, kept.Error);
            var (fileNo, isNew) = kept.Value;
            undo = isNew ? fileNo : null;
            var plan = await StoragePlan.For(session, import.Received, contents, fileNo, word, cancel);
            stored = await StoreAll(session, import, contents, plan, cancel);
        }
        catch
        {
            await Undo(session, import, undo, new Error("import.broken", "Storing broke off."));
            throw;
        }

        if (!stored.IsOk)
            return await Undo(session, import, undo, stored.Error);
        // A crash before this line leaves the import to be stored again, which then finds everything there.
        var finished = await rows.Finish(import, ImportState.Stored, import.Details with { Outcome = stored.Value }, cancel);
        spools.Delete(import.Id);
        return finished.Map(_ => stored.Value);
    }

    private async Task<Result<ImportOutcome>> StoreAll(Session session, OpenedImport import, FileContents contents, StoragePlan plan, CancellationToken cancel)
    {
        if (contents.Format is not FileFormat.TasukiExport)
            return await plan.Store(session, own: null, cancel);
        var opened = spools.Open(import.Id, import.SpoolKey!, import.Details.Size);
        if (!opened.IsOk)
            return opened.Error;
        await using var content = opened.Value;
        using var own = OwnExport.Open(content, options.Limits);
        return await plan.Store(session, own, cancel);
    }

    /// <summary>The same bytes are kept once, also when a crash left them kept and their records not stored.</summary>
    private async Task<Result<(long? FileNo, bool IsNew)>> KeepOriginal(Session session, OpenedImport import, CancellationToken cancel)
    {
        foreach (var file in await session.Files(cancel))
        {
            if (file.Sha256.AsSpan().SequenceEqual(import.Details.Sha256))
                return (file.FileNo, false);
        }

        var opened = spools.Open(import.Id, import.SpoolKey!, import.Details.Size);
        if (!opened.IsOk)
            return opened.Error;
        await using var content = opened.Value;
        return (await session.KeepFile(import.Details.Name, import.Details.ContentType, content, cancel)).Map(file => ((long?)file.FileNo, true));
    }

    private async Task<Error> Undo(Session session, OpenedImport import, long? fileNo, Error error)
    {
        if (fileNo is { } kept)
            await session.DeleteFile(kept, CancellationToken.None);
        await rows.Keep(import, ImportState.Read, import.Details, CancellationToken.None);
        return error;
    }
}
