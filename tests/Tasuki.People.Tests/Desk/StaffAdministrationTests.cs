using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Xunit;

namespace Tasuki.People.Tests;

/// <summary>Staff accounts: invited, joined, changed, ended, reviewed.</summary>
public sealed partial class StaffAdministrationTests
{
    private const string NewPassword = "冬の朝の味噌汁と焼き魚ひとつ";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task Whoever_is_invited_chooses_password_and_second_factor_alone(DataStore store)
    {
        await using var world = await DeskWorld.Start(store);
        using var administrator = await world.Staff(StaffRole.Administrator, "admin1", "管理 花");
        var invited = await Invite(administrator, "森 育子", "Desk", "mori");
        var code = DeskWorld.CodeOn(invited);
        using var person = world.Site.NewVisitor();
        // Without the right code there is no second step; the account itself signs nobody in.
        Assert.DoesNotContain("type=\"password\"", (await Start(person, "mori", "0000 0000 0000 0000")).Body, StringComparison.Ordinal);
        Assert.Equal("/sign-in", (await Walk.Password(person, "mori", "")).Path);
        var form = await Start(person, "mori", code);
        var secret = Key().Match(form.Body).Groups["key"].Value.Replace(" ", "", StringComparison.Ordinal);
        var weak = await person.Submit(form, "value=\"join\"", Walk.Fields(("Password", "password"), ("Code", TimeCodes.CodeAt(secret, world.Site.Clock.GetUtcNow()))), Cancel);
        Assert.Contains("パスワードが短すぎます", weak.Body, StringComparison.Ordinal);
        var joined = await person.Submit(weak, "value=\"join\"", Walk.Fields(("Password", NewPassword), ("Code", TimeCodes.CodeAt(secret, world.Site.Clock.GetUtcNow()))), Cancel);
        Assert.Contains("参加しました", joined.Body, StringComparison.Ordinal);
        world.Site.Clock.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal("/staff", (await Walk.SignIn(world.Site, person, "mori", NewPassword, TimeCodes.CodeAt(secret, world.Site.Clock.GetUtcNow()))).Path);
        Assert.Equal("住民をさがす", (await person.Get("/staff/residents", Cancel)).Title);
        // The invitation is used up, the form of the second step too.
        using var thief = world.Site.NewVisitor();
        Assert.DoesNotContain("type=\"password\"", (await Start(thief, "mori", code)).Body, StringComparison.Ordinal);
        Assert.DoesNotContain("参加しました", (await thief.Submit(form, "value=\"join\"", Walk.Fields(("Password", NewPassword + "二"), ("Code", TimeCodes.CodeAt(secret, world.Site.Clock.GetUtcNow()))), Cancel)).Body, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task Five_wrong_codes_void_an_invitation_until_a_new_one_is_made(DataStore store)
    {
        await using var world = await DeskWorld.Start(store);
        using var administrator = await world.Staff(StaffRole.Administrator, "admin1", "管理 花");
        var invited = await Invite(administrator, "森 育子", "Desk", "mori");
        var code = DeskWorld.CodeOn(invited);
        using var person = world.Site.NewVisitor();
        for (var i = 0; i < InviteStaff.MaximumTries; i++)
            await Start(person, "mori", $"0000 0000 0000 000{i}");
        Assert.DoesNotContain("type=\"password\"", (await Start(person, "mori", code)).Body, StringComparison.Ordinal);
        var page = await administrator.Get(Regex.Match(invited.Body, "/staff/people/[0-9]+(?=\">森 育子)", RegexOptions.None, TimeSpan.FromSeconds(1)).Value, Cancel);
        var again = DeskWorld.CodeOn(await administrator.Submit(page, "value=\"change\"", Walk.Fields(("What", "invite")), Cancel));
        Assert.Contains("type=\"password\"", (await Start(person, "mori", again)).Body, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task Ended_rights_end_at_the_next_request_and_on_their_day(DataStore store)
    {
        await using var world = await DeskWorld.Start(store);
        using var administrator = await world.Staff(StaffRole.Administrator, "admin1", "管理 花");
        using var now = await world.Staff(StaffRole.Desk, "officer1", "青木 守");
        using var later = await world.Staff(StaffRole.Health, "nurse1", "谷 保");
        Assert.Equal("住民をさがす", (await now.Get("/staff/residents", Cancel)).Title);
        await Change(administrator, "青木 守", ("What", "end-now"));
        Assert.StartsWith("/sign-in", (await now.Get("/staff/residents", Cancel)).Path, StringComparison.Ordinal);

        var today = Tasuki.Kernel.TokyoDay.Of(world.Site.Clock.GetUtcNow());
        await Change(administrator, "谷 保", ("What", "end-on"), ("LastDay", today.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture)));
        var account = await world.Site.Do<TasukiDb, Account>(db => db.Set<Account>().AsNoTracking().OrderByDescending(a => a.Created).FirstAsync(Cancel));
        var seed = (await world.Site.Do<AccountSeals, Tasuki.Kernel.Result<string>>(s => s.Open<string>(null, "account", "totp_seed", account.No, account.TotpSeed!, Cancel))).Value;
        world.Site.Clock.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal("/staff", (await Walk.SignIn(world.Site, later, "nurse1", DeskWorld.Password, TimeCodes.CodeAt(seed, world.Site.Clock.GetUtcNow()))).Path);
        world.Site.Clock.Advance(Tasuki.Kernel.TokyoDay.StartOf(today.AddDays(1)) - world.Site.Clock.GetUtcNow());
        Assert.StartsWith("/sign-in", (await later.Get("/staff/residents", Cancel)).Path, StringComparison.Ordinal);
        // Taking the day back by SQL gives nothing back.
        await world.Site.Do<TasukiDb>(db => db.Set<StaffRow>().ExecuteUpdateAsync(s => s.SetProperty(r => r.Ends, (DateTimeOffset?)null), Cancel));
        Assert.Equal("/sign-in", (await Walk.Password(later, "nurse1", DeskWorld.Password)).Path);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_role_opens_its_own_pages_and_no_others(DataStore store)
    {
        await using var world = await DeskWorld.Start(store);
        using var administrator = await world.Staff(StaffRole.Administrator, "admin1", "管理 花");
        using var auditor = await world.Staff(StaffRole.Auditor, "audit1", "監 査");
        using var health = await world.Staff(StaffRole.Health, "nurse1", "谷 保");
        using var clinician = await world.Staff(StaffRole.Clinician, "clinic1", "林 診");
        foreach (var path in new[] { "/staff/residents", "/staff/list", "/staff/codes", "/staff/accounts", "/staff/apps", "/staff/organisations", "/staff/people", "/staff/rights", "/staff/acts" })
        {
            Assert.Equal(path is not ("/staff/people" or "/staff/rights" or "/staff/acts"), (await administrator.Get(path, Cancel)).IsRefused);
            Assert.Equal(path is not ("/staff/people" or "/staff/rights" or "/staff/acts"), (await auditor.Get(path, Cancel)).IsRefused);
            Assert.Equal(path is not ("/staff/residents" or "/staff/organisations"), (await health.Get(path, Cancel)).IsRefused);
            Assert.True((await clinician.Get(path, Cancel)).IsRefused, path);
        }
    }

    [Fact]
    public async Task The_navigation_marks_the_page_one_is_on_and_none_above_it()
    {
        await using var world = await DeskWorld.Start(DataStore.Sqlite);
        using var officer = await world.Staff(StaffRole.Desk, "officer1", "青木 守");
        var side = Regex.Match((await officer.Get("/staff/residents", Cancel)).Body, "<nav class=\"tk-side\".*?</nav>", RegexOptions.Singleline, TimeSpan.FromSeconds(1)).Value;
        var marked = Assert.Single(Regex.Matches(side, "href=\"(?<href>[^\"]+)\" aria-current=\"page\"", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)));
        Assert.Equal("/staff/residents", marked.Groups["href"].Value, StringComparer.Ordinal);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_list_of_staff_is_taken_whole_or_not_at_all_and_nobody_changes_themself(DataStore store)
    {
        await using var world = await DeskWorld.Start(store);
        using var administrator = await world.Staff(StaffRole.Administrator, "admin1", "管理 花");
        const string Good = "氏名,所属,役割,サインイン名\n森 育子,市民課,窓口,mori\n谷 保,健康課,保健,tani";
        async Task<Page> Paste(string list) => await administrator.Submit(await administrator.Get("/staff/people", Cancel), "value=\"invite-many\"", Walk.Fields(("List", list)), Cancel);
        Assert.Contains("役割が読めません", (await Paste(Good + "\n岡 二,課,王様,oka")).Body, StringComparison.Ordinal);
        Assert.Contains("3人目", (await Paste(Good + "\n岡 二,課,窓口,mori")).Body, StringComparison.Ordinal);
        Assert.Equal(1, await world.Site.Do<TasukiDb, int>(db => db.Set<StaffRow>().CountAsync(Cancel)));
        var page = await Paste(Good);
        Assert.Equal(2, Regex.Count(page.Body, "[0-9]{4} [0-9]{4} [0-9]{4} [0-9]{4}", RegexOptions.None, TimeSpan.FromSeconds(1)));
        Assert.Contains("自分の権利は変えられません", (await Change(administrator, "管理 花", ("What", "end-now"))).Body, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task What_staff_did_about_nobody_is_read_by_day_and_person_and_reading_it_is_an_act(DataStore store)
    {
        await using var world = await DeskWorld.Start(store);
        using var administrator = await world.Staff(StaffRole.Administrator, "admin1", "管理 花");
        using var auditor = await world.Staff(StaffRole.Auditor, "audit1", "監 査子");
        await Invite(administrator, "森 育子", "Desk", "mori");
        var seen = (await auditor.Get("/staff/acts", Cancel)).Body;
        Assert.Contains("staff invited 1", seen, StringComparison.Ordinal);
        Assert.Contains("<td data-label=\"だれが\">管理 花</td>", seen, StringComparison.Ordinal);
        Assert.Contains("<td data-label=\"だれが\">監 査子</td>", (await auditor.Get("/staff/acts", Cancel)).Body, StringComparison.Ordinal);

        // By one person, and not after the day has passed.
        var number = Regex.Match(seen, "<option value=\"(?<no>[0-9]+)\">監 査子", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Groups["no"].Value;
        var own = (await auditor.Get($"/staff/acts?Who={number}", Cancel)).Body;
        Assert.Contains("acts read", own, StringComparison.Ordinal);
        Assert.DoesNotContain("staff invited 1", own, StringComparison.Ordinal);
        world.Site.Clock.Advance(TimeSpan.FromMinutes(20));
        var yesterday = Tasuki.Kernel.TokyoDay.Of(world.Site.Clock.GetUtcNow()).AddDays(-1).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
        Assert.Contains("この期間の記録はありません", (await auditor.Get($"/staff/acts?From={yesterday}&To={yesterday}", Cancel)).Body, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task Acts_come_fifty_to_a_page_and_the_pages_lead_on_and_back(DataStore store)
    {
        await using var world = await DeskWorld.Start(store);
        using var auditor = await world.Staff(StaffRole.Auditor, "audit1", "監 査子");
        await world.Site.Do<Vault.RecordVault, bool>(async vault =>
        {
            for (var act = 1; act <= 70; act++)
                await vault.LogDesk(Vault.Actor.Operator("結城", "試し"), $"act {act}.", Cancel);
            return true;
        });
        var first = (await auditor.Get("/staff/acts", Cancel)).Body;
        Assert.Equal(50, Regex.Count(first, "data-label=\"日時\"", RegexOptions.None, TimeSpan.FromSeconds(1)));
        Assert.Contains("act 70.", first, StringComparison.Ordinal);
        Assert.DoesNotContain("act 20.", first, StringComparison.Ordinal);
        Assert.DoesNotContain("rel=\"prev\"", first, StringComparison.Ordinal);
        var second = (await auditor.Get(Way(first, "next"), Cancel)).Body;
        Assert.Contains("act 20.", second, StringComparison.Ordinal);
        Assert.DoesNotContain("act 21.", second, StringComparison.Ordinal);
        Assert.DoesNotContain("rel=\"next\"", second, StringComparison.Ordinal);
        var back = (await auditor.Get(Way(second, "prev"), Cancel)).Body;
        foreach (var there in new[] { "act 21.", "act 70." })
            Assert.Contains(there, back, StringComparison.Ordinal);

        static string Way(string page, string rel) =>
            System.Net.WebUtility.HtmlDecode(Regex.Match(page, $"href=\"(?<to>[^\"]*)\" rel=\"{rel}\"", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Groups["to"].Value);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_signed_review_holds_who_had_which_rights_and_the_next_is_due_in_half_a_year(DataStore store)
    {
        await using var world = await DeskWorld.Start(store);
        using var administrator = await world.Staff(StaffRole.Administrator, "admin1", "管理 花");
        using var officer = await world.Staff(StaffRole.Desk, "officer1", "青木 守");
        var page = await administrator.Get("/staff/rights", Cancel);
        Assert.Contains("点検の時期です", page.Body, StringComparison.Ordinal);
        var signed = await administrator.Submit(page, "value=\"sign\"", Walk.Fields(("Looked", "true")), Cancel);
        Assert.DoesNotContain("点検の時期です", signed.Body, StringComparison.Ordinal);
        Assert.Contains("青木 守（みどり市）: 窓口の職員", signed.Body, StringComparison.Ordinal);
        // An auditor reads it and has nothing to sign; a form of somebody else's does nothing.
        using var auditor = await world.Staff(StaffRole.Auditor, "audit1", "監 査");
        var seen = await auditor.Get("/staff/rights", Cancel);
        Assert.Contains("青木 守（みどり市）: 窓口の職員", seen.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("value=\"sign\"", seen.Body, StringComparison.Ordinal);
        await Change(administrator, "青木 守", ("What", "role"), ("Role", "Auditor"));
        Assert.Contains("青木 守（みどり市）: 窓口の職員", (await administrator.Get("/staff/rights", Cancel)).Body, StringComparison.Ordinal);
        Assert.StartsWith("/sign-in", (await officer.Get("/staff/residents", Cancel)).Path, StringComparison.Ordinal);
    }

    private static async Task<Page> Invite(Visitor administrator, string name, string role, string signIn) => await administrator.Submit(
        await administrator.Get("/staff/people", Cancel), "value=\"invite\"", Walk.Fields(("Name", name), ("Organisation", "みどり市"), ("Role", role), ("SignInName", signIn)), Cancel);

    private static async Task<Page> Start(Visitor person, string name, string code) =>
        await person.Submit(await person.Get("/staff/join", Cancel), "value=\"join\"", Walk.Fields(("Name", name), ("Invitation", code)), Cancel);

    private static async Task<Page> Change(Visitor administrator, string name, params (string Name, string Value)[] fields)
    {
        var people = await administrator.Get("/staff/people", Cancel);
        var link = Regex.Match(people.Body, $"/staff/people/[0-9]+(?=\">{name})", RegexOptions.None, TimeSpan.FromSeconds(1)).Value;
        return await administrator.Submit(await administrator.Get(link, Cancel), "value=\"change\"", Walk.Fields(fields), Cancel);
    }

    [GeneratedRegex("<code class=\"tk-number\">(?<key>[A-Z2-7 ]{32,})</code>", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Key();
}
