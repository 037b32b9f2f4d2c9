using System.Text;
using System.Text.Json;
using Tasuki.Fhir.Profiles.Definitions;
using Tasuki.Fhir.Profiles.Terminology;
using Tasuki.Kernel;

namespace Tasuki.Fhir.Searching;

/// <summary><c>:text</c> of a token: the words beside a code (R4, search, 2.21.1.5.1): of a concept, of a coding its display, of an identifier its type's.</summary>
public sealed record WordsTest(string Text) : SearchTest
{
    internal override Result<ValueTest> Compile(SearchParameter parameter) =>
        parameter.Kind is not SearchKind.Token ? WrongKind(parameter)
        : !parameter.HasWords ? new Error("query.modifier", $"The search parameter '{parameter.Name}' of {parameter.Type} has no words beside its codes, so ':text' is not answered.")
        : Text.Length == 0 ? new Error("query.value", $"The search parameter '{parameter.Name}:text' needs a text.")
        : new ElementValueTest(Words);

    private bool Words(JsonElement element) => Of(element).Concat(element.TryGetProperty("type", out var type) ? Of(type) : []).Any(Begins);

    private static IEnumerable<string> Of(JsonElement element) =>
        SpecialLeaf.Items(element, "coding").Append(element).Select(one => SpecialLeaf.Text(one, "display")).Append(SpecialLeaf.Text(element, "text")).OfType<string>();

    // From the start of the text or of one of its words.
    private bool Begins(string text)
    {
        var (held, wanted) = (SearchText.Fold(text), SearchText.Fold(Text));
        for (var at = held.IndexOf(wanted, StringComparison.Ordinal); at >= 0; at = at + 1 < held.Length ? held.IndexOf(wanted, at + 1, StringComparison.Ordinal) : -1)
        {
            if (at == 0 || !char.IsLetterOrDigit(held[at - 1]))
                return true;
        }

        return false;
    }
}

/// <summary><c>:of-type</c> of an identifier: the code of its type and its value, all three letter for letter.</summary>
public sealed record OfTypeTest(string System, string Code, string Value) : SearchTest
{
    internal override Result<ValueTest> Compile(SearchParameter parameter)
    {
        if (parameter.Kind is not SearchKind.Token)
            return WrongKind(parameter);
        if (!parameter.HasIdentifiers)
            return new Error("query.modifier", $"The search parameter '{parameter.Name}' of {parameter.Type} looks at no identifiers, so ':of-type' is not answered.");
        var names = CodeSystems.NamesOf(System).Append(System).ToHashSet(StringComparer.Ordinal);
        return new ElementValueTest(element => string.Equals(SpecialLeaf.Text(element, "value"), Value, StringComparison.Ordinal)
            && element.TryGetProperty("type", out var type)
            && SpecialLeaf.Items(type, "coding").Any(coding => string.Equals(SpecialLeaf.Text(coding, "code"), Code, StringComparison.Ordinal) && names.Contains(SpecialLeaf.Text(coding, "system") ?? "")));
    }
}

/// <summary><c>:identifier</c> of a reference: the identifier written in the reference itself.</summary>
public sealed record ReferenceIdentifierTest(TokenTest Identifier) : SearchTest
{
    internal override Result<ValueTest> Compile(SearchParameter parameter)
    {
        if (parameter.Kind is not SearchKind.Reference)
            return WrongKind(parameter);
        if (!parameter.HasReferences)
            return new Error("query.modifier", $"The search parameter '{parameter.Name}' of {parameter.Type} looks at no references with identifiers, so ':identifier' is not answered.");
        var test = new TokenValueTest(Identifier);
        return new ElementValueTest(element => element.TryGetProperty("identifier", out var identifier)
            && test.Token(Encoding.UTF8.GetBytes(SpecialLeaf.Text(identifier, "system") ?? ""), Encoding.UTF8.GetBytes(SpecialLeaf.Text(identifier, "value") ?? "")));
    }
}

/// <summary><c>:in</c> of a token: a code of a value set that is at hand whole. Those of R4 are.</summary>
/// <param name="ValueSet">Its canonical.</param>
public sealed record ValueSetTest(string ValueSet) : SearchTest
{
    private static readonly Lazy<ValueSetTable> Standard = new(() => new ValueSetTable(new DefinitionSet([])));

    internal override Result<ValueTest> Compile(SearchParameter parameter)
    {
        if (parameter.Kind is not SearchKind.Token)
            return WrongKind(parameter);
        var set = Standard.Value.Find(ValueSet, StandardDefinitions.Package);
        return set.IsWhole ? new ValueSetValueTest(set)
            : new Error("query.value", $"The search parameter '{parameter.Name}' of {parameter.Type} names a value set that is not at hand, or whose codes are not all at hand.");
    }

    private sealed class ValueSetValueTest(ValueSetContent set) : ValueTest
    {
        public override bool Token(ReadOnlySpan<byte> system, ReadOnlySpan<byte> code) =>
            set.Has(system.IsEmpty ? null : Encoding.UTF8.GetString(system), Encoding.UTF8.GetString(code)) is Membership.Yes;
    }
}

/// <summary>Looks at whole elements instead of their values.</summary>
internal sealed class ElementValueTest(Func<JsonElement, bool> holds) : ValueTest
{
    public override bool TakesElements => true;

    public override bool Element(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, ValueExtractor.Reading);
        using var document = JsonDocument.ParseValue(ref reader);
        return holds(document.RootElement);
    }
}
