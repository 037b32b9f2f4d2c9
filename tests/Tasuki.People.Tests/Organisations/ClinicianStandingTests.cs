using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Testing;
using Tasuki.Vault;
using Xunit;
using Microsoft.Extensions.DependencyInjection;

namespace Tasuki.People.Tests;

/// <summary>A clinician stands and falls with the organisation: invited into it, shown by its registered name, stopped with it.</summary>
public sealed class ClinicianStandingTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task What_an_app_holds_of_a_clinician_ends_with_the_organisation_at_the_next_request(DataStore store)
    {
        await using var world = await SmartWorld.Start(store);
        var site = world.Site;
        var (first, second) = await Houses.Officers(site);
        var no = await Houses.Confirmed(site, first, second);
        var (visitor, account) = await Houses.Clinician(site, no);
        using var _ = visitor;
        var app = await world.Register("openid fhirUser launch online_access patient/*.rs");
        var resident = world.Resident.Resident!.Value;
        var vault = site.Services.GetRequiredService<RecordVault>();
        Assert.True((await vault.Grant(
            Actor.Resident(resident), new NewGrant(resident, ActorKind.Clinician, account.AccountNo.ToString(CultureInfo.InvariantCulture), Purpose.Care, AccessClasses.All, null, null, site.Clock.GetUtcNow().AddDays(1)), Cancel)).IsOk);
        var member = await site.Do<TasukiDb, Account>(db => db.Set<Account>().AsNoTracking().SingleAsync(a => a.No == account.AccountNo, Cancel));

        var tokens = await Launch();
        Assert.Equal(200, (await world.Probe(tokens.Access)).Status);
        var pending = await Agree();
        Assert.Null(await Houses.Decide(site, d => d.Suspend(first, no, "確認中", Cancel)));
        Assert.Equal(401, (await world.Probe(tokens.Access)).Status);
        Assert.Equal("invalid_grant", (await world.Refresh(app, tokens.Refresh)).Error);
        Assert.Equal("invalid_grant", (await world.Code(app, pending)).Error);

        Assert.Null(await Houses.Decide(site, d => d.AskLift(first, no, Cancel)));
        Assert.Null(await Houses.Decide(site, d => d.Lift(second, no, Cancel)));
        await Houses.SignIn(site, visitor, account);
        tokens = await Launch();
        Assert.Equal(200, (await world.Probe(tokens.Access)).Status);
        // Altered by SQL in between; then its last day passes.
        await Houses.Sql(site, $"UPDATE organisation SET kind = 1 WHERE no = {no}");
        Assert.Equal(401, (await world.Probe(tokens.Access)).Status);
        await Houses.Sql(site, $"UPDATE organisation SET kind = 2 WHERE no = {no}");
        Assert.Equal(200, (await world.Probe(tokens.Access)).Status);
        await site.Do<TasukiDb>(async db => await site.Do<AccountSeals>(async seals =>
        {
            var row = await db.Set<StaffRow>().SingleAsync(s => s.AccountNo == account.AccountNo, Cancel);
            row.Ends = site.Clock.GetUtcNow().AddMinutes(1);
            row.Mac = seals.MacOf(row);
            await db.SaveChangesAsync(Cancel);
        }));
        Assert.Equal(200, (await world.Probe(tokens.Access)).Status);
        site.Clock.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(401, (await world.Probe(tokens.Access)).Status);

        async Task<string> Agree()
        {
            var address = (await site.Do<LaunchContexts, Result<Uri>>(l => l.Issue(member, app, resident, world.Fhir, Cancel))).Value;
            var path = world.AuthorizePath(app, "openid fhirUser launch online_access patient/*.rs", ("launch", QueryHelpers.ParseQuery(address.Query)["launch"].ToString()));
            var answer = await visitor.Submit(await visitor.Get(path, Cancel), "/connect/decide", Walk.Fields(("answer", "yes")), Cancel);
            return QueryHelpers.ParseQuery(new Uri(answer.Path).Query)["code"].ToString();
        }

        async Task<Tokens> Launch()
        {
            var made = await world.Code(app, await Agree());
            Assert.True(made.Status == 200, made.Json.ToString());
            return made;
        }
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_clinician_is_invited_into_a_confirmed_organisation_and_into_no_other(DataStore store)
    {
        await using var world = await DeskWorld.Start(store);
        var site = world.Site;
        var (first, second) = await Houses.Officers(site);
        using var administrator = await world.Staff(StaffRole.Administrator, "admin1", "管理 花");
        var approved = await Houses.Approved(site, first, second, Houses.Clinic with { Name = "途中の診療所", InstitutionCode = "" });
        var page = await administrator.Get("/staff/people", Cancel);
        Assert.DoesNotContain("途中の診療所", page.Body, StringComparison.Ordinal);
        foreach (var clinic in new[] { "", $"{approved}", "1", "x" })
            Assert.Contains("登録が確認された医療機関などを1つ選んでください", (await Invite("hayashi", clinic)).Body, StringComparison.Ordinal);

        var no = await Houses.Confirmed(site, first, second);
        var invited = await Invite("hayashi", $"{no}");
        Assert.Equal(19, DeskWorld.CodeOn(invited).Length);
        Assert.Contains($"{Houses.Name}、医療機関の担当者", invited.Body, StringComparison.Ordinal);
        Assert.Equal(no, (await site.Do<TasukiDb, StaffRow>(db => db.Set<StaffRow>().AsNoTracking().SingleAsync(s => s.Role == StaffRole.Clinician, Cancel))).OrganisationNo);

        async Task<Page> Invite(string signIn, string clinic) => await administrator.Submit(
            await administrator.Get("/staff/people", Cancel), "value=\"invite\"", Walk.Fields(("Name", "林 診"), ("Organisation", "だれでもない"), ("Role", "Clinician"), ("Clinic", clinic), ("SignInName", signIn)), Cancel);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task Rows_of_before_the_column_stay_whole_and_are_attached_by_a_form(DataStore store)
    {
        await using var world = await DeskWorld.Start(store);
        var site = world.Site;
        var (first, second) = await Houses.Officers(site);
        using var administrator = await world.Staff(StaffRole.Administrator, "admin1", "管理 花");
        var (visitor, account) = await Houses.Clinician(site, null);
        using var _ = visitor;
        // What these rows were bound by before there was the column, without and with a last day.
        await site.Do<TasukiDb>(async db => await site.Do<AccountSeals>(async seals =>
        {
            var row = await db.Set<StaffRow>().AsNoTracking().SingleAsync(s => s.AccountNo == account.AccountNo, Cancel);
            Assert.Equal(seals.Secret("staff-row", $"{row.AccountNo}|2"), row.Mac);
            row.Ends = site.Clock.GetUtcNow();
            Assert.Equal(seals.Secret("staff-row", string.Create(CultureInfo.InvariantCulture, $"{row.AccountNo}|2|{row.Ends.Value.UtcTicks / TimeSpan.TicksPerMicrosecond}")), seals.MacOf(row));
        }));
        Assert.Equal(200, (await visitor.Get("/staff", Cancel)).Status);
        Assert.Contains("1人います", await OfficersList(), StringComparison.Ordinal);

        var no = await Houses.Confirmed(site, first, second, Houses.Clinic with { Name = "登録の名の診療所" });
        var people = await administrator.Get("/staff/people", Cancel);
        Assert.Contains("登録した医療機関なし", people.Body, StringComparison.Ordinal);
        var page = await administrator.Get($"/staff/people/{account.AccountNo}", Cancel);
        Assert.Contains("医療機関などを1つ選んで", (await administrator.Submit(page, "id=\"attach\"", Walk.Fields(("Clinic", "")), Cancel)).Body, StringComparison.Ordinal);
        var attached = await administrator.Submit(page, "id=\"attach\"", Walk.Fields(("Clinic", $"{no}")), Cancel);
        Assert.Contains("登録の名の診療所", Regex.Match(attached.Body, "<dl.*?</dl>", RegexOptions.Singleline, TimeSpan.FromSeconds(1)).Value, StringComparison.Ordinal);
        Assert.DoesNotContain("登録した医療機関なし", (await administrator.Get("/staff/people", Cancel)).Body, StringComparison.Ordinal);

        // From now on they fall with it; what residents read names them by it.
        using var again = site.NewVisitor();
        Assert.Equal("/staff", (await Houses.SignIn(site, again, account)).Path);
        var day = new ProvidedDay(new ResidentNo(1), ActorKind.Clinician, account.AccountNo.ToString(CultureInfo.InvariantCulture), site.Clock.Today(), Purpose.Care, AccessClasses.All, 1, site.Clock.GetUtcNow());
        Assert.Equal(new Recipient("林 診", "登録の名の診療所", "みどり市本町2-3-4", Purpose.Care), await site.Do<Recipients, Recipient?>(r => r.Of(day, Cancel)));
        Assert.Null(await Houses.Decide(site, d => d.Suspend(first, no, "確認中", Cancel)));
        Assert.StartsWith("/sign-in", (await again.Get("/staff", Cancel)).Path, StringComparison.Ordinal);

        async Task<string> OfficersList()
        {
            using var officer = await world.Staff(StaffRole.Desk, "officer1", "青木 守");
            return (await officer.Get("/staff/organisations", Cancel)).Body;
        }
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task Nobody_is_made_a_clinician_past_the_register_by_a_role_or_a_list(DataStore store)
    {
        await using var world = await DeskWorld.Start(store);
        var site = world.Site;
        var (first, second) = await Houses.Officers(site);
        using var administrator = await world.Staff(StaffRole.Administrator, "admin1", "管理 花");
        var nurse = await Houses.Member(site, StaffRole.Health, "谷 保", "nurse1");
        async Task<Page> SetRole(params (string, string)[] more) => await administrator.Submit(
            await administrator.Get($"/staff/people/{nurse.No}", Cancel), "id=\"role\"", Walk.Fields([("What", "role"), ("Role", "Clinician"), .. more]), Cancel);
        Assert.Contains("医療機関などを1つ選んで", (await SetRole()).Body, StringComparison.Ordinal);
        var no = await Houses.Confirmed(site, first, second);
        Assert.Contains("変えました", (await SetRole(("Clinic", $"{no}"))).Body, StringComparison.Ordinal);
        Assert.Equal((StaffRole.Clinician, no), await Row());
        await administrator.Submit(await administrator.Get($"/staff/people/{nurse.No}", Cancel), "id=\"role\"", Walk.Fields(("What", "role"), ("Role", "Health"), ("Clinic", $"{no}")), Cancel);
        Assert.Equal((StaffRole.Health, null), await Row());

        async Task<Page> Paste(string list) => await administrator.Submit(
            await administrator.Get("/staff/people", Cancel), "value=\"invite-many\"", Walk.Fields(("List", "氏名,所属,役割,サインイン名\n" + list)), Cancel);
        Assert.Contains("医療機関などを1つ選んで", (await Paste("林 診,どこかの診療所,医療機関,hayashi")).Body, StringComparison.Ordinal);
        Assert.Equal(19, DeskWorld.CodeOn(await Paste($"林 診,{Houses.Name},医療機関,hayashi\n原 診,{Houses.Clinic.InstitutionCode},医療機関,hara")).Length);
        Assert.Equal(2, await site.Do<TasukiDb, int>(db => db.Set<StaffRow>().CountAsync(s => s.OrganisationNo == no, Cancel)));

        Task<(StaffRole, long?)> Row() => site.Do<TasukiDb, (StaffRole, long?)>(async db =>
        {
            var row = await db.Set<StaffRow>().AsNoTracking().SingleAsync(s => s.AccountNo == nurse.No, Cancel);
            return (row.Role, row.OrganisationNo);
        });
    }

    /// <summary>Whoever makes a clinician out of an account elsewhere leaves out whether the organisation stands.</summary>
    [Fact]
    public void A_clinician_becomes_an_actor_in_one_place()
    {
        var places = new[] { "src", "sandbox" }.SelectMany(root => Directory.EnumerateFiles(Path.Combine(Tree.Root, root), "*.*", SearchOption.AllDirectories))
            .Where(path => Path.GetExtension(path) is ".cs" or ".razor" && File.ReadAllText(path).Contains("Actor.Clinician(", StringComparison.Ordinal));
        Assert.Equal("StaffStanding.cs", Path.GetFileName(Assert.Single(places)));
    }
}
