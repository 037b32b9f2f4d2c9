using Tasuki.Kernel;
using Tasuki.Kernel.Seals;
using Tasuki.People;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Searching;

/// <summary>
/// Search by GET and POST, of a type, of several, of a compartment. One page of matches from one resident after another, after them what is shared by all, where the
/// search names nobody, and what is included with them.
/// </summary>
internal sealed class RunSearch(Call call, ISeal seal)
{
    private const string Mode = "match";

    // What an order over several persons may look at.
    private const int MostSorted = 20_000;

    private static readonly Error TooManySorted = new("query.costly", $"An order over several persons looks through at most {MostSorted} records: name one by the parameter 'patient', narrow the search, or leave '_sort' out.");

    /// <summary>Stands before what is found on this page, beyond the number that was asked for.</summary>
    public MadeEntry? Made { get; init; }

    private bool _withShared;
    private SharedSession? _shared;

    // What has a birth date or a period of service is not of that time alone.
    private static readonly IReadOnlyList<string> Timeless = ["Device", "Location", "Medication", "Organization", "Patient", "Practitioner", "PractitionerRole", "RelatedPerson"];

    public async Task<Answer> Run(IReadOnlyList<string> types, IReadOnlyList<(string Name, string Value)> parameters, SearchPlace place, bool lenient, CancellationToken cancel)
    {
        var asked = PageLink.Asked(seal, call, PageState.First(types, parameters, place), parameters);
        if (!asked.IsOk)
            return Failures.Answer(asked.Error);
        var start = asked.Value;
        ResidentNo? about = start.About is { } number ? new ResidentNo(number) : null;
        var parsed = new SearchParser(call, lenient).Parse(start.Types, start.Pairs());
        if (!parsed.IsOk)
            return Failures.Answer(parsed.Error);
        var request = parsed.Value;
        var within = Narrow(request);
        if (!within.IsOk)
            return Failures.Answer(within.Error);
        var residents = await Residents(request, about, cancel);
        if (!residents.IsOk)
            return Failures.Answer(residents.Error);
        // No index goes over several persons.
        if (request.IsSorted && residents.Value.Count > 1)
            request = request with { SortKeys = request.AskedKeys };
        // What was not understood is said once, and not asked again.
        start = start with { Parameters = PageState.Flat(request.Understood) };
        var where = Timed(start, within.Value);
        _withShared = about is null && request.Residents is null && request.Types.Any(SharedTypes.Has);
        if (_withShared && request.IsSorted)
        {
            var ordered = await InOneOrder(request, where, residents.Value, cancel);
            if (!ordered.IsOk)
                return Failures.Answer(ordered.Error);
            request = ordered.Value;
        }

        return await Answer(request, start, where, residents.Value, cancel);
    }

    // Shared records have no index to walk beside a person's, so both are sorted here where there are no others; with others they would make every order a walk over everything.
    private async Task<Result<SearchRequest>> InOneOrder(SearchRequest request, RecordPredicate where, IReadOnlyList<ResidentNo> residents, CancellationToken cancel)
    {
        if (request.Types.All(SharedTypes.Has))
            return request with { SortKeys = request.AskedKeys };
        _withShared = false;
        var shared = await SharedBeside(where, residents, cancel);
        if (!shared.IsOk)
            return shared.Error;
        return await shared.Value.Count(new RecordQuery { Where = where }, cancel) is { IsOk: true, Value: > 0 }
            ? request with { LeftOut = [.. request.LeftOut, "Shared records come in an order with types of their kind alone: ask for those apart, or leave '_sort' out."] } : request;
    }

    // What a '_has' finds by persons' records, it finds by those this caller sees.
    private async Task<Result<SharedSession>> SharedBeside(RecordPredicate where, IReadOnlyList<ResidentNo> residents, CancellationToken cancel)
    {
        if (_shared is not null)
            return _shared;
        if (!SharedSession.AsksWhoRefers(where))
            return _shared = call.Shared;
        var persons = new List<Session>();
        foreach (var resident in residents)
        {
            if (await call.Session(resident, write: false, cancel) is { IsOk: true } session)
                persons.Add(session.Value);
        }

        var beside = await call.Shared.Beside(persons, where, call.Cost.Walk, cancel);
        if (!beside.IsOk)
            return beside.Error;
        return _shared = beside.Value;
    }

