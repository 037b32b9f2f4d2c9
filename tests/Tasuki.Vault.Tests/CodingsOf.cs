using System.Text.Json;
using Tasuki.Fhir;

namespace Tasuki.Vault.Tests;

/// <summary>Every coding of a resource with its system, wherever it stands: read from a tree of the JSON: another opinion beside <see cref="RecordFacts.Codings"/>. <c>meta</c> is left out.</summary>
internal static class CodingsOf
{
    public static List<Coding> Resource(CanonicalResource resource)
    {
        using var document = JsonDocument.Parse(resource.Json, new JsonDocumentOptions { MaxDepth = CanonicalResource.MaximumDepth });
        var found = new List<Coding>();
        foreach (var property in document.RootElement.EnumerateObject())
        {
            if (!property.NameEquals("meta"u8))
                Collect(property.Value, property.NameEquals("coding"u8), found);
        }

        return found;
    }

    private static void Collect(JsonElement element, bool inCoding, List<Coding> found)
    {
        if (element.ValueKind is JsonValueKind.Array)
        {
            foreach (var item in element.EnumerateArray())
                Collect(item, inCoding, found);
            return;
        }

        if (element.ValueKind is not JsonValueKind.Object)
            return;
        var hasSystem = element.TryGetProperty("system"u8, out var system);
        // A quantity has a code and a system too, but it has a value and is no coding.
        if (element.TryGetProperty("code"u8, out var code) && code.ValueKind is JsonValueKind.String && code.GetString() is { Length: > 0 } text
            && (inCoding || hasSystem) && !element.TryGetProperty("value"u8, out _))
        {
            found.Add(new Coding(hasSystem && system.ValueKind is JsonValueKind.String ? system.GetString() : null, text));
        }

        foreach (var property in element.EnumerateObject())
            Collect(property.Value, property.NameEquals("coding"u8), found);
    }
}
