using System.Collections.Frozen;

namespace Tasuki.Fhir.Profiles.Definitions;

/// <summary>All definitions at hand, found by canonical URL and version.</summary>
internal sealed class DefinitionSet
{
    private readonly FrozenDictionary<(DefinitionKind, string), StoredDefinition[]> _byUrl;

    /// <param name="packages">The definitions of packages, in the order of the packages. The standard's are added.</param>
    public DefinitionSet(IEnumerable<StoredDefinition> packages) =>
        _byUrl = StandardDefinitions.All.Concat(packages).GroupBy(one => (one.Kind, one.Url))
            .ToFrozenDictionary(group => group.Key, group => group.OrderByDescending(one => one.Version, VersionOrder.Rising).ToArray());

    /// <summary>
    /// With a version that one, or the newest of those it begins (<c>1</c> finds <c>1.2.0</c>); without one that of the package that asks, or the newest. Of two
    /// packages with the same URL and version the one that asks stands, or the first by name. A package that carries a definition of the standard stands before ours.
    /// </summary>
    /// <param name="package">The package whose definition refers to this one: publishers copy definitions of others into their packages, and mean their copy.</param>
    public StoredDefinition? Find(DefinitionKind kind, Canonical canonical, string? package = null)
    {
        if (!_byUrl.TryGetValue((kind, canonical.Url), out var found))
            return null;
        if (canonical.Version is not { } version)
            return Preferred(found, package);
        return Preferred(found.Where(one => string.Equals(one.Version, version, StringComparison.Ordinal)), package)
            ?? Preferred(found.Where(one => one.Version?.StartsWith(version + ".", StringComparison.Ordinal) is true), package);
    }

    private static StoredDefinition? Preferred(IEnumerable<StoredDefinition> newestFirst, string? package)
    {
        StoredDefinition? best = null;
        foreach (var one in newestFirst)
        {
            if (package is not null && !one.IsOfStandard && string.Equals(one.Package, package, StringComparison.Ordinal))
                return one;
            if (best is null || (best.IsOfStandard && !one.IsOfStandard))
                best = one;
        }

        return best;
    }

    /// <summary>Other versions of it are at hand.</summary>
    public bool IsKnown(DefinitionKind kind, string url) => _byUrl.ContainsKey((kind, url));
}
