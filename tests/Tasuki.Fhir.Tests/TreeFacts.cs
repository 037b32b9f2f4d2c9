using System.Text.Json;

namespace Tasuki.Fhir.Tests;

/// <summary>The facts as a JSON tree gives them: slow and plain, to compare with.</summary>
internal sealed class TreeFacts
{
    // The element that says what the record is about, in the order looked for. R4 search parameter "code" and its like.
    private static readonly string[] CodeElements =
        ["code", "vaccineCode", "medicationCodeableConcept", "type", "serviceType", "category", "valueSet"];

    // The element that says when it was so: the date the "date" search parameter of the type reads, then the next best.
    private static readonly string[] DateElements =
    [
        "effectiveDateTime", "effectivePeriod", "effectiveInstant", "effectiveTiming", "occurrenceDateTime", "occurrencePeriod", "occurrenceTiming", "performedDateTime", "performedPeriod",
        "whenHandedOver", "whenPrepared", "authoredOn", "onsetDateTime", "onsetPeriod", "recordedDate", "period", "date", "authored", "started",
        "servicedDate", "servicedPeriod", "billablePeriod", "created", "issued", "dateAsserted", "sent", "start", "dateTime", "collectedDateTime", "recorded", "birthDate",
    ];

    private TreeFacts(Coding? code, FhirDate? date, IReadOnlySet<string> codes, IReadOnlySet<string> identifiers, IReadOnlySet<string> references)
    {
        Code = code;
        Date = date;
        Codes = codes;
        Identifiers = identifiers;
        References = references;
    }

    /// <summary>The first coding of the element that says what the record is about.</summary>
    public Coding? Code { get; }

    public FhirDate? Date { get; }

    /// <summary>Every distinct <c>coding.code</c>, systems left out (the matcher settles them).</summary>
    public IReadOnlySet<string> Codes { get; }

    /// <summary>Every distinct <c>identifier.value</c>.</summary>
    public IReadOnlySet<string> Identifiers { get; }

    /// <summary>Every distinct <c>reference</c>.</summary>
    public IReadOnlySet<string> References { get; }

    public static TreeFacts Of(CanonicalResource resource)
    {
        using var document = JsonDocument.Parse(resource.Json, new JsonDocumentOptions { MaxDepth = CanonicalResource.MaximumDepth });
        var root = document.RootElement;
        var codes = new SortedSet<string>(StringComparer.Ordinal);
        var identifiers = new SortedSet<string>(StringComparer.Ordinal);
        var references = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var property in root.EnumerateObject())
        {
            if (!property.NameEquals("meta"u8))
                Collect(property, codes, identifiers, references);
        }

        return new TreeFacts(MainCode(root), MainDate(root), codes, identifiers, references);
    }

    /// <summary>The first coding of an element that is a CodeableConcept, an array of them, or a Coding.</summary>
    private static Coding? FirstCoding(JsonElement element)
    {
        if (element.ValueKind is JsonValueKind.Array)
            return element.GetArrayLength() > 0 ? FirstCoding(element[0]) : null;
        if (element.ValueKind is not JsonValueKind.Object)
            return null;
        if (element.TryGetProperty("coding"u8, out var coding))
            return FirstCoding(coding);
        return element.TryGetProperty("code"u8, out var code) && code.ValueKind is JsonValueKind.String
            ? new Coding(Text(element, "system"), code.GetString()!) : null;
    }

    private static Coding? MainCode(JsonElement root)
    {
        foreach (var name in CodeElements)
        {
            if (root.TryGetProperty(name, out var element) && FirstCoding(element) is { } coding)
                return coding;
        }

        return null;
    }

    private static FhirDate? MainDate(JsonElement root)
    {
        foreach (var name in DateElements)
        {
            if (!root.TryGetProperty(name, out var element))
                continue;
            if (element.ValueKind is JsonValueKind.String && FhirDate.Parse(element.GetString()) is { } date)
                return date;
            if (element.ValueKind is JsonValueKind.Object && (name.EndsWith("Timing", StringComparison.Ordinal) ? Timing(element) : Period(element)) is { } period)
                return period;
        }

        return null;
    }

    // Its outer limits.
    private static FhirDate? Timing(JsonElement element)
    {
        var spans = new List<FhirDate>();
        if (element.TryGetProperty("event", out var events) && events.ValueKind is JsonValueKind.Array)
            spans.AddRange(events.EnumerateArray().Where(one => one.ValueKind is JsonValueKind.String).Select(one => FhirDate.Parse(one.GetString())).OfType<FhirDate>());
        if (element.TryGetProperty("repeat", out var repeat) && repeat.ValueKind is JsonValueKind.Object && repeat.TryGetProperty("boundsPeriod", out var bounds) && Period(bounds) is { } span)
            spans.Add(span);
        return spans.Count == 0 ? null : new FhirDate(spans.Min(one => one.From), spans.Max(one => one.To));
    }

    private static FhirDate? Period(JsonElement element)
    {
        var start = FhirDate.Parse(Text(element, "start"));
        var end = FhirDate.Parse(Text(element, "end"));
        if (start is null && end is null)
            return null;
        // An open end is open: the span reaches to the last instant that can be stored.
        var from = start?.From ?? FhirDate.OpenStart;
        var to = end?.To ?? FhirDate.OpenEnd;
        return new FhirDate(from, to < from ? from : to);
    }

    private static void Collect(JsonProperty property, SortedSet<string> codes, SortedSet<string> identifiers, SortedSet<string> references)
    {
        var value = property.Value;
        if (property.NameEquals("reference"u8) && value.ValueKind is JsonValueKind.String)
        {
            references.Add(value.GetString()!);
            // One to a version is one to the record.
            var plain = value.GetString()!.Split("/_history/")[0];
            references.Add(plain.StartsWith("./", StringComparison.Ordinal) ? plain[2..] : plain);
            return;
        }

        if (property.NameEquals("identifier"u8))
            Each(value, item => { if (Text(item, "value") is { Length: > 0 } v) identifiers.Add(v); });
        Each(value, item =>
        {
            if (item.ValueKind is not JsonValueKind.Object)
                return;
            // A Coding: it has a code and a system, or it stands in an element called coding.
            if (Text(item, "code") is { Length: > 0 } code && (property.NameEquals("coding"u8) || item.TryGetProperty("system"u8, out _)) && !item.TryGetProperty("value"u8, out _))
                codes.Add(code);
            foreach (var inner in item.EnumerateObject())
                Collect(inner, codes, identifiers, references);
        });
    }

    private static void Each(JsonElement element, Action<JsonElement> act)
    {
        if (element.ValueKind is JsonValueKind.Array)
        {
            foreach (var item in element.EnumerateArray())
                act(item);
        }
        else if (element.ValueKind is JsonValueKind.Object)
        {
            act(element);
        }
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind is JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;
}

