using System.Globalization;
using System.Text;
using Tasuki.Fhir;

namespace Tasuki.Formats.SpecificCheckup;

/// <summary>Numbers, units and times as checkup files write them.</summary>
internal static class CheckupValues
{
    private const int MostDigits = 18;

    /// <summary>A number of a file as JSON takes it, its digits kept.</summary>
    /// <param name="Comparator">&lt;, &lt;=, &gt; or &gt;= where the file says that the value lies beyond what was measured.</param>
    /// <param name="Widened">True where the digits were full-width.</param>
    public readonly record struct Number(string Json, string? Comparator, bool Widened);

    public static Number? ParseNumber(string written)
    {
        var text = written.Normalize(NormalizationForm.FormKC).Replace('−', '-').Trim();
        var widened = text != written.Trim();
        var rest = text.AsSpan();
        string? comparator = null;
        foreach (var (sign, meaning) in (ReadOnlySpan<(string, string)>)[("<=", "<="), ("≦", "<="), ("≤", "<="), (">=", ">="), ("≧", ">="), ("≥", ">="), ("<", "<"), (">", ">")])
        {
            if (rest.StartsWith(sign, StringComparison.Ordinal))
            {
                comparator = meaning;
                rest = rest[sign.Length..].TrimStart();
                break;
            }
        }

        foreach (var (word, meaning) in (ReadOnlySpan<(string, string)>)[("未満", "<"), ("以下", "<="), ("以上", ">=")])
        {
            if (comparator is null && rest.EndsWith(word, StringComparison.Ordinal))
            {
                comparator = meaning;
                rest = rest[..^word.Length].TrimEnd();
                break;
            }
        }

        var negative = rest.StartsWith('-');
        if (negative || rest.StartsWith('+'))
            rest = rest[1..];
        var point = rest.IndexOf('.');
        var whole = point < 0 ? rest : rest[..point];
        var fraction = point < 0 ? default : rest[(point + 1)..];
        if (whole.Length + fraction.Length is 0 or > MostDigits || !AllDigits(whole) || !AllDigits(fraction))
            return null;
        whole = whole.TrimStart('0');
        var json = $"{(negative ? "-" : "")}{(whole.IsEmpty ? "0" : whole)}{(fraction.IsEmpty ? "" : $".{fraction}")}";
        return new Number(json, comparator, widened);
    }

    /// <summary>The UCUM code and the text to show. The code is null for a unit that is not known; both are null where there is no unit.</summary>
    public static (string? Code, string? Shown) ParseUnit(string? written, CheckupItem? item)
    {
        if (written is null)
            return item?.Unit is { } own ? (CheckupItems.Ucum(own), Shown(CheckupItems.Ucum(own))) : (null, null);
        var folded = Fold(written);
        if (folded.Length == 0 || folded == "1")
            return ("1", null);
        if (item?.Unit is { } expected && folded == Fold(expected))
            return (CheckupItems.Ucum(expected), Shown(CheckupItems.Ucum(expected)));
        foreach (var unit in Units)
        {
            if (folded == Fold(unit.Xml) || folded == Fold(unit.Ucum) || unit.Also.Any(also => folded == Fold(also)))
                return (unit.Ucum, Shown(unit.Ucum));
        }

        return (null, written);
    }

    /// <summary>The unit as the XML of the ministry writes the UCUM code.</summary>
    public static string XmlUnit(string ucum, CheckupItem? item)
    {
        if (item?.Unit is { } own && CheckupItems.Ucum(own) == ucum)
            return own;
        return Array.Find(Units, unit => unit.Ucum == ucum).Xml ?? ucum;
    }

    public static string Shown(string ucum) => ucum switch
    {
        "mm[Hg]" => "mmHg",
        "10*4/mm3" => "万/mm3",
        "{times}" => "回",
        "/min" => "拍/分",
        _ => ucum,
    };

    /// <summary>A CDA time (<c>yyyyMMdd</c>, shorter, or with a time of day) as FHIR writes it; without an offset it is a time in Japan. Null where it is none.</summary>
    public static string? ParseTime(string? written)
    {
        if (written is null)
            return null;
        var text = written.Normalize(NormalizationForm.FormKC).Trim();
        var zone = "+09:00";
        var sign = text.AsSpan().IndexOfAny('+', '-');
        if (sign > 0)
        {
            if (text.Length != sign + 5 || !AllDigits(text.AsSpan(sign + 1)))
                return null;
            zone = $"{text[sign]}{text.AsSpan(sign + 1, 2)}:{text.AsSpan(sign + 3, 2)}";
            text = text[..sign];
        }

        var dot = text.IndexOf('.', StringComparison.Ordinal);
        if (dot >= 0)
            text = text[..dot];
        if (!AllDigits(text))
            return null;
        var fhir = text.Length switch
        {
            4 => text,
            6 => $"{text[..4]}-{text[4..]}",
            8 => $"{text[..4]}-{text[4..6]}-{text[6..]}",
            12 => $"{text[..4]}-{text[4..6]}-{text[6..8]}T{text[8..10]}:{text[10..]}:00{zone}",
            14 => $"{text[..4]}-{text[4..6]}-{text[6..8]}T{text[8..10]}:{text[10..12]}:{text[12..]}{zone}",
            _ => null,
        };
        return FhirDate.Parse(fhir) is null ? null : fhir;
    }

    /// <summary>The reverse of <see cref="ParseTime"/>.</summary>
    public static string? CdaTime(string? fhir)
    {
        if (fhir is null || FhirDate.Parse(fhir) is null)
            return null;
        var digits = new StringBuilder(20);
        var time = fhir.IndexOf('T', StringComparison.Ordinal);
        var day = time < 0 ? fhir : fhir[..time];
        digits.Append(day.Replace("-", "", StringComparison.Ordinal));
        if (time < 0)
            return digits.ToString();
        var clock = fhir.AsSpan(time + 1);
        digits.Append(clock[..2]).Append(clock.Slice(3, 2)).Append(clock.Length >= 8 && clock[5] == ':' ? clock.Slice(6, 2) : "00");
        var zone = clock.LastIndexOfAny('+', '-');
        digits.Append(zone < 0 ? clock.EndsWith("Z") ? "+0000" : "" : $"{clock[zone]}{clock.Slice(zone + 1, 2)}{clock.Slice(zone + 4, 2)}");
        return digits.ToString();
    }

    public static DateOnly? ParseDay(string? written) =>
        DateOnly.TryParseExact(written?.Normalize(NormalizationForm.FormKC).Trim() is { Length: >= 8 } text ? text[..8] : "", "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? day : null;

    private static readonly (string Xml, string Ucum, string[] Also)[] Units =
    [
        .. CheckupItems.All.Where(item => item.Unit is not null).Select(item => item.Unit!).Distinct(StringComparer.Ordinal)
            .Select(unit => (unit, CheckupItems.Ucum(unit), unit switch
            {
                "mm[Hg]" => (string[])["mmHg"],
                "{times}" => ["回"],
                "{h`b}/min" => ["拍/分", "回/分", "bpm", "{H.B}/min"],
                "10*4/mm3" => ["万/mm3", "10^4/mm3"],
                "L" => ["ｌ"],
                "U/L" => ["IU/L"],
                _ => [],
            })),
    ];

    private static string Fold(string unit) => unit.Normalize(NormalizationForm.FormKC).Trim().Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant();

    private static bool AllDigits(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (!char.IsAsciiDigit(c))
                return false;
        }

        return true;
    }
}
