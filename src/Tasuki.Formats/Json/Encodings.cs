using System.Text;
using System.Text.Unicode;
using Tasuki.Fhir;
using Tasuki.Kernel;

namespace Tasuki.Formats;

/// <summary>Which encoding a text is in, as far as its bytes show.</summary>
internal static class Encodings
{
    private static readonly Lazy<Encoding> Japanese = new(() =>
        CodePagesEncodingProvider.Instance.GetEncoding(932, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)!);

    /// <summary>CP932, the Shift_JIS of Windows. Throws on bytes it does not know.</summary>
    public static Encoding ShiftJis => Japanese.Value;

    public static ReadOnlyMemory<byte> WithoutMark(ReadOnlyMemory<byte> bytes) =>
        bytes.Span.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes;

    /// <summary>Error <c>json.encoding</c> with line and column when the bytes are not UTF-8.</summary>
    public static Error? NotUtf8(ReadOnlySpan<byte> bytes)
    {
        if (IsUtf16(bytes))
            return new Error("json.encoding", "The text is UTF-16; FHIR JSON must be UTF-8.");
        if (Utf8.IsValid(bytes))
            return null;
        var (line, column) = JsonText.PositionOf(bytes, JsonText.FirstInvalid(bytes));
        return new Error("json.encoding", LooksLikeShiftJis(bytes)
            ? $"The text is not UTF-8 as it must be, it looks like Shift_JIS (line {line}, column {column})."
            : $"The text is not UTF-8 (line {line}, column {column}).");
    }

    public static bool IsUtf16(ReadOnlySpan<byte> bytes) =>
        bytes is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] or [(byte)'{' or (byte)'[' or (byte)'<', 0, ..] or [0, (byte)'{' or (byte)'[' or (byte)'<', ..];

    private static bool LooksLikeShiftJis(ReadOnlySpan<byte> bytes)
    {
        try
        {
            ShiftJis.GetCharCount(bytes);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }
}
