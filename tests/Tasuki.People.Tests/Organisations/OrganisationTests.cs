using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;
using Xunit;

namespace Tasuki.People.Tests;

/// <summary>The register of organisations: what lets one in, and what stops it.</summary>
public sealed class OrganisationTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task An_organisation_is_let_in_by_two_officers_and_a_letter(DataStore store)
    {
        await using var world = await DeskWorld.Start(store);
        using var first = await world.Staff(StaffRole.Desk, "officer1", "青木 守");
        using var second = await world.Staff(StaffRole.Health, "nurse1", "谷 保");
        using var auditor = await world.Staff(StaffRole.Auditor, "audit1", "監 査子");
        using var stranger = world.Site.NewVisitor();
        Assert.Contains("まだありません", (await stranger.Get("/organisations", Cancel)).Body, StringComparison.Ordinal);

        var one = await Enter(first, Houses.Clinic);
        Assert.Equal(Houses.Name, one.Title);
        Assert.Contains("別の職員の承認が要ります", one.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("確かめて承認する", one.Body, StringComparison.Ordinal);
        var seen = await second.Get(Houses.LinkOn(await second.Get("/staff/organisations", Cancel)), Cancel);
        var approved = await Act(second, seen, "approve");
        Assert.Contains("承認しました", approved.Body, StringComparison.Ordinal);
        Assert.DoesNotContain(Houses.Name, (await stranger.Get("/organisations", Cancel)).Body, StringComparison.Ordinal);

        var letter = await Act(second, approved, "letter");
        foreach (var said in new[] { "〒123-4567", "みどり市本町2-3-4", $"{Houses.Name} 御中", "院長 小川 衛 様", "/organisation/confirm" })
            Assert.Contains(said, letter.Body, StringComparison.Ordinal);
        var code = DeskWorld.CodeOn(letter);
        Assert.DoesNotContain(code, (await second.Get(seen.Path, Cancel)).Body, StringComparison.Ordinal);
        var confirmed = await Confirm(stranger, code);
        Assert.Contains($"{Houses.Name}の登録を確認しました", confirmed.Body, StringComparison.Ordinal);
        Assert.Contains("みどり市本町2-3-4", (await stranger.Get("/organisations", Cancel)).Body, StringComparison.Ordinal);
        Assert.Contains("小川 衛、", (await first.Get(seen.Path, Cancel)).Body, StringComparison.Ordinal);

        // Every step under its officer's name.
        var acts = (await auditor.Get("/staff/acts", Cancel)).Body;
        foreach (var (who, what) in new[] { ("青木 守", "entered"), ("谷 保", "approved"), ("谷 保", "letter") })
            Assert.Matches($"<td data-label=\"だれが\">{who}</td>\\s*<td[^>]*><div>[^<]*<br><span class=\"tk-muted\">organisation [0-9]+ {what}<", acts);
        Assert.Matches("organisation [0-9]+ confirmed", acts);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task One_officer_alone_cannot_approve(DataStore store)
    {
        await using var world = await DeskWorld.Start(store);
        var site = world.Site;
        var (first, second) = await Houses.Officers(site);
        var twin = await Houses.Member(site, StaffRole.Health, first.Name, "twin");
        var no = await Houses.Entered(site, first);
        Assert.Equal("organisation.same-person", await Houses.Decide(site, d => d.Approve(first, no, Cancel)));
        // A second account of the same person is the same person.
        Assert.Equal("organisation.same-person", await Houses.Decide(site, d => d.Approve(twin, no, Cancel)));
        // Whoever changed it last approves what they wrote themselves.
        Assert.True((await site.Do<EnterOrganisation, Result<Done>>(e => e.Change(second, no, Houses.Clinic with { Address = "みどり市南町9" }, Cancel))).IsOk);
        Assert.Equal("organisation.same-person", await Houses.Decide(site, d => d.Approve(second, no, Cancel)));
        Assert.True((await site.Do<EnterOrganisation, Result<Done>>(e => e.Change(first, no, Houses.Clinic, Cancel))).IsOk);
        Assert.Null(await Houses.Decide(site, d => d.Approve(second, no, Cancel)));
        // The code is seen by who prints it.
        Assert.Equal("organisation.same-person", (await site.Do<DecideOrganisation, Result<OrganisationLetter>>(d => d.PrintLetter(first, no, Cancel))).Error?.Code);
        Assert.Equal(OrganisationState.Approved, await Houses.State(site, no));

        // By the page too, and there with factors proved just now.
        using var alone = await world.Staff(StaffRole.Desk, "officer1", "青木 守");
        using var other = await world.Staff(StaffRole.Desk, "officer2", "森 育子");
        var page = await Enter(alone, Houses.Clinic with { Name = "北の薬局", Kind = "Pharmacy", InstitutionCode = "" });
        Assert.Contains("2人目になれません", (await Act(alone, page, "approve")).Body, StringComparison.Ordinal);
        var seen = await other.Get(page.Path.Split('?')[0], Cancel);
        site.Clock.Advance(TimeSpan.FromMinutes(6));
        Assert.Contains("まだ保存していません", (await Act(other, seen, "approve")).Body, StringComparison.Ordinal);
        Assert.Equal(OrganisationState.Entered, await Houses.State(site, long.Parse(page.Path.Split('?')[0].Split('/')[^1], System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_code_that_does_not_count_is_refused_alike_whatever_is_wrong_with_it(DataStore store)
    {
        await using var world = await DeskWorld.Start(store);
        await using var elsewhere = await TestSite.Start(store, Cancel, name: "aoi");
        var site = world.Site;
        var (first, second) = await Houses.Officers(site);
        var (third, fourth) = await Houses.Officers(elsewhere);
        var foreign = await Houses.Letter(elsewhere, fourth, await Houses.Approved(elsewhere, third, fourth));

        // Guessed at: the fifth wrong half voids the right one.
        var no = await Houses.Approved(site, first, second);
        var guessed = await Houses.Letter(site, second, no);
        for (var i = 0; i < OrganisationLetters.MaximumTries; i++)
            Assert.Equal("organisation.letter", await Houses.Confirm(site, guessed[..8] + (guessed[8..] == $"0000000{i}" ? "99999999" : $"0000000{i}")));
        var refusals = new List<string>();
        using var stranger = site.NewVisitor();
        await Refused(guessed);
        // Replaced, and ended.
        var replaced = await Houses.Letter(site, second, no);
        var ended = await Houses.Letter(site, second, no);
        await Refused(replaced);
        site.Clock.Advance(OrganisationLetters.Life + TimeSpan.FromSeconds(1));
        await Refused(ended);
        // Used.
        var used = await Houses.Letter(site, second, no);
        Assert.Null(await Houses.Confirm(site, used));
        await Refused(used);
        // Changed after the letter, though the row of the code was put back by SQL; of another municipality; of nobody.
        await Refused(foreign);
        await Refused("1234 5678 9012 3456");
        await Refused("");
        Assert.Single(refusals.Distinct(StringComparer.Ordinal));
        Assert.Equal(OrganisationState.Approved, await Houses.State(elsewhere, (await elsewhere.Do<TasukiDb, OrganisationRow>(db => db.Set<OrganisationRow>().SingleAsync(Cancel))).No));

        async Task Refused(string code)
        {
            var page = await Confirm(stranger, code);
            Assert.Contains("このコードでは確認できません", page.Body, StringComparison.Ordinal);
            refusals.Add($"{page.Status} {page.Path} " + Regex.Replace(
                page.Body, "(name=\"__RequestVerificationToken\" value=\")[^\"]*|(<!--.*?-->)", "", RegexOptions.Singleline | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)));
        }
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_letter_of_before_a_change_confirms_nothing(DataStore store)
    {
        await using var world = await DeskWorld.Start(store);
        var site = world.Site;
        var (first, second) = await Houses.Officers(site);
        var no = await Houses.Approved(site, first, second);
        var code = await Houses.Letter(site, second, no);
        var row = await site.Do<TasukiDb, OrganisationCodeRow>(db => db.Set<OrganisationCodeRow>().AsNoTracking().SingleAsync(Cancel));
        site.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True((await site.Do<EnterOrganisation, Result<Done>>(e => e.Change(first, no, Houses.Clinic with { Address = "みどり市東9-9" }, Cancel))).IsOk);
        Assert.Equal("organisation.letter", await Houses.Confirm(site, code));
        Assert.Null(await Houses.Decide(site, d => d.Approve(second, no, Cancel)));
        Assert.Equal("organisation.letter", await Houses.Confirm(site, code));
        // Put back by SQL it is whole, and older than what was approved.
        await site.Do<TasukiDb>(async db =>
        {
            db.Add(row);
            await db.SaveChangesAsync(Cancel);
        });
        Assert.Equal("organisation.letter", await Houses.Confirm(site, code));
        Assert.Equal(OrganisationState.Approved, await Houses.State(site, no));
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task One_officer_stops_an_organisation_at_once_and_two_let_it_in_again(DataStore store)
    {
        await using var world = await DeskWorld.Start(store);
        var site = world.Site;
        var (first, second) = await Houses.Officers(site);
        var no = await Houses.Confirmed(site, first, second);
        var (visitor, account) = await Houses.Clinician(site, no);
        using var _ = visitor;
        Assert.Equal(200, (await visitor.Get("/staff", Cancel)).Status);

        Assert.Equal("organisation.reason", await Houses.Decide(site, d => d.Suspend(first, no, " ", Cancel)));
        Assert.Null(await Houses.Decide(site, d => d.Suspend(first, no, "廃院の届け出を確認中", Cancel)));
        Assert.StartsWith("/sign-in", (await visitor.Get("/staff", Cancel)).Path, StringComparison.Ordinal);
        using var again = site.NewVisitor();
        Assert.Equal("/sign-in", (await Walk.Password(again, account.SignInName!, DeskWorld.Password)).Path);

        Assert.Equal("organisation.missing", await Houses.Decide(site, d => d.Lift(second, no, Cancel)));
        Assert.Null(await Houses.Decide(site, d => d.AskLift(first, no, Cancel)));
        Assert.Equal("organisation.same-person", await Houses.Decide(site, d => d.Lift(first, no, Cancel)));
        Assert.Equal("/sign-in", (await Walk.Password(again, account.SignInName!, DeskWorld.Password)).Path);
        Assert.Null(await Houses.Decide(site, d => d.Lift(second, no, Cancel)));
        Assert.Equal("/staff", (await Houses.SignIn(site, again, account)).Path);

        Assert.Null(await Houses.Decide(site, d => d.End(second, no, "廃院", Cancel)));
        Assert.StartsWith("/sign-in", (await again.Get("/staff", Cancel)).Path, StringComparison.Ordinal);
        foreach (var back in new Func<DecideOrganisation, Task<Result<Done>>>[] { d => d.AskLift(first, no, Cancel), d => d.Approve(second, no, Cancel), d => d.Lift(second, no, Cancel), d => d.Suspend(first, no, "x", Cancel) })
            Assert.Equal("organisation.missing", await Houses.Decide(site, back));
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task Telephone_and_contact_change_at_once_and_another_house_goes_the_whole_way_again(DataStore store)
    {
        await using var world = await DeskWorld.Start(store);
        var site = world.Site;
        var (first, second) = await Houses.Officers(site);
        var no = await Houses.Confirmed(site, first, second);
        var (visitor, _) = await Houses.Clinician(site, no);
        using var __ = visitor;
        Assert.True((await site.Do<EnterOrganisation, Result<Done>>(e => e.Change(first, no, Houses.Clinic with { Phone = "098-765-4321", Contact = "事務長 島 結" }, Cancel))).IsOk);
        Assert.Equal(OrganisationState.Confirmed, await Houses.State(site, no));
        Assert.Equal(200, (await visitor.Get("/staff", Cancel)).Status);
        Assert.True((await site.Do<EnterOrganisation, Result<Done>>(e => e.Change(first, no, Houses.Clinic with { Name = "別の診療所" }, Cancel))).IsOk);
        Assert.Equal(OrganisationState.Entered, await Houses.State(site, no));
        Assert.StartsWith("/sign-in", (await visitor.Get("/staff", Cancel)).Path, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_row_written_widened_or_revived_by_SQL_counts_for_nothing(DataStore store)
    {
        await using var world = await DeskWorld.Start(store);
        var site = world.Site;
        var (first, second) = await Houses.Officers(site);
        var entered = await Houses.Entered(site, first, Houses.Clinic with { Name = "待つ診療所", InstitutionCode = "" });
        var no = await Houses.Confirmed(site, first, second);
        var (visitor, account) = await Houses.Clinician(site, no);
        using var _ = visitor;

        // Approved and confirmed past the officers.
        await Houses.Sql(site, $"UPDATE organisation SET state = 3 WHERE no = {entered}");
        Assert.Null(await Houses.State(site, entered));
        await Houses.Sql(site, $"UPDATE organisation SET state = 1 WHERE no = {entered}");
        Assert.Equal(OrganisationState.Entered, await Houses.State(site, entered));
        await Houses.Sql(site, $"UPDATE organisation SET entered_by = {second.No} WHERE no = {entered}");
        Assert.Equal("organisation.missing", await Houses.Decide(site, d => d.Approve(second, entered, Cancel)));
        // The words of one under the number of another.
        await Houses.Sql(site, $"UPDATE organisation SET content = (SELECT content FROM organisation WHERE no = {entered}) WHERE no = {no}");
        Assert.Null(await Houses.State(site, no));
        Assert.StartsWith("/sign-in", (await visitor.Get("/staff", Cancel)).Path, StringComparison.Ordinal);

        // Revived.
        var other = await Houses.Confirmed(site, first, second, Houses.Clinic with { Name = "三つ目の診療所", InstitutionCode = "" });
        var (member, _) = await Houses.Clinician(site, other, "clinic2", "原 診");
        using var __ = member;
        Assert.Null(await Houses.Decide(site, d => d.Suspend(first, other, "確認中", Cancel)));
        await Houses.Sql(site, $"UPDATE organisation SET state = 3 WHERE no = {other}");
        Assert.Null(await Houses.State(site, other));
        Assert.StartsWith("/sign-in", (await member.Get("/staff", Cancel)).Path, StringComparison.Ordinal);

        // A clinician moved to another house, or out of every house.
        var living = await Houses.Confirmed(site, first, second, Houses.Clinic with { Name = "四つ目の診療所", InstitutionCode = "" });
        using var moved = site.NewVisitor();
        foreach (var to in new[] { $"{living}", "NULL" })
        {
            await Houses.Sql(site, $"UPDATE staff SET organisation_no = {to} WHERE account_no = {account.AccountNo}");
            Assert.Equal("/sign-in", (await Walk.Password(moved, account.SignInName!, DeskWorld.Password)).Path);
        }
    }

    [Fact]
    public async Task A_My_Number_is_refused_in_every_field()
    {
        await using var site = await TestSite.Start(DataStore.Sqlite, Cancel);
        var (first, second) = await Houses.Officers(site);
        const string Number = "123456789018";
        foreach (var typed in new[]
        {
            Houses.Clinic with { Name = Number }, Houses.Clinic with { Kana = Number }, Houses.Clinic with { InstitutionCode = Number }, Houses.Clinic with { PostalCode = Number },
            Houses.Clinic with { Address = $"マイナンバー {Number}" }, Houses.Clinic with { Phone = "1234-5678-9018" }, Houses.Clinic with { Contact = Number },
        })
        {
            Assert.Equal("mynumber.found", (await site.Do<EnterOrganisation, Result<long>>(e => e.Enter(first, typed, Cancel))).Error?.Code);
        }

        var no = await Houses.Approved(site, first, second);
        var code = await Houses.Letter(site, second, no);
        Assert.Equal("mynumber.found", await Houses.Confirm(site, code, Number));
        Assert.Null(await Houses.Confirm(site, code));
        Assert.Equal("mynumber.found", await Houses.Decide(site, d => d.Suspend(first, no, $"個人番号 {Number}", Cancel)));
        Assert.Equal("mynumber.found", await Houses.Decide(site, d => d.End(first, no, Number, Cancel)));
        using var officer = site.NewVisitor();
        await Houses.SignIn(site, officer, (await site.Do<AccountFactory, Result<CreatedAccount>>(f => f.CreateStaff(StaffRole.Desk, "青木 守", "みどり市", "officer1", DeskWorld.Password, Cancel))).Value);
        var page = await Enter(officer, Houses.Clinic with { Contact = Number });
        Assert.Contains("マイナンバーは入れられません", page.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0110113719", OrganisationKind.Clinic, true)]
    [InlineData("０１-１-０１１３７１９", OrganisationKind.Hospital, true)]
    [InlineData("", OrganisationKind.HealthCentre, true)]
    [InlineData("0110113718", OrganisationKind.Clinic, false)]
    [InlineData("0110113719", OrganisationKind.Pharmacy, false)]
    [InlineData("4810113719", OrganisationKind.Clinic, false)]
    [InlineData("110113719", OrganisationKind.Clinic, false)]
    [InlineData("011011371a", OrganisationKind.Clinic, false)]
    public void A_code_of_an_institution_has_a_prefecture_a_table_of_its_kind_and_the_right_check_digit(string typed, OrganisationKind kind, bool right) =>
        Assert.Equal(right, (Houses.Clinic with { Kind = kind.ToString(), InstitutionCode = typed }).Check().IsOk);

    [Theory]
    [InlineData("organisation.kind", "Kind", "Palace")]
    [InlineData("organisation.name", "Name", " ")]
    [InlineData("organisation.name", "Name", "見えない\u200b字")]
    [InlineData("organisation.kana", "Kana", "診療所")]
    [InlineData("organisation.postal", "PostalCode", "123-456")]
    [InlineData("organisation.address", "Address", "")]
    [InlineData("organisation.phone", "Phone", "内線 12")]
    [InlineData("organisation.contact", "Contact", "")]
    public void What_cannot_be_right_is_named(string error, string field, string typed)
    {
        var wrong = field switch
        {
            "Kind" => Houses.Clinic with { Kind = typed }, "Name" => Houses.Clinic with { Name = typed }, "Kana" => Houses.Clinic with { Kana = typed }, "PostalCode" => Houses.Clinic with { PostalCode = typed },
            "Address" => Houses.Clinic with { Address = typed }, "Phone" => Houses.Clinic with { Phone = typed }, _ => Houses.Clinic with { Contact = typed },
        };
        Assert.Equal(error, wrong.Check().Error?.Code);
    }

    [Fact]
    public async Task A_code_stands_once_in_the_register_until_its_house_has_ended()
    {
        await using var site = await TestSite.Start(DataStore.Sqlite, Cancel);
        var (first, _) = await Houses.Officers(site);
        var no = await Houses.Entered(site, first);
        Task<Result<long>> Again() => site.Do<EnterOrganisation, Result<long>>(e => e.Enter(first, Houses.Clinic, Cancel));
        Assert.Equal("organisation.code-taken", (await Again()).Error?.Code);
        Assert.Null(await Houses.Decide(site, d => d.End(first, no, "書き間違い", Cancel)));
        Assert.True((await Again()).IsOk);
    }

    private static async Task<Page> Enter(Visitor officer, TypedOrganisation typed) => await officer.Submit(await officer.Get("/staff/organisations", Cancel), "value=\"enter\"", Walk.Fields(
        ("Kind", typed.Kind!), ("Name", typed.Name!), ("Kana", typed.Kana!), ("InstitutionCode", typed.InstitutionCode!), ("PostalCode", typed.PostalCode!), ("Address", typed.Address!), ("Phone", typed.Phone!), ("Contact", typed.Contact!)), Cancel);

    private static Task<Page> Act(Visitor officer, Page page, string what) => officer.Submit(page, "value=\"act\"", Walk.Fields(("What", what)), Cancel);

    private static async Task<Page> Confirm(Visitor stranger, string code) =>
        await stranger.Submit(await stranger.Get("/organisation/confirm", Cancel), "value=\"confirm\"", Walk.Fields(("Code", code), ("Name", "小川 衛")), Cancel);
}
