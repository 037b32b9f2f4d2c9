using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Seals;
using Tasuki.Vault;
using Xunit;

namespace Tasuki.People.Tests;

/// <summary>A resident's key is changed while the person uses the house: everything sealed outside the vault follows.</summary>
public sealed class KeyChangeTests
{
    private const string Password = "みかんの皮は橙色でまるい";
    private static readonly Actor Operator = Actor.Operator("sasaki", "a copy was seen");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task Accounts_sessions_consents_and_messages_open_after_the_old_key_is_destroyed(DataStore store)
    {
        await using var site = await TestSite.Start(store, Cancel);
        var account = await SignInTests.NewResident(site, "kazuo", codes: true);
        await SignInTests.NewResident(site, "other", codes: true);
        var resident = account.Resident!.Value;
        using var visitor = site.NewVisitor();
        await Walk.SignIn(site, visitor, "kazuo", Password, account.Codes[0]);
        await site.Do<Delivery.Inbox>(i => i.Send(resident, "k", "題", "文", null, Cancel));
        var before = await Sealed(site, resident);

        foreach (var state in new[] { KeyChangeState.Spreading, KeyChangeState.Settling, KeyChangeState.Finished })
        {
            await site.Do<SealedTables>(async tables =>
                Assert.Equal(state, (await site.Services.GetRequiredService<RecordVault>().ChangeResidentKey(Operator, resident, tables.Reseal, Cancel)).Value.State));
            // An hour later nobody is signed in any more.
            if (state is not KeyChangeState.Finished)
                Assert.Equal("緑山 花子", (await visitor.Get("/home", Cancel)).Body);
            site.Clock.Advance(state is KeyChangeState.Spreading ? TimeSpan.FromMinutes(2) : TimeSpan.FromHours(1));
        }

        var after = await Sealed(site, resident);
        Assert.Equal(before.Keys.Order(StringComparer.Ordinal), after.Keys.Where(before.ContainsKey).Order(StringComparer.Ordinal));
        Assert.All(before, b => Assert.Equal((byte)1, b.Value[1]));
        Assert.All(after, a => Assert.Equal((byte)2, a.Value[1]));
        foreach (var (place, value) in after)
        {
            var parts = place.Split(' ');
            Assert.True((await site.Services.GetRequiredService<ISeal>().Open(resident, new SealPlace(parts[0], parts[1], parts[2]), value, Cancel)).IsOk, place);
        }

        using var again = site.NewVisitor();
        Assert.Equal("緑山 花子", (await Walk.SignIn(site, again, "kazuo", Password, account.Codes[1], "/sign-in?return=%2Fhome")).Body);
        Assert.Contains(await Messages(site, resident), m => m.Body == "文");
    }

    [Fact]
    public async Task A_value_that_does_not_open_keeps_the_old_key_alive()
    {
        await using var site = await TestSite.Start(DataStore.Sqlite, Cancel);
        var resident = (await SignInTests.NewResident(site, "kazuo", codes: true)).Resident!.Value;
        await site.Do<TasukiDb>(db => db.Database.ExecuteSqlRawAsync("update consent set content = (select profile from resident)", Cancel));
        await site.Do<SealedTables>(async tables =>
        {
            var vault = site.Services.GetRequiredService<RecordVault>();
            await vault.ChangeResidentKey(Operator, resident, tables.Reseal, Cancel);
            site.Clock.Advance(TimeSpan.FromHours(2));
            Assert.Equal("keys.unopened", (await vault.ChangeResidentKey(Operator, resident, tables.Reseal, Cancel)).Error?.Code);
            Assert.Equal([resident], await vault.ChangingKeys(Cancel));
        });
    }

    [Fact]
    public async Task A_table_that_did_not_join_stops_the_change_before_anything_is_lost()
    {
        await using var host = await DataHost.Start(DataStore.Sqlite, TimeProvider.System, Cancel);
        await host.Do<SealedTables>(async tables =>
        {
            Assert.Equal(["account", "consent", "passkey", "resident", "sign_in_session", "smart_connection", "smart_token"], tables.Missing);
            await Assert.ThrowsAsync<InvalidOperationException>(() => tables.Reseal(
                new ResidentNo(1), (_, _, _) => throw new InvalidOperationException("nothing is touched"), Cancel));
        });
    }

    private static async Task<IReadOnlyList<Delivery.InboxMessage>> Messages(TestSite site, ResidentNo resident)
    {
        IReadOnlyList<Delivery.InboxMessage> messages = [];
        await site.Do<Delivery.Inbox>(async i => messages = await i.Messages(resident, Cancel));
        return messages;
    }

    /// <summary>Every value sealed for the resident, read by other ways than the seam: table, column, row.</summary>
    private static async Task<Dictionary<string, byte[]>> Sealed(TestSite site, ResidentNo resident)
    {
        var found = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        await site.Do<TasukiDb>(async db =>
        {
            var accounts = await db.Set<Account>().AsNoTracking().Where(a => a.ResidentNo == resident.Value).ToListAsync(Cancel);
            foreach (var a in accounts)
            {
                Add($"account sign_in_name {a.No}", a.SignInName);
                Add($"account totp_seed {a.No}", a.TotpSeed);
                foreach (var s in await db.Set<SignInSessionRow>().AsNoTracking().Where(s => s.AccountNo == a.No).ToListAsync(Cancel))
                    Add($"sign_in_session device {s.No}", s.Device);
                foreach (var p in await db.Set<PasskeyRow>().AsNoTracking().Where(p => p.AccountNo == a.No).ToListAsync(Cancel))
                    Add($"passkey credential {p.No}", p.Credential);
            }

            foreach (var r in await db.Set<ResidentRow>().AsNoTracking().Where(r => r.ResidentNo == resident.Value).ToListAsync(Cancel))
                Add($"resident profile {r.ResidentNo}", r.Profile);
            foreach (var c in await db.Set<ConsentRow>().AsNoTracking().Where(c => c.ResidentNo == resident.Value).ToListAsync(Cancel))
                Add($"consent content {c.No}", c.Content);
        });
        return found;

        void Add(string place, byte[]? value)
        {
            if (value is not null)
                found[place] = value;
        }
    }
}
