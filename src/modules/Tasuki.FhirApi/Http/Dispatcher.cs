using Tasuki.FhirApi.Capability;
using Tasuki.FhirApi.Interactions;
using Tasuki.FhirApi.Operations;
using Tasuki.FhirApi.Searching;
using Tasuki.FhirApi.Views;
using Tasuki.Kernel;
using Tasuki.Kernel.Seals;
using Tasuki.People;

namespace Tasuki.FhirApi;

/// <summary>From a request to the interaction it is (R4, http, 3.1.0). Entries of a Bundle come through here too.</summary>
internal sealed class Dispatcher(Call call, ISeal seal)
{
    private static readonly Error Unknown = new("interaction.unknown", "There is no such address. The CapabilityStatement at /metadata says what is answered.");
    public static readonly Error OneType = new("query.parameter", "The parameter '_type' belongs to a search over several types, and this address names one.");
    private static readonly Error NotAType = new("type.unknown", "Resources of this type are not held here. The CapabilityStatement at /metadata lists those that are.");

    public async Task<Answer> Run(Interaction request, CancellationToken cancel)
    {
        var answer = await Route(request, cancel);
        if (answer.BeyondScopes)
            await call.LogRefused(request);
        return answer;
    }

    private Task<Answer> Route(Interaction request, CancellationToken cancel) => request.Path switch
    {
        [] when request.Method is "POST" => new RunBundle(call, RunEntry).Run(request, cancel),
        [] when request.Method is "GET" => Several(new SearchPlace(""), request, cancel),
        ["_search"] when request.Method is "POST" => Several(new SearchPlace(""), request, cancel),
        ["_history"] when request.Method is "GET" => new ReadRecords(call).History(null, null, request, cancel),
        ["metadata"] when request.Method is "GET" => Task.FromResult(CapabilityStatement.Answer(call.Root, call.Clock)),
        [['$', ..], ..] => Refused(Unknown),
        [var type, ..] when !HeldTypes.Has(type) => Refused(NotAType),
        [var type] when HeldTypes.IsView(type) && request.Method is "PATCH" or "DELETE" => ViewByCondition(type, request.Method is "PATCH"),
        [var type, ..] when HeldTypes.IsView(type) => new AnswerView(call, seal).Run(ViewTypes.Of(type), request, cancel),
        [var type] => OfType(type, request, cancel),
        [var type, "_search"] when request.Method is "POST" => Typed(type, new SearchPlace(type), request, cancel),
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

    // No condition finds a view that may be changed; that this is so by a rule is said first.
    private Task<Answer> ViewByCondition(string type, bool isPatch) => Refused(
        call.Within(type, isPatch ? ScopeActions.Update : ScopeActions.Delete).Error
        ?? WriteRules.Refusal(type, isPatch ? RuledAction.Patch : RuledAction.Delete, call.Caller.Kind, RecordStanding.Another) ?? Unknown);

    private Task<Answer> RunEntry(Interaction entry, CancellationToken cancel) =>
        entry.Path.Count == 0 && entry.Method is "POST" ? Refused(new Error("interaction.unknown", "A Bundle holds no Bundle to be run.")) : Run(entry, cancel);

    private Task<Answer> OfType(string type, Interaction request, CancellationToken cancel) => request.Method switch
    {
        "GET" => Typed(type, new SearchPlace(type), request, cancel),
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

    private async Task<Answer> Compartment(string id, string type, Interaction request, CancellationToken cancel)
    {
        if (type is not "*" && !HeldTypes.Has(type))
            return Failures.Answer(NotAType);
        var named = type is "*" ? request.Query.Where(one => one.Name is "_type").SelectMany(one => one.Value.Split(',')) : [type];
        if (named.FirstOrDefault(one => !HeldTypes.IsInCompartment(one)) is { } outside)
            return Failures.Answer(new Error("interaction.unknown", $"In R4 the compartment of a patient holds no {outside}: it is searched at its own address, and '$everything' brings it along."));
        if (await call.PatientOf(id, cancel) is not { } resident)
            return Failures.Answer(Failures.Missing);
        var place = new SearchPlace($"Patient/{id}/{type}", resident);
        return type is "*" ? await Several(place, request, cancel) : await Typed(type, place, request, cancel);
    }

    // Over several types; which, the scopes or '_type' say.
    private Task<Answer> Several(SearchPlace place, Interaction request, CancellationToken cancel) =>
        ViewTypes.Asked(request.Query) is { } view ? new SearchView(call, seal).Run(view, request.Query, place, request.Prefer.Lenient, cancel)
        : call.Open(ScopeActions.Search).Where(one => place.About is null || HeldTypes.IsInCompartment(one.Type)).ToList() is { Count: > 0 } open ? new RunSearch(call, seal).Run([.. open.Select(one => one.Type)], request.Query, place, request.Prefer.Lenient, cancel)
        : Refused(Call.Insufficient);

    private Task<Answer> Typed(string type, SearchPlace place, Interaction request, CancellationToken cancel) =>
        request.Query.Any(one => one.Name is "_type") ? Refused(OneType)
        : HeldTypes.IsView(type) ? new SearchView(call, seal).Run(ViewTypes.Of(type), request.Query, place, request.Prefer.Lenient, cancel)
        : new RunSearch(call, seal).Run([type], request.Query, place, request.Prefer.Lenient, cancel);

    private static Task<Answer> Refused(Error error) => Task.FromResult(Failures.Answer(error));

    private static Task<Answer> NoMethod() => Refused(new Error("interaction.method", "This address does not take this method."));
}
