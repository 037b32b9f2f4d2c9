using System.Collections.Frozen;
using System.Globalization;

namespace Tasuki.Fhir.Searching;

/// <summary>
/// A unit of UCUM as health records use them: what it measures, and how many of the base units it is. Units that are no multiple of another (degrees, pH) stand for
/// themselves; international and enzyme units are none of mass; an annotation such as <c>{1.73_m2}</c> makes another unit.
/// </summary>
internal sealed class UcumUnit
{
    public const string System = "http://unitsofmeasure.org";
    public const int Longest = 60;

    // Mass, length and so on by their exponents.
    private readonly string _kind;
    private readonly decimal _factor;

    private static readonly FrozenDictionary<string, decimal> Prefixes = new Dictionary<string, decimal>(StringComparer.Ordinal)
    {
        ["T"] = 1e12m, ["G"] = 1e9m, ["M"] = 1e6m, ["k"] = 1e3m, ["h"] = 100m, ["da"] = 10m, ["d"] = 0.1m, ["c"] = 0.01m, ["m"] = 1e-3m, ["u"] = 1e-6m, ["n"] = 1e-9m, ["p"] = 1e-12m, ["f"] = 1e-15m,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    // Of each the factor, what it measures, and whether prefixes go before it (UCUM, tables 1 to 19).
    private static readonly FrozenDictionary<string, (decimal Factor, string Kind, bool Metric)> Atoms = new Dictionary<string, (decimal, string, bool)>(StringComparer.Ordinal)
    {
        ["g"] = (1, "g", true), ["t"] = (1e6m, "g", true), ["[lb_av]"] = (453.59237m, "g", false), ["[oz_av]"] = (28.349523125m, "g", false),
        ["m"] = (1, "m", true), ["[in_i]"] = (0.0254m, "m", false), ["[ft_i]"] = (0.3048m, "m", false), ["[mi_i]"] = (1609.344m, "m", false),
        ["L"] = (1e-3m, "m3", true), ["l"] = (1e-3m, "m3", true),
        ["s"] = (1, "s", true), ["min"] = (60, "s", false), ["h"] = (3600, "s", false), ["d"] = (86_400, "s", false), ["wk"] = (604_800, "s", false), ["mo"] = (2_629_800, "s", false), ["a"] = (31_557_600, "s", false), ["Hz"] = (1, "s-1", true),
        ["mol"] = (1, "mol", true), ["eq"] = (1, "eq", true), ["osm"] = (1, "osm", true), ["[IU]"] = (1, "IU", true), ["[iU]"] = (1, "IU", true), ["U"] = (1, "U", true),
        ["Pa"] = (1000, "g m-1 s-2", true), ["m[Hg]"] = (133_322_000, "g m-1 s-2", true), ["bar"] = (1e8m, "g m-1 s-2", true),
        ["J"] = (1000, "g m2 s-2", true), ["cal"] = (4184, "g m2 s-2", true), ["[Cal]"] = (4_184_000, "g m2 s-2", false),
        ["%"] = (0.01m, "", false), ["[ppth]"] = (0.001m, "", false), ["[ppm]"] = (1e-6m, "", false),
        ["Cel"] = (1, "Cel", false), ["[degF]"] = (1, "degF", false), ["K"] = (1, "K", false), ["[pH]"] = (1, "pH", false),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private UcumUnit(string kind, decimal factor) => (_kind, _factor) = (kind, factor);

    public bool IsLike(UcumUnit other) => string.Equals(_kind, other._kind, StringComparison.Ordinal);

    /// <summary>Null for a number beyond what a decimal holds.</summary>
    public decimal? Convert(decimal value, UcumUnit to)
    {
        try
        {
            return value * _factor / to._factor;
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    /// <summary>How many base units of its kind that is. Null as for <see cref="Convert"/>.</summary>
    public decimal? InBase(decimal value)
    {
        try
        {
            return value * _factor;
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    /// <summary>Null for a unit that is not known here.</summary>
    public static UcumUnit? Parse(string code)
    {
        if (code.Length is 0 or > Longest)
            return null;
        var kinds = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var factor = 1m;
        var sign = 1;
        try
        {
            for (var at = 0; at < code.Length;)
            {
                if (code[at] is '/' or '.')
                {
                    sign = code[at] is '/' ? -1 : 1;
                    if (++at == code.Length)
                        return null;
                }

                var end = End(code, at);
                if (end == at || !Term(code[at..end], sign, kinds, ref factor))
                    return null;
                at = end;
            }
        }
        catch (OverflowException)
        {
            return null;
        }

        return factor == 0 ? null : new UcumUnit(string.Join(' ', kinds.Where(one => one.Value != 0).Select(one => one.Key + one.Value.ToString(CultureInfo.InvariantCulture))), factor);
    }

    // A point or a stroke within brackets or braces is no sign.
    private static int End(string code, int at)
    {
        var depth = 0;
        for (; at < code.Length; at++)
        {
            if (code[at] is '[' or '{')
                depth++;
            else if (code[at] is ']' or '}')
                depth--;
            else if (depth == 0 && code[at] is '/' or '.')
                return at;
        }

        return at;
    }

    private static bool Term(string term, int sign, SortedDictionary<string, int> kinds, ref decimal factor)
    {
        if (term.IndexOf('{', StringComparison.Ordinal) is >= 0 and var brace)
        {
            if (term[^1] is not '}')
                return false;
            Add(kinds, term[brace..], sign);
            term = term[..brace];
            if (term.Length == 0)
                return true;
        }

        if (term.StartsWith("10*", StringComparison.Ordinal) || term.StartsWith("10^", StringComparison.Ordinal))
            return int.TryParse(term[3..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var power) && Math.Abs(power) <= 15 && Times(Math.Abs(power), 10, power < 0 ? -sign : sign, ref factor);
        if (int.TryParse(term, NumberStyles.None, CultureInfo.InvariantCulture, out var whole))
            return whole > 0 && Times(1, whole, sign, ref factor);
        var exponent = 1;
        var digits = term.Length;
        while (digits > 1 && char.IsAsciiDigit(term[digits - 1]))
            digits--;
        if (digits > 1 && term[digits - 1] is '-' or '+')
            digits--;
        if (digits < term.Length && (!int.TryParse(term[digits..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent) || Math.Abs(exponent) > 4))
            return false;
        if (Atom(term[..digits]) is not { } atom)
            return false;
        foreach (var one in atom.Kind.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var name = one.TrimEnd('-', '1', '2', '3');
            Add(kinds, name, sign * exponent * (name.Length < one.Length ? int.Parse(one[name.Length..], CultureInfo.InvariantCulture) : 1));
        }

        return Times(Math.Abs(exponent), atom.Factor, exponent < 0 ? -sign : sign, ref factor);
    }

    private static (decimal Factor, string Kind)? Atom(string text)
    {
        if (Atoms.TryGetValue(text, out var plain))
            return (plain.Factor, plain.Kind);
        for (var length = 1; length <= 2 && length < text.Length; length++)
        {
            if (Prefixes.TryGetValue(text[..length], out var prefix) && Atoms.TryGetValue(text[length..], out var atom) && atom.Metric)
                return (prefix * atom.Factor, atom.Kind);
        }

        return null;
    }

    private static bool Times(int count, decimal by, int sign, ref decimal factor)
    {
        for (var i = 0; i < count; i++)
            factor = sign > 0 ? factor * by : factor / by;
        return true;
    }

    private static void Add(SortedDictionary<string, int> kinds, string name, int exponent) => kinds[name] = kinds.GetValueOrDefault(name) + exponent;
}
