using System.Globalization;
using Tasuki.FhirApi.Searching;
using Tasuki.Kernel;
using Tasuki.Kernel.Seals;
using Tasuki.People;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Views;

/// <summary>Search over a view: its own parameters, counts and pages, newest first. What only stored records can be asked is refused by name.</summary>
internal sealed class SearchView(Call call, ISeal seal)
{
    private const int MostLooked = 20_000;
    private static readonly string[] Controls = ["_id", "_lastUpdated", "_count", "_total", "_summary", "_elements", "_format", "_pretty"];
    private static readonly Error TooMany = new("query.size", $"More than {MostLooked} would be looked through: name a date, a target or a patient.");

    public async Task<Answer> Run(IView view, IReadOnlyList<(string Name, string Value)> parameters, SearchPlace place, bool lenient, CancellationToken cancel)
    {
        IReadOnlyList<(string Name, string Value)> asked = [.. parameters.Where(one => one.Name is not "_type")];
        var page = PageLink.Asked(seal, call, PageState.First([view.Type], asked, place), asked);
        if (!page.IsOk || page.Value.Types is not [var type] || type != view.Type)
            return Failures.Answer(page.Error ?? PageLink.Wrong);
        var start = page.Value;
        ResidentNo? about = start.About is { } number ? new ResidentNo(number) : null;
        var parsed = Parse(view, start.Pairs(), lenient);
        if (!parsed.IsOk)
            return Failures.Answer(parsed.Error);
        var within = call.Within(view.Type, ScopeActions.Search);
        if (!within.IsOk)
            return Failures.Answer(within.Error);
        var residents = parsed.Value.Residents is { } named ? Result.Of<IReadOnlyList<ResidentNo>>([.. named.Where(call.May).OrderBy(no => no.Value)]) : about is { } one ? Result.Of<IReadOnlyList<ResidentNo>>([one]) : await call.Residents(cancel);
        if (!residents.IsOk)
            return Failures.Answer(residents.Error);
        start = start with { Parameters = PageState.Flat(parsed.Value.Understood) };
        IReadOnlyList<ResidentNo> whose = about is { } only ? [.. residents.Value.Where(no => no == only)] : residents.Value;
        var found = await Find(view, parsed.Value, new RecordPredicate.And([parsed.Value.Where, within.Value]), start, whose, cancel);
        return found.IsOk ? Bundle(view, parsed.Value, start, found.Value) : Failures.Answer(found.Error);
    }

    private Result<SearchRequest> Parse(IView view, IReadOnlyList<(string Name, string Value)> parameters, bool lenient)
    {
        var (known, strange) = (new List<(string, string)>(), new List<string>());
        foreach (var (name, value) in parameters)
        {
            var plain = name.Split(':', '.')[0];
            var isKnown = view.Parameters.Contains(plain, StringComparer.Ordinal);
            if (Controls.Contains(name, StringComparer.Ordinal) || (isKnown && !name.Contains('.', StringComparison.Ordinal)))
                known.Add((name, value));
            else if (isKnown)
                strange.Add($"Nothing is chained to the search parameter '{plain}' of {view.Type}: what it refers to is searched at its own address.");
            else
                strange.Add($"The search parameter '{ValueParser.Harmless(plain)}' is not known for {view.Type}.");
        }

        if (strange.Count > 0 && !lenient)
            return new Error("query.parameter", strange[0]);
        return new SearchParser(call, lenient).Parse([view.Type], known).Map(request => request with { LeftOut = [.. request.LeftOut, .. strange] });
    }

    private async Task<Result<ViewPage>> Find(IView view, SearchRequest request, RecordPredicate where, PageState start, IReadOnlyList<ResidentNo> residents, CancellationToken cancel)
    {
        var (found, total, looked) = (new List<StoredRecord>(), 0, 0);
        PageState? next = null;
        var counts = request.Total || request.Summary is SummaryMode.Count;
        foreach (var resident in residents.Where(one => counts || one.Value >= start.Resident))
        {
            if (await Patients.Of(call, resident, cancel) is not { } of)
                continue;
            var match = new ViewMatch(view, of.Patient);
            var after = resident.Value < start.Resident ? new Place(DateTimeOffset.MinValue, "") : resident.Value == start.Resident ? Place.Parse(start.After) : null;
            var walk = call.Cost.Walk(resident);
            var last = "";
            await foreach (var one in view.All(of, start.Pairs(), cancel))
            {
                if (++looked > MostLooked)
                    return TooMany;
                if (walk() is { } costly)
                    return costly;
                var isLater = after?.Passes(one) ?? true;
                if (!match.Holds(where, one))
                    continue;
                total++;
                if (!isLater || next is not null)
                    continue;
                if (found.Count == request.Count)
                {
                    next = start with { Resident = resident.Value, After = last };
                    if (!counts)
                        return new ViewPage(found, null, next);
                    continue;
                }

                found.Add(one);
                last = Place.Of(one);
            }
        }

        return new ViewPage(request.Summary is SummaryMode.Count ? [] : found, counts ? total : null, request.Summary is SummaryMode.Count ? null : next);
    }

    private Answer Bundle(IView view, SearchRequest request, PageState start, ViewPage page)
    {
        var bundle = new BundleWriter("searchset", call.Root, RecordShapes.Of(request));
        if (page.Total is { } number)
            bundle.Total(number);
        var links = new List<(string, string)> { ("self", call.Root + start.Self(request.Understood)) };
        if (page.Next is { } next)
            links.Add(("next", $"{call.Root}/{view.Type}?{PageLink.Parameter}={PageLink.Seal(seal, call, next)}"));
        bundle.Links(links);
        foreach (var one in page.Found)
            bundle.Match(one, "match");
        if (request.LeftOut.Count > 0)
            bundle.Outcome([.. request.LeftOut.Select(sentence => new Issue("warning", "not-supported", "Left out of the search: " + sentence))]);
        return new Answer(200, bundle.Done());
    }

    private sealed record ViewPage(IReadOnlyList<StoredRecord> Found, int? Total, PageState? Next);

    /// <summary>Where a page ended: newer ones, and those up to the one named, were shown.</summary>
    private sealed class Place(DateTimeOffset updated, string id)
    {
        private bool _passed;

        public static string Of(StoredRecord one) => string.Create(CultureInfo.InvariantCulture, $"{one.Updated.UtcTicks}.{one.Id}");

        // A page before the first of a resident's ended nowhere.
        public static Place? Parse(string? text) =>
            text?.Split('.', 2) is [var ticks, var id] && long.TryParse(ticks, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? new Place(new DateTimeOffset(number, TimeSpan.Zero), id) : null;

        public bool Passes(StoredRecord one)
        {
            if (one.Updated != updated)
                return one.Updated < updated;
            if (_passed)
                return true;
            _passed = string.Equals(one.Id, id, StringComparison.Ordinal);
            return false;
        }
    }
}
