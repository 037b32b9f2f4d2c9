using Tasuki.Compliance.Setup;
using Tasuki.Compliance.Tests.Regime;
using Tasuki.Web;
using Xunit;

namespace Tasuki.Compliance.Tests.Setup;

/// <summary>Texts and hours of the set-up.</summary>
public sealed class SetupHouseTests
{
    private static readonly string[] Lines = ["names", "look", "desk", "ages", "purposes", "scope"];

    [Fact]
    public void Every_text_of_the_set_up_is_there_and_asked_for() => RegimeHouseTests.TextsHold<SetupTexts>(
        ["Setup"], ["Setup"],
        [
            .. Lines.Select(l => $"step-{l}"), .. Lines.Select(l => $"step-{l}-what"), .. Lines[..4].Select(l => $"step-{l}-lead"), .. Enum.GetNames<SetupStep>().Select(s => $"changed-{s}"),
            .. SetupWords.Problems.Select(p => $"problem-{p}"), "problem-other", .. Enumerable.Range(0, 7).Select(d => $"day-{d}"),
            .. ServiceColours.Usual.OfMain.Concat(ServiceColours.Usual.OfAccent).Select(c => $"check-{c.Id}"),
        ]);

    [Theory]
    [InlineData("2026-11-02", "8:30", "Monday")]
    [InlineData("2026-11-06", "8:30", "Friday")]
    [InlineData("2026-11-07", "9:00", "Saturday")]
    [InlineData("2026-11-08", null, "Sunday")]
    [InlineData("2026-11-03", null, "Culture Day, a Tuesday")]
    [InlineData("2026-12-29", null, "the end of the year")]
    [InlineData("2027-01-04", "8:30", "the first working day")]
    public void The_hours_of_a_day_follow_the_week_and_the_holidays(string day, string? from, string why)
    {
        var open = Hours(holidays: true).On(DateOnly.Parse(day, System.Globalization.CultureInfo.InvariantCulture));
        Assert.True(from == open?.From.ToString("H:mm", System.Globalization.CultureInfo.InvariantCulture), why);
    }

    [Fact]
    public void A_desk_that_keeps_open_on_holidays_is_open_then() => Assert.NotNull(Hours(holidays: false).On(new DateOnly(2026, 11, 3)));

    [Fact]
    public void Days_with_the_same_hours_are_said_together()
    {
        Assert.Equal(["月曜日〜金曜日 8:30〜17:15", "土曜日 9:00〜12:00", "日曜日・祝日・年末年始 休み"], DeskHours.Lines(TextsIn.Of<WebTexts>(), Hours(holidays: true)), StringComparer.Ordinal);
        Assert.Equal("Monday to Friday: 8:30–17:15", DeskHours.Lines(TextsIn.Of<WebTexts>(ReadingLanguage.English), Hours(holidays: true))[0]);
        Assert.Equal("tel:+81001122", DeskHours.Call("+81 (00) 11-22"));
    }

    private static OpeningHours Hours(bool holidays) => new(
        [.. Enumerable.Range(0, 7).Select(d => d switch { < 5 => new DayHours(new TimeOnly(8, 30), new TimeOnly(17, 15)), 5 => new DayHours(new TimeOnly(9, 0), new TimeOnly(12, 0)), _ => null })], holidays, "", "");
}
