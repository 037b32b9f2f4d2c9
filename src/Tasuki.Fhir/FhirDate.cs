using System.Globalization;
using System.Text;

namespace Tasuki.Fhir;

/// <summary>
/// The span of time a FHIR date or dateTime covers (R4, search: a date is an interval): from the first instant to the one after the last.
/// A value without offset is a time in Asia/Tokyo. A fraction is cut to a ten-millionth of a second, and the second 60, which this calendar does not have, is the last moment of its minute.
/// </summary>
public readonly record struct FhirDate(DateTimeOffset From, DateTimeOffset To)
{
    /// <summary>Where a period begins that says only its end.</summary>
    public static readonly DateTimeOffset OpenStart = DateTimeOffset.UnixEpoch.AddYears(-170);

    /// <summary>Where a period ends that says only its start.</summary>
    public static readonly DateTimeOffset OpenEnd = new(9999, 1, 1, 0, 0, 0, TimeSpan.Zero);

    // A day short of what the type holds, so that every offset and one day more can be told of it: 9999-12-31, which means for ever, is a date as others are.
    private static DateTimeOffset Last => new(9999, 12, 31, 0, 0, 0, TimeSpan.Zero);

    private static readonly string[] Zoned = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz", "yyyy-MM-dd'T'HH:mmzzz"];
    private static readonly string[] Utc = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", "yyyy-MM-dd'T'HH:mm'Z'"];
    private const string Local = "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF";
    private const int UpToMinute = 16;
    private const int UpToSecond = 19;
    private const int MostDigits = 7;

    public static FhirDate? Parse(string? text)
    {
        if (text is null)
            return null;
        switch (text.Length)
        {
            case 4 when Day(text + "-01-01") is { } year:
                return Span(year, year.Year == 9999 ? null : year.AddYears(1));
            case 7 when Day(text + "-01") is { } month:
                return Span(month, month is { Year: 9999, Month: 12 } ? null : month.AddMonths(1));
            case 10 when Day(text) is { } day:
                return Span(day, day == DateOnly.MaxValue ? null : day.AddDays(1));
            case 16 when DateTime.TryParseExact(text, "yyyy-MM-dd'T'HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var minute):
                var from = new DateTimeOffset(minute, Kernel.TokyoDay.Offset);
                return new FhirDate(from, from.AddMinutes(1));
            case > 16:
                return Instant(text);
            default:
                return null;
        }
    }

    /// <summary>The same for the bytes of a text.</summary>
    public static FhirDate? Parse(ReadOnlySpan<byte> utf8) =>
        utf8.Length switch
        {
            10 when utf8[4] is (byte)'-' && utf8[7] is (byte)'-' && Day(utf8) is { } day => Span(day, day.AddDays(1)),
            25 when Whole(utf8) is { } from => new FhirDate(from, from.AddSeconds(1)),
            _ => Parse(Encoding.UTF8.GetString(utf8)),
        };

    // The two forms that nearly all records have, 2024-04-05 and 2024-04-05T10:05:00+09:00, well inside the calendar; null says nothing but that it is not one of them.
    private static DateTimeOffset? Whole(ReadOnlySpan<byte> utf8)
    {
        if (utf8[4] is not (byte)'-' || utf8[7] is not (byte)'-' || utf8[10] is not (byte)'T' || utf8[13] is not (byte)':' || utf8[16] is not (byte)':'
            || utf8[19] is not ((byte)'+' or (byte)'-') || utf8[22] is not (byte)':' || Day(utf8) is not { } day)
        {
            return null;
        }

        var (hour, minute, second, hours, minutes) = (Two(utf8, 11), Two(utf8, 14), Two(utf8, 17), Two(utf8, 20), Two(utf8, 23));
        if (hour is < 0 or > 23 || minute is < 0 or > 59 || second is < 0 or > 59 || hours is < 0 or > 13 || minutes is < 0 or > 59)
            return null;
        var offset = new TimeSpan(hours, minutes, 0);
        return new DateTimeOffset(day.Year, day.Month, day.Day, hour, minute, second, utf8[19] is (byte)'-' ? -offset : offset);
    }

    private static DateOnly? Day(ReadOnlySpan<byte> utf8)
    {
        var (century, rest, month, day) = (Two(utf8, 0), Two(utf8, 2), Two(utf8, 5), Two(utf8, 8));
        var year = (century * 100) + rest;
        return century is >= 10 and <= 98 && rest >= 0 && month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month) ? new DateOnly(year, month, day) : null;
    }

    private static int Two(ReadOnlySpan<byte> utf8, int at)
    {
        var (tens, ones) = (utf8[at] - '0', utf8[at + 1] - '0');
        return (uint)tens > 9 || (uint)ones > 9 ? -1 : (tens * 10) + ones;
    }

    private static DateOnly? Day(string text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day.Year > 1 ? day : null;

    // Null: to the end of the calendar.
    private static FhirDate Span(DateOnly from, DateOnly? to) => new(Kernel.TokyoDay.StartOf(from), to is { } next ? Kernel.TokyoDay.StartOf(next) : Last);

    private static FhirDate? Instant(string text)
    {
        text = Cut(text);
        if (text.Length >= UpToSecond && text.AsSpan(UpToMinute, 3) is ":60")
            return Instant($"{text.AsSpan(0, UpToMinute)}:59{text.AsSpan(UpToSecond)}") is { } second ? LastMoment(second) : null;
        DateTimeOffset from;
        if (text.EndsWith('Z'))
        {
            if (!DateTimeOffset.TryParseExact(text, Utc, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out from))
                return null;
        }
        else if (!DateTimeOffset.TryParseExact(text, Zoned, CultureInfo.InvariantCulture, DateTimeStyles.None, out from))
        {
            if (!DateTime.TryParseExact(text, Local, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local) || local.Year is 1)
                return null;
            from = new DateTimeOffset(local, Kernel.TokyoDay.Offset);
        }

        // The edges of the calendar have no next second and no other offset.
        if (from.Year is 1)
            return null;
        if (from < Last.AddMinutes(-1))
            return new FhirDate(from, After(from, text));
        var start = from < Last ? from : Last.AddSeconds(-1);
        return new FhirDate(start, After(start, text) is var after && after < Last ? after : Last);
    }

    private static string Cut(string text)
    {
        if (text.Length <= UpToSecond || text[UpToSecond] is not '.')
            return text;
        var end = UpToSecond + 1;
        while (end < text.Length && char.IsAsciiDigit(text[end]))
            end++;
        var kept = UpToSecond + 1 + MostDigits;
        return end <= kept ? text : $"{text.AsSpan(0, kept)}{text.AsSpan(end)}";
    }

    private static FhirDate LastMoment(FhirDate inLastSecond)
    {
        var end = inLastSecond.From.AddTicks(TimeSpan.TicksPerMinute - (inLastSecond.From.Ticks % TimeSpan.TicksPerMinute));
        return new FhirDate(end.AddTicks(-1), end);
    }

    // A value with a fraction names an instant; one without names its whole second or minute.
    private static DateTimeOffset After(DateTimeOffset value, string text) =>
        text.Contains('.', StringComparison.Ordinal) ? value.AddTicks(1) : text[UpToMinute] is ':' ? value.AddSeconds(1) : value.AddMinutes(1);
}
