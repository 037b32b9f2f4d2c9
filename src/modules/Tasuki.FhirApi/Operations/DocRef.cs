using Microsoft.AspNetCore.Http;
using Tasuki.Fhir;
using Tasuki.FhirApi.Interactions;
using Tasuki.FhirApi.Operations.Summary;
using Tasuki.FhirApi.Searching;
using Tasuki.Kernel;
using Tasuki.Kernel.Seals;

namespace Tasuki.FhirApi.Operations;

/// <summary>
/// <c>DocumentReference/$docref</c> (International Patient Access): the documents of one person, as a search, and before them the one that is made on demand, the
/// <see cref="SummaryDocument"/>, where nothing that was asked speaks against it; <c>on-demand</c> asks for that one alone. A profile is that of the document, its <c>content.format</c>.
/// </summary>
internal sealed class DocRef(Call call, ISeal seal)
{
    public async Task<Answer> Run(Interaction request, CancellationToken cancel)
    {
        var given = OperationInput.Parameters(request);
        if (!given.IsOk)
            return Failures.Answer(given.Error);
        var search = Search(given.Value);
        if (!search.IsOk)
            return Failures.Answer(search.Error);
        var summary = given.Value.All(one => MayBeSummary(one.Name, one.Value)) && Whose(given.Value) is { } patient ? await SummaryDocument.Of(call, patient, cancel) : null;
        if (given.Value.Any(one => one is ("on-demand", "true")))
            return OnDemand(given.Value, summary);
        return await new RunSearch(call, seal) { Made = summary }.Run(["DocumentReference"], search.Value, new SearchPlace("DocumentReference/$docref") { Asked = given.Value }, lenient: false, cancel);
    }

    private Answer OnDemand(IReadOnlyList<(string Name, string Value)> given, MadeEntry? summary)
    {
        var bundle = new BundleWriter("searchset", call.Root, RecordShapes.Whole);
        bundle.Links(("self", $"{call.Root}/DocumentReference/$docref{QueryString.Create(given.Select(one => KeyValuePair.Create(one.Name, (string?)one.Value)))}"));
        if (summary is not null)
            bundle.Made(summary, "match");
        return new Answer(200, bundle.Done());
    }

    // It is of today, of one type and of one profile, and stands on the first page.
    private static bool MayBeSummary(string name, string value) => name switch
    {
        "start" or "end" or PageLink.Parameter => false,
        "type" => value is SummaryDocument.Type or SummaryDocument.Loinc + "|" + SummaryDocument.Type,
        "profile" => string.Equals(value.Split('|')[0], Summarize.Profile, StringComparison.Ordinal),
        _ => true,
    };

    private string? Whose(IReadOnlyList<(string Name, string Value)> given)
    {
        var named = given.Where(one => one.Name is "patient").Select(one => one.Value).ToList();
        return named switch
        {
            [] => call.Caller.Patient,
            [var one] => one.Contains('/', StringComparison.Ordinal) ? PatientReference.Of(call.Root, one) is { IsHere: true, Id: var id } ? id : null : one,
            _ => null,
        };
    }

    private Result<IReadOnlyList<(string, string)>> Search(IReadOnlyList<(string Name, string Value)> given)
    {
        var search = new List<(string, string)>();
        var named = false;
        foreach (var (name, value) in given)
        {
            switch (name)
            {
                case "start" or "end" when FhirDate.Parse(value) is null:
                    return new Error("query.value", $"The parameter '{name}' is a date or time.");
                case "start":
                    search.Add(("period", "ge" + value));
                    break;
                case "end":
                    search.Add(("period", "le" + value));
                    break;
                case "on-demand" when value is "true" or "false":
                    break;
                case "on-demand":
                    return new Error("query.value", "The parameter 'on-demand' is true or false.");
                case "profile":
                    search.Add(("format", value));
                    break;
                case "patient":
                    named = true;
                    search.Add((name, value));
                    break;
                case "type" or "_count" or PageLink.Parameter:
                    search.Add((name, value));
                    break;
                default:
                    return new Error("query.parameter", "The operation takes the parameters 'patient', 'start', 'end', 'type', 'on-demand', 'profile' and '_count'.");
            }
        }

        return named || call.Caller.Resident is not null ? search : new Error("query.value", "The parameter 'patient' says whose documents are asked for.");
    }
}
