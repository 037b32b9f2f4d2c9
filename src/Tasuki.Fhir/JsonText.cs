using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Tasuki.Kernel;

namespace Tasuki.Fhir;

/// <summary>
/// What a JSON text may not hold although its grammar lets it pass: bytes that are no UTF-8, NUL, and half a surrogate pair written as an escape. The parser
/// finds these only when a string is read, far from where a sentence could name the place.
/// </summary>
public static class JsonText
{
    /// <summary>Error <c>resource.text</c>, or null. The message names line and column.</summary>
    public static Error? Fault(ReadOnlySpan<byte> utf8)
    {
        if (FirstFault(utf8) is not var (what, offset))
            return null;
        var (line, column) = PositionOf(utf8, offset);
        return new Error("resource.text", $"{what} (line {line}, column {column}).");
    }

    /// <summary>What is wrong with the text, and at which byte; null when nothing is.</summary>
    public static (string What, int Offset)? FirstFault(ReadOnlySpan<byte> utf8)
    {
        if (!Utf8.IsValid(utf8))
            return ("The text is not UTF-8", FirstInvalid(utf8));
        for (var i = 0; ;)
        {
            var next = utf8[i..].IndexOf((byte)'\\');
            if (next < 0 || i + next + 1 >= utf8.Length)
                return null;
            i += next;
            if (utf8[i + 1] is not (byte)'u')
            {
                i += 2;
                continue;
            }

            switch (Escape(utf8, i))
            {
                case 0:
                    return ("A NUL character stands in the text", i);
                case >= 0xD800 and <= 0xDBFF when Escape(utf8, i + 6) is >= 0xDC00 and <= 0xDFFF:
                    i += 12;
                    break;
                case >= 0xD800 and <= 0xDFFF:
                    return ("Half a surrogate pair stands in the text", i);
                default:
                    i += 2;
                    break;
            }
        }
    }

    /// <summary>Error <c>resource.text</c> for bytes that are no UTF-8, or null.</summary>
    public static Error? NotUtf8(ReadOnlySpan<byte> utf8)
    {
        if (Utf8.IsValid(utf8))
            return null;
        var (line, column) = PositionOf(utf8, FirstInvalid(utf8));
        return new Error("resource.text", $"The text is not UTF-8 (line {line}, column {column}).");
    }

    /// <summary>Line and column from 1 of a byte; a column counts characters.</summary>
    public static (long Line, long Column) PositionOf(ReadOnlySpan<byte> utf8, int offset)
    {
        var before = utf8[..Math.Min(offset, utf8.Length)];
        var line = 1 + before.Count((byte)'\n');
        var start = before.LastIndexOf((byte)'\n') + 1;
        return (line, 1 + Encoding.UTF8.GetCharCount(before[start..]));
    }

    /// <summary>The byte at which the parser says that it stopped.</summary>
    public static int OffsetOf(ReadOnlySpan<byte> utf8, JsonException broken)
    {
        var start = 0;
        for (var line = broken.LineNumber ?? 0; line > 0 && utf8[start..].IndexOf((byte)'\n') is >= 0 and var end; line--)
            start += end + 1;
        return (int)Math.Min(utf8.Length, start + (broken.BytePositionInLine ?? 0));
    }

    /// <summary>Where in well-formed JSON the first property stands whose name its object has already; null when none does. Names are compared without their escapes.</summary>
    public static int? SecondProperty(ReadOnlySpan<byte> utf8, int maximumDepth)
    {
        var names = new Stack<HashSet<string>>();
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = maximumDepth });
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.StartObject)
                    names.Push(new HashSet<string>(StringComparer.Ordinal));
                else if (reader.TokenType is JsonTokenType.EndObject)
                    names.Pop();
                else if (reader.TokenType is JsonTokenType.PropertyName && !names.Peek().Add(reader.GetString()!))
                    return (int)reader.TokenStartIndex;
            }
        }
        catch (JsonException)
        {
            // A fault behind it is not what was asked for.
        }

        return null;
    }

    /// <summary>The offset of the first byte that is no UTF-8; the length when there is none.</summary>
    public static int FirstInvalid(ReadOnlySpan<byte> utf8)
    {
        for (var i = 0; i < utf8.Length;)
        {
            if (Rune.DecodeFromUtf8(utf8[i..], out _, out var used) is not OperationStatus.Done)
                return i;
            i += used;
        }

        return utf8.Length;
    }

    // The code unit of the escape \uXXXX at this offset, or -1.
    private static int Escape(ReadOnlySpan<byte> utf8, int offset)
    {
        if (offset + 6 > utf8.Length || utf8[offset] is not (byte)'\\' || utf8[offset + 1] is not (byte)'u')
            return -1;
        var value = 0;
        foreach (var digit in utf8.Slice(offset + 2, 4))
        {
            if (!char.IsAsciiHexDigit((char)digit))
                return -1;
            value = (value << 4) | Convert.ToInt32(((char)digit).ToString(), 16);
        }

        return value;
    }
}
