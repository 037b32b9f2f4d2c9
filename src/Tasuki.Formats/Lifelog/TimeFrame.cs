using System.Globalization;
using System.Text.Json;

namespace Tasuki.Formats;

/// <summary>When a measurement was made, as FHIR writes it, with the offset it came with. Start and end are equal for a moment; an end of null is a day.</summary>
internal readonly record struct TimeFrame(string Start, string? End)
{
    private static readonly string[] Forms = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", "yyyy-MM-dd'T'HH:mmzzz", "yyyy-MM-dd'T'HH:mm'Z'"];

    /// <summary>Of a body's effective_time_frame; null when it has none, or one that says no time.</summary>
    public static TimeFrame? Of(JsonElement body)
    {
        if (Fields.Object(body, "effective_time_frame") is not { } frame)
            return null;
        if (Fields.Text(frame, "date_time") is { } moment)
            return Time(moment) is { } time ? new TimeFrame(Text(time), Text(time)) : null;
        if (Fields.Object(frame, "time_interval") is not { } interval)
            return null;
        if (Fields.Text(interval, "date") is { } date)
            return DateOnly.TryParseExact(date, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _) ? new TimeFrame(date, null) : null;

        var start = Time(Fields.Text(interval, "start_date_time"));
        var end = Time(Fields.Text(interval, "end_date_time"));
        if (start is null || end is null)
        {
            if (Length(interval) is not { } length)
                return null;
            start ??= Back(end, length);
            end ??= Forward(start, length);
        }

        return start is { } from && end is { } to && from <= to ? new TimeFrame(Text(from), Text(to)) : null;
    }

    private static DateTimeOffset? Time(string? text) =>
        text is not null && DateTimeOffset.TryParseExact(text, Forms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) && time.Year is > 1 and < 9999 ? time : null;

    private static string Text(DateTimeOffset time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz", CultureInfo.InvariantCulture);

    private static DateTimeOffset? Back(DateTimeOffset? end, TimeSpan length) => end is { } to ? to - length : null;

    private static DateTimeOffset? Forward(DateTimeOffset? start, TimeSpan length) => start is { } from ? from + length : null;

    private static TimeSpan? Length(JsonElement interval)
    {
        if (Fields.Object(interval, "duration") is not { } duration || !duration.TryGetProperty("value"u8, out var number) || number.ValueKind is not JsonValueKind.Number
            || !number.TryGetDouble(out var value) || value is < 0 or > 1e9)
        {
            return null;
        }

        double? seconds = Fields.Text(duration, "unit") switch
        {
            "ms" => value / 1000,
            "sec" or "s" => value,
            "min" => value * 60,
            "h" or "hr" => value * 3600,
            "d" => value * 86400,
            _ => null,
        };
        return seconds is <= 366 * 86400 ? TimeSpan.FromSeconds(seconds.Value) : null;
    }
}
