using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;
using Xunit;

namespace Tasuki.People.Tests;

/// <summary>Staff whom a colleague invites, as far as a test needs them.</summary>
internal static class Newcomers
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<(StaffMember Member, InvitedStaff Invited)> Invite(TestSite site, StaffMember by, StaffRole role, string name, string signIn)
    {
        var invited = await site.Do<InviteStaff, Result<IReadOnlyList<InvitedStaff>>>(i => i.Invite(by, [new NewStaff(name, "みどり市", role, signIn)], Cancel));
        Assert.True(invited.IsOk, invited.Error?.ToString());
        var member = (await site.Do<StaffDirectory, IReadOnlyList<StaffMember>>(d => d.Everybody(Cancel))).Single(m => string.Equals(m.Name, name, StringComparison.Ordinal));
        return (member, invited.Value[0]);
    }

    /// <summary>Somebody who was invited and has chosen password and authenticator.</summary>
    public static async Task<StaffMember> Joined(TestSite site, StaffMember by, StaffRole role, string name, string signIn)
    {
        var (member, invited) = await Invite(site, by, role, name, signIn);
        await Join(site, invited);
        return member;
    }

    /// <summary>The same, signed in.</summary>
    public static async Task<(StaffMember Member, Visitor Visitor)> SignedIn(TestSite site, StaffMember by, StaffRole role, string name, string signIn)
    {
        var (member, invited) = await Invite(site, by, role, name, signIn);
        var secret = await Join(site, invited);
        site.Clock.Advance(TimeSpan.FromSeconds(31));
        var visitor = site.NewVisitor();
        Assert.Equal("/staff", (await Walk.SignIn(site, visitor, signIn, DeskWorld.Password, TimeCodes.CodeAt(secret, site.Clock.GetUtcNow()))).Path);
        return (member, visitor);
    }

    public static async Task<ShownInvitation> Show(TestSite site, InvitedStaff invited) => (await site.Do<JoinStaff, Result<ShownInvitation>>(j => j.Check(invited.Staff.SignInName, invited.Code, Cancel))).Value;

    /// <summary>The code of the error; null when they joined.</summary>
    public static async Task<string?> Join(TestSite site, ShownInvitation shown, string secret) =>
        (await site.Do<JoinStaff, Result<Done>>(j => j.Join(shown, DeskWorld.Password, secret, TimeCodes.CodeAt(secret, site.Clock.GetUtcNow()), Cancel))).Error?.Code;

    private static async Task<string> Join(TestSite site, InvitedStaff invited)
    {
        var secret = TimeCodes.NewSecret();
        Assert.Null(await Join(site, await Show(site, invited), secret));
        return secret;
    }

    public static async Task<InvitedStaff> InviteAgain(TestSite site, StaffMember by, StaffMember member) => (await site.Do<InviteStaff, Result<InvitedStaff>>(i => i.InviteAgain(by, member, Cancel))).Value;

    /// <summary>The code of the error; null when it was said.</summary>
    public static async Task<string?> Vouch(TestSite site, StaffMember colleague, StaffMember member) =>
        (await site.Do<VouchForStaff, Result<Done>>(v => v.Vouch(colleague, member.No, Cancel))).Error?.Code;

    /// <summary>Asked from both sides: the answer may not hang on who comes first.</summary>
    public static async Task<bool> AreOne(TestSite site, StaffMember one, StaffMember another)
    {
        var there = await site.Do<TwoOfficers, bool>(t => t.MayBeOne(one.No, another.No, Cancel));
        Assert.Equal(there, await site.Do<TwoOfficers, bool>(t => t.MayBeOne(another.No, one.No, Cancel)));
        return there;
    }

    public static Task<Account> AccountOf(TestSite site, StaffMember member) => site.Do<TasukiDb, Account>(db => db.Set<Account>().AsNoTracking().SingleAsync(a => a.No == member.No, Cancel));
}
