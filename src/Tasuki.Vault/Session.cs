using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Tasuki.Fhir;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Vault.Keys;
using Tasuki.Vault.Log;
using Tasuki.Vault.RecordStore;
using Tasuki.Vault.Search;

namespace Tasuki.Vault;

/// <summary>
/// What the gate hands out: one actor, one resident, one purpose, limited to access classes and a period. The limit is part of every query. There is no
/// other way to a record, and no public constructor. A session writes its entry in the access log before any bytes are handed over.
/// </summary>
public sealed partial class Session
{
    internal static readonly Error Missing = new("record.missing", "No such record.");
    private static readonly Error NoFile = new("file.missing", "No such file.");

    private readonly VaultParts _parts;
    private readonly Actor _actor;
    private readonly string _purpose;
    private readonly SessionLimit _limit;
    private readonly RecordOpener _opener;
    private readonly bool _inRun;
    private readonly ConcurrentDictionary<(string Action, string? Detail), Task> _entries = new();
    private ResidentRow? _stands;

    internal Session(VaultParts parts, Actor actor, ResidentNo resident, string purpose, SessionLimit limit, bool inRun = false)
    {
        _parts = parts;
        _actor = actor;
        _purpose = purpose;
        _limit = limit;
        _inRun = inRun;
        Resident = resident;
        _opener = new RecordOpener(parts, actor, resident, purpose);
    }

    public ResidentNo Resident { get; }

    internal SessionLimit Limit => _limit;

    /// <summary>How the resident's row stood when the gate opened, for the first change.</summary>
    internal ResidentRow? Stands
    {
        init => _stands = value;
    }

    public AccessClasses Classes => _limit.Classes;

    public SessionExtent Extent => new(_limit.Classes, _limit.PeriodFrom, _limit.PeriodTo);

    /// <summary>Whether <see cref="Write"/> and the other changes are open to this session.</summary>
    public bool MayWrite => _limit.MayWrite;

    /// <summary>This session, narrowed to some classes: what is disclosed in part. Files and, but for the resident, the log are for whole sessions alone.</summary>
    public Session Narrowed(AccessClasses classes) => new(_parts, _actor, Resident, _purpose, _limit with { Classes = _limit.Classes.Intersect(classes) }, _inRun);

    private RecordReads Reads => new(_parts, _opener, _limit);

    private OriginalFiles OriginalFiles => new(_parts, _actor, Resident, _purpose);

    private SampleChunks SampleChunks => new(_parts, _actor, Resident, _purpose, _limit);

    /// <summary>Error <c>record.missing</c> for an unknown id, a forged one, a deleted record and one this session may not see: the same statement, the same answer.</summary>
    public async Task<Result<StoredRecord>> Read(string id, CancellationToken cancel)
    {
        var seq = _parts.Ids.SeqOf(Resident, id);
        var entry = Log(LogAction.Read, seq < 0 ? null : id);
        var record = await KeysNow(cancel) is { } keys ? await Reads.One(keys, seq) : null;
        await entry;
        return record is null ? Missing : record;
    }

    /// <summary>
    /// Versions, newest change first: of one record, or of all of some types (none: all). A record that was deleted shows only that it was. Errors:
    /// <c>record.missing</c>, <c>query.limit</c>, <c>query.page</c>, <c>query.type</c>.
    /// </summary>
    /// <param name="behind">Where the first page starts; null for the newest. <paramref name="after"/> says it for the others.</param>
    public async Task<Result<RecordHistory>> History(
        string? id, IReadOnlyList<string> types, DateTimeOffset? since, int limit, string? after, CancellationToken cancel, VersionPlace? behind = null)
    {
        if (limit is < 1 or > 1_000)
            return new Error("query.limit", $"A page holds 1 to 1,000 versions; {limit} were asked for.");
        if (!types.All(ResourceTypes.IsKnown))
            return new Error("query.type", "A type asked for is not one of FHIR R4.");
        long? seq = id is null ? null : _parts.Ids.SeqOf(Resident, id);
        var bound = new Binding(_parts.Municipality, "history").Number(Resident.Value).Number((int)_actor.Kind).Text(_actor.Id).Text(_purpose).Text(id ?? "").Text(string.Join(',', types));
        var position = behind is { } place ? new PastPosition(RecordStore.Time.Micros(place.Updated), place.Id is { } at ? _parts.Ids.SeqOf(Resident, at) : -1, place.Version) : (PastPosition?)null;
        if (after is not null && (position = PastPosition.Open(_parts.Ring, bound, after)) is null)
            return new Error("query.page", "The page token does not belong to this session and question.");
        var entry = Log(LogAction.History, id ?? (types.Count == 0 ? null : string.Join(',', types)));
        var found = await KeysNow(cancel) is { } keys
            ? await new RecordPast(_parts, _opener, _limit).Page(keys, seq, types, since is { } from ? SqlSuperset.MicrosUp(from) : null, position, limit, cancel) : ([], null);
        await entry;
        return id is not null && after is null && since is null && found.Versions.Count == 0 ? Missing : new RecordHistory(found.Versions, found.Next?.Seal(_parts.Ring, bound));
    }

