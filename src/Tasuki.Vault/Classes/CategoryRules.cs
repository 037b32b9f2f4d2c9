using Tasuki.Fhir;
using Tasuki.Kernel.Records;

namespace Tasuki.Vault.Classes;

/// <summary>The category of a record about which neither its file nor a tag said anything: by type, and for observations by the systems of their codes and who measured.</summary>
internal static class CategoryRules
{
    // 特定健診 item codes (JLAC10, 17 digits) as the Ministry's checkup files use them.
    private const string CheckupItems = "urn:oid:1.2.392.200119.6.1005";
    private const string Loinc = "http://loinc.org";

    // What people and their devices measure day by day: steps, distance, energy, sleep, weight, height, body mass, fat, waist, temperature, heart rate,
    // respiration, oxygen, blood pressure, glucose, and the panel of vital signs.
    private static readonly HashSet<string> MeasuredDaily = new(StringComparer.Ordinal)
    {
        "55423-8", "41950-7", "41953-1", "41981-2", "93832-4", "29463-7", "3141-9", "8302-2", "39156-5", "41982-0", "8280-0", "8310-5", "8867-4", "9279-1", "59408-5",
        "2708-6", "85354-9", "8480-6", "8462-4", "15074-8", "2339-0", "14745-4", "85353-1", "40443-4",
    };

    public static DataCategory Of(string type, IReadOnlyList<Coding> codings, SourceKind source) => type switch
    {
        "Immunization" or "ImmunizationRecommendation" or "ImmunizationEvaluation" => DataCategory.Immunization,
        "Medication" or "MedicationRequest" or "MedicationStatement" or "MedicationDispense" or "MedicationAdministration" or "MedicationKnowledge" => DataCategory.Medication,
        "Claim" or "ClaimResponse" => DataCategory.ClaimTreatment,
        "ExplanationOfBenefit" => DataCategory.MedicalExpense,
        "Observation" => OfObservation(codings, source),
        "Condition" or "AllergyIntolerance" or "Procedure" or "Encounter" or "DiagnosticReport" or "Composition" or "DocumentReference" or "ClinicalImpression"
            or "ServiceRequest" or "Specimen" or "ImagingStudy" or "FamilyMemberHistory" or "CarePlan" or "EpisodeOfCare" or "Media" or "Flag" or "Goal"
            or "NutritionOrder" or "RiskAssessment" or "AdverseEvent" or "DetectedIssue" => DataCategory.Chart,
        _ => DataCategory.Other,
    };

    private static DataCategory OfObservation(IReadOnlyList<Coding> codings, SourceKind source)
    {
        if (codings.Any(c => string.Equals(c.System, CheckupItems, StringComparison.Ordinal)))
            return DataCategory.SpecificCheckup;
        if (source is SourceKind.Device)
            return DataCategory.Lifelog;
        if (source is SourceKind.Person or SourceKind.OtherPhr or SourceKind.Unknown
            && codings.Any(c => string.Equals(c.System, Loinc, StringComparison.Ordinal) && MeasuredDaily.Contains(c.Code)))
        {
            return DataCategory.Lifelog;
        }

        return source is SourceKind.Person ? DataCategory.Lifelog : DataCategory.Chart;
    }
}
