using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;
using Xunit;

namespace Tasuki.People.Tests;

public sealed class StaffTests
{
    private const string Password = "役場の庭の大きな楠の木陰で昼寝";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task An_officer_signs_in_with_two_factors_and_sees_no_page_of_a_resident(DataStore store)
    {
        await using var site = await TestSite.Start(store, Cancel);
        var officer = await NewStaff(site, StaffRole.Desk);
        using var visitor = site.NewVisitor();

        var page = await Walk.SignIn(site, visitor, "officer1", Password, TimeCodes.CodeAt(officer.TotpSecret!, site.Clock.GetUtcNow()));

        Assert.Equal("/staff", page.Path);
        Assert.Contains("青木 守さん（窓口の職員）", page.Body, StringComparison.Ordinal);
        Assert.Equal("officer", (await visitor.Get("/test/officer", Cancel)).Body);
        foreach (var path in new[] { "/home", "/account", "/inbox", "/fresh-only", "/account/codes" })
            Assert.True((await visitor.Get(path, Cancel)).IsRefused);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_role_that_was_changed_by_SQL_is_not_honoured(DataStore store)
    {
        await using var site = await TestSite.Start(store, Cancel);
        var clinician = await NewStaff(site, StaffRole.Clinician);
        using var visitor = site.NewVisitor();
        await Walk.SignIn(site, visitor, "officer1", Password, TimeCodes.CodeAt(clinician.TotpSecret!, site.Clock.GetUtcNow()));
        Assert.True((await visitor.Get("/test/officer", Cancel)).IsRefused);

        await site.Do<TasukiDb>(db => db.Set<StaffRow>().ExecuteUpdateAsync(s => s.SetProperty(x => x.Role, StaffRole.Desk), Cancel));

        Assert.StartsWith("/sign-in", (await visitor.Get("/test/officer", Cancel)).Path, StringComparison.Ordinal);
        using var again = site.NewVisitor();
        Assert.Equal("/sign-in", (await Walk.Password(again, "officer1", Password)).Path);
    }

    private static async Task<CreatedAccount> NewStaff(TestSite site, StaffRole role) =>
        (await site.Do<AccountFactory, Result<CreatedAccount>>(f => f.CreateStaff(role, "青木 守", "みどり市", "officer1", Password, Cancel))).Value;
}
