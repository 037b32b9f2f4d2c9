namespace Tasuki.Vault.Search;

/// <summary>The types that the parts of an And leave possible: of these a parameter beside them must be.</summary>
internal static class TypeScope
{
    /// <summary>Null for all types.</summary>
    public static IReadOnlyList<string>? Of(RecordPredicate.And and, IReadOnlyList<string>? outer)
    {
        foreach (var part in and.Parts)
        {
            outer = part switch
            {
                RecordPredicate.OfType { Types: var types } => outer is null ? types : [.. outer.Intersect(types, StringComparer.Ordinal)],
                RecordPredicate.And inner => Of(inner, outer),
                _ => outer,
            };
        }

        return outer;
    }
}

/// <summary>The types a search names wherever it names them: what its entry in the access log tells the resident.</summary>
internal static class NamedTypes
{
    public static IEnumerable<string> In(RecordPredicate predicate) => predicate switch
    {
        RecordPredicate.OfType of => of.Types,
        RecordPredicate.And and => and.Parts.SelectMany(In),
        RecordPredicate.Or or => or.Parts.SelectMany(In),
        RecordPredicate.Not not => In(not.Part),
        RecordPredicate.ReferenceTo to => In(to.To),
        RecordPredicate.ReferencedBy by => In(by.By).Append(by.Type),
        _ => [],
    };
}
