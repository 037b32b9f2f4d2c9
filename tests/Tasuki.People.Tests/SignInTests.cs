using System.Net;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;
using Xunit;

namespace Tasuki.People.Tests;

public sealed class SignInTests
{
    private const string Password = "みかんの皮は橙色でまるい";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_code_counts_once_whether_from_the_app_or_from_paper(DataStore store)
    {
        await using var site = await TestSite.Start(store, Cancel);
        var account = await NewResident(site, "kazuo", codes: true);
        var codeNow = TimeCodes.CodeAt(account.TotpSecret!, site.Clock.GetUtcNow());
        using var first = site.NewVisitor();
        using var second = site.NewVisitor();

        await Walk.SignIn(site, first, "kazuo", Password, codeNow);
        Assert.Equal("緑山 花子", (await first.Get("/home", Cancel)).Body);
        Assert.Equal("/sign-in/code", (await Walk.SignIn(site, second, "kazuo", Password, codeNow)).Path);
        Assert.Equal("/sign-in/code", (await Walk.SignIn(site, second, "kazuo", Password, "000000")).Path);
        await Walk.SignIn(site, second, "kazuo", Password, PrintedCodes.Shown(account.Codes[0]));
        Assert.Equal("緑山 花子", (await second.Get("/home", Cancel)).Body);

        using var third = site.NewVisitor();
        Assert.Equal("/sign-in/code", (await Walk.SignIn(site, third, "kazuo", Password, account.Codes[0])).Path);
        Assert.StartsWith("/sign-in?return=", (await third.Get("/home", Cancel)).Path, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_code_typed_in_full_width_digits_counts()
    {
        await using var site = await TestSite.Start(DataStore.Sqlite, Cancel);
        var account = await NewResident(site, "kazuo", codes: true);
        using var visitor = site.NewVisitor();

        await Walk.SignIn(site, visitor, "kazuo", Password, new string([.. account.Codes[3].Select(c => (char)(c - '0' + '０'))]));

        Assert.Equal("緑山 花子", (await visitor.Get("/home", Cancel)).Body);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task Five_wrong_passwords_lock_the_account_for_a_minute_and_then_for_two(DataStore store)
    {
        await using var site = await TestSite.Start(store, Cancel);
        await NewResident(site, "kazuo", codes: true);
        using var visitor = site.NewVisitor();
        for (var i = 0; i < 5; i++)
            await Walk.Password(visitor, "kazuo", "まちがいのパスワードです");

        Assert.Equal("/sign-in", (await Walk.Password(visitor, "kazuo", Password)).Path);
        site.Clock.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal("/sign-in", (await Walk.Password(visitor, "kazuo", "まちがいのパスワードです")).Path);
        site.Clock.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal("/sign-in", (await Walk.Password(visitor, "kazuo", Password)).Path);
        site.Clock.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal("/sign-in/code", (await Walk.Password(visitor, "kazuo", Password)).Path);
    }

    [Fact]
    public async Task An_unknown_name_a_wrong_password_and_a_locked_account_are_answered_alike()
    {
        await using var site = await TestSite.Start(DataStore.Sqlite, Cancel);
        await NewResident(site, "kazuo", codes: true);
        using var visitor = site.NewVisitor();

        var unknown = Plain(await Walk.Password(visitor, "nobody", Password));
        var wrong = Plain(await Walk.Password(visitor, "kazuo", "まちがいのパスワードです"));
        for (var i = 0; i < 5; i++)
            await Walk.Password(visitor, "kazuo", "まちがいのパスワードです");
        var locked = Plain(await Walk.Password(visitor, "kazuo", Password));

        Assert.Equal(unknown.Replace("nobody", "kazuo", StringComparison.Ordinal), wrong);
        Assert.Equal(wrong, locked);

        static string Plain(Page page) => $"{page.Status} {page.Path} " + Regex.Replace(
            page.Body, "(name=\"__RequestVerificationToken\" value=\")[^\"]*|(<!--.*?-->)", "", RegexOptions.Singleline | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task Signing_out_everywhere_ends_the_other_cookie_at_its_next_request(DataStore store)
    {
        await using var site = await TestSite.Start(store, Cancel);
        var account = await NewResident(site, "kazuo", codes: true);
        using var phone = site.NewVisitor();
        using var computer = site.NewVisitor("Mozilla/5.0 (Windows NT 10.0) Firefox/150.0");
        await Walk.SignIn(site, phone, "kazuo", Password, account.Codes[0]);
        await Walk.SignIn(site, computer, "kazuo", Password, account.Codes[1]);
        var page = await phone.Get("/account", Cancel);
        Assert.Contains("Firefox · Windows", page.Body, StringComparison.Ordinal);

        await phone.Submit(page, "end-others", Walk.Fields(), Cancel);

        Assert.StartsWith("/sign-in", (await computer.Get("/home", Cancel)).Path, StringComparison.Ordinal);
        Assert.Equal("/home", (await phone.Get("/home", Cancel)).Path);
        var kept = Clone(phone.Cookies, site.Address);
        await phone.Submit(await phone.Get("/account", Cancel), "\"/sign-out\"", Walk.Fields(), Cancel);
        using var thief = site.NewVisitor();
        thief.Cookies.Add(kept);
        Assert.StartsWith("/sign-in", (await thief.Get("/home", Cancel)).Path, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_ends_after_half_an_hour_without_a_request_and_after_twelve_hours_in_any_case()
    {
        await using var site = await TestSite.Start(DataStore.Sqlite, Cancel);
        var account = await NewResident(site, "kazuo", codes: true);
        using var idle = site.NewVisitor();
        await Walk.SignIn(site, idle, "kazuo", Password, account.Codes[0]);
        site.Clock.Advance(TimeSpan.FromMinutes(29));
        Assert.Equal("/home", (await idle.Get("/home", Cancel)).Path);
        site.Clock.Advance(TimeSpan.FromMinutes(31));
        Assert.StartsWith("/sign-in", (await idle.Get("/home", Cancel)).Path, StringComparison.Ordinal);

        using var busy = site.NewVisitor();
        await Walk.SignIn(site, busy, "kazuo", Password, account.Codes[1]);
        for (var i = 0; i < 28; i++)
        {
            site.Clock.Advance(TimeSpan.FromMinutes(25));
            Assert.Equal("/home", (await busy.Get("/home", Cancel)).Path);
        }

        site.Clock.Advance(TimeSpan.FromMinutes(25));
        Assert.StartsWith("/sign-in", (await busy.Get("/home", Cancel)).Path, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task What_needs_a_fresh_factor_asks_for_one_after_five_minutes_and_comes_back(DataStore store)
    {
        await using var site = await TestSite.Start(store, Cancel);
        var account = await NewResident(site, "kazuo", codes: true);
        using var visitor = site.NewVisitor();
        await Walk.SignIn(site, visitor, "kazuo", Password, account.Codes[0]);
        Assert.Equal("fresh", (await visitor.Get("/fresh-only", Cancel)).Body);
        site.Clock.Advance(TimeSpan.FromMinutes(6));

        var asked = await visitor.Get("/fresh-only?a=1", Cancel);
        Assert.Equal("/sign-in/confirm?return=%2Ffresh-only%3Fa%3D1", asked.Path);
        var wrong = await visitor.Submit(asked, "value=\"confirm\"", Walk.Fields(("Password", "まちがいのパスワードです"), ("Code", account.Codes[1])), Cancel);
        Assert.Equal(asked.Path, wrong.Path);
        var right = await visitor.Submit(wrong, "value=\"confirm\"", Walk.Fields(("Password", Password), ("Code", account.Codes[1])), Cancel);
        Assert.Equal("/fresh-only?a=1", right.Path);
        Assert.Equal("fresh", right.Body);
    }

    [Theory]
    [InlineData("//evil.example/")]
    [InlineData("/\\evil.example")]
    [InlineData("https://evil.example/")]
    [InlineData("javascript:alert(1)")]
    public async Task A_return_path_that_leads_away_is_not_followed(string away)
    {
        await using var site = await TestSite.Start(DataStore.Sqlite, Cancel);
        var account = await NewResident(site, "kazuo", codes: true);
        using var visitor = site.NewVisitor();

        var page = await Walk.SignIn(site, visitor, "kazuo", Password, account.Codes[0], $"/sign-in?return={Uri.EscapeDataString(away)}");
        Assert.DoesNotContain("evil", page.Path, StringComparison.Ordinal);
        site.Clock.Advance(TimeSpan.FromMinutes(6));
        var confirm = await visitor.Get($"/sign-in/confirm?return={Uri.EscapeDataString(away)}", Cancel);
        var after = await visitor.Submit(confirm, "value=\"confirm\"", Walk.Fields(("Password", Password), ("Code", account.Codes[1])), Cancel);
        Assert.DoesNotContain("evil", after.Path, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_form_without_its_token_changes_nothing()
    {
        await using var site = await TestSite.Start(DataStore.Sqlite, Cancel);
        var account = await NewResident(site, "kazuo", codes: true);
        using var visitor = site.NewVisitor();
        await Walk.SignIn(site, visitor, "kazuo", Password, account.Codes[0]);

        foreach (var path in new[] { "/sign-out", "/account/sessions/end-all", "/account/passkeys/options", "/account/passkeys/remove", "/sign-in/passkey", "/inbox/read" })
        {
            using var empty = new FormUrlEncodedContent([]);
            var refused = await visitor.Send(HttpMethod.Post, path, empty, Cancel);
            // What a page sent is answered by a page that says so.
            Assert.True(refused.Status is >= 400 and < 500 || refused.Path is "/expired", $"{path} {refused.Status} {string.Join(Environment.NewLine, site.Log.TakeLast(3))}");
        }

        Assert.Equal("/home", (await visitor.Get("/home", Cancel)).Path);
    }

    [Fact]
    public async Task Too_many_tries_from_one_network_are_slowed()
    {
        await using var site = await TestSite.Start(DataStore.Sqlite, Cancel, o => o.TriesPerMinute = 2);
        await NewResident(site, "kazuo", codes: true);
        using var visitor = site.NewVisitor();
        await Walk.Password(visitor, "nobody1", Password);
        await Walk.Password(visitor, "nobody2", Password);

        var page = await Walk.Password(visitor, "kazuo", Password);

        Assert.Equal("/sign-in", page.Path);
        Assert.Contains("短い時間に多くの操作", page.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hundred_guesses_at_once_get_no_more_than_five_tries()
    {
        await using var site = await TestSite.Start(DataStore.Sqlite, Cancel);
        var created = await NewResident(site, "kazuo", codes: true);
        var account = await site.Do<TasukiDb, Account>(db => db.Set<Account>().AsNoTracking().SingleAsync(a => a.No == created.AccountNo, Cancel));

        await Task.WhenAll(Enumerable.Range(0, 100).Select(i => site.Do<CheckPassword, Result<SecondFactor>>(check => check.Code(account, $"{i:D6}", Cancel))));

        var tries = await site.Do<TasukiDb, int>(db => db.Set<Account>().Where(a => a.No == account.No).Select(a => a.FailedTries).SingleAsync(Cancel));
        Assert.Equal(5, tries);
    }

    internal static async Task<CreatedAccount> NewResident(TestSite site, string name, bool codes = false) =>
        (await site.Do<AccountFactory, Result<CreatedAccount>>(f => f.CreateResident(
            new NewProfile("緑山", "花子", "みどりやま", "はなこ", new DateOnly(1955, 4, 1), "female"), name, Password, Cancel, TimeCodes.NewSecret(), codes ? PrintedCodes.NewList() : null))).Value;

    private static CookieCollection Clone(CookieContainer cookies, Uri site)
    {
        var copy = new CookieCollection();
        foreach (var cookie in cookies.GetCookies(site).Cast<Cookie>())
            copy.Add(new Cookie(cookie.Name, cookie.Value, "/", site.Host));
        return copy;
    }
}
