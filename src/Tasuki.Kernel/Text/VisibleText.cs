using System.Globalization;
using System.Text;

namespace Tasuki.Kernel.Text;

/// <summary>Text of others as it may be shown: what would turn, hide or break text stands there as its code point instead of being obeyed.</summary>
public static class VisibleText
{
    /// <summary>Marks above and below one letter, of which no writing needs more: a pile of them is painted over what stands around.</summary>
    private const int MostMarks = 4;

    /// <param name="lines">Line feeds and tabs are kept, for text of several lines.</param>
    public static string Of(string text, bool lines = false)
    {
        StringBuilder? shown = null;
        var (at, marks) = (0, 0);
        foreach (var rune in text.EnumerateRunes())
        {
            marks = Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark ? marks + 1 : 0;
            if ((IsHidden(rune) && !(lines && rune.Value is '\n' or '\t')) || marks > MostMarks)
                (shown ??= new StringBuilder(text, 0, at, text.Length + 16)).Append(CultureInfo.InvariantCulture, $"[U+{rune.Value:X4}]");
            else
                shown?.Append(rune);
            at += rune.Utf16SequenceLength;
        }

        return shown?.ToString() ?? text;
    }

    // The numbers are those that have a place and no shape: fillers of Hangul, and the pattern of Braille without a dot.
    private static bool IsHidden(Rune rune) =>
        rune.Value is 0x115F or 0x1160 or 0x3164 or 0xFFA0 or 0x2800
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
