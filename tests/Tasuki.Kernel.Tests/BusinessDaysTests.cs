using System.Globalization;
using Tasuki.Kernel;
using Tasuki.Kernel.Text;
using Xunit;

namespace Tasuki.Kernel.Tests;

public sealed class BusinessDaysTests
{
    // As announced by the Cabinet Office for 2026 and 2027, and by the Act and the rule of the equinoxes after that. Substitutes and days between are among them.
    private static readonly string[] Holidays =
    [
        "2026-01-01", "2026-01-12", "2026-02-11", "2026-02-23", "2026-03-20", "2026-04-29", "2026-05-03", "2026-05-04", "2026-05-05", "2026-05-06", "2026-07-20", "2026-08-11",
        "2026-09-21", "2026-09-22", "2026-09-23", "2026-10-12", "2026-11-03", "2026-11-23",
        "2027-01-01", "2027-01-11", "2027-02-11", "2027-02-23", "2027-03-21", "2027-03-22", "2027-04-29", "2027-05-03", "2027-05-04", "2027-05-05", "2027-07-19", "2027-08-11",
        "2027-09-20", "2027-09-23", "2027-10-11", "2027-11-03", "2027-11-23",
        "2028-01-01", "2028-01-10", "2028-02-11", "2028-02-23", "2028-03-20", "2028-04-29", "2028-05-03", "2028-05-04", "2028-05-05", "2028-07-17", "2028-08-11",
        "2028-09-18", "2028-09-22", "2028-10-09", "2028-11-03", "2028-11-23",
        "2029-01-01", "2029-01-08", "2029-02-11", "2029-02-12", "2029-02-23", "2029-03-20", "2029-04-29", "2029-04-30", "2029-05-03", "2029-05-04", "2029-05-05", "2029-07-16", "2029-08-11",
        "2029-09-17", "2029-09-23", "2029-09-24", "2029-10-08", "2029-11-03", "2029-11-23",
        "2030-01-01", "2030-01-14", "2030-02-11", "2030-02-23", "2030-03-20", "2030-04-29", "2030-05-03", "2030-05-04", "2030-05-05", "2030-05-06", "2030-07-15", "2030-08-11", "2030-08-12",
        "2030-09-16", "2030-09-23", "2030-10-14", "2030-11-03", "2030-11-04", "2030-11-23",
    ];

    [Theory]
    [InlineData(2026)]
    [InlineData(2027)]
    [InlineData(2028)]
    [InlineData(2029)]
    [InlineData(2030)]
    public void The_national_holidays_of_a_year_are_these(int year)
    {
        var found = new List<string>();
        for (var day = new DateOnly(year, 1, 1); day.Year == year; day = day.AddDays(1))
        {
            if (NationalHolidays.Is(day))
                found.Add(day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        }

        Assert.Equal(Holidays.Where(h => h.StartsWith($"{year}", StringComparison.Ordinal)), found, StringComparer.Ordinal);
    }

    [Theory]
    // Over a weekend, over a holiday, over substitutes, over the days between, over the year's end.
    [InlineData("2026-06-01", 0, "2026-06-01")]
    [InlineData("2026-06-05", 1, "2026-06-08")]
    [InlineData("2026-06-06", 1, "2026-06-08")]
    [InlineData("2026-11-02", 10, "2026-11-17")]
    [InlineData("2026-04-28", 1, "2026-04-30")]
    [InlineData("2026-05-01", 1, "2026-05-07")]
    [InlineData("2026-09-18", 1, "2026-09-24")]
    [InlineData("2026-12-25", 1, "2026-12-28")]
    [InlineData("2026-12-28", 1, "2027-01-04")]
    [InlineData("2026-12-28", 5, "2027-01-08")]
    [InlineData("2027-03-19", 1, "2027-03-23")]
    [InlineData("2027-12-28", 1, "2028-01-04")]
    [InlineData("2028-12-28", 1, "2029-01-04")]
    [InlineData("2029-02-09", 1, "2029-02-13")]
    [InlineData("2029-09-21", 1, "2029-09-25")]
    [InlineData("2030-08-09", 1, "2030-08-13")]
    [InlineData("2030-12-27", 1, "2031-01-06")]
    public void A_period_of_business_days_ends_on(string from, int count, string ends) => Assert.Equal(Day(ends), BusinessDays.After(Day(from), count));

    [Theory]
    [InlineData("plain 文字", false, "plain 文字")]
    [InlineData("a\u202eb", false, "a[U+202E]b")]
    [InlineData("a\nb\tc", false, "a[U+000A]b[U+0009]c")]
    [InlineData("a\nb\tc\r", true, "a\nb\tc[U+000D]")]
    [InlineData("𠮷\u200b𠮷", true, "𠮷[U+200B]𠮷")]
    [InlineData("\U000E0041x\u2028", true, "[U+E0041]x[U+2028]")]
    [InlineData("\u3164", false, "[U+3164]")]
    [InlineData("\u2800\u115f\u1160\uffa0", true, "[U+2800][U+115F][U+1160][U+FFA0]")]
    [InlineData("a\u0301\u0302\u0303\u0304\u0305\u0306b\u0301", false, "a\u0301\u0302\u0303\u0304[U+0305][U+0306]b\u0301")]
    [InlineData("葛\U000E0100 か\u3099 ế", false, "葛\U000E0100 か\u3099 ế")]
    public void What_hides_or_turns_text_is_shown(string text, bool lines, string shown) => Assert.Equal(shown, VisibleText.Of(text, lines));

    private static DateOnly Day(string text) => DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture);
}
