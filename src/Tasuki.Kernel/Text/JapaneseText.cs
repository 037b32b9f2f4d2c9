using System.Text;

namespace Tasuki.Kernel.Text;

/// <summary>Japanese text for comparison: widths, kana, blanks. What is stored and shown is never changed by these.</summary>
public static class JapaneseText
{
    /// <summary>
    /// Compatibility-normalised (NFKC: full-width letters and half-width kana become ordinary), blanks of any kind removed, upper case.
    /// Two spellings of one name agree: 「ｹﾝｼﾝ　ﾀﾛｳ」, 「ケンシン タロウ」.
    /// </summary>
    public static string Fold(string text)
    {
        var normal = text.Normalize(NormalizationForm.FormKC);
        var folded = new StringBuilder(normal.Length);
        foreach (var c in normal)
        {
            if (!char.IsWhiteSpace(c))
                folded.Append(char.ToUpperInvariant(c));
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
                >= 'ぁ' and <= 'ゖ' => (char)(folded[i] + 0x60),
                '‐' or '‑' or '–' or '—' or '―' or '−' or '-' => 'ー',
                var c => c,
            };
        }

        return new string(folded);
    }
}
