using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Compliance.Controls;
using Tasuki.Compliance.Retention;
using Tasuki.Data;
using Tasuki.Delivery;
using Tasuki.Kernel;
using Tasuki.Kernel.Retention;
using Tasuki.People;
using Tasuki.Vault;
using Xunit;
using static Tasuki.Compliance.Tests.RegimeSite;

namespace Tasuki.Compliance.Tests.Retention;

/// <summary>An account nobody uses, from year to year: told twice, closed, erased; or stopped, or left alone, and why.</summary>
public sealed class UnusedAccountTests
{
    private static readonly DateOnly Begun = new(2026, 11, 2);

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task Unused_for_three_years_it_is_told_at_90_and_30_days_then_closed_and_erased_and_the_proof_is_what_went(DataStore store)
    {
        await using var site = await Start(store);
        var (gone, stays) = (await New(site, "gone"), await New(site, "stays"));
        await SwitchOn(site, 3);
        foreach (var day in new[] { new DateOnly(2027, 11, 2), new(2028, 11, 2), new(2029, 8, 3) })
            Assert.Equal("", await RunOn(site, day));

        Assert.Equal("first:2", await RunOn(site, new DateOnly(2029, 8, 4)));
        Assert.Equal("", await RunOn(site, new DateOnly(2029, 8, 4)));
        var first = (await Told(site, gone)).Single(m => m.Subject.Contains("1回目", StringComparison.Ordinal));
        foreach (var named in new[] { "2029年11月2日", "2029年11月16日", "取り出す" })
            Assert.Contains(named, first.Body, StringComparison.Ordinal);
        Assert.Equal("/take-out", first.Link);

        await Use(site, stays);
        Assert.Equal("", await RunOn(site, new DateOnly(2029, 10, 2)));
        Assert.Equal("second:1", await RunOn(site, new DateOnly(2029, 10, 3)));
        Assert.Contains("2029年11月2日", (await Told(site, gone)).Single(m => m.Subject.Contains("2回目", StringComparison.Ordinal)).Body, StringComparison.Ordinal);
        Assert.DoesNotContain(await Told(site, stays), m => m.Subject.Contains("2回目", StringComparison.Ordinal));
        Assert.Equal("", await RunOn(site, new DateOnly(2029, 11, 1)));
        Assert.True(await site.Vault.IsOpen(gone, Cancel));

        Assert.Equal("close:1", await RunOn(site, new DateOnly(2029, 11, 2)));
        Assert.False(await site.Vault.IsOpen(gone, Cancel));
        Assert.True(await site.Vault.IsOpen(stays, Cancel));
        Assert.Contains(await Told(site, gone), m => m.Subject.Contains("閉じました", StringComparison.Ordinal) && m.Body.Contains("2029年11月16日", StringComparison.Ordinal));
        Assert.Equal("", await RunOn(site, new DateOnly(2029, 11, 3)));

        site.Clock.Now += TimeSpan.FromDays(15);
        await site.Do<TasukiDb, int>(db =>
        {
            db.Add(new Job { Kind = EraseClosedAccounts.Name, Key = "test", Due = site.Clock.Now });
            return db.SaveChangesAsync(Cancel);
        });
        await site.Services.GetRequiredService<JobRunner>().RunDue(Cancel);
        Assert.Equal((1, 1), (await site.Do<TasukiDb, int>(db => db.Set<Account>().CountAsync(a => a.Kind == AccountKind.Resident, Cancel)), await site.Do<TasukiDb, int>(db => db.Set<UseRow>().CountAsync(Cancel))));
        Assert.Equal("", await RunOn(site, new DateOnly(2029, 11, 20)));

        var proofs = await site.Do<EvidenceBook, IReadOnlyList<Evidence<RetentionRun>>>(b => b.History<RetentionRun>(EvidenceKind.Act, RetentionBook.Run(UnusedAccounts.Id), 100, Cancel));
        Assert.Equal("first:2 second:1 close:1", string.Join(' ', proofs.Where(p => p.Content.Ended).Reverse().SelectMany(p => p.Content.Done).Select(p => $"{p.Code}:{p.Number}")));
        Assert.All(proofs, p => Assert.True(p.Holds));
        Assert.True((await site.Do<EvidenceBook, EvidenceReport>(b => b.Check(Cancel))).IsWhole);
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task Who_is_protected_has_something_open_recovers_died_or_whose_row_was_altered_is_never_closed(DataStore store)
    {
        await using var site = await Start(store);
        var officer = await site.NewStaff(StaffRole.Desk, "officer1", "青木 守");
        var names = new[] { "plain", "guarded", "asks", "recovers", "died", "altered", "moved" };
        var people = new Dictionary<string, ResidentNo>(StringComparer.Ordinal);
        foreach (var name in names)
            people[name] = await New(site, name);
        await SwitchOn(site, 1);
        await Change(site, people["guarded"], r => r.Protected = true);
        await Change(site, people["died"], r => r.Standing = ResidentStanding.Died);
        await Change(site, people["moved"], r => r.Standing = ResidentStanding.MovedOut);
        await Sql(site, $"update account_use set last_used = '2020-01-01' where account_no = (select no from account where resident_no = {people["altered"]})");
        site.Clock.Now = Noon(new DateOnly(2027, 11, 1));
        using (var desk = site.As(officer))
        {
            await desk.Submit(await desk.Get("/staff/requests/new"), "name=\"Kind\"", ("Kind", "Disclosure"), ("By", "Person"), ("Channel", "Counter"), ("Received", "2027-11-01"), ("Resident", people["asks"].ToString()),
                ("Name", "緑山 花子"), ("Address", "ひびき市本町1-1"), ("Text", "すべて"));
        }

        await site.Do<Recoveries, bool>(async r =>
        {
            var account = await AccountOf(site, people["recovers"]);
            await r.Add(account, RecoveryWay.Counter, RecoveryState.HandedOver, null, site.Clock.Now.AddYears(5), officer.No, Cancel);
            return true;
        });

        Assert.Equal("first:2 | altered:1 matter:1 protected:1 recovery:1", await RunOn(site, new DateOnly(2027, 11, 1), withHeld: true));
        foreach (var day in new[] { new DateOnly(2028, 1, 1), new(2028, 1, 31), new(2028, 6, 1), new(2030, 6, 1) })
            await RunOn(site, day);
        var open = new List<string>();
        foreach (var (name, resident) in people)
        {
            if (await site.Vault.IsOpen(resident, Cancel))
                open.Add(name);
        }

        Assert.Equal("altered asks died guarded recovers", string.Join(' ', open.Order(StringComparer.Ordinal)));
        foreach (var name in open)
            Assert.DoesNotContain(await Told(site, people[name]), m => m.Subject.Contains("閉じ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_account_closed_for_want_of_use_is_taken_back_and_the_log_says_who_closed_it_and_why()
    {
        await using var site = await Start(DataStore.Sqlite);
        var resident = await New(site, "back");
        await SwitchOn(site, 1);
        foreach (var day in new[] { new DateOnly(2027, 8, 4), new(2027, 10, 3), new(2027, 11, 2) })
            await RunOn(site, day);
        Assert.False(await site.Vault.IsOpen(resident, Cancel));
        Assert.True((await site.Vault.CancelClosure(Actor.Resident(resident), resident, Cancel)).IsOk);
        await Use(site, resident);
        Assert.Equal("", await RunOn(site, new DateOnly(2027, 11, 4)));
        var session = (await site.Vault.Open(Actor.Resident(resident), resident, Purpose.OwnUse, Cancel)).Value;
        var entry = (await session.AccessLog(100, Cancel)).Single(e => e.Action == "close");
        Assert.Equal(ActorKind.Job, entry.ActorKind);
        Assert.Contains("told twice", entry.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_probe_is_red_until_the_rule_is_on()
    {
        await using var site = await Start(DataStore.Sqlite);
        Task<string> Probe() => site.Do<UnusedRuleProbe, string>(async p => (await p.Look(Cancel)) is { } f ? $"{f.Holds} {f.Code} {string.Join(' ', f.Values)}" : "");
        Assert.Equal("False off ", await Probe());
        await SwitchOn(site, 4);
        Assert.Equal("True on 4", await Probe());
    }

    [Fact]
    public async Task Nobody_else_closes_an_account_for_want_of_use()
    {
        await using var site = await Start(DataStore.Sqlite);
        var resident = await New(site, "kazuo");
        foreach (var actor in new[] { Actor.Officer("1"), Actor.Operator("結城", "試し"), Actor.Resident(resident), Actor.Job("job", "") })
            Assert.Equal("gate.refused", (await site.Vault.CloseUnused(actor, resident, Cancel)).Error?.Code);
        Assert.True(await site.Vault.IsOpen(resident, Cancel));
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task A_run_that_dies_in_the_middle_tells_nobody_twice_and_closes_everybody_once(DataStore store)
    {
        await using var site = await Start(store);
        var people = new List<ResidentNo>();
        for (var i = 0; i < 5; i++)
            people.Add(await New(site, $"kazuo{i}"));
        await SwitchOn(site, 1);
        site.Clock.Now = Noon(new DateOnly(2027, 8, 4));
        var unmarked = await site.Do<TasukiDb, List<UseRow>>(db => db.Set<UseRow>().AsNoTracking().ToListAsync(Cancel));
        await site.Do<UnusedAccounts, RetentionBatch>(r => r.Erase(new RetentionAsk(site.Clock.Now, 1), 0, 2, Cancel));
        // As it is when the process dies between the word and the mark.
        await site.Do<TasukiDb, int>(db =>
        {
            db.UpdateRange(unmarked);
            return db.SaveChangesAsync(Cancel);
        });
        Assert.Equal("first:5", await RunOn(site, new DateOnly(2027, 8, 4)));
        foreach (var day in new[] { new DateOnly(2027, 10, 3), new(2027, 11, 2) })
        {
            site.Clock.Now = Noon(day);
            // Two rows are done when the process dies; nothing was proved yet.
            await site.Do<UnusedAccounts, RetentionBatch>(r => r.Erase(new RetentionAsk(site.Clock.Now, 1), 0, 2, Cancel));
            Assert.EndsWith(":3", await RunOn(site, day), StringComparison.Ordinal);
        }

        foreach (var resident in people)
        {
            Assert.False(await site.Vault.IsOpen(resident, Cancel));
            Assert.Equal(3, (await Told(site, resident)).Count(m => m.Subject.Contains("使われて", StringComparison.Ordinal) || m.Subject.Contains("まもなく", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public async Task Accounts_from_before_use_was_kept_are_counted_from_today()
    {
        await using var site = await Start(DataStore.Sqlite);
        await New(site, "older");
        await Sql(site, "delete from account_use");
        site.Clock.Now = Noon(new DateOnly(2040, 1, 1));
        await SwitchOn(site, 1);
        Assert.Equal("", await RunOn(site, new DateOnly(2040, 1, 1)));
        Assert.True((await site.Do<IEnumerable<IJobHandler>, Result<Done>>(h => h.Single(j => j.Kind == CountUse.Name).Run(new JobWork(1, "k", null, null, 1), Cancel))).IsOk);
        Assert.Equal("2040-01-01", await site.Do<TasukiDb, string>(async db => (await db.Set<UseRow>().SingleAsync(Cancel)).LastUsed.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Equal("first:1", await RunOn(site, new DateOnly(2040, 10, 3)));
    }

    private static DateTimeOffset Noon(DateOnly day) => TokyoDay.StartOf(day).AddHours(12);

    private static async Task<ResidentNo> New(RegimeSite site, string name)
    {
        var resident = await site.NewResident(name);
        await Use(site, resident);
        Assert.Equal(Begun, TokyoDay.Of(site.Clock.Now));
        return resident;
    }

    private static async Task Use(RegimeSite site, ResidentNo resident)
    {
        var account = await AccountOf(site, resident);
        await site.Do<UseDays, bool>(async u => { await u.Note(account, Cancel); return true; });
    }

    private static Task<long> AccountOf(RegimeSite site, ResidentNo resident) => site.Do<TasukiDb, long>(db => db.Set<Account>().Where(a => a.ResidentNo == resident.Value).Select(a => a.No).SingleAsync(Cancel));

    private static async Task SwitchOn(RegimeSite site, int years)
    {
        var officer = await site.NewStaff(StaffRole.Administrator, "admin", "黒田 実");
        Assert.True((await site.Do<RetentionBook, Result<Done>>(b => b.SetPeriod(officer, UnusedAccounts.Id, years, Cancel))).IsOk);
        await site.Do<RetentionBook, bool>(async b =>
        {
            await site.Do<RunRetention, bool>(async r => { await r.LookAt((await b.Find(UnusedAccounts.Id, Cancel))!, officer.Actor, officer.No, Cancel); return true; });
            return (await b.SwitchOn(officer, UnusedAccounts.Id, (await b.Find(UnusedAccounts.Id, Cancel))!.Look!.No, Cancel)).IsOk ? true : throw new InvalidOperationException("not switched on");
        });
    }

    /// <summary>Runs the rule on that day; the dry run right before says the same.</summary>
    private static async Task<string> RunOn(RegimeSite site, DateOnly day, bool withHeld = false)
    {
        if (Noon(day) > site.Clock.Now)
            site.Clock.Now = Noon(day);
        await using var scope = site.Services.CreateAsyncScope();
        var kept = (await scope.ServiceProvider.GetRequiredService<RetentionBook>().Find(UnusedAccounts.Id, Cancel))!;
        var dry = await kept.Rule.Count(scope.ServiceProvider, new RetentionAsk(site.Clock.Now, kept.Period), Cancel);
        var run = (await scope.ServiceProvider.GetRequiredService<RunRetention>().Run(kept, Actor.Job("test", "A test."), null, Cancel)).Value;
        Assert.Equal(KeptNumbers.Text(dry.Due.OrderBy(p => p.Code, StringComparer.Ordinal)), KeptNumbers.Text(run.Done));
        Assert.True(run.IsWhole);
        return KeptNumbers.Text(run.Done) + (withHeld ? $" | {KeptNumbers.Text(dry.Held)}" : "");
    }

    private static Task<IReadOnlyList<InboxMessage>> Told(RegimeSite site, ResidentNo resident) => site.Do<Inbox, IReadOnlyList<InboxMessage>>(i => i.Messages(resident, Cancel));

    private static Task<int> Change(RegimeSite site, ResidentNo resident, Action<ResidentRow> change) => site.Do<TasukiDb, int>(async db =>
    {
        var row = await db.Set<ResidentRow>().SingleAsync(r => r.ResidentNo == resident.Value, Cancel);
        change(row);
        row.Mac = site.Services.GetRequiredService<AccountSeals>().MacOf(row);
        return await db.SaveChangesAsync(Cancel);
    });

    private static Task<int> Sql(RegimeSite site, string sql) => site.Do<TasukiDb, int>(db => db.Database.ExecuteSqlRawAsync(sql, Cancel));
}
