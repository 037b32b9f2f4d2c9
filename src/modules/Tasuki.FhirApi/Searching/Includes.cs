using System.Text;
using Tasuki.Fhir.Searching;
using Tasuki.FhirApi.Views;
using Tasuki.Kernel;
using Tasuki.People;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Searching;

/// <summary>
/// <c>_include</c> and <c>_revinclude</c>: searches of their own in the same sessions, so that what a session may not see is at no end of a reference. Each record stands
/// once in an answer.
/// </summary>
internal sealed class Includes(Call call)
{
    private const int Most = 1_000;
    private const int MostRounds = 5;
    private static readonly Error TooMany = new("query.size", $"More than {Most} records would be included: ask for a smaller page.");

    public async Task<Result<IReadOnlyList<StoredRecord>>> Of(SearchRequest request, IReadOnlyList<(ResidentNo Resident, StoredRecord Record)> found, CancellationToken cancel)
    {
        var included = new List<StoredRecord>();
        if (request.Includes.Count == 0 || found.Count == 0)
            return Result.Of<IReadOnlyList<StoredRecord>>(included);
        foreach (var some in found.GroupBy(one => one.Resident))
        {
            var session = await call.Session(some.Key, write: false, cancel);
            if (!session.IsOk)
                continue;
            var seen = some.Select(one => one.Record.Id).ToHashSet(StringComparer.Ordinal);
            IReadOnlyList<StoredRecord> from = [.. some.Select(one => one.Record)];
            for (var round = 0; round < MostRounds && from.Count > 0; round++)
            {
                var next = new List<StoredRecord>();
                foreach (var rule in request.Includes.Where(rule => round == 0 || rule.Iterate))
                {
                    var more = await (rule.Reverse ? Referring(session.Value, rule, from, cancel) : Referred(session.Value, rule, from, cancel));
                    if (!more.IsOk)
                        return more.Error;
                    next.AddRange(more.Value.Where(record => seen.Add(record.Id)));
                }

                included.AddRange(next);
                if (included.Count > Most)
                    return TooMany;
                from = next;
            }
        }

        return Result.Of<IReadOnlyList<StoredRecord>>(included);
    }

    private async Task<Result<IReadOnlyList<StoredRecord>>> Referred(Session session, IncludeRule rule, IReadOnlyList<StoredRecord> from, CancellationToken cancel)
    {
        var references = new Collected();
        foreach (var record in from.Where(record => rule.Source is null || string.Equals(record.Type, rule.Source, StringComparison.Ordinal)))
        {
            foreach (var parameter in Parameters(record.Type, rule.Parameter))
                parameter.Any(record.Resource.Json.Span, references);
        }

        var wanted = references.Found.Select(reference => reference.Split('/')).Where(parts => parts.Length >= 2 && HeldTypes.IsRecord(parts[^2]) && (rule.Target is null || string.Equals(parts[^2], rule.Target, StringComparison.Ordinal)))
            .Select(parts => (Type: parts[^2], Id: parts[^1])).Distinct().ToList();
        return wanted.Count == 0 ? Result.Of<IReadOnlyList<StoredRecord>>([])
            : wanted.Count > Most ? TooMany
            : await Find(session, new RecordPredicate.ById([.. wanted.Select(one => one.Id)]), [.. wanted.Select(one => one.Type).Distinct(StringComparer.Ordinal)], cancel);
    }

    private async Task<Result<IReadOnlyList<StoredRecord>>> Referring(Session session, IncludeRule rule, IReadOnlyList<StoredRecord> from, CancellationToken cancel)
    {
        if (rule.Source is not { } type)
            return new Error("query.value", "The parameter '_revinclude' names a type: Type:parameter.");
        if (HeldTypes.IsView(type))
            return await Origins(session, from, cancel);
        var targets = from.Where(record => rule.Target is null || string.Equals(record.Type, rule.Target, StringComparison.Ordinal)).Select(record => record.Reference).ToList();
        if (targets.Count == 0)
            return Result.Of<IReadOnlyList<StoredRecord>>([]);
        var any = Parameters(type, rule.Parameter).SelectMany(parameter => targets.Select(target => (RecordPredicate)new RecordPredicate.Parameter(parameter.Name, new ReferenceTest(target)))).ToList();
        return await Find(session, new RecordPredicate.Or(any), [type], cancel);
    }

    // Of a view only where a record came from can be asked for in the same breath.
    private async Task<Result<IReadOnlyList<StoredRecord>>> Origins(Session session, IReadOnlyList<StoredRecord> from, CancellationToken cancel)
    {
        var origins = new List<StoredRecord>();
        if (call.Within("Provenance", ScopeActions.Read).IsOk && await Patients.Of(call, session.Resident, cancel) is { } of)
        {
            await foreach (var origin in ViewTypes.Of("Provenance").All(of, [("target", string.Join(',', from.Select(record => record.Reference)))], cancel))
                origins.Add(origin);
        }

        return Result.Of<IReadOnlyList<StoredRecord>>(origins);
    }

    private async Task<Result<IReadOnlyList<StoredRecord>>> Find(Session session, RecordPredicate predicate, IReadOnlyList<string> types, CancellationToken cancel)
    {
        var open = types.Select(type => (Type: type, Within: call.Within(type, ScopeActions.Read))).Where(one => one.Within.IsOk)
            .Select(one => one.Within.Value is RecordPredicate.Everything ? new RecordPredicate.OfType([one.Type]) : one.Within.Value).ToList();
        if (open.Count == 0)
            return Result.Of<IReadOnlyList<StoredRecord>>([]);
        var where = new RecordPredicate.And([new RecordPredicate.OfType(types), new RecordPredicate.Or(open), predicate]);
        var page = await session.Search(new RecordQuery { Where = where, Order = RecordOrder.Stored, Limit = Most, BeforeOpening = call.Cost.Walk(session.Resident) }, cancel);
        return !page.IsOk ? page.Error : page.Value.Next is null ? Result.Of(page.Value.Records) : TooMany;
    }

    private static IEnumerable<SearchParameter> Parameters(string type, string? name) =>
        (name is null ? SearchParameters.NamesOf(type) : [name]).Select(one => SearchParameters.Find(type, one)).Where(one => one is { IsOk: true, Value.Kind: SearchKind.Reference }).Select(one => one.Value);

    private sealed class Collected : ValueTest
    {
        public HashSet<string> Found { get; } = new(StringComparer.Ordinal);

        public override bool Reference(ReadOnlySpan<byte> reference, ReadOnlySpan<byte> type)
        {
            Found.Add(Encoding.UTF8.GetString(reference));
            return false;
        }
    }
}
