using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Tasuki.Fhir;
using Tasuki.Vault;

namespace Tasuki.Exchange.Exporting;

/// <summary>A record as one line of NDJSON, with id and meta, and with tags for what FHIR itself has no place for: category and source.</summary>
internal static class TaggedRecord
{
    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static void Write(IBufferWriter<byte> output, StoredRecord record)
    {
        using var document = JsonDocument.Parse(record.Resource.Json, new JsonDocumentOptions { MaxDepth = CanonicalResource.MaximumDepth });
        var root = document.RootElement;
        using (var json = new Utf8JsonWriter(output, Writing))
        {
            json.WriteStartObject();
            json.WriteString("resourceType"u8, record.Type);
            json.WriteString("id"u8, record.Id);
            Meta(json, record, root.TryGetProperty("meta"u8, out var meta) && meta.ValueKind is JsonValueKind.Object ? meta : null);
            foreach (var property in root.EnumerateObject())
            {
                if (!property.NameEquals("resourceType"u8) && !property.NameEquals("meta"u8))
                    property.WriteTo(json);
            }

            json.WriteEndObject();
        }

        output.Write("\n"u8);
    }

    private static void Meta(Utf8JsonWriter json, StoredRecord record, JsonElement? meta)
    {
        json.WriteStartObject("meta"u8);
        json.WriteString("versionId"u8, record.Version.ToString(CultureInfo.InvariantCulture));
        json.WriteString("lastUpdated"u8, record.Updated.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture));
        JsonElement? tags = null;
        if (meta is { } given)
        {
            foreach (var property in given.EnumerateObject())
            {
                if (property.NameEquals("tag"u8))
                    tags = property.Value;
                else
                    property.WriteTo(json);
            }
        }

        json.WriteStartArray("tag"u8);
        if (tags is { ValueKind: JsonValueKind.Array } own)
        {
            foreach (var tag in own.EnumerateArray())
                tag.WriteTo(json);
        }

        Tag(json, ExportMarks.CategoryTag, record.Class.Category.ToString(), null);
        Tag(json, ExportMarks.SourceTag, record.Origin.Kind.ToString(), record.Origin.Name);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Tag(Utf8JsonWriter json, string system, string code, string? display)
    {
        json.WriteStartObject();
        json.WriteString("system"u8, system);
        json.WriteString("code"u8, code);
        if (display is { Length: > 0 })
            json.WriteString("display"u8, display);
        json.WriteEndObject();
    }
}
