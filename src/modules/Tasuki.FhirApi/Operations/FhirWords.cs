using System.Text.Json;

namespace Tasuki.FhirApi.Operations;

/// <summary>The data types of R4 in a few words, as they stand written. Null for what says nothing; whatever stands in a place of another type says nothing.</summary>
internal static class FhirWords
{
    public static string? Text(JsonElement element, string name) =>
        element.ValueKind is JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;

    /// <summary>The elements of a list; of what stands alone that one.</summary>
    public static IEnumerable<JsonElement> Each(JsonElement element, string name)
    {
        if (element.ValueKind is not JsonValueKind.Object || !element.TryGetProperty(name, out var value))
            return [];
        return value.ValueKind is JsonValueKind.Array ? value.EnumerateArray() : [value];
    }

    public static bool Has(JsonElement element, string name) => element.ValueKind is JsonValueKind.Object && element.TryGetProperty(name, out _);

    public static bool IsTrue(JsonElement element, string name) => element.ValueKind is JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.True;

    public static string? Concept(JsonElement concept) =>
        Text(concept, "text") ?? Each(concept, "coding").Select(coding => Text(coding, "display")).FirstOrDefault(one => one is not null)
            ?? Each(concept, "coding").Select(coding => Text(coding, "code")).FirstOrDefault(one => one is not null);

    /// <summary>The first that says something.</summary>
    public static string? Concept(JsonElement element, string name) => Each(element, name).Select(Concept).FirstOrDefault(one => one is not null);

    public static string? Quantity(JsonElement element, string name) =>
        element.ValueKind is JsonValueKind.Object && element.TryGetProperty(name, out var quantity) && Number(quantity, "value") is { } number
            ? $"{Text(quantity, "comparator")}{number} {Text(quantity, "unit") ?? Text(quantity, "code")}".TrimEnd() : null;

    public static string? Range(JsonElement element, string name)
    {
        if (element.ValueKind is not JsonValueKind.Object || !element.TryGetProperty(name, out var range))
            return null;
        return (Quantity(range, "low"), Quantity(range, "high")) switch
        {
            ({ } low, { } high) => $"{low} to {high}",
            ({ } low, null) => $"{low} or more",
            (null, { } high) => $"{high} or less",
            _ => null,
        };
    }

    public static string? Ratio(JsonElement element, string name) =>
        element.ValueKind is JsonValueKind.Object && element.TryGetProperty(name, out var ratio) && Quantity(ratio, "numerator") is { } above
            ? Quantity(ratio, "denominator") is { } below ? $"{above} / {below}" : above : null;

    /// <summary>A date, a time, a Period, or words in its place.</summary>
    public static string? When(JsonElement element, string name)
    {
        if (element.ValueKind is not JsonValueKind.Object || !element.TryGetProperty(name, out var date))
            return null;
        return date.ValueKind is JsonValueKind.String ? date.GetString() : (Text(date, "start"), Text(date, "end")) switch
        {
            ({ } start, { } end) => $"{start} to {end}",
            ({ } start, null) => start,
            (null, { } end) => $"until {end}",
            _ => null,
        };
    }

    public static string? Number(JsonElement element, string name) =>
        element.ValueKind is JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.Number ? value.GetRawText() : null;
}
