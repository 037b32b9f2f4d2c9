using System.Collections.Frozen;
using System.Text;

namespace Tasuki.Kernel.Text;

/// <summary>
/// Does a Latin spelling write these kana? Hepburn, Kunrei and passport spellings side by side, long vowels written ou, oo, oh, o or ō, ん as n, n' or before b, m, p as m.
/// Kana are tried against the letters one by one, so no spelling is made up that the kana do not have: おの is not found by "oono", おおの is found by "ono" and "ohno".
/// Kanji have no reading here.
/// </summary>
public static class Romaji
{
    /// <summary>A long vowel written with a macron or a circumflex, behind its vowel.</summary>
    private const char Long = '^';

    private static readonly FrozenDictionary<string, string[]> Units = Table().ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>
    /// Letters alone: small, without blanks, hyphens and full stops; ō and ô as o with a mark behind. Null for a text that is not Latin.
    /// </summary>
    public static string? Letters(string text)
    {
        var letters = new StringBuilder(text.Length);
        foreach (var c in Decomposed(text))
        {
            switch (char.ToLowerInvariant(c))
            {
                case >= 'a' and <= 'z' and var letter:
                    letters.Append(letter);
                    break;
                case '\u0304' or '\u0302' when letters.Length > 0:
                    letters.Append(Long);
                    break;
                case >= '\u0300' and <= '\u036F':
                    break;
                case '\'' or '’' or 'ʼ' or '`' or '´':
                    letters.Append('\'');
                    break;
                case '-' or '‐' or '‑' or '.' or '·' or '・' or ',':
                    break;
                default:
                    if (!char.IsWhiteSpace(c))
                        return null;
                    break;
            }
        }

        return letters.Length == 0 ? null : letters.ToString();
    }

    /// <param name="kana">As <see cref="JapaneseText.FoldKana"/> gives them.</param>
    /// <param name="letters">As <see cref="Letters"/> gives them.</param>
    /// <param name="kanaMayGoOn">The letters write a beginning of the kana, if only half of the last one.</param>
    /// <param name="lettersMayGoOn">The kana are a beginning of what is written.</param>
    public static bool Spells(string kana, string letters, bool kanaMayGoOn, bool lettersMayGoOn)
    {
        var open = new Stack<(int Kana, int Letter)>([(0, 0)]);
        var seen = new HashSet<(int, int)>();
        while (open.TryPop(out var at))
        {
            if (!seen.Add(at))
                continue;
            var rest = letters.AsSpan(at.Letter);
            if (rest.IsEmpty && at.Letter > 0 && (kanaMayGoOn || at.Kana == kana.Length))
                return true;
            if (at.Kana == kana.Length)
            {
                if (lettersMayGoOn && at.Kana > 0)
                    return true;
                continue;
            }

            foreach (var (length, spelling) in From(kana, at.Kana))
            {
                if (rest.StartsWith(spelling, StringComparison.Ordinal))
                    open.Push((at.Kana + length, at.Letter + spelling.Length));
                else if (kanaMayGoOn && rest.Length > 0 && spelling.AsSpan().StartsWith(rest, StringComparison.Ordinal))
                    return true;
            }
        }

        return false;
    }

    // The kana from here on that are written together, and each way to write them.
    private static IEnumerable<(int Length, string Spelling)> From(string kana, int at)
    {
        var vowel = at > 0 ? VowelOf(kana, at - 1) : '\0';
        foreach (var spelling in LongVowel(kana[at], vowel))
            yield return (1, spelling);
        switch (kana[at])
        {
            case 'ッ':
                var doubled = false;
                foreach (var (length, spelling) in at + 1 < kana.Length ? Plain(kana, at + 1) : [])
                {
                    if (spelling[0] is 'a' or 'i' or 'u' or 'e' or 'o')
                        continue;
                    doubled = true;
                    yield return (length + 1, spelling[0] + spelling);
                    if (spelling.StartsWith("ch", StringComparison.Ordinal))
                        yield return (length + 1, "t" + spelling);
                }

                if (!doubled)
                    yield return (1, "");
                break;
            case 'ン':
                yield return (1, "n");
                yield return (1, "n'");
                yield return (1, "nn");
                if (at + 1 < kana.Length && kana[at + 1] is 'バ' or 'ビ' or 'ブ' or 'ベ' or 'ボ' or 'パ' or 'ピ' or 'プ' or 'ペ' or 'ポ' or 'マ' or 'ミ' or 'ム' or 'メ' or 'モ')
                    yield return (1, "m");
                break;
            default:
                foreach (var one in Plain(kana, at))
                    yield return one;
                break;
        }
    }

    private static IEnumerable<(int Length, string Spelling)> Plain(string kana, int at)
    {
        if (at + 1 < kana.Length && Units.TryGetValue(kana.Substring(at, 2), out var pair))
            return pair.Select(one => (2, one));
        return Units.TryGetValue(kana[at].ToString(), out var single) ? single.Select(one => (1, one)) : [];
    }

