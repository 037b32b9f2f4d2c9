using System.Text;

namespace Tasuki.Testing.Marks;

/// <summary>How a mark may be written: in three encodings, those as hex and as base64, and as formats of the web escape it. Folded letters are forms as well.</summary>
public static class MarkForms
{
    private static readonly (string Name, Encoding Encoding)[] Encodings =
        [("UTF-8", new UTF8Encoding(false)), ("UTF-16 LE", new UnicodeEncoding(false, false)), ("UTF-16 BE", new UnicodeEncoding(true, false))];

    public static IEnumerable<(string Name, byte[] Bytes)> Of(string mark) => Spellings(mark).Distinct(StringComparer.Ordinal).SelectMany(Written);

    private static IEnumerable<(string Name, byte[] Bytes)> Written(string text)
    {
        foreach (var (name, encoding) in Encodings)
        {
            var bytes = encoding.GetBytes(text);
            yield return (name, bytes);
            yield return ($"hex of {name}", Encoding.ASCII.GetBytes(Convert.ToHexString(bytes)));
            yield return ($"hex of {name}", Encoding.ASCII.GetBytes(Convert.ToHexStringLower(bytes)));
            for (var before = 0; before < 3; before++)
            {
                var letters = Base64(bytes, before);
                yield return ($"base64 of {name}", Encoding.ASCII.GetBytes(letters));
                var url = letters.Replace('+', '-').Replace('/', '_');
                if (url != letters)
                    yield return ($"base64 of {name}", Encoding.ASCII.GetBytes(url));
            }
        }

        if (Ascii(text))
            yield break;
        foreach (var form in new[] { "x4", "X4" })
            yield return ("JSON escapes", Encoding.ASCII.GetBytes(string.Concat(text.Select(c => $"\\u{((int)c).ToString(form, null)}"))));
        yield return ("URL escapes", Encoding.ASCII.GetBytes(Uri.EscapeDataString(text)));
        yield return ("HTML escapes", Encoding.ASCII.GetBytes(string.Concat(text.Select(c => $"&#x{(int)c:X};"))));
    }

    /// <summary>The letters that hold bits of the mark alone, when <paramref name="before"/> bytes stand before it in the group of three.</summary>
    private static string Base64(byte[] bytes, int before)
    {
        var text = Convert.ToBase64String([.. new byte[before], .. bytes]);
        var first = before == 0 ? 0 : before + 1;
        return text[first..((before + bytes.Length) * 8 / 6)];
    }

    // Sign-in names are kept in small letters, kana are folded to compare them.
    private static IEnumerable<string> Spellings(string mark)
    {
        yield return mark;
        if (Ascii(mark))
            yield return mark.ToLowerInvariant();
        if (mark.All(c => c is >= 'ァ' and <= 'ヶ'))
            yield return string.Concat(mark.Select(c => (char)(c - ('ァ' - 'ぁ'))));
    }

    private static bool Ascii(string text) => text.All(char.IsAscii);
}
