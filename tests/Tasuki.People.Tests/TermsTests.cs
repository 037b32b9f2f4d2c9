using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Testing;
using Tasuki.Web;
using Xunit;

namespace Tasuki.People.Tests;

/// <summary>Terms and privacy notice: readable by everybody in every version, and agreed to once for each version of the terms.</summary>
public sealed class TermsTests
{
    private const string Password = "みかんの皮は橙色でまるい";
    private const string OfficerPassword = "役場の庭の大きな楠の木陰で昼寝";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/terms", "ja", "利用規約", "みどり市の住民")]
    [InlineData("/terms", "en", "Terms of use", "residents of みどり市")]
    [InlineData("/terms", "easy", "使（つか）う ときの やくそく", "みどり市に 住（す）んで")]
    [InlineData("/privacy", "ja", "プライバシーについて", "責任を持つのはみどり市です")]
    [InlineData("/privacy", "en", "Privacy notice", "みどり市 is responsible")]
    [InlineData("/privacy", "easy", "プライバシーについて", "みどり市が あずかります")]
    public async Task Anybody_reads_the_summary_before_the_whole_with_version_and_day(string path, string language, string title, string names)
    {
        await using var site = await TestSite.Start(DataStore.Sqlite, Cancel);
        using var visitor = site.NewVisitor();
        visitor.Cookies.Add(site.Address, new Cookie(Language.Cookie, language));

        var page = await visitor.Get(path, Cancel);

        var text = WebUtility.HtmlDecode(page.Body);
        Assert.Equal((200, title), (page.Status, page.Title));
        Assert.Contains(names, text, StringComparison.Ordinal);
        Assert.Contains((path, language) switch { ("/terms", "en") => "April 1, 2026", ("/terms", _) => "2026年4月1日", (_, "en") => "October 1, 2026", _ => "2026年10月1日" }, text, StringComparison.Ordinal);
        Assert.DoesNotContain("{municipality}", text, StringComparison.Ordinal);
        Assert.DoesNotContain("{operator}", text, StringComparison.Ordinal);
        Assert.True(text.IndexOf("id=\"whole\"", StringComparison.Ordinal) > text.IndexOf(language switch { "en" => "In short", "easy" => "みじかく", _ => "ひと目で" }, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_footer_of_every_page_and_the_sign_up_lead_there()
    {
        await using var site = await TestSite.Start(DataStore.Sqlite, Cancel);
        using var visitor = site.NewVisitor();
        foreach (var path in new[] { "/", "/sign-in", "/sign-up", "/terms", "/privacy" })
        {
            var body = (await visitor.Get(path, Cancel)).Body;
            Assert.Contains("<a href=\"/terms\">利用規約</a>", body, StringComparison.Ordinal);
            Assert.Contains("<a href=\"/privacy\">プライバシーについて</a>", body, StringComparison.Ordinal);
        }

        var step = await visitor.Submit(await visitor.Get("/sign-up", Cancel), "value=\"sign-up\"", Walk.Person, Cancel);
        Assert.Contains("全文はこちらで読めます", step.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Older_versions_and_those_to_come_stay_readable_and_say_what_they_are()
    {
        await using var site = await TestSite.Start(DataStore.Sqlite, Cancel, more: WithNewTerms);
        using var visitor = site.NewVisitor();
        Assert.Contains("はじめの約束", (await visitor.Get("/terms", Cancel)).Body, StringComparison.Ordinal);
        var coming = (await visitor.Get("/terms?version=2", Cancel)).Body;
        Assert.Contains("新しい約束", coming, StringComparison.Ordinal);
        Assert.Contains("からの版です", coming, StringComparison.Ordinal);

        site.Clock.Advance(TimeSpan.FromDays(11));

        Assert.Contains("新しい約束", (await visitor.Get("/terms", Cancel)).Body, StringComparison.Ordinal);
        var old = (await visitor.Get("/terms?version=1", Cancel)).Body;
        Assert.Contains("はじめの約束", old, StringComparison.Ordinal);
        Assert.Contains("今の版は第2版です", old, StringComparison.Ordinal);
        Assert.Contains("この版はありません", (await visitor.Get("/terms?version=3", Cancel)).Body, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_newer_version_is_asked_once_at_the_next_sign_in_and_stands_on_the_account(DataStore store)
    {
        await using var site = await TestSite.Start(store, Cancel, more: WithNewTerms);
        var account = await SignInTests.NewResident(site, "kazuo", codes: true);
        using var visitor = site.NewVisitor();
        await Walk.SignIn(site, visitor, "kazuo", Password, account.Codes[0]);
        Assert.Equal("/home", (await visitor.Get("/home", Cancel)).Path);
        Assert.Contains("/terms?version=1", (await visitor.Get("/account", Cancel)).Body, StringComparison.Ordinal);

        site.Clock.Advance(TimeSpan.FromDays(11));
        await Walk.SignIn(site, visitor, "kazuo", Password, account.Codes[1], "/sign-in?return=/home");
        foreach (var path in new[] { "/home", "/account", "/inbox", "/fresh-only", "/test/open" })
            Assert.StartsWith("/terms/accept?return=", (await visitor.Get(path, Cancel)).Path, StringComparison.Ordinal);
        var asked = await visitor.Get("/home", Cancel);
        Assert.Contains("新しい約束", asked.Body, StringComparison.Ordinal);
        foreach (var way in new[] { "/take-out", "/close-account" })
            Assert.Contains($"href=\"{way}\"", asked.Body, StringComparison.Ordinal);
        Assert.Contains("チェックを付けてください", (await visitor.Submit(asked, "name=\"Agreed\"", Walk.Fields(), Cancel)).Body, StringComparison.Ordinal);
        Assert.Equal(1, await Consents(site));

        var home = await visitor.Submit(asked, "name=\"Agreed\"", Walk.Fields(("Agreed", "true")), Cancel);
        Assert.Equal(("/home", "緑山 花子"), (home.Path, home.Body));
        Assert.Equal(2, await Consents(site));
        var own = (await visitor.Get("/account", Cancel)).Body;
        Assert.Contains("/terms?version=1", own, StringComparison.Ordinal);
        Assert.Contains("/terms?version=2", own, StringComparison.Ordinal);

        using var again = site.NewVisitor();
        await Walk.SignIn(site, again, "kazuo", Password, account.Codes[2]);
        Assert.Equal("/home", (await again.Get("/home", Cancel)).Path);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_newer_notice_is_told_once_with_what_changed_and_that_it_was_read_is_kept_with_version_and_time(DataStore store)
    {
        await using var site = await TestSite.Start(store, Cancel, more: services => With(services, NewNotices));
        var account = await SignInTests.NewResident(site, "kazuo", codes: true);
        using var visitor = site.NewVisitor();
        await Walk.SignIn(site, visitor, "kazuo", Password, account.Codes[0]);
        Assert.Equal("/home", (await visitor.Get("/home", Cancel)).Path);

        site.Clock.Advance(TimeSpan.FromDays(11));
        await Walk.SignIn(site, visitor, "kazuo", Password, account.Codes[1], "/sign-in?return=/home");
        var asked = await visitor.Get("/home", Cancel);
        Assert.StartsWith("/terms/accept?return=", asked.Path, StringComparison.Ordinal);
        // Two versions came meanwhile: what changed with each, and the newest in short. Nobody is asked to agree.
        foreach (var said in new[] { "変更二", "変更三", "お知らせ三", "第3版", "同意をお願いするものではありません" })
            Assert.Contains(said, WebUtility.HtmlDecode(asked.Body), StringComparison.Ordinal);
        Assert.DoesNotContain("お知らせ二", WebUtility.HtmlDecode(asked.Body), StringComparison.Ordinal);
        Assert.DoesNotContain("name=\"Agreed\"", asked.Body, StringComparison.Ordinal);
        Assert.Contains("読んだら、チェックを付けてください", (await visitor.Submit(asked, "name=\"Read\"", Walk.Fields(), Cancel)).Body, StringComparison.Ordinal);
        Assert.Equal(1, await Consents(site));

        var before = site.Clock.GetUtcNow();
        var home = await visitor.Submit(asked, "name=\"Read\"", Walk.Fields(("Read", "true")), Cancel);
        Assert.Equal("/home", home.Path);
        var given = await Given(site, account);
        Assert.Equal([("1", 4, "1"), (null, 0, "3")], given.Select(g => (g.Terms, g.Purposes.Count, g.Notice)));
        Assert.InRange(given[1].Given, before, site.Clock.GetUtcNow());
        Assert.Contains("/privacy?version=3", (await visitor.Get("/account", Cancel)).Body, StringComparison.Ordinal);

        using var again = site.NewVisitor();
        await Walk.SignIn(site, again, "kazuo", Password, account.Codes[2]);
        Assert.Equal("/home", (await again.Get("/home", Cancel)).Path);
    }

    [Fact]
    public async Task Terms_and_notice_that_are_new_together_are_asked_together_and_a_form_answers_only_for_what_it_showed()
    {
        await using var site = await TestSite.Start(DataStore.Sqlite, Cancel, more: services => With(services, [.. NewTerms, .. NewNotices[1..], Version(LegalText.Privacy, 4, MovedClock.FirstDay.AddDays(13), "お知らせ四", "変更四")]));
        var account = await SignInTests.NewResident(site, "kazuo", codes: true);
        site.Clock.Advance(TimeSpan.FromDays(11));
        using var visitor = site.NewVisitor();
        await Walk.SignIn(site, visitor, "kazuo", Password, account.Codes[0]);
        var asked = await visitor.Get("/home", Cancel);
        foreach (var half in new[] { "Agreed", "Read" })
            Assert.StartsWith("/terms/accept", (await visitor.Submit(asked, "name=\"Agreed\"", Walk.Fields((half, "true")), Cancel)).Path, StringComparison.Ordinal);
        var later = await visitor.Submit(asked, "name=\"Agreed\"", Walk.Fields(("Agreed", "true"), ("Read", "true"), ("Shown", "2-4")), Cancel);
        Assert.Contains("新しい版になりました。もう一度", WebUtility.HtmlDecode(later.Body), StringComparison.Ordinal);
        Assert.Equal(1, await Consents(site));

        await visitor.Submit(asked, "name=\"Agreed\"", Walk.Fields(("Agreed", "true"), ("Read", "true")), Cancel);
        Assert.Equal("/home", (await visitor.Get("/home", Cancel)).Path);
        Assert.Equal(("2", 4, "3"), (await Given(site, account))[^1] is var newest ? (newest.Terms, newest.Purposes.Count, newest.Notice) : default);
    }

    [Theory]
    [InlineData("ja", "渡した日から3年間", "相手の名前")]
    [InlineData("en", "three years from that day", "name of whoever received it")]
    [InlineData("easy", "3年（ねん） のこります", "相手（あいて）の 名前（なまえ）")]
    public async Task Who_signed_up_with_the_first_notice_is_told_that_what_was_given_to_others_stays_on_record(string language, string period, string named)
    {
        await using var site = await TestSite.Start(DataStore.Sqlite, Cancel);
        var account = await SignInTests.NewResident(site, "kazuo", codes: true);
        // As it lay there before the notice was kept.
        await site.Do<IServiceProvider>(async services =>
        {
            var (db, no) = (services.GetRequiredService<TasukiDb>(), account.Resident!.Value);
            var row = await db.Set<ConsentRow>().AsNoTracking().SingleAsync(Cancel);
            var old = (await services.GetRequiredService<AccountSeals>().Seal(no, "consent", "content", row.No, new { Terms = "1", Purposes = new[] { "own-use 1" }, Language = "ja" }, Cancel)).Value;
            await db.Set<ConsentRow>().ExecuteUpdateAsync(s => s.SetProperty(c => c.Content, old), Cancel);
        });
        using var visitor = site.NewVisitor();
        visitor.Cookies.Add(site.Address, new Cookie(Language.Cookie, language));
        await Walk.SignIn(site, visitor, "kazuo", Password, account.Codes[0]);
        var asked = await visitor.Get("/home", Cancel);
        var text = WebUtility.HtmlDecode(asked.Body);
        Assert.Contains(period, text, StringComparison.Ordinal);
        Assert.Contains(named, text, StringComparison.Ordinal);
        await visitor.Submit(asked, "name=\"Read\"", Walk.Fields(("Read", "true")), Cancel);
        Assert.Equal("/home", (await visitor.Get("/home", Cancel)).Path);
        Assert.Equal((null, "2"), (await Given(site, account))[^1] is var newest ? (newest.Terms, newest.Notice) : default);
    }

    [Fact]
    public async Task Agreeing_proves_no_factor_and_confirming_one_agrees_to_nothing()
    {
        await using var site = await TestSite.Start(DataStore.Sqlite, Cancel, more: WithNewTerms);
        var account = await SignInTests.NewResident(site, "kazuo", codes: true);
        site.Clock.Advance(TimeSpan.FromDays(11));
        using var visitor = site.NewVisitor();
        await Walk.SignIn(site, visitor, "kazuo", Password, account.Codes[0]);
        site.Clock.Advance(TimeSpan.FromMinutes(6));

        var confirm = await visitor.Get("/sign-in/confirm?return=/home", Cancel);
        var confirmed = await visitor.Submit(confirm, "name=\"Code\"", Walk.Fields(("Password", Password), ("Code", account.Codes[1])), Cancel);
        Assert.StartsWith("/terms/accept", confirmed.Path, StringComparison.Ordinal);

        site.Clock.Advance(TimeSpan.FromMinutes(6));
        await visitor.Submit(confirmed, "name=\"Agreed\"", Walk.Fields(("Agreed", "true")), Cancel);
        Assert.Equal("/home", (await visitor.Get("/home", Cancel)).Path);
        Assert.StartsWith("/sign-in/confirm", (await visitor.Get("/fresh-only", Cancel)).Path, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_has_not_agreed_can_take_out_and_close_and_nothing_else()
    {
        await using var site = await TestSite.Start(DataStore.Sqlite, Cancel);
        await using var scope = site.Services.CreateAsyncScope();
        var authorization = scope.ServiceProvider.GetRequiredService<IAuthorizationService>();
        var proved = site.Clock.GetUtcNow().ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture);
        var user = new ClaimsPrincipal(new ClaimsIdentity([new(Claims.Resident, "1"), new(Claims.Account, "1"), new(Claims.Proved, proved), new(Claims.Terms, "asked")], "test"));
        foreach (var (path, open) in new[]
        {
            ("/take-out", true), ("/take-out/zip", true), ("/close-account", true), ("/close-account/close", true), ("/terms/accept", true), ("/inquiry", true), ("/inquiry/Q-7F3K-29", true),
            ("/home", false), ("/account", false), ("/take-outs", false), ("/records/1", false), ("/", false),
        })
        {
            var http = new DefaultHttpContext { Request = { Path = path } };
            foreach (var policy in new[] { Policies.Resident, Policies.ResidentFresh })
                Assert.True((await authorization.AuthorizeAsync(user, http, policy)).Succeeded == open, $"{path} {policy}");
        }
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task Staff_see_their_sessions_and_sign_out_everywhere(DataStore store)
    {
        await using var site = await TestSite.Start(store, Cancel);
        var officer = (await site.Do<AccountFactory, Result<CreatedAccount>>(f => f.CreateStaff(StaffRole.Auditor, "青木 守", "みどり市", "officer1", OfficerPassword, Cancel))).Value;
        using var first = site.NewVisitor();
        using var second = site.NewVisitor("Mozilla/5.0 (Windows NT 10.0) Firefox/150.0");
        using var third = site.NewVisitor();
        foreach (var visitor in new[] { first, second, third })
        {
            await Walk.SignIn(site, visitor, "officer1", OfficerPassword, TimeCodes.CodeAt(officer.TotpSecret!, site.Clock.GetUtcNow()));
            site.Clock.Advance(TimeSpan.FromSeconds(31));
        }

        var page = await first.Get("/staff/sessions", Cancel);
        Assert.Equal(2, page.Body.Split("action=\"/staff/sessions/end\"").Length - 1);
        Assert.Contains("Firefox", page.Body, StringComparison.Ordinal);
        var ended = await first.Submit(page, "/staff/sessions/end-others", Walk.Fields(), Cancel);
        Assert.StartsWith("/staff/sessions?done=sessions-ended", ended.Path, StringComparison.Ordinal);
        Assert.StartsWith("/sign-in", (await second.Get("/staff", Cancel)).Path, StringComparison.Ordinal);
        Assert.Equal("/staff", (await first.Get("/staff", Cancel)).Path);

        await first.Submit(ended, "/staff/sessions/end-all", Walk.Fields(), Cancel);
        Assert.StartsWith("/sign-in", (await first.Get("/staff", Cancel)).Path, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_version_stands_in_three_languages_with_the_same_parts()
    {
        var shelf = LegalShelf.OfAssembly();
        foreach (var text in Enum.GetValues<LegalText>())
        {
            Assert.NotEmpty(shelf.Versions(text));
            foreach (var version in shelf.Versions(text))
            {
                Assert.Equal(3, version.Pages.Count);
                // Who knows the one before reads what is new, in a few lines.
                Assert.All(version.Pages.Values, p => Assert.InRange(p.Changed.Count, version.Number > 1 ? 1 : 0, version.Number > 1 ? 4 : 0));
                Assert.Single(version.Pages.Values.Select(p => p.Changed.Count).Distinct());
                // One screen: six lines at most.
                Assert.All(version.Pages.Values, p => Assert.InRange(p.Summary.Count, 3, 6));
                Assert.Single(version.Pages.Values.Select(p => p.Whole.Count(b => b.Kind is LegalBlockKind.Heading)).Distinct());
            }
        }
    }

    [Theory]
    [InlineData("title: a\n= summary\n- b\n= whole\nc")]
    [InlineData("from: 2026-04-01\n= summary\n- b\n= whole\nc")]
    [InlineData("from: 2026-04-01\ntitle: a\n- b")]
    [InlineData("from: 2026-04-01\ntitle: a\n= summary\n- b")]
    [InlineData("from: tomorrow\ntitle: a\n= summary\n- b\n= whole\nc")]
    public void A_file_that_lacks_something_is_a_fault(string file) => Assert.Throws<FormatException>(() => LegalShelf.Parse(file));

    private static LegalVersion[] NewTerms =>
    [
        Version(LegalText.Terms, 1, new DateOnly(2026, 1, 1), "はじめの約束"), Version(LegalText.Terms, 2, MovedClock.FirstDay.AddDays(10), "新しい約束"), Version(LegalText.Privacy, 1, new DateOnly(2026, 1, 1), "お知らせ"),
    ];

    private static LegalVersion[] NewNotices =>
    [
        Version(LegalText.Terms, 1, new DateOnly(2026, 1, 1), "はじめの約束"), Version(LegalText.Privacy, 2, MovedClock.FirstDay.AddDays(5), "お知らせ二", "変更二"),
        Version(LegalText.Privacy, 3, MovedClock.FirstDay.AddDays(10), "お知らせ三", "変更三"), Version(LegalText.Privacy, 1, new DateOnly(2026, 1, 1), "お知らせ"),
    ];

    private static void WithNewTerms(IServiceCollection services) => With(services, NewTerms);

    private static void With(IServiceCollection services, IEnumerable<LegalVersion> versions) => services.AddSingleton(new LegalShelf(versions.DistinctBy(v => (v.Text, v.Number))));

    private static LegalVersion Version(LegalText text, int number, DateOnly from, string words, string? changed = null)
    {
        var page = new LegalPage(words, [new LegalBlock(LegalBlockKind.Item, words)], [new LegalBlock(LegalBlockKind.Paragraph, words)], changed is null ? [] : [new LegalBlock(LegalBlockKind.Item, changed)]);
        return new LegalVersion(text, number, from, Enum.GetValues<ReadingLanguage>().ToDictionary(r => r, _ => page));
    }

    private static Task<IReadOnlyList<GivenConsent>> Given(TestSite site, CreatedAccount account) => site.Do<Consents, IReadOnlyList<GivenConsent>>(c => c.Of(account.Resident!.Value, Cancel));

    private static Task<int> Consents(TestSite site) => site.Do<TasukiDb, int>(db => db.Set<ConsentRow>().CountAsync(Cancel));
}
