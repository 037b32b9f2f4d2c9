using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using Tasuki.Fhir;
using Tasuki.Kernel;
using Tasuki.Kernel.Seals;
using Tasuki.Vault.Keys;
using Tasuki.Vault.Log;
using Tasuki.Vault.RecordStore;
using Tasuki.Vault.Store;

namespace Tasuki.Vault.Shared;

/// <summary>
/// Brings shared records in, all or none, in one transaction that holds the counter of shared records: look, recognise, rewrite what they say of one another, store.
/// </summary>
internal sealed class ImportShared(VaultParts parts, Actor actor)
{
    // All of them are held in memory.
    private const int Most = 50_000;
    private const string Counter = "shared";

    /// <summary>What is there already stays as it is: who brings residents' records from elsewhere does not rewrite the municipality's own list. Of the same one twice, the first counts.</summary>
    public bool KeepStanding { get; init; }

    /// <summary>Called after each step, with its name. For tests: the process dies here.</summary>
    public Action<string>? AfterStep { get; init; }

    public async Task<Result<IReadOnlyList<WrittenRecord>>> Run(IReadOnlyList<NewSharedRecord> records, CancellationToken cancel)
    {
        if (actor.Kind is not ActorKind.Operator || string.IsNullOrWhiteSpace(actor.Reason))
            return Gate.Refused;
        foreach (var record in records)
        {
            if (SharedRules.Fault(record.Resource.Json.Span) is var (_, sentence))
                return new Error("shared.refused", $"{record.Position}: {sentence}");
        }

        var names = Names(records);
        if (!names.IsOk)
            return names.Error;
        var log = new WriteLog(parts, actor, resident: null, Purpose.Operation, LogAction.ImportShared, string.Create(CultureInfo.InvariantCulture, $"{records.Count} records"));
        var shared = new SharedRecords(parts, actor);
        await using var work = await parts.Records.Write(cancel);
        // One import at a time: the counter's row is its lock.
        await work.Execute("update counter set next = next where name = @name", cancel, ("@name", Counter));
        var next = await work.Number("select next from counter where name = @name", cancel, ("@name", Counter)) ?? throw new InvalidOperationException("The counter of shared records is missing.");
        AfterStep?.Invoke("lock");
        var standing = await shared.Load(work, cancel);
        var plan = Plan(records, names.Value, standing, next);
        if (!plan.IsOk)
            return plan.Error;
        var (places, rows) = (plan.Value, Rows(plan.Value, standing.Stamp.Newest, shared.Seal));
        var written = places.Select((place, i) => new WrittenRecord(parts.Ids.EncodeShared(place.Number), records[i].Resource.Type, place.Outcome)).ToList();
        if (rows.Count == 0)
        {
            await log.Nothing();
            return Result.Of<IReadOnlyList<WrittenRecord>>(written);
        }

        await log.Commit(work, Tags(rows), () => Store(work, rows, Math.Max(next, rows.Max(row => row.Number) + 1), cancel), cancel);
        AfterStep?.Invoke("commit");
        return Result.Of<IReadOnlyList<WrittenRecord>>(written);
    }

    // What the records are called by one another: the address they came with, and type and id.
    private static Result<Dictionary<string, int>> Names(IReadOnlyList<NewSharedRecord> records)
    {
        var names = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < records.Count; i++)
        {
            var id = records[i].Resource.OriginalId is { } original ? $"{records[i].Resource.Type}/{original}" : null;
            foreach (var name in new[] { records[i].LocalUrl, id }.OfType<string>().Distinct(StringComparer.Ordinal))
            {
                if (!names.TryAdd(name, i))
                    return new Error("shared.twice", $"{records[i].Position}: the resource has the type and id, or the address, of the one at {records[names[name]].Position}.");
            }
        }

