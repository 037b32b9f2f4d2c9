using System.Globalization;
using System.Text;

namespace Tasuki.Fhir.Searching;

/// <summary>
/// Text as searches compare it: letter case, full and half width, hiragana and katakana and Latin accents do not count; the marks of が and ぱ do, they make
/// another word.
/// </summary>
internal static class SearchText
{
    public static string Fold(string text)
    {
        if (Ascii.IsValid(text))
            return text.ToLowerInvariant();
        // Whatever is half a surrogate pair cannot be normalised; JsonText refuses it on the way in.
        if (!Utf16IsWhole(text))
            return text;
        var folded = new StringBuilder(text.Length);
        foreach (var c in text.Normalize(NormalizationForm.FormKD))
        {
            if (c is >= '\u0300' and <= '\u036F')
                continue;
            folded.Append(c is >= 'ぁ' and <= 'ゖ' ? (char)(c + ('ァ' - 'ぁ')) : char.ToLower(c, CultureInfo.InvariantCulture));
        }

        return folded.ToString().Normalize(NormalizationForm.FormC);
    }

    private static bool Utf16IsWhole(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                i++;
            else if (char.IsSurrogate(text[i]))
                return false;
        }

        return true;
    }
}
