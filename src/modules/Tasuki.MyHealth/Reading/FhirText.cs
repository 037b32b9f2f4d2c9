using System.Globalization;
using System.Text.Json;
using Tasuki.Fhir;
using Tasuki.Formats.SpecificCheckup;
using Tasuki.Kernel;

namespace Tasuki.MyHealth;

/// <summary>A value as it was written: digits and unit untouched, and the number it stands for where it is one.</summary>
/// <param name="Code">The code of a coded answer.</param>
internal sealed record WrittenValue(string Text, string? Unit = null, decimal? Number = null, string? Code = null)
{
    public override string ToString() => Unit is null ? Text : $"{Text} {Unit}";
}

/// <summary>
/// Reads what a page shows out of FHIR JSON. Names of coded things come from our own tables by code, then from what the record says itself; nothing is
/// decided by a display text. Narrative is never read.
/// </summary>
internal static class FhirText
{
    private const string DosageDuration = "http://jpfhir.jp/fhir/core/Extension/StructureDefinition/JP_MedicationRequest_DosageInstruction_UsageDuration";

    public static JsonElement Parse(CanonicalResource resource)
    {
        using var document = JsonDocument.Parse(resource.Json, new JsonDocumentOptions { MaxDepth = CanonicalResource.MaximumDepth });
        return document.RootElement.Clone();
    }

    public static JsonElement? At(JsonElement element, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (element.ValueKind is JsonValueKind.Array)
            {
                if (element.GetArrayLength() == 0)
                    return null;
                element = element[0];
            }

            if (element.ValueKind is not JsonValueKind.Object || !element.TryGetProperty(name, out element))
                return null;
        }

