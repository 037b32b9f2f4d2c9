using System.Globalization;

namespace Tasuki.Compliance.Catalogue;

/// <summary>A span of calendar days, months and years as ISO 8601 writes it (<c>P1Y</c>, <c>P3M</c>, <c>P2W</c>, <c>P1Y6M</c>): never empty, no time of day.</summary>
public readonly record struct Period
{
    private Period(int months, int days)
    {
        Months = months;
        Days = days;
    }

    /// <summary>Years count as twelve.</summary>
    public int Months { get; }

    /// <summary>Weeks count as seven.</summary>
    public int Days { get; }

    /// <summary>The day the span is over. Where the month is too short it is the month's last day (31 January and a month: 28 or 29 February).</summary>
    public DateOnly After(DateOnly day) => day.AddMonths(Months).AddDays(Days);

    /// <summary>False for what is no period, for an empty one and for one beyond a hundred years.</summary>
    public static bool TryParse(string text, out Period period)
    {
        period = default;
        if (text is not ['P', _, ..])
            return false;

        int months = 0, days = 0, place = 1;
        var left = "YMWD";
        while (place < text.Length)
        {
            var end = place;
            while (end < text.Length && char.IsAsciiDigit(text[end]))
                end++;
            if (end == place || end == text.Length || end - place > 5 || left.IndexOf(text[end], StringComparison.Ordinal) is not (>= 0 and var unit))
                return false;

            var count = int.Parse(text.AsSpan(place, end - place), NumberStyles.None, CultureInfo.InvariantCulture);
            switch (text[end])
            {
                case 'Y': months += 12 * count; break;
                case 'M': months += count; break;
                case 'W': days += 7 * count; break;
                default: days += count; break;
            }

            // Each unit once, and in the order years, months, weeks, days.
            left = left[(unit + 1)..];
            place = end + 1;
        }

        if ((months, days) is (0, 0) || months > 1200 || days > 36525)
            return false;
        period = new(months, days);
        return true;
    }

    /// <summary>Canonical: <c>P12M</c> is written <c>P1Y</c>, <c>P14D</c> stays days.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"P{(Months / 12 is > 0 and var y ? $"{y}Y" : "")}{(Months % 12 is > 0 and var m ? $"{m}M" : "")}{(Days > 0 ? $"{Days}D" : "")}");
}
