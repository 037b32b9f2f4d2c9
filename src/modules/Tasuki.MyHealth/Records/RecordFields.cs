using System.Text.Json;
using Tasuki.Fhir;

namespace Tasuki.MyHealth;

/// <summary>One readable line of a record. <paramref name="Element"/> names its label.</summary>
internal sealed record RecordField(string Element, IReadOnlyList<string> Lines);

/// <summary>
/// Reads any resource into lines for people: the elements of the list below in its order, each by the shape of its value. What is not in the list stands in the
/// technical details alone. Narrative is left out: foreign markup is never shown.
/// </summary>
internal static class RecordFields
{
    /// <summary>Element names that get a label, in reading order. The choice types share the label of their stem.</summary>
    public static readonly IReadOnlyList<string> Elements =
    [
        "code", "vaccineCode", "medicationCodeableConcept", "type", "title", "name", "class", "subType", "value", "component", "effective", "occurrence", "performed",
        "authoredOn", "whenHandedOver", "onset", "abatement", "recordedDate", "period", "billablePeriod", "date", "created", "issued", "birthDate", "gender", "status", "clinicalStatus",
        "verificationStatus", "interpretation", "referenceRange", "method", "bodySite", "dosageInstruction", "dosage", "dispenseRequest", "quantity", "daysSupply", "lotNumber",
        "expirationDate", "protocolApplied", "reaction", "criticality", "severity", "reasonCode", "conclusion", "description", "performer", "requester", "author", "provider",
        "asserter", "recorder", "facility", "location", "serviceProvider", "total", "payment", "totalNet", "totalGross", "amount", "item", "content", "section", "address", "note",
        "dataAbsentReason",
    ];

    private static readonly string[] Choices = ["value", "effective", "occurrence", "performed", "onset", "abatement"];

    public static IReadOnlyList<RecordField> Of(JsonElement root)
    {
        var fields = new List<RecordField>();
        foreach (var element in Elements)
        {
            var lines = new List<string>();
            foreach (var property in root.EnumerateObject())
            {
                if (Stem(property.Name) != element)
                    continue;
                if (element is "dosageInstruction" or "dosage")
                    lines.AddRange((FhirText.Dosage(root) ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries));
                else
                    Lines(root, element, property.Value, lines);
            }

            if (lines.Count > 0)
                fields.Add(new RecordField(element, [.. lines.Distinct(StringComparer.Ordinal)]));
        }

        return fields;
    }

    private static string Stem(string property)
    {
        foreach (var choice in Choices)
        {
            if (property.Length > choice.Length && property.StartsWith(choice, StringComparison.Ordinal) && char.IsAsciiLetterUpper(property[choice.Length]))
                return choice;
        }

        return property;
    }

    private static void Lines(JsonElement root, string element, JsonElement value, List<string> lines)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Array:
                foreach (var one in value.EnumerateArray())
                    Lines(root, element, one, lines);
                break;
            case JsonValueKind.Object:
                if (Line(root, element, value) is { Length: > 0 } line)
                    lines.Add(line);
                break;
            case JsonValueKind.String:
                lines.Add(Dated(value.GetString()!));
                break;
            case JsonValueKind.Number:
                lines.Add(value.GetRawText());
                break;
            case JsonValueKind.True:
                lines.Add("はい");
                break;
            case JsonValueKind.False:
                lines.Add("いいえ");
                break;
        }
    }

    private static string? Line(JsonElement root, string element, JsonElement value) => element switch
    {
        "component" => $"{FhirText.Concept(FhirText.At(value, "code"))}: {FhirText.Value(value)}",
        "name" => RecordSummary.Person(value),
        "address" => FhirText.Text(value, "text") ?? Joined(value, "postalCode", "state", "city"),
        "note" => FhirText.Text(value, "text"),
        "class" => FhirText.Text(value, "display") ?? FhirText.Text(value, "code"),
        "performer" or "author" => FhirText.ReferenceText(root, FhirText.At(value, "actor")) ?? FhirText.ReferenceText(root, value),
        "dispenseRequest" => string.Join("　", new[] { FhirText.Quantity(FhirText.At(value, "quantity"))?.ToString(), FhirText.Quantity(FhirText.At(value, "expectedSupplyDuration"))?.ToString() }.OfType<string>()),
        "protocolApplied" => string.Join("　", new[] { FhirText.Concept(FhirText.At(value, "targetDisease")), FhirText.Text(value, "doseNumberPositiveInt") ?? FhirText.Text(value, "doseNumberString") }.OfType<string>()),
        "reaction" => string.Join("、", FhirText.Each(value, "manifestation").Select(one => FhirText.Concept(one)).OfType<string>()),
        "referenceRange" => FhirText.Text(value, "text") ?? $"{FhirText.Quantity(FhirText.At(value, "low"))}～{FhirText.Quantity(FhirText.At(value, "high"))}",
        "total" => $"{FhirText.Concept(FhirText.At(value, "category"))}: {Amount(FhirText.At(value, "amount"))}",
        "payment" => Amount(FhirText.At(value, "amount")),
        "item" => string.Join(": ", new[] { FhirText.Concept(FhirText.At(value, "productOrService")), Amount(FhirText.At(value, "net")) }.OfType<string>()),
        "content" => FhirText.Text(value, "attachment", "title") ?? FhirText.Text(value, "attachment", "contentType"),
        "section" => FhirText.Text(value, "title"),
        _ => ByShape(root, value),
    };

    private static string? ByShape(JsonElement root, JsonElement value)
    {
        if (FhirText.At(value, "coding") is not null || (FhirText.At(value, "text") is not null && FhirText.At(value, "value") is null))
            return FhirText.Concept(value);
        if (FhirText.At(value, "currency") is not null)
            return Amount(value);
        if (FhirText.Quantity(value) is { } quantity)
            return quantity.ToString();
        if (FhirText.At(value, "start") is not null || FhirText.At(value, "end") is not null)
            return $"{Dated(FhirText.Text(value, "start") ?? "")}～{Dated(FhirText.Text(value, "end") ?? "")}";
        if (FhirText.At(value, "reference") is not null || FhirText.At(value, "display") is not null)
            return FhirText.ReferenceText(root, value);
        return FhirText.At(value, "low") is not null || FhirText.At(value, "high") is not null
            ? $"{FhirText.Quantity(FhirText.At(value, "low"))}～{FhirText.Quantity(FhirText.At(value, "high"))}" : null;
    }

    private static string? Amount(JsonElement? money) => FhirText.Money(money) is { } yen ? $"{yen}円" : null;

    private static string Joined(JsonElement value, params ReadOnlySpan<string> names)
    {
        var parts = new List<string>();
        foreach (var name in names)
        {
            if (FhirText.Text(value, name) is { } part)
                parts.Add(part);
        }

        return string.Join(' ', parts);
    }

    /// <summary>A date and time as 2025-06-03 09:40, in Tokyo; everything else as it is.</summary>
    private static string Dated(string text) => text.Length > 10 && text[4] == '-' && FhirDate.Parse(text) is { } date
        ? date.From.ToOffset(Kernel.TokyoDay.Offset).ToString("yyyy-MM-dd HH:mm", System.Globalization.CultureInfo.InvariantCulture) : text;
}
