using System.Buffers;
using System.Text;

namespace Tasuki.Fhir.Validation;

/// <summary>The lexical forms of the R4 primitives (R4, datatypes.html) over the unescaped bytes of a text.</summary>
internal static class PrimitiveFormat
{
    private static readonly SearchValues<byte> IdBytes = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-."u8);
    private static readonly SearchValues<byte> Base64Bytes = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="u8);
    private static readonly SearchValues<byte> Blanks = SearchValues.Create(" \t\r\n\v\f"u8);

    // Characters (R4, datatypes.html#string).
    private const int LongestString = 1024 * 1024;

    public static bool IsValid(Primitive type, ReadOnlySpan<byte> text) => type switch
    {
        Primitive.String or Primitive.Markdown => text.Length > 0 && (text.Length <= LongestString || Encoding.UTF8.GetCharCount(text) <= LongestString),
        Primitive.Code => IsCode(text),
        Primitive.Id => text.Length is > 0 and <= 64 && !text.ContainsAnyExcept(IdBytes),
        Primitive.Uri or Primitive.Url or Primitive.Canonical => text.Length > 0 && !HasBlank(text),
        Primitive.Oid => IsOid(text),
        Primitive.Uuid => IsUuid(text),
        Primitive.Base64Binary => IsBase64(text),
        Primitive.Date => IsDate(text),
        Primitive.DateTime => text.Length <= 10 ? IsDate(text) : IsInstant(text),
        Primitive.Instant => IsInstant(text),
        Primitive.Time => TimeLength(text) == text.Length && text.Length > 0,
        Primitive.Xhtml => Xhtml.IsNarrative(text),
        _ => false,
    };

    // No blank at an end, no two together, and none but the space (the text of the standard; its expression would let a tab pass).
    private static bool IsCode(ReadOnlySpan<byte> text)
    {
        if (text.Length == 0 || text[0] is (byte)' ' || text[^1] is (byte)' ')
            return false;
        if (text.IndexOf("  "u8) >= 0 || text.ContainsAnyInRange((byte)9, (byte)13))
            return false;
        return Ascii.IsValid(text) || !Encoding.UTF8.GetString(text).Any(one => one is not ' ' && char.IsWhiteSpace(one));
    }

    private static bool HasBlank(ReadOnlySpan<byte> text) => text.ContainsAny(Blanks) || (!Ascii.IsValid(text) && Encoding.UTF8.GetString(text).Any(char.IsWhiteSpace));

    // urn:oid:[0-2](\.(0|[1-9][0-9]*))+
    private static bool IsOid(ReadOnlySpan<byte> text)
    {
        if (text.Length < 11 || !text.StartsWith("urn:oid:"u8) || text[8] is < (byte)'0' or > (byte)'2')
            return false;
        var rest = text[9..];
        while (rest.Length > 0)
        {
            if (rest[0] is not (byte)'.')
                return false;
            rest = rest[1..];
            var digits = rest.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
            var length = digits < 0 ? rest.Length : digits;
            if (length == 0 || (length > 1 && rest[0] is (byte)'0'))
                return false;
            rest = rest[length..];
        }

        return true;
    }

    // urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}
    private static bool IsUuid(ReadOnlySpan<byte> text)
    {
        if (text.Length != 45 || !text.StartsWith("urn:uuid:"u8))
            return false;
        for (var i = 0; i < 36; i++)
        {
            var one = text[9 + i];
            if (i is 8 or 13 or 18 or 23 ? one is not (byte)'-' : one is not (>= (byte)'0' and <= (byte)'9' or >= (byte)'a' and <= (byte)'f'))
                return false;
        }

        return true;
    }

    private static bool IsBase64(ReadOnlySpan<byte> text)
    {
        var at = 0;
        while (at < text.Length)
        {
            var run = text[at..].IndexOfAnyExcept(Base64Bytes);
            var length = run < 0 ? text.Length - at : run;
            // The standard allows blanks between groups of four only.
            if (length % 4 != 0)
                return false;
            at += length;
            while (at < text.Length && Blanks.Contains(text[at]))
                at++;
            if (at < text.Length && !Base64Bytes.Contains(text[at]))
                return false;
        }

        var end = text.LastIndexOfAnyExcept(Blanks) + 1;
        var padding = text[..end].IndexOf((byte)'=');
        return end > 0 && (padding < 0 || (padding >= end - 2 && !text[padding..end].ContainsAnyExcept((byte)'=')));
    }

    // YYYY, YYYY-MM or YYYY-MM-DD, and a day that the month has.
    private static bool IsDate(ReadOnlySpan<byte> text)
    {
        if (text.Length is not (4 or 7 or 10))
            return false;
        var year = Digits(text, 0, 4);
        if (year <= 0)
            return false;
        if (text.Length == 4)
            return true;
        var month = Digits(text, 5, 2);
        if (text[4] is not (byte)'-' || month is < 1 or > 12)
            return false;
        if (text.Length == 7)
            return true;
        var day = Digits(text, 8, 2);
        return text[7] is (byte)'-' && day >= 1 && (day <= 28 || day <= DateTime.DaysInMonth(year, month));
    }

    /// <summary>A time with its offset that is whole but for its seconds: plain in meaning, though R4 wants them written.</summary>
    public static bool LacksSeconds(Primitive type, ReadOnlySpan<byte> text)
    {
        if (type is not (Primitive.DateTime or Primitive.Instant) || text.Length is not (17 or 22))
            return false;
        Span<byte> whole = stackalloc byte[25];
        text[..16].CopyTo(whole);
        ":00"u8.CopyTo(whole[16..]);
        text[16..].CopyTo(whole[19..]);
        return IsInstant(whole[..(text.Length + 3)]);
    }

    private static bool IsInstant(ReadOnlySpan<byte> text)
    {
        if (text.Length < 20 || text[10] is not (byte)'T' || !IsDate(text[..10]))
            return false;
        var time = TimeLength(text[11..]);
        if (time == 0)
            return false;
        var zone = text[(11 + time)..];
        if (zone.Length == 1)
            return zone[0] is (byte)'Z';
        if (zone.Length != 6 || zone[0] is not ((byte)'+' or (byte)'-') || zone[3] is not (byte)':')
            return false;
        var hours = Digits(zone, 1, 2);
        var minutes = Digits(zone, 4, 2);
        return hours >= 0 && minutes is >= 0 and <= 59 && (hours <= 13 || (hours == 14 && minutes == 0));
    }

    // The length of hh:mm:ss with its fraction at the start of a text; 0 when there is none. A minute may have a leap second.
    private static int TimeLength(ReadOnlySpan<byte> text)
    {
        if (text.Length < 8 || text[2] is not (byte)':' || text[5] is not (byte)':'
            || Digits(text, 0, 2) is < 0 or > 23 || Digits(text, 3, 2) is < 0 or > 59 || Digits(text, 6, 2) is < 0 or > 60)
        {
            return 0;
        }

        if (text.Length == 8 || text[8] is not (byte)'.')
            return 8;
        var rest = text[9..];
        var digits = rest.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        var length = digits < 0 ? rest.Length : digits;
        return length == 0 ? 0 : 9 + length;
    }

    private static int Digits(ReadOnlySpan<byte> text, int at, int count)
    {
        var value = 0;
        for (var i = at; i < at + count; i++)
        {
            var digit = text[i] - '0';
            if ((uint)digit > 9)
                return -1;
            value = (value * 10) + digit;
        }

        return value;
    }
}
