using System.Collections.Frozen;
using Tasuki.Kernel;

namespace Tasuki.Formats;

/// <summary>Which resource types are records of a person, and which are definitions or envelopes.</summary>
internal static class RecordTypes
{
    // Conformance and terminology resources (R4, module "conformance" and "terminology"), and the definitional ones of research and tests.
    private static readonly FrozenSet<string> Definitions = (
        "CapabilityStatement CodeSystem CompartmentDefinition ConceptMap EventDefinition Evidence EvidenceVariable EffectEvidenceSynthesis ExampleScenario " +
        "GraphDefinition ImplementationGuide Library Measure MessageDefinition NamingSystem OperationDefinition ResearchDefinition ResearchElementDefinition " +
        "RiskEvidenceSynthesis SearchParameter StructureDefinition StructureMap TerminologyCapabilities TestReport TestScript ValueSet")
        .Split(' ').ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> Envelopes =
        new[] { "Parameters", "OperationOutcome", "MessageHeader", "Subscription" }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Null when a resource of this type can be a record.</summary>
    public static Error? WhyNoRecord(string type) =>
        Definitions.Contains(type) ? new Error("resource.not-personal", $"{type} defines words or shapes; it is not a record of a person and is not taken over.")
        : Envelopes.Contains(type) ? new Error("resource.not-a-record", $"{type} belongs to the exchange of messages; it is not a record and is not taken over.")
        : null;
}
