using System.Globalization;
using System.Text.Json;
using Tasuki.Fhir;
using Tasuki.Kernel;

namespace Tasuki.Exchange.Exporting;

/// <summary>What of a record a person reads: names of things, values with their digits, days. Made from fields; narrative of strangers is never taken.</summary>
internal static class RecordText
{
    /// <summary>What the record is about, in words where there are any, else its code.</summary>
    public static string Subject(JsonElement root)
    {
        foreach (var name in (ReadOnlySpan<string>)["code", "vaccineCode", "medicationCodeableConcept", "type", "category", "serviceType"])
        {
            if (root.TryGetProperty(name, out var element) && Concept(element) is { Length: > 0 } text)
                return text;
        }

        foreach (var name in (ReadOnlySpan<string>)["title", "description"])
        {
            if (Text(root, name) is { } text)
                return text;
        }

        // An organisation's or a device's name is a text; a person's is a structure.
        if (Text(root, "name") is { } called)
            return called;
        return First(root, "name") is { } person ? Text(person, "text") ?? string.Join(' ', new[] { Text(person, "family"), FirstText(person, "given") }.OfType<string>()) : "";
    }

    /// <summary>The text of a CodeableConcept, or of the first of several.</summary>
    public static string? Concept(JsonElement element)
    {
        if (element.ValueKind is JsonValueKind.Array)
            return element.GetArrayLength() > 0 ? Concept(element[0]) : null;
        if (element.ValueKind is not JsonValueKind.Object)
            return null;
        if (Text(element, "text") is { } text)
            return text;
        if (First(element, "coding") is { } coding)
            return Text(coding, "display") ?? Text(coding, "code");
        return Text(element, "display") ?? Text(element, "code");
    }

    /// <summary>Value and unit of an Observation or of one of its components; the digits are those of the record.</summary>
    public static (string Value, string Unit) Value(JsonElement element)
    {
        foreach (var property in element.EnumerateObject())
        {
            if (!property.Name.StartsWith("value", StringComparison.Ordinal))
                continue;
            var value = property.Value;
            switch (property.Name)
            {
                case "valueQuantity":
                    return (Comparator(value) + Number(value), Text(value, "unit") ?? Text(value, "code") ?? "");
                case "valueCodeableConcept":
                    return (Concept(value) ?? "", "");
                case "valuePeriod":
                    return ($"{Text(value, "start")} – {Text(value, "end")}", "");
                case "valueRange":
                    return ($"{Inner(value, "low")} – {Inner(value, "high")}", "");
                default:
                    return (value.ValueKind is JsonValueKind.String ? value.GetString()! : value.ValueKind is JsonValueKind.Object ? "" : value.GetRawText(), "");
            }
        }

        return (element.TryGetProperty("dataAbsentReason"u8, out var absent) ? Concept(absent) ?? "" : "", "");
    }

    /// <summary>The day of the record in Tokyo as <c>yyyy-MM-dd</c>, or what of it is known (<c>yyyy-MM</c>, <c>yyyy</c>).</summary>
    public static string Day(JsonElement root, RecordFacts facts)
    {
        foreach (var name in (ReadOnlySpan<string>)["effectiveDateTime", "occurrenceDateTime", "performedDateTime", "authoredOn", "whenHandedOver", "recordedDate", "date", "created"])
        {
            if (Text(root, name) is { Length: 4 or 7 or 10 } precise)
                return precise;
        }

        return facts.Date is { } span ? TokyoDay.Of(span.From).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : "";
    }

    /// <summary>Day and time of day in Tokyo as a spreadsheet reads them; the day alone where no time is known.</summary>
    public static string Moment(JsonElement root, RecordFacts facts) =>
        Text(root, "effectiveDateTime") is { Length: > 10 } && facts.Date is { } span
            ? span.From.ToOffset(TokyoDay.Offset).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) : Day(root, facts);

    public static string? Text(JsonElement element, string name) =>
        element.ValueKind is JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;

    public static JsonElement? First(JsonElement element, string name)
    {
        if (element.ValueKind is not JsonValueKind.Object || !element.TryGetProperty(name, out var value))
            return null;
        return value.ValueKind is JsonValueKind.Array ? value.GetArrayLength() > 0 ? value[0] : null : value;
    }

    public static IEnumerable<JsonElement> Items(JsonElement element, string name) =>
        element.ValueKind is JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.Array ? value.EnumerateArray() : [];

    private static string? FirstText(JsonElement element, string name) => First(element, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    private static string Number(JsonElement quantity) =>
        quantity.ValueKind is JsonValueKind.Object && quantity.TryGetProperty("value"u8, out var value) ? value.GetRawText() : "";

    private static string Comparator(JsonElement quantity) => Text(quantity, "comparator") ?? "";

    private static string Inner(JsonElement range, string name) => First(range, name) is { } quantity ? Number(quantity) : "";
}
