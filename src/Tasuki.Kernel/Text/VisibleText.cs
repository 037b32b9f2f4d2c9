using System.Globalization;
using System.Text;

namespace Tasuki.Kernel.Text;

/// <summary>Text of others as it may be shown: what would turn, hide or break text stands there as its code point instead of being obeyed.</summary>
public static class VisibleText
{
    /// <param name="lines">Line feeds and tabs are kept, for text of several lines.</param>
    public static string Of(string text, bool lines = false)
    {
        StringBuilder? shown = null;
        var at = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (IsHidden(rune) && !(lines && rune.Value is '\n' or '\t'))
                (shown ??= new StringBuilder(text, 0, at, text.Length + 16)).Append(CultureInfo.InvariantCulture, $"[U+{rune.Value:X4}]");
            else
                shown?.Append(rune);
            at += rune.Utf16SequenceLength;
        }

        return shown?.ToString() ?? text;
    }

    private static bool IsHidden(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
