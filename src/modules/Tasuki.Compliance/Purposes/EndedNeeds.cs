using System.Globalization;
using Tasuki.Compliance.Regime;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;

namespace Tasuki.Compliance.Purposes;

/// <summary>A category that a purpose once needed, and none needs any more.</summary>
/// <param name="Day">The day on which the last stopped.</param>
/// <param name="Ends">The versions in which each purpose stopped, <c>code:version</c>; another end of the same category has others.</param>
internal sealed record EndedNeed(DataCategory Category, DateOnly Day, string Ends);

/// <summary>
/// The categories no purpose needs any more. A purpose the law in force refuses still counts as one that needs its categories, and so does everything while a purpose was altered
/// or none is in force: what a mistake takes away does not come back.
/// </summary>
internal sealed class EndedNeeds(PurposeBook purposes, CurrentRegime regime)
{
    /// <summary>By category.</summary>
    public async Task<IReadOnlyList<EndedNeed>> Look(CancellationToken cancel)
    {
        var (kept, altered) = await purposes.All(await regime.Get(cancel), cancel);
        if (altered > 0 || !kept.Any(p => p.IsInForce))
            return [];
        var ended = new List<EndedNeed>();
        foreach (var category in Enum.GetValues<DataCategory>().Where(c => !kept.Any(p => Needs(p.Row, c))))
        {
            var stops = kept.Select(p => Stop(p, category)).OfType<PurposeRow>().ToList();
            if (stops.Count > 0)
                ended.Add(new EndedNeed(category, TokyoDay.Of(stops.Max(s => s.At)), string.Join(' ', stops.Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Code}:{s.Version}")))));
        }

        return ended;
    }

    private static bool Needs(PurposeRow row, DataCategory category) => row.State is PurposeState.Stated && row.Needs.Contains(category);

    // The version in which it needs the category no more; null for a purpose that never did.
    private static PurposeRow? Stop(KeptPurpose purpose, DataCategory category)
    {
        var versions = purpose.Earlier.Prepend(purpose.Row).OrderBy(v => v.Version).ToList();
        var last = versions.FindLastIndex(v => Needs(v, category));
        return last < 0 || last == versions.Count - 1 ? null : versions[last + 1];
    }
}
