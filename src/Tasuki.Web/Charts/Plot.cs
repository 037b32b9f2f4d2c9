using System.Globalization;

namespace Tasuki.Web;

/// <summary>Where things stand in a chart of a given size: scales, ticks, paths, in SVG user units with invariant digits.</summary>
internal sealed class Plot
{
    private const double Right = 14;
    private const double Top = 22;
    private const double Bottom = 26;

    private readonly double _left;
    private readonly DateOnly _from;
    private readonly int _days;

    public Plot(int width, int height, IEnumerable<double> values, DateOnly from, DateOnly to, bool fromZero)
    {
        Width = width;
        Height = height;
        _from = from;
        _days = to.DayNumber - from.DayNumber;
        (Low, High, Step) = Scale(values, fromZero, height < 240 ? 4 : 5);
        Ticks = [.. TickValues()];
        _left = 14 + Ticks.Max(tick => Label(tick).Length) * 7;
    }

    public int Width { get; }

    public int Height { get; }

    public double Low { get; }

    public double High { get; }

    public double Step { get; }

    public IReadOnlyList<double> Ticks { get; }

    public double PlotLeft => _left;

    public double PlotRight => Width - Right;

    public double PlotTop => Top;

    public double PlotBottom => Height - Bottom;

    /// <summary>A single day stands in the middle.</summary>
    public double X(DateOnly date) =>
        _days == 0 ? (PlotLeft + PlotRight) / 2 : PlotLeft + 12 + (PlotRight - PlotLeft - 24) * (date.DayNumber - _from.DayNumber) / _days;

    public double Y(double value) => PlotBottom - (PlotBottom - PlotTop) * (value - Low) / (High - Low);

    public string Label(double tick) => tick.ToString(Step >= 1 ? "#,0" : Step >= 0.1 ? "0.0" : "0.00", CultureInfo.InvariantCulture);

    /// <summary>The line through the points; a point without a value breaks it.</summary>
    public string Path(IEnumerable<ChartPoint> points)
    {
        var path = new System.Text.StringBuilder();
        var pen = false;
        foreach (var point in points)
        {
            if (point.Value is not { } value)
            {
                pen = false;
                continue;
            }

            path.Append(pen ? 'L' : 'M').Append(N(X(point.Date))).Append(' ').Append(N(Y(value)));
            pen = true;
        }

        return path.ToString();
    }

    /// <summary>Days that carry a label: those with points, thinned so that labels keep apart, the last one always.</summary>
    public IReadOnlyList<DateOnly> DateTicks(IEnumerable<DateOnly> dates, double apart)
    {
        var chosen = new List<DateOnly>();
        foreach (var date in dates.Distinct().OrderDescending())
        {
            if (chosen.Count == 0 || X(chosen[^1]) - X(date) >= apart)
                chosen.Add(date);
        }

        chosen.Reverse();
        return chosen;
    }

    public static string N(double number) => Math.Round(number, 1).ToString(CultureInfo.InvariantCulture);

    private static (double Low, double High, double Step) Scale(IEnumerable<double> values, bool fromZero, int about)
    {
        var all = values.ToList();
        var low = all.Count == 0 ? 0 : all.Min();
        var high = all.Count == 0 ? 1 : all.Max();
        if (fromZero)
            low = Math.Min(0, low);
        if (high - low < 1e-9)
        {
            var room = Math.Max(Math.Abs(high) * 0.1, 1);
            (low, high) = (fromZero ? low : low - room, high + room);
        }

        var raw = (high - low) / about;
        var power = Math.Pow(10, Math.Floor(Math.Log10(raw)));
        var step = (raw / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 } * power;
        var bottom = Math.Floor(low / step) * step;
        var top = Math.Ceiling(high / step) * step;

        // A little air, so that no dot sits on the frame.
        if (!fromZero && low - bottom < step * 0.15 && bottom - step >= 0)
            bottom -= step;
        if (top - high < step * 0.15)
            top += step;
        return (bottom, top, step);
    }

    private IEnumerable<double> TickValues()
    {
        var count = (int)Math.Round((High - Low) / Step);
        for (var i = 0; i <= count; i++)
            yield return Low + i * Step;
    }
}
