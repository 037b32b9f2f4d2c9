using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Vault;
using Xunit;

namespace Tasuki.People.Tests;

/// <summary>What a resident is shown of apps that get nothing at the moment, and can still do about them.</summary>
public sealed class ConnectedAppsTests
{
    private const string Offline = "launch/patient offline_access patient/*.rs";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_suspended_app_stands_with_the_resident_and_once_cut_off_it_does_not_come_back(DataStore store)
    {
        await using var world = await SmartWorld.Start(store);
        var app = await world.Register();
        using var visitor = await world.SignIn();
        var tokens = await world.Connect(visitor, app, Offline, ("kept", "Month"));
        Assert.True((await world.Site.Do<DecideApp, Result<Done>>(d => d.Suspend(world.First, app, Cancel))).IsOk);
        var page = await visitor.Get("/connected-apps", Cancel);
        Assert.Contains("自治体が止めています", page.Body, StringComparison.Ordinal);

        await visitor.Submit(page, "/connected-apps/cut-off", Walk.Fields(), Cancel);

        Assert.Contains("つないでいるアプリはありません", (await visitor.Get("/connected-apps", Cancel)).Body, StringComparison.Ordinal);
        Assert.True((await world.Site.Do<DecideApp, Result<Done>>(d => d.LookAgain(world.First, app, Cancel))).IsOk);
        Assert.True((await world.Site.Do<DecideApp, Result<Done>>(d => d.Approve(world.Second, app, Cancel))).IsOk);
        Assert.Equal(401, (await world.Probe(tokens.Access)).Status);
        Assert.Equal("invalid_grant", (await world.Refresh(app, tokens.Refresh)).Error);
        Assert.Contains("つないでいるアプリはありません", (await visitor.Get("/connected-apps", Cancel)).Body, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task What_was_taken_back_at_the_gate_is_not_shown_as_given_and_what_was_to_be_written_goes_with_it(DataStore store)
    {
        await using var world = await SmartWorld.Start(store);
        var app = await world.Register();
        using var visitor = await world.SignIn();
        var vault = world.Site.Services.GetRequiredService<RecordVault>();
        var resident = world.Resident.Resident!.Value;
        var tokens = await world.Connect(visitor, app, "launch/patient offline_access patient/*.cruds", ("kept", "Month"), ("may-write", "true"));
        Assert.DoesNotContain("見せるのをやめています", (await visitor.Get("/connected-apps", Cancel)).Body, StringComparison.Ordinal);
        var connection = await world.Site.Do<TasukiDb, SmartConnection>(db => db.Set<SmartConnection>().AsNoTracking().SingleAsync(Cancel));
        Assert.True((await vault.Open(Connections.ActorOf(connection), resident, Purpose.AppEntry, Cancel)).IsOk);

        await vault.Revoke(Actor.Resident(resident), resident, connection.GrantNo!.Value, Cancel);

        Assert.Contains("見せるのをやめています", (await visitor.Get("/connected-apps", Cancel)).Body, StringComparison.Ordinal);
        Assert.Equal("invalid_grant", (await world.Refresh(app, tokens.Refresh)).Error);
        Assert.False((await vault.Open(Connections.ActorOf(connection), resident, Purpose.AppEntry, Cancel)).IsOk);
        Assert.Contains("つないでいるアプリはありません", (await visitor.Get("/connected-apps", Cancel)).Body, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task The_tokens_of_a_connection_that_ended_are_dead_at_once_and_gone_with_the_next_sweep(DataStore store)
    {
        await using var world = await SmartWorld.Start(store);
        var app = await world.Register();
        using var visitor = await world.SignIn();
        var tokens = await world.Connect(visitor, app, Offline, ("kept", "Month"));
        world.Site.Clock.Advance(TimeSpan.FromSeconds(1));
        var other = await world.Connect(visitor, app, Offline, ("kept", "Month"));
        // The newest stands first.
        await visitor.Submit(await visitor.Get("/connected-apps", Cancel), "/connected-apps/cut-off", Walk.Fields(), Cancel);
        Assert.Equal((200, 401), ((await world.Probe(tokens.Access)).Status, (await world.Probe(other.Access)).Status));

        Assert.True((await world.Site.Do<IEnumerable<IJobHandler>, Result<Done>>(all => all.OfType<SweepSmart>().Single().Run(new JobWork(1, SweepSmart.Name, null, null, 1), Cancel))).IsOk);

        var ended = await world.Site.Do<TasukiDb, long>(db => db.Set<SmartConnection>().Where(c => c.Ended != null).Select(c => c.No).SingleAsync(Cancel));
        Assert.Equal(0, await world.Site.Do<TasukiDb, int>(db => db.Set<SmartToken>().CountAsync(t => t.ConnectionNo == ended, Cancel)));
        Assert.Equal(200, (await world.Probe(tokens.Access)).Status);
        Assert.Equal(200, (await world.Refresh(app, tokens.Refresh)).Status);
    }
}
