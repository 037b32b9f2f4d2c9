namespace Tasuki.Fhir.Searching;

/// <summary>How the value at the end of a path is read.</summary>
internal enum LeafKind : byte
{
    Text,

    /// <summary>A text that is looked at as a token.</summary>
    PlainToken,
    Boolean,
    Coding,
    CodeableConcept,
    Identifier,
    ContactPoint,
    Date,
    Period,
    Timing,
    Number,
    Quantity,
    Money,
    Range,
    HumanName,
    Address,
    Reference,
    Canonical,
    Uri,
    Element,

    /// <summary>The text of a usual name that says of itself that it is written in kana (JP Core).</summary>
    SyllabicName,

    /// <summary>Of a Patient as a whole: whether anything says that the person died.</summary>
    Deceased,

    /// <summary>Of a Bundle as a whole: the resource of its first entry.</summary>
    FirstEntry,
}

/// <summary>A property as JSON writes it, and what another property of its object must say for the step to be taken.</summary>
internal sealed record PathStep(string Name, string? WhereName = null, string? WhereValue = null);

/// <summary>One alternative of a parameter's expression, down to a concrete property.</summary>
/// <param name="Target">The type a reference must point at to count.</param>
/// <param name="System">Of a code: the system its element is bound to, where that is one.</param>
internal sealed record ElementPath(IReadOnlyList<PathStep> Steps, LeafKind Leaf, string FhirType, string? Target = null, string? System = null);
