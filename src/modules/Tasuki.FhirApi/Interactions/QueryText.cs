using System.Runtime.InteropServices;
using System.Text.Unicode;
using Tasuki.Kernel;

namespace Tasuki.FhirApi.Interactions;

/// <summary>The text of a search, as <c>If-None-Exist</c> and the entries of a Bundle carry it.</summary>
internal static class QueryText
{
    public static IReadOnlyList<(string Name, string Value)> Parse(string text) =>
    [
        .. text.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair =>
        {
            var at = pair.IndexOf('=', StringComparison.Ordinal);
            return at < 0 ? (Plain(pair), "") : (Plain(pair[..at]), Plain(pair[(at + 1)..]));
        }),
    ];

    /// <summary>Error <c>query.escape</c>, or null: a percent sign without its two digits, bytes that are no UTF-8, a NUL.</summary>
    public static Error? Fault(string text)
    {
        if (!text.Contains('%', StringComparison.Ordinal))
            return null;
        var bytes = new List<byte>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is not '%')
            {
                bytes.Add((byte)(text[i] < 0x80 ? text[i] : '?'));
                continue;
            }

            if (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2]))
                return new Error("query.escape", "A parameter holds a percent sign that is followed by no two hexadecimal digits.");
            bytes.Add(Convert.ToByte(text.Substring(i + 1, 2), 16));
            i += 2;
        }

        return bytes.Contains(0) || !Utf8.IsValid(CollectionsMarshal.AsSpan(bytes))
            ? new Error("query.escape", "A parameter is, unescaped, no text in UTF-8.") : null;
    }

    private static string Plain(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
