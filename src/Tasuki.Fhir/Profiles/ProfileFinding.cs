namespace Tasuki.Fhir.Profiles;

public enum FindingSeverity
{
    /// <summary>Something could not be checked, or is worth knowing; the resource may be right.</summary>
    Information,

    /// <summary>The profile asks for it, and a resource without it is still one of the profile.</summary>
    Warning,

    /// <summary>The resource does not meet the profile.</summary>
    Error,
}

/// <summary>One place where a resource and a profile do not agree, or where it could not be told.</summary>
/// <param name="Severity">Errors alone say that the profile is not met.</param>
/// <param name="Code">A code of R4's issue types (<c>required</c>, <c>structure</c>, <c>value</c>, <c>invariant</c>, <c>code-invalid</c>, <c>not-found</c> ...).</param>
/// <param name="Path">The element as it is written, <c>Observation.component[2].valueQuantity.value</c>: names and positions, never a value.</param>
/// <param name="Profile">Canonical URL of the profile whose rule it is.</param>
/// <param name="Rule">What was not met: <c>min</c>, <c>max</c>, <c>fixed</c>, <c>pattern</c>, <c>binding</c>, <c>slice</c> ..., or the key of an invariant.</param>
/// <param name="Sentence">What is wrong, beginning with the path; carries no value of the resource.</param>
public sealed record ProfileFinding(FindingSeverity Severity, string Code, string Path, string Profile, string Rule, string Sentence)
{
    /// <summary>The rule of a finding that says: the resource declares a profile that is in no package.</summary>
    public const string Undeclared = "declared";

    /// <summary>Id of the element of the profile that holds the rule, as in <c>Observation.category:first</c>.</summary>
    public string Element { get; init; } = "";

    /// <summary>Line of the bytes that were checked, from 1; where an element is missing, that of its owner.</summary>
    public int Line { get; init; }

    /// <summary>Byte in the line, from 1.</summary>
    public int Column { get; init; }
}
