using Tasuki.Fhir;
using Tasuki.FhirApi.Searching;
using Tasuki.Kernel;
using Tasuki.Kernel.Seals;

namespace Tasuki.FhirApi.Operations;

/// <summary>
/// <c>DocumentReference/$docref</c> (International Patient Access): the documents of one person, as a search. Nothing is made on demand, so that the parameter changes
/// nothing; a profile is that of the document, its <c>content.format</c>.
/// </summary>
internal sealed class DocRef(Call call, ISeal seal)
{
    public async Task<Answer> Run(Interaction request, CancellationToken cancel)
    {
        var given = OperationInput.Parameters(request);
        if (!given.IsOk)
            return Failures.Answer(given.Error);
        var search = Search(given.Value);
        return search.IsOk ? await new RunSearch(call, seal).Run(["DocumentReference"], search.Value, new SearchPlace("DocumentReference/$docref") { Asked = given.Value }, lenient: false, cancel) : Failures.Answer(search.Error);
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