    // Besides the vowel itself, which every kana of a vowel has.
    private static string[] LongVowel(char kana, char before) => (kana, before) switch
    {
        ('ー', '\0') => [],
        ('ー', 'o') => ["o", "u", "h", "^", ""],
        ('ー', _) => [before.ToString(), "^", "h", ""],
        ('ウ', 'o') => ["o", "h", "^", ""],
        ('オ', 'o') => ["u", "h", "^", ""],
        ('ウ', 'u') => ["^", ""],
        ('ア', 'a') => ["^", ""],
        ('イ', 'i') => ["^"],
        ('イ', 'e') => ["e", "^"],
        ('エ', 'e') => ["^", ""],
        _ => [],
    };

    private static char VowelOf(string kana, int at)
    {
        if (kana[at] is 'ー')
            return at > 0 ? VowelOf(kana, at - 1) : '\0';
        if (at > 0 && Units.TryGetValue(kana.Substring(at - 1, 2), out var pair))
            return pair[0][^1];
        return Units.TryGetValue(kana[at].ToString(), out var single) && single[0][^1] is 'a' or 'i' or 'u' or 'e' or 'o' ? single![0][^1] : '\0';
    }

    private static Dictionary<string, string[]> Table()
    {
        var table = new Dictionary<string, string[]>(StringComparer.Ordinal)
        {
            ["シ"] = ["shi", "si"], ["チ"] = ["chi", "ti"], ["ツ"] = ["tsu", "tu"], ["フ"] = ["fu", "hu"], ["ジ"] = ["ji", "zi"], ["ヂ"] = ["ji", "di", "zi"],
            ["ヅ"] = ["zu", "du", "dzu"], ["ヲ"] = ["o", "wo"], ["ヰ"] = ["i", "wi"], ["ヱ"] = ["e", "we", "ye"], ["ヴ"] = ["vu", "bu"], ["ヵ"] = ["ka", "ga"], ["ヶ"] = ["ga", "ka", "ke"],
            ["ァ"] = ["a"], ["ィ"] = ["i"], ["ゥ"] = ["u"], ["ェ"] = ["e"], ["ォ"] = ["o"], ["ャ"] = ["ya"], ["ュ"] = ["yu"], ["ョ"] = ["yo"], ["ヮ"] = ["wa"],
            ["シェ"] = ["she", "sye"], ["ジェ"] = ["je", "zye", "jye"], ["チェ"] = ["che", "tye"], ["ティ"] = ["ti", "thi"], ["ディ"] = ["di", "dhi"], ["トゥ"] = ["tu"], ["ドゥ"] = ["du"],
            ["ファ"] = ["fa", "hwa"], ["フィ"] = ["fi", "hwi"], ["フェ"] = ["fe", "hwe"], ["フォ"] = ["fo", "hwo"], ["ウィ"] = ["wi"], ["ウェ"] = ["we"], ["ウォ"] = ["wo"],
            ["ヴァ"] = ["va", "ba"], ["ヴィ"] = ["vi", "bi"], ["ヴェ"] = ["ve", "be"], ["ヴォ"] = ["vo", "bo"],
        };
        foreach (var (kana, consonant) in new[]
        {
            ("アイウエオ", ""), ("カキクケコ", "k"), ("サ-スセソ", "s"), ("タ--テト", "t"), ("ナニヌネノ", "n"), ("ハヒ-ヘホ", "h"), ("マミムメモ", "m"), ("ヤ-ユ-ヨ", "y"), ("ラリルレロ", "r"), ("ワ----", "w"),
            ("ガギグゲゴ", "g"), ("ザ-ズゼゾ", "z"), ("ダ--デド", "d"), ("バビブベボ", "b"), ("パピプペポ", "p"),
        })
        {
            for (var i = 0; i < 5; i++)
            {
                if (kana[i] is not '-')
                    table[kana[i].ToString()] = [consonant + "aiueo"[i]];
            }
        }

        foreach (var (kana, beginnings) in new (char, string[])[]
        {
            ('キ', ["ky"]), ('ニ', ["ny"]), ('ヒ', ["hy"]), ('ミ', ["my"]), ('リ', ["ry"]), ('ギ', ["gy"]), ('ビ', ["by"]), ('ピ', ["py"]),
            ('シ', ["sh", "sy"]), ('チ', ["ch", "ty"]), ('ジ', ["j", "zy", "jy"]), ('ヂ', ["j", "dy", "zy", "jy"]),
        })
        {
            foreach (var (small, vowel) in new[] { ('ャ', 'a'), ('ュ', 'u'), ('ョ', 'o') })
                table[$"{kana}{small}"] = [.. beginnings.Select(one => one + vowel)];
        }

        return table;
    }

    // Half a surrogate pair cannot be normalised; such a text is no spelling.
    private static string Decomposed(string text)
    {
        try
        {
            return text.Normalize(NormalizationForm.FormKD);
        }
        catch (ArgumentException)
        {
            return "\0";
        }
    }
}
