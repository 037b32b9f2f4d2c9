using System.Collections.Frozen;
using System.Text.Json;
using Tasuki.Fhir.Searching;
using Tasuki.Fhir.Validation;

namespace Tasuki.Fhir;

/// <summary>
/// What the store must know of a resource without opening it again: its main code, its main date, and everything that a token may stand for.
/// The tokens are generic on purpose: one for each distinct coding code, identifier value and reference anywhere in the resource, so every token and
/// reference parameter of R4 can narrow by them and none has to be stored again when a parameter is added.
/// </summary>
public sealed class RecordFacts
{
    internal RecordFacts(Coding? code, IReadOnlyList<string> otherCodes, FhirDate? date, IReadOnlyList<Coding> codings, IReadOnlyList<string> identifiers, IReadOnlyList<string> references)
    {
        Code = code;
        OtherCodes = otherCodes;
        Date = date;
        Codings = codings;
        Codes = codings.Count == 0 ? FrozenSet<string>.Empty : new SortedSet<string>(codings.Select(coding => coding.Code), StringComparer.Ordinal);
        Identifiers = Set(identifiers);
        References = Set(WithPlain(references));
    }

    /// <summary>The first coding of the element that says what the record is about.</summary>
    public Coding? Code { get; }

    /// <summary>Every other distinct code of that element: with <see cref="Code"/> all that a parameter with <see cref="Searching.SearchParameter.FollowsMainCode"/> looks at.</summary>
    public IReadOnlyList<string> OtherCodes { get; }

    public FhirDate? Date { get; }

    /// <summary>Every distinct <c>coding.code</c>, systems left out (the matcher settles them).</summary>
    public IReadOnlySet<string> Codes { get; }

    /// <summary>Every distinct <c>identifier.value</c>.</summary>
    public IReadOnlySet<string> Identifiers { get; }

    /// <summary>Every distinct <c>reference</c>; one to a version of a record also without it.</summary>
    public IReadOnlySet<string> References { get; }

    /// <summary>Every coding with its system, wherever it stands but in <c>meta</c>, in the order of the resource and as often as it stands there.</summary>
    public IReadOnlyList<Coding> Codings { get; }

    public static RecordFacts Of(CanonicalResource resource) => FactsBuilder.Read(resource.Json.Span);

    /// <summary>The first coding of an element that is a CodeableConcept, an array of them, or a Coding.</summary>
    public static Coding? FirstCoding(JsonElement element)
    {
        if (element.ValueKind is JsonValueKind.Array)
            return element.GetArrayLength() > 0 ? FirstCoding(element[0]) : null;
        if (element.ValueKind is not JsonValueKind.Object)
            return null;
        if (element.TryGetProperty("coding"u8, out var coding))
            return FirstCoding(coding);
        return element.TryGetProperty("code"u8, out var code) && code.ValueKind is JsonValueKind.String
            ? new Coding(Text(element, "system"), code.GetString()!) : null;
    }

    private static IReadOnlyList<string> WithPlain(IReadOnlyList<string> references)
    {
        List<string>? more = null;
        for (var i = 0; i < references.Count; i++)
        {
            var plain = WrittenReference.Plain(references[i]);
            if (plain.Length < references[i].Length)
                (more ??= [.. references]).Add(plain);
        }

        return more ?? references;
    }

    private static IReadOnlySet<string> Set(IReadOnlyList<string> texts) => texts.Count == 0 ? FrozenSet<string>.Empty : new SortedSet<string>(texts, StringComparer.Ordinal);

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind is JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;
}
