using System.Security.Cryptography;
using Tasuki.Formats;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.People;
using Tasuki.Vault;

namespace Tasuki.Exchange.Importing;

/// <summary>A file that arrived. With a problem nothing of it was kept but the row that says so.</summary>
public sealed record ReceivedFile(string Id, ImportProblem? Problem);

/// <summary>What the person says when they let a file in.</summary>
/// <param name="IsMine">The ticked box; needed when name or birth date differ.</param>
/// <param name="Source">Where records come from whose file does not say it; null when the person does not know.</param>
public sealed record PersonsWord(bool IsMine, SourceKind? Source);

/// <summary>An import as the person's list shows it.</summary>
public sealed record ImportSummary(
    string Id, ImportState State, DateTimeOffset Received, DateTimeOffset? Finished, string FileName, long Size, ImportProblem? Problem, ImportOutcome? Outcome);

/// <summary>
/// Brings one file in: receive, scan, detect, read, show the person what was found, and on their word store it in one transaction, never twice. The original is
/// kept as evidence. Whatever fails, nothing is half-stored. Knows sessions and streams, no HTTP, so the command line walks the same steps.
/// </summary>
public sealed class ImportFile
{
    private const int LongestName = 200;

    private readonly ImportRows _rows;
    private readonly SpoolFolder _spools;
    private readonly IScanner _scanner;
    private readonly StoreContents _store;
    private readonly ReadingTurn _turn;
    private readonly ExchangeOptions _options;

    internal ImportFile(ImportRows rows, SpoolFolder spools, IScanner scanner, StoreContents store, ReadingTurn turn, ExchangeOptions options)
    {
        (_rows, _spools, _scanner, _store, _turn, _options) = (rows, spools, scanner, store, turn, options);
    }

    /// <summary>
    /// Takes the bytes to the end, or to the size limit of their kind, and leaves a row that waits for the person's word, or one that says why there is nothing
    /// to wait for. Error <c>import.waiting</c>: too many uploads of this resident wait already. When <paramref name="cancel"/> fires (the person went away)
    /// spool and row are gone.
    /// </summary>
    public async Task<Result<ReceivedFile>> Receive(Session session, string name, string contentType, Stream body, CancellationToken cancel)
    {
        if (await _rows.Open(session.Resident, cancel) >= _options.OpenImports)
            return new Error("import.waiting", $"{_options.OpenImports} files wait for an answer already. Take them in or give them up first.");
        var id = ImportRows.NewId();
        using var hold = _spools.Hold(id);
        var added = await _rows.Add(session.Resident, id, new ImportDetails { Name = WithoutFolders(name), ContentType = contentType }, cancel);
        if (!added.IsOk)
            return added.Error;

        var import = added.Value;
        var settled = false;
        try
        {
            var spooled = await Spool(import, body, cancel);
            import = import with { Details = import.Details with { Size = spooled.Size, Sha256 = spooled.Sha256 } };
            var problem = spooled.Problem ?? await Scan(import, cancel) ?? await FirstReading(import, cancel);
            var kept = problem is null
                ? await _rows.Keep(import, ImportState.Read, import.Details, cancel)
                : await _rows.Finish(import, ImportState.Failed, import.Details with { Problem = problem }, cancel);
            if (!kept.IsOk)
                return kept.Error;
            settled = problem is null;
            return new ReceivedFile(import.Id, problem);
        }
        finally
        {
            if (!settled)
            {
                _spools.Delete(import.Id);
                await _rows.DropUnread(import, CancellationToken.None);
            }
        }
    }

