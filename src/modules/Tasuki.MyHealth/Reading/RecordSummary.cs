using System.Collections.Frozen;
using System.Text.Json;
using Tasuki.Fhir;
using Tasuki.Formats.SpecificCheckup;
using Tasuki.Kernel;
using Tasuki.Vault;

namespace Tasuki.MyHealth;

/// <summary>What a record is, in a line.</summary>
internal static class RecordSummary
{
    // Who, where and with what: kept and taken out with the rest, but nothing that happened.
    private static readonly FrozenSet<string> Supporting = new[]
    {
        "Patient", "RelatedPerson", "Person", "Practitioner", "PractitionerRole", "Organization", "OrganizationAffiliation", "Location", "HealthcareService", "Endpoint",
        "Device", "DeviceMetric", "DeviceDefinition", "Medication", "Substance", "Specimen", "BodyStructure", "Coverage", "Encounter", "EpisodeOfCare", "Provenance", "AuditEvent",
        "Consent", "Binary", "Bundle", "List", "Basic", "DocumentManifest", "Questionnaire",
    }.ToFrozenSet(StringComparer.Ordinal);

    public static bool IsSupporting(string type) => Supporting.Contains(type);

    /// <summary>True for what a timeline shows: something that happened, a stay in hospital included, and that the person may be told.</summary>
    public static bool Happened(StoredRecord record, JsonElement json) =>
        (!IsSupporting(record.Type) || FhirText.Text(json, "class", "code") is "IMP" or "ACUTE" or "NONAC" or "EMER") && !Withheld.Is(json);

    public static DateOnly? DayOf(StoredRecord record) => RecordFacts.Of(record.Resource).Date is { } date && date.From.Year > 1850 ? TokyoDay.Of(date.From) : null;

    /// <summary>The name of what the record is about; null where the record has none.</summary>
    public static string? Name(StoredRecord record, JsonElement json) => record.Type switch
    {
        "Observation" => Observed(json),
        "Composition" => FhirText.Text(json, "title"),
        "MedicationRequest" or "MedicationDispense" or "MedicationStatement" or "MedicationAdministration" =>
            FhirText.Concept(FhirText.At(json, "medicationCodeableConcept")) ?? FhirText.ReferenceText(json, FhirText.At(json, "medicationReference")),
        "Immunization" => FhirText.Concept(FhirText.At(json, "vaccineCode")),
        "DocumentReference" => FhirText.Text(json, "description") ?? FhirText.Concept(FhirText.At(json, "type")) ?? FhirText.Text(json, "content", "attachment", "title"),
        "Organization" or "Location" or "Device" => FhirText.Text(json, "name") ?? FhirText.Text(json, "deviceName", "name"),
        "Patient" or "Practitioner" or "RelatedPerson" or "Person" => Person(FhirText.At(json, "name")),
        "Encounter" => FhirText.Concept(FhirText.At(json, "type")) ?? FhirText.Concept(FhirText.At(json, "serviceType")) ?? FhirText.Text(json, "class", "display"),
        "Goal" => FhirText.Concept(FhirText.At(json, "description")),
        "CarePlan" => FhirText.Text(json, "title") ?? FhirText.Text(json, "description"),
        "FamilyMemberHistory" => FhirText.Concept(FhirText.At(json, "condition", "code")) ?? FhirText.Concept(FhirText.At(json, "relationship")),
        _ => FhirText.Concept(FhirText.At(json, "code")) ?? FhirText.Concept(FhirText.At(json, "type")) ?? FhirText.Text(json, "title") ?? FhirText.Text(json, "description"),
    };

    /// <summary>The value of an observation, with both pressures of a panel.</summary>
    public static string? Value(StoredRecord record, JsonElement json)
    {
        if (record.Type != "Observation")
            return null;
        if (FhirText.Value(json) is { } value)
            return value.ToString();
        var parts = FhirText.Each(json, "component").Select(FhirText.Value).OfType<WrittenValue>().ToList();
        if (parts.Count == 0)
            return null;
        return parts.Count == 2 && parts[0].Unit == parts[1].Unit && parts[0].Number is not null
            ? $"{parts[0].Text} / {parts[1].Text} {parts[0].Unit}" : string.Join("、", parts.Select(part => part.ToString()));
    }

    public static string? Person(JsonElement? name)
    {
        if (name is not { } element)
            return null;
        var one = element.ValueKind is JsonValueKind.Array ? element.EnumerateArray().FirstOrDefault() : element;
        if (one.ValueKind is not JsonValueKind.Object)
            return null;
        if (FhirText.Text(one, "text") is { } text)
            return text;
        return string.Join(' ', FhirText.Strings(one, "given").Prepend(FhirText.Text(one, "family") ?? "")).Trim() is { Length: > 0 } full ? full : null;
    }

    private static string? Observed(JsonElement json)
    {
        foreach (var (_, code, _) in FhirText.Codings(FhirText.At(json, "code")))
        {
            if (CheckupMeasures.OfCode(code) is { } measure)
                return measure.NameJa;
        }

        return FhirText.Concept(FhirText.At(json, "code"));
    }
}
