using Tasuki.Fhir.Profiles.Instance;

namespace Tasuki.Fhir.Profiles.Rules;

/// <summary>A type an element may have, with the profiles it must then meet (one of them) and, for a reference, those its target must meet.</summary>
internal sealed record TypeRule(string Code, IReadOnlyList<string> Profiles, IReadOnlyList<string> Targets);

internal sealed record BindingRule(bool IsRequired, string ValueSet);

/// <param name="Says">What the profile's author says of it; null where the author said nothing.</param>
internal sealed record InvariantRule(string Key, bool IsError, string? Says, string Expression);

internal sealed record SlicingRule(IReadOnlyList<Discriminator> Discriminators, bool IsClosed, bool IsOpenAtEnd, bool IsOrdered);

/// <summary>What a profile says of one element, or of one slice of it: an element of its snapshot, in the tree of its elements.</summary>
internal sealed class Rule
{
    public const string DefaultSlice = "@default";

    public required string Id { get; init; }

    /// <summary>As in <c>value[x]</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The name without the mark of a choice.</summary>
    public required string BaseName { get; init; }

    public bool IsChoice => Name.Length != BaseName.Length;

    public string? SliceName { get; init; }

    public int Min { get; init; }

    public int Max { get; init; } = int.MaxValue;

    public IReadOnlyList<TypeRule> Types { get; init; } = [];

    public Node? Fixed { get; init; }

    public Node? Pattern { get; init; }

    public Node? Least { get; init; }

    public Node? Most { get; init; }

    public BindingRule? Binding { get; init; }

    public IReadOnlyList<InvariantRule> Invariants { get; init; } = [];

    /// <summary>Id of the element whose inner elements are those of this one too.</summary>
    public string? ContentOf { get; init; }

    public Rule? Content { get; set; }

    public int MaxLength { get; init; }

    public SlicingRule? Slicing { get; init; }

    public List<Rule> Children { get; } = [];

    public List<Rule> Slices { get; } = [];

    /// <summary>The rules of the inner elements; of another element where that is referred to.</summary>
    public List<Rule> Inner => Children.Count == 0 && Content is not null ? Content.Children : Children;

    public bool HoldsAnyValue => Fixed is null && Pattern is null;
}

/// <summary>A StructureDefinition, ready to be held against resources.</summary>
internal sealed class Profile(string url, string type, string package, Rule root)
{
    public string Url { get; } = url;

    /// <summary>The R4 type it is about.</summary>
    public string Type { get; } = type;

    /// <summary>The package it comes from: what it refers to is looked for there first.</summary>
    public string Package { get; } = package;

    public Rule Root { get; } = root;

    /// <summary>Of an extension: where it may stand, each as its kind (element, extension, fhirpath) and expression.</summary>
    public IReadOnlyList<(string Kind, string Expression)> Contexts { get; init; } = [];

    /// <summary>Of an extension: it changes what the element around it means.</summary>
    public bool IsModifier { get; init; }
}
