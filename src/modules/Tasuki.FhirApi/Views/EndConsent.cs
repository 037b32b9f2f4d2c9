using System.Buffers;
using System.Text.Json.Nodes;
using Tasuki.Fhir;
using Tasuki.FhirApi.Interactions;
using Tasuki.Kernel;
using Tasuki.People;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Views;

/// <summary>What a change of a view's resource comes to, for a request of its own or a transaction.</summary>
/// <param name="Ends">False: it says again what stands, and nothing changes.</param>
/// <param name="Refused">Why not; then the rest says nothing.</param>
internal readonly record struct PlannedEnd(ViewOf? Of, string Id, bool Ends, Answer? Refused);

/// <summary>
/// Changes of views, of which there is one: an update of a Consent, its status to inactive and nothing else, which ends the grant at the next request. Saying again what
/// stands changes nothing.
/// </summary>
internal sealed class EndConsent(Call call)
{
    private static readonly Error OnlyEnded = new("write.rule", "Of a Consent only the status is changed here, and only to inactive: that ends it. Another one is given in the municipality's own pages.");

    public async Task<Answer> Run(IView view, string id, RuledAction action, Interaction request, CancellationToken cancel)
    {
        var plan = await Plan(view, id, action, request, cancel);
        if (plan.Refused is { } refused)
            return refused;
        if (plan.Ends)
        {
            var session = await call.Session(plan.Of!.Resident, write: true, cancel);
            var ended = session.IsOk ? await session.Value.EndGrant(id, cancel) : session.Error;
            if (!ended.IsOk)
                return Failures.Answer(WriteRecords.NotWritten(ended.Error));
        }

        return await Answered(plan, request, cancel);
    }

    public async Task<PlannedEnd> Plan(IView view, string id, RuledAction action, Interaction request, CancellationToken cancel)
    {
        var within = call.Within(view.Type, action is RuledAction.Delete ? ScopeActions.Delete : ScopeActions.Update);
        if (!within.IsOk)
            return Not(within.Error);
        if (action is RuledAction.Patch && WriteRecords.PatchUnread(call, view.Type) is { } unread)
            return Not(unread);
        if (await Patients.Find(call, view, id, cancel) is not var (standing, of))
            return Not(Failures.Missing);
        if (WriteRules.Refusal(view.Type, action, call.Caller.Kind, RecordStanding.Another) is { } ruled)
            return Not(ruled);
        if (within.Value is not RecordPredicate.Everything)
            return Not(new Error("scope.insufficient", "A scope with a condition does not write."));
        var ends = Ends(standing, action is RuledAction.Patch, request);
        return ends.IsOk ? new PlannedEnd(of, id, ends.Value, null) : Not(ends.Error);
    }

    /// <summary>The Consent as it stands after what was planned is done.</summary>
    public async Task<Answer> Answered(PlannedEnd done, Interaction request, CancellationToken cancel) =>
        await ViewTypes.Of("Consent").One(done.Of!, done.Id, cancel) is { } now
            ? WriteRecords.Answered(call, new ChangedRecord(now.Id, now.Type, now.Version, now.Updated, ChangeOutcome.Updated, now), request.Prefer, [])
            : Failures.Answer(Failures.Missing);

    private static PlannedEnd Not(Error error) => new(null, "", Ends: false, Failures.Answer(error));

    private static Result<bool> Ends(StoredRecord standing, bool isPatch, Interaction request)
    {
        if (isPatch && request.ContentType is not "application/json-patch+json")
            return new Error("body.media", "A patch is a JSON Patch: application/json-patch+json.");
        if (request.IfMatch is { } tags && !Tags.Hold(tags, standing.Version))
            return new Error("change.version", $"Version {standing.Version} stands, and another was to be changed.");
        var whole = new ArrayBufferWriter<byte>();
        standing.WriteJson(whole);
        var body = isPatch ? JsonPatch.Apply(whole.WrittenMemory, request.Body) : request.Body.IsEmpty ? new Error("resource.json", "The request has no body.") : Result.Of(request.Body);
        if (!body.IsOk)
            return body.Error;
        var said = CanonicalResource.Parse(body.Value);
        if (!said.IsOk)
            return said.Error;
        if (said.Value.OriginalId is { } id && !string.Equals(id, standing.Id, StringComparison.Ordinal))
            return new Error("resource.id", "The id in the body is not the one in the address.");
        var (wanted, stands) = (Elements(said.Value), Elements(standing.Resource));
        var ends = wanted["status"]?.ToJsonString() is "\"inactive\"" && stands["status"]?.ToJsonString() is "\"active\"";
        if (ends)
            stands["status"] = "inactive";
        return JsonNode.DeepEquals(wanted, stands) ? ends : OnlyEnded;
    }

    private static JsonObject Elements(CanonicalResource resource)
    {
        var root = JsonNode.Parse(resource.Json.Span)!.AsObject();
        root.Remove("meta");
        return root;
    }
}
