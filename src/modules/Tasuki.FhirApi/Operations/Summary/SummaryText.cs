using System.Net;
using System.Text;
using System.Text.Json;
using System.Xml;

namespace Tasuki.FhirApi.Operations.Summary;

/// <summary>A line for people about a record, from its fields alone: when, what, and the value or dose.</summary>
internal static class SummaryText
{
    private static readonly string[] Whats = ["code", "vaccineCode", "medicationCodeableConcept"];
    private static readonly string[] Dates =
        ["effectiveDateTime", "effectivePeriod", "onsetDateTime", "onsetPeriod", "occurrenceDateTime", "performedDateTime", "performedPeriod", "whenHandedOver", "authoredOn", "dateAsserted", "recordedDate", "period", "issued"];

    /// <summary>Somebody took it back: it stands in no summary.</summary>
    public static bool IsError(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        return Text(document.RootElement, "status") is "entered-in-error"
            || (document.RootElement.TryGetProperty("verificationStatus"u8, out var verification) && verification.TryGetProperty("coding"u8, out var codings)
                && codings.EnumerateArray().Any(coding => Text(coding, "code") is "entered-in-error"));
    }

    /// <summary>XHTML of a list, every text encoded.</summary>
    public static string List(IEnumerable<ReadOnlyMemory<byte>> resources)
    {
        var text = new StringBuilder("<div xmlns=\"http://www.w3.org/1999/xhtml\"><ul>");
        foreach (var json in resources)
        {
            using var document = JsonDocument.Parse(json);
            text.Append("<li>").Append(Encoded(Line(document.RootElement))).Append("</li>");
        }

        return text.Append("</ul></div>").ToString();
    }

    public static string Sentence(string sentence) => $"<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>{Encoded(sentence)}</p></div>";

    private static string Line(JsonElement resource)
    {
        var what = Whats.Select(name => resource.TryGetProperty(name, out var concept) ? Concept(concept) : null).FirstOrDefault(one => one is not null)
            ?? Text(resource, "title") ?? (resource.TryGetProperty("medicationReference"u8, out var medication) ? Text(medication, "display") : null) ?? Text(resource, "resourceType")!;
        var when = Dates.Select(name => resource.TryGetProperty(name, out var date) ? Date(date) : null).FirstOrDefault(one => one is not null);
        var value = Value(resource);
        if (value is null && resource.TryGetProperty("component"u8, out var components) && components.ValueKind is JsonValueKind.Array)
            value = string.Join(", ", components.EnumerateArray().Select(part => part.TryGetProperty("code"u8, out var code) && Value(part) is { } of ? $"{Concept(code)} {of}" : null).OfType<string>());
        return string.Join(' ', new[] { when, what, string.IsNullOrEmpty(value) ? null : value }.OfType<string>());
    }

    private static string? Date(JsonElement date) => date.ValueKind is JsonValueKind.Object ? Text(date, "start") ?? Text(date, "end") : date.ValueKind is JsonValueKind.String ? date.GetString() : null;

    private static string? Concept(JsonElement concept)
    {
        if (Text(concept, "text") is { } text)
            return text;
        if (concept.ValueKind is not JsonValueKind.Object || !concept.TryGetProperty("coding"u8, out var codings) || codings.ValueKind is not JsonValueKind.Array)
            return null;
        return codings.EnumerateArray().Select(coding => Text(coding, "display")).FirstOrDefault(one => one is not null) ?? codings.EnumerateArray().Select(coding => Text(coding, "code")).FirstOrDefault(one => one is not null);
    }

    private static string? Value(JsonElement of)
    {
        if (of.TryGetProperty("valueQuantity"u8, out var quantity) && quantity.TryGetProperty("value"u8, out var number))
            return $"{Text(quantity, "comparator")}{number.GetRawText()} {Text(quantity, "unit") ?? Text(quantity, "code")}".TrimEnd();
        if (of.TryGetProperty("valueCodeableConcept"u8, out var concept))
            return Concept(concept);
        return Text(of, "valueString") ?? (of.TryGetProperty("valueInteger"u8, out var whole) ? whole.GetRawText() : null);
    }

    // XML has no place for most control characters, escaped or not.
    private static string Encoded(string text) => WebUtility.HtmlEncode(string.Concat(text.Where(letter => XmlConvert.IsXmlChar(letter) || char.IsSurrogate(letter))));

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind is JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;
}
