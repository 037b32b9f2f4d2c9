using Tasuki.Fhir;
using Tasuki.Vault.Classes;
using Tasuki.Vault.RecordStore;

namespace Tasuki.Vault.Search;

/// <summary>
/// Settles whether an opened record answers the query and lies within the session's limit. SQL only narrows: a token that matches by chance, was planted, or
/// straddles two others ends here.
/// </summary>
internal sealed class Matcher(RecordQuery query, SessionLimit limit)
{
    private readonly long? _from = query.DateFrom is { } from ? Time.MillisDown(from) : null;
    private readonly long? _to = query.DateTo is { } to ? Time.MillisUp(to) : null;
    private readonly bool _needsFacts = query.Codes.Count > 0 || query.AnyCoding is not null || query.Identifier is not null || query.Reference is not null;

    public bool Matches(RecordRow row, StoredRecord record) =>
        row.Deleted == 0
        && limit.Allows(record.Class, row.DateFrom, row.DateTo)
        && (query.Categories.Count == 0 || query.Categories.Contains(record.Class.Category))
        && (query.Types.Count == 0 || query.Types.Contains(record.Type, StringComparer.Ordinal))
        && (_from is null || row.DateTo > _from) && (_to is null || row.DateFrom < _to)
        && (query.UpdatedSince is not { } since || record.Updated >= since)
        && (!_needsFacts || Content(record.Resource));

    private bool Content(CanonicalResource resource)
    {
        var facts = RecordFacts.Of(resource);
        return (query.Codes.Count == 0 || (facts.Code is { } code && query.Codes.Any(wanted => Same(wanted, code))))
            && (query.Identifier is null || facts.Identifiers.Contains(query.Identifier))
            && (query.Reference is null || facts.References.Contains(query.Reference))
            && (query.AnyCoding is not { } any
                || (any.System is null ? facts.Codes.Contains(any.Code) : CodingsOf.Resource(resource).Any(coding => Same(any, coding))));
    }

    private static bool Same(Coding wanted, Coding found) =>
        string.Equals(wanted.Code, found.Code, StringComparison.Ordinal) && (wanted.System is null || string.Equals(wanted.System, found.System, StringComparison.Ordinal));
}
