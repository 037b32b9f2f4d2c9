using Tasuki.Compliance.Regime;
using Tasuki.Kernel;
using Xunit;

namespace Tasuki.Compliance.Tests.Regime;

/// <summary>Periods over the year's end, holidays and the leap day, with and without stops.</summary>
public sealed class RegimeClockTests
{
    [Theory]
    // Plain; over the year's end; over the leap day and without one; the day it came is not counted.
    [InlineData("2026-11-02", "", 30, "2026-12-02")]
    [InlineData("2026-12-15", "", 30, "2027-01-14")]
    [InlineData("2028-02-10", "", 30, "2028-03-11")]
    [InlineData("2027-02-10", "", 30, "2027-03-12")]
    [InlineData("2028-01-30", "", 30, "2028-02-29")]
    [InlineData("2026-11-02", "", 60, "2027-01-01")]
    [InlineData("2026-11-02", "", 14, "2026-11-16")]
    // A last day in the holidays of the year's end, on a Sunday, on a national holiday: it stands.
    [InlineData("2026-12-01", "", 30, "2026-12-31")]
    [InlineData("2026-11-06", "", 30, "2026-12-06")]
    [InlineData("2026-10-24", "", 30, "2026-11-23")]
    // Stops: the day correction was asked is counted, the day it came is not.
    [InlineData("2026-11-02", "2026-11-05/2026-11-12", 30, "2026-12-09")]
    [InlineData("2026-11-02", "2026-11-02/2026-11-03", 30, "2026-12-03")]
    [InlineData("2026-11-02", "2026-11-05/2026-11-05", 30, "2026-12-02")]
    [InlineData("2026-11-02", "2026-11-05/2026-11-12;2026-11-20/2026-11-25", 30, "2026-12-14")]
    [InlineData("2026-11-02", "2026-11-05/2026-11-12;2026-11-10/2026-11-15", 30, "2026-12-12")]
    [InlineData("2026-12-20", "2026-12-28/2027-01-04", 30, "2027-01-26")]
    [InlineData("2028-02-20", "2028-02-28/2028-03-01", 30, "2028-03-23")]
    // One that began on the last day changes nothing any more.
    [InlineData("2026-11-02", "2026-12-02/2026-12-05", 30, "2026-12-02")]
    [InlineData("2026-11-02", "2026-12-02/", 30, "2026-12-02")]
    // One that is open has no last day.
    [InlineData("2026-11-02", "2026-12-01/", 30, null)]
    [InlineData("2026-11-02", "2026-11-05/2026-11-12;2026-12-01/", 30, null)]
    public void A_decision_is_due(string received, string stops, int days, string? due)
    {
        var deadline = Clocks.Decision(Day(received), Stops(stops), days);
        Assert.Equal(due is null ? null : Day(due), deadline?.Day);
        if (deadline is not null)
            Assert.Equal((FirstDay.NotCounted, LastDay.Stands, false, Certainty.ToBeChecked), (deadline.First, deadline.Last, deadline.IsMoved, deadline.Certainty));
    }

    [Theory]
    [InlineData("2026-11-02", "", "2026-11-02", 0)]
    [InlineData("2026-11-02", "", "2026-12-02", 30)]
    [InlineData("2026-11-02", "2026-11-05/", "2026-12-31", 3)]
    [InlineData("2026-11-02", "2026-11-05/2026-11-12", "2026-11-13", 4)]
    [InlineData("2027-12-31", "", "2028-03-01", 61)]
    [InlineData("2026-11-02", "", "2026-11-01", 0)]
    public void Days_used(string received, string stops, string today, int used) => Assert.Equal(used, Clocks.Used(Day(received), Stops(stops), Day(today)));

    [Theory]
    [InlineData("2026-11-02", 90, "2027-02-01", "2027-01-31")]
    [InlineData("2026-10-01", 90, "2027-01-04", "2026-12-30")]
    [InlineData("2027-12-01", 90, "2028-02-29", "2028-02-29")]
    [InlineData("2026-12-01", 90, "2027-03-01", "2027-03-01")]
    [InlineData("2026-11-03", 90, "2027-02-01", "2027-02-01")]
    [InlineData("2026-11-02", 120, "2027-03-02", "2027-03-02")]
    public void Correction_and_stop_after_a_disclosure_may_be_asked_until(string disclosed, int days, string last, string counted)
    {
        var deadline = Clocks.AfterDisclosure(Day(disclosed), days);
        Assert.Equal((Day(last), Day(counted)), (deadline.Day, deadline.Counted));
        Assert.Equal((LastDay.Moves, Certainty.ToBeChecked), (deadline.Last, deadline.Certainty));
    }

    [Theory]
    [InlineData("2026-11-02", "2026-11-04", "2026-11-06")]
    [InlineData("2026-12-30", "2027-01-01", "2027-01-03")]
    [InlineData("2028-02-27", "2028-02-29", "2028-03-02")]
    [InlineData("2027-02-27", "2027-03-01", "2027-03-03")]
    public void A_preliminary_report_is_due_from_the_third_to_the_fifth_day_and_does_not_wait_for_offices(string known, string early, string late)
    {
        var (first, last) = Clocks.Preliminary(Day(known));
        Assert.Equal((Day(early), Day(late)), (first.Day, last.Day));
        Assert.Equal((FirstDay.Counted, LastDay.Stands, Certainty.ToBeChecked), (last.First, last.Last, last.Certainty));
    }

    [Theory]
    // The day of knowing is the first; a Saturday, the year's end and a holiday move to the next open day.
    [InlineData("2026-11-02", 30, "2026-12-01", "2026-12-01")]
    [InlineData("2026-11-06", 30, "2026-12-07", "2026-12-05")]
    [InlineData("2026-12-01", 30, "2027-01-04", "2026-12-30")]
    [InlineData("2026-10-25", 30, "2026-11-24", "2026-11-23")]
    [InlineData("2028-02-01", 30, "2028-03-01", "2028-03-01")]
    [InlineData("2027-02-01", 30, "2027-03-02", "2027-03-02")]
    [InlineData("2026-11-02", 60, "2027-01-04", "2026-12-31")]
    [InlineData("2028-01-01", 60, "2028-02-29", "2028-02-29")]
    [InlineData("2027-04-05", 30, "2027-05-06", "2027-05-04")]
    public void A_final_report_is_due(string known, int days, string due, string counted)
    {
        var deadline = Clocks.Final(Day(known), days, Certainty.Read);
        Assert.Equal((Day(due), Day(counted)), (deadline.Day, deadline.Counted));
        Assert.Equal(Day(due) != Day(counted), deadline.IsMoved);
    }

    [Fact]
    public void A_day_is_a_day_in_Tokyo_and_the_last_one_is_not_late()
    {
        var received = TokyoDay.Of(new DateTimeOffset(2026, 11, 1, 15, 0, 0, TimeSpan.Zero));
        var due = Clocks.Decision(received, [], 30)!;
        Assert.Equal(Day("2026-12-02"), due.Day);
        Assert.False(due.IsPast(TokyoDay.Of(new DateTimeOffset(2026, 12, 2, 14, 59, 59, TimeSpan.Zero))));
        Assert.True(due.IsPast(TokyoDay.Of(new DateTimeOffset(2026, 12, 2, 15, 0, 0, TimeSpan.Zero))));
    }

    private static DateOnly Day(string text) => DateOnly.ParseExact(text, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);

    private static List<ClockStop> Stops(string text) =>
    [
        .. text.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(s => s.Split('/')).Select(s => new ClockStop(Day(s[0]), s[1].Length == 0 ? null : Day(s[1]))),
    ];
}
