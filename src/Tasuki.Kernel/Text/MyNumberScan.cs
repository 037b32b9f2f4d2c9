using System.Text;
using System.Text.RegularExpressions;

namespace Tasuki.Kernel.Text;

/// <summary>
/// Finds a My Number (個人番号, Number Use Act art. 2(5): 12 digits, the last a check digit) so that it can be refused. Twelve digits alone are no proof, one number in
/// eleven passes the check; so a number counts only beside words that say what it is.
/// </summary>
public static partial class MyNumberScan
{
    // Far enough for a label, a FHIR identifier with its system, or an XML element with attributes; near enough not to reach the next field's telephone number.
    private const int Reach = 160;

    private static readonly byte[][] Words = MakeWords();

    /// <summary>True for twelve digits (half or full width, with blanks or hyphens between) whose check digit is right. For fields of a form.</summary>
    public static bool LooksLikeMyNumber(string text)
    {
        var trimmed = text.Trim();
        var match = Twelve().Match(trimmed);
        return match.Success && match.Length == trimmed.Length && HasRightCheckDigit(match.ValueSpan);
    }

    /// <summary>The offset of the words beside which a My Number stands; null when there is none. The number itself is never returned.</summary>
    /// <param name="utf8">Text of any format; escapes of JSON (<c>\u500b</c>) are understood.</param>
    public static int? Find(ReadOnlySpan<byte> utf8)
    {
        int? first = null;
        foreach (var word in Words)
        {
            for (var from = 0; from < (first ?? utf8.Length);)
            {
                var at = IndexOf(utf8[from..], word);
                if (at < 0)
                    break;
                at += from;
                if (at < (first ?? int.MaxValue) && StandsAround(utf8, at, word.Length))
                    first = at;
                from = at + word.Length;
            }
        }

        return first;
    }

    private static bool StandsAround(ReadOnlySpan<byte> utf8, int at, int length)
    {
        var from = Math.Max(0, at - Reach);
        var to = Math.Min(utf8.Length, at + length + Reach);
        // Bytes of a character that was cut at the edge decode to replacement characters, which are no digits.
        var window = Escape().Replace(Encoding.UTF8.GetString(utf8[from..to]), match => ((char)Convert.ToInt32(match.ValueSpan[2..].ToString(), 16)).ToString());
        foreach (var match in Twelve().EnumerateMatches(window))
        {
            if (HasRightCheckDigit(window.AsSpan(match.Index, match.Length)))
                return true;
        }

        return false;
    }

    // Ordinance on the Number Use Act, check digit: weights 2 to 7, then 2 to 6, from the right.
    private static bool HasRightCheckDigit(ReadOnlySpan<char> text)
    {
        Span<int> digits = stackalloc int[12];
        var count = 0;
        foreach (var c in text)
        {
            if (c is >= '0' and <= '9')
                digits[count++] = c - '0';
            else if (c is >= '０' and <= '９')
                digits[count++] = c - '０';
        }

        var sum = 0;
        for (var n = 1; n <= 11; n++)
            sum += digits[11 - n] * (n <= 6 ? n + 1 : n - 5);
        var rest = sum % 11;
        return digits[11] == (rest <= 1 ? 0 : 11 - rest);
    }

    // Letters of either case are one letter here; all other bytes must be equal.
    private static int IndexOf(ReadOnlySpan<byte> text, ReadOnlySpan<byte> word)
    {
        if (word[0] > 127)
            return text.IndexOf(word);
        var low = word[0];
        var high = char.IsAsciiLetterLower((char)low) ? (byte)(low - 32) : low;
        for (var from = 0; from + word.Length <= text.Length;)
        {
            var at = text[from..].IndexOfAny(low, high);
            if (at < 0 || from + at + word.Length > text.Length)
                return -1;
            from += at;
            if (EqualsFolded(text.Slice(from, word.Length), word))
                return from;
            from++;
        }

        return -1;
    }

    private static bool EqualsFolded(ReadOnlySpan<byte> text, ReadOnlySpan<byte> word)
    {
        for (var i = 0; i < word.Length; i++)
        {
            var b = char.IsAsciiLetterUpper((char)text[i]) ? (byte)(text[i] + 32) : text[i];
            if (b != word[i])
                return false;
        }

        return true;
    }

    private static byte[][] MakeWords()
    {
        string[] plain = ["個人番号", "マイナンバー", "ﾏｲﾅﾝﾊﾞｰ", "まいなんばー", "my number", "mynumber", "my-number", "my_number", "individual number", "kojinbango", "kojin_bango", "kojin-bango"];
        var escaped = plain.Where(word => word[0] > 127).Select(word => string.Concat(word.Select(c => $"\\u{(int)c:x4}")));
        return [.. plain.Concat(escaped).Select(Encoding.UTF8.GetBytes)];
    }

    [GeneratedRegex(@"(?<![0-9０-９][ \u3000\-‐－ー–]?)[0-9０-９](?:[ \u3000\-‐－ー–]?[0-9０-９]){11}(?![ \u3000\-‐－ー–]?[0-9０-９])", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Twelve();

    [GeneratedRegex(@"\\u[0-9a-fA-F]{4}", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Escape();
}
