using System.Globalization;
using Tasuki.Fhir;
using Tasuki.FhirApi.Searching;
using Tasuki.Kernel;
using Tasuki.People;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Operations;

/// <summary><c>Observation/$lastn</c>: of each code the newest ones (R4, observation, operation lastn). One person, named by <c>patient</c> or <c>subject</c> or launched.</summary>
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
        var parsed = new SearchParser(call, lenient: false).Parse(["Observation"], [.. input.Value.Where(one => one.Name is not "max")]);
        if (!parsed.IsOk)
            return Failures.Answer(parsed.Error);
        var within = call.Within("Observation", ScopeActions.Search);
        if (!within.IsOk)
            return Failures.Answer(within.Error);
        var residents = parsed.Value.Residents is { } named ? Result.Of<IReadOnlyList<ResidentNo>>([.. named]) : await call.Residents(cancel);
        if (!residents.IsOk || residents.Value.Count > 1)
            return Failures.Answer(residents.Error ?? new Error("query.residents", "The operation is about one person: name one by the parameter 'patient'."));
        var bundle = new BundleWriter("searchset", call.Root, RecordShapes.Whole);
        bundle.Links([("self", $"{call.Root}/Observation/$lastn{PageLink.Query(input.Value)}")]);
        foreach (var resident in residents.Value)
        {
            var session = await call.Session(resident, write: false, cancel);
            if (!session.IsOk)
                continue;
            var query = new RecordQuery { Where = new RecordPredicate.And([parsed.Value.Where, within.Value]), Order = RecordOrder.NewestDateFirst, BeforeOpening = call.Cost.Walk(resident) };
            var looked = await session.Value.Each(query, NewestOf(max, bundle), cancel);
            if (!looked.IsOk)
                return Failures.Answer(looked.Error);
        }

        return new Answer(200, bundle.Done());
    }

    private static Action<StoredRecord> NewestOf(int max, BundleWriter bundle)
    {
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        return record =>
        {
            // Codings that say the same thing in two systems are one group by the first of them; a code in words alone is a group of its own.
            var facts = RecordFacts.Of(record.Resource);
            var key = facts.Code is { } code ? $"{code.System}|{code.Code}" : record.Id;
            var count = seen.GetValueOrDefault(key);
            if (count < max)
                bundle.Match(record, "match");
            seen[key] = count + 1;
        };
    }
}
