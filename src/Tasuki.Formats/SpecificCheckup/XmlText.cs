using System.Text;
using Tasuki.Kernel;

namespace Tasuki.Formats.SpecificCheckup;

/// <summary>
/// The characters of an XML file. The encodings that reach a municipality are decoded strictly: a byte that is none in the claimed encoding refuses the
/// file, because a name or a finding with a replaced character is worse than no import.
/// </summary>
internal static class XmlText
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Errors: <c>xml.encoding</c>. The position is the byte's where there is one.</summary>
    public static Result<string> Decode(ReadOnlySpan<byte> bytes, out long? line)
    {
        line = null;
        var claimed = Claimed(bytes, out var bom);
        if (claimed is null)
            return new Error("xml.encoding", "The file names a character encoding that is not read. UTF-8, UTF-16, Shift_JIS and EUC-JP are.");
        var body = bytes[bom..];
        try
        {
            return claimed.GetString(body);
        }
        catch (DecoderFallbackException wrong)
        {
            line = 1 + body[..Math.Clamp(wrong.Index, 0, body.Length)].Count((byte)'\n');
            return new Error("xml.encoding", claimed is UTF8Encoding && IsShiftJis(body)
                ? "The file says it is UTF-8, but its bytes are Shift_JIS. It has to be saved again in the encoding it names."
                : $"The file says it is {claimed.WebName}, but this line has bytes that are none in it.");
        }
    }

    /// <summary>The first characters, with a replacement for what cannot be read: enough to recognise a format.</summary>
    public static string Head(ReadOnlySpan<byte> head)
    {
        var encoding = Claimed(head, out var bom);
        return encoding is null or UTF8Encoding || encoding.CodePage is 932 or 51932
            ? Encoding.Latin1.GetString(head[bom..])
            : Encoding.GetEncoding(encoding.CodePage).GetString(head[bom..]);
    }

    private static Encoding? Claimed(ReadOnlySpan<byte> bytes, out int bom)
    {
        bom = 0;
        switch (bytes)
        {
            case [0xEF, 0xBB, 0xBF, ..]:
                bom = 3;
                return Utf8;
            case [0xFF, 0xFE, ..]:
                bom = 2;
                return new UnicodeEncoding(bigEndian: false, byteOrderMark: false, throwOnInvalidBytes: true);
            case [0xFE, 0xFF, ..]:
                bom = 2;
                return new UnicodeEncoding(bigEndian: true, byteOrderMark: false, throwOnInvalidBytes: true);
            case [(byte)'<', 0, ..]:
                return new UnicodeEncoding(bigEndian: false, byteOrderMark: false, throwOnInvalidBytes: true);
            case [0, (byte)'<', ..]:
                return new UnicodeEncoding(bigEndian: true, byteOrderMark: false, throwOnInvalidBytes: true);
        }

        return Declared(bytes) switch
        {
            // Some writers name UTF-16 because their strings are, and save UTF-8.
            null or "UTF-8" or "UTF8" or "US-ASCII" or "UTF-16" => Utf8,
            "SHIFT_JIS" or "SHIFT-JIS" or "SJIS" or "X-SJIS" or "WINDOWS-31J" or "MS932" or "CP932" => Japanese(932),
            "EUC-JP" or "X-EUC-JP" => Japanese(51932),
            _ => null,
        };
    }

    private static string? Declared(ReadOnlySpan<byte> bytes)
    {
        if (!bytes.StartsWith("<?xml"u8))
            return null;
        var head = bytes[..Math.Min(bytes.Length, 256)];
        var end = head.IndexOf("?>"u8);
        if (end < 0)
            return null;
        var text = Encoding.ASCII.GetString(head[..end]);
        var at = text.IndexOf("encoding", StringComparison.Ordinal);
        if (at < 0)
            return null;
        var rest = text.AsSpan(at + "encoding".Length).TrimStart();
        if (rest.Length < 2 || rest[0] != '=')
            return null;
        rest = rest[1..].TrimStart();
        if (rest.Length < 2 || rest[0] is not ('"' or '\''))
            return null;
        var close = rest[1..].IndexOf(rest[0]);
        return close < 0 ? null : rest.Slice(1, close).Trim().ToString().ToUpperInvariant();
    }

    private static bool IsShiftJis(ReadOnlySpan<byte> bytes)
    {
        try
        {
            Japanese(932)!.GetCharCount(bytes);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    private static Encoding? Japanese(int codePage) =>
        CodePagesEncodingProvider.Instance.GetEncoding(codePage, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
}
