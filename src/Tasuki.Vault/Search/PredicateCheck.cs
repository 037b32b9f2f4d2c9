using Tasuki.Fhir;
using Tasuki.Fhir.Searching;
using Tasuki.Kernel;

namespace Tasuki.Vault.Search;

/// <summary>Refuses what cannot be answered, before anything is read: unknown types and parameters, values of another kind, trees beyond all measure.</summary>
internal sealed class PredicateCheck
{
    private const int MostParts = 1_000;
    private const int MostLevels = 24;

    // Each is one more search over the resident's records.
    private const int MostChains = 8;

    private int _parts;
    private int _chains;

    private PredicateCheck()
    {
    }

    public static Error? Of(RecordPredicate root) => new PredicateCheck().Check(root, null, 0);

    private Error? Check(RecordPredicate predicate, IReadOnlyList<string>? scope, int level)
    {
        if (++_parts > MostParts || level > MostLevels)
            return new Error("query.size", $"A search has at most {MostParts} parts and {MostLevels} levels.");
        switch (predicate)
        {
            case RecordPredicate.And and:
                scope = TypeScope.Of(and, scope);
                return First(and.Parts, scope, level);
            case RecordPredicate.Or or:
                return First(or.Parts, scope, level);
            case RecordPredicate.Not not:
                return Check(not.Part, scope, level + 1);
            case RecordPredicate.OfType of:
                return Count(of.Types.Count) ?? (of.Types.All(ResourceTypes.IsKnown) ? null : UnknownType);
            case RecordPredicate.HasCode code:
                return Count(code.Codes.Count);
            case RecordPredicate.ById ids:
                return Count(ids.Ids.Count);
            case RecordPredicate.Parameter parameter:
                return Parameters(parameter.Name, scope, known => known.Compile(parameter.Test).Error);
            case RecordPredicate.Missing missing:
                return Parameters(missing.Name, scope, _ => null);
            case RecordPredicate.ReferenceTo to:
                return Chain() ?? Parameters(to.Name, scope, NotReference) ?? Check(to.To, Targets(to, scope), level + 1);
            case RecordPredicate.ReferencedBy by:
                return Chain() ?? (ResourceTypes.IsKnown(by.Type) ? null : UnknownType) ?? Parameters(by.Name, [by.Type], NotReference) ?? Check(by.By, [by.Type], level + 1);
            default:
                return null;
        }
    }

    private static Error UnknownType => new("query.type", "A type asked for is not one of FHIR R4.");

    private Error? First(IReadOnlyList<RecordPredicate> parts, IReadOnlyList<string>? scope, int level)
    {
        foreach (var part in parts)
        {
            if (Check(part, scope, level + 1) is { } wrong)
                return wrong;
        }

        return null;
    }

    private Error? Count(int more) => (_parts += more) > MostParts ? new Error("query.size", $"A search has at most {MostParts} parts.") : null;

    private Error? Chain() => ++_chains > MostChains ? new Error("query.size", $"A search follows at most {MostChains} references.") : null;

    private static Error? NotReference(SearchParameter parameter) =>
        parameter.Kind is SearchKind.Reference ? null
        : new Error("query.value", $"The search parameter '{parameter.Name}' of {parameter.Type} is of kind {parameter.Kind} and refers to no record.");

    private static Error? Parameters(string name, IReadOnlyList<string>? scope, Func<SearchParameter, Error?> check)
    {
        foreach (var type in scope ?? ResourceTypes.All)
        {
            var found = SearchParameters.Find(type, name);
            if ((found.IsOk ? check(found.Value) : found.Error) is { } wrong)
                return wrong;
        }

        return null;
    }

    private static List<string> Targets(RecordPredicate.ReferenceTo to, IReadOnlyList<string>? scope) =>
        [.. (scope ?? ResourceTypes.All).SelectMany(type => SearchParameters.Find(type, to.Name).Value.Targets).Where(ResourceTypes.IsKnown).Distinct(StringComparer.Ordinal)];
}
