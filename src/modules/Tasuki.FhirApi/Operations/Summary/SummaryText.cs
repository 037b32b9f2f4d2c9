using System.Net;
using System.Text;
using System.Text.Json;
using System.Xml;

namespace Tasuki.FhirApi.Operations.Summary;

/// <summary>A line for people about a record, from its fields alone: when, what, the value or dose, and what modifies it (<see cref="SummaryStanding"/>).</summary>
internal static class SummaryText
{
    private static readonly string[] Dates =
    [
        "effectiveDateTime", "effectivePeriod", "effectiveInstant", "onsetDateTime", "onsetPeriod", "onsetString", "occurrenceDateTime", "occurrenceString", "performedDateTime", "performedPeriod", "performedString",
        "whenHandedOver", "whenPrepared", "authoredOn", "dateAsserted", "recordedDate", "period", "issued",
    ];

    public static SummaryStanding Standing(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        return SummaryStanding.Of(document.RootElement);
    }

    /// <summary>XHTML of a list, every text encoded.</summary>
    public static string List(IEnumerable<ReadOnlyMemory<byte>> resources, MedicineNames medicines)
    {
        var text = new StringBuilder("<div xmlns=\"http://www.w3.org/1999/xhtml\"><ul>");
        foreach (var json in resources)
        {
            using var document = JsonDocument.Parse(json);
            text.Append("<li>").Append(Encoded(Line(document.RootElement, medicines))).Append("</li>");
        }

        return text.Append("</ul></div>").ToString();
    }

    public static string Sentence(string sentence) => $"<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>{Encoded(sentence)}</p></div>";

    private static string Line(JsonElement resource, MedicineNames medicines)
    {
        var what = FhirWords.Concept(resource, "code") ?? FhirWords.Concept(resource, "vaccineCode") ?? medicines.Of(resource)
            ?? FhirWords.Text(resource, "title") ?? FhirWords.Text(resource, "description") ?? FhirWords.Concept(resource, "category") ?? $"{FhirWords.Text(resource, "resourceType")} without a name";
        var when = Dates.Select(name => FhirWords.When(resource, name)).FirstOrDefault(one => one is not null);
        var words = SummaryStanding.Of(resource).Words;
        return string.Join(' ', new[]
        {
            when, SummaryStanding.IsForbidden(resource) ? SummaryStanding.Forbidden : null, what, Value(resource) ?? Parts(resource) ?? Conclusion(resource) ?? SummaryDose.Of(resource),
            words.Length == 0 ? null : $"({words})",
        }.Where(one => !string.IsNullOrEmpty(one)));
    }

    private static string? Parts(JsonElement resource)
    {
        var parts = FhirWords.Each(resource, "component").Select(part => Value(part) is { } value ? $"{FhirWords.Concept(part, "code")} {value}" : null).OfType<string>().ToList();
        return parts.Count == 0 ? null : string.Join(", ", parts);
    }

    private static string? Conclusion(JsonElement report) => FhirWords.Text(report, "conclusion") ?? FhirWords.Concept(report, "conclusionCode");

    private static string? Value(JsonElement of) =>
        FhirWords.Quantity(of, "valueQuantity") ?? FhirWords.Concept(of, "valueCodeableConcept") ?? FhirWords.Text(of, "valueString") ?? FhirWords.Number(of, "valueInteger")
        ?? FhirWords.Range(of, "valueRange") ?? FhirWords.Ratio(of, "valueRatio") ?? FhirWords.Text(of, "valueTime") ?? FhirWords.When(of, "valueDateTime") ?? FhirWords.When(of, "valuePeriod")
        ?? (FhirWords.Has(of, "valueBoolean") ? FhirWords.IsTrue(of, "valueBoolean") ? "yes" : "no" : null);

    // XML has no place for most control characters, escaped or not.
    private static string Encoded(string text) => WebUtility.HtmlEncode(string.Concat(text.Where(letter => XmlConvert.IsXmlChar(letter) || char.IsSurrogate(letter))));
}