    private async Task<Answer> Answer(
        SearchRequest request, PageState start, RecordPredicate predicate, IReadOnlyList<ResidentNo> residents, CancellationToken cancel)
    {
        var query = new RecordQuery { Where = predicate, Order = request.Order, Limit = request.Count };
        if (request.Summary is SummaryMode.Count)
        {
            var all = await Count(query, residents, cancel);
            return all.IsOk ? Bundle(request, start, [], [], all.Value, null) : Failures.Answer(all.Error);
        }

        var pages = request.SortKeys.Count > 0 ? await Sorted(request, start, query, residents, cancel) : await Pages(request, start, query, residents, cancel);
        if (!pages.IsOk)
            return Failures.Answer(pages.Error);
        var (found, next, counted) = pages.Value;
        var total = !request.Total ? (Result<int>?)null : counted is { } known ? known : await Count(query, residents, cancel);
        if (total is { IsOk: false, Error: { } wrong })
            return Failures.Answer(wrong);
        var included = await new Includes(call).Of(request, found, residents, cancel);
        return included.IsOk ? Bundle(request, start, found, included.Value, total?.Value, next) : Failures.Answer(included.Error);
    }

    private async Task<Result<Found>> Pages(
        SearchRequest request, PageState start, RecordQuery query, IReadOnlyList<ResidentNo> residents, CancellationToken cancel)
    {
        var found = new List<(ResidentNo? Resident, StoredRecord Record)>();
        PageState? next = null;
        foreach (var (place, resident) in residents.Index())
        {
            if (start.Shared)
                break;
            if (resident.Value < start.Resident)
                continue;
            var after = resident.Value == start.Resident ? start.After : null;
            var page = await Page(resident, query with { Limit = request.Count - found.Count, After = after, BeforeOpening = call.Cost.Walk(resident) }, residents.Count == 1, cancel);
            if (!page.IsOk && page.Error.Code is not "gate.refused")
                return page.Error;
            if (!page.IsOk)
                continue;
            found.AddRange(page.Value.Records.Select(record => ((ResidentNo?)resident, record)));
            if (page.Value.Next is { } more)
                next = start with { Resident = resident.Value, After = more };
            else if (found.Count == request.Count && place + 1 < residents.Count)
                next = start with { Resident = residents[place + 1].Value, After = null };
            if (found.Count >= request.Count)
                break;
        }

        return next is null && _withShared ? await Shared(request, start, query, found, residents, cancel) : new Found(found, next, null);
    }

    // The last stage: what is left of the page, or whether there is something for the next one.
    private async Task<Result<Found>> Shared(
        SearchRequest request, PageState start, RecordQuery query, List<(ResidentNo? Resident, StoredRecord Record)> found, IReadOnlyList<ResidentNo> residents,
        CancellationToken cancel)
    {
        var left = request.Count - found.Count;
        var shared = await SharedBeside(query.Where!, residents, cancel);
        if (!shared.IsOk)
            return shared.Error;
        var page = await shared.Value.Search(query with { Limit = Math.Max(1, left), After = start.Shared ? start.After : null }, cancel);
        if (!page.IsOk)
            return page.Error;
        if (left == 0)
            return new Found(found, page.Value.Records.Count > 0 ? start with { Shared = true, After = null } : null, null);
        found.AddRange(page.Value.Records.Select(record => ((ResidentNo?)null, record)));
        return new Found(found, page.Value.Next is { } more ? start with { Shared = true, After = more } : null, null);
    }

    // Whoever sorts must have seen everything.
    private async Task<Result<Found>> Sorted(SearchRequest request, PageState start, RecordQuery query, IReadOnlyList<ResidentNo> residents, CancellationToken cancel)
    {
        var page = new SortedPage(request.SortKeys, request.Count, start.Behind);
        var opened = 0;
        foreach (var resident in residents)
        {
            var session = await call.Session(resident, write: false, cancel);
            if (!session.IsOk)
                continue;
            var walk = call.Cost.Walk(resident);
            Func<Error?> bound = residents.Count == 1 ? walk : () => ++opened > MostSorted ? TooManySorted : walk();
            var looked = await session.Value.Each(query with { Order = RecordOrder.Stored, BeforeOpening = bound }, page.Take, cancel);
            if (!looked.IsOk)
                return looked.Error;
        }

        if (_withShared)
        {
            var shared = await SharedBeside(query.Where!, residents, cancel);
            var looked = shared.IsOk ? await shared.Value.Each(query with { Order = RecordOrder.Stored }, page.Take, cancel) : shared.Error;
            if (!looked.IsOk)
                return looked.Error;
        }

        var (records, next) = page.Done();
        return new Found([.. records.Select(record => (record.IsShared ? null : call.Vault.ResidentOf(record.Id), record))], next is null ? null : start with { Behind = next }, page.Total);
    }

