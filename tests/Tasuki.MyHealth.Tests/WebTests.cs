using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Tasuki.Web;

namespace Tasuki.MyHealth.Tests;

public sealed class WebTests
{
    [Theory]
    [InlineData("/home", true)]
    [InlineData("/records/a?version=2", true)]
    [InlineData("//evil.example", false)]
    [InlineData("/\\evil.example", false)]
    [InlineData("https://evil.example/", false)]
    [InlineData("javascript:alert(1)", false)]
    [InlineData("/a\r\nSet-Cookie: x", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void Only_a_path_of_this_site_is_returned_to(string? path, bool local) => Assert.Equal(local, LocalPath.IsLocal(path));

    [Theory]
    [InlineData(null, "en-GB,en;q=0.9,ja;q=0.5", ReadingLanguage.English, "en-US")]
    [InlineData(null, "fr,ja;q=0.5,en;q=0.4", ReadingLanguage.Japanese, "ja-JP")]
    [InlineData(null, "", ReadingLanguage.Japanese, "ja-JP")]
    [InlineData("easy", "en", ReadingLanguage.EasyJapanese, "ja-JP")]
    [InlineData("en", "ja", ReadingLanguage.English, "en-US")]
    [InlineData("klingon", "ja", ReadingLanguage.Japanese, "ja-JP")]
    public async Task The_cookie_decides_the_language_then_the_browser_and_dates_follow(string? cookie, string accepts, ReadingLanguage expected, string culture)
    {
        await using var services = new ServiceCollection().AddScoped<Language>().AddScoped<TextSize>().BuildServiceProvider();
        var context = new DefaultHttpContext { RequestServices = services };
        if (cookie is not null)
            context.Request.Headers.Cookie = $"{Language.Cookie}={cookie}";
        context.Request.Headers.AcceptLanguage = accepts;
        var seen = "";
        await ReadingChoice.Apply(context, _ =>
        {
            seen = System.Globalization.CultureInfo.CurrentCulture.Name;
            return Task.CompletedTask;
        });
        Assert.Equal(expected, services.GetRequiredService<Language>().Reading);
        Assert.Equal(culture, seen);
    }

    [Fact]
    public async Task A_chart_breaks_its_line_at_a_gap_and_says_its_numbers_in_a_table()
    {
        var html = await Render<LineChart>(new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["Title"] = "収縮期血圧",
            ["Unit"] = "mmHg",
            ["Series"] = new List<ChartSeries> { new("収縮期", [new(new DateOnly(2023, 6, 1), 118, "118"), new(new DateOnly(2024, 6, 1), null, "記録なし"), new(new DateOnly(2025, 6, 1), 131, "131"), new(new DateOnly(2026, 6, 1), 128, "128")]) },
            ["Limits"] = new List<ChartLimit> { new(130, "保健指導判定値 130", "guidance") },
        });
        var path = System.Text.RegularExpressions.Regex.Match(html, " d=\"M[^\"]*M[^\"]*L[^\"]*\"", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1));
        Assert.True(path.Success, "the line starts anew after the gap");
        Assert.Contains("role=\"img\"", html, StringComparison.Ordinal);
        Assert.Contains("<title>収縮期血圧</title>", html, StringComparison.Ordinal);
        Assert.Contains("保健指導判定値 130", html, StringComparison.Ordinal);
        Assert.Contains("<td class=\"tk-right\">131</td>", html, StringComparison.Ordinal);
        Assert.DoesNotContain("style=", html, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(400)]
    public async Task A_chart_of_any_number_of_points_is_drawn(int points)
    {
        var html = await Render<LineChart>(new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["Title"] = "体重",
            ["Series"] = new List<ChartSeries> { new("体重", [.. Enumerable.Range(0, points).Select(i => new ChartPoint(new DateOnly(2025, 1, 1).AddDays(i), 62, "62.0"))]) },
        });
        Assert.Equal(points > 0, html.Contains("<svg", StringComparison.Ordinal));
        Assert.DoesNotContain("NaN", html, StringComparison.Ordinal);
        Assert.DoesNotContain("∞", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_notice_says_is_text_and_never_markup()
    {
        var html = await Render<Notice>(new Dictionary<string, object?>(StringComparer.Ordinal) { ["Kind"] = "error", ["Title"] = "<script>alert(1)</script>" });
        Assert.DoesNotContain("<script>", html, StringComparison.Ordinal);
        Assert.Contains("role=\"alert\"", html, StringComparison.Ordinal);
    }

    private static async Task<string> Render<TComponent>(Dictionary<string, object?> parameters)
        where TComponent : IComponent
    {
        var services = new ServiceCollection().AddScoped<Language>().AddScoped(typeof(Texts<>)).AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);
        services.AddSingleton(System.Text.Encodings.Web.HtmlEncoder.Create(System.Text.Unicode.UnicodeRanges.All));
        await using var provider = services.BuildServiceProvider();
        await using var renderer = new HtmlRenderer(provider, NullLoggerFactory.Instance);
        return await renderer.Dispatcher.InvokeAsync(async () => (await renderer.RenderComponentAsync<TComponent>(ParameterView.FromDictionary(parameters))).ToHtmlString());
    }
}
