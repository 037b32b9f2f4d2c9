using System.Collections.Frozen;

namespace Tasuki.FhirApi;

/// <summary>The resource types this interface answers for, all of them of one person each.</summary>
internal static class HeldTypes
{
    private static readonly string[] Names =
    [
        "AllergyIntolerance", "Appointment", "Binary", "Bundle", "CarePlan", "CareTeam", "Communication", "Composition", "Condition", "Coverage", "Device", "DiagnosticReport",
        "DocumentReference", "Encounter", "FamilyMemberHistory", "Goal", "ImagingStudy", "Immunization", "Location", "Media", "Medication", "MedicationAdministration",
        "MedicationDispense", "MedicationRequest", "MedicationStatement", "Observation", "Organization", "Patient", "Practitioner", "PractitionerRole", "Procedure", "Questionnaire",
        "QuestionnaireResponse", "RelatedPerson", "ServiceRequest", "Specimen",
    ];

    private static readonly FrozenSet<string> Known = Names.ToFrozenSet(StringComparer.Ordinal);

    public static IReadOnlyList<string> All => Names;

    public static bool Has(string type) => Known.Contains(type);
}
