using System.Buffers;
using System.Text.Json;
using Tasuki.Fhir;
using Tasuki.Fhir.Searching;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Views;

/// <summary>One resident as a view sees them.</summary>
/// <param name="Patient">The id of their Patient; null where this caller does not see it.</param>
internal sealed record ViewOf(Call Call, Session Session, ResidentNo Resident, string? Patient)
{
    /// <summary>An app by the name the municipality let it in by; null for everybody else, and for an app the register does not know.</summary>
    public ValueTask<string?> NameOf(ActorKind kind, string id, CancellationToken cancel) => Actor.AppIn(kind, id) is { } app ? Call.NameOfApp(app, cancel) : new((string?)null);
}

/// <summary>A resource type that is made when it is asked for. Nothing of it is stored.</summary>
internal interface IView
{
    string Type { get; }

    /// <summary>What a search may say of it beside <c>_id</c> and <c>_lastUpdated</c>.</summary>
    IReadOnlyList<string> Parameters { get; }

    /// <summary>Whose it is, from the id alone; null for an id that is none of this view.</summary>
    ResidentNo? ResidentOf(Call call, string id);

    /// <summary>Null for all that is not there or not open.</summary>
    Task<StoredRecord?> One(ViewOf of, string id, CancellationToken cancel);

    /// <summary>Newest first.</summary>
    /// <param name="query">What the search says, where it helps to look at less; it is settled by the one who asks.</param>
    IAsyncEnumerable<StoredRecord> All(ViewOf of, IReadOnlyList<(string Name, string Value)> query, CancellationToken cancel);
}

internal static class ViewTypes
{
    private static readonly AuditEventView AuditEvents = new();
    private static readonly ConsentView Consents = new();
    private static readonly ProvenanceView Origins = new();

    public static IView Of(string type) => type switch { "AuditEvent" => AuditEvents, "Consent" => Consents, _ => Origins };

    /// <summary>The search parameters that are answered for a type, in order; for a view those of what it holds.</summary>
    public static IReadOnlyList<string> ParametersOf(string type) =>
        HeldTypes.IsView(type) ? Of(type).Parameters : [.. SearchParameters.NamesOf(type).Where(name => SearchParameters.Find(type, name).IsOk)];

    /// <summary>The one view that is asked for by <c>_type</c>; null for records.</summary>
    public static IView? Asked(IReadOnlyList<(string Name, string Value)> query) =>
        query.LastOrDefault(one => one.Name is "_type").Value is { } wanted && HeldTypes.IsView(wanted) ? Of(wanted) : null;
}

/// <summary>Writes the JSON of a view's resource and hands it on as records are handed on.</summary>
internal static class ViewResource
{
    public const string ActorSystem = "urn:x-tasuki:actor";
    public const string PurposeSystem = "urn:x-tasuki:purpose";

    public static StoredRecord Of(string type, string id, int version, DateTimeOffset updated, Action<Utf8JsonWriter> write)
    {
        var output = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(output, Outcome.Writing))
        {
            writer.WriteStartObject();
            writer.WriteString("resourceType"u8, type);
            write(writer);
            writer.WriteEndObject();
        }

        return new StoredRecord(id, version, updated, default, new RecordOrigin(SourceKind.Unknown, null, null, null, updated), CanonicalResource.FromStore(type, output.WrittenMemory));
    }

    public static void Concept(Utf8JsonWriter writer, string name, string system, string code, bool many = false)
    {
        Start(writer, name, many);
        writer.WriteStartArray("coding"u8);
        Coding(writer, null, system, code);
        writer.WriteEndArray();
        End(writer, many);
    }

    /// <param name="name">Null inside an array.</param>
    public static void Coding(Utf8JsonWriter writer, string? name, string system, string code)
    {
        if (name is null)
            writer.WriteStartObject();
        else
            writer.WriteStartObject(name);
        writer.WriteString("system"u8, system);
        writer.WriteString("code"u8, code);
        writer.WriteEndObject();
    }

    public static void Reference(Utf8JsonWriter writer, string name, string reference, bool many = false)
    {
        Start(writer, name, many);
        writer.WriteString("reference"u8, reference);
        End(writer, many);
    }

    /// <summary>
    /// Somebody, as a reference: the resident by their Patient, an app, a job or an operator by the name it has here, staff by what they are alone. Which of a resident's
    /// connections an app came by is not said.
    /// </summary>
    /// <param name="called">Of <see cref="ViewOf.NameOf"/>.</param>
    public static void Somebody(Utf8JsonWriter writer, string name, ActorKind kind, string id, string? patient, string? called)
    {
        writer.WriteStartObject(name);
        if (kind is ActorKind.Resident && patient is not null)
        {
            writer.WriteString("reference"u8, $"Patient/{patient}");
        }
        else if (kind is ActorKind.Application or ActorKind.Job or ActorKind.Operator or ActorKind.Clinician)
        {
            writer.WriteStartObject("identifier"u8);
            writer.WriteString("system"u8, $"{ActorSystem}:{Word(kind)}");
            writer.WriteString("value"u8, id.Split('/')[0]);
            writer.WriteEndObject();
        }

        writer.WriteString("display"u8, called ?? Word(kind));
        writer.WriteEndObject();
    }

    public static string Word(ActorKind kind) => kind.ToString().ToLowerInvariant();

    private static void Start(Utf8JsonWriter writer, string name, bool many)
    {
        if (many)
        {
            writer.WriteStartArray(name);
            writer.WriteStartObject();
        }
        else
        {
            writer.WriteStartObject(name);
        }
    }

    private static void End(Utf8JsonWriter writer, bool many)
    {
        writer.WriteEndObject();
        if (many)
            writer.WriteEndArray();
    }
}
