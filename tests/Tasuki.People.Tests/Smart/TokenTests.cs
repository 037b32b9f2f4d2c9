using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Data;
using Tasuki.Delivery;
using Tasuki.Kernel;
using Tasuki.Vault;
using Xunit;

namespace Tasuki.People.Tests;

/// <summary>What ends a token, each at the next request, and what no writer of the database can bring back.</summary>
public sealed class TokenTests
{
    private const string Offline = "launch/patient offline_access patient/*.rs";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // What a token's rows say is found out once; what time it is is asked at each request.
    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_token_that_was_found_good_ends_with_its_time_and_with_its_connections(DataStore store)
    {
        await using var world = await SmartWorld.Start(store);
        var app = await world.Register();
        using var visitor = await world.SignIn();
        var tokens = await world.Connect(visitor, app, "launch/patient offline_access patient/*.rs", ("kept", "Month"));
        var until = world.Site.Clock.GetUtcNow() + TimeSpan.FromDays(30);
        Assert.Equal(200, (await world.Probe(tokens.Access)).Status);
        world.Site.Clock.Advance(SmartServer.AccessLife - TimeSpan.FromMinutes(2));
        Assert.Equal(200, (await world.Probe(tokens.Access)).Status);
        world.Site.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(401, (await world.Probe(tokens.Access)).Status);

        world.Site.Clock.Advance(until - world.Site.Clock.GetUtcNow() - TimeSpan.FromMinutes(4));
        var last = await world.Refresh(app, tokens.Refresh);
        Assert.Equal(200, (await world.Probe(last.Access)).Status);
        Assert.Equal(200, (await world.Probe(last.Access)).Status);
        world.Site.Clock.Advance(TimeSpan.FromMinutes(4));
        Assert.Equal(401, (await world.Probe(last.Access)).Status);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_refresh_token_that_comes_twice_kills_the_family(DataStore store)
    {
        await using var world = await SmartWorld.Start(store);
        var app = await world.Register();
        using var visitor = await world.SignIn();
        var first = await world.Connect(visitor, app, Offline, ("kept", "Month"));
        var second = await world.Refresh(app, first.Refresh);
        Assert.Equal(200, second.Status);
        Assert.False(string.Equals(first.Refresh, second.Refresh, StringComparison.Ordinal));
        Assert.Equal(200, (await world.Probe(second.Access)).Status);

        Assert.Equal("invalid_grant", (await world.Refresh(app, first.Refresh)).Error);

        Assert.Equal(401, (await world.Probe(second.Access)).Status);
        Assert.Equal("invalid_grant", (await world.Refresh(app, second.Refresh)).Error);
        Assert.Contains("つないでいるアプリはありません", (await visitor.Get("/connected-apps", Cancel)).Body, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_refresh_narrows_scopes_and_never_widens_them(DataStore store)
    {
        await using var world = await SmartWorld.Start(store);
        var app = await world.Register();
        using var visitor = await world.SignIn();
        var tokens = await world.Connect(visitor, app, "offline_access launch/patient patient/Immunization.rs patient/Condition.rs", ("kept", "Month"));

        var narrow = await world.Refresh(app, tokens.Refresh, ("scope", "offline_access patient/Immunization.rs"));
        Assert.True(narrow.Status == 200, narrow.Json.ToString());
        Assert.Equal("offline_access patient/Immunization.rs", (await world.Probe(narrow.Access)).Json.GetProperty("scopes").GetString());
        Assert.Equal("offline_access patient/Immunization.rs", narrow.Scope);
        foreach (var wider in new[] { "offline_access patient/*.rs", "patient/Condition.cruds", "system/*.rs", "patient/Immunization.rs \"" })
        {
            var refused = await world.Refresh(app, narrow.Refresh, ("scope", wider));
            Assert.Equal((400, "invalid_scope"), (refused.Status, refused.Error));
            Assert.DoesNotContain("Condition", refused.Text("error_description") ?? "", StringComparison.Ordinal);
        }

        Assert.Equal("invalid_grant", (await world.Refresh(await world.Register(), narrow.Refresh)).Error);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task Cut_off_by_the_resident_an_app_gets_nothing_at_its_next_request(DataStore store)
    {
        await using var world = await SmartWorld.Start(store);
        var app = await world.Register();
        using var visitor = await world.SignIn();
        var kept = await world.Connect(visitor, app, Offline, ("kept", "Month"));
        var tokens = await world.Connect(visitor, app, "launch/patient patient/*.rs");
        var page = await visitor.Get("/connected-apps", Cancel);
        Assert.Contains("歩数ノート", page.Body, StringComparison.Ordinal);
        Assert.Contains("合同会社みかん", page.Body, StringComparison.Ordinal);
        Assert.Contains("アプリがつながりました", (await visitor.Get("/inbox", Cancel)).Body, StringComparison.Ordinal);

        // The newest stands first.
        await visitor.Submit(page, "/connected-apps/cut-off", Walk.Fields(), Cancel);

        Assert.Equal(401, (await world.Probe(tokens.Access)).Status);
        Assert.Equal(200, (await world.Probe(kept.Access)).Status);
        await visitor.Submit(await visitor.Get("/connected-apps", Cancel), "/connected-apps/cut-off", Walk.Fields(), Cancel);
        Assert.Equal(401, (await world.Probe(kept.Access)).Status);
        Assert.Equal("invalid_grant", (await world.Refresh(app, kept.Refresh)).Error);
        // The vault's grants ended with them: nobody who holds the number of one gets in.
        var connections = await world.Site.Do<TasukiDb, List<SmartConnection>>(db => db.Set<SmartConnection>().AsNoTracking().ToListAsync(Cancel));
        foreach (var c in connections)
            Assert.False((await world.Site.Services.GetRequiredService<RecordVault>().Open(Connections.ActorOf(c), world.Resident.Resident!.Value, Purpose.AppUse, Cancel)).IsOk);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task Of_somebody_who_died_no_app_gets_anything_from_the_next_request_on(DataStore store)
    {
        await using var world = await SmartWorld.Start(store);
        var app = await world.Register();
        using var visitor = await world.SignIn();
        var kept = await world.Connect(visitor, app, Offline, ("kept", "Month"));
        Assert.Equal(200, (await world.Probe(kept.Access)).Status);
        var entry = new EligibleRow { No = 1, Protected = false, Reference = [], Person = [], Content = [], ResidentNo = world.Resident.Resident!.Value.Value, State = EligibleState.Died, Changed = world.Site.Clock.GetUtcNow(), Mac = [] };

        await world.Site.Do<ChangeStanding, bool>(async s => { await s.FollowUp(entry, Cancel); return true; });

        Assert.Equal(401, (await world.Probe(kept.Access)).Status);
        Assert.Equal("invalid_grant", (await world.Refresh(app, kept.Refresh)).Error);
        var connection = await world.Site.Do<TasukiDb, SmartConnection>(db => db.Set<SmartConnection>().AsNoTracking().SingleAsync(Cancel));
        Assert.False((await world.Site.Services.GetRequiredService<RecordVault>().Open(Connections.ActorOf(connection), world.Resident.Resident!.Value, Purpose.AppUse, Cancel)).IsOk);
        Assert.Equal(OutsideManner.Silent, await world.Site.Do<IOutsideManners, OutsideManner>(async m => await m.Of(world.Resident.Resident!.Value, Cancel)));
        // A standing written by SQL silences nobody.
        await world.Site.Do<TasukiDb, int>(db => db.Set<ResidentRow>().ExecuteUpdateAsync(s => s.SetProperty(r => r.Protected, true), Cancel));
        Assert.Equal(OutsideManner.Neutral, await world.Site.Do<IOutsideManners, OutsideManner>(async m => await m.Of(world.Resident.Resident!.Value, Cancel)));
    }

    [Fact]
    public async Task One_resident_cannot_cut_off_the_app_of_another()
    {
        await using var world = await SmartWorld.Start(DataStore.Sqlite);
        var app = await world.Register();
        using var visitor = await world.SignIn();
        var tokens = await world.Connect(visitor, app, "launch/patient patient/*.rs");
        var other = await SignInTests.NewResident(world.Site, "other", codes: true);
        using var stranger = world.Site.NewVisitor();
        await Walk.SignIn(world.Site, stranger, "other", "みかんの皮は橙色でまるい", other.Codes[0]);
        var theirs = await world.Connect(stranger, app, "launch/patient patient/*.rs");
        var no = await world.Site.Do<TasukiDb, long>(db => db.Set<SmartConnection>().Where(c => c.ResidentNo == world.Resident.Resident!.Value.Value).Select(c => c.No).SingleAsync(Cancel));

        await stranger.Submit(await stranger.Get("/connected-apps", Cancel), "/connected-apps/cut-off", Walk.Fields(("connection", $"{no}")), Cancel);

        Assert.Equal(200, (await world.Probe(tokens.Access)).Status);
        var (_, json) = await world.Probe(theirs.Access);
        Assert.Equal(other.Resident!.Value.Value, json.GetProperty("resident").GetInt64());
        Assert.Equal("Patient", SmartWorld.Types(json));
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_suspended_app_stops_at_the_next_request_and_comes_back_only_by_two(DataStore store)
    {
        await using var world = await SmartWorld.Start(store);
        var app = await world.Register();
        using var visitor = await world.SignIn();
        var tokens = await world.Connect(visitor, app, Offline, ("kept", "Month"));

        Assert.True((await world.Site.Do<DecideApp, Result<Done>>(d => d.Suspend(world.First, app, Cancel))).IsOk);
        Assert.Equal(401, (await world.Probe(tokens.Access)).Status);
        Assert.Equal("invalid_client", (await world.Refresh(app, tokens.Refresh)).Error);
        Assert.Equal("アプリをつなげません", (await visitor.Get(world.AuthorizePath(app, "patient/*.rs"), Cancel)).Title);

        Assert.True((await world.Site.Do<DecideApp, Result<Done>>(d => d.LookAgain(world.First, app, Cancel))).IsOk);
        var shown = await visitor.Get("/connected-apps", Cancel);
        Assert.Contains("自治体が止めています", shown.Body, StringComparison.Ordinal);
        Assert.Contains("歩数ノート", shown.Body, StringComparison.Ordinal);
        Assert.Equal("app.same-person", (await world.Site.Do<DecideApp, Result<Done>>(d => d.Approve(world.First, app, Cancel))).Error?.Code);
        Assert.Equal(401, (await world.Probe(tokens.Access)).Status);
        Assert.True((await world.Site.Do<DecideApp, Result<Done>>(d => d.Approve(world.Second, app, Cancel))).IsOk);
        Assert.Equal(200, (await world.Probe(tokens.Access)).Status);
        Assert.DoesNotContain("自治体が止めています", (await visitor.Get("/connected-apps", Cancel)).Body, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task An_ended_grant_and_a_closing_account_end_access_and_renewal(DataStore store)
    {
        await using var world = await SmartWorld.Start(store);
        var app = await world.Register();
        using var visitor = await world.SignIn();
        var vault = world.Site.Services.GetRequiredService<RecordVault>();
        var resident = world.Resident.Resident!.Value;
        var tokens = await world.Connect(visitor, app, Offline, ("kept", "Month"));
        var grant = await world.Site.Do<TasukiDb, long?>(db => db.Set<SmartConnection>().Select(c => c.GrantNo).SingleAsync(Cancel));
        await vault.Revoke(Actor.Resident(resident), resident, grant!.Value, Cancel);
        Assert.Equal(403, (await world.Probe(tokens.Access)).Status);
        Assert.Equal("invalid_grant", (await world.Refresh(app, tokens.Refresh)).Error);

        var again = await world.Connect(visitor, app, Offline, ("kept", "Month"));
        Assert.Equal(200, (await world.Probe(again.Access)).Status);
        Assert.Equal("closed", (await visitor.Get("/test/close", Cancel)).Body);
        Assert.Equal(403, (await world.Probe(again.Access)).Status);
        Assert.Equal("invalid_grant", (await world.Refresh(app, again.Refresh)).Error);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task Another_password_a_recovery_and_the_end_of_the_sign_in_end_what_hangs_on_them(DataStore store)
    {
        await using var world = await SmartWorld.Start(store);
        var app = await world.Register();
        using var visitor = await world.SignIn();
        var offline = await world.Connect(visitor, app, Offline, ("kept", "Month"));
        var online = await world.Connect(visitor, app, "launch/patient online_access patient/*.rs", ("kept", "SignedIn"));
        Assert.Equal(200, (await world.Refresh(app, online.Refresh) is var renewed && renewed.Status == 200 ? await world.Probe(renewed.Access) : default).Status);

        await visitor.Submit(await visitor.Get("/account", Cancel), "\"/sign-out\"", Walk.Fields(), Cancel);
        Assert.Equal(401, (await world.Probe(renewed.Access)).Status);
        Assert.Equal("invalid_grant", (await world.Refresh(app, renewed.Refresh)).Error);
        Assert.Equal(200, (await world.Probe(offline.Access)).Status);

        var (row, _) = await world.Site.Do<Recoveries, (RecoveryRow, string)>(r => r.Add(world.Resident.AccountNo, RecoveryWay.CodeList, RecoveryState.Waiting, null, world.Site.Clock.GetUtcNow().AddDays(7), null, Cancel));
        Assert.Equal(200, (await world.Probe(offline.Access)).Status);
        Assert.True(await world.Site.Do<Recoveries, bool>(r => r.Change(row, x => x.State = RecoveryState.Done, Cancel)));
        Assert.Equal(401, (await world.Probe(offline.Access)).Status);

        using var back = await world.SignIn();
        var after = await world.Connect(back, app, Offline, ("kept", "Month"));
        Assert.Equal(200, (await world.Probe(after.Access)).Status);
        await world.Site.Do<TasukiDb>(db => db.Set<Account>().Where(a => a.No == world.Resident.AccountNo).ExecuteUpdateAsync(s => s.SetProperty(a => a.PasswordHash, a => a.PasswordHash + "x"), Cancel));
        Assert.Equal(401, (await world.Probe(after.Access)).Status);
        Assert.Equal("invalid_grant", (await world.Refresh(app, after.Refresh)).Error);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task Revoking_a_refresh_token_gives_everything_back_and_an_access_token_only_itself(DataStore store)
    {
        await using var world = await SmartWorld.Start(store);
        var app = await world.Register();
        using var visitor = await world.SignIn();
        var tokens = await world.Connect(visitor, app, Offline, ("kept", "Month"));

        Assert.Equal(200, (await world.Post("/connect/revoke", ("token", tokens.Access), ("client_id", $"{app}"))).Status);
        Assert.Equal(401, (await world.Probe(tokens.Access)).Status);
        var renewed = await world.Refresh(app, tokens.Refresh);
        Assert.Equal(200, (await world.Probe(renewed.Access)).Status);
        var stranger = await world.Register();
        await world.Post("/connect/revoke", ("token", renewed.Refresh!), ("client_id", $"{stranger}"));
        Assert.Equal(200, (await world.Probe(renewed.Access)).Status);

        Assert.Equal(200, (await world.Post("/connect/revoke", ("token", renewed.Refresh!), ("client_id", $"{app}"))).Status);
        Assert.Equal(401, (await world.Probe(renewed.Access)).Status);
        Assert.Equal("invalid_grant", (await world.Refresh(app, renewed.Refresh)).Error);
        Assert.Contains("つないでいるアプリはありません", (await visitor.Get("/connected-apps", Cancel)).Body, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task What_was_ended_or_was_never_given_is_not_made_good_by_SQL(DataStore store)
    {
        await using var world = await SmartWorld.Start(store);
        var app = await world.Register();
        using var visitor = await world.SignIn();
        var tokens = await world.Connect(visitor, app, Offline, ("kept", "Month"));
        async Task<bool> Works() => (await world.Probe(tokens.Access)).Status == 200;
        Assert.True(await Works());

        var until = world.Site.Clock.GetUtcNow().AddYears(1);
        foreach (Func<TasukiDb, Task> change in new Func<TasukiDb, Task>[]
        {
            db => db.Set<SmartToken>().ExecuteUpdateAsync(s => s.SetProperty(t => t.Expires, until), Cancel),
            db => db.Set<SmartConnection>().ExecuteUpdateAsync(s => s.SetProperty(c => c.Until, until), Cancel),
            db => db.Set<SmartConnection>().ExecuteUpdateAsync(s => s.SetProperty(c => c.ResidentNo, c => c.ResidentNo + 1), Cancel),
            db => db.Set<SmartApp>().ExecuteUpdateAsync(s => s.SetProperty(a => a.DecidedBy, (long?)1), Cancel),
        })
        {
            var before = await world.Site.Do<TasukiDb, (List<SmartToken>, List<SmartConnection>, List<SmartApp>)>(async db =>
                (await db.Set<SmartToken>().AsNoTracking().ToListAsync(Cancel), await db.Set<SmartConnection>().AsNoTracking().ToListAsync(Cancel), await db.Set<SmartApp>().AsNoTracking().ToListAsync(Cancel)));
            await world.Site.Do<TasukiDb>(change);
            Assert.False(await Works());
            await world.Site.Do<TasukiDb>(async db =>
            {
                db.UpdateRange(before.Item1);
                db.UpdateRange(before.Item2);
                db.UpdateRange(before.Item3);
                await db.SaveChangesAsync(Cancel);
            });
            Assert.True(await Works());
        }

        await visitor.Submit(await visitor.Get("/connected-apps", Cancel), "/connected-apps/cut-off", Walk.Fields(), Cancel);
        await world.Site.Do<TasukiDb>(db => db.Set<SmartConnection>().ExecuteUpdateAsync(s => s.SetProperty(c => c.Ended, (DateTimeOffset?)null), Cancel));
        Assert.False(await Works());
        Assert.Equal("invalid_grant", (await world.Refresh(app, tokens.Refresh)).Error);
    }

    [Fact]
    public async Task A_dump_without_the_ring_mints_no_token_and_says_nothing_of_what_was_agreed()
    {
        await using var world = await SmartWorld.Start(DataStore.Sqlite);
        var app = await world.Register();
        using var visitor = await world.SignIn();
        var tokens = await world.Connect(visitor, app, "openid launch/patient offline_access patient/Immunization.rs", ("kept", "Month"));
        var code = (await world.Agree(visitor, app, Offline, ("kept", "Month")))["code"];
        var dump = Path.Combine(world.Site.Folder, "dump.db");
        await world.Site.Do<TasukiDb>(db => db.Database.ExecuteSqlAsync($"VACUUM INTO {dump}", Cancel));
        var bytes = await File.ReadAllBytesAsync(dump, Cancel);
        foreach (var mark in new[] { tokens.Access, tokens.Refresh!, code, "patient/Immunization", "歩数ノート", "合同会社みかん", "app.test", tokens.Text("patient")!, "PRIVATE" })
        {
            Assert.False(bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(mark)) >= 0, mark);
            Assert.False(bytes.AsSpan().IndexOf(Encoding.Unicode.GetBytes(mark)) >= 0, mark);
            // Addresses of requests are written by the host in this test alone; the server's own logging leaves them out.
            lock (world.Site.Log)
                Assert.DoesNotContain(world.Site.Log, line => line.Contains(mark, StringComparison.Ordinal) && !line.Contains("HTTP/1.1", StringComparison.Ordinal));
        }

        await using var thief = await SmartWorld.Start(DataStore.Sqlite, dump);
        Assert.Equal(401, (await thief.Send(HttpMethod.Get, "/fhir/probe", tokens.Access)).Status);
        Assert.NotEqual(200, (await thief.Post("/connect/token", ("grant_type", "refresh_token"), ("refresh_token", tokens.Refresh!), ("client_id", $"{app}"))).Status);
        // The keys in the dump do not open with another ring: others take their place, and sign nothing that is good here.
        Assert.DoesNotContain((await world.Send(HttpMethod.Get, "/.well-known/jwks", null)).Body, (await thief.Send(HttpMethod.Get, "/.well-known/jwks", null)).Body, StringComparison.Ordinal);
    }
}
