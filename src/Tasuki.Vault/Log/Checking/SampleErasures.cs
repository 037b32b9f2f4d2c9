namespace Tasuki.Vault.Log.Checking;

/// <summary>
/// Days of samples that were erased leave no row, and the next ones begin at version 1 again. So what was written before an erasure that names it is not looked for any more,
/// and what stands all the same is either from an erasure that died on the way or was put back.
/// </summary>
internal sealed class SampleErasures
{
    private readonly Dictionary<(long Metric, long Day), List<(int Order, WriteEntry Entry, WrittenRow Row)>> _erased;

    /// <summary>Made before a rewriting gives rows the tags of their first writing back.</summary>
    public SampleErasures(ResidentFacts facts)
    {
        _erased = Find(facts);
        Standing = [.. _erased.Values.SelectMany(all => all).Where(one => facts.Samples.TryGetValue((one.Row.Metric, one.Row.Place), out var there) && there.Version == one.Row.Version && there.Tag == one.Row.Tag)];
    }

    /// <summary>Rows that stand as an erasure found them, with its entry.</summary>
    public IReadOnlyList<(int Order, WriteEntry Entry, WrittenRow Row)> Standing { get; }

    /// <summary>Whether the row of a write or rewriting went by a later erasure.</summary>
    /// <param name="order">The place of its entry among all of the resident.</param>
    public bool Took(int order, WrittenRow row) => row.Version is null
        ? _erased.Any(e => e.Key.Day == row.Place && e.Value.Exists(one => one.Order > order))
        : _erased.TryGetValue((row.Metric, row.Place), out var all) && all.Exists(one => one.Order > order && one.Row.Version >= row.Version && !Standing.Contains(one));

    private static Dictionary<(long, long), List<(int, WriteEntry, WrittenRow)>> Find(ResidentFacts facts)
    {
        var erased = new Dictionary<(long, long), List<(int, WriteEntry, WrittenRow)>>();
        for (var i = 0; i < facts.Writes.Count; i++)
        {
            if (facts.Writes[i] is not { Action: LogAction.EraseSamples } entry)
                continue;
            foreach (var row in WrittenRows.ReadSamples(entry.Written.Span))
            {
                if (!erased.TryGetValue((row.Metric, row.Place), out var all))
                    erased[(row.Metric, row.Place)] = all = [];
                all.Add((i, entry, row));
            }
        }

        return erased;
    }
}
