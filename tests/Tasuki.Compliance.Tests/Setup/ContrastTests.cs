using System.Text.RegularExpressions;
using Tasuki.Testing;
using Tasuki.Web;
using Xunit;

namespace Tasuki.Compliance.Tests.Setup;

/// <summary>Contrast as WCAG 2.2 counts it, and which colours a municipality may choose.</summary>
public sealed partial class ContrastTests
{
    [Theory]
    [InlineData("#000000", "#ffffff", 21.0)]
    [InlineData("#ffffff", "#000000", 21.0)]
    [InlineData("#ffffff", "#ffffff", 1.0)]
    [InlineData("#767676", "#ffffff", 4.54)]
    [InlineData("#777777", "#ffffff", 4.48)]
    [InlineData("#595959", "#FFFFFF", 7.0)]
    [InlineData("#ff0000", "#ffffff", 4.0)]
    [InlineData("#008000", "#ffffff", 5.14)]
    [InlineData("#0000ff", "#ffffff", 8.59)]
    [InlineData("#ffff00", "#ffffff", 1.07)]
    [InlineData("#ffff00", "#0000ff", 8.0)]
    [InlineData("#949494", "#ffffff", 3.03)]
    public void The_ratio_is_that_of_WCAG(string one, string two, double ratio) => Assert.Equal(ratio, Of(one).Contrast(Of(two)), 2);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("1d2f5f")]
    [InlineData("#1d2f5")]
    [InlineData("#1d2f5ff")]
    [InlineData("#1d2f5g")]
    [InlineData("#fff")]
    [InlineData("red;}")]
    [InlineData("#-12345")]
    [InlineData("# 12345")]
    public void What_is_no_colour_is_refused(string? text) => Assert.Equal("colour.form", Colour.Parse(text).Error?.Code);

    [Theory]
    [InlineData("#1d2f5f", "#d9472b", "")]
    [InlineData("#0b5d4b", "#b8500a", "")]
    [InlineData("#000000", "#000000", "")]
    [InlineData("#ff0000", "#d9472b", "button text link")]
    [InlineData("#777777", "#d9472b", "button text link")]
    [InlineData("#ffd700", "#d9472b", "button text link heading focus")]
    [InlineData("#1d2f5f", "#ffcc00", "mark")]
    [InlineData("#1d2f5f", "#ffffff", "mark")]
    public void A_colour_that_reads_badly_somewhere_is_named_with_the_place(string main, string accent, string places)
    {
        var colours = new ServiceColours(Of(main), Of(accent));
        Assert.Equal(places, string.Join(' ', colours.OfMain.Concat(colours.OfAccent).Where(c => !c.Holds).Select(c => c.Id)));
        Assert.Equal(places.Length == 0, colours.Holds);
    }

    [Fact]
    public void The_nearest_shade_holds_is_no_darker_than_it_has_to_be_and_leaves_what_holds()
    {
        var random = new Random(20261129);
        for (var i = 0; i < 300; i++)
        {
            var bytes = new byte[6];
            random.NextBytes(bytes);
            var colours = new ServiceColours(new Colour(bytes[0], bytes[1], bytes[2]), new Colour(bytes[3], bytes[4], bytes[5]));
            var nearest = colours.Nearest();
            Assert.True(nearest.Holds, $"{nearest}");
            if (colours.Holds)
                Assert.Equal(colours, nearest);
            // A hundredth less of black, and it would not.
            var black = Enumerable.Range(0, 101).First(percent => colours.Main.Mix(Colour.Black, percent / 100d) == nearest.Main);
            if (black > 0)
                Assert.False((colours with { Main = colours.Main.Mix(Colour.Black, (black - 1) / 100d) }).OfMain.All(c => c.Holds), $"{colours} {nearest}");
        }
    }

    [Fact]
    public void What_is_checked_are_the_colours_of_the_stylesheet()
    {
        var css = File.ReadAllText(Path.Combine(Tree.Root, "src", "Tasuki.Web", "wwwroot", "css", "tasuki.css"));
        var tokens = Tokens().Matches(css).GroupBy(m => m.Groups["name"].Value, StringComparer.Ordinal).ToDictionary(g => g.Key, g => Of(g.First().Groups["value"].Value), StringComparer.Ordinal);
        var usual = ServiceColours.Usual;
        foreach (var (name, colour) in new[]
        {
            ("ai", usual.Main), ("ai-deep", usual.Deep), ("ai-bright", usual.Bright), ("ai-soft", usual.Soft), ("ai-mist", usual.Mist), ("shu", usual.Accent), ("shu-deep", usual.AccentDeep), ("shu-soft", usual.AccentSoft),
            ("paper", ServiceColours.Paper), ("ink-soft", ServiceColours.InkSoft), ("focus", ServiceColours.Focus),
        })
            Assert.Equal(tokens[name], colour);

        // Every shade that hangs on the two colours is written anew, and none of the stylesheet's own uses is left at the old.
        foreach (var name in tokens.Keys.Where(n => n.StartsWith("ai", StringComparison.Ordinal) || n.StartsWith("shu", StringComparison.Ordinal)))
            Assert.Contains($"--tk-{name}:", (usual with { Main = Of("#0b5d4b") }).Css, StringComparison.Ordinal);
        Assert.DoesNotContain("prefers-color-scheme", css, StringComparison.Ordinal);
    }

    private static Colour Of(string text) => Colour.Parse(text).Value;

    [GeneratedRegex("--tk-(?<name>[a-z-]+): (?<value>#[0-9a-f]{6});", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Tokens();
}
