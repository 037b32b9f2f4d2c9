using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Tasuki.Fhir;
using Tasuki.FhirApi.Searching;
using Tasuki.Kernel;
using Tasuki.People;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Views;

/// <summary>
/// The access log of a person. The person's own app sees what everybody did, a clinician or service what it did itself; both without a word about records they do not see.
/// </summary>
internal sealed class AuditEventView : IView
{
    private const string ActionSystem = "urn:x-tasuki:access";

    public string Type => "AuditEvent";

    public IReadOnlyList<string> Parameters { get; } = ["action", "agent", "agent-role", "date", "entity", "entity-type", "outcome", "patient", "subtype", "type"];

    public ResidentNo? ResidentOf(Call call, string id) => call.Vault.ResidentOfView(id);

    public async Task<StoredRecord?> One(ViewOf of, string id, CancellationToken cancel) =>
        await of.Session.Access(id, OfOthers(of), cancel) is { IsOk: true } found ? await Resource(of, found.Value, cancel) : null;

    public async IAsyncEnumerable<StoredRecord> All(ViewOf of, IReadOnlyList<(string Name, string Value)> query, [EnumeratorCancellation] CancellationToken cancel)
    {
        var (since, until) = Bounds(query);
        await foreach (var access in of.Session.Accesses(OfOthers(of), until, cancel))
        {
            if (access.At < since)
                yield break;
            yield return await Resource(of, access, cancel);
        }
    }

    private static bool OfOthers(ViewOf of) => of.Call.Caller.Kind is ApiCallerKind.ResidentApp;

    // Where a date leaves no doubt what need not be looked at.
    private static (DateTimeOffset? Since, DateTimeOffset? Until) Bounds(IReadOnlyList<(string Name, string Value)> query)
    {
        var (since, until) = ((DateTimeOffset?)null, (DateTimeOffset?)null);
        foreach (var (_, value) in query.Where(one => one.Name is "date" && !one.Value.Contains(',', StringComparison.Ordinal)))
        {
            var (prefix, rest) = ValueParser.PrefixOf(value);
            if (FhirDate.Parse(rest) is not { } date)
                continue;
            if (prefix is Fhir.Searching.SearchPrefix.Equal or Fhir.Searching.SearchPrefix.GreaterOrEqual && !(since > date.From))
                since = date.From;
            if (prefix is Fhir.Searching.SearchPrefix.Equal or Fhir.Searching.SearchPrefix.LessOrEqual && !(until < date.To))
                until = date.To;
        }

        return (since, until);
    }

    private static async Task<StoredRecord> Resource(ViewOf of, SeenAccess access, CancellationToken cancel) => Resource(
        of, access, await of.NameOf(access.ActorKind, access.ActorId, cancel), access.App is { } app ? await of.Call.NameOfApp(app, cancel) : null,
        access.Party is { } party ? await of.NameOf(party.Kind, party.Id, cancel) : null);

    private static StoredRecord Resource(ViewOf of, SeenAccess access, string? called, string? appCalled, string? partyCalled) => ViewResource.Of("AuditEvent", access.Id, 1, access.At, writer =>
    {
        ViewResource.Coding(writer, "type", "http://terminology.hl7.org/CodeSystem/audit-event-type", "rest");
        writer.WriteStartArray("subtype"u8);
        ViewResource.Coding(writer, null, ActionSystem, access.Action);
        writer.WriteEndArray();
        writer.WriteString("action"u8, Letter(access.Action));
        writer.WriteString("recorded"u8, Instants.Of(access.At));
        writer.WriteString("outcome"u8, access.Refused ? "4" : "0");
        if (access.Purpose.Length > 0)
            ViewResource.Concept(writer, "purposeOfEvent", ViewResource.PurposeSystem, access.Purpose, many: true);
        writer.WriteStartArray("agent"u8);
        writer.WriteStartObject();
        ViewResource.Concept(writer, "role", ViewResource.ActorSystem, ViewResource.Word(access.ActorKind), many: true);
        ViewResource.Somebody(writer, "who", access.ActorKind, access.ActorId, of.Patient, called);
        writer.WriteBoolean("requestor"u8, value: true);
        writer.WriteEndObject();
        if (access.App is { } app)
        {
            // Through which app a clinician did it.
            writer.WriteStartObject();
            ViewResource.Concept(writer, "role", ViewResource.ActorSystem, ViewResource.Word(ActorKind.Application), many: true);
            ViewResource.Somebody(writer, "who", ActorKind.Application, app.ToString(CultureInfo.InvariantCulture), of.Patient, appCalled);
            writer.WriteBoolean("requestor"u8, value: false);
            writer.WriteEndObject();
        }

        if (access.Party is { } party)
        {
            // To whom it was given, or from whom it was taken: who receives, and did nothing here.
            writer.WriteStartObject();
            ViewResource.Concept(writer, "type", "http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "IRCP");
            ViewResource.Somebody(writer, "who", party.Kind, party.Id, of.Patient, partyCalled);
            writer.WriteBoolean("requestor"u8, value: false);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartObject("source"u8);
        writer.WriteStartObject("observer"u8);
        writer.WriteString("display"u8, "Tasuki");
        writer.WriteEndObject();
        writer.WriteEndObject();
        if (of.Patient is not null || access.Records.Count > 0 || access.Types.Count > 0)
            Entities(writer, of.Patient, access);
    });

    private static void Entities(Utf8JsonWriter writer, string? patient, SeenAccess access)
    {
        writer.WriteStartArray("entity"u8);
        foreach (var reference in access.Records.Prepend(patient is null ? "" : $"Patient/{patient}").Where(one => one.Length > 0).Distinct(StringComparer.Ordinal))
        {
            writer.WriteStartObject();
            ViewResource.Reference(writer, "what", reference);
            writer.WriteEndObject();
        }

        foreach (var type in access.Types)
        {
            writer.WriteStartObject();
            ViewResource.Coding(writer, "type", "http://hl7.org/fhir/resource-types", type);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    // Of the value set audit-event-action: create, read, update, delete, execute.
    private static string Letter(string action) => action switch
    {
        "write" or "grant" or "enrol" or "keep-file" => "C",
        "change" or "write-samples" or "revoke" => "U",
        "delete" or "delete-file" or "erase" or "erase-records" or "erase-samples" => "D",
        "search" or "open" or "count" or "preview" => "E",
        "read" or "history" or "samples" or "files" or "open-file" or "access-log" or "grants" => "R",
        _ => "E",
    };
}
