using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Vault;
using Xunit;

namespace Tasuki.People.Tests;

/// <summary>The resident of the service's own probes: one, marked, with records like anybody's, and reached by nobody.</summary>
public sealed class ProbeResidentTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task Of_many_who_ask_at_once_one_makes_it_and_what_the_others_enrolled_is_erased(DataStore store)
    {
        await using var site = await TestSite.Start(store, Cancel);
        var asked = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => site.Do<ProbeResident, Result<ResidentProfile>>(s => s.Get(Cancel))));
        var no = Assert.Single(asked.Select(a => a.Value.No).Distinct());
        Assert.Equal(1, await site.Do<TasukiDb, int>(db => db.Set<Account>().CountAsync(Cancel)));
        Assert.Equal(1, await site.Do<TasukiDb, int>(db => db.Set<ResidentRow>().CountAsync(Cancel)));

        var vault = site.Services.GetRequiredService<RecordVault>();
        var job = Actor.Job("test", "A test.");
        foreach (var other in Enumerable.Range(1, 5).Select(n => new ResidentNo(n)).Where(n => n != no))
            Assert.True((await vault.Open(job, other, Purpose.Operation, Cancel)).Error is { Code: "gate.refused" }, $"{other} is open beside {no}");
        Assert.True((await vault.Open(job, no, Purpose.Operation, Cancel)).IsOk);
        site.Clock.Advance(TimeSpan.FromDays(15));
        Assert.DoesNotContain(no, await vault.EraseDue(job, Cancel));
        Assert.Equal(0, await vault.OverdueErasures(Cancel));
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task It_is_marked_in_its_row_and_in_its_record_and_a_row_that_was_altered_is_not_honoured(DataStore store)
    {
        await using var site = await TestSite.Start(store, Cancel);
        var resident = (await site.Do<ProbeResident, Result<ResidentProfile>>(s => s.Get(Cancel))).Value;
        Assert.Contains("試験", resident.Name, StringComparison.Ordinal);
        var account = await site.Do<TasukiDb, Account>(db => db.Set<Account>().AsNoTracking().SingleAsync(Cancel));
        Assert.Equal((AccountKind.Synthetic, resident.No.Value), (account.Kind, account.ResidentNo));

        var session = (await site.Do<ProbeResident, Result<Session>>(s => s.Open(Purpose.OwnUse, Cancel))).Value;
        var record = Assert.Single((await session.Search(new RecordQuery(), Cancel)).Value.Records);
        Assert.Contains("\"HTEST\"", System.Text.Encoding.UTF8.GetString(record.Resource.Json.Span), StringComparison.Ordinal);
        Assert.Contains(await session.AccessLog(100, Cancel), e => e.ActorKind is ActorKind.Resident);

        // Nobody makes a person of it, nor it of a person.
        await site.Do<TasukiDb, int>(db => db.Database.ExecuteSqlRawAsync("update account set kind = 1", Cancel));
        Assert.Equal("synthetic.altered", (await site.Do<ProbeResident, Result<Session>>(s => s.Open(Purpose.OwnUse, Cancel))).Error?.Code);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task Nobody_signs_in_as_it_and_no_desk_finds_it(DataStore store)
    {
        await using var site = await TestSite.Start(store, Cancel);
        var officer = await SmartWorld.Staff(site, StaffRole.Desk, "青木 守", "officer1");
        var resident = (await site.Do<ProbeResident, Result<ResidentProfile>>(s => s.Get(Cancel))).Value;
        var account = await site.Do<TasukiDb, Account>(db => db.Set<Account>().AsNoTracking().SingleAsync(a => a.No == ProbeResident.AccountNo, Cancel));
        Assert.Equal((null, null, null, null), (account.SignInToken, account.SignInName, account.PasswordHash, account.TotpSeed));
        Assert.False(await site.Do<TasukiDb, bool>(db => db.Set<PasskeyRow>().AnyAsync(p => p.AccountNo == account.No, Cancel)));
        Assert.False(await site.Do<TasukiDb, bool>(db => db.Set<PrintedCode>().AnyAsync(p => p.AccountNo == account.No, Cancel)));
        Assert.Equal("sign-in.wrong", (await site.Do<CheckPassword, Result<Account>>(c => c.Password(account, "", Cancel))).Error?.Code);
        await using (var scope = site.Services.CreateAsyncScope())
        {
            var context = new DefaultHttpContext { RequestServices = scope.ServiceProvider };
            var sessions = scope.ServiceProvider.GetRequiredService<SignInSessions>();
            await Assert.ThrowsAsync<InvalidOperationException>(() => sessions.Begin(context, account, SignInWay.Password, Cancel));
            await Assert.ThrowsAsync<InvalidOperationException>(() => sessions.BeginRecovering(context, account, 1, Cancel));
        }

        Assert.False(await site.Do<TasukiDb, bool>(db => db.Set<SignInSessionRow>().AnyAsync(Cancel)));
        Assert.Empty(await site.Do<CounterDesk, IReadOnlyList<FoundResident>>(d => d.Find(officer, "シケンヨウ", "ジュウミン", resident.BirthDate!.Value, Cancel)));
        Assert.Null(await site.Do<CounterDesk, FoundResident?>(d => d.Get(resident.No, Cancel)));
        Assert.Equal("counter.no-account", (await site.Do<CounterDesk, Result<(string, DateTimeOffset)>>(d => d.HandOver(officer, resident.No, Cancel))).Error?.Code);
        Assert.False(await site.Do<TasukiDb, bool>(db => db.Set<EligibleRow>().AnyAsync(Cancel)));
        Assert.False(await site.Do<TasukiDb, bool>(db => db.Set<ConsentRow>().AnyAsync(Cancel)));
        Assert.Equal(0, await site.Do<Delivery.Inbox, int>(i => i.Unread(resident.No, Cancel)));
    }
}