    public async Task<Result<StoredRecord>> ReadVersion(string id, int version, CancellationToken cancel)
    {
        var seq = _parts.Ids.SeqOf(Resident, id);
        var entry = Log(LogAction.Read, seq < 0 ? null : id);
        var record = await KeysNow(cancel) is { } keys ? await Reads.Version(keys, seq, version, cancel) : null;
        await entry;
        return record is null ? Missing : record;
    }

    /// <summary>
    /// Errors: <c>query.limit</c>, <c>query.type</c>, <c>query.parameter</c> (one that R4 does not know or this program does not answer), <c>query.value</c> (a value
    /// that is not of its parameter's kind), <c>query.size</c>, <c>query.page</c> (a token that is not of this session and query), and what <see cref="RecordQuery.BeforeOpening"/> says.
    /// </summary>
    public Task<Result<RecordPage>> Search(RecordQuery query, CancellationToken cancel) => Search(query, cancel, gate: null);

    /// <summary>With <paramref name="gate"/>: nothing is read and nothing logged unless it opens.</summary>
    internal async Task<Result<RecordPage>> Search(RecordQuery query, CancellationToken cancel, GateQuestion? gate)
    {
        if (RecordSearch.Check(query) is { } wrong)
            return wrong;
        PagePosition? after = null;
        if (query.After is { } token && (after = PageToken.Open(_parts.Ring, Bound(query), token)) is null)
            return new Error("query.page", "The page token does not belong to this session and query.");

        var entry = gate is null ? Log(LogAction.Search, TypesOf(query)) : null;
        var search = new RecordSearch(_parts, _opener, _limit, query.BeforeOpening);
        var (records, next) = await KeysNow(cancel) is { } keys ? await search.Page(query, keys, after, query.Limit, cancel, gate) : ([], null);
        if (gate is null or { Opened: true })
            await (entry ?? Log(LogAction.Search, TypesOf(query)));
        if (search.Stopped is { } stopped)
            return stopped;
        return new RecordPage(records, next is { } position ? PageToken.Seal(_parts.Ring, Bound(query), position) : null);
    }

    /// <summary>How many records <see cref="Search"/> would find over all pages; each is opened and settled as there. The same errors.</summary>
    public async Task<Result<int>> Count(RecordQuery query, CancellationToken cancel)
    {
        if (RecordSearch.Check(query) is { } wrong)
            return wrong;
        var entry = Log(LogAction.Search, TypesOf(query));
        var search = new RecordSearch(_parts, _opener, _limit, query.BeforeOpening);
        var count = await KeysNow(cancel) is { } keys ? await search.Count(query.Predicate, keys, cancel) : 0;
        await entry;
        return search.Stopped is { } stopped ? stopped : count;
    }

    /// <summary>
    /// Hands over all that match in one walk, for whoever must see everything to answer. <see cref="RecordQuery.Limit"/> and <see cref="RecordQuery.After"/> are not looked
    /// at. The errors of <see cref="Search"/>; after one, what was handed over is not all. Bytes of it leave after this returned.
    /// </summary>
    public async Task<Result<Done>> Each(RecordQuery query, Action<StoredRecord> take, CancellationToken cancel)
    {
        if (RecordSearch.Check(query with { Limit = 1 }) is { } wrong)
            return wrong;
        var entry = Log(LogAction.Search, TypesOf(query));
        var search = new RecordSearch(_parts, _opener, _limit, query.BeforeOpening);
        if (await KeysNow(cancel) is { } keys)
            await search.Each(query, keys, take, cancel);
        await entry;
        return search.Stopped is { } stopped ? stopped : Done.Yes;
    }

