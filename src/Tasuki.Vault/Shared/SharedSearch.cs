using Tasuki.Fhir;
using Tasuki.Fhir.Searching;
using Tasuki.Kernel.Records;
using Tasuki.Vault.RecordStore;
using Tasuki.Vault.Search;

namespace Tasuki.Vault.Shared;

/// <summary>
/// A search over the shared records in memory, by the same tree and the same matcher as one over a resident's. References are followed within the set; a reverse one also comes from
/// <paramref name="persons"/>.
/// </summary>
internal sealed class SharedSearch(SharedSet set, RecordIds ids, ReferredFrom persons)
{
    private static readonly SessionLimit Whole = new(AccessClasses.All, null, null, MayWrite: false);

    /// <summary>All that match, in order, behind <paramref name="after"/>.</summary>
    public IEnumerable<OpenedShared> Matching(RecordPredicate predicate, RecordOrder order, PagePosition? after) => Matching(predicate, order, after, new ChainSets());

    /// <summary>The matching ones as <c>Type/id</c>, and by what canonicals name them.</summary>
    public IEnumerable<string> References(RecordPredicate predicate) => References(predicate, new ChainSets());

    private IEnumerable<string> References(RecordPredicate predicate, ChainSets chains) => Matching(predicate, RecordOrder.Stored, after: null, chains)
        .SelectMany(one => CanonicalAddress.Has(one.Record.Type) ? CanonicalAddress.Of(one.Record.Resource.Json.Span).Append(one.Record.Reference) : [one.Record.Reference]);

    private IEnumerable<OpenedShared> Matching(RecordPredicate predicate, RecordOrder order, PagePosition? after, ChainSets chains)
    {
        var matches = Compile(predicate, chains);
        var found = set.All.Where(one => matches(new Candidate(one.Row, one.Record.Class, one.Record.Resource.Json.Span, one.Record.Resource.Json.Span)));
        if (order is not RecordOrder.Stored)
            found = found.Order(Comparer<OpenedShared>.Create((one, other) => Compare(order, PositionOf(order, one), PositionOf(order, other))));
        return after is { } last ? found.SkipWhile(one => Compare(order, PositionOf(order, one), last) <= 0) : found;
    }

    public static PagePosition PositionOf(RecordOrder order, OpenedShared one) => order switch
    {
        RecordOrder.Stored => new PagePosition(Undated: false, 0, one.Stored.Number),
        RecordOrder.NewestUpdateFirst or RecordOrder.OldestUpdateFirst => new PagePosition(Undated: false, one.Stored.Updated, one.Stored.Number),
        _ => new PagePosition(one.Row.DateFrom is null, one.Row.DateFrom ?? 0, one.Stored.Number),
    };

    // As a resident's: what has no date comes last, whichever way the dates go.
    private static int Compare(RecordOrder order, PagePosition one, PagePosition other)
    {
        if (one.Undated != other.Undated)
            return one.Undated ? 1 : -1;
        var ascending = one.Date != other.Date ? one.Date.CompareTo(other.Date) : one.Seq.CompareTo(other.Seq);
        return order is RecordOrder.NewestDateFirst or RecordOrder.NewestUpdateFirst ? -ascending : ascending;
    }

    private CandidateTest Compile(RecordPredicate predicate, ChainSets chains)
    {
        foreach (var chain in ChainSets.In(predicate).ToHashSet(ReferenceEqualityComparer.Instance))
        {
            if (chain is RecordPredicate.ReferenceTo to)
            {
                chains.Add(to, References(to.To, chains).ToHashSet(StringComparer.Ordinal));
            }
            else if (chain is RecordPredicate.ReferencedBy by)
            {
                var references = new ReferencesOf();
                var known = SearchParameters.Find(by.Type, by.Name).Value;
                foreach (var one in Matching(new RecordPredicate.And([new RecordPredicate.OfType([by.Type]), by.By]), RecordOrder.Stored, after: null, chains))
                    known.Any(one.Record.Resource.Json.Span, references);
                references.Found.UnionWith(persons.By(by));
                HashSet<(long, long)> sources = [.. references.Found.Select(Place).OfType<(long, long)>()];
                if (known.HasCanonicals)
                    sources.UnionWith(set.All.Where(one => CanonicalAddress.Has(one.Record.Type) && CanonicalAddress.Of(one.Record.Resource.Json.Span).Any(references.Found.Contains)).Select(one => (one.Row.Type, one.Row.Seq)));
                chains.Add(by, sources);
            }
        }

        return new Matcher(Whole, id => ids.SharedOf(id) ?? -1, chains).Compile(predicate, scope: null);
    }

    private (long Type, long Number)? Place(string reference) =>
        reference.Split('/') is [var type, var id] && ResourceTypes.IsKnown(type) && ids.SharedOf(id) is { } number ? (ResourceTypes.NumberOf(type), number) : null;
}
