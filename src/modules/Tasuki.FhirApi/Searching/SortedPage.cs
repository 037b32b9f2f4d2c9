using Tasuki.Fhir.Searching;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Searching;

/// <param name="Name">A search parameter of every type asked for, <c>_id</c> or <c>_lastUpdated</c>.</param>
internal readonly record struct SortKey(string Name, bool Descending);

/// <summary>Where a record stands in an order: its value under each key, and its id, which settles ties.</summary>
internal sealed record SortPlace(IReadOnlyList<SortValue> Values, string Id);

/// <summary>
/// One page of an order that the store does not keep. It looks at every match and holds no more of them than the page has. The next page starts behind the place of the
/// last record, so a record that nobody changed in between comes once.
/// </summary>
internal sealed class SortedPage(IReadOnlyList<SortKey> keys, int count, SortPlace? after)
{
    // The last in the order leaves first.
    private readonly PriorityQueue<StoredRecord, SortPlace> _first = new(Comparer<SortPlace>.Create((one, other) => -Compare(keys, one, other)));

    /// <summary>Of all pages.</summary>
    public int Total { get; private set; }

    public void Take(StoredRecord record)
    {
        Total++;
        var place = PlaceOf(record);
        if (after is not null && Compare(keys, place, after) <= 0)
            return;
        if (_first.Count <= count)
            _first.Enqueue(record, place);
        else
            _first.EnqueueDequeue(record, place);
    }

    /// <summary>In order, and where the next page starts; null for none.</summary>
    public (IReadOnlyList<StoredRecord> Records, SortPlace? Next) Done()
    {
        var more = _first.Count > count;
        if (more)
            _first.Dequeue();
        var records = new List<StoredRecord>(_first.Count);
        SortPlace? last = null;
        while (_first.TryDequeue(out var record, out var place))
        {
            last ??= place;
            records.Add(record);
        }

        records.Reverse();
        return (records, more ? last : null);
    }

    private SortPlace PlaceOf(StoredRecord record) => new([.. keys.Select(key => key.Name switch
    {
        "_id" => SortValue.Of(record.Id),
        "_lastUpdated" => new SortValue(record.Updated.UtcTicks, null),
        _ => SortValue.Of(SearchParameters.Find(record.Type, key.Name).Value, record.Resource.Json.Span, key.Descending),
    })], record.Id);

    private static int Compare(IReadOnlyList<SortKey> keys, SortPlace one, SortPlace other)
    {
        for (var i = 0; i < keys.Count; i++)
        {
            if (SortValue.Compare(one.Values[i], other.Values[i], keys[i].Descending) is not 0 and var order)
                return order;
        }

        return string.CompareOrdinal(one.Id, other.Id);
    }
}