    /// <summary>Reads the file again and says what storing it now would do. Errors: <c>import.missing</c>, <c>import.settled</c>, <c>import.spool</c>.</summary>
    public async Task<Result<ImportPreview>> Preview(Session session, ResidentProfile resident, string id, CancellationToken cancel)
    {
        var found = await Waiting(session.Resident, id, cancel);
        if (!found.IsOk)
            return found.Error;
        var import = found.Value;
        using var turn = await _turn.Take(import.Details.Size, cancel);
        var contents = await Read(import, cancel);
        if (contents.Problem is { } problem)
            return new Error(problem.Code, problem.Message);

        var plan = await StoragePlan.For(session, import.Received, contents, fileNo: null, new PersonsWord(IsMine: true, Source: null), cancel);
        return new ImportPreview
        {
            Id = import.Id,
            FileName = import.Details.Name,
            Size = import.Details.Size,
            Format = contents.Format,
            ReadBefore = await ReadBefore(session, import, cancel),
            People = [.. contents.People.Select(person => PersonMatch.Of(person, resident))],
            Kinds = await Tally.Kinds(session, plan.Records, cancel),
            Sources = Tally.Sources(contents.Resources),
            NotUnderstood = Tally.Groups(contents.NotUnderstood),
            NotUnderstoodCount = contents.NotUnderstoodCount,
            Notes = Tally.Groups(contents.Notes),
            Attachments = contents.Attachments,
            SampleDays = contents.SampleDays,
            Originals = contents.Originals,
        };
    }

    /// <summary>
    /// Stores all records of the file or none, keeps the original, and settles the import. Errors: those of <see cref="Preview"/>, <c>import.not-mine</c> (the file
    /// speaks of someone else and the person did not say it is theirs), <c>import.busy</c> (another request stores it now), and those of the vault.
    /// </summary>
    public async Task<Result<ImportOutcome>> Store(Session session, ResidentProfile resident, string id, PersonsWord word, CancellationToken cancel)
    {
        var found = await Waiting(session.Resident, id, cancel);
        if (!found.IsOk)
            return found.Error;
        var import = found.Value;
        using var turn = await _turn.Take(import.Details.Size, cancel);
        var contents = await Read(import, cancel);
        if (contents.Problem is { } problem)
            return new Error(problem.Code, problem.Message);
        if (!word.IsMine && contents.People.Any(person => PersonMatch.Of(person, resident).Differs))
            return new Error("import.not-mine", "The file speaks of another person than this account.");
        if (!await _rows.Claim(import, cancel))
            return new Error("import.busy", "These records are being stored by another request.");
        using var hold = _spools.Hold(import.Id);

        // From here on the work is finished or undone even when the person closes the page.
        return await _store.StoreOrUndo(session, import, contents, word);
    }

    /// <summary>The person does not want the file: the spool goes, nothing was stored.</summary>
    public async Task<Result<Done>> GiveUp(Session session, string id, CancellationToken cancel)
    {
        var found = await Waiting(session.Resident, id, cancel);
        if (!found.IsOk)
            return found.Error;
        var finished = await _rows.Finish(found.Value, ImportState.GivenUp, found.Value.Details, cancel);
        _spools.Delete(id);
        return finished.Map(_ => Done.Yes);
    }

    public async Task<IReadOnlyList<ImportSummary>> List(Session session, CancellationToken cancel) =>
        [.. (await _rows.All(session.Resident, cancel)).Select(Summary)];

    public async Task<Result<ImportSummary>> Find(Session session, string id, CancellationToken cancel) =>
        (await _rows.Find(session.Resident, id, cancel)).Map(Summary);

    private static ImportSummary Summary(OpenedImport import) => new(
        import.Id, import.State, import.Received, import.Finished, import.Details.Name, import.Details.Size, import.Details.Problem, import.Details.Outcome);