    /// <summary>
    /// All that match, page after page, logged once. <see cref="RecordQuery.Limit"/> and <see cref="RecordQuery.After"/> are not looked at. Throws for a query that
    /// <see cref="Search"/> refuses.
    /// </summary>
    public async IAsyncEnumerable<StoredRecord> All(RecordQuery query, [EnumeratorCancellation] CancellationToken cancel)
    {
        const int PageSize = 1_000;
        if (RecordSearch.Check(query with { Limit = PageSize }) is { } wrong)
            throw new ArgumentException(wrong.Message, nameof(query));
        var entry = Log(LogAction.Search, TypesOf(query));
        var search = new RecordSearch(_parts, _opener, _limit);
        PagePosition? after = null;
        do
        {
            if (await KeysNow(cancel) is not { } keys)
                yield break;
            (var records, after) = await search.Page(query, keys, after, PageSize, cancel);
            await entry;
            foreach (var record in records)
                yield return record;
        }
        while (after is not null);
    }

    public async Task<IReadOnlyList<RecordCount>> Count(CancellationToken cancel)
    {
        var entry = Log(LogAction.Count, null);
        var counts = await KeysNow(cancel) is { } keys ? await Reads.Count(keys, cancel) : [];
        await entry;
        return counts;
    }

    /// <summary>
    /// Stores all or none, in one transaction under the resident's write lock, and never the same record twice (<see cref="Fhir.RecordIdentity"/>).
    /// When this returns, the records and their log entry are durable. Error <c>gate.refused</c>: this session may not write, or the account is closed.
    /// </summary>
    public async Task<Result<IReadOnlyList<WrittenRecord>>> Write(IReadOnlyList<NewRecord> records, CancellationToken cancel)
    {
        if (await KeysToWrite(LogAction.Write, cancel) is not { } keys)
            return Gate.Refused;
        if (records.Count == 0)
            return Result.Of<IReadOnlyList<WrittenRecord>>([]);
        var written = await new RecordWriter(_parts, _opener, _limit).Write(records, keys, Writes(LogAction.Write), cancel);
        return written is null ? Gate.Refused : Result.Of(written);
    }

    /// <summary>
    /// Changes by id, all or none, in one transaction. Errors: <c>gate.refused</c>, <c>record.missing</c> (also for an update that would change the type),
    /// <c>change.version</c>, <c>change.twice</c>, <c>change.ambiguous</c>, those of <see cref="Search"/> for a condition, and whatever <paramref name="permit"/> says of a record as it stands.
    /// </summary>
    /// <param name="endGrants">Grants that end in the same transaction, by their ids, as <see cref="EndGrant"/> ends one.</param>
    public async Task<Result<IReadOnlyList<ChangedRecord>>> Change(
        IReadOnlyList<RecordChange> changes, Func<StoredRecord, RecordChange, Error?>? permit, CancellationToken cancel, params IReadOnlyList<string> endGrants)
    {
        if ((endGrants.Count > 0 && !StandsIn) || await KeysToWrite(LogAction.Change, cancel) is not { } keys)
            return Gate.Refused;
        if (changes.Count + endGrants.Count == 0)
            return Result.Of<IReadOnlyList<ChangedRecord>>([]);
        var ends = endGrants.Select(id => _parts.Ids.GrantOf(Resident, id)).ToList();
        return ends.Contains(null) ? NoGrant
            : await new RecordChanges(_parts, _opener, _limit).Apply(changes, permit, [.. ends.OfType<long>()], keys, () => Writes(LogAction.Change), cancel, Interlocked.Exchange(ref _stands, null));
    }

    /// <summary>For each record, what <see cref="Write"/> would do now, and its class. Nothing is written. Empty when the account is closed.</summary>
    public async Task<IReadOnlyList<(WriteOutcome Outcome, AccessClass Class)>> Preview(IReadOnlyList<NewRecord> records, CancellationToken cancel)
    {
        var entry = Log(LogAction.Preview, null);
        var outcomes = records.Count > 0 && await KeysNow(cancel) is { } keys ? await new RecordWriter(_parts, _opener, _limit).Preview(records, keys, cancel) : [];
        await entry;
        return outcomes;
    }

    /// <summary>Deletes one record: a new version that says so; earlier versions stay in history until the resident is erased. Error <c>record.missing</c>.</summary>
    public async Task<Result<Done>> Delete(string id, CancellationToken cancel)
    {
        if (await KeysToWrite(LogAction.Delete, cancel) is not { } keys)
            return Missing;
        var seq = _parts.Ids.SeqOf(Resident, id);
        return await new RecordDeletion(_parts, _opener, _limit).Delete(seq, keys, Writes(LogAction.Delete, id), cancel) ? Done.Yes : Missing;
    }

