using System.Text;
using Tasuki.Fhir.Searching;
using Tasuki.FhirApi.Views;
using Tasuki.Kernel;
using Tasuki.People;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Searching;

/// <summary>
/// <c>_include</c> and <c>_revinclude</c>: searches of their own in the same sessions, so that what a session may not see is at no end of a reference; and among the
/// records shared by all. Each record stands once in an answer.
/// </summary>
internal sealed class Includes(Call call)
{
    private const int Most = 1_000;
    private const int MostRounds = 5;

    // A search has 1,000 parts.
    private const int MostUrls = 900;

    // Who refers to many is asked in portions, half of what a search may have: the rest is for the types and the scopes.
    private const int AtOnce = 500;
    private static readonly Error TooMany = new("query.size", $"More than {Most} records would be included: ask for a smaller page.");

    /// <param name="residents">Over whom the search went: their records may refer to a shared one that was found.</param>
    public async Task<Result<IReadOnlyList<StoredRecord>>> Of(
        SearchRequest request, IReadOnlyList<(ResidentNo? Resident, StoredRecord Record)> found, IReadOnlyList<ResidentNo> residents, CancellationToken cancel)
    {
        var included = new List<StoredRecord>();
        if (request.Includes.Count == 0 || found.Count == 0)
            return Result.Of<IReadOnlyList<StoredRecord>>(included);
        var seen = found.Select(one => one.Record.Id).ToHashSet(StringComparer.Ordinal);
        var own = found.ToLookup(one => one.Resident, one => one.Record);
        var shared = own[null].ToList();
        var referring = shared.Count > 0 && request.Includes.Any(rule => rule.Reverse) ? residents.Select(one => (ResidentNo?)one) : own.Select(of => of.Key).Where(one => one is not null);
        foreach (var whose in shared.Count > 0 ? referring.Append(null) : referring)
        {
            Session? session = null;
            if (whose is { } resident)
            {
                var opened = await call.Session(resident, write: false, cancel);
                if (!opened.IsOk)
                    continue;
                session = opened.Value;
            }

            IReadOnlyList<StoredRecord> from = whose is null ? shared : [.. own[whose], .. shared];
            for (var round = 0; round < MostRounds && from.Count > 0; round++)
            {
                var next = new List<StoredRecord>();
                foreach (var rule in request.Includes.Where(rule => round == 0 || rule.Iterate))
                {
                    var more = await (rule.Reverse ? Referring(session, rule, from, cancel) : Referred(session, rule, from, cancel));
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

    private async Task<Result<IReadOnlyList<StoredRecord>>> Referred(Session? session, IncludeRule rule, IReadOnlyList<StoredRecord> from, CancellationToken cancel)
    {
        var references = new Collected();
        foreach (var record in from.Where(record => rule.Source is null || string.Equals(record.Type, rule.Source, StringComparison.Ordinal)))
        {
            foreach (var parameter in Parameters(record.Type, rule.Parameter))
                parameter.Any(record.Resource.Json.Span, references);
        }

        var wanted = references.Found.Select(reference => reference.Split("/_history/")[0].Split('/')).Where(parts => parts.Length >= 2 && HeldTypes.IsRecord(parts[^2]) && (rule.Target is null || string.Equals(parts[^2], rule.Target, StringComparison.Ordinal)))
            .Select(parts => (Type: parts[^2], Id: parts[^1])).Distinct().ToList();
        if (wanted.Count > Most)
            return TooMany;
        var found = new List<StoredRecord>();
        foreach (var kind in wanted.GroupBy(one => call.Vault.IsShared(one.Id)))
        {
            var more = await Find(kind.Key ? null : session, kind.Key, new RecordPredicate.ById([.. kind.Select(one => one.Id)]), [.. kind.Select(one => one.Type).Distinct(StringComparer.Ordinal)], ScopeActions.Read, cancel);
            if (!more.IsOk)
                return more;
            found.AddRange(more.Value);
        }

        return references.Canonicals.Count == 0 ? Result.Of<IReadOnlyList<StoredRecord>>(found)
            : (await Named(session, rule.Target, references.Canonicals, cancel)).Map(IReadOnlyList<StoredRecord> (named) => [.. found, .. named]);
    }

    // What canonicals name, by url, and by version where they say one.
    private async Task<Result<IReadOnlyList<StoredRecord>>> Named(Session? session, string? target, HashSet<string> canonicals, CancellationToken cancel)
    {
        string[] types = [.. HeldTypes.Records.Where(type => CanonicalAddress.Has(type) && (target is null || string.Equals(type, target, StringComparison.Ordinal)))];
        var urls = canonicals.Select(canonical => canonical.Split('|')[0]).Where(url => url.Length > 0).Distinct(StringComparer.Ordinal).ToList();
        if (types.Length == 0 || urls.Count == 0)
            return Result.Of<IReadOnlyList<StoredRecord>>([]);
        if (urls.Count > MostUrls)
            return TooMany;
        var any = new RecordPredicate.Or([.. urls.Select(url => new RecordPredicate.Parameter("url", new UriTest(url)))]);
        var found = await Find(session, types.Any(SharedTypes.Has), any, types, ScopeActions.Read, cancel);
        return found.Map(IReadOnlyList<StoredRecord> (some) => [.. some.Where(one => CanonicalAddress.Of(one.Resource.Json.Span).Any(canonicals.Contains))]);
    }

    private async Task<Result<IReadOnlyList<StoredRecord>>> Referring(Session? session, IncludeRule rule, IReadOnlyList<StoredRecord> from, CancellationToken cancel)
    {
        var type = rule.Source!;
        if (HeldTypes.IsView(type))
            return session is null ? Result.Of<IReadOnlyList<StoredRecord>>([]) : await Origins(session, from, cancel);
        var targets = from.Where(record => rule.Target is null || string.Equals(record.Type, rule.Target, StringComparison.Ordinal)).ToList();
        if (targets.Count == 0)
            return Result.Of<IReadOnlyList<StoredRecord>>([]);
        var any = Parameters(type, rule.Parameter).SelectMany(parameter => targets.SelectMany(target => Pointing(parameter, target)).Select(test => (RecordPredicate)new RecordPredicate.Parameter(parameter.Name, test))).ToList();
        var found = new Dictionary<string, StoredRecord>(StringComparer.Ordinal);
        foreach (var some in any.Chunk(AtOnce))
        {
            var more = await Find(session, SharedTypes.Has(type), new RecordPredicate.Or(some), [type], ScopeActions.Search, cancel);
            if (!more.IsOk)
                return more;
            foreach (var record in more.Value)
                found.TryAdd(record.Id, record);
            if (found.Count > Most)
                return TooMany;
        }

        return Result.Of<IReadOnlyList<StoredRecord>>([.. found.Values]);
    }

    private static IEnumerable<SearchTest> Pointing(SearchParameter parameter, StoredRecord target)
    {
        yield return new ReferenceTest(target.Reference);
        if (parameter.HasCanonicals && CanonicalAddress.Has(target.Type) && CanonicalAddress.Of(target.Resource.Json.Span) is { Count: > 0 } names)
            yield return new CanonicalTest(names);
    }

    // Of a view only where a record came from can be asked for in the same breath.
    private async Task<Result<IReadOnlyList<StoredRecord>>> Origins(Session session, IReadOnlyList<StoredRecord> from, CancellationToken cancel)
    {
        var origins = new List<StoredRecord>();
        if (call.Within("Provenance", ScopeActions.Search).IsOk && await Patients.Of(call, session.Resident, cancel) is { } of)
        {
            var walk = call.Cost.Walk(session.Resident);
            await foreach (var origin in ViewTypes.Of("Provenance").All(of, [("target", string.Join(',', from.Select(record => record.Reference)))], cancel))
            {
                if (walk() is { } costly)
                    return costly;
                origins.Add(origin);
            }
        }

        return Result.Of<IReadOnlyList<StoredRecord>>(origins);
    }

    // In the session, where there is one, and among the shared ones. To follow a reference is to read, to ask who refers is to search.
    private async Task<Result<IReadOnlyList<StoredRecord>>> Find(Session? session, bool shared, RecordPredicate predicate, IReadOnlyList<string> types, ScopeActions actions, CancellationToken cancel)
    {
        var open = types.Select(type => (Type: type, Within: call.Within(type, actions))).Where(one => one.Within.IsOk)
            .Select(one => one.Within.Value is RecordPredicate.Everything ? new RecordPredicate.OfType([one.Type]) : one.Within.Value).ToList();
        if (open.Count == 0)
            return Result.Of<IReadOnlyList<StoredRecord>>([]);
        var query = new RecordQuery { Where = new RecordPredicate.And([new RecordPredicate.OfType(types), new RecordPredicate.Or(open), predicate]), Order = RecordOrder.Stored, Limit = Most };
        var found = new List<StoredRecord>();
        foreach (var search in new[] { session is null ? null : session.Search(query with { BeforeOpening = call.Cost.Walk(session.Resident) }, cancel), shared ? call.Shared.Search(query, cancel) : null })
        {
            if (search is null)
                continue;
            var page = await search;
            if (!page.IsOk)
                return page.Error;
            if (page.Value.Next is not null)
                return TooMany;
            found.AddRange(page.Value.Records);
        }

        return Result.Of<IReadOnlyList<StoredRecord>>(found);
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

        public HashSet<string> Canonicals { get; } = new(StringComparer.Ordinal);

        public override bool Canonical(ReadOnlySpan<byte> canonical)
        {
            Canonicals.Add(Encoding.UTF8.GetString(canonical));
            return false;
        }
    }
}
