using System.Globalization;

namespace Tasuki.Fhir;

/// <summary>
/// The span of time a FHIR date or dateTime covers (R4, search: a date is an interval): from the first instant to the one after the last.
/// A value without offset is a time in Asia/Tokyo.
/// </summary>
public readonly record struct FhirDate(DateTimeOffset From, DateTimeOffset To)
{
    private static readonly string[] Precise = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF"];

    public static FhirDate? Parse(string? text)
    {
        if (text is null)
            return null;
        switch (text.Length)
        {
            case 4 when Day(text + "-01-01") is { } year:
                return year.Year == 9999 ? null : Span(year, year.AddYears(1));
            case 7 when Day(text + "-01") is { } month:
                return month is { Year: 9999, Month: 12 } ? null : Span(month, month.AddMonths(1));
            case 10 when Day(text) is { } day:
                return day == DateOnly.MaxValue ? null : Span(day, day.AddDays(1));
            case 16 when DateTime.TryParseExact(text, "yyyy-MM-dd'T'HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var minute):
                var from = new DateTimeOffset(minute, Kernel.TokyoDay.Offset);
                return new FhirDate(from, from.AddMinutes(1));
            case > 16:
                return Instant(text);
            default:
                return null;
        }
    }

    private static DateOnly? Day(string text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day.Year > 1 ? day : null;

    private static FhirDate Span(DateOnly from, DateOnly to) => new(Kernel.TokyoDay.StartOf(from), Kernel.TokyoDay.StartOf(to));

    private static FhirDate? Instant(string text)
    {
        if (text.EndsWith('Z'))
        {
            return DateTimeOffset.TryParseExact(text, Precise[1], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var utc)
                ? new FhirDate(utc, After(utc, text)) : null;
        }

        if (DateTimeOffset.TryParseExact(text, Precise[0], CultureInfo.InvariantCulture, DateTimeStyles.None, out var zoned))
            return new FhirDate(zoned, After(zoned, text));
        return DateTime.TryParseExact(text, Precise[2], CultureInfo.InvariantCulture, DateTimeStyles.None, out var local)
            ? new FhirDate(new DateTimeOffset(local, Kernel.TokyoDay.Offset), After(new DateTimeOffset(local, Kernel.TokyoDay.Offset), text)) : null;
    }

    // A value with a fraction names an instant; one without names its whole second.
    private static DateTimeOffset After(DateTimeOffset value, string text) =>
        text.Contains('.', StringComparison.Ordinal) ? value.AddTicks(1) : value.AddSeconds(1);
}
