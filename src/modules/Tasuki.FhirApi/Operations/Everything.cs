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
        if (call.ResidentOf(id) is not { } resident)
            return Failures.Answer(Failures.Missing);
        var parameters = new List<(string, string)>();
        foreach (var (name, value) in request.Query)
        {
            switch (name)
            {
                case "_since" when FhirDate.Parse(value) is not null:
                    parameters.Add(("_lastUpdated", "ge" + value));
                    break;
                case "_type" or "_count" or "_format" or "_pretty" or PageLink.Parameter:
                    parameters.Add((name, value));
                    break;
                default:
                    return Failures.Answer(name is "_since" ? new Error("query.value", "The parameter '_since' is a date or time.")
                        : new Error("query.parameter", "The operation takes the parameters '_since', '_type' and '_count'."));
            }
        }

        if (ViewTypes.Asked([], parameters) is { } view)
            return await new SearchView(call, seal).Run(view, parameters, resident, lenient: false, cancel);
        var types = call.Open(People.ScopeActions.Search).Select(one => one.Type).ToList();
        return types.Count == 0 ? Failures.Answer(new Error("scope.insufficient", "The token's scopes do not cover this."))
            : await new RunSearch(call, seal).Run(types, parameters, resident, lenient: false, cancel);
    }
}
