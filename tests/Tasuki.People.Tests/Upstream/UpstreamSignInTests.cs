using System.Text.RegularExpressions;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Sandbox.Upstream;
using Tasuki.Web;
using Xunit;

namespace Tasuki.People.Tests;

/// <summary>Staff who sign in at the municipality's own provider: joining, signing in, confirming.</summary>
public sealed partial class UpstreamSignInTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task Whoever_was_invited_joins_at_the_provider_and_signs_in_there_without_a_password(DataStore store)
    {
        await using var world = await UpstreamWorld.Start(store);
        var invited = await world.Invite();
        using var visitor = world.Site.NewVisitor();

        var joined = await world.Join(visitor, invited);
        Assert.Equal("/staff", joined.Path);
        Assert.Contains("森 育子さん（窓口の職員）", joined.Body, StringComparison.Ordinal);
        // Signing out ends our session; the cookie of before opens nothing.
        await visitor.Submit(joined, "/sign-out", Walk.Fields(), Cancel);
        Assert.StartsWith("/sign-in", (await visitor.Get("/staff", Cancel)).Path, StringComparison.Ordinal);

        using var later = world.Site.NewVisitor();
        Assert.Contains("みどり職員認証でサインイン", (await later.Get("/sign-in?return=/staff/sessions", Cancel)).Body, StringComparison.Ordinal);
        var page = await world.SignIn(later, path: "/sign-in/provider?for=sign-in&return=/staff/sessions");
        Assert.Equal("/staff/sessions", page.Path);
        Assert.Contains("サインインの方法: みどり職員認証", page.Body, StringComparison.Ordinal);
        Assert.Equal("住民をさがす", (await later.Get("/staff/residents", Cancel)).Title);
        // What the provider was asked: PKCE, the exact address, nothing about the person.
        var asked = world.Provider.Questions.Last();
        Assert.Equal(
            ["acr_values", "client_id", "code_challenge", "code_challenge_method", "nonce", "redirect_uri", "response_type", "scope", "state"], asked.Keys.Order(StringComparer.Ordinal), StringComparer.Ordinal);
        Assert.Equal($"{world.Site.Address}sign-in/provider/answer", asked["redirect_uri"]);
        // The invitation is used up, in either way, and no new one is made for somebody who joined.
        using var second = world.Site.NewVisitor();
        Assert.DoesNotContain("type=\"password\"", (await second.Submit(await second.Get("/staff/join", Cancel), "value=\"join\"", Walk.Fields(("Name", "mori"), ("Invitation", invited.Code)), Cancel)).Body, StringComparison.Ordinal);
        var member = (await world.Site.Do<StaffDirectory, IReadOnlyList<StaffMember>>(d => d.With(DeskRight.Enrol, Cancel))).Single();
        Assert.Equal("staff.joined", (await world.Site.Do<InviteStaff, Result<InvitedStaff>>(i => i.InviteAgain(new StaffMember(1, StaffRole.Administrator, "", ""), member, Cancel))).Error?.Code);
        Assert.Equal("/sign-in", (await Walk.Password(second, "mori", "")).Path);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task Who_is_on_the_way_with_an_old_code_joins_nobody_once_there_is_a_new_one(DataStore store)
    {
        await using var world = await UpstreamWorld.Start(store);
        var administrator = new StaffMember(1, StaffRole.Administrator, "", "");
        async Task<InvitedStaff> Again() => (await world.Site.Do<InviteStaff, Result<InvitedStaff>>(async i => await i.InviteAgain(administrator, await Member(), Cancel))).Value;
        async Task<StaffMember> Member() => (await world.Site.Do<StaffDirectory, IReadOnlyList<StaffMember>>(d => d.With(DeskRight.Enrol, Cancel))).Single();
        using var visitor = world.Site.NewVisitor();
        var back = await world.Choose(await world.GoJoin(visitor, await world.Invite()), UpstreamWorld.Subject);
        var again = await Again();
        await world.Refused(visitor, await visitor.Get(back, Cancel), "staff.invitation", "/staff/join?error=provider");
        // Nor at the second factor of ours, which comes after the provider.
        world.Provider.Fault = ProviderFault.NoSecondFactor;
        var second = await world.Join(visitor, again);
        Assert.Equal("/staff/join/second", second.Path);
        var newest = await Again();
        var secret = Key().Match(second.Body).Groups["key"].Value.Replace(" ", "", StringComparison.Ordinal);
        Assert.Contains("管理者に出し直しを頼んでください", (await visitor.Submit(second, "value=\"join-second\"", Walk.Fields(("Code", TimeCodes.CodeAt(secret, world.Site.Clock.GetUtcNow()))), Cancel)).Body, StringComparison.Ordinal);
        world.Provider.Fault = ProviderFault.None;
        Assert.Equal("/staff", (await world.Join(visitor, newest)).Path);
        // A colleague vouches for who joined at the provider as for anybody.
        var root = await Houses.Member(world.Site, StaffRole.Administrator, "結城 守", "admin2");
        Assert.Equal("staff.same-person", await Newcomers.Vouch(world.Site, root, await Member()));
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task Where_the_provider_proves_no_second_factor_ours_is_asked_on_top(DataStore store)
    {
        await using var world = await UpstreamWorld.Start(store);
        using var visitor = world.Site.NewVisitor();
        var page = await world.Join(visitor, await world.Invite("okaji", "岡 二"), "0c19ee-oka");
        Assert.Equal("/staff/join/second", page.Path);
        Assert.StartsWith("/sign-in", (await visitor.Get("/staff", Cancel)).Path, StringComparison.Ordinal);
        // Nothing is bound before the authenticator is there.
        using var early = world.Site.NewVisitor();
        await world.Refused(early, await world.SignIn(early, "0c19ee-oka"), "provider.unbound");
        var secret = Key().Match(page.Body).Groups["key"].Value.Replace(" ", "", StringComparison.Ordinal);
        var wrong = await visitor.Submit(page, "value=\"join-second\"", Walk.Fields(("Code", "000000")), Cancel);
        Assert.Contains("認証アプリの数字が正しくありません", wrong.Body, StringComparison.Ordinal);
        Assert.Equal("/staff", (await visitor.Submit(wrong, "value=\"join-second\"", Walk.Fields(("Code", TimeCodes.CodeAt(secret, world.Site.Clock.GetUtcNow()))), Cancel)).Path);

        world.Site.Clock.Advance(TimeSpan.FromSeconds(31));
        using var later = world.Site.NewVisitor();
        var asked = await world.SignIn(later, "0c19ee-oka", "/sign-in/provider?return=/staff/sessions");
        Assert.Equal("/sign-in/code?return=%2Fstaff%2Fsessions", asked.Path);
        Assert.StartsWith("/sign-in", (await later.Get("/staff", Cancel)).Path, StringComparison.Ordinal);
        Assert.Contains("番号が違うか", (await later.Submit(asked, "value=\"code\"", Walk.Fields(("Code", "000000")), Cancel)).Body, StringComparison.Ordinal);
        var signedIn = await later.Submit(asked, "value=\"code\"", Walk.Fields(("Code", TimeCodes.CodeAt(secret, world.Site.Clock.GetUtcNow()))), Cancel);
        Assert.Equal("/staff/sessions", signedIn.Path);
        Assert.Contains("サインインの方法: みどり職員認証", signedIn.Body, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task Who_has_no_second_factor_at_all_is_refused(DataStore store)
    {
        await using var world = await UpstreamWorld.Start(store);
        await world.Joined();
        world.Provider.Fault = ProviderFault.NoSecondFactor;
        using var visitor = world.Site.NewVisitor();
        await world.Refused(visitor, await world.SignIn(visitor), "provider.second-factor");
        // By amr alone it counts as well.
        world.Provider.Fault = ProviderFault.None;
        await world.Joined("b77d20-tani", "tani", "谷 保");
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task Only_an_invitation_joins_somebody_and_a_person_at_the_provider_is_one_member_of_staff(DataStore store)
    {
        await using var world = await UpstreamWorld.Start(store);
        // Of the same name as a member of staff: nobody, all the same.
        await world.Site.Do<AccountFactory, Result<CreatedAccount>>(f => f.CreateStaff(StaffRole.Administrator, "管理 花", "みどり市", "admin1", DeskWorld.Password, Cancel));
        using var stranger = world.Site.NewVisitor();
        await world.Refused(stranger, await world.SignIn(stranger, "77aa01-nobody"), "provider.unbound");
        // Without a right code there is no way to join.
        Assert.Equal("/staff/join?error=provider", (await stranger.Get("/sign-in/provider?for=join", Cancel)).Path);

        await world.Joined();
        using var colleague = world.Site.NewVisitor();
        await world.Refused(colleague, await world.Join(colleague, await world.Invite("tani", "谷 保")), "staff.invitation", "/staff/join?error=provider");
        // The invitation was not used up by that.
        Assert.Equal("/staff", (await world.SignIn(colleague, "b77d20-tani", "/sign-in/provider?for=join")).Path);
        Assert.Contains("谷 保さん", (await colleague.Get("/staff", Cancel)).Body, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task Ended_staff_and_altered_rows_sign_nobody_in(DataStore store)
    {
        await using var world = await UpstreamWorld.Start(store);
        await world.Joined();
        await world.Joined("b77d20-tani", "tani", "谷 保", StaffRole.Administrator);
        using var visitor = world.Site.NewVisitor();
        // One subject moved to the other's account by SQL.
        await world.Site.Do<TasukiDb>(async db =>
        {
            var rows = await db.Set<StaffBindingRow>().AsNoTracking().OrderBy(b => b.Bound).ToListAsync(Cancel);
            await db.Set<StaffBindingRow>().Where(b => b.AccountNo == rows[1].AccountNo).ExecuteDeleteAsync(Cancel);
            await db.Set<StaffBindingRow>().ExecuteUpdateAsync(s => s.SetProperty(b => b.AccountNo, rows[1].AccountNo), Cancel);
        });
        await world.Refused(visitor, await world.SignIn(visitor), "provider.unbound");
        await world.Site.Do<TasukiDb>(async db =>
        {
            var desk = await db.Set<StaffRow>().AsNoTracking().SingleAsync(s => s.Role == StaffRole.Desk, Cancel);
            await db.Set<StaffBindingRow>().ExecuteUpdateAsync(s => s.SetProperty(b => b.AccountNo, desk.AccountNo), Cancel);
        });
        using var signedIn = world.Site.NewVisitor();
        Assert.Equal("/staff", (await world.SignIn(signedIn)).Path);
        await world.Site.Do<TasukiDb>(db => db.Set<StaffRow>().ExecuteUpdateAsync(s => s.SetProperty(x => x.Role, StaffRole.Administrator), Cancel));
        await world.Refused(visitor, await world.SignIn(visitor), "provider.ended");
        Assert.StartsWith("/sign-in", (await signedIn.Get("/staff", Cancel)).Path, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task Ended_rights_end_the_session_and_the_next_sign_in(DataStore store)
    {
        await using var world = await UpstreamWorld.Start(store);
        await world.Joined();
        using var visitor = world.Site.NewVisitor();
        Assert.Equal("/staff", (await world.SignIn(visitor)).Path);
        var member = (await world.Site.Do<StaffDirectory, IReadOnlyList<StaffMember>>(d => d.With(DeskRight.Enrol, Cancel))).Single();
        Assert.True((await world.Site.Do<ChangeStaff, Result<Done>>(c => c.EndNow(new StaffMember(1, StaffRole.Administrator, "", ""), member.No, Cancel))).IsOk);
        Assert.StartsWith("/sign-in", (await visitor.Get("/staff", Cancel)).Path, StringComparison.Ordinal);
        await world.Refused(visitor, await world.SignIn(visitor), "provider.ended");
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_session_is_as_fresh_as_the_person_at_the_provider_and_is_refreshed_there_by_proving_oneself_anew(DataStore store)
    {
        await using var world = await UpstreamWorld.Start(store);
        await world.Joined();
        await world.Joined("b77d20-tani", "tani", "谷 保");
        world.Provider.SignedInFor = TimeSpan.FromHours(1);
        using var visitor = world.Site.NewVisitor();
        Assert.Equal("/staff", (await world.SignIn(visitor)).Path);
        var confirm = await visitor.Get("/staff/accounts", Cancel);
        Assert.Equal("/sign-in/confirm?return=%2Fstaff%2Faccounts", confirm.Path);
        Assert.Contains("みどり職員認証で確認する", confirm.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("name=\"Password\"", confirm.Body, StringComparison.Ordinal);
        const string Confirm = "/sign-in/provider?for=confirm&return=%2Fstaff%2Faccounts";
        // A provider that does not ask anew, one that does not say when, a colleague at the keyboard: none of them refreshes.
        foreach (var (fault, subject, code) in new[]
        {
            (ProviderFault.OldAuthentication, UpstreamWorld.Subject, "token.authenticated"), (ProviderFault.NoAuthenticationTime, UpstreamWorld.Subject, "token.authenticated"),
            (ProviderFault.None, "b77d20-tani", "provider.another"), (ProviderFault.None, "77aa01-nobody", "provider.unbound"), (ProviderFault.NoSecondFactor, UpstreamWorld.Subject, "provider.second-factor"),
        })
        {
            world.Provider.Fault = fault;
            var refused = await world.SignIn(visitor, subject, Confirm);
            Assert.Equal("/sign-in/confirm?error=provider&return=%2Fstaff%2Faccounts", refused.Path);
            Assert.Contains(UpstreamWorld.Sentence, refused.Body, StringComparison.Ordinal);
            Assert.Contains($"({code})", world.LastRefusal(), StringComparison.Ordinal);
            Assert.StartsWith("/sign-in/confirm", (await visitor.Get("/staff/accounts", Cancel)).Path, StringComparison.Ordinal);
        }

        world.Provider.Fault = ProviderFault.None;
        Assert.Equal("/staff/accounts", (await world.SignIn(visitor, path: Confirm)).Path);
        Assert.Equal(("login", "0"), (world.Provider.Questions.Last()["prompt"], world.Provider.Questions.Last()["max_age"]));
        Assert.Contains("森 育子さん", (await visitor.Get("/staff", Cancel)).Body, StringComparison.Ordinal);
        world.Site.Clock.Advance(SignInSessions.Fresh + TimeSpan.FromSeconds(1));
        Assert.StartsWith("/sign-in/confirm", (await visitor.Get("/staff/accounts", Cancel)).Path, StringComparison.Ordinal);
        // Who is not signed in confirms nothing.
        using var nobody = world.Site.NewVisitor();
        Assert.StartsWith("/sign-in?error=provider", (await nobody.Get(Confirm, Cancel)).Path, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_our_own_second_factor_a_confirmation_asks_for_both()
    {
        await using var world = await UpstreamWorld.Start(DataStore.Sqlite);
        using var visitor = world.Site.NewVisitor();
        var page = await world.Join(visitor, await world.Invite("okaji", "岡 二"), "0c19ee-oka");
        var secret = Key().Match(page.Body).Groups["key"].Value.Replace(" ", "", StringComparison.Ordinal);
        await visitor.Submit(page, "value=\"join-second\"", Walk.Fields(("Code", TimeCodes.CodeAt(secret, world.Site.Clock.GetUtcNow()))), Cancel);
        world.Site.Clock.Advance(SignInSessions.Fresh + TimeSpan.FromSeconds(31));
        Assert.StartsWith("/sign-in/confirm", (await visitor.Get("/staff/accounts", Cancel)).Path, StringComparison.Ordinal);
        var code = await world.SignIn(visitor, "0c19ee-oka", "/sign-in/provider?for=confirm&return=%2Fstaff%2Faccounts");
        Assert.Equal("/sign-in/code?return=%2Fstaff%2Faccounts", code.Path);
        Assert.StartsWith("/sign-in/confirm", (await visitor.Get("/staff/accounts", Cancel)).Path, StringComparison.Ordinal);
        Assert.Equal("/staff/accounts", (await visitor.Submit(code, "value=\"code\"", Walk.Fields(("Code", TimeCodes.CodeAt(secret, world.Site.Clock.GetUtcNow()))), Cancel)).Path);
    }

    [Fact]
    public async Task Where_no_provider_is_set_nothing_of_it_is_there()
    {
        await using var site = await TestSite.Start(DataStore.Sqlite, Cancel);
        using var visitor = site.NewVisitor();
        Assert.DoesNotContain("provider", (await visitor.Get("/sign-in", Cancel)).Body, StringComparison.Ordinal);
        Assert.DoesNotContain("tk-notice--error", (await visitor.Get("/sign-in?error=provider", Cancel)).Body, StringComparison.Ordinal);
        foreach (var path in new[] { "/sign-in/provider", "/sign-in/provider/answer?code=1&state=2" })
            Assert.Equal(404, (await visitor.Get(path, Cancel)).Status);
        Assert.Equal("/staff/join", (await visitor.Get("/staff/join/second", Cancel)).Path);
    }

    [Fact]
    public async Task The_cookie_of_a_visit_is_this_hosts_alone_and_the_address_is_the_configured_one()
    {
        await using var world = await UpstreamWorld.Start(DataStore.Sqlite, more: services =>
        {
            services.PostConfigure<WebOptions>(o => o.SecureCookies = true);
            services.AddSingleton(new SmartIssuer(new Uri("https://phr.midori.test/")));
        });
        using var client = new HttpMessageInvoker(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false });
        async Task<HttpResponseMessage> Ask(string host)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(world.Site.Address, "/sign-in/provider"));
            request.Headers.Host = host;
            return await client.SendAsync(request, Cancel);
        }

        // Under another of its names it goes to the first before it goes anywhere.
        Assert.Equal("https://phr.midori.test/sign-in/provider?for=sign-in", (await Ask("other.midori.test")).Headers.Location?.AbsoluteUri);
        using var answer = await Ask("phr.midori.test");
        Assert.Equal("https://phr.midori.test/sign-in/provider/answer", QueryHelpers.ParseQuery(answer.Headers.Location!.Query)["redirect_uri"]);
        var cookie = Assert.Single(answer.Headers.GetValues("Set-Cookie"));
        Assert.Matches("^__Host-tasuki.provider=[^;]+; path=/; secure; samesite=lax; httponly$", cookie);
    }

    [GeneratedRegex("<code class=\"tk-number\">(?<key>[A-Z2-7 ]{32,})</code>", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Key();
}
