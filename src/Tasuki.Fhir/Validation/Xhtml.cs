using System.Buffers;
using System.Collections.Frozen;
using System.Net;
using System.Text;

namespace Tasuki.Fhir.Validation;

/// <summary>
/// Is a text the XHTML of a narrative (R4, narrative.html): one <c>div</c> of the XHTML namespace, well formed, of the elements and attributes a narrative may
/// have. What stands inside what is checked for lists and tables only.
/// </summary>
internal static class Xhtml
{
    private const int MaximumDepth = 200;

    private static readonly FrozenSet<string> Elements = (
        "a abbr acronym address b bdo big blockquote br caption cite code col colgroup dd dfn div dl dt em h1 h2 h3 h4 h5 h6 hr i img li map area ol p pre q samp small " +
        "span strong sub sup table tbody td tfoot th thead tr tt ul var kbd del ins").Split(' ').ToFrozenSet(StringComparer.Ordinal);

    // At least one of these elements stands in them, nothing else and no text; and these elements stand nowhere else.
    private static readonly FrozenDictionary<string, string[]> Inside = new Dictionary<string, string[]>(StringComparer.Ordinal)
    {
        ["ul"] = ["li"],
        ["ol"] = ["li"],
        ["dl"] = ["dt", "dd"],
        ["table"] = ["caption", "col", "colgroup", "thead", "tfoot", "tbody", "tr"],
        ["thead"] = ["tr"],
        ["tbody"] = ["tr"],
        ["tfoot"] = ["tr"],
        ["tr"] = ["th", "td"],
        ["colgroup"] = ["col"],
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenSet<string> Owned = Inside.Values.SelectMany(names => names).ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> Blocks =
        "p h1 h2 h3 h4 h5 h6 div ul ol dl pre hr blockquote address table".Split(' ').ToFrozenSet(StringComparer.Ordinal);

    // In all others only words and the elements of a line stand, no blocks.
    private static readonly FrozenSet<string> HoldBlocks = "div li dd td th ins del blockquote map".Split(' ').ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> Attributes = (
        "id class style title lang xml:lang xml:space dir accesskey tabindex xmlns href hreflang name rel rev type charset shape coords src alt longdesc height width usemap ismap " +
        "cite datetime span align char charoff valign summary border frame rules cellspacing cellpadding abbr axis headers scope rowspan colspan nohref").Split(' ').ToFrozenSet(StringComparer.Ordinal);

    private static readonly SearchValues<byte> NameEnd = SearchValues.Create(" \t\r\n/>=<\"'&"u8);
    private static readonly SearchValues<byte> Blank = SearchValues.Create(" \t\r\n"u8);
    private static readonly SearchValues<byte> MarkOrEntity = SearchValues.Create("<&"u8);

    private static readonly SearchValues<byte> NotOfXml = SearchValues.Create([0, 1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31]);

    public static bool IsNarrative(ReadOnlySpan<byte> text)
    {
        if (text.ContainsAny(NotOfXml) || text.IndexOf("\uFFFE"u8) >= 0 || text.IndexOf("\uFFFF"u8) >= 0)
            return false;
        var open = new Stack<string>();
        var rest = text;
        var done = false;
        // Nothing has stood yet in the element that was opened last.
        var empty = true;
        while (rest.Length > 0)
        {
            var next = rest.IndexOfAny(MarkOrEntity);
            var plain = next < 0 ? rest : rest[..next];
            var hasText = plain.ContainsAnyExcept(Blank);
            if (hasText && (open.Count == 0 || Inside.ContainsKey(open.Peek()) || plain.IndexOf("]]>"u8) >= 0))
                return false;
            if (next < 0)
                break;
            rest = rest[next..];
            if (rest[0] is (byte)'&')
            {
                if (open.Count == 0 || Inside.ContainsKey(open.Peek()) || EntityLength(rest) is not (> 0 and var length))
                    return false;
                rest = rest[length..];
            }
            else if (rest.StartsWith("<!--"u8))
            {
                var end = rest[4..].IndexOf("--"u8);
                if (end < 0 || end + 6 >= rest.Length || rest[4 + end + 2] is not (byte)'>')
                    return false;
                rest = rest[(4 + end + 3)..];
            }
            else if (rest.StartsWith("</"u8))
            {
                var end = rest.IndexOf((byte)'>');
                if (end < 0 || open.Count == 0 || (Inside.ContainsKey(open.Peek()) && empty) || !rest[2..end].TrimEnd(" \t\r\n"u8).SequenceEqual(Encoding.UTF8.GetBytes(open.Pop())))
                    return false;
                empty = false;
                done = open.Count == 0;
                rest = rest[(end + 1)..];
            }
            else if (done || Tag(rest, open) is not (> 0 and var length))
            {
                return false;
            }
            else
            {
                done = open.Count == 0;
                empty = rest[length - 2] is not (byte)'/';
                rest = rest[length..];
            }
        }

        return done && open.Count == 0;
    }

    /// <summary>A narrative has some text or a picture (txt-2).</summary>
    /// <param name="text">What <see cref="IsNarrative"/> has passed.</param>
    public static bool SaysSomething(ReadOnlySpan<byte> text)
    {
        while (text.Length > 0)
        {
            if (text.StartsWith("<!--"u8))
            {
                text = text[(text.IndexOf("-->"u8) + 3)..];
            }
            else if (text[0] is (byte)'<')
            {
                if (text.StartsWith("<img"u8))
                    return true;
                text = text[TagLength(text)..];
            }
            else
            {
                var next = text.IndexOf((byte)'<');
                var plain = next < 0 ? text : text[..next];
                if (plain.ContainsAnyExcept(Blank))
                    return true;
                text = text[plain.Length..];
            }
        }

        return false;
    }

    // An attribute may hold a >.
    private static int TagLength(ReadOnlySpan<byte> text)
    {
        var length = 0;
        while (text[length] is not (byte)'>')
            length += text[length] is (byte)'"' or (byte)'\'' ? text[(length + 1)..].IndexOf(text[length]) + 2 : 1;
        return length + 1;
    }

    // The length of a start tag, pushed when it is not closed at once; 0 when it is none.
    private static int Tag(ReadOnlySpan<byte> text, Stack<string> open)
    {
        var rest = text[1..];
        var nameLength = rest.IndexOfAny(NameEnd);
        if (nameLength <= 0)
            return 0;
        var name = Encoding.UTF8.GetString(rest[..nameLength]);
        if (open.Count == 0 ? name is not "div" : open.Count >= MaximumDepth || !MayStand(name, open.Peek()) || (name is "a" && open.Contains("a")))
            return 0;
        rest = rest[nameLength..];
        var seen = new List<string>();
        var inNamespace = open.Count > 0;
        while (true)
        {
            var blanks = rest.IndexOfAnyExcept(Blank);
            if (blanks < 0)
                return 0;
            rest = rest[blanks..];
            if (rest[0] is (byte)'>' || rest.StartsWith("/>"u8))
            {
                if (!inNamespace)
                    return 0;
                var closed = rest[0] is (byte)'/';
                if (closed && Inside.ContainsKey(name) && name is not "colgroup")
                    return 0;
                if (!closed)
                    open.Push(name);
                return text.Length - rest.Length + (closed ? 2 : 1);
            }

            var length = blanks == 0 ? 0 : rest.IndexOfAny(NameEnd);
            if (length <= 0)
                return 0;
            var attribute = Encoding.UTF8.GetString(rest[..length]);
            rest = rest[length..].TrimStart(" \t\r\n"u8);
            if (rest.Length == 0 || rest[0] is not (byte)'=' || seen.Contains(attribute, StringComparer.Ordinal) || !Attributes.Contains(attribute))
                return 0;
            seen.Add(attribute);
            rest = rest[1..].TrimStart(" \t\r\n"u8);
            if (rest.Length == 0 || rest[0] is not ((byte)'"' or (byte)'\''))
                return 0;
            var end = rest[1..].IndexOf(rest[0]);
            if (end < 0 || !IsAttributeValue(rest.Slice(1, end)))
                return 0;
            if (attribute is "href" or "src" && IsScript(rest.Slice(1, end)))
                return 0;
            if (attribute is "xmlns")
            {
                if (!rest.Slice(1, end).SequenceEqual("http://www.w3.org/1999/xhtml"u8))
                    return 0;
                inNamespace = true;
            }

            rest = rest[(end + 2)..];
        }
    }

    private static bool MayStand(string name, string parent) =>
        Elements.Contains(name)
        && (Inside.TryGetValue(parent, out var allowed) ? allowed.Contains(name) : !Owned.Contains(name))
        && (!Blocks.Contains(name) || HoldBlocks.Contains(parent));

    // An address that runs (javascript:, vbscript:): a narrative holds no active content. Browsers leave out blanks and controls, however they are written.
    private static bool IsScript(ReadOnlySpan<byte> value)
    {
        var text = WebUtility.HtmlDecode(Encoding.UTF8.GetString(value));
        var scheme = string.Concat(text.TakeWhile(one => one is not ':').Where(one => one > ' ')).ToLowerInvariant();
        return scheme.Length < text.Length && scheme is "javascript" or "vbscript";
    }

    private static bool IsAttributeValue(ReadOnlySpan<byte> value)
    {
        while (value.IndexOfAny(MarkOrEntity) is >= 0 and var at)
        {
            if (value[at] is (byte)'<' || EntityLength(value[at..]) is not (> 0 and var length))
                return false;
            value = value[(at + length)..];
        }

        return true;
    }

    // The length of &amp; or &#160;, 0 for what is none. A narrative is XML: it knows the five names of XML and the characters that XML may hold.
    private static int EntityLength(ReadOnlySpan<byte> text)
    {
        var end = text[..Math.Min(text.Length, 12)].IndexOf((byte)';');
        if (end < 2)
            return 0;
        var name = text[1..end];
        var known = name[0] is (byte)'#' ? IsCharacter(name[1..]) : name.SequenceEqual("amp"u8) || name.SequenceEqual("lt"u8) || name.SequenceEqual("gt"u8) || name.SequenceEqual("quot"u8) || name.SequenceEqual("apos"u8);
        return known ? end + 1 : 0;
    }

    // XML 1.0, 2.2: no control characters but tab and the ends of lines, no halves of pairs, not FFFE and FFFF.
    private static bool IsCharacter(ReadOnlySpan<byte> number)
    {
        var isHex = number is [(byte)'x', ..];
        var digits = isHex ? number[1..] : number;
        var value = 0;
        foreach (var digit in digits)
        {
            if (!(isHex ? char.IsAsciiHexDigit((char)digit) : char.IsAsciiDigit((char)digit)))
                return false;
            value = (value * (isHex ? 16 : 10)) + (digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
            if (value > 0x10FFFF)
                return false;
        }

        return digits.Length > 0 && (value is 0x9 or 0xA or 0xD or (>= 0x20 and <= 0xD7FF) or (>= 0xE000 and <= 0xFFFD) or >= 0x10000);
    }
}
