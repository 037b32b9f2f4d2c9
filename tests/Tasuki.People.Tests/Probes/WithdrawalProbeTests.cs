using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Evidence;
using Tasuki.Vault;
using Tasuki.Web;
using Xunit;

namespace Tasuki.People.Tests;

/// <summary>The probe of withdrawals: green where they count, red where the end of a connection or of its grant does not, and nothing of it is left.</summary>
public sealed class WithdrawalProbeTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task On_a_fresh_site_it_holds_again_and_again_and_leaves_neither_token_nor_connection(DataStore store)
    {
        await using var world = await SmartWorld.Start(store);
        Assert.Equal((true, "refused"), await Look(world));
        world.Site.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal((true, "refused"), await Look(world));
        Assert.Equal((0, 0), await Left(world));
        var resident = (await world.Site.Do<ProbeResident, Result<Session>>(s => s.Open(Purpose.OwnUse, Cancel))).Value;
        Assert.Equal(0, await world.Site.Do<Delivery.Inbox, int>(i => i.Unread(resident.Resident, Cancel)));
        var acts = (await resident.AccessLog(100, Cancel)).Select(e => e.Action).ToList();
        Assert.Equal((2, 2), (acts.Count(a => a is "grant"), acts.Count(a => a is "revoke")));
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task An_end_that_is_not_kept_is_red(DataStore store)
    {
        await using var world = await SmartWorld.Start(store);
        Assert.Equal((true, "refused"), await Look(world));
        await Keep(world.Site, store, "smart_token", "delete");
        await Keep(world.Site, store, "smart_connection", "update");
        Assert.Equal((false, "token"), await Look(world));
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_grant_that_stays_in_the_vault_is_red(DataStore store)
    {
        await using var world = await SmartWorld.Start(store);
        Assert.Equal((true, "refused"), await Look(world));
        await world.Site.InVault(Cancel, Keep(store, "access_grant", "update", "vault."));
        Assert.Equal((false, "gate"), await Look(world));
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task An_app_that_is_not_let_in_shows_nothing_and_is_red(DataStore store)
    {
        await using var world = await SmartWorld.Start(store);
        Assert.Equal((true, "refused"), await Look(world));
        await world.Site.Do<TasukiDb, int>(db => db.Database.ExecuteSqlRawAsync("update smart_app set state = 5 where no = 2", Cancel));
        Assert.Equal((false, "unanswered"), await Look(world));
        await world.Site.Do<TasukiDb, int>(db => db.Database.ExecuteSqlRawAsync("update account set resident_no = 1 where no = 2", Cancel));
        Assert.Equal((false, "resident"), await Look(world));
        Assert.Equal((0, 0), await Left(world));
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task Its_app_is_no_app_to_officers_residents_and_clients(DataStore store)
    {
        await using var world = await SmartWorld.Start(store);
        var real = await world.Register();
        Assert.Equal((true, "refused"), await Look(world));
        Assert.Equal(real, Assert.Single(await world.Site.Do<Apps, IReadOnlyList<SmartApp>>(a => a.All(Cancel))).No);
        Assert.Null(await world.Site.Do<Apps, SmartApp?>(a => a.Find(ProbeApp.No, Cancel)));
        Assert.Null(await world.Site.Do<Apps, SmartApp?>(a => a.FindApproved(ProbeApp.No, Cancel)));
        Assert.Equal("app.missing", (await world.Site.Do<DecideApp, Result<Done>>(d => d.Suspend(world.First, ProbeApp.No, Cancel))).Error?.Code);
        Assert.Equal("app.kind", (await world.Site.Do<RegisterApp, Result<long>>(r => r.Register(AppKind.Probe, world.App("patient/*.rs", AppKind.Public), null, Cancel))).Error?.Code);
        using var visitor = await world.SignIn();
        var page = await visitor.Get(world.AuthorizePath(ProbeApp.No, "launch/patient patient/Patient.rs"), Cancel);
        Assert.DoesNotContain("試験用アプリ", page.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("/connect/decide", page.Body, StringComparison.Ordinal);
        Assert.NotEqual(200, (await world.Refresh(ProbeApp.No, "x")).Status);
    }

    internal static async Task<(bool Holds, string Code)> Look(SmartWorld world)
    {
        await using var scope = world.Site.Services.CreateAsyncScope();
        var probe = world.Site.Services.GetServices<ProbeEntry>().Single(p => p.Id == "withdrawal.effective");
        var found = await probe.Look(scope.ServiceProvider, Cancel);
        Assert.NotEmpty(probe.Words(scope.ServiceProvider, $"probe-{probe.Id}", []));
        Assert.NotEmpty(probe.Words(scope.ServiceProvider, $"probe-{probe.Id}-{found.Code}", found.Values));
        return (found.Holds, found.Code);
    }

    private static Task<(int, int)> Left(SmartWorld world) => world.Site.Do<TasukiDb, (int, int)>(async db => (
        await db.Set<SmartToken>().CountAsync(t => t.AppNo == ProbeApp.No, Cancel), await db.Set<SmartConnection>().CountAsync(c => c.AppNo == ProbeApp.No, Cancel)));

    private static Task Keep(TestSite site, DataStore store, string table, string change) => site.Do<TasukiDb>(async db =>
    {
        foreach (var sql in Keep(store, table, change, ""))
            await db.Database.ExecuteSqlRawAsync(sql, Cancel);
    });

    // A store that says yes to a change and does not make it.
    private static string[] Keep(DataStore store, string table, string change, string schema) => store is DataStore.Sqlite
        ? [$"create trigger keep_{table} before {change} on {table} begin select raise(ignore); end"]
        : [
            $"create or replace function {schema}keep() returns trigger language plpgsql as 'begin return null; end'",
            $"create trigger keep_{table} before {change} on {schema}{table} for each row execute function {schema}keep()",
        ];
}
