using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Data;
using Xunit;

namespace Tasuki.People.Tests;

/// <summary>The question of every request goes past the object mapper: what it reads is what the mapper reads, column for column.</summary>
public sealed class TokenLookupTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task What_decides_about_a_token_is_read_as_the_mapper_reads_it(DataStore store)
    {
        await using var world = await SmartWorld.Start(store);
        var app = await world.Register();
        using var visitor = await world.SignIn();
        await world.Connect(visitor, app, "launch/patient online_access patient/*.rs");
        await world.Connect(visitor, app, "launch/patient offline_access patient/*.rs", ("kept", "Month"));
        var (first, second) = await Houses.Officers(world.Site);
        var (clinician, _) = await Houses.Clinician(world.Site, await Houses.Confirmed(world.Site, first, second));
        using var signedIn = clinician;
        await world.Connect(clinician, await world.Register("online_access user/*.rs"), "online_access user/*.rs");

        var tokens = await world.Site.Do<TasukiDb, List<SmartToken>>(db => db.Set<SmartToken>().AsNoTracking().Where(t => t.Reference != null).ToListAsync(Cancel));
        Assert.NotEmpty(tokens);
        var (withSession, withHouse) = (0, 0);
        foreach (var token in tokens)
        {
            var found = await world.Site.Services.GetRequiredService<TokenLookup>().Find(token.Reference!);
            var mapped = await world.Site.Do<TasukiDb, LoadedToken>(async db =>
            {
                var connection = await db.Set<SmartConnection>().AsNoTracking().SingleOrDefaultAsync(c => c.No == token.ConnectionNo, Cancel);
                var session = connection is null ? null : await db.Set<SignInSessionRow>().AsNoTracking().SingleOrDefaultAsync(s => s.No == connection.SessionNo, Cancel);
                var staff = connection is null ? null : await db.Set<StaffRow>().AsNoTracking().SingleOrDefaultAsync(s => s.AccountNo == connection.AccountNo, Cancel);
                var house = staff is null ? null : await db.Set<OrganisationRow>().AsNoTracking().SingleOrDefaultAsync(o => o.No == staff.OrganisationNo, Cancel);
                return new LoadedToken(token, await db.Set<SmartApp>().AsNoTracking().SingleAsync(a => a.No == token.AppNo, Cancel), connection,
                    connection is null ? null : await db.Set<Account>().AsNoTracking().SingleAsync(a => a.No == connection.AccountNo, Cancel), session,
                    staff is null ? null : new StaffRow { AccountNo = staff.AccountNo, Role = staff.Role, Ends = staff.Ends, OrganisationNo = staff.OrganisationNo, Mac = staff.Mac, Names = [] }, house, 0, []);
            });
            withSession += mapped.Session is null ? 0 : 1;
            withHouse += mapped.Organisation is null ? 0 : 1;
            // Not asked for, since nothing here decides by them.
            Account? without = mapped.Account is not { } a ? null : new Account
            {
                No = a.No, Kind = a.Kind, ResidentNo = a.ResidentNo, Handle = a.Handle, Mac = a.Mac, SignInToken = a.SignInToken, PasswordHash = a.PasswordHash, TotpSeed = a.TotpSeed, Created = a.Created,
            };
            Assert.Equal(JsonSerializer.Serialize(mapped with { Account = without }), JsonSerializer.Serialize(found! with { Said = [] }));
        }

        Assert.NotEqual(0, withSession);
        Assert.NotEqual(0, withHouse);
        Assert.Null(await world.Site.Services.GetRequiredService<TokenLookup>().Find(new byte[32]));
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task Many_who_ask_at_once_get_their_own_answers(DataStore store)
    {
        await using var world = await SmartWorld.Start(store);
        var app = await world.Register();
        using var visitor = await world.SignIn();
        var one = await world.Connect(visitor, app, "launch/patient patient/Immunization.rs");
        var other = await world.Connect(visitor, app, "launch/patient patient/Condition.rs");
        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(async i =>
        {
            var (status, json) = await world.Probe(i % 3 == 0 ? one.Access : i % 3 == 1 ? other.Access : new string('x', 43));
            return (i, status, scopes: status == 200 ? json.GetProperty("scopes").GetString() : null);
        }));
        Assert.All(answers, a => Assert.Equal(
            a.i % 3 == 2 ? (401, null) : (200, a.i % 3 == 0 ? "launch/patient patient/Immunization.rs" : "launch/patient patient/Condition.rs"), (a.status, a.scopes)));
    }
}
