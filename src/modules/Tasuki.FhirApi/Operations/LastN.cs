using System.Globalization;
using Tasuki.Fhir;
using Tasuki.FhirApi.Searching;
using Tasuki.Kernel;
using Tasuki.People;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Operations;

/// <summary><c>Observation/$lastn</c>: of each code the newest ones (<see cref="NewestByCode"/>), in one walk. One person, named by <c>patient</c> or <c>subject</c> or launched.</summary>
internal sealed class LastN(Call call)
{
    private const int MostEach = 100;

    public async Task<Answer> Run(Interaction request, CancellationToken cancel)
    {
        var input = OperationInput.Parameters(request);
        if (!input.IsOk)
            return Failures.Answer(input.Error);
        var max = 1;
        if (input.Value.LastOrDefault(one => one.Name is "max") is { Name: not null } given
            && (!int.TryParse(given.Value, NumberStyles.None, CultureInfo.InvariantCulture, out max) || max is < 1 or > MostEach))
            return Failures.Answer(new Error("query.value", $"The parameter 'max' is a whole number from 1 to {MostEach}."));
        if (input.Value.Select(one => Unanswered(one.Name)).FirstOrDefault(one => one is not null) is { } refused)
            return Failures.Answer(refused);
        var parsed = new SearchParser(call, lenient: false).Parse(["Observation"], [.. input.Value.Where(one => one.Name is not "max")]);
        if (!parsed.IsOk)
            return Failures.Answer(parsed.Error);
        var within = call.Within("Observation", ScopeActions.Search);
        if (!within.IsOk)
            return Failures.Answer(within.Error);
        var residents = parsed.Value.Residents is { } named ? Result.Of<IReadOnlyList<ResidentNo>>([.. named]) : await call.Residents(cancel);
        if (!residents.IsOk || residents.Value.Count > 1)
            return Failures.Answer(residents.Error ?? new Error("query.residents", "The operation is about one person: name one by the parameter 'patient'."));
        var newest = new NewestByCode(max);
        foreach (var resident in residents.Value)
        {
            var session = await call.Session(resident, write: false, cancel);
            if (!session.IsOk)
                continue;
            var query = new RecordQuery { Where = new RecordPredicate.And([parsed.Value.Where, within.Value]), Order = RecordOrder.NewestDateFirst, BeforeOpening = call.Cost.Walk(resident) };
            var looked = await session.Value.Each(query, newest.Take, cancel);
            if (!looked.IsOk)
                return Failures.Answer(looked.Error);
        }

        return await Answer(parsed.Value, input.Value, residents.Value, newest.Done(), cancel);
    }

    private async Task<Answer> Answer(
        SearchRequest request, IReadOnlyList<(string, string)> asked, IReadOnlyList<ResidentNo> residents, IReadOnlyList<StoredRecord> newest, CancellationToken cancel)
    {
        var isCount = request.Summary is SummaryMode.Count;
        var shown = isCount ? [] : newest;
        var included = await new Includes(call).Of(request, [.. shown.Select(record => ((ResidentNo?)residents[0], record))], residents, cancel);
        if (!included.IsOk)
            return Failures.Answer(included.Error);
        var bundle = new BundleWriter("searchset", call.Root, RecordShapes.Of(request), shown);
        if (isCount || request.Total)
            bundle.Total(newest.Count);
        bundle.Links([("self", $"{call.Root}/Observation/$lastn{PageLink.Query(asked)}")]);
        foreach (var record in shown)
            bundle.Match(record, "match");
        foreach (var record in included.Value)
            bundle.Match(record, "include");
        return new Answer(200, bundle.Done());
    }

    // What would make it another answer than the operation's, or another type's.
    private static Error? Unanswered(string name) => name switch
    {
        "_type" => Dispatcher.OneType,
        "_count" or "_sort" => new Error("query.parameter", $"The operation does not take the parameter '{name}': 'max' says how many of each code come, the newest first, on one page."),
        _ => null,
    };
}
