using System.Globalization;
using System.Text;
using Tasuki.Kernel;

namespace Tasuki.Exchange;

/// <summary>How things from outside, days and sizes are shown.</summary>
internal static class Shown
{
    /// <summary>Text of strangers: controls that turn or hide text are shown as their code points instead of being obeyed.</summary>
    public static string Of(string text)
    {
        StringBuilder? shown = null;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (char.IsControl(c) || CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.Format)
            {
                shown ??= new StringBuilder(text, 0, i, text.Length + 16);
                shown.Append(CultureInfo.InvariantCulture, $"[U+{(int)c:X4}]");
            }
            else
            {
                shown?.Append(c);
            }
        }

        return shown?.ToString() ?? text;
    }

    public static string Size(long bytes, CultureInfo culture) => bytes switch
    {
        < 1 << 10 => string.Create(culture, $"{bytes} B"),
        < 1 << 20 => string.Create(culture, $"{bytes / 1024.0:0.#} KB"),
        _ => string.Create(culture, $"{bytes / 1048576.0:0.#} MB"),
    };

    public static string Day(DateTimeOffset instant, CultureInfo culture) => Day(TokyoDay.Of(instant), culture);

    public static string Day(DateOnly day, CultureInfo culture) => day.ToString(culture.Name is "ja-JP" ? "yyyy年M月d日" : "d MMMM yyyy", culture);

    public static string Minute(DateTimeOffset instant, CultureInfo culture) =>
        instant.ToOffset(TokyoDay.Offset).ToString(culture.Name is "ja-JP" ? "yyyy年M月d日 H:mm" : "d MMMM yyyy, H:mm", culture);
}
