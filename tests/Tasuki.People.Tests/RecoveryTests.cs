using System.Net;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Data;
using Tasuki.Delivery;
using Tasuki.Kernel;
using Xunit;

namespace Tasuki.People.Tests;

/// <summary>Back into an account by the printed list alone: told at once, effective after the delay, stopped in one step.</summary>
public sealed partial class RecoveryTests
{
    private const string Password = "みかんの皮は橙色でまるい";
    private const string NewPassword = "つくえの上の古い地球儀がまわる";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task The_printed_list_alone_opens_nothing_before_the_delay_and_then_only_a_new_way_to_sign_in(DataStore store)
    {
        await using var site = await TestSite.Start(store, Cancel);
        var account = await SignInTests.NewResident(site, "kazuo", codes: true);
        using var lost = site.NewVisitor();
        var receipt = await ByList(lost, "kazuo", account.Codes[0]);

        await AssertOpensNothing(lost);
        var waiting = await lost.Get("/recovery", Cancel);
        Assert.Equal("回復の手続き中です", waiting.Title);
        Assert.DoesNotContain("緑山", waiting.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("name=\"Password\"", waiting.Body, StringComparison.Ordinal);

        site.Clock.Advance(TimeSpan.FromHours(72) - TimeSpan.FromMinutes(1));
        await Back(lost, receipt);
        Assert.Equal("回復の手続き中です", (await lost.Get("/recovery", Cancel)).Title);
        site.Clock.Advance(TimeSpan.FromMinutes(2));
        var effective = await lost.Get("/recovery", Cancel);
        Assert.Equal("新しいサインインの方法を決めてください", effective.Title);
        await AssertOpensNothing(lost);

        var (after, secret) = await SetNewWay(site, lost, effective);
        Assert.Equal("/account?done=recovered", after.Path);
        Assert.Equal("緑山 花子", (await lost.Get("/home", Cancel)).Body);
        site.Clock.Advance(TimeSpan.FromMinutes(1));
        using var again = site.NewVisitor();
        Assert.Equal("/sign-in", (await Walk.Password(again, "kazuo", Password)).Path);
        await Walk.SignIn(site, again, "kazuo", NewPassword, TimeCodes.CodeAt(secret, site.Clock.GetUtcNow()));
        Assert.Equal("緑山 花子", (await again.Get("/home", Cancel)).Body);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task The_owner_is_told_once_sees_it_on_every_page_and_stops_it_in_one_step(DataStore store)
    {
        await using var site = await TestSite.Start(store, Cancel);
        var account = await SignInTests.NewResident(site, "kazuo", codes: true);
        using var owner = site.NewVisitor();
        await SignInWithApp(site, owner, account);
        Assert.DoesNotContain("/account/recovery/stop", (await owner.Get("/inbox", Cancel)).Body, StringComparison.Ordinal);
        using var thief = site.NewVisitor();
        var receipt = await ByList(thief, "kazuo", account.Codes[0]);

        Assert.Equal("印刷した番号で、アカウントの回復がはじまりました", Assert.Single(await Subjects(site, account)));
        // Long after the five minutes of a fresh factor: stopping asks for nothing more than the session.
        site.Clock.Advance(TimeSpan.FromMinutes(20));
        Assert.Contains("/account/recovery/stop", (await owner.Get("/account", Cancel)).Body, StringComparison.Ordinal);
        var inbox = await owner.Get("/inbox", Cancel);
        var stopped = await owner.Submit(inbox, "/account/recovery/stop", Walk.Fields(), Cancel);

        Assert.Equal(200, stopped.Status);
        Assert.DoesNotContain("action=\"/account/recovery/stop\"", (await owner.Get("/account", Cancel)).Body, StringComparison.Ordinal);
        Assert.StartsWith("/sign-in", (await thief.Get("/recovery", Cancel)).Path, StringComparison.Ordinal);
        Assert.Equal("/sign-in/help", (await Enter(thief, receipt)).Path);
        site.Clock.Advance(TimeSpan.FromHours(80));
        Assert.Equal("/sign-in/help", (await Enter(thief, receipt)).Path);
        Assert.Contains("以前にご本人が止めました", (await List(thief, "kazuo", account.Codes[1])).Body, StringComparison.Ordinal);
        Assert.Equal(1, (await Subjects(site, account)).Count(s => s == "アカウントの回復を止めました"));
        Assert.Equal(1, (await Subjects(site, account)).Count(s => s.StartsWith("印刷した番号で、", StringComparison.Ordinal)));
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_method_that_existed_before_makes_it_act_at_once_and_other_sessions_end(DataStore store)
    {
        await using var site = await TestSite.Start(store, Cancel);
        var account = await SignInTests.NewResident(site, "kazuo", codes: true);
        using var elsewhere = site.NewVisitor();
        await SignInWithApp(site, elsewhere, account);
        using var lost = site.NewVisitor();
        await ByList(lost, "kazuo", account.Codes[0]);

        var confirm = await lost.Get("/sign-in/confirm?return=/recovery", Cancel);
        var wrong = await lost.Submit(confirm, "value=\"confirm\"", Walk.Fields(("Password", "まちがいのパスワードです"), ("Code", account.Codes[1])), Cancel);
        Assert.StartsWith("/sign-in/confirm", wrong.Path, StringComparison.Ordinal);
        var now = await lost.Submit(wrong, "value=\"confirm\"", Walk.Fields(("Password", Password), ("Code", account.Codes[2])), Cancel);
        Assert.Equal("新しいサインインの方法を決めてください", now.Title);
        await AssertOpensNothing(lost);
        await SetNewWay(site, lost, now);

        Assert.Equal("/home", (await lost.Get("/home", Cancel)).Path);
        Assert.StartsWith("/sign-in", (await elsewhere.Get("/home", Cancel)).Path, StringComparison.Ordinal);
        Assert.Contains("アカウントを回復しました", await Subjects(site, account), StringComparer.Ordinal);
    }

    [Fact]
    public async Task Wrong_and_used_codes_begin_nothing_and_an_unknown_name_is_answered_alike()
    {
        await using var site = await TestSite.Start(DataStore.Sqlite, Cancel);
        var account = await SignInTests.NewResident(site, "kazuo", codes: true);
        using var visitor = site.NewVisitor();
        await ByList(visitor, "kazuo", account.Codes[0]);
        using var other = site.NewVisitor();

        var used = await List(other, "kazuo", account.Codes[0]);
        var wrong = await List(other, "kazuo", "12345678");
        var unknown = await List(other, "nobody", account.Codes[1]);
        var app = await List(other, "kazuo", TimeCodes.CodeAt(account.TotpSecret!, site.Clock.GetUtcNow()));

        foreach (var page in new[] { used, wrong, unknown, app })
            Assert.Contains("入れたものが正しくないか", page.Body, StringComparison.Ordinal);
        Assert.StartsWith("/sign-in", (await other.Get("/recovery", Cancel)).Path, StringComparison.Ordinal);
        Assert.Equal(1, await site.Do<TasukiDb, int>(db => db.Set<RecoveryRow>().CountAsync(Cancel)));
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_receipt_takes_five_tries_also_when_they_come_at_once(DataStore store)
    {
        await using var site = await TestSite.Start(store, Cancel);
        var account = await SignInTests.NewResident(site, "kazuo", codes: true);
        using var visitor = site.NewVisitor();
        var receipt = await ByList(visitor, "kazuo", account.Codes[0]);
        var wrong = receipt[..6] + (receipt[^10..] == "0000000000" ? "1111111111" : "0000000000");

        var tried = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => site.Do<Recoveries, Result<RecoveryRow>>(r => r.Prove(wrong, Cancel))));

        Assert.All(tried, t => Assert.False(t.IsOk));
        Assert.Equal(RecoveryCode.MaximumTries, await site.Do<TasukiDb, int>(db => db.Set<RecoveryRow>().Select(r => r.Tries).SingleAsync(Cancel)));
        Assert.False((await site.Do<Recoveries, Result<RecoveryRow>>(r => r.Prove(receipt, Cancel))).IsOk);
    }

    [Fact]
    public async Task Another_code_of_the_list_takes_the_place_of_a_lost_receipt_and_the_delay_goes_on()
    {
        await using var site = await TestSite.Start(DataStore.Sqlite, Cancel);
        var account = await SignInTests.NewResident(site, "kazuo", codes: true);
        using var first = site.NewVisitor();
        var old = await ByList(first, "kazuo", account.Codes[0]);
        site.Clock.Advance(TimeSpan.FromHours(71));
        using var second = site.NewVisitor();
        await ByList(second, "kazuo", account.Codes[1]);

        Assert.Equal("/sign-in/help", (await Enter(first, old)).Path);
        site.Clock.Advance(TimeSpan.FromHours(1));
        await second.Get("/recovery", Cancel);
        Assert.Single(await Subjects(site, account));
        Assert.True(await site.Do<Recoveries, bool>(async r => r.IsEffective((await r.OpenOf(account.AccountNo, Cancel)).Single())));
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task Nothing_written_or_advanced_by_SQL_counts(DataStore store)
    {
        await using var site = await TestSite.Start(store, Cancel);
        var account = await SignInTests.NewResident(site, "kazuo", codes: true);
        using var thief = site.NewVisitor();
        var receipt = await ByList(thief, "kazuo", account.Codes[0]);
        var now = site.Clock.GetUtcNow();

        await site.Do<TasukiDb>(db => db.Set<RecoveryRow>().ExecuteUpdateAsync(s => s.SetProperty(r => r.EffectiveAt, now - TimeSpan.FromDays(1)), Cancel));
        Assert.StartsWith("/sign-in", (await thief.Get("/recovery", Cancel)).Path, StringComparison.Ordinal);
        Assert.Equal("/sign-in/help", (await Enter(thief, receipt)).Path);
        Assert.Empty(await site.Do<Recoveries, IReadOnlyList<RecoveryRow>>(r => r.OpenOf(account.AccountNo, Cancel)));

        // Stopped by its owner and revived.
        using var owner = site.NewVisitor();
        await SignInWithApp(site, owner, account);
        using var again = site.NewVisitor();
        var second = await ByList(again, "kazuo", account.Codes[1]);
        await owner.Submit(await owner.Get("/account", Cancel), "/account/recovery/stop", Walk.Fields(), Cancel);
        await site.Do<TasukiDb>(db => db.Set<RecoveryRow>().ExecuteUpdateAsync(s => s.SetProperty(r => r.State, RecoveryState.Waiting), Cancel));
        Assert.Equal("/sign-in/help", (await Enter(again, second)).Path);
        await site.Do<TasukiDb>(db => db.Set<SignInSessionRow>().ExecuteUpdateAsync(s => s.SetProperty(r => r.Ended, (DateTimeOffset?)null), Cancel));
        Assert.StartsWith("/sign-in", (await again.Get("/recovery", Cancel)).Path, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_session_revived_prolonged_or_made_a_full_one_by_SQL_is_none(DataStore store)
    {
        await using var site = await TestSite.Start(store, Cancel);
        var account = await SignInTests.NewResident(site, "kazuo", codes: true);
        using var ended = site.NewVisitor();
        await Walk.SignIn(site, ended, "kazuo", Password, account.Codes[0]);
        var kept = ended.Cookies.GetCookies(site.Address).Cast<Cookie>().Select(c => new Cookie(c.Name, c.Value, "/", site.Address.Host)).ToList();
        await ended.Submit(await ended.Get("/account", Cancel), "\"/sign-out\"", Walk.Fields(), Cancel);
        await site.Do<TasukiDb>(db => db.Set<SignInSessionRow>().ExecuteUpdateAsync(s => s.SetProperty(r => r.Ended, (DateTimeOffset?)null), Cancel));
        using var revived = site.NewVisitor();
        kept.ForEach(revived.Cookies.Add);
        Assert.StartsWith("/sign-in", (await revived.Get("/home", Cancel)).Path, StringComparison.Ordinal);

        using var idle = site.NewVisitor();
        await Walk.SignIn(site, idle, "kazuo", Password, account.Codes[1]);
        site.Clock.Advance(TimeSpan.FromMinutes(40));
        var now = site.Clock.GetUtcNow();
        await site.Do<TasukiDb>(db => db.Set<SignInSessionRow>().ExecuteUpdateAsync(s => s.SetProperty(r => r.LastSeen, now), Cancel));
        Assert.StartsWith("/sign-in", (await idle.Get("/home", Cancel)).Path, StringComparison.Ordinal);

        using var recovering = site.NewVisitor();
        await ByList(recovering, "kazuo", account.Codes[2]);
        await site.Do<TasukiDb>(db => db.Set<SignInSessionRow>().ExecuteUpdateAsync(s => s.SetProperty(r => r.Kind, SessionKind.Normal).SetProperty(r => r.RecoveryNo, (long?)null), Cancel));
        Assert.StartsWith("/sign-in", (await recovering.Get("/home", Cancel)).Path, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task Closing_the_account_stops_a_recovery_and_erasing_it_leaves_no_row_of_it(DataStore store)
    {
        await using var site = await TestSite.Start(store, Cancel);
        var account = await SignInTests.NewResident(site, "kazuo", codes: true);
        using var owner = site.NewVisitor();
        await SignInWithApp(site, owner, account);
        using var lost = site.NewVisitor();
        var receipt = await ByList(lost, "kazuo", account.Codes[0]);

        Assert.Equal("closed", (await owner.Get("/test/close", Cancel)).Body);
        Assert.StartsWith("/sign-in", (await lost.Get("/recovery", Cancel)).Path, StringComparison.Ordinal);
        Assert.Equal("/sign-in/help", (await Enter(lost, receipt)).Path);

        site.Clock.Advance(TimeSpan.FromDays(14.1));
        await Expire(site, "erase", EraseClosedAccounts.Name);
        Assert.Equal(0, await site.Do<TasukiDb, int>(db => db.Set<RecoveryRow>().CountAsync(Cancel)));
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_recovery_nobody_finishes_ends_by_itself_and_each_step_is_told_once(DataStore store)
    {
        await using var site = await TestSite.Start(store, Cancel);
        var account = await SignInTests.NewResident(site, "kazuo", codes: true);
        using var lost = site.NewVisitor();
        var receipt = await ByList(lost, "kazuo", account.Codes[0]);

        for (var i = 0; i < 4; i++)
        {
            site.Clock.Advance(TimeSpan.FromHours(59));
            await Expire(site, $"test {i}");
        }

        Assert.Equal("/recovery", (await Enter(lost, receipt)).Path);
        site.Clock.Advance(TimeSpan.FromHours(5));
        await Expire(site, "late");
        Assert.Equal("/sign-in/help", (await Enter(lost, receipt)).Path);
        await Expire(site, "later");
        Assert.Equal(
            ["アカウントの回復が有効になりました", "アカウントの回復の期限が過ぎました", "印刷した番号で、アカウントの回復がはじまりました"],
            (await Subjects(site, account)).Order(StringComparer.Ordinal), StringComparer.Ordinal);
    }

    [Fact]
    public async Task The_list_used_beside_another_method_and_every_change_of_a_method_are_told()
    {
        await using var site = await TestSite.Start(DataStore.Sqlite, Cancel);
        var account = await SignInTests.NewResident(site, "kazuo", codes: true);
        using var visitor = site.NewVisitor();
        await SignInWithApp(site, visitor, account);
        Assert.Empty(await Subjects(site, account));
        await Walk.SignIn(site, visitor, "kazuo", Password, account.Codes[0]);

        var page = await visitor.Get("/account/codes", Cancel);
        await visitor.Submit(page, "value=\"codes\"", Walk.Fields(("Kept", "true")), Cancel);
        var account1 = await visitor.Get("/account", Cancel);
        await visitor.Submit(account1, "/account/authenticator/remove", Walk.Fields(), Cancel);
        await visitor.Submit(await visitor.Get("/account/password", Cancel), "value=\"password\"", Walk.Fields(("Password", NewPassword)), Cancel);

        Assert.Equal(
            ["パスワードを変えました", "印刷した番号でサインインがありました", "印刷する番号の一覧を作り直しました", "認証アプリを外しました"],
            (await Subjects(site, account)).Order(StringComparer.Ordinal), StringComparer.Ordinal);
    }

    [Fact]
    public async Task The_authenticator_stays_while_it_is_the_last_way_in()
    {
        await using var site = await TestSite.Start(DataStore.Sqlite, Cancel);
        var account = await SignInTests.NewResident(site, "kazuo");
        using var visitor = site.NewVisitor();
        await SignInWithApp(site, visitor, account);

        var after = await visitor.Submit(await visitor.Get("/account", Cancel), "/account/authenticator/remove", Walk.Fields(), Cancel);

        Assert.Equal("/account?error=last-way", after.Path.Split('#')[0]);
        Assert.NotNull(await site.Do<TasukiDb, byte[]?>(db => db.Set<Account>().Select(a => a.TotpSeed).SingleAsync(Cancel)));
    }

    internal static async Task AssertOpensNothing(Visitor visitor)
    {
        foreach (var path in new[] { "/home", "/account", "/inbox", "/fresh-only", "/test/close", "/test/open", "/account/codes", "/account/password", "/account/authenticator", "/account/new-passkey", "/close-account/waiting" })
            Assert.Equal("/recovery", (await visitor.Get(path, Cancel)).Path);
        Assert.True((await visitor.Get("/staff", Cancel)).Path is "/recovery");
    }

    internal static async Task SignInWithApp(TestSite site, Visitor visitor, CreatedAccount account)
    {
        await Walk.SignIn(site, visitor, account.SignInName!, Password, TimeCodes.CodeAt(account.TotpSecret!, site.Clock.GetUtcNow()));
        Assert.Equal("/home", (await visitor.Get("/home", Cancel)).Path);
    }

    internal static async Task<(Page Page, string Secret)> SetNewWay(TestSite site, Visitor visitor, Page effective)
    {
        var secret = Key().Match(effective.Body).Groups["key"].Value.Replace(" ", "", StringComparison.Ordinal);
        return (await visitor.Submit(effective, "value=\"recover\"", Walk.Fields(("Password", NewPassword), ("Code", TimeCodes.CodeAt(secret, site.Clock.GetUtcNow()))), Cancel), secret);
    }

    internal static async Task<Page> Enter(Visitor visitor, string code) =>
        await visitor.Submit(await visitor.Get("/sign-in/help", Cancel), "value=\"counter\"", Walk.Fields(("Code", code)), Cancel);

    internal static async Task<string> Receipt(Task<Page> page) =>
        Sixteen().Match((await page).Body) is { Success: true } found ? found.Value.Replace(" ", "", StringComparison.Ordinal) : throw new InvalidOperationException((await page).Body);

    internal static async Task<IReadOnlyList<string>> Subjects(TestSite site, CreatedAccount account) =>
        [.. (await site.Do<Inbox, IReadOnlyList<InboxMessage>>(i => i.Messages(account.Resident!.Value, Cancel))).Select(m => m.Subject)];

    private static async Task Back(Visitor visitor, string receipt) => Assert.Equal("/recovery", (await Enter(visitor, receipt)).Path);

    private static Task<string> ByList(Visitor visitor, string name, string code) => Receipt(List(visitor, name, code));

    private static async Task<Page> List(Visitor visitor, string name, string code) =>
        await visitor.Submit(await visitor.Get("/sign-in/help", Cancel), "value=\"list\"", Walk.Fields(("Name", name), ("ListCode", code)), Cancel);

    private static async Task Expire(TestSite site, string key, string kind = ExpireRecoveries.Name)
    {
        await site.Do<TasukiDb>(async db =>
        {
            db.Add(new Job { Kind = kind, Key = key, Due = site.Clock.GetUtcNow() });
            await db.SaveChangesAsync(Cancel);
        });
        await site.Services.GetRequiredService<JobRunner>().RunDue(Cancel);
    }

    [GeneratedRegex("[0-9]{4} [0-9]{4} [0-9]{4} [0-9]{4}", RegexOptions.None, 1000)]
    private static partial Regex Sixteen();

    [GeneratedRegex("<code class=\"tk-number\">(?<key>[A-Z2-7 ]{32,})</code>", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Key();
}