    // Of one person the gate and the page go in one round trip.
    private async Task<Result<RecordPage>> Page(ResidentNo resident, RecordQuery query, bool alone, CancellationToken cancel)
    {
        if (alone && !call.HasOpened(resident))
            return await call.Vault.Search(call.Caller.Actor, resident, call.Caller.ReadPurpose, query, cancel);
        var session = await call.Session(resident, write: false, cancel);
        return session.IsOk ? await session.Value.Search(query, cancel) : session.Error;
    }

    private async Task<Result<int>> Count(RecordQuery query, IReadOnlyList<ResidentNo> residents, CancellationToken cancel)
    {
        var total = 0;
        foreach (var resident in residents)
        {
            var session = await call.Session(resident, write: false, cancel);
            if (!session.IsOk)
                continue;
            var some = await session.Value.Count(query with { BeforeOpening = call.Cost.Walk(resident) }, cancel);
            if (!some.IsOk)
                return some.Error;
            total += some.Value;
        }

        if (!_withShared)
            return total;
        var shared = await SharedBeside(query.Where!, residents, cancel);
        if (!shared.IsOk)
            return shared.Error;
        var counted = await shared.Value.Count(query, cancel);
        return counted.IsOk ? total + counted.Value : counted.Error;
    }

    private Answer Bundle(
        SearchRequest request, PageState start, IReadOnlyList<(ResidentNo? Resident, StoredRecord Record)> found, IReadOnlyList<StoredRecord> included, int? total, PageState? next)
    {
        var bundle = new BundleWriter("searchset", call.Root, RecordShapes.Of(request), found.Select(one => one.Record));
        if (total is { } number)
            bundle.Total(number);
        var links = new List<(string, string)> { ("self", call.Root + start.Self(request.Understood)) };
        if (next is not null)
            links.Add(("next", $"{call.Root}/{start.Types[0]}?{PageLink.Parameter}={PageLink.Seal(seal, call, next)}"));
        bundle.Links(links);
        if (Made is not null)
            bundle.Made(Made, Mode);
        foreach (var (_, record) in found)
            bundle.Match(record, Mode);
        foreach (var record in included)
            bundle.Match(record, "include");
        if (request.LeftOut.Count > 0)
            bundle.Outcome([.. request.LeftOut.Select(sentence => new Issue("warning", "not-supported", "Left out of the search: " + sentence))]);
        return new Answer(200, bundle.Done());
    }

    /// <param name="Total">Where the walk went over everything anyway.</param>
    private readonly record struct Found(IReadOnlyList<(ResidentNo? Resident, StoredRecord Record)> Records, PageState? Next, int? Total);

    private static RecordPredicate Timed(PageState state, RecordPredicate predicate) =>
        state.CareFrom is null && state.CareTo is null ? predicate
        : new RecordPredicate.And([predicate, new RecordPredicate.Or([new RecordPredicate.OfType(Timeless), new RecordPredicate.CareOverlaps(state.CareFrom, state.CareTo)])]);

    // What the scopes leave of each type asked for.
    private Result<RecordPredicate> Narrow(SearchRequest request)
    {
        var open = new List<RecordPredicate>();
        var narrows = false;
        foreach (var type in request.Types)
        {
            var within = call.Within(type, ScopeActions.Search);
            if (!within.IsOk && request.Types.Count == 1)
                return within.Error;
            if (!within.IsOk)
            {
                narrows = true;
                continue;
            }

            narrows |= within.Value is not RecordPredicate.Everything;
            open.Add(within.Value is RecordPredicate.Everything ? new RecordPredicate.OfType([type]) : within.Value);
        }

        return open.Count == 0 ? Call.Insufficient
            : narrows ? new RecordPredicate.And([request.Where, new RecordPredicate.Or(open)]) : request.Where;
    }

    private async Task<Result<IReadOnlyList<ResidentNo>>> Residents(SearchRequest request, ResidentNo? about, CancellationToken cancel)
    {
        if (about is { } one)
            return Result.Of<IReadOnlyList<ResidentNo>>(request.Residents is null || request.Residents.Contains(one) ? [one] : []);
        // Whom it names is asked at the gate each; whom it does not name only where a grant reaches this caller.
        return request.Residents is not { } named ? await call.Residents(cancel)
            : named.Count > Call.MostResidents ? new Error("query.residents", $"A search names at most {Call.MostResidents} persons.") : Result.Of<IReadOnlyList<ResidentNo>>([.. named.OrderBy(no => no.Value)]);
    }
}
