using System.Text.Json;
using Tasuki.Fhir;

namespace Tasuki.Formats;

/// <summary>Reading members of a JSON object that may be missing, or of another shape than they should be.</summary>
internal static class Fields
{
    public static string? Text(JsonElement element, string name) =>
        element.ValueKind is JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;

    /// <summary>The items of a list, or the one object that stands where a list should.</summary>
    public static IEnumerable<JsonElement> Items(JsonElement element, string name)
    {
        if (element.ValueKind is not JsonValueKind.Object || !element.TryGetProperty(name, out var value))
            return [];
        return value.ValueKind switch
        {
            JsonValueKind.Array => value.EnumerateArray(),
            JsonValueKind.Null or JsonValueKind.Undefined => [],
            _ => [value],
        };
    }

    public static JsonElement? Object(JsonElement element, string name) =>
        element.ValueKind is JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.Object ? value : null;

    public static bool IsType(JsonElement resource, string type) => string.Equals(Text(resource, "resourceType"), type, StringComparison.Ordinal);

    /// <summary>Every coding of the CodeableConcepts (or Codings) under a name.</summary>
    public static IEnumerable<Coding> Codings(JsonElement element, string name)
    {
        foreach (var concept in Items(element, name))
        {
            foreach (var coding in concept.ValueKind is JsonValueKind.Object && concept.TryGetProperty("coding"u8, out _) ? Items(concept, "coding") : [concept])
            {
                if (Text(coding, "code") is { } code)
                    yield return new Coding(Text(coding, "system"), code);
            }
        }
    }
}