        return element;
    }

    public static string? Text(JsonElement element, params ReadOnlySpan<string> path) => At(element, path) switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
        _ => null,
    };

    /// <summary>The elements of a list, or the one element where FHIR allows either, or nothing.</summary>
    public static IEnumerable<JsonElement> Each(JsonElement element, params ReadOnlySpan<string> path) => At(element, path) switch
    {
        { ValueKind: JsonValueKind.Array } list => list.EnumerateArray().ToList(),
        { ValueKind: JsonValueKind.Object } one => [one],
        _ => [],
    };

    /// <summary>The strings of a list; what is no string is left out.</summary>
    public static IEnumerable<string> Strings(JsonElement element, string name) => At(element, name) is { ValueKind: JsonValueKind.Array } list
        ? list.EnumerateArray().Where(one => one.ValueKind is JsonValueKind.String).Select(one => one.GetString()!) : [];

    public static IEnumerable<(string? System, string Code, string? Display)> Codings(JsonElement? concept)
    {
        if (concept is not { } element)
            yield break;
        foreach (var one in element.ValueKind is JsonValueKind.Array ? element.EnumerateArray().ToList() : [element])
        {
            foreach (var coding in Each(one, "coding"))
            {
                if (Text(coding, "code") is { } code)
                    yield return (Text(coding, "system"), code, Text(coding, "display"));
            }
        }
    }

    /// <summary>What a coded thing is called: by the item tables, else by its own text, display or code.</summary>
    public static string? Concept(JsonElement? concept)
    {
        if (concept is not { } element)
            return null;
        if (element.ValueKind is JsonValueKind.Array)
            return element.GetArrayLength() == 0 ? null : string.Join("、", element.EnumerateArray().Select(one => Concept(one)).OfType<string>());
        foreach (var (system, code, _) in Codings(element))
        {
            if (KnownName(code) is { } name)
                return name;
            if (CheckupItems.AnswerSet(system) is { } set && CheckupItems.Answer(set, code) is { } answer)
                return answer;
        }

        return Text(element, "text") ?? Codings(element).Select(coding => coding.Display).OfType<string>().FirstOrDefault()
            ?? Codings(element).Select(coding => coding.Code).FirstOrDefault();
    }

    public static string? KnownName(string code) =>
        code.Length == 17 ? CheckupItems.Find(code)?.Name ?? MunicipalScreeningItems.Find(code)?.Name : null;

    public static WrittenValue? Quantity(JsonElement? quantity)
    {
        if (quantity is not { } element || At(element, "value") is not { ValueKind: JsonValueKind.Number } value)
            return null;
        var digits = value.GetRawText();
        var number = decimal.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out var parsed) ? parsed : (decimal?)null;
        return new WrittenValue(Text(element, "comparator") is { } comparator ? $"{comparator} {digits}" : digits, Units.Shown(Text(element, "unit"), Text(element, "code")),
            Text(element, "comparator") is null ? number : null);
    }

    /// <summary>The value[x] of an Observation or of one of its components.</summary>
    public static WrittenValue? Value(JsonElement element)
    {
        if (Quantity(At(element, "valueQuantity")) is { } quantity)
            return quantity;
        if (At(element, "valueCodeableConcept") is { } concept)
            return Concept(concept) is { } words ? new WrittenValue(words, Code: Codings(concept).Select(coding => coding.Code).FirstOrDefault()) : null;
        if (Text(element, "valueString") is { } text)
            return new WrittenValue(text);
        if (At(element, "valueInteger") is { ValueKind: JsonValueKind.Number } integer)
            return new WrittenValue(integer.GetRawText(), Number: integer.TryGetDecimal(out var number) ? number : null);
        if (At(element, "valueBoolean") is { } boolean)
            return new WrittenValue(boolean.ValueKind is JsonValueKind.True ? "はい" : "いいえ");
        if (At(element, "valueRange") is { } range)
            return new WrittenValue($"{Quantity(At(range, "low"))}～{Quantity(At(range, "high"))}");
        if (At(element, "valueRatio") is { } ratio)
            return new WrittenValue($"{Quantity(At(ratio, "numerator"))} / {Quantity(At(ratio, "denominator"))}");
        return (Text(element, "valueDateTime") ?? Text(element, "valueTime")) is { } time ? new WrittenValue(time) : null;
    }

    /// <summary>The day in Tokyo of a FHIR date, dateTime or instant.</summary>
    public static DateOnly? Day(string? text) => FhirDate.Parse(text) is { } date ? TokyoDay.Of(date.From) : null;

    public static string? ReferenceOf(JsonElement element, params ReadOnlySpan<string> path) => At(element, path) is { } reference ? Text(reference, "reference") : null;

    /// <summary>The words of a reference: its own display, or the name of what it points to inside the same resource.</summary>
    public static string? ReferenceText(JsonElement root, JsonElement? reference)
    {
        if (reference is not { } element)
            return null;
        if (element.ValueKind is JsonValueKind.Array)
            return element.GetArrayLength() == 0 ? null : ReferenceText(root, element[0]);
        return Text(element, "display") ?? (Contained(root, Text(element, "reference")) is { } inside
            ? Text(inside, "name") ?? Text(inside, "name", "text") ?? Concept(At(inside, "code")) : null);
    }

    public static JsonElement? Contained(JsonElement root, string? reference)
    {
        if (reference is not ['#', ..])
            return null;
        foreach (var inside in Each(root, "contained"))
        {
            if (Text(inside, "id") == reference[1..])
                return inside;
        }

        return null;
    }

    /// <summary>How the medicine is taken: the dosage's own text, else the usage code's words; then the dose where the text lacks it.</summary>
    public static string? Dosage(JsonElement root)
    {
        var lines = new List<string>();
        foreach (var name in (string[])["dosageInstruction", "dosage"])
        {
            foreach (var dosage in Each(root, name))
            {
                var words = Text(dosage, "text") ?? Text(dosage, "patientInstruction") ?? Concept(At(dosage, "timing", "code"));
                var dose = Quantity(At(dosage, "doseAndRate", "doseQuantity"));
                var line = string.Join(" ", new[] { words, Text(dosage, "text") is null && dose is not null ? $"1回 {dose}" : null }.OfType<string>());
                if (line.Length > 0)
                    lines.Add(line);
            }
        }

        return lines.Count == 0 ? null : string.Join("\n", lines);
    }

    /// <summary>For how many days a medicine was given, where the record says it.</summary>
    public static int? Days(JsonElement root)
    {
        if (InDays(At(root, "dispenseRequest", "expectedSupplyDuration")) is { } supply)
            return supply;
        if (InDays(At(root, "daysSupply")) is { } days)
            return days;
        foreach (var dosage in Each(root, "dosageInstruction"))
        {
            if (InDays(At(dosage, "timing", "repeat", "boundsDuration")) is { } bounds)
                return bounds;
            foreach (var extension in Each(dosage, "extension"))
            {
                if (Text(extension, "url") == DosageDuration && InDays(At(extension, "valueDuration")) is { } duration)
                    return duration;
            }
        }

        return null;
    }

    public static string? Money(JsonElement? money) =>
        money is { } element && Yen(element) is { } yen ? yen.ToString("#,0", CultureInfo.InvariantCulture) : null;

    /// <summary>An amount in yen; null for another currency.</summary>
    public static decimal? Yen(JsonElement? money) =>
        money is { } element && (Text(element, "currency") ?? "JPY") == "JPY" && At(element, "value") is { ValueKind: JsonValueKind.Number } value
        && value.TryGetDecimal(out var number) ? number : null;

    private static int? InDays(JsonElement? duration)
    {
        if (duration is not { } element || At(element, "value") is not { ValueKind: JsonValueKind.Number } value || !value.TryGetDecimal(out var number) || number is < 0 or > 3660)
            return null;
        return (Text(element, "code") ?? Text(element, "unit")) switch
        {
            "d" or "日" or "day" or "days" or null => (int)number,
            "wk" or "週" => (int)(number * 7),
            "mo" or "月" => (int)(number * 30),
            _ => null,
        };
    }
}

/// <summary>Units as people write them, and whether two spellings mean the same unit.</summary>
internal static class Units
{
    public static string? Shown(string? unit, string? code) => (unit ?? code) switch
    {
        "mm[Hg]" => "mmHg",
        "kg/m2" => "kg/m²",
        "cm2" => "cm²",
        "/min" or "{h`b}/min" => "回/分",
        "10*4/mm3" or "10*4/uL" => "万/mm³",
        "/mm3" or "/uL" => "/mm³",
        "{steps}" or "steps" => "歩",
        "mL/min/{1.73_m2}" or "ml/min/1.73m2" or "mL/min/1.73m2" => "mL/min/1.73m²",
        "1" or "" => null,
        var other => other,
    };

    /// <summary>True when a value under this unit may be compared with limits given in the other. Without a unit nothing is compared.</summary>
    public static bool Same(string? one, string? other) => one is not null && other is not null && Fold(one) == Fold(other);

    private static string Fold(string unit) => Kernel.Text.JapaneseText.Fold(Shown(unit, null) ?? unit)
        .Replace("MM[HG]", "MMHG", StringComparison.Ordinal)
        .Replace("IU/L", "U/L", StringComparison.Ordinal);
}
