using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Web;
using Xunit;

namespace Tasuki.People.Tests.Agreeing;

/// <summary>Who provides the service: one, and named wherever somebody looks first, reads the terms or agrees.</summary>
public sealed partial class OneProviderTests
{
    private const string Town = "みどり市";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Town, "ja")]
    [InlineData(Town, "en")]
    [InlineData(Town, "easy")]
    [InlineData("株式会社あおぞら健康", "ja")]
    [InlineData("株式会社あおぞら健康", "en")]
    [InlineData("株式会社あおぞら健康", "easy")]
    public async Task The_one_provider_is_named_on_the_top_page_in_the_terms_and_wherever_somebody_agrees(string provider, string language)
    {
        await using var world = await SmartWorld.Start(DataStore.Sqlite, more: services => services.AddSingleton(new Municipality(MunicipalityId.Parse("midori").Value, Town, provider, IsDemo: false)));
        var app = await world.Register();
        using var stranger = Reader(world);
        var begun = await stranger.Get("/sign-up", Cancel);
        var terms = await stranger.Submit(begun, "value=\"sign-up\"", Walk.Person, Cancel);
        Assert.Contains("name=\"Agreed\"", terms.Body, StringComparison.Ordinal);
        using var resident = await world.SignIn();
        resident.Cookies.Add(world.Site.Address, new Cookie(Language.Cookie, language));
        var consent = await resident.Get(world.AuthorizePath(app, SmartWorld.Usual), Cancel);
        Assert.Contains("/connect/decide", consent.Body, StringComparison.Ordinal);
        var again = await resident.Get("/terms/accept", Cancel);

        foreach (var page in new[] { await stranger.Get("/", Cancel), await stranger.Get("/terms", Cancel), await stranger.Get("/privacy", Cancel), begun, terms, again, consent })
        {
            Assert.Equal(200, page.Status);
            var named = Providers().Matches(WebUtility.HtmlDecode(page.Body)).Select(m => m.Groups["who"].Value.Trim()).ToList();
            // At the foot of all of them; in the terms and where somebody agrees in the text as well.
            Assert.InRange(named.Count, page.Path is "/" ? 1 : 2, 10);
            Assert.True(named.TrueForAll(n => n == provider), $"{page.Path}: {string.Join(" | ", named)}");
        }

        Visitor Reader(SmartWorld at)
        {
            var visitor = at.Site.NewVisitor();
            visitor.Cookies.Add(at.Site.Address, new Cookie(Language.Cookie, language));
            return visitor;
        }
    }

    // Every way in which a page says who runs the service, or is responsible for it, or takes or gives data.
    [GeneratedRegex("""
        (?:運営：|うんえい\)しているところ：|Operated\ by\ )(?<who>[^<]+)<
        |<dt>(?:運営するところ|Who\ runs\ it|だれが\ やって\ いるか|渡すもと（このサービスの運営）|Given\ by\ \(who\ runs\ this\ service\)|わたす\ ところ（この\ サービスを\ やって\ いる\ ところ）)</dt><dd>(?<who>[^<]+)<
        |運営するのは(?<who>[^<]+?)です
        |この\ サービスは\ (?<who>[^<]+?)が\ しています
        |>(?<who>[^<]+?)が\ あずかります。
        |It\ is\ run\ by\ (?<who>[^<]+?)\.
        |責任を持つのは(?<who>[^<]+?)です
        |>(?<who>[^<.]+?)\ is\ responsible\ for\ how
        |<div\ data-tk-purpose="[^"]*">.*?<p>(?<who>[^<、]+?)(?:は、|\ uses\ )
        """, RegexOptions.IgnorePatternWhitespace | RegexOptions.Singleline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Providers();
}
