using System.Text;
using System.Text.Json;

namespace Tasuki.Fhir.Searching;

/// <summary>The few values that no path of names leads to. Each parses the element it is given: they are asked for rarely.</summary>
internal static class SpecialLeaf
{
    private const string Representation = "http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation";

    public static bool Read(ReadOnlySpan<byte> element, LeafKind kind, ReadOnlySpan<byte> target, ValueTest test)
    {
        var reader = new Utf8JsonReader(element, ValueExtractor.Reading);
        using var document = JsonDocument.ParseValue(ref reader);
        var root = document.RootElement;
        return kind switch
        {
            LeafKind.SyllabicName => SyllabicName(root) is { } text && test.Text(Encoding.UTF8.GetBytes(text)),
            LeafKind.Deceased => test.Token([], IsDeceased(root) ? "true"u8 : "false"u8),
            _ => FirstEntry(root, Encoding.UTF8.GetString(target), test),
        };
    }

    public static string? Text(JsonElement owner, string name) =>
        owner.ValueKind is JsonValueKind.Object && owner.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;

    public static IEnumerable<JsonElement> Items(JsonElement owner, string name) =>
        owner.ValueKind is JsonValueKind.Object && owner.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.Array ? value.EnumerateArray() : [];

    private static string? SyllabicName(JsonElement name) =>
        Text(name, "use") is "usual" && Items(name, "extension").Any(one => Text(one, "url") is Representation && Text(one, "valueCode") is "SYL") ? Text(name, "text") : null;

    private static bool IsDeceased(JsonElement patient) =>
        patient.TryGetProperty("deceasedBoolean", out var flag) ? flag.ValueKind is JsonValueKind.True : patient.TryGetProperty("deceasedDateTime", out _);

    // What stands in the Bundle has the address it has there, and one by type and id.
    private static bool FirstEntry(JsonElement bundle, string type, ValueTest test)
    {
        if (Items(bundle, "entry").FirstOrDefault() is not { ValueKind: JsonValueKind.Object } entry || !entry.TryGetProperty("resource", out var resource)
            || !string.Equals(Text(resource, "resourceType"), type, StringComparison.Ordinal))
            return false;
        string?[] addresses = [Text(entry, "fullUrl"), Text(resource, "id") is { } id ? $"{type}/{id}" : null];
        return addresses.OfType<string>().Any(address => test.Reference(Encoding.UTF8.GetBytes(address), Encoding.UTF8.GetBytes(type)));
    }
}
