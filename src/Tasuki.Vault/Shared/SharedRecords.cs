using System.Runtime.CompilerServices;
using Tasuki.Fhir;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Kernel.Seals;
using Tasuki.Vault.Keys;
using Tasuki.Vault.RecordStore;
using Tasuki.Vault.Search;
using Tasuki.Vault.Store;

namespace Tasuki.Vault.Shared;

/// <summary>One shared record, opened.</summary>
/// <param name="Row">As the <see cref="Matcher"/> looks at it, with the number as its seq.</param>
internal sealed record OpenedShared(SharedRow Stored, byte[] Identity, RecordRow Row, StoredRecord Record);

/// <summary>All shared records as they stood at one moment, by number.</summary>
/// <param name="Broken">Rows that do not open.</param>
internal sealed record SharedSet(SharedStamp Stamp, IReadOnlyList<OpenedShared> All, IReadOnlyList<SharedRow> Broken)
{
    public static readonly SharedSet None = new(default, [], []);

    private readonly Dictionary<long, OpenedShared> _byNumber = All.ToDictionary(one => one.Stored.Number);

    // A search over many residents follows the same chain for each of them: one predicate, one answer, for as long as that search lives.
    private readonly ConditionalWeakTable<RecordPredicate, IReadOnlySet<string>> _ends = [];

    public OpenedShared? Find(long number) => _byNumber.GetValueOrDefault(number);

    public SharedSearch Search(RecordIds ids, ReferredFrom? persons = null) => new(this, ids, persons ?? ReferredFrom.Nobody);

    /// <summary>The records at the far end of a reference, as <c>Type/id</c>.</summary>
    public IReadOnlySet<string> Ends(RecordPredicate predicate, RecordIds ids) => _ends.GetValue(predicate, of => Search(ids).References(of).ToHashSet(StringComparer.Ordinal));
}

/// <summary>Any change moves it: a new record the count, a new version the newest time.</summary>
internal readonly record struct SharedStamp(long Count, long Newest);

/// <summary>What was opened last, for all requests.</summary>
internal sealed class SharedCache
{
    public SharedSet Set { get; set; } = SharedSet.None;
}

/// <summary>The table <c>shared_record</c>: some thousand rows, opened once and held in memory until one of them changes. What does not open is reported and left out.</summary>
internal sealed class SharedRecords(VaultParts parts, Actor actor)
{
    private readonly MunicipalSeal _seal = new(parts.ResidentKeys, parts.Ring, parts.Municipality);

    public ISeal Seal => _seal;

    public async Task<SharedSet> Now(CancellationToken cancel)
    {
        var stamp = await parts.Records.Ask(
            new Statement($"select count(*), coalesce(max(updated), 0) from {SharedRow.Table}"), row => new SharedStamp(row.GetInt64(0), row.GetInt64(1)));
        // Two that come at once may both open the rows: it does no harm and needs no lock.
        return stamp[0] == parts.Shared.Set.Stamp ? parts.Shared.Set : parts.Shared.Set = await Load(cancel);
    }

    private async Task<SharedSet> Load(CancellationToken cancel)
    {
        await using var work = await parts.Records.Read(cancel);
        return await Load(work, cancel);
    }

    public async Task<IReadOnlyList<SharedLine>> List(CancellationToken cancel)
    {
        var set = await Load(cancel);
        // The number of a type that was altered may be none.
        return [.. set.All.Select(one => new SharedLine(one.Stored.Number, one.Record.Type, one.Record.Version, Opens: true))
            .Concat(set.Broken.Select(row => new SharedLine(row.Number, "", (int)row.Version, Opens: false))).OrderBy(line => line.Number)];
    }

    /// <summary>As they stand in this transaction.</summary>
    public async Task<SharedSet> Load(DbWork work, CancellationToken cancel)
    {
        var rows = await work.Query($"select {SharedRow.Select} from {SharedRow.Table} order by number", SharedRow.Read, cancel);
        var opened = rows.ConvertAll(row => (Row: row, Opened: Open(row)));
        var broken = opened.FindAll(one => one.Opened is null).ConvertAll(one => one.Row);
        foreach (var row in broken)
            parts.Alarm(actor, resident: null, Purpose.Operation, SharedRow.Table, row.Number);
        return new SharedSet(new SharedStamp(rows.Count, rows.Count == 0 ? 0 : rows.Max(row => row.Updated)), [.. opened.Select(one => one.Opened).OfType<OpenedShared>()], broken);
    }

    private OpenedShared? Open(SharedRow row)
    {
        if (row.Open(_seal) is not var (identity, resource))
            return null;
        var access = new AccessClass(DataCategory.Other, false);
        var date = RecordFacts.Of(resource).Date;
        var asRecord = new RecordRow(
            default, row.Number, row.Type, row.Version, row.Updated, Class: 0, Source: 0, Code: null, date is { } from ? Time.MillisDown(from.From) : null,
            date is { } to ? Time.MillisUp(to.To) : null, [], Deleted: 0, [], Identity: null, OtherCode: null);
        var updated = Time.FromMicros(row.Updated);
        return new OpenedShared(row, identity, asRecord, new StoredRecord(
            parts.Ids.EncodeShared(row.Number), (int)row.Version, updated, access, new RecordOrigin(SourceKind.Municipality, null, null, null, updated), resource) { IsShared = true });
    }
}
