using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;
using Xunit;

namespace Tasuki.People.Tests;

/// <summary>Organisations of a register, brought as far as a test needs them.</summary>
internal static class Houses
{
    public const string Name = "みどり中央診療所";

    public static readonly TypedOrganisation Clinic = new("Clinic", Name, "みどりちゅうおうしんりょうじょ", "0110113719", "123-4567", "みどり市本町2-3-4", "012-345-6789", "院長 小川 衛");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Two officers whom nobody takes for one.</summary>
    public static async Task<(StaffMember First, StaffMember Second)> Officers(TestSite site) => (await Member(site, StaffRole.Desk, "窓口 一", "house1"), await Member(site, StaffRole.Health, "保健 二", "house2"));

    public static async Task<StaffMember> Member(TestSite site, StaffRole role, string name, string signIn, string organisation = "みどり市")
    {
        var made = (await site.Do<AccountFactory, Result<CreatedAccount>>(f => f.CreateStaff(role, name, organisation, signIn, DeskWorld.Password, Cancel))).Value;
        return (await site.Do<StaffDirectory, StaffMember?>(d => d.Find(made.AccountNo, Cancel)))!;
    }

    public static async Task<long> Entered(TestSite site, StaffMember first, TypedOrganisation? typed = null)
    {
        var no = await site.Do<EnterOrganisation, Result<long>>(e => e.Enter(first, typed ?? Clinic, Cancel));
        Assert.True(no.IsOk, no.Error?.ToString());
        return no.Value;
    }

    public static async Task<long> Approved(TestSite site, StaffMember first, StaffMember second, TypedOrganisation? typed = null)
    {
        var no = await Entered(site, first, typed);
        Assert.Null(await Decide(site, d => d.Approve(second, no, Cancel)));
        return no;
    }

    public static async Task<string> Letter(TestSite site, StaffMember officer, long no)
    {
        var letter = await site.Do<DecideOrganisation, Result<OrganisationLetter>>(d => d.PrintLetter(officer, no, Cancel));
        Assert.True(letter.IsOk, letter.Error?.ToString());
        return letter.Value.Code;
    }

    public static async Task<long> Confirmed(TestSite site, StaffMember first, StaffMember second, TypedOrganisation? typed = null)
    {
        var no = await Approved(site, first, second, typed);
        Assert.Null(await Confirm(site, await Letter(site, second, no)));
        return no;
    }

    /// <summary>The code of the error; null when it was confirmed.</summary>
    public static async Task<string?> Confirm(TestSite site, string code, string name = "小川 衛") => (await site.Do<ConfirmOrganisation, Result<string>>(c => c.Confirm(code, name, Cancel))).Error?.Code;

    public static async Task<string?> Decide(TestSite site, Func<DecideOrganisation, Task<Result<Done>>> act) => (await site.Do(act)).Error?.Code;

    /// <summary>A clinician of the house, signed in.</summary>
    public static async Task<(Visitor Visitor, CreatedAccount Account)> Clinician(TestSite site, long? house, string signIn = "clinic1", string name = "林 診")
    {
        var made = (await site.Do<AccountFactory, Result<CreatedAccount>>(f => f.CreateStaff(StaffRole.Clinician, name, Name, signIn, DeskWorld.Password, Cancel, organisationNo: house))).Value;
        var visitor = site.NewVisitor();
        Assert.Equal("/staff", (await SignIn(site, visitor, made)).Path);
        return (visitor, made);
    }

    public static Task<Page> SignIn(TestSite site, Visitor visitor, CreatedAccount account)
    {
        site.Clock.Advance(TimeSpan.FromSeconds(31));
        return Walk.SignIn(site, visitor, account.SignInName!, DeskWorld.Password, TimeCodes.CodeAt(account.TotpSecret!, site.Clock.GetUtcNow()));
    }

    public static async Task<OrganisationState?> State(TestSite site, long no) => (await site.Do<Tasuki.People.Organisations, Organisation?>(o => o.Find(no, Cancel)))?.Row.State;

    public static Task Sql(TestSite site, string statement) => site.Do<TasukiDb>(db => db.Database.ExecuteSqlRawAsync(statement, Cancel));

    public static string LinkOn(Page page, string name = Name)
    {
        var link = Regex.Match(page.Body, $"/staff/organisations/[0-9]+(?=\">{name})", RegexOptions.None, TimeSpan.FromSeconds(1));
        Assert.True(link.Success, page.Body);
        return link.Value;
    }
}
