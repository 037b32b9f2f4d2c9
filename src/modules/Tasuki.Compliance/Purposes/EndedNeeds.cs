using Tasuki.Compliance.Regime;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;

namespace Tasuki.Compliance.Purposes;

/// <summary>
/// The categories a purpose once needed and none needs any more, with the day on which the last stopped. A purpose the law in force refuses still counts as one that needs its
/// categories, and so does everything while a purpose was altered or none is in force: what a mistake takes away does not come back.
/// </summary>
internal sealed class EndedNeeds(PurposeBook purposes, CurrentRegime regime)
{
    public async Task<IReadOnlyDictionary<DataCategory, DateOnly>> Look(CancellationToken cancel)
    {
        var (kept, altered) = await purposes.All(await regime.Get(cancel), cancel);
        var ended = new SortedDictionary<DataCategory, DateOnly>();
        if (altered > 0 || !kept.Any(p => p.IsInForce))
            return ended;
        foreach (var category in Enum.GetValues<DataCategory>())
        {
            if (!kept.Any(p => Needs(p.Row, category)) && kept.Select(p => Stopped(p, category)).Max() is { } day)
                ended[category] = day;
        }

        return ended;
    }

    private static bool Needs(PurposeRow row, DataCategory category) => row.State is PurposeState.Stated && row.Needs.Contains(category);

    // When the version came in which it needs the category no more; null for a purpose that never did.
    private static DateOnly? Stopped(KeptPurpose purpose, DataCategory category)
    {
        var versions = purpose.Earlier.Prepend(purpose.Row).OrderBy(v => v.Version).ToList();
        var last = versions.FindLastIndex(v => Needs(v, category));
        return last < 0 || last == versions.Count - 1 ? null : TokyoDay.Of(versions[last + 1].At);
    }
}
