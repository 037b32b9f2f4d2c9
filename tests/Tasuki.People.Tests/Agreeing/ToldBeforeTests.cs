using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Data;
using Tasuki.Web;
using Xunit;

namespace Tasuki.People.Tests.Agreeing;

/// <summary>What people read before they agree, on each of the pages where they can: to the service, to newer terms, to an app.</summary>
public sealed class ToldBeforeTests
{
    private static readonly string[] Gains = ["good-1", "good-2", "good-3"];
    private static readonly string[] Limits = ["limit-1", "limit-2", "limit-3"];
    private static readonly string[] Risks = ["risk-1", "risk-2", "risk-3", "risk-4"];
    private static readonly string[] Purposes = ["terms-what-1", "terms-what-2", "terms-what-3", "terms-what-4"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("ja")]
    [InlineData("en")]
    [InlineData("easy")]
    public async Task Who_what_for_which_data_to_whom_how_long_and_how_to_stop_stand_above_every_button_that_agrees(string language)
    {
        await using var world = await SmartWorld.Start(DataStore.Sqlite);
        var texts = new TextsIn(language);
        string[] service = [texts.People("about-operator"), .. Purposes.Select(texts.People), texts.People("about-items-text"), texts.People("about-recipients-text"), texts.People("about-period-text"), texts.People("terms-end")];
        using var stranger = In(world, world.Site.NewVisitor(), language);
        Above(await stranger.Submit(await stranger.Get("/sign-up", Cancel), "value=\"sign-up\"", Walk.Person, Cancel), "name=\"Agreed\"", service);

        using var resident = In(world, await world.SignIn(), language);
        Above(await resident.Get("/terms/accept", Cancel), "name=\"Agreed\"", service);

        var page = await resident.Get(world.AuthorizePath(await world.Register(), SmartWorld.Usual), Cancel);
        Above(page, $"name=\"{DecideConsent.AnswerField}\" value=\"yes\"",
        [
            texts.Smart("consent-giver"), "みどり市", texts.Smart("consent-receiver"), "合同会社みかん", SmartWorld.Seat, "健診と歩数を一緒に見るため", .. Enum.GetValues<Kernel.Records.DataCategory>().Select(c => texts.Smart($"category-{(int)c}")),
            texts.Smart("do-read"), texts.Smart("do-write"), texts.Smart("kept-month"), texts.Smart("kept-year"), texts.Smart("consent-stop-how"),
        ]);
        // Nothing is ticked or chosen beforehand.
        Assert.DoesNotContain(" checked", page.Body[page.Body.IndexOf("/connect/decide", StringComparison.Ordinal)..], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ja")]
    [InlineData("en")]
    [InlineData("easy")]
    public async Task Purpose_gains_limits_and_risks_stand_in_plain_words_above_the_box_and_nobody_goes_on_without_agreeing(string language)
    {
        await using var site = await TestSite.Start(DataStore.Sqlite, Cancel);
        var texts = new TextsIn(language);
        using var visitor = site.NewVisitor();
        visitor.Cookies.Add(site.Address, new Cookie(Language.Cookie, language));

        var terms = await visitor.Submit(await visitor.Get("/sign-up", Cancel), "value=\"sign-up\"", Walk.Person, Cancel);

        Above(terms, "name=\"Agreed\"", [.. Purposes.Concat(["good-title"]).Concat(Gains).Concat(["limit-title"]).Concat(Limits).Concat(["risk-title"]).Concat(Risks).Select(texts.People)]);
        Assert.DoesNotContain("checked", terms.Body[terms.Body.IndexOf("name=\"Agreed\"", StringComparison.Ordinal)..], StringComparison.Ordinal);
        var silent = await visitor.Submit(terms, "value=\"sign-up\"", Walk.Fields(), Cancel);
        Assert.Contains(texts.People("error-agree"), WebUtility.HtmlDecode(silent.Body), StringComparison.Ordinal);
        // Who leaves the step out is led back to the first.
        var jumped = await visitor.Submit(silent, "value=\"sign-up\"", Walk.Fields(("Step", "3"), ("SignInName", "kazuo"), ("Password", "みかんの皮は橙色でまるい"), ("Second", "codes"), ("Method", "password")), Cancel);
        Assert.Contains("name=\"Family\"", jumped.Body, StringComparison.Ordinal);
        Assert.Equal(0, await site.Do<TasukiDb, int>(db => db.Set<Account>().CountAsync(Cancel)));
        var agreed = await visitor.Submit(terms, "value=\"sign-up\"", Walk.Fields(("Agreed", "true")), Cancel);
        Assert.Contains("name=\"SignInName\"", agreed.Body, StringComparison.Ordinal);
    }

    private static Visitor In(SmartWorld world, Visitor visitor, string language)
    {
        visitor.Cookies.Add(world.Site.Address, new Cookie(Language.Cookie, language));
        return visitor;
    }

    private static void Above(Page page, string button, IReadOnlyList<string> said)
    {
        Assert.Equal(200, page.Status);
        var at = page.Body.IndexOf(button, StringComparison.Ordinal);
        Assert.True(at > 0, $"{page.Path} {page.Body}");
        var above = WebUtility.HtmlDecode(page.Body[..at]);
        Assert.All(said, one => Assert.Contains(one, above, StringComparison.Ordinal));
    }
}
