using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Tasuki.Fhir.Tests;

/// <summary>The identity as a JSON tree gives it. Stored tokens depend on these bytes: this stays as it was when the first of them was stored.</summary>
internal static class TreeIdentity
{
    private static readonly JsonWriterOptions Writing = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    // Numbers that count lines inside one prescription: they repeat from one prescription to the next and identify nothing alone.
    private static readonly HashSet<string> LocalOnly = new(StringComparer.Ordinal)
    {
        "http://jpfhir.jp/fhir/core/mhlw/IdSystem/Medication-RPGroupNumber", "urn:oid:1.2.392.100495.20.3.81",
        "http://jpfhir.jp/fhir/core/mhlw/IdSystem/MedicationAdministrationIndex", "urn:oid:1.2.392.100495.20.3.82",
        "http://jpfhir.jp/fhir/core/IdSystem/MedicationInRPGroup",
    };

    // Numbers that are unique within the institution that gave them. Two institutions count from one, and a record of one must not replace a record of the other.
    private static readonly HashSet<string> OfInstitution = new(StringComparer.Ordinal)
    {
        "http://jpfhir.jp/fhir/core/IdSystem/resourceInstance-identifier", "http://jpfhir.jp/fhir/core/IdSystem/documentInstance-identifier",
    };

    private const string InstitutionNumber = "http://jpfhir.jp/fhir/core/IdSystem/insurance-medical-institution-no";

    /// <summary>32 bytes. Equal for two resources of one resident exactly when they count as the same record.</summary>
    public static byte[] Of(CanonicalResource resource)
    {
        using var document = JsonDocument.Parse(resource.Json, new JsonDocumentOptions { MaxDepth = CanonicalResource.MaximumDepth });
        var root = document.RootElement;
        if (Identifiers(root) is { } identifiers)
            return SHA256.HashData(Encoding.UTF8.GetBytes($"identifier\n{resource.Type}\n{identifiers}"));

        var buffer = new ArrayBufferWriter<byte>(resource.Json.Length);
        using (var writer = new Utf8JsonWriter(buffer, Writing))
            WriteContent(writer, root, top: true);
        return SHA256.HashData([.. "content\n"u8, .. buffer.WrittenSpan]);
    }

    /// <summary>32 bytes over the content alone: tells a correction of a known record from the same record again.</summary>
    public static byte[] ContentOf(CanonicalResource resource)
    {
        using var document = JsonDocument.Parse(resource.Json, new JsonDocumentOptions { MaxDepth = CanonicalResource.MaximumDepth });
        var buffer = new ArrayBufferWriter<byte>(resource.Json.Length);
        using (var writer = new Utf8JsonWriter(buffer, Writing))
            WriteContent(writer, document.RootElement, top: true);
        return SHA256.HashData(buffer.WrittenSpan);
    }

    private static string? Identifiers(JsonElement root)
    {
        if (!root.TryGetProperty("identifier"u8, out var element))
            return null;
        var found = new SortedSet<string>(StringComparer.Ordinal);
        var outside = false;
        var unique = false;
        foreach (var identifier in element.ValueKind is JsonValueKind.Array ? element.EnumerateArray().AsEnumerable() : [element])
        {
            if (identifier.ValueKind is not JsonValueKind.Object
                || !identifier.TryGetProperty("value"u8, out var value) || value.ValueKind is not JsonValueKind.String
                || !identifier.TryGetProperty("system"u8, out var system) || system.ValueKind is not JsonValueKind.String)
            {
                continue;
            }

            outside |= !LocalOnly.Contains(system.GetString()!);
            unique |= !LocalOnly.Contains(system.GetString()!) && !OfInstitution.Contains(system.GetString()!);
            found.Add($"{system.GetString()}|{value.GetString()}");
        }

        if (!outside)
            return null;
        if (unique)
            return string.Join('\n', found);
        return Institution(root) is { } institution ? $"{institution}\n{string.Join('\n', found)}" : null;
    }

    // CLINS names the institution in an extension of every resource.
    private static string? Institution(JsonElement root)
    {
        if (!root.TryGetProperty("extension"u8, out var extensions) || extensions.ValueKind is not JsonValueKind.Array)
            return null;
        foreach (var extension in extensions.EnumerateArray())
        {
            if (extension.ValueKind is JsonValueKind.Object && extension.TryGetProperty("valueIdentifier"u8, out var identifier) && identifier.ValueKind is JsonValueKind.Object
                && identifier.TryGetProperty("system"u8, out var system) && system.ValueKind is JsonValueKind.String && system.ValueEquals(InstitutionNumber)
                && identifier.TryGetProperty("value"u8, out var value) && value.ValueKind is JsonValueKind.String)
            {
                return value.GetString();
            }
        }

        return null;
    }

    private static void WriteContent(Utf8JsonWriter writer, JsonElement element, bool top)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                // Order of properties means nothing in JSON, so it must not matter here.
                foreach (var property in element.EnumerateObject().OrderBy(p => p.Name, StringComparer.Ordinal))
                {
                    if (property.NameEquals("reference"u8) || (top && (property.NameEquals("meta"u8) || property.NameEquals("text"u8) || property.NameEquals("id"u8))))
                        continue;
                    writer.WritePropertyName(property.Name);
                    WriteContent(writer, property.Value, top: false);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in element.EnumerateArray())
                    WriteContent(writer, item, top: false);
                writer.WriteEndArray();
                break;
            case JsonValueKind.Number:
                writer.WriteRawValue(element.GetRawText(), skipInputValidation: true);
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }
}
