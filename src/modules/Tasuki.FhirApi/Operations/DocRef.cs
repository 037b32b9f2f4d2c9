namespace Tasuki.FhirApi.Operations;

/// <summary><c>DocumentReference/$docref</c> (International Patient Access): the documents of a person, as a search. Nothing is made on demand.</summary>
internal static class DocRef
{
    public static IReadOnlyList<(string Name, string Value)> Parameters(Interaction request) =>
    [
        .. request.Query.Where(one => one.Name is not "on-demand").Select(one => one.Name switch
        {
            "start" => ("period", "ge" + one.Value),
            "end" => ("period", "le" + one.Value),
            _ => one,
        }),
    ];
}
