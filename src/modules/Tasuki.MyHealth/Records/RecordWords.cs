using Tasuki.Web;

namespace Tasuki.MyHealth;

/// <summary>Words for FHIR's own codes. What is not in these lists is shown as it is.</summary>
internal static class RecordWords
{
    public static readonly string[] Types =
    [
        "AllergyIntolerance", "CarePlan", "Claim", "Composition", "Condition", "DiagnosticReport", "DocumentReference", "Encounter", "ExplanationOfBenefit", "FamilyMemberHistory",
        "Goal", "ImagingStudy", "Immunization", "MedicationAdministration", "MedicationDispense", "MedicationRequest", "MedicationStatement", "Observation", "Organization", "Patient",
        "Practitioner", "Procedure", "QuestionnaireResponse", "ServiceRequest",
    ];

    public static readonly string[] Codes =
    [
        "final", "preliminary", "amended", "corrected", "registered", "active", "completed", "stopped", "cancelled", "on-hold", "entered-in-error", "not-done", "finished", "inactive",
        "resolved", "remission", "confirmed", "unconfirmed", "provisional", "differential", "male", "female", "other", "unknown", "high", "low", "mild", "moderate", "severe", "order",
    ];

    private static readonly string[] CodeElements = ["status", "clinicalStatus", "verificationStatus", "gender", "criticality", "severity"];

    public static string TypeName(Texts<MyHealthTexts> texts, string type) => Types.Contains(type) ? texts["type-" + type] : type;

    public static string Line(Texts<MyHealthTexts> texts, string element, string line) =>
        CodeElements.Contains(element) && Codes.Contains(line) ? texts["code-" + line] : line;
}
