using Tasuki.Fhir.Searching;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Operations.Summary;

/// <summary>One section of the International Patient Summary: its code and title, and which records stand in it.</summary>
/// <param name="Code">LOINC.</param>
/// <param name="Required">Stands in every summary, with a word where it is empty.</param>
/// <param name="Only">What a record must be beside being of one of the types; null for nothing more.</param>
internal sealed record SummarySection(string Code, string Title, bool Required, IReadOnlyList<string> Types, RecordPredicate? Only = null)
{
    private const string Categories = "http://terminology.hl7.org/CodeSystem/observation-category";

    private static readonly RecordPredicate Over = new RecordPredicate.Or([Has("clinical-status", null, "inactive"), Has("clinical-status", null, "remission"), Has("clinical-status", null, "resolved")]);

    /// <summary>In the order of the document.</summary>
    public static IReadOnlyList<SummarySection> All { get; } =
    [
        new("11450-4", "Problem list", Required: true, ["Condition"], new RecordPredicate.Not(Over)),
        new("48765-2", "Allergies and intolerances", Required: true, ["AllergyIntolerance"]),
        new("10160-0", "Medication summary", Required: true, ["MedicationStatement", "MedicationRequest", "MedicationAdministration", "MedicationDispense"]),
        new("11369-6", "Immunizations", Required: false, ["Immunization"]),
        new("30954-2", "Results", Required: false, ["Observation"], new RecordPredicate.Or([Has("category", Categories, "laboratory"), Has("category", Categories, "imaging"), Has("category", Categories, "exam")])),
        new("47519-4", "History of procedures", Required: false, ["Procedure"]),
        new("8716-3", "Vital signs", Required: false, ["Observation"], Has("category", Categories, "vital-signs")),
        new("29762-2", "Social history", Required: false, ["Observation"], Has("category", Categories, "social-history")),
        new("11348-0", "History of past problems", Required: false, ["Condition"], Over),
        new("18776-5", "Plan of care", Required: false, ["CarePlan"]),
    ];

    private static RecordPredicate.Parameter Has(string name, string? system, string code) => new(name, new TokenTest(system, code, WithoutSystem: false));
}
