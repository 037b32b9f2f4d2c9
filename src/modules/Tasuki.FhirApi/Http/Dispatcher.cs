using Tasuki.FhirApi.Capability;
using Tasuki.FhirApi.Interactions;
using Tasuki.FhirApi.Operations;
using Tasuki.FhirApi.Searching;
using Tasuki.FhirApi.Views;
using Tasuki.Kernel;
using Tasuki.Kernel.Seals;

namespace Tasuki.FhirApi;

/// <summary>From a request to the interaction it is (R4, http, 3.1.0). Entries of a Bundle come through here too.</summary>
internal sealed class Dispatcher(Call call, ISeal seal)
{
    private static readonly Error Unknown = new("interaction.unknown", "There is no such address. The CapabilityStatement at /metadata says what is answered.");
    private static readonly Error NotAType = new("type.unknown", "Resources of this type are not held here. The CapabilityStatement at /metadata lists those that are.");

    public Task<Answer> Run(Interaction request, CancellationToken cancel) => request.Path switch
    {
        [] when request.Method is "POST" => new RunBundle(call, RunEntry).Run(request, cancel),
        [] when request.Method is "GET" => SearchWhole(request, cancel),
        ["_search"] when request.Method is "POST" => SearchWhole(request, cancel),
        ["_history"] when request.Method is "GET" => new ReadRecords(call).History(null, null, request, cancel),
        ["metadata"] when request.Method is "GET" => Task.FromResult(CapabilityStatement.Answer(call.Root, call.Clock)),
        [['$', ..], ..] => Refused(Unknown),
        [var type, ..] when !HeldTypes.Has(type) => Refused(NotAType),
        [var type, ..] when HeldTypes.IsView(type) => new AnswerView(call, seal).Run(ViewTypes.Of(type), request, cancel),
        [var type] => OfType(type, request, cancel),
        [var type, "_search"] when request.Method is "POST" => Search([type], request, null, cancel),
        [var type, "_history"] when request.Method is "GET" => new ReadRecords(call).History(type, null, request, cancel),
        [var type, ['$', .. var operation]] => OnType(type, operation, request, cancel),
        [var type, var id] => OfRecord(type, id, request, cancel),
        [var type, var id, "_history"] when request.Method is "GET" => new ReadRecords(call).History(type, id, request, cancel),
        [var type, var id, "_history", var version] when request.Method is "GET" => new ReadRecords(call).ReadVersion(type, id, version, request, cancel),
        [var type, var id, "$validate"] when request.Method is "GET" or "POST" => new Validate(call).Run(type, id, request, cancel),
        ["Patient", var id, ['$', .. var operation]] => OnPatient(id, operation, request, cancel),
        ["Patient", var id, var type] when request.Method is "GET" => Compartment(id, type, request, cancel),
        ["Patient", var id, var type, "_search"] when request.Method is "POST" => Compartment(id, type, request, cancel),
        _ => Refused(Unknown),
    };

    private Task<Answer> RunEntry(Interaction entry, CancellationToken cancel) =>
        entry.Path.Count == 0 && entry.Method is "POST" ? Refused(new Error("interaction.unknown", "A Bundle holds no Bundle to be run.")) : Run(entry, cancel);

    private Task<Answer> OfType(string type, Interaction request, CancellationToken cancel) => request.Method switch
    {
        "GET" => Search([type], request, null, cancel),
        "POST" => new WriteRecords(call).Create(type, request, cancel),
        "PUT" => new WriteRecords(call).Update(type, null, request, cancel),
        "PATCH" => new WriteRecords(call).Patch(type, null, request, cancel),
        "DELETE" => new WriteRecords(call).Delete(type, null, request, cancel),
        _ => NoMethod(),
    };

    private Task<Answer> OfRecord(string type, string id, Interaction request, CancellationToken cancel) => request.Method switch
    {
        "GET" => new ReadRecords(call).Read(type, id, request, cancel),
        "PUT" => new WriteRecords(call).Update(type, id, request, cancel),
        "PATCH" => new WriteRecords(call).Patch(type, id, request, cancel),
        "DELETE" => new WriteRecords(call).Delete(type, id, request, cancel),
        _ => NoMethod(),
    };

    private Task<Answer> OnType(string type, string operation, Interaction request, CancellationToken cancel) => (type, operation) switch
    {
        _ when request.Method is not ("GET" or "POST") => NoMethod(),
        ("Observation", "lastn") => new LastN(call).Run(request, cancel),
        ("DocumentReference", "docref") => new DocRef(call, seal).Run(request, cancel),
        (_, "validate") => new Validate(call).Run(type, null, request, cancel),
        _ => Refused(Unknown),
    };

    private Task<Answer> OnPatient(string id, string operation, Interaction request, CancellationToken cancel) => operation switch
    {
        _ when request.Method is not ("GET" or "POST") => NoMethod(),
        "summary" => new Operations.Summary.Summarize(call).Run(id, request, cancel),
        "everything" => new Everything(call, seal).Run(id, request, cancel),
        _ => Refused(Unknown),
    };

    private Task<Answer> Compartment(string id, string type, Interaction request, CancellationToken cancel) =>
        type is not "*" && !HeldTypes.Has(type) ? Refused(NotAType)
        : call.ResidentOf(id) is { } resident ? Search(type is "*" ? [.. call.Open(People.ScopeActions.Search).Select(one => one.Type)] : [type], request, resident, cancel)
        : Refused(Failures.Missing);

    // Over several types; which, the scopes or '_type' say.
    private Task<Answer> SearchWhole(Interaction request, CancellationToken cancel) =>
        ViewTypes.Asked([], request.Query) is { } view ? new SearchView(call, seal).Run(view, request.Query, null, request.Prefer.Lenient, cancel)
        : call.Open(People.ScopeActions.Search) is { Count: > 0 } open ? Search([.. open.Select(one => one.Type)], request, null, cancel)
        : Refused(new Error("scope.insufficient", "The token's scopes do not cover this."));

    private Task<Answer> Search(IReadOnlyList<string> types, Interaction request, Kernel.ResidentNo? about, CancellationToken cancel) =>
        ViewTypes.Asked(types, request.Query) is { } view ? new SearchView(call, seal).Run(view, request.Query, about, request.Prefer.Lenient, cancel)
        : new RunSearch(call, seal).Run(types, request.Query, about, request.Prefer.Lenient, cancel);

    private static Task<Answer> Refused(Error error) => Task.FromResult(Failures.Answer(error));

    private static Task<Answer> NoMethod() => Refused(new Error("interaction.method", "This address does not take this method."));
}
