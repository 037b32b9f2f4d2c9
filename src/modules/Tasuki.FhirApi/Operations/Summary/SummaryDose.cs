using System.Text.Json;

namespace Tasuki.FhirApi.Operations.Summary;

/// <summary>How a medicine is taken, in few words: what is written for people, and the dose, which in Japan's records stands beside it.</summary>
internal static class SummaryDose
{
    /// <summary>Null where the record says nothing of it.</summary>
    public static string? Of(JsonElement medicine)
    {
        var doses = FhirWords.Each(medicine, "dosage").Concat(FhirWords.Each(medicine, "dosageInstruction")).Select(One).Where(dose => dose.Length > 0).Distinct(StringComparer.Ordinal).ToList();
        return doses.Count == 0 ? null : string.Join("; ", doses);
    }

    private static string One(JsonElement dosage)
    {
        var need = FhirWords.IsTrue(dosage, "asNeededBoolean") ? "as needed" : Said("as needed for", FhirWords.Concept(dosage, "asNeededCodeableConcept"));
        var parts = new List<string?> { FhirWords.Text(dosage, "text") ?? Usage(dosage), need };
        parts.AddRange(FhirWords.Each(dosage, "additionalInstruction").Select(FhirWords.Concept));
        foreach (var rate in FhirWords.Each(dosage, "doseAndRate").Append(dosage))
        {
            parts.Add(Said("dose", FhirWords.Quantity(rate, "doseQuantity") ?? FhirWords.Range(rate, "doseRange") ?? FhirWords.Quantity(rate, "dose")));
            parts.Add(Said("rate", FhirWords.Ratio(rate, "rateRatio") ?? FhirWords.Quantity(rate, "rateQuantity") ?? FhirWords.Range(rate, "rateRange")));
        }

        parts.Add(Said("at most", FhirWords.Ratio(dosage, "maxDosePerPeriod") ?? FhirWords.Quantity(dosage, "maxDosePerAdministration") ?? FhirWords.Quantity(dosage, "maxDosePerLifetime")));
        if (Repeat(dosage) is { } repeat)
            parts.Add(Said("for", FhirWords.Quantity(repeat, "boundsDuration") ?? FhirWords.Range(repeat, "boundsRange")) ?? FhirWords.When(repeat, "boundsPeriod"));
        if (FhirWords.Has(dosage, "modifierExtension"))
            parts.Add(SummaryStanding.Qualified);
        return string.Join(", ", parts.Where(part => !string.IsNullOrEmpty(part)));
    }

    private static string Usage(JsonElement dosage)
    {
        var timing = FhirWords.Each(dosage, "timing").Select(one => FhirWords.Concept(one, "code")).FirstOrDefault(one => one is not null) ?? (Repeat(dosage) is { } repeat ? Times(repeat) : null);
        return string.Join(", ", new[] { FhirWords.Text(dosage, "patientInstruction"), FhirWords.Concept(dosage, "route"), FhirWords.Concept(dosage, "method"), timing }.Where(part => !string.IsNullOrEmpty(part)));
    }

    // Frequency, period, days and times of day, as the Timing writes them.
    private static string? Times(JsonElement repeat)
    {
        var period = FhirWords.Text(repeat, "periodUnit") is { } unit ? $"{Upto(repeat, "frequency") ?? "1"} x per {Upto(repeat, "period") ?? "1"} {unit}" : null;
        var days = FhirWords.Each(repeat, "dayOfWeek").Concat(FhirWords.Each(repeat, "timeOfDay")).Concat(FhirWords.Each(repeat, "when")).Where(one => one.ValueKind is JsonValueKind.String).Select(one => one.GetString()!);
        var words = string.Join(' ', new[] { period, string.Join('/', days) }.Where(part => !string.IsNullOrEmpty(part)));
        return words.Length == 0 ? null : words;
    }

    private static string? Upto(JsonElement repeat, string name) =>
        FhirWords.Number(repeat, name) is { } least ? FhirWords.Number(repeat, name + "Max") is { } most ? $"{least}-{most}" : least : null;

    private static JsonElement? Repeat(JsonElement dosage) =>
        FhirWords.Each(dosage, "timing").SelectMany(timing => FhirWords.Each(timing, "repeat")).Select(repeat => (JsonElement?)repeat).FirstOrDefault();

    private static string? Said(string word, string? value) => value is null ? null : $"{word} {value}";
}
