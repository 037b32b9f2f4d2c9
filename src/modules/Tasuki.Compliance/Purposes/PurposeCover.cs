using System.Globalization;
using Tasuki.Compliance.Regime;
using Tasuki.Compliance.Scope;
using Tasuki.Kernel.Evidence;
using Tasuki.Kernel.Records;

namespace Tasuki.Compliance.Purposes;

/// <summary>What the service holds by its scope decision, and no purpose in force needs (Act art. 61(2) for a municipality; of anybody else it is asked likewise).</summary>
internal sealed class PurposeCover(ScopeBook scopes, PurposeBook purposes, CurrentRegime regime)
{
    /// <summary>How many purposes are in force, and which categories none of them needs.</summary>
    public async Task<(int Purposes, IReadOnlyList<DataCategory> Uncovered)> Look(CancellationToken cancel)
    {
        var held = (await scopes.Now(cancel)).Decision.Information.Select(i => (DataCategory)i).Where(Enum.IsDefined);
        var stated = await purposes.InForce(await regime.Get(cancel), cancel);
        return (stated.Count, [.. held.Except(stated.SelectMany(p => p.Row.Needs))]);
    }
}

internal sealed class PurposeCoverProbe(PurposeCover cover) : IProbe
{
    public const string Id = "purposes.cover";

    public async Task<Finding> Look(CancellationToken cancel)
    {
        var (purposes, uncovered) = await cover.Look(cancel);
        if (purposes == 0)
            return Finding.Bad("none");
        return uncovered.Count > 0
            ? Finding.Bad("uncovered", uncovered.Count.ToString(CultureInfo.InvariantCulture)) : Finding.Good("covered", purposes.ToString(CultureInfo.InvariantCulture));
    }
}
