using Tasuki.Kernel.Records;

namespace Tasuki.People;

/// <summary>
/// The resource types an app can ask for, and in which categories records of each may stand: the bridge from a scope, which names types, to a grant, which names
/// categories. A file may tag a record with any category, so a type leads to every category it is met in, and not only to the one it falls into by itself.
/// </summary>
internal static class SmartTypes
{
    private static readonly DataCategory[] Checkups =
    [
        DataCategory.MaternalInfantCheckup, DataCategory.MunicipalScreening, DataCategory.SpecificCheckup, DataCategory.EmployerCheckup,
    ];

    private static readonly DataCategory[] Medicines = [DataCategory.Medication, DataCategory.EPrescription];
    private static readonly DataCategory[] Charts = [DataCategory.Chart, DataCategory.ClaimTreatment];

    private static readonly Dictionary<string, DataCategory[]> Known = new(StringComparer.Ordinal)
    {
        ["AllergyIntolerance"] = Charts, ["Appointment"] = [DataCategory.Other], ["AuditEvent"] = [DataCategory.Other], ["Binary"] = [.. Checkups, .. Charts, DataCategory.Other],
        ["Bundle"] = [.. Checkups, .. Medicines, .. Charts, DataCategory.Other], ["CarePlan"] = Charts, ["CareTeam"] = [DataCategory.Chart, DataCategory.Other],
        ["Communication"] = [DataCategory.Other], ["Composition"] = [.. Checkups, .. Medicines, .. Charts], ["Condition"] = [.. Checkups, .. Charts],
        ["Consent"] = [DataCategory.Other], ["Coverage"] = [DataCategory.MedicalExpense, DataCategory.Other], ["Device"] = [DataCategory.Lifelog, DataCategory.Other],
        ["DiagnosticReport"] = [.. Checkups, .. Charts], ["DocumentReference"] = [.. Checkups, .. Charts, DataCategory.Other], ["Encounter"] = Charts,
        ["FamilyMemberHistory"] = Charts, ["Goal"] = [DataCategory.Chart, DataCategory.Lifelog], ["ImagingStudy"] = [.. Checkups, .. Charts],
        ["Immunization"] = [DataCategory.Immunization], ["Location"] = [], ["Media"] = Charts, ["Medication"] = Medicines, ["MedicationAdministration"] = [.. Medicines, .. Charts],
        ["MedicationDispense"] = Medicines, ["MedicationRequest"] = Medicines, ["MedicationStatement"] = Medicines,
        ["Observation"] = [.. Checkups, .. Charts, DataCategory.Lifelog, DataCategory.Other], ["Organization"] = [], ["Patient"] = [DataCategory.Other], ["Practitioner"] = [],
        ["PractitionerRole"] = [], ["Procedure"] = Charts, ["Provenance"] = [], ["Questionnaire"] = [], ["QuestionnaireResponse"] = [.. Checkups, DataCategory.Chart, DataCategory.Other],
        ["RelatedPerson"] = [DataCategory.Other], ["ServiceRequest"] = Charts, ["Specimen"] = [.. Checkups, .. Charts],
    };

    // R4 types of the list above that have the search parameter `category`, the one constraint of a scope that is answered.
    private static readonly HashSet<string> WithCategory = new(StringComparer.Ordinal)
    {
        "AllergyIntolerance", "CarePlan", "CareTeam", "Communication", "Composition", "Condition", "Consent", "DiagnosticReport", "DocumentReference", "MedicationStatement",
        "Observation", "Procedure", "ServiceRequest",
    };

    public static bool IsKnown(string type) => Known.ContainsKey(type);

    public static bool HasCategory(string type) => WithCategory.Contains(type);

    /// <summary>Every category for <c>*</c> (null); none for types that are no person's.</summary>
    public static IReadOnlyList<DataCategory> CategoriesOf(string? type) => type is null ? Enum.GetValues<DataCategory>() : Known[type];
}
