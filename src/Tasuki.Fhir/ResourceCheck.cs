using Tasuki.Fhir.Validation;

namespace Tasuki.Fhir;

/// <summary>One place where a resource is not valid FHIR R4.</summary>
/// <param name="Path">The element as it is written, <c>Observation.component[2].valueQuantity.value</c>: names and positions, never a value.</param>
/// <param name="Sentence">What is wrong with it; carries no value of the resource.</param>
/// <param name="Refuses">The resource cannot be taken over as it stands. False for a slip that loses and changes nothing.</param>
/// <param name="Code">The stable code of the fault: what a repair keys on.</param>
/// <param name="Type">The FHIR type that was expected, where the fault is about one.</param>
public sealed record ResourceIssue(string Path, string Sentence, bool Refuses, string Code, string? Type = null)
{
    /// <summary>Line of the bytes that were checked, from 1.</summary>
    public int Line { get; init; }

    /// <summary>Byte in the line, from 1.</summary>
    public int Column { get; init; }

    /// <summary>The code is the key of an invariant of R4, as in <c>obs-6</c>.</summary>
    public bool IsInvariant { get; init; }
}

/// <summary>
/// Is a resource valid FHIR R4: known elements, types, cardinality, formats of primitives, required codes, invariants, types of what references lead to. Not
/// profiles. For what a person brings in as a file: a broken invariant, a reference to a wrong type, a narrative that is none, an unknown code that decides nothing
/// and a slip of form that misleads nobody lose nothing of what the file says, so they are told and do not refuse. <see cref="ResourceValidator"/> refuses them.
/// </summary>
public static class ResourceCheck
{
    /// <summary>Empty when the resource is valid. Never throws, whatever the resource holds.</summary>
    public static IReadOnlyList<ResourceIssue> Check(CanonicalResource resource) => ResourceValidator.CheckText(resource.Json.Span, isStrict: false);
}