    private async Task<(long Size, byte[]? Sha256, ImportProblem? Problem)> Spool(OpenedImport import, Stream body, CancellationToken cancel)
    {
        var limit = new SizeLimit(_options.Limits);
        var buffer = new byte[SpoolChunk.Plain];
        try
        {
            await using var spool = _spools.Create(import.Id, import.SpoolKey!);
            int read;
            while ((read = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancel)) > 0)
            {
                limit.Observe(buffer.AsSpan(0, read));
                if (spool.Length + read > limit.Bytes)
                    return (spool.Length + read, null, new ImportProblem("import.size", $"A file of this kind may have {limit.Bytes >> 20} MiB; this one is larger.", null));
                await spool.Write(buffer.AsMemory(0, read), cancel);
            }

            return spool.Length == 0
                ? (0, null, new ImportProblem("import.nothing", "The file is empty: it has 0 bytes.", null))
                : (spool.Length, await spool.Complete(cancel), null);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer);
        }
    }

    private async Task<ImportProblem?> Scan(OpenedImport import, CancellationToken cancel)
    {
        var opened = _spools.Open(import.Id, import.SpoolKey!, import.Details.Size);
        if (!opened.IsOk)
            return ImportProblem.Of(opened.Error);
        await using var content = opened.Value;
        var scanned = await _scanner.Scan(content, cancel);
        return scanned.IsOk ? null : ImportProblem.Of(scanned.Error);
    }

    private async Task<FileContents> Read(OpenedImport import, CancellationToken cancel)
    {
        var opened = _spools.Open(import.Id, import.SpoolKey!, import.Details.Size);
        if (!opened.IsOk)
            return FileContents.Unreadable(ImportProblem.Of(opened.Error));
        await using var content = opened.Value;
        return await FileContents.From(content, import.Details.Name, _options, cancel);
    }

    private async Task<ImportProblem?> FirstReading(OpenedImport import, CancellationToken cancel)
    {
        using var turn = await _turn.Take(import.Details.Size, cancel);
        var contents = await Read(import, cancel);
        return contents.Problem ?? (contents.Originals > 0 ? await LookIntoOriginals(import, cancel) : null);
    }

    /// <summary>The originals inside our own export were looked into when they first came in; a ZIP made by another hand could hide a My Number there.</summary>
    private async Task<ImportProblem?> LookIntoOriginals(OpenedImport import, CancellationToken cancel)
    {
        var opened = _spools.Open(import.Id, import.SpoolKey!, import.Details.Size);
        if (!opened.IsOk)
            return ImportProblem.Of(opened.Error);
        await using var content = opened.Value;
        using var own = OwnExport.Open(content, _options.Limits);
        foreach (var (path, entry) in own?.OriginalEntries ?? [])
        {
            await using var packed = await own!.OpenOriginal(entry, cancel);
            await using var original = await _spools.Unpack(import.Id, packed, cancel);
            await foreach (var item in FormatReader.Read(original, $"{import.Details.Name}/{path}", _options.Limits, cancel))
            {
                if (item is ReadStopped { Reason.Code: "mynumber.found" } stopped)
                    return ImportProblem.Of(stopped);
            }
        }

        return null;
    }

    private async Task<Result<OpenedImport>> Waiting(ResidentNo resident, string id, CancellationToken cancel)
    {
        var found = await _rows.Find(resident, id, cancel);
        if (!found.IsOk)
            return found.Error;
        return found.Value switch
        {
            { State: ImportState.Read, SpoolKey: not null } waiting => waiting,
            { State: ImportState.Storing } => new Error("import.busy", "These records are being stored by another request."),
            _ => new Error("import.settled", "This import is settled already."),
        };
    }

    private async Task<DateTimeOffset?> ReadBefore(Session session, OpenedImport import, CancellationToken cancel)
    {
        var kept = (await session.Files(cancel)).Where(file => file.Sha256.AsSpan().SequenceEqual(import.Details.Sha256)).Select(file => (DateTimeOffset?)file.Received);
        var stored = (await _rows.All(session.Resident, cancel))
            .Where(other => other.State is ImportState.Stored && other.Details.Sha256.AsSpan().SequenceEqual(import.Details.Sha256)).Select(other => other.Finished);
        return kept.Concat(stored).Max();
    }

    private static string WithoutFolders(string path)
    {
        var name = path[(path.LastIndexOfAny(['/', '\\']) + 1)..];
        return name.Length > LongestName ? name[^LongestName..] : name;
    }
}
