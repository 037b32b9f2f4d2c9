using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Vault;
using Xunit;

namespace Tasuki.People.Tests;

/// <summary>The page on which a clinician starts an app for one person: who is on it, what it starts, and what the press refuses.</summary>
public sealed class OpenAppTests
{
    private const string Refused = "その人の記録は、いまは開けません";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_clinician_starts_an_app_from_the_page_and_it_gets_a_token_with_the_patient(DataStore store)
    {
        await using var world = await ClinicianWorld.Start(store);
        var app = await world.Smart.Register(ClinicianWorld.Scopes);
        await world.Open(world.Resident);
        Assert.Contains("href=\"/staff/open-app\"", (await world.Visitor.Get("/staff", Cancel)).Body, StringComparison.Ordinal);

        var page = await world.Page();
        var patient = Assert.Single(ClinicianWorld.People(page));
        Assert.Equal(await world.PatientOf(world.Resident), patient);
        foreach (var said in new[] { "緑山 花子", "1955年4月1日生まれ", "歩数ノート", "合同会社みかん", "「だれが見たか」に残ります" })
            Assert.Contains(said, page.Body, StringComparison.Ordinal);
        Assert.Matches("(みどりやま|ミドリヤマ) (はなこ|ハナコ)", page.Body);
        Assert.Contains("form-action 'self' https://app.test;", page.Response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);

        var pressed = await world.Press(page, patient, app);
        var sent = QueryHelpers.ParseQuery(new Uri(pressed.Path).Query);
        Assert.Equal(["iss", "launch"], sent.Keys.Order(StringComparer.Ordinal), StringComparer.Ordinal);
        Assert.Equal(world.Smart.Fhir, sent["iss"].ToString());
        var tokens = await world.Tokens(app, pressed);
        Assert.True(tokens.Status == 200, tokens.Json.ToString());
        Assert.Equal((patient, "openid launch online_access patient/*.rs"), (tokens.Text("patient"), tokens.Scope));
        var (status, json) = await world.Smart.Probe(tokens.Access);
        Assert.Equal((200, "ClinicianApp", world.Resident.Value), (status, json.GetProperty("kind").GetString(), json.GetProperty("resident").GetInt64()));
        Assert.Equal("Patient Immunization", SmartWorld.Types(json));

        // The person reads that the name was looked at on the page, and what was done through the app.
        var looked = await world.Looked(world.Resident);
        Assert.All(looked, entry => Assert.Equal((Purpose.Care, false), (entry.Purpose, entry.Refused)));
        Assert.Contains(looked, entry => entry is { App: null, Action: "search" });
        Assert.Contains(looked, entry => entry.App == app);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task Only_a_clinician_who_may_act_sees_the_page(DataStore store)
    {
        await using var world = await ClinicianWorld.Start(store);
        var app = await world.Smart.Register(ClinicianWorld.Scopes);
        await world.Open(world.Resident);
        var page = await world.Page();
        var person = Assert.Single(ClinicianWorld.People(page));
        using var resident = await world.Smart.SignIn();
        Assert.True((await resident.Get("/staff/open-app", Cancel)).IsRefused);
        using var stranger = world.Site.NewVisitor();
        Assert.StartsWith("/sign-in", (await stranger.Get("/staff/open-app", Cancel)).Path, StringComparison.Ordinal);
        foreach (var role in Enum.GetValues<StaffRole>().Where(role => role is not StaffRole.Clinician))
        {
            var made = (await world.Site.Do<AccountFactory, Result<CreatedAccount>>(f => f.CreateStaff(role, "窓口 守", "みどり市", $"other{role}", DeskWorld.Password, Cancel))).Value;
            using var other = world.Site.NewVisitor();
            Assert.DoesNotContain("/staff/open-app", (await Houses.SignIn(world.Site, other, made)).Body, StringComparison.Ordinal);
            Assert.True((await other.Get("/staff/open-app", Cancel)).IsRefused);
            // A form of somebody else's page brings nobody anywhere.
            Assert.True((await other.Submit(page, "/staff/open-app/start", Walk.Fields(("person", person), ("app", $"{app}")), Cancel)).Status is 400 or 403 or 404);
        }

        await Houses.Sql(world.Site, $"DELETE FROM staff WHERE account_no = {world.Id}");
        Assert.StartsWith("/sign-in", (await world.Page()).Path, StringComparison.Ordinal);
        Assert.StartsWith("/sign-in", (await world.Press(page, person, app)).Path, StringComparison.Ordinal);
        Assert.Equal(0, await Launches(world));
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task What_is_pressed_is_asked_again_at_the_gate_and_in_the_register(DataStore store)
    {
        await using var world = await ClinicianWorld.Start(store);
        var app = await world.Smart.Register(ClinicianWorld.Scopes);
        var never = (await SignInTests.NewResident(world.Site, "yoshiko")).Resident!.Value;
        var grant = await world.Open(world.Resident);
        var page = await world.Page();
        var person = Assert.Single(ClinicianWorld.People(page));

        Assert.Contains(Refused, (await world.Press(page, await world.PatientOf(never), app)).Body, StringComparison.Ordinal);
        Assert.True(Assert.Single(await world.Looked(never)).Refused);
        foreach (var forged in new[] { $"{never.Value}", new string('a', person.Length), "../../x" })
            Assert.Contains(Refused, (await world.Press(page, forged, app)).Body, StringComparison.Ordinal);
        // Another of the person's own records is not the person.
        var other = (await (await world.Own(world.Resident)).Search(new RecordQuery { Types = ["Immunization"], Limit = 1 }, Cancel)).Value.Records[0].Id;
        Assert.Contains(Refused, (await world.Press(page, other, app)).Body, StringComparison.Ordinal);
        Assert.Contains("患者さんとアプリを1つずつ選んでください", (await world.Press(page, "", app)).Body, StringComparison.Ordinal);
        Assert.Contains("患者さんとアプリを1つずつ選んでください", (await world.Visitor.Submit(page, "/start", Walk.Fields(("person", person), ("app", "x")), Cancel)).Body, StringComparison.Ordinal);
        Assert.Contains("そのアプリは、いまは開けません", (await world.Press(page, person, 1)).Body, StringComparison.Ordinal);
        Assert.Equal(400, (await world.Visitor.Send(HttpMethod.Post, "/staff/open-app/start", new FormUrlEncodedContent([KeyValuePair.Create("person", person), KeyValuePair.Create("app", $"{app}")]), Cancel)).Status);

        Assert.True((await world.Site.Do<DecideApp, Result<Done>>(d => d.Suspend(world.Smart.First, app, Cancel))).IsOk);
        Assert.Contains("そのアプリは、いまは開けません", (await world.Press(page, person, app)).Body, StringComparison.Ordinal);
        Assert.True((await world.Vault.Revoke(Actor.Resident(world.Resident), world.Resident, grant, Cancel)).IsOk);
        var ended = await world.Press(page, person, app);
        Assert.Contains(Refused, ended.Body, StringComparison.Ordinal);
        Assert.Contains("あなたに記録を見せている人はいません", ended.Body, StringComparison.Ordinal);
        Assert.DoesNotContain(person, ended.Path, StringComparison.Ordinal);
        Assert.Equal(0, await Launches(world));
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task Pressed_twice_it_starts_twice_and_each_start_counts_once(DataStore store)
    {
        await using var world = await ClinicianWorld.Start(store);
        var app = await world.Smart.Register(ClinicianWorld.Scopes);
        await world.Open(world.Resident);
        var page = await world.Page();
        var person = Assert.Single(ClinicianWorld.People(page));

        var pressed = await Task.WhenAll(world.Press(page, person, app), world.Press(page, person, app));

        Assert.NotEqual(pressed[0].Path, pressed[1].Path, StringComparer.Ordinal);
        foreach (var one in pressed)
            Assert.Equal((200, person), ((await world.Tokens(app, one)) is var tokens ? tokens.Status : 0, tokens.Text("patient")));
        Assert.Equal(0, await Launches(world));
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task Without_anybody_or_without_an_app_the_page_says_so_and_no_name_is_read(DataStore store)
    {
        await using var world = await ClinicianWorld.Start(store);
        Assert.Contains("あなたに記録を見せている人はいません", (await world.Page()).Body, StringComparison.Ordinal);
        await world.Open(world.Resident);
        // Not approved; without the scope of a launch.
        await world.Smart.Register(ClinicianWorld.Scopes, approve: false);
        await world.Smart.Register("launch/patient patient/*.rs");
        var page = await world.Page();
        Assert.Contains("ここから開けるアプリは、まだありません", page.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("緑山", page.Body, StringComparison.Ordinal);
        Assert.Empty(await world.Looked(world.Resident));

        // Who does not show who they are is counted and cannot be chosen.
        await world.Smart.Register(ClinicianWorld.Scopes);
        await world.Open(world.Resident, AccessClasses.Of(DataCategory.Immunization));
        page = await world.Page();
        Assert.Contains("ほかに1人いますが", page.Body, StringComparison.Ordinal);
        Assert.Empty(ClinicianWorld.People(page));
        Assert.DoesNotContain("緑山", page.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_list_ends_at_a_hundred_and_says_so()
    {
        await using var world = await ClinicianWorld.Start(DataStore.Sqlite);
        await world.Smart.Register(ClinicianWorld.Scopes);
        await world.Open(world.Resident);
        foreach (var one in (await world.Vault.EnrolMany(Actor.Job("test", "Many who share."), OpenApp.Most, Cancel)).Value)
            await world.Open(one);
        Assert.Contains("100人までを並べています", (await world.Page()).Body, StringComparison.Ordinal);
        var member = await world.Site.Do<TasukiDb, Account>(db => db.Set<Account>().AsNoTracking().SingleAsync(a => a.No == world.Account.AccountNo, Cancel));
        var offer = (await world.Site.Do<OpenApp, Result<StartableApps>>(open => open.Offer(member, Cancel))).Value;
        Assert.Equal((100, true), (offer.Sharing, offer.More));
    }

    [Fact]
    public async Task An_app_whose_host_has_a_name_beyond_ASCII_is_reached_by_its_other_name()
    {
        await using var world = await ClinicianWorld.Start(DataStore.Sqlite);
        var content = world.Smart.App(ClinicianWorld.Scopes, AppKind.Public) with { Launch = "https://アプリ.test:8443/launch?a=b" };
        var app = (await world.Site.Do<RegisterApp, Result<long>>(r => r.Register(AppKind.Public, content, null, Cancel))).Value;
        Assert.True((await world.Site.Do<DecideApp, Result<Done>>(d => d.Check(world.Smart.First, app, Cancel))).IsOk);
        Assert.True((await world.Site.Do<DecideApp, Result<Done>>(d => d.Approve(world.Smart.Second, app, Cancel))).IsOk);
        await world.Open(world.Resident);
        var page = await world.Page();
        Assert.Contains("form-action 'self' https://xn--cckvf7b.test:8443;", page.Response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        var pressed = await world.Press(page, Assert.Single(ClinicianWorld.People(page)), app);
        Assert.StartsWith("https://xn--cckvf7b.test:8443/launch?a=b&iss=", pressed.Response.Headers.Location!.OriginalString, StringComparison.Ordinal);
    }

    private static Task<int> Launches(ClinicianWorld world) => world.Site.Do<TasukiDb, int>(db => db.Set<SmartLaunch>().CountAsync(Cancel));
}
