using System.Globalization;
using System.Text;

namespace Tasuki.Fhir.Tests;

public sealed class FhirDateTests
{
    [Theory]
    [InlineData("2024-02-29")]
    [InlineData("2023-02-29")]
    [InlineData("9999-12-31")]
    [InlineData("0001-01-01")]
    [InlineData("2024/04/05")]
    [InlineData("2024-04-05T10:05:00+09:00")]
    [InlineData("2024-04-05T10:05:00-13:59")]
    [InlineData("2024-04-05T10:05:00+14:00")]
    [InlineData("2024-04-05T24:05:00+09:00")]
    [InlineData("2024-04-05T10:05:60+09:00")]
    [InlineData("2024-04-05T10:05:0x+09:00")]
    [InlineData("2024-04-05 10:05:00+09:00")]
    [InlineData("0999-04-05T10:05:00+09:00")]
    [InlineData("2024-04-05T10:05:00.5Z")]
    [InlineData("2024-04")]
    [InlineData("２０２４-04-05")]
    [InlineData("")]
    public void The_bytes_of_a_date_say_what_its_text_says(string text) => Assert.Equal(FhirDate.Parse(text), FhirDate.Parse(Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData("2024-01-01T10:00:00.123456789Z", "2024-01-01T10:00:00.1234567Z")]
    [InlineData("2024-01-01T10:00:00.12345678+09:00", "2024-01-01T10:00:00.1234567+09:00")]
    [InlineData("2024-01-01T10:00:00.99999999999999999999", "2024-01-01T10:00:00.9999999")]
    [InlineData("2016-12-31T23:59:60Z", "2016-12-31T23:59:59.9999999Z")]
    [InlineData("2016-12-31T23:59:60.5Z", "2016-12-31T23:59:59.9999999Z")]
    [InlineData("2017-01-01T08:59:60+09:00", "2016-12-31T23:59:59.9999999Z")]
    [InlineData("2017-01-01T08:59:60", "2016-12-31T23:59:59.9999999Z")]
    [InlineData("2017-01-01T00:29:60.123456789+00:30", "2016-12-31T23:59:59.9999999Z")]
    [InlineData("2016-12-31T23:59:61Z", null)]
    [InlineData("2016-12-31T23:59:600Z", null)]
    [InlineData("2016-12-31T23:60:60Z", null)]
    [InlineData("2024-01-01T10:00:00.12345678", "2024-01-01T10:00:00.1234567")]
    [InlineData("2024-01-01T10:00:00.12345678x", null)]
    public void What_is_finer_than_the_calendar_is_cut_and_a_leap_second_is_the_last_moment_of_its_minute(string text, string? same)
    {
        var read = FhirDate.Parse(text);
        Assert.Equal(FhirDate.Parse(Encoding.UTF8.GetBytes(text)), read);
        Assert.Equal(FhirDate.Parse(same), read);
    }

    [Fact]
    public void The_last_second_there_is_ends_with_the_calendar() =>
        Assert.Equal(FhirDate.Parse("9999-12-31")!.Value.To, FhirDate.Parse("9999-12-31T23:59:60Z")!.Value.To);

    [Fact]
    public void The_bytes_of_any_date_damaged_at_one_place_say_what_its_text_says()
    {
        var random = new Random(20261122);
        for (var i = 0; i < 50_000; i++)
        {
            var day = new DateTime(2, 1, 1, 0, 0, 0, DateTimeKind.Unspecified).AddSeconds(random.NextInt64(9_995L * 365 * 24 * 3600));
            var offset = random.Next(-840, 841);
            var zone = string.Create(CultureInfo.InvariantCulture, $"{(offset < 0 ? '-' : '+')}{Math.Abs(offset) / 60:00}:{Math.Abs(offset) % 60:00}");
            var text = random.Next(2) == 0 ? day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : day.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture) + zone;
            if (random.Next(2) == 0)
            {
                var place = random.Next(text.Length);
                text = text[..place] + "0123456789-:+TZ. /"[random.Next(18)] + text[(place + 1)..];
            }

            Assert.Equal(FhirDate.Parse(text), FhirDate.Parse(Encoding.UTF8.GetBytes(text)));
        }
    }
}
