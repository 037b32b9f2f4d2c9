using System.Text.Json;
using Tasuki.Fhir.Profiles.Definitions;

namespace Tasuki.Fhir.Tests;

/// <summary>The invariants of severity error in the definitions of R4 that are at hand, and those of them that are not checked.</summary>
internal static class StandardInvariants
{
    private const string OfDefinitions = "Of ElementDefinition, which stands in a StructureDefinition alone: no type that is held.";
    private const string Placeholder = "The expression asks for a code of the system 'something', which nobody uses: it is met by every Consent there is.";

    /// <summary>The resource types that are held or shown, and all data types.</summary>
    public static readonly IReadOnlyList<string> Types =
    [
        .. ("AllergyIntolerance Appointment AuditEvent Binary Bundle CarePlan CareTeam Communication Composition Condition Consent Coverage Device DiagnosticReport DocumentReference Encounter FamilyMemberHistory Goal " +
            "ImagingStudy Immunization Location Media Medication MedicationAdministration MedicationDispense MedicationRequest MedicationStatement Observation Organization Patient Practitioner PractitionerRole " +
            "Procedure Provenance Questionnaire QuestionnaireResponse RelatedPerson ServiceRequest Specimen").Split(' '),
        .. ("Address Age Annotation Attachment CodeableConcept Coding ContactDetail ContactPoint Contributor Count DataRequirement Distance Dosage Duration ElementDefinition Expression Extension HumanName Identifier Meta " +
            "Money MoneyQuantity Narrative ParameterDefinition Period Quantity Range Ratio Reference RelatedArtifact SampledData Signature SimpleQuantity Timing TriggerDefinition UsageContext").Split(' '),
    ];

    public static readonly IReadOnlyDictionary<string, string> NotChecked = new[] { "1", "2", "3", "4", "5", "6", "7", "8", "11", "12", "13", "14", "15", "16", "17", "18", "19", "22" }
        .Select(number => ($"eld-{number}", OfDefinitions))
        .Concat([
            ("mqty-1", "Of MoneyQuantity, a profile that no element of R4 asks for."),
            ("ppc-2", Placeholder), ("ppc-3", Placeholder), ("ppc-4", Placeholder), ("ppc-5", Placeholder),
        ]).ToDictionary(one => one.Item1, one => one.Item2, StringComparer.Ordinal);

    /// <summary>
    /// The validator of profiles leaves these to the base check, or its FHIRPath cannot tell: ele-1 is in none of its definitions, ctm-1 asks for what a reference leads to, which is not at hand.
    /// </summary>
    public static readonly IReadOnlyList<string> NotToldByFhirPath = ["ele-1", "ctm-1"];

    public static HashSet<string> Of(IReadOnlyList<string> types)
    {
        var keys = new HashSet<string>(StringComparer.Ordinal);
        foreach (var stored in StandardDefinitions.All.Where(one => one.Kind is DefinitionKind.StructureDefinition))
        {
            using var json = JsonDocument.Parse(stored.Json());
            if (!types.Contains(stored.Url[(stored.Url.LastIndexOf('/') + 1)..], StringComparer.Ordinal) || !stored.Url.StartsWith("http://hl7.org/fhir/StructureDefinition/", StringComparison.Ordinal))
                continue;
            foreach (var element in json.RootElement.GetProperty("snapshot").GetProperty("element").EnumerateArray())
            {
                if (!element.TryGetProperty("constraint", out var constraints))
                    continue;
                keys.UnionWith(constraints.EnumerateArray().Where(one => one.GetProperty("severity").ValueEquals("error")).Select(one => one.GetProperty("key").GetString()!));
            }
        }

        return keys;
    }
}
