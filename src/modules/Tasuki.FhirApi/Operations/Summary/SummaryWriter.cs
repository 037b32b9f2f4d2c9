using System.Buffers;
using System.Text.Json;
using Tasuki.FhirApi.Searching;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Operations.Summary;

/// <summary>Writes the document (R4, documents): the Composition, its author, the Patient, the records of the sections and what they refer to, each once.</summary>
internal sealed class SummaryWriter(string root, Func<string> newId, DateTimeOffset now)
{
    private const string Loinc = "http://loinc.org";
    private readonly ArrayBufferWriter<byte> _output = new(32 * 1024);

    public ReadOnlyMemory<byte> Write(StoredRecord patient, IReadOnlyList<(SummarySection Section, IReadOnlyList<StoredRecord> Records)> sections, IReadOnlyList<StoredRecord> referred)
    {
        var author = newId();
        using (var writer = new Utf8JsonWriter(_output, Outcome.Writing))
        {
            writer.WriteStartObject();
            writer.WriteString("resourceType"u8, "Bundle"u8);
            writer.WriteStartObject("identifier"u8);
            writer.WriteString("system"u8, "urn:ietf:rfc:3986"u8);
            writer.WriteString("value"u8, newId());
            writer.WriteEndObject();
            writer.WriteString("type"u8, "document"u8);
            writer.WriteString("timestamp"u8, Instants.Of(now));
            writer.WriteStartArray("entry"u8);
            Entry(writer, newId(), () => Composition(writer, patient, author, sections, new MedicineNames(referred)));
            Entry(writer, author, () => Author(writer));
            foreach (var record in new[] { patient }.Concat(sections.SelectMany(one => one.Records)).Concat(referred).DistinctBy(record => record.Id, StringComparer.Ordinal))
                Entry(writer, Address(record), () => Stored(writer, record));
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return _output.WrittenMemory;
    }

    private void Composition(
        Utf8JsonWriter writer, StoredRecord patient, string author, IReadOnlyList<(SummarySection Section, IReadOnlyList<StoredRecord> Records)> sections, MedicineNames medicines)
    {
        writer.WriteStartObject();
        writer.WriteString("resourceType"u8, "Composition"u8);
        Text(writer, SummaryText.Sentence("What stands in the sections below."));
        writer.WriteString("status"u8, "final"u8);
        Coded(writer, "type", Loinc, SummaryDocument.Type, "Patient summary Document");
        Refer(writer, "subject", Address(patient));
        writer.WriteString("date"u8, Instants.Of(now));
        writer.WriteStartArray("author"u8);
        Refer(writer, null, author);
        writer.WriteEndArray();
        writer.WriteString("title"u8, "International Patient Summary"u8);
        writer.WriteStartArray("section"u8);
        foreach (var (section, records) in sections)
        {
            writer.WriteStartObject();
            writer.WriteString("title"u8, section.Title);
            Coded(writer, "code", Loinc, section.Code, null);
            Text(writer, records.Count == 0 ? SummaryText.Sentence("No information is available.") : SummaryText.List(records.Select(record => record.Resource.Json), medicines));
            if (records.Count == 0)
            {
                Coded(writer, "emptyReason", "http://terminology.hl7.org/CodeSystem/list-empty-reason", "unavailable", null);
            }
            else
            {
                writer.WriteStartArray("entry"u8);
                foreach (var record in records)
                    Refer(writer, null, Address(record));
                writer.WriteEndArray();
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Author(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("resourceType"u8, "Device"u8);
        writer.WriteStartArray("deviceName"u8);
        writer.WriteStartObject();
        writer.WriteString("name"u8, "Tasuki"u8);
        writer.WriteString("type"u8, "user-friendly-name"u8);
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Stored(Utf8JsonWriter writer, StoredRecord record)
    {
        var bytes = new ArrayBufferWriter<byte>(record.Resource.Json.Length + 128);
        record.WriteJson(bytes);
        writer.WriteRawValue(bytes.WrittenSpan, skipInputValidation: true);
    }

    private static void Entry(Utf8JsonWriter writer, string fullUrl, Action resource)
    {
        writer.WriteStartObject();
        writer.WriteString("fullUrl"u8, fullUrl);
        writer.WritePropertyName("resource"u8);
        resource();
        writer.WriteEndObject();
    }

    private static void Text(Utf8JsonWriter writer, string xhtml)
    {
        writer.WriteStartObject("text"u8);
        writer.WriteString("status"u8, "generated"u8);
        writer.WriteString("div"u8, xhtml);
        writer.WriteEndObject();
    }

    private static void Coded(Utf8JsonWriter writer, string name, string system, string code, string? display)
    {
        writer.WriteStartObject(name);
        writer.WriteStartArray("coding"u8);
        writer.WriteStartObject();
        writer.WriteString("system"u8, system);
        writer.WriteString("code"u8, code);
        if (display is not null)
            writer.WriteString("display"u8, display);
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Refer(Utf8JsonWriter writer, string? name, string to)
    {
        if (name is null)
            writer.WriteStartObject();
        else
            writer.WriteStartObject(name);
        writer.WriteString("reference"u8, to);
        writer.WriteEndObject();
    }

    private string Address(StoredRecord record) => $"{root}/{record.Reference}";
}
