using Tasuki.Kernel.Text;

namespace Tasuki.Kernel.Tests.Text;

public sealed class JapaneseDateTests
{
    [Theory]
    [InlineData("2026-04-01", "令和8年4月1日")]
    [InlineData("2019-05-01", "令和元年5月1日")]
    [InlineData("2019-04-30", "平成31年4月30日")]
    [InlineData("1989-01-08", "平成元年1月8日")]
    [InlineData("1989-01-07", "昭和64年1月7日")]
    [InlineData("1926-12-25", "昭和元年12月25日")]
    [InlineData("1926-12-24", "大正15年12月24日")]
    [InlineData("1912-07-30", "大正元年7月30日")]
    [InlineData("1912-07-29", "明治45年7月29日")]
    [InlineData("1873-01-01", "明治6年1月1日")]
    [InlineData("1872-12-31", "1872年12月31日")]
    public void A_day_is_written_in_its_era(string day, string written) =>
        Assert.Equal(written, JapaneseDate.Format(DateOnly.Parse(day, System.Globalization.CultureInfo.InvariantCulture)));
}
