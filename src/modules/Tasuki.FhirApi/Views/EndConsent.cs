using System.Buffers;
using System.Text.Json.Nodes;
using Tasuki.Fhir;
using Tasuki.FhirApi.Interactions;
using Tasuki.Kernel;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Views;

/// <summary>An update of a Consent: its status to inactive and nothing else, which ends the grant at the next request. Saying again what stands changes nothing.</summary>
internal sealed class EndConsent(Call call)
{
    private static readonly Error OnlyEnded = new("write.rule", "Of a Consent only the status is changed here, and only to inactive: that ends it. Another one is given in the municipality's own pages.");

    public async Task<Answer> Run(ViewOf of, StoredRecord standing, bool isPatch, Interaction request, CancellationToken cancel)
    {
        if (isPatch && request.ContentType is not "application/json-patch+json")
            return Failures.Answer(new Error("body.media", "A patch is a JSON Patch: application/json-patch+json."));
        if (request.IfMatch is { } tag && Tags.Version(tag) != standing.Version)
            return Failures.Answer(new Error("change.version", $"Version {standing.Version} stands, and another was to be changed."));
        var whole = new ArrayBufferWriter<byte>();
        standing.WriteJson(whole);
        var body = isPatch ? JsonPatch.Apply(whole.WrittenMemory, request.Body) : request.Body.IsEmpty ? new Error("resource.json", "The request has no body.") : Result.Of(request.Body);
        if (!body.IsOk)
            return Failures.Answer(body.Error);
        var said = CanonicalResource.Parse(body.Value);
        if (!said.IsOk)
            return Failures.Answer(said.Error);
        if (said.Value.OriginalId is { } id && !string.Equals(id, standing.Id, StringComparison.Ordinal))
            return Failures.Answer(new Error("resource.id", "The id in the body is not the one in the address."));
        var (wanted, stands) = (Elements(said.Value), Elements(standing.Resource));
        var ends = wanted["status"]?.ToJsonString() is "\"inactive\"" && stands["status"]?.ToJsonString() is "\"active\"";
        if (ends)
            stands["status"] = "inactive";
        if (!JsonNode.DeepEquals(wanted, stands))
            return Failures.Answer(OnlyEnded);
        if (ends)
        {
            var session = await call.Session(of.Resident, write: true, cancel);
            var ended = session.IsOk ? await session.Value.EndGrant(standing.Id, cancel) : session.Error;
            if (!ended.IsOk)
                return Failures.Answer(WriteRecords.NotWritten(ended.Error));
        }

        return await ViewTypes.Of("Consent").One(of, standing.Id, cancel) is { } now ? WriteRecords.Answered(call, new ChangedRecord(now.Id, now.Type, now.Version, now.Updated, ChangeOutcome.Updated, now), request.Prefer, [])
            : Failures.Answer(Failures.Missing);
    }

    private static JsonObject Elements(CanonicalResource resource)
    {
        var root = JsonNode.Parse(resource.Json.Span)!.AsObject();
        root.Remove("meta");
        return root;
    }
}
