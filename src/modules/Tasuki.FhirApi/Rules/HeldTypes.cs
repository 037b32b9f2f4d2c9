using System.Collections.Frozen;

namespace Tasuki.FhirApi;

/// <summary>The resource types this interface answers for. A record is one person's, or of a type in <see cref="Tasuki.Vault.SharedTypes"/> about nobody and seen by all.</summary>
internal static class HeldTypes
{
    private static readonly string[] Names =
    [
        "AllergyIntolerance", "Appointment", "Binary", "Bundle", "CarePlan", "CareTeam", "Communication", "Composition", "Condition", "Coverage", "Device", "DiagnosticReport",
        "DocumentReference", "Encounter", "FamilyMemberHistory", "Goal", "ImagingStudy", "Immunization", "Location", "Media", "Medication", "MedicationAdministration",
        "MedicationDispense", "MedicationRequest", "MedicationStatement", "Observation", "Organization", "Patient", "Practitioner", "PractitionerRole", "Procedure", "Questionnaire",
        "QuestionnaireResponse", "RelatedPerson", "ServiceRequest", "Specimen",
    ];

    private static readonly string[] ViewNames = ["AuditEvent", "Consent", "Provenance"];

    private static readonly FrozenSet<string> KnownRecords = Names.ToFrozenSet(StringComparer.Ordinal);
    private static readonly FrozenSet<string> KnownViews = ViewNames.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Stored one by one: read, searched and written.</summary>
    public static IReadOnlyList<string> Records => Names;

    /// <summary>Made when they are asked for, from what the vault holds anyway: the access log, the grants, where each record came from.</summary>
    public static IReadOnlyList<string> Views => ViewNames;

    public static IReadOnlyList<string> All { get; } = [.. Names.Concat(ViewNames).Order(StringComparer.Ordinal)];

    // R4's CompartmentDefinition of the patient leads to none of these.
    private static readonly FrozenSet<string> Outside =
        new[] { "Binary", "Bundle", "Device", "Location", "Medication", "Organization", "Practitioner", "PractitionerRole", "Questionnaire" }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Whether R4 has records of this type in the compartment of a patient.</summary>
    public static bool IsInCompartment(string type) => !Outside.Contains(type);

    public static bool Has(string type) => IsRecord(type) || IsView(type);

    public static bool IsRecord(string type) => KnownRecords.Contains(type);

    public static bool IsView(string type) => KnownViews.Contains(type);
}
