using Tasuki.Fhir.Searching;
using Tasuki.Kernel;
using Tasuki.Vault.Search;

namespace Tasuki.Vault.Shared;

/// <summary>
/// What records of some persons refer to by the reverse references of one predicate, as far as their sessions see them: so <c>_has</c> finds a shared record by a person's. It tells of
/// persons, so it belongs to one search of one caller.
/// </summary>
internal sealed class ReferredFrom
{
    public static readonly ReferredFrom Nobody = new();

    private readonly Dictionary<RecordPredicate, HashSet<string>> _found = new(ReferenceEqualityComparer.Instance);

    /// <summary>References as they stand in the records, to whatever.</summary>
    public IReadOnlySet<string> By(RecordPredicate.ReferencedBy by) => _found.GetValueOrDefault(by) ?? [];

    /// <summary>The errors of <see cref="Session.Each"/>.</summary>
    public static async Task<Result<ReferredFrom>> Of(RecordPredicate predicate, IReadOnlyList<Session> persons, Func<ResidentNo, Func<Error?>> beforeOpening, CancellationToken cancel)
    {
        var from = new ReferredFrom();
        foreach (var by in ChainSets.AllReverse(predicate))
        {
            var (references, known) = (new ReferencesOf(), SearchParameters.Find(by.Type, by.Name).Value);
            var where = new RecordPredicate.And([new RecordPredicate.OfType([by.Type]), by.By]);
            foreach (var person in persons)
            {
                var looked = await person.Each(
                    new RecordQuery { Where = where, Order = RecordOrder.Stored, BeforeOpening = beforeOpening(person.Resident) }, record => known.Any(record.Resource.Json.Span, references), cancel);
                if (!looked.IsOk)
                    return looked.Error;
            }

            from._found[by] = references.Found;
        }

        return from;
    }
}
