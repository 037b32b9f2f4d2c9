using System.Collections.Frozen;

namespace Tasuki.Fhir;

/// <summary>The resource types of FHIR R4 (4.0.1), with the number each is stored under. The order is part of stored bytes: never reorder, only add at the end.</summary>
public static class ResourceTypes
{
    private static readonly string[] Names = (
        "Account ActivityDefinition AdverseEvent AllergyIntolerance Appointment AppointmentResponse AuditEvent Basic Binary BiologicallyDerivedProduct BodyStructure " +
        "Bundle CapabilityStatement CarePlan CareTeam CatalogEntry ChargeItem ChargeItemDefinition Claim ClaimResponse ClinicalImpression CodeSystem Communication " +
        "CommunicationRequest CompartmentDefinition Composition ConceptMap Condition Consent Contract Coverage CoverageEligibilityRequest CoverageEligibilityResponse " +
        "DetectedIssue Device DeviceDefinition DeviceMetric DeviceRequest DeviceUseStatement DiagnosticReport DocumentManifest DocumentReference EffectEvidenceSynthesis " +
        "Encounter Endpoint EnrollmentRequest EnrollmentResponse EpisodeOfCare EventDefinition Evidence EvidenceVariable ExampleScenario ExplanationOfBenefit " +
        "FamilyMemberHistory Flag Goal GraphDefinition Group GuidanceResponse HealthcareService ImagingStudy Immunization ImmunizationEvaluation " +
        "ImmunizationRecommendation ImplementationGuide InsurancePlan Invoice Library Linkage List Location Measure MeasureReport Media Medication " +
        "MedicationAdministration MedicationDispense MedicationKnowledge MedicationRequest MedicationStatement MedicinalProduct MedicinalProductAuthorization " +
        "MedicinalProductContraindication MedicinalProductIndication MedicinalProductIngredient MedicinalProductInteraction MedicinalProductManufactured " +
        "MedicinalProductPackaged MedicinalProductPharmaceutical MedicinalProductUndesirableEffect MessageDefinition MessageHeader MolecularSequence NamingSystem " +
        "NutritionOrder Observation ObservationDefinition OperationDefinition OperationOutcome Organization OrganizationAffiliation Parameters Patient PaymentNotice " +
        "PaymentReconciliation Person PlanDefinition Practitioner PractitionerRole Procedure Provenance Questionnaire QuestionnaireResponse RelatedPerson RequestGroup " +
        "ResearchDefinition ResearchElementDefinition ResearchStudy ResearchSubject RiskAssessment RiskEvidenceSynthesis Schedule SearchParameter ServiceRequest Slot " +
        "Specimen SpecimenDefinition StructureDefinition StructureMap Subscription Substance SubstanceNucleicAcid SubstancePolymer SubstanceProtein " +
        "SubstanceReferenceInformation SubstanceSourceMaterial SubstanceSpecification SupplyDelivery SupplyRequest Task TerminologyCapabilities TestReport TestScript " +
        "ValueSet VerificationResult VisionPrescription").Split(' ');

    private static readonly FrozenDictionary<string, short> Numbers =
        Names.Select((name, index) => (name, index)).ToFrozenDictionary(x => x.name, x => (short)(x.index + 1), StringComparer.Ordinal);

    public static IReadOnlyList<string> All => Names;

    public static bool IsKnown(string type) => Numbers.ContainsKey(type);

    /// <summary>From 1. Throws for a name R4 does not know: ask <see cref="IsKnown"/> first.</summary>
    public static short NumberOf(string type) => Numbers[type];

    public static string NameOf(short number) => Names[number - 1];
}
