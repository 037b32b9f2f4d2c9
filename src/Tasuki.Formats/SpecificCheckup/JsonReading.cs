using System.Text.Json;

namespace Tasuki.Formats.SpecificCheckup;

/// <summary>Looks into FHIR JSON that may hold anything: what is not there is null or empty, never an exception.</summary>
internal static class JsonReading
{
    public static JsonElement? At(this JsonElement element, string name) =>
        element.ValueKind is JsonValueKind.Object && element.TryGetProperty(name, out var found) ? found : null;

    public static JsonElement? At(this JsonElement? element, string name) => element is { } known ? known.At(name) : null;

    public static string? Text(this JsonElement element, string name) =>
        element.At(name) is { ValueKind: JsonValueKind.String } found && found.GetString() is { Length: > 0 } text ? text : null;

    public static string? Text(this JsonElement? element, string name) => element is { } known ? known.Text(name) : null;

    public static IEnumerable<JsonElement> Each(this JsonElement element, string name) =>
        element.At(name) is { ValueKind: JsonValueKind.Array } found ? found.EnumerateArray() : [];

    public static IEnumerable<JsonElement> Each(this JsonElement? element, string name) => element is { } known ? known.Each(name) : [];

    /// <summary>The first coding of a CodeableConcept.</summary>
    public static (string? System, string Code, string? Display)? Coding(this JsonElement concept)
    {
        var coding = concept.Each("coding").FirstOrDefault();
        return coding.Text("code") is { } code ? (coding.Text("system"), code, coding.Text("display")) : null;
    }

    public static (string? System, string Code, string? Display)? Coding(this JsonElement? concept) => concept is { } known ? known.Coding() : null;

    /// <summary>The OID of a system URI; null where it is another kind of URI.</summary>
    public static string? Oid(this string? system) => system is not null && system.StartsWith("urn:oid:", StringComparison.Ordinal) ? system["urn:oid:".Length..] : null;
}