    /// <summary>Replaces the chunk of that metric and day. Error <c>gate.refused</c> as for <see cref="Write"/>; <c>samples.value</c> for seconds outside a day.</summary>
    public async Task<Result<Done>> WriteSamples(IReadOnlyList<SampleDay> days, CancellationToken cancel)
    {
        if (days.Any(day => day.Samples.Any(sample => !sample.IsWithinDay)))
            return new Error("samples.value", "A sample lies outside its day: seconds run from 0 to 86,400.");
        if (await KeysToWrite(LogAction.WriteSamples, cancel) is not { } keys || !SampleChunks.Visible)
            return Gate.Refused;
        return days.Count == 0 || await SampleChunks.Write(days, keys, Writes(LogAction.WriteSamples), cancel) ? Done.Yes : Gate.Refused;
    }

    /// <summary>By day, then metric. Nothing for a session that does not see the lifelog.</summary>
    public async IAsyncEnumerable<SampleDay> Samples(string? metric, DateOnly? from, DateOnly? to, [EnumeratorCancellation] CancellationToken cancel)
    {
        await Log(LogAction.Samples, null);
        if (!SampleChunks.Visible)
            yield break;
        await foreach (var day in SampleChunks.Read(metric, from, to, cancel))
            yield return day;
    }

    /// <summary>Keeps an original file, sealed in chunks as it is read; nothing plain touches a disk. Written together with nothing else.</summary>
    public async Task<Result<StoredFile>> KeepFile(string name, string contentType, Stream content, CancellationToken cancel)
    {
        if (!_limit.IsWhole || await KeysToWrite(LogAction.KeepFile, cancel) is null)
            return Gate.Refused;
        var file = await OriginalFiles.Keep(name, contentType, content, fileNo => Writes(LogAction.KeepFile, $"file {fileNo}"), cancel);
        return file is null ? Gate.Refused : file;
    }

    /// <summary>An original may hold records of every class: only a session that sees everything sees files.</summary>
    public async Task<IReadOnlyList<StoredFile>> Files(CancellationToken cancel)
    {
        var entry = Log(LogAction.Files, null);
        var files = _limit.IsWhole && await KeysNow(cancel) is { } keys ? await OriginalFiles.List(keys, cancel) : [];
        await entry;
        return files;
    }

    /// <summary>A readable, seekable stream that opens chunk by chunk; a chunk that was altered or moved throws <see cref="IOException"/>. Error <c>file.missing</c>.</summary>
    public async Task<Result<Stream>> OpenFile(long fileNo, CancellationToken cancel)
    {
        var entry = Log(LogAction.OpenFile, $"file {fileNo}");
        var found = _limit.IsWhole && await KeysNow(cancel) is { } keys ? await OriginalFiles.Find(keys, fileNo, cancel) : null;
        await entry;
        return found is { } file ? new ChunkStream(OriginalFiles, file.File) : NoFile;
    }

    public async Task<Result<Done>> DeleteFile(long fileNo, CancellationToken cancel)
    {
        if (!_limit.IsWhole || await KeysToWrite(LogAction.DeleteFile, cancel) is null)
            return NoFile;
        return await OriginalFiles.Delete(fileNo, Writes(LogAction.DeleteFile, $"file {fileNo}"), cancel) ? Done.Yes : NoFile;
    }

    private static string? TypesOf(RecordQuery query) =>
        NamedTypes.In(query.Predicate).Order(StringComparer.Ordinal).Distinct(StringComparer.Ordinal).ToList() is { Count: > 0 } types ? string.Join(',', types) : null;

    private ValueTask<ResidentKeys?> KeysNow(CancellationToken cancel) => _parts.ResidentKeys.Get(Resident, cancel);

    private async ValueTask<ResidentKeys?> KeysToWrite(string action, CancellationToken cancel)
    {
        if (_limit.MayWrite)
            return await KeysNow(cancel);
        await _parts.Log.Append(new LogEntry(Resident, _actor, _purpose, action, null, Refused: true));
        return null;
    }

    // One entry for the same thing in one session: a page that asks three times for the same kind is one look.
    private Task Log(string action, string? detail) =>
        _inRun ? Task.CompletedTask : _entries.GetOrAdd((action, detail), key => _parts.Log.Append(new LogEntry(Resident, _actor, _purpose, key.Action, key.Detail, Refused: false)));

    private WriteLog Writes(string action, string? detail = null) => new(_parts, _actor, Resident, _purpose, action, detail);

    private Binding Bound(RecordQuery query) => PageToken.Bound(_parts.Municipality, Resident, _actor, _purpose, query);
}
