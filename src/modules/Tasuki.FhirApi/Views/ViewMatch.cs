using System.Text;
using Tasuki.Fhir.Searching;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Views;

/// <summary>Holds a search's predicate against a view's resource, by the same parameters and tests as for stored records.</summary>
internal sealed class ViewMatch(IView view, string? patient)
{
    // Whose it is, where the resource itself has no place for it.
    private readonly byte[] _whose = Encoding.UTF8.GetBytes(patient is null ? "{\"resourceType\":\"Provenance\"}" : $"{{\"resourceType\":\"Provenance\",\"target\":[{{\"reference\":\"Patient/{patient}\"}}]}}");

    public bool Holds(RecordPredicate predicate, StoredRecord one) => predicate switch
    {
        RecordPredicate.Everything => true,
        RecordPredicate.And and => and.Parts.All(part => Holds(part, one)),
        RecordPredicate.Or or => or.Parts.Any(part => Holds(part, one)),
        RecordPredicate.Not not => !Holds(not.Part, one),
        RecordPredicate.OfType of => of.Types.Contains(one.Type, StringComparer.Ordinal),
        RecordPredicate.ById by => by.Ids.Contains(one.Id, StringComparer.Ordinal),
        RecordPredicate.UpdatedBetween updated => !(one.Updated < updated.From) && !(one.Updated >= updated.To),
        RecordPredicate.Missing missing => !Find(missing.Name).Exists(Json(missing.Name, one)),
        RecordPredicate.Parameter parameter => Find(parameter.Name) is var known && known.Compile(parameter.Test) is { IsOk: true } test && known.Any(Json(parameter.Name, one), test.Value),
        _ => throw new InvalidOperationException($"A predicate of kind {predicate.GetType().Name} is not asked of a view."),
    };

    private SearchParameter Find(string name) => SearchParameters.Find(view.Type, name).Value;

    private ReadOnlySpan<byte> Json(string name, StoredRecord one) => name is "patient" && view is ProvenanceView ? _whose : one.Resource.Json.Span;
}
