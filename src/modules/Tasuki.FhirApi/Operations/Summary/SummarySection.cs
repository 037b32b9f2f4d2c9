using Tasuki.Fhir.Searching;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Operations.Summary;

/// <summary>One section of the International Patient Summary: its code and title, and which records stand in it.</summary>
/// <param name="Code">LOINC.</param>
/// <param name="Required">Stands in every summary, with a word where it is empty.</param>
internal sealed record SummarySection(string Code, string Title, bool Required, params IReadOnlyList<SummaryKind> Kinds)
{
    private static readonly RecordPredicate Over = new RecordPredicate.Or([Has("clinical-status", null, "inactive"), Has("clinical-status", null, "remission"), Has("clinical-status", null, "resolved")]);

    /// <summary>In the order of the document.</summary>
    public static IReadOnlyList<SummarySection> All { get; } =
    [
        new("11450-4", "Problem list", Required: true, new SummaryKind("Condition", Only: new RecordPredicate.Not(Over))),
        new("48765-2", "Allergies and intolerances", Required: true, new SummaryKind("AllergyIntolerance", Lasts: true)),
        new("10160-0", "Medication summary", Required: true, new("MedicationStatement", Lasts: true), new("MedicationRequest", Lasts: true), new("MedicationAdministration"), new("MedicationDispense")),
        new("11369-6", "Immunizations", Required: false, new SummaryKind("Immunization")),
        new("30954-2", "Results", Required: false, new("Observation", Only: InCategory("laboratory", "imaging", "exam")), new("DiagnosticReport")),
        new("47519-4", "History of procedures", Required: false, new SummaryKind("Procedure")),
        new("8716-3", "Vital signs", Required: false, new SummaryKind("Observation", Only: InCategory("vital-signs", "body-measurement"))),
        new("29762-2", "Social history", Required: false, new SummaryKind("Observation", Only: InCategory("social-history"))),
        new("11348-0", "History of past problems", Required: false, new SummaryKind("Condition", Only: Over)),
        new("18776-5", "Plan of care", Required: false, new SummaryKind("CarePlan", Lasts: true)),
    ];

    // HL7's, as R4 and as it was before, and JP Core's, which takes HL7's words and adds body measurements.
    private static RecordPredicate.Or InCategory(params IEnumerable<string> codes) => new([.. codes.SelectMany(code => new[]
    {
        Has("category", "http://terminology.hl7.org/CodeSystem/observation-category", code), Has("category", "http://hl7.org/fhir/observation-category", code),
        Has("category", "http://jpfhir.jp/fhir/core/CodeSystem/JP_SimpleObservationCategory_CS", code),
    })]);

    private static RecordPredicate.Parameter Has(string name, string? system, string code) => new(name, new TokenTest(system, code, WithoutSystem: false));
}

/// <summary>Records of one type in a section.</summary>
/// <param name="Only">What a record must be beside being of the type; null for nothing more.</param>
/// <param name="Lasts">A record stands until its status ends it, however old: what is so now comes before what was and what was done once.</param>
internal sealed record SummaryKind(string Type, RecordPredicate? Only = null, bool Lasts = false);
