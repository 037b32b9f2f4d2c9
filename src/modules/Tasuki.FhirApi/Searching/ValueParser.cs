using System.Globalization;
using System.Text;
using Tasuki.Fhir;
using Tasuki.Fhir.Searching;
using Tasuki.FhirApi.Interactions;
using Tasuki.Kernel;

namespace Tasuki.FhirApi.Searching;

/// <summary>The values of search parameters as R4 writes them (search, 2.21.1.5): prefixes, <c>system|code</c>, <c>value|system|code</c>, <c>a$b</c>, escapes.</summary>
internal static class ValueParser
{
    private static readonly Dictionary<string, SearchPrefix> Prefixes = new(StringComparer.Ordinal)
    {
        ["eq"] = SearchPrefix.Equal, ["ne"] = SearchPrefix.NotEqual, ["gt"] = SearchPrefix.Greater, ["lt"] = SearchPrefix.Less, ["ge"] = SearchPrefix.GreaterOrEqual,
        ["le"] = SearchPrefix.LessOrEqual, ["sa"] = SearchPrefix.StartsAfter, ["eb"] = SearchPrefix.EndsBefore, ["ap"] = SearchPrefix.Approximately,
    };

    /// <summary>Errors <c>query.value</c> and <c>query.modifier</c>; the sentence names the parameter and never the value.</summary>
    /// <param name="modifier">Without its colon; null for none. <c>not</c> and <c>missing</c> are the caller's.</param>
    /// <param name="root">Absolute references to this base are the same as relative ones.</param>
    public static Result<SearchTest> Parse(SearchParameter parameter, string? modifier, string value, string root) => parameter.Kind switch
    {
        SearchKind.Token when modifier is null => Token(parameter, value),
        SearchKind.Token when modifier is "text" => Compiled(parameter, new WordsTest(Unescape(value))),
        SearchKind.Token when modifier is "of-type" => OfType(parameter, value),
        SearchKind.Token when modifier is "in" => Compiled(parameter, new ValueSetTest(Unescape(value))),
        SearchKind.Reference when modifier is "identifier" => Token(parameter, value).Then(test => Compiled(parameter, new ReferenceIdentifierTest((TokenTest)test))),
        SearchKind.Date when modifier is null => Date(parameter, value),
        SearchKind.Number when modifier is null => Number(parameter, value),
        SearchKind.Quantity when modifier is null => Quantity(parameter, value),
        SearchKind.String when modifier is null or "exact" or "contains" => Text(parameter, modifier, value),
        SearchKind.Uri when modifier is null or "below" or "above" => Uri(parameter, modifier, value),
        SearchKind.Reference when modifier is null || (ResourceTypes.IsKnown(modifier) && parameter.Targets.Contains(modifier, StringComparer.Ordinal)) => Reference(parameter, modifier, value, root),
        SearchKind.Composite when modifier is null => Composite(parameter, value, root),
        _ => new Error("query.modifier", $"The modifier ':{Harmless(modifier!)}' of the search parameter '{parameter.Name}' of {parameter.Type} is not answered."),
    };

    /// <summary>Splits at a separator that is not escaped.</summary>
    public static List<string> Split(string text, char separator)
    {
        var parts = new List<string>();
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\')
            {
                i++;
                continue;
            }

            if (text[i] != separator)
                continue;
            parts.Add(text[start..i]);
            start = i + 1;
        }

