namespace Tasuki.Fhir.Validation;

/// <summary>One name under which a property may stand in the JSON of one R4 type. A choice is one element under several names: they share a <see cref="Bit"/>.</summary>
internal sealed class Element
{
    public required string Name { get; init; }

    public required byte[] Utf8 { get; init; }

    /// <summary>As in <c>CodeableConcept</c>: the FHIR type of the value.</summary>
    public required string TypeName { get; init; }

    public Primitive Primitive { get; init; }

    /// <summary>Null for a plain value and for a whole resource.</summary>
    public TypeTable? Type { get; set; }

    public bool IsResource { get; init; }

    /// <summary>Written as a list.</summary>
    public bool Many { get; init; }

    /// <summary>How many a list may hold; 0 is any number.</summary>
    public int Maximum { get; init; }

    /// <summary>The place of the element among those of its type.</summary>
    public int Bit { get; init; }

    public bool IsChoice { get; init; }

    /// <summary>The types of resources a reference may lead to; null where it may lead to any, or is none.</summary>
    public TypeTable[]? Targets { get; init; }

    /// <summary>What this is of a Reference.</summary>
    public ReferencePart Refers { get; init; }

    public CodeList? Codes { get; init; }

    /// <summary>Of a CodeableConcept: one of these must stand among its codings, as <c>system|code</c>.</summary>
    public IReadOnlySet<string>? Concepts { get; init; }

    public Role Role { get; init; }

    /// <summary>Index among the elements that say what a record is about, and when; -1 for none. Counts at the top of a resource only.</summary>
    public int MainCode { get; init; }

    public int MainDate { get; init; }
}

/// <summary>The children of a Reference that say where it leads.</summary>
internal enum ReferencePart : byte
{
    None, Literal, Type,
}
