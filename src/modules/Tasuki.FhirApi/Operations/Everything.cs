using Tasuki.Fhir;
using Tasuki.FhirApi.Searching;
using Tasuki.FhirApi.Views;
using Tasuki.Kernel;
using Tasuki.Kernel.Seals;

namespace Tasuki.FhirApi.Operations;

/// <summary><c>Patient/[id]/$everything</c>: all records of one person within scopes and grant, in pages.</summary>
internal sealed class Everything(Call call, ISeal seal)
{
    public async Task<Answer> Run(string id, Interaction request, CancellationToken cancel)
    {
        var parameters = new List<(string, string)>();
        var input = OperationInput.Parameters(request);
        if (!input.IsOk)
            return Failures.Answer(input.Error);
        var (start, end) = ((FhirDate?)null, (FhirDate?)null);
        foreach (var (name, value) in input.Value)
        {
            switch (name)
            {
                case "start" when FhirDate.Parse(value) is { } date:
                    start = date;
                    break;
                case "end" when FhirDate.Parse(value) is { } date:
                    end = date;
                    break;
                case "_since" when FhirDate.Parse(value) is not null:
                    parameters.Add(("_lastUpdated", "ge" + value));
                    break;
                case "_type" or "_count" or PageLink.Parameter:
                    parameters.Add((name, value));
                    break;
                default:
                    return Failures.Answer(name is "_since" or "start" or "end" ? new Error("query.value", $"The parameter '{name}' is a date or time.")
                        : new Error("query.parameter", "The operation takes the parameters 'start', 'end', '_since', '_type' and '_count'."));
            }
        }

        if (await call.PatientOf(id, cancel) is not { } resident)
            return Failures.Answer(Failures.Missing);
        var place = new SearchPlace($"Patient/{id}/$everything", resident) { Asked = input.Value, CareFrom = start?.From, CareTo = end?.To };
        if (ViewTypes.Asked(parameters) is { } view)
            return await new SearchView(call, seal).Run(view, parameters, place, lenient: false, cancel);
        var types = call.Open(People.ScopeActions.Search).Select(one => one.Type).ToList();
        return types.Count == 0 ? Failures.Answer(Call.Insufficient) : await new RunSearch(call, seal).Run(types, parameters, place, lenient: false, cancel);
    }
}
