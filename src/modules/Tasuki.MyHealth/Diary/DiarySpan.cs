using System.Globalization;
using Tasuki.Web;

namespace Tasuki.MyHealth;

/// <summary>The stretch of days a diary page shows: a week from Monday, a month, a year of the calendar.</summary>
internal sealed record DiarySpan(string Name, DateOnly From, DateOnly To)
{
    public static DiarySpan Around(string? name, DateOnly day) => name switch
    {
        "week" => new("week", day.AddDays(-(((int)day.DayOfWeek + 6) % 7)), day.AddDays(6 - ((int)day.DayOfWeek + 6) % 7)),
        "year" => new("year", new DateOnly(day.Year, 1, 1), new DateOnly(day.Year, 12, 31)),
        _ => new("month", new DateOnly(day.Year, day.Month, 1), new DateOnly(day.Year, day.Month, DateTime.DaysInMonth(day.Year, day.Month))),
    };

    public DateOnly Before => From.AddDays(-1);

    public DateOnly After => To.AddDays(1);

    public int Days => To.DayNumber - From.DayNumber + 1;

    /// <summary>Columns for the days of the span, or for its months with the mean of a day.</summary>
    public IReadOnlyList<ChartBar> Bars(IReadOnlyList<ChartPoint> points)
    {
        if (Name != "year")
        {
            return [.. Enumerable.Range(0, Days).Select(i => From.AddDays(i)).Select(day =>
                points.FirstOrDefault(point => point.Date == day) is { } point
                    ? new ChartBar(Label(day), point.Value, point.Text) : new ChartBar(Label(day), null, ""))];
        }

        return [.. Enumerable.Range(1, 12).Select(month =>
        {
            var of = points.Where(point => point.Date.Month == month && point.Value is not null).ToList();
            return of.Count == 0 ? new ChartBar($"{month}", null, "")
                : new ChartBar($"{month}", of.Average(point => point.Value!.Value), of.Average(point => point.Value!.Value).ToString("#,0", CultureInfo.InvariantCulture));
        })];
    }

    private static string Label(DateOnly day) => day.ToString("M/d", CultureInfo.InvariantCulture);
}
