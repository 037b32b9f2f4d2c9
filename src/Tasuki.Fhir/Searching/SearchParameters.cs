using System.Collections.Concurrent;
using System.Collections.Frozen;
using Hl7.Fhir.Model;
using Tasuki.Kernel;

namespace Tasuki.Fhir.Searching;

/// <summary>
/// The search parameters of R4 (4.0.1) and of JP Core. Each is compiled when it is first asked for. One that this program cannot answer is refused with the reason, never passed over.
/// </summary>
public static class SearchParameters
{
    private static readonly FrozenDictionary<(string Type, string Name), SearchParamDefinition> Definitions =
        ModelInfo.SearchParameters.GroupBy(one => (one.Resource!, one.Name!)).ToFrozenDictionary(group => group.Key, group => group.First());

    private static readonly FrozenDictionary<string, SearchParamType> Types = ModelInfo.SearchParameters.Where(one => one.Url is not null)
        .GroupBy(one => one.Url!, StringComparer.Ordinal).ToFrozenDictionary(group => group.Key, group => group.First().Type, StringComparer.Ordinal);

    // Of every type; the list of R4's parameters that we carry has them without expressions.
    private static readonly FrozenDictionary<string, (SearchKind Kind, string Expression)> OfResource = new Dictionary<string, (SearchKind, string)>(StringComparer.Ordinal)
    {
        ["_profile"] = (SearchKind.Uri, "Resource.meta.profile"),
        ["_security"] = (SearchKind.Token, "Resource.meta.security"),
        ["_source"] = (SearchKind.Uri, "Resource.meta.source"),
        ["_tag"] = (SearchKind.Token, "Resource.meta.tag"),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly ConcurrentDictionary<(string Type, string Name), Result<SearchParameter>> Compiled = new();

    /// <summary>The names R4 gives the type, sorted; also those that <see cref="Find"/> refuses.</summary>
    public static IReadOnlyList<string> NamesOf(string type) =>
        [.. Definitions.Keys.Where(key => string.Equals(key.Type, type, StringComparison.Ordinal)).Select(key => key.Name)
            .Concat(JapanSearchParameters.All.Keys.Where(key => string.Equals(key.Type, type, StringComparison.Ordinal)).Select(key => key.Name)).Concat(OfResource.Keys).Order(StringComparer.Ordinal)];

    /// <summary>Error <c>query.parameter</c>: R4 knows no such parameter of the type, or this program does not answer it; the sentence says which.</summary>
    public static Result<SearchParameter> Find(string type, string name) =>
        Compiled.TryGetValue((type, name), out var known) ? known
        : Definitions.ContainsKey((type, name)) || JapanSearchParameters.All.ContainsKey((type, name)) || (OfResource.ContainsKey(name) && ResourceTypes.IsKnown(type)) ? Compiled.GetOrAdd((type, name), Compile)
        : new Error("query.parameter", $"FHIR R4 has no search parameter of that name for {(ResourceTypes.IsKnown(type) ? type : "the type asked for")}.");

    private static Result<SearchParameter> Compile((string Type, string Name) key)
    {
        if (OfResource.TryGetValue(key.Name, out var common))
            return Made(key, common.Kind, [], PathExpression.Compile(key.Type, common.Expression, common.Kind), []);
        if (JapanSearchParameters.All.TryGetValue(key, out var own) || MendedParameters.All.TryGetValue(key, out own))
            return Own(key, own);
        var definition = Definitions[key];
        if (KindOf(definition.Type) is not { } kind)
            return Refused(key, "it is of a kind of its own");
        if (string.IsNullOrWhiteSpace(definition.Expression))
            return Refused(key, "R4 gives it no expression");
        var paths = PathExpression.Compile(key.Type, definition.Expression, kind);
        return kind is SearchKind.Composite ? Composite(key, definition, paths) : Made(key, kind, Targets(definition), paths, [], definition.Url);
    }

    private static Result<SearchParameter> Own((string Type, string Name) key, OwnParameter own)
    {
        if (own.Path is { } path)
            return new SearchParameter(key.Type, key.Name, own.Kind, own.Targets, [path], [], []) { Definition = own.Definition };
        var whole = PathExpression.Compile(key.Type, own.Expression, own.Kind);
        if (whole.Paths is not { } paths)
            return Refused(key, whole.Reason!);
        var parts = own.Parts.Select(part => PathExpression.CompileBelow(key.Type, paths[0].Steps, part.Expression, part.Kind) is { Paths: { } below }
            ? new SearchParameter(key.Type, key.Name, part.Kind, [], below, [], []) : throw new InvalidOperationException($"The part {part.Expression} of {key.Name} is not read."));
        return Made(key, own.Kind, own.Targets, whole, [.. parts], own.Definition);
    }

    private static Result<SearchParameter> Composite(
        (string Type, string Name) key, SearchParamDefinition definition, (List<ElementPath>? Paths, List<string> LeftOut, string? Reason) whole)
    {
        if (whole.Paths is null)
            return Refused(key, whole.Reason!);
        var parts = new List<SearchParameter>();
        var leftOut = new List<string>(whole.LeftOut);
        foreach (var component in definition.Component ?? [])
        {
            if (!Types.TryGetValue(component.Definition!, out var partType) || KindOf(partType) is not { } kind || kind is SearchKind.Composite)
                return Refused(key, "one of its parts is of a kind this program does not read");
            // The elements of one composite are alike, so a part compiled below the first fits below each.
            var part = PathExpression.CompileBelow(key.Type, whole.Paths[0].Steps, component.Expression!, kind);
            if (part.Paths is null)
                return Refused(key, part.Reason!);
            leftOut.AddRange(part.LeftOut);
            parts.Add(new SearchParameter(key.Type, key.Name, kind, [], part.Paths, [], part.LeftOut));
        }

        return Made(key, SearchKind.Composite, [], (whole.Paths, leftOut, null), [.. parts], definition.Url);
    }

    private static Result<SearchParameter> Made(
        (string Type, string Name) key, SearchKind kind, IReadOnlyList<string> targets, (List<ElementPath>? Paths, List<string> LeftOut, string? Reason) compiled, SearchParameter[] parts,
        string? definition = null)
    {
        if (compiled.Paths is null)
            return Refused(key, compiled.Reason!);
        return new SearchParameter(key.Type, key.Name, kind, targets, compiled.Paths, parts, compiled.LeftOut) { Definition = definition };
    }

    private static string[] Targets(SearchParamDefinition definition) => [.. (definition.Target ?? []).Select(target => target.ToString()).Order(StringComparer.Ordinal)];

    private static Error Refused((string Type, string Name) key, string reason) =>
        new("query.parameter", $"The search parameter '{key.Name}' of {key.Type} is not answered: {reason}.");

    private static SearchKind? KindOf(SearchParamType type) => type switch
    {
        SearchParamType.Token => SearchKind.Token,
        SearchParamType.Date => SearchKind.Date,
        SearchParamType.Reference => SearchKind.Reference,
        SearchParamType.String => SearchKind.String,
        SearchParamType.Quantity => SearchKind.Quantity,
        SearchParamType.Number => SearchKind.Number,
        SearchParamType.Uri => SearchKind.Uri,
        SearchParamType.Composite => SearchKind.Composite,
        _ => null,
    };
}
