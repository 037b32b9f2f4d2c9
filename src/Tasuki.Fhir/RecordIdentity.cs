using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Tasuki.Fhir.Validation;

namespace Tasuki.Fhir;

/// <summary>
/// The natural key by which a record is recognised when it comes a second time, whichever file brings it.
/// Its identifiers where it has any that mean something outside the document; else its content, without ids, references, narrative and meta.
/// </summary>
public static class RecordIdentity
{
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
    public static byte[] Of(CanonicalResource resource) =>
        Identifiers(resource.Json.Span) is { } identifiers
            ? SHA256.HashData(Encoding.UTF8.GetBytes($"identifier\n{resource.Type}\n{identifiers}"))
            : ContentWriter.Hash(resource.Json.Span, "content\n"u8);

    /// <summary>Whether <see cref="Of"/> goes by identifiers, and not by the content.</summary>
    public static bool IsByIdentifiers(CanonicalResource resource) => Identifiers(resource.Json.Span) is not null;

    /// <summary>32 bytes over the content alone: tells a correction of a known record from the same record again.</summary>
    public static byte[] ContentOf(CanonicalResource resource) => ContentWriter.Hash(resource.Json.Span, []);

    private static string? Identifiers(ReadOnlySpan<byte> json)
    {
        var found = new List<(string System, string Value)>();
        string? institution = null;
        var reader = new Utf8JsonReader(json, FactsBuilder.Reading);
        reader.Read();
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("identifier"u8))
            {
                reader.Read();
                Numbers(ref reader, found);
            }
            else if (reader.ValueTextEquals("extension"u8))
            {
                reader.Read();
                institution ??= Institution(ref reader);
            }

            reader.Skip();
        }

        if (!found.Any(one => !LocalOnly.Contains(one.System)))
            return null;
        var text = string.Join('\n', new SortedSet<string>(found.Select(one => $"{one.System}|{one.Value}"), StringComparer.Ordinal));
        if (found.Any(one => !LocalOnly.Contains(one.System) && !OfInstitution.Contains(one.System)))
            return text;
        return institution is null ? null : $"{institution}\n{text}";
    }

    // One identifier or a list of them, with system and value.
    private static void Numbers(ref Utf8JsonReader reader, List<(string System, string Value)> found)
    {
        if (reader.TokenType is JsonTokenType.StartObject)
        {
            if (Number(ref reader) is { } one)
                found.Add(one);
            return;
        }

        if (reader.TokenType is not JsonTokenType.StartArray)
            return;
        while (reader.Read() && reader.TokenType is not JsonTokenType.EndArray)
        {
            if (reader.TokenType is JsonTokenType.StartObject && Number(ref reader) is { } one)
                found.Add(one);
            reader.Skip();
        }
    }

    // CLINS names the institution in an extension of every resource.
    private static string? Institution(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is not JsonTokenType.StartArray)
            return null;
        string? found = null;
        while (reader.Read() && reader.TokenType is not JsonTokenType.EndArray)
        {
            if (reader.TokenType is not JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }

            while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
            {
                var isIdentifier = reader.ValueTextEquals("valueIdentifier"u8);
                reader.Read();
                if (isIdentifier && reader.TokenType is JsonTokenType.StartObject && Number(ref reader) is var (system, value) && system is InstitutionNumber)
                    found ??= value;
                reader.Skip();
            }
        }

        return found;
    }

    // The reader stands on an object and is left at its end.
    private static (string System, string Value)? Number(ref Utf8JsonReader reader)
    {
        string? system = null;
        string? value = null;
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            var isSystem = reader.ValueTextEquals("system"u8);
            var isValue = reader.ValueTextEquals("value"u8);
            reader.Read();
            if ((isSystem || isValue) && reader.TokenType is JsonTokenType.String)
            {
                if (isSystem)
                    system = reader.GetString();
                else
                    value = reader.GetString();
            }

            reader.Skip();
        }

        return system is not null && value is not null ? (system, value) : null;
    }
}
