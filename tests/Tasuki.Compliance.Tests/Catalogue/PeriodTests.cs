using System.Globalization;
using Tasuki.Compliance.Catalogue;
using Xunit;

namespace Tasuki.Compliance.Tests.Catalogue;

public sealed class PeriodTests
{
    [Theory]
    [InlineData("P1Y", "2024-02-29", "2025-02-28")]
    [InlineData("P4Y", "2024-02-29", "2028-02-29")]
    [InlineData("P1M", "2026-01-31", "2026-02-28")]
    [InlineData("P1M", "2028-01-31", "2028-02-29")]
    [InlineData("P3M", "2025-11-30", "2026-02-28")]
    [InlineData("P2W", "2025-12-25", "2026-01-08")]
    [InlineData("P30D", "2025-12-31", "2026-01-30")]
    [InlineData("P1Y6M10D", "2025-01-31", "2026-08-10")]
    [InlineData("P100Y", "2025-01-01", "2125-01-01")]
    public void A_period_ends_on_a_day_of_the_calendar(string text, string from, string to)
    {
        Assert.True(Period.TryParse(text, out var period));
        Assert.Equal(Day(to), period.After(Day(from)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("P")]
    [InlineData("1Y")]
    [InlineData("P1")]
    [InlineData("PY")]
    [InlineData("P0D")]
    [InlineData("p1y")]
    [InlineData("P1y")]
    [InlineData("P-1Y")]
    [InlineData("P1.5Y")]
    [InlineData("P1D1Y")]
    [InlineData("P1Y1Y")]
    [InlineData("P1YT1H")]
    [InlineData("P１Y")]
    [InlineData("P101Y")]
    [InlineData("P99999Y")]
    [InlineData("P123456D")]
    [InlineData("P1Y ")]
    public void What_is_no_period_is_refused(string text) => Assert.False(Period.TryParse(text, out _));

    [Theory]
    [InlineData("P12M", "P1Y")]
    [InlineData("P18M", "P1Y6M")]
    [InlineData("P2W", "P14D")]
    [InlineData("P1Y2M3D", "P1Y2M3D")]
    public void A_period_is_written_in_one_way(string text, string written)
    {
        Assert.True(Period.TryParse(text, out var period));
        Assert.Equal(written, period.ToString());
    }

    private static DateOnly Day(string text) => DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture);
}
