using System.Runtime.CompilerServices;
using System.Text.Json;
using Tasuki.FhirApi.Searching;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.People;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Views;

/// <summary>What the person gave to whom: one Consent for each grant. The person's own app sees all of them, a clinician or service those given to itself.</summary>
internal sealed class ConsentView : IView
{
    /// <summary>A category whose sensitive records are open too; the plain ones are of <see cref="RecordTagSystems.Category"/>.</summary>
    private const string SensitiveSystem = "urn:x-tasuki:sensitive-category";

    private const string ActCodes = "http://terminology.hl7.org/CodeSystem/v3-ActCode";

    public string Type => "Consent";

    public IReadOnlyList<string> Parameters { get; } = ["actor", "category", "date", "patient", "period", "purpose", "scope", "status"];

    public ResidentNo? ResidentOf(Call call, string id) => call.Vault.ResidentOfView(id);

    public async Task<StoredRecord?> One(ViewOf of, string id, CancellationToken cancel) =>
        (await of.Session.Grants(OfOthers(of), cancel)).FirstOrDefault(grant => string.Equals(grant.Id, id, StringComparison.Ordinal)) is { } found ? await Resource(of, found, cancel) : null;

    public async IAsyncEnumerable<StoredRecord> All(ViewOf of, IReadOnlyList<(string Name, string Value)> query, [EnumeratorCancellation] CancellationToken cancel)
    {
        foreach (var grant in await of.Session.Grants(OfOthers(of), cancel))
            yield return await Resource(of, grant, cancel);
    }

    private static bool OfOthers(ViewOf of) => of.Call.Caller.Kind is ApiCallerKind.ResidentApp;

    private static async Task<StoredRecord> Resource(ViewOf of, SeenGrant grant, CancellationToken cancel) => Resource(of, grant, await of.NameOf(grant.GranteeKind, grant.GranteeId, cancel));

    private static StoredRecord Resource(ViewOf of, SeenGrant grant, string? called) => ViewResource.Of("Consent", grant.Id, grant.IsLive ? 1 : 2, grant.Created, writer =>
    {
        writer.WriteString("status"u8, grant.IsLive ? "active" : "inactive");
        ViewResource.Concept(writer, "scope", "http://terminology.hl7.org/CodeSystem/consentscope", "patient-privacy");
        ViewResource.Concept(writer, "category", "http://loinc.org", "59284-0", many: true);
        if (of.Patient is { } patient)
            ViewResource.Reference(writer, "patient", $"Patient/{patient}");
        writer.WriteString("dateTime"u8, Instants.Of(grant.Created));
        ViewResource.Concept(writer, "policyRule", ActCodes, "OPTIN");
        writer.WriteStartObject("provision"u8);
        writer.WriteString("type"u8, "permit");
        Period(writer, "period", grant.Created, grant.Until);
        writer.WriteStartArray("actor"u8);
        writer.WriteStartObject();
        ViewResource.Concept(writer, "role", "http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "IRCP");
        ViewResource.Somebody(writer, "reference", grant.GranteeKind, grant.GranteeId, of.Patient, called);
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteStartArray("purpose"u8);
        ViewResource.Coding(writer, null, ViewResource.PurposeSystem, grant.Purpose);
        writer.WriteEndArray();
        Classes(writer, grant.Classes);
        if (grant.PeriodFrom is not null || grant.PeriodTo is not null)
            Period(writer, "dataPeriod", grant.PeriodFrom, grant.PeriodTo);
        writer.WriteEndObject();
    });

    private static void Classes(Utf8JsonWriter writer, AccessClasses classes)
    {
        var open = Enum.GetValues<DataCategory>().SelectMany(category => new[] { new AccessClass(category, Sensitive: false), new AccessClass(category, Sensitive: true) }).Where(classes.Contains).ToList();
        if (open.Count == 0)
            return;
        writer.WriteStartArray("class"u8);
        foreach (var one in open)
            ViewResource.Coding(writer, null, one.Sensitive ? SensitiveSystem : RecordTagSystems.Category, one.Category.ToString());
        writer.WriteEndArray();
    }

    private static void Period(Utf8JsonWriter writer, string name, DateTimeOffset? from, DateTimeOffset? to)
    {
        writer.WriteStartObject(name);
        if (from is { } start)
            writer.WriteString("start"u8, Instants.Of(start));
        if (to is { } end)
            writer.WriteString("end"u8, Instants.Of(end));
        writer.WriteEndObject();
    }
}
