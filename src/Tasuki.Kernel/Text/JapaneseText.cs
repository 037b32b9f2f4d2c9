using System.Text;

namespace Tasuki.Kernel.Text;

/// <summary>
/// Japanese text for comparison: widths, kana, blanks. What is stored and shown is never changed by these. Old and new forms of a kanji (髙 and 高) stay different:
/// they are different names.
/// </summary>
public static class JapaneseText
{
    private const int HiraganaToKatakana = 'ァ' - 'ぁ';
    private const string SmallKana = "ァィゥェォッャュョヮヵヶ";
    private const string LargeKana = "アイウエオツヤユヨワカケ";

    /// <summary>
    /// Compatibility-normalised (NFKC: full-width letters and half-width kana become ordinary), blanks of any kind and variation selectors removed, upper case.
    /// Two spellings of one name agree: 「ｹﾝｼﾝ　ﾀﾛｳ」, 「ケンシン タロウ」.
    /// </summary>
    public static string Fold(string text)
    {
        var folded = new StringBuilder(text.Length);
        foreach (var rune in Normal(text).EnumerateRunes())
        {
            if (!Rune.IsWhiteSpace(rune) && !IsVariationSelector(rune))
                folded.Append(Rune.ToUpperInvariant(rune));
        }

        return folded.ToString();
    }

    /// <summary><see cref="Fold"/>, then hiragana to katakana, small kana kept, prolonged sound marks of every shape as ー.</summary>
    public static string FoldKana(string text)
    {
        var folded = Fold(text).ToCharArray();
        for (var i = 0; i < folded.Length; i++)
        {
            folded[i] = folded[i] switch
            {
                (>= 'ぁ' and <= 'ゖ') or 'ゝ' or 'ゞ' => (char)(folded[i] + HiraganaToKatakana),
                '‐' or '‑' or '–' or '—' or '―' or '−' or '-' or '─' => 'ー',
                var c => c,
            };
        }

        return new string(folded);
    }

    /// <summary>
    /// Do two spellings name the same person: equal after <see cref="FoldKana"/>, small kana counting as large ones, as systems without small kana write them
    /// (「キヨウコ」, 「キョウコ」). Kanji and kana of one name cannot be told to agree; compare each with its like.
    /// </summary>
    public static bool SameName(string? one, string? other)
    {
        if (string.IsNullOrWhiteSpace(one) || string.IsNullOrWhiteSpace(other))
            return false;
        return string.Equals(FoldSmallKana(one), FoldSmallKana(other), StringComparison.Ordinal);
    }

    /// <summary><see cref="FoldKana"/>, small kana as large ones.</summary>
    public static string FoldSmallKana(string name) =>
        string.Concat(FoldKana(name).Select(c => SmallKana.IndexOf(c, StringComparison.Ordinal) is >= 0 and var at ? LargeKana[at] : c));

    // Normalisation throws on half a surrogate pair; such a text is compared as it is.
    private static string Normal(string text)
    {
        try
        {
            return text.Normalize(NormalizationForm.FormKC);
        }
        catch (ArgumentException)
        {
            return text;
        }
    }

    private static bool IsVariationSelector(Rune rune) => rune.Value is (>= 0xFE00 and <= 0xFE0F) or (>= 0xE0100 and <= 0xE01EF);
}
