using Tasuki.Kernel;

namespace Tasuki.Fhir.Searching;

/// <summary>The kinds of search parameter of R4 that this program answers.</summary>
public enum SearchKind : byte
{
    Token,
    Date,
    Reference,
    String,
    Quantity,
    Number,
    Uri,
    Composite,
}

/// <summary>One search parameter of one resource type, its expression compiled to paths over the stored JSON.</summary>
public sealed class SearchParameter
{
    private readonly ValueExtractor _values;
    private readonly SearchParameter[] _components;
    private readonly WholeCompositeTest? _whole;

    internal SearchParameter(
        string type, string name, SearchKind kind, IReadOnlyList<string> targets, IReadOnlyList<ElementPath> paths, SearchParameter[] components, IReadOnlyList<string> leftOut)
    {
        Type = type;
        Name = name;
        Kind = kind;
        Targets = targets;
        Paths = paths;
        LeftOut = leftOut;
        _components = components;
        _whole = components.Length > 0 ? new WholeCompositeTest(components) : null;
        _values = new ValueExtractor(paths);
        FollowsMainDate = kind is SearchKind.Date && MainDate.Leads(type, paths);
        FollowsMainCode = kind is SearchKind.Token && MainCode.Leads(type, paths);
    }

    /// <summary>The URL of its definition; null where R4's list has none.</summary>
    public string? Definition { get; init; }

    /// <summary>A name of a person or an organisation: its texts are also found by kana and by Latin letters.</summary>
    public bool IsName => Kind is SearchKind.String && Name is "name" or "family" or "given" or "phonetic" or JapanSearchParameters.KanaSort
        && Type is "Patient" or "Practitioner" or "RelatedPerson" or "Person" or "Organization";

    /// <summary>It refers to a resource that stands within: nothing of it is a record to follow or to include.</summary>
    public bool IsWithin => Paths.Any(path => path.Leaf is LeafKind.FirstEntry);

    /// <summary>Its elements have words beside their codes, or a type: what <c>:text</c> looks at.</summary>
    public bool HasWords => Paths.Any(path => path.Leaf is LeafKind.Coding or LeafKind.CodeableConcept or LeafKind.Identifier);

    public bool HasIdentifiers => Paths.Any(path => path.Leaf is LeafKind.Identifier);

    /// <summary>It looks at canonicals: what it refers to is found by url and version (<see cref="CanonicalAddress"/>).</summary>
    public bool HasCanonicals => Paths.Any(path => path.Leaf is LeafKind.Canonical);

    public bool HasReferences => Paths.Any(path => path.Leaf is LeafKind.Reference);

    public string Type { get; }

    public string Name { get; }

    public SearchKind Kind { get; }

    /// <summary>The types a reference may point at; empty when the parameter is none.</summary>
    public IReadOnlyList<string> Targets { get; }

    /// <summary>The parts of a composite, in order.</summary>
    public IReadOnlyList<SearchParameter> Components => _components;

    /// <summary>The types of a choice that hold no value of this kind, as in <c>Procedure.performedString</c>: the parameter does not look there.</summary>
    public IReadOnlyList<string> LeftOut { get; }

    /// <summary>
    /// The parameter's value, where a resource has one, is the resource's main date (<see cref="RecordFacts.Date"/>): whoever keeps that beside the resource
    /// can narrow by it and must settle by it.
    /// </summary>
    public bool FollowsMainDate { get; }

    /// <summary>The parameter looks at the element the main code is taken from: at <see cref="RecordFacts.Code"/> and <see cref="RecordFacts.OtherCodes"/>, and no more.</summary>
    public bool FollowsMainCode { get; }

    internal IReadOnlyList<ElementPath> Paths { get; }

    /// <summary>Whether a value of this parameter in the resource passes the test. The bytes are canonical (<see cref="CanonicalResource.Json"/>).</summary>
    public bool Any(ReadOnlySpan<byte> json, ValueTest test) => _values.Any(json, test);

    /// <summary>Whether the resource has an element of this parameter, of a composite one that has all its parts: what <c>:missing</c> denies.</summary>
    public bool Exists(ReadOnlySpan<byte> json) => _whole is null ? _values.Exists(json) : _values.Any(json, _whole);

    /// <summary>Error <c>query.value</c>: the test is not of this parameter's kind.</summary>
    public Result<ValueTest> Compile(SearchTest test) => test.Compile(this);

    /// <summary>
    /// The text that must stand in the resource as a coding's code for the test to pass, so that an index over these can narrow; null when there is none.
    /// </summary>
    public string? NeedsCode(SearchTest test) =>
        test is TokenTest { Code: { } code } token
            && Paths.All(path => path.Leaf is LeafKind.CodeableConcept || (path.Leaf is LeafKind.Coding && token.System is not null)) && !InMeta ? code : null;

    /// <summary>The same for an identifier's value.</summary>
    public string? NeedsIdentifier(SearchTest test) =>
        test is TokenTest { Code: { } code } && !InMeta
            && Paths.All(path => path.Leaf is LeafKind.Identifier && string.Equals(path.Steps[^1].Name, "identifier", StringComparison.Ordinal)) ? code : null;

    /// <summary>The same for a reference.</summary>
    public string? NeedsReference(SearchTest test) =>
        test is ReferenceTest { Target: { } target } && target.Contains('/', StringComparison.Ordinal) && !InMeta && Paths.All(path => path.Leaf is LeafKind.Reference) ? target : null;

    private bool InMeta => Paths.Any(path => path.Steps.Count > 0 && string.Equals(path.Steps[0].Name, "meta", StringComparison.Ordinal));
}