        parts.Add(text[start..]);
        return parts;
    }

    public static string Unescape(string text)
    {
        if (!text.Contains('\\', StringComparison.Ordinal))
            return text;
        var plain = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length && text[i + 1] is ',' or '|' or '$' or '\\')
                i++;
            plain.Append(text[i]);
        }

        return plain.ToString();
    }

    public static (SearchPrefix Prefix, string Value) PrefixOf(string value) =>
        value.Length > 2 && Prefixes.TryGetValue(value[..2], out var prefix) ? (prefix, value[2..]) : (SearchPrefix.Equal, value);

    /// <summary>A parameter's name or modifier comes back in an answer: letters, digits, hyphens and underscores of it.</summary>
    public static string Harmless(string name) => new([.. name.Where(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_').Take(40)]);

    // Whether the parameter can be tested so is said before anything is read.
    private static Result<SearchTest> Compiled(SearchParameter parameter, SearchTest test) => parameter.Compile(test) is { Error: { } wrong } ? wrong : test;

    private static Result<SearchTest> OfType(SearchParameter parameter, string value) => Split(value, '|') switch
    {
        [{ Length: > 0 } system, { Length: > 0 } code, { Length: > 0 } held] => Compiled(parameter, new OfTypeTest(Unescape(system), Unescape(code), Unescape(held))),
        _ => Wrong(parameter, "system|code|value"),
    };

    private static Result<SearchTest> Token(SearchParameter parameter, string value) =>
        TokenOf(value) is { } test ? test : Wrong(parameter, "code, system|code, |code or system|");

    /// <summary>Null for what is no code.</summary>
    public static TokenTest? TokenOf(string value) => Split(value, '|') switch
    {
        [{ Length: > 0 } code] => new TokenTest(null, Unescape(code)),
        ["", { Length: > 0 } code] => new TokenTest(null, Unescape(code), WithoutSystem: true),
        [{ Length: > 0 } system, ""] => new TokenTest(Unescape(system), null),
        [{ Length: > 0 } system, { Length: > 0 } code] => new TokenTest(Unescape(system), Unescape(code)),
        _ => null,
    };

    private static Result<SearchTest> Date(SearchParameter parameter, string value)
    {
        var (prefix, rest) = PrefixOf(value);
        return FhirDate.Parse(rest) is { } date ? new DateTest(prefix, date) : Wrong(parameter, "a date such as 2026, 2026-04, 2026-04-01 or 2026-04-01T09:00:00+09:00, with a prefix or without");
    }

    private static Result<SearchTest> Number(SearchParameter parameter, string value)
    {
        var (prefix, rest) = PrefixOf(value);
        return Decimal(rest) is { } number ? new NumberTest(prefix, number, HalfOf(rest)) : Wrong(parameter, "a number, with a prefix or without");
    }

    private static Result<SearchTest> Quantity(SearchParameter parameter, string value)
    {
        var parts = Split(value, '|');
        var (prefix, rest) = PrefixOf(parts[0]);
        if (Decimal(rest) is not { } number || parts.Count is not (1 or 3))
            return Wrong(parameter, "number or number|system|code, with a prefix or without");
        return parts.Count == 1 ? new QuantityTest(prefix, number, Half: HalfOf(rest)) : new QuantityTest(prefix, number, NullIfEmpty(parts[1]), NullIfEmpty(parts[2]), HalfOf(rest));
    }

    private static Result<SearchTest> Text(SearchParameter parameter, string? modifier, string value) =>
        value.Length == 0 ? Wrong(parameter, "a text")
        : new StringTest(modifier switch { "exact" => StringMatch.Exact, "contains" => StringMatch.Contains, _ => StringMatch.Begins }, Unescape(value));

    private static Result<SearchTest> Uri(SearchParameter parameter, string? modifier, string value) =>
        value.Length == 0 ? Wrong(parameter, "a URI") : new UriTest(Unescape(value), Below: modifier is "below", Above: modifier is "above");

    private static Result<SearchTest> Reference(SearchParameter parameter, string? modifier, string value, string root)
    {
        var target = Unescape(value);
        // As it is stored. A canonical is stored as it came.
        if (parameter.HasReferences)
            target = WrittenReferences.Own(target, root);
        if (target.Length == 0)
            return Wrong(parameter, "Type/id, id or a URL");
        if (!target.Contains('/', StringComparison.Ordinal))
        {
            // An id alone means the one type the parameter can refer to.
            var type = modifier ?? (parameter.Targets is [var only] ? only : null);
            return new ReferenceTest(type is null ? target : $"{type}/{target}");
        }

        return modifier is null || target.StartsWith(modifier + "/", StringComparison.Ordinal) ? new ReferenceTest(target) : Wrong(parameter, $"{modifier}/id or an id");
    }

    private static Result<SearchTest> Composite(SearchParameter parameter, string value, string root)
    {
        var parts = Split(value, '$');
        if (parts.Count != parameter.Components.Count)
            return Wrong(parameter, $"{parameter.Components.Count} parts with $ between them");
        var tests = new List<SearchTest>();
        for (var i = 0; i < parts.Count; i++)
        {
            var part = Parse(parameter.Components[i], null, parts[i], root);
            if (!part.IsOk)
                return part.Error;
            tests.Add(part.Value);
        }

        return new CompositeTest(tests);
    }

    private static decimal? Decimal(string text) =>
        decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var number) ? number : null;

    // With an exponent the last digit stands for more than the decimal says. R4 (search, number and quantity): 1e2 is 95 to 105, 5.40e-3 is 5.395e-3 to 5.405e-3; so
    // a mantissa without a point counts as one with a nought behind it.
    private static decimal? HalfOf(string text)
    {
        var at = text.IndexOfAny(['e', 'E']);
        // A nought may have any exponent.
        if (at < 0 || !int.TryParse(text.AsSpan(at + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var exponent) || Math.Abs(exponent) > 100)
            return null;
        var digits = text.AsSpan(0, at);
        var behind = digits.IndexOf('.') is >= 0 and var point ? digits.Length - point - 1 : 1;
        return decimal.TryParse($"0.5e{exponent - behind}", NumberStyles.Float, CultureInfo.InvariantCulture, out var half) ? half : null;
    }

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : Unescape(text);

    private static Error Wrong(SearchParameter parameter, string form) =>
        new("query.value", $"The value of the search parameter '{parameter.Name}' of {parameter.Type} is not of its form: {form}.");
}