        return names;
    }

    private Result<Place[]> Plan(IReadOnlyList<NewSharedRecord> records, Dictionary<string, int> names, SharedSet standing, long next)
    {
        var own = records.Select(record => SharedIdentity.Own(record.Resource)).ToArray();
        var known = standing.All.ToDictionary(one => one.Stored.Identity);
        var broken = standing.Broken.ToDictionary(row => row.Identity, row => row.Number);
        var first = new Dictionary<long, int>();
        var places = new Place[records.Count];
        for (var i = 0; i < records.Count; i++)
        {
            var identity = SharedIdentity.Of(records[i].Resource, reference => names.TryGetValue(reference, out var other) ? own[other] : Standing(standing, reference) is { } one ? SharedIdentity.Own(one.Record.Resource) : null);
            var token = Token(identity);
            // A new one under the number of a row that was altered would be taken for what stood there.
            if (broken.TryGetValue(token, out var number))
                return new Error("shared.broken", string.Create(CultureInfo.InvariantCulture, $"{records[i].Position}: it is there already as row {number} of {SharedRow.Table}, which was altered or moved and does not open. Restore it from a backup first."));
            if (first.TryGetValue(token, out var same))
            {
                places[i] = places[same] with { Index = same, Outcome = WriteOutcome.AlreadyThere };
                continue;
            }

            first[token] = i;
            var old = known.GetValueOrDefault(token);
            places[i] = new Place(old?.Stored.Number ?? next++, i, identity, token, old, null, WriteOutcome.Created);
        }

        if (standing.Stamp.Count + first.Count(one => places[one.Value].Old is null) > Most)
            return new Error("shared.size", $"There may be at most {Most} shared records.");
        for (var i = 0; i < places.Length; i++)
        {
            var resource = Rewritten(records[i], i, names, places, standing, records);
            if (!resource.IsOk)
                return resource.Error;
            if (places[i].Index != i)
            {
                if (!KeepStanding && !places[places[i].Index].Resource!.Json.Span.SequenceEqual(resource.Value.Json.Span))
                    return new Error("shared.twice", $"{records[i].Position}: it is recognised as the record at {records[places[i].Index].Position} and says something else.");
                continue;
            }

            var same = places[i].Old is { } old ? KeepStanding || old.Record.Resource.Json.Span.SequenceEqual(resource.Value.Json.Span) : (bool?)null;
            places[i] = places[i] with { Resource = resource.Value, Outcome = same switch { null => WriteOutcome.Created, true => WriteOutcome.AlreadyThere, _ => WriteOutcome.Updated } };
        }

        return places;
    }

    // With the references to one another, and to what is there, by the ids of this vault. One that leads nowhere is refused: it would be answered as a broken link.
    private Result<CanonicalResource> Rewritten(NewSharedRecord record, int index, Dictionary<string, int> names, Place[] places, SharedSet standing, IReadOnlyList<NewSharedRecord> records)
    {
        string? nowhere = null;
        var resource = record.Resource.WithReferences(reference =>
        {
            if (names.TryGetValue(reference, out var other))
                return $"{records[other].Resource.Type}/{parts.Ids.EncodeShared(places[other].Number)}";
            if (reference.StartsWith("urn:", StringComparison.Ordinal))
                nowhere ??= "a resource";
            else if (!reference.Contains("://", StringComparison.Ordinal) && SharedRules.TypeOf(reference) is { } type && SharedTypes.Has(type) && Standing(standing, reference) is null)
                nowhere ??= $"a {type}";
            return null;
        });
        return nowhere is null ? resource.WithoutTags(tag => tag.System?.StartsWith("urn:x-tasuki:", StringComparison.Ordinal) is true)
            : new Error("shared.reference", $"{record.Position}: it refers to {nowhere} that is neither in the files nor among the shared records.");
    }

    private OpenedShared? Standing(SharedSet standing, string reference) =>
        reference.Split('/') is [var type, var id] && parts.Ids.SharedOf(id) is { } number && standing.Find(number) is { } one && string.Equals(one.Record.Type, type, StringComparison.Ordinal) ? one : null;

    private List<SharedRow> Rows(Place[] places, long newest, ISeal seal)
    {
        // Later than everything that stands, so that whoever holds the old ones notices.
        var now = Math.Max(Time.Micros(parts.Clock.GetUtcNow()), newest + 1);
        return
        [
            .. places.Where((place, i) => place.Index == i && place.Outcome is not WriteOutcome.AlreadyThere).Select(place => new SharedRow(
                place.Number, ResourceTypes.NumberOf(place.Resource!.Type), (place.Old?.Stored.Version ?? 0) + 1, now, place.Token, []).Sealed(seal, place.Identity, place.Resource)),
        ];
    }

    private async Task Store(DbWork work, List<SharedRow> rows, long next, CancellationToken cancel)
    {
        foreach (var some in rows.Where(row => row.Version > 1).Chunk(500))
            await work.Execute(string.Create(CultureInfo.InvariantCulture, $"delete from {SharedRow.Table} where number in ({string.Join(',', some.Select(row => row.Number))})"), cancel);
        await work.Database.InsertMany(work, VaultColumns.SharedRecord, rows.ConvertAll(row => row.Values()), cancel);
        await work.Execute("update counter set next = @next where name = @name", cancel, ("@next", next), ("@name", Counter));
        AfterStep?.Invoke("rows");
    }

    private static ReadOnlyMemory<byte> Tags(List<SharedRow> rows)
    {
        var tags = new ArrayBufferWriter<byte>(rows.Count * 12);
        foreach (var row in rows)
            WrittenRows.AddRow(tags, row.Number, row.Version, row.Body);
        return tags.WrittenMemory;
    }

    private long Token(byte[] identity) => BinaryPrimitives.ReadInt64BigEndian(parts.Ring.Mac(RingPurpose.Mac, "shared record", identity));

    /// <param name="Index">Which of the records stands for it: another one's where the same came twice.</param>
    private sealed record Place(long Number, int Index, byte[] Identity, long Token, OpenedShared? Old, CanonicalResource? Resource, WriteOutcome Outcome);
}
