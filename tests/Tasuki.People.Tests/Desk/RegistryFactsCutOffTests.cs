using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;
using Xunit;
using static Tasuki.People.Tests.RegistryFactsTests;

namespace Tasuki.People.Tests;

/// <summary>An account that was to follow the list and could not, or not to the end: nothing is half followed, and the next sweep brings it.</summary>
public sealed class RegistryFactsCutOffTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task What_was_cut_off_is_brought_by_the_next_sweep(DataStore store)
    {
        await using var world = await DeskWorld.Start(store);
        using var officer = await world.Staff(StaffRole.Desk, "officer1", "青木 守");
        var (resident, account) = await world.Confirmed(officer);
        using var _ = resident;
        var no = account.Resident!.Value;
        await world.TakeOver(officer, Married);
        // As it is when the list was taken over and the server died before anything followed.
        var old = await Unmarried(world, no, null);
        await world.Site.Do<TasukiDb>(db => db.Set<ResidentRow>().Where(r => r.ResidentNo == no.Value).ExecuteUpdateAsync(
            s => s.SetProperty(r => r.Profile, old).SetProperty(r => r.FactsOf, (DateTimeOffset?)null), Cancel));
        Assert.Equal("緑山 花子", (await resident.Get("/home", Cancel)).Body);

        Assert.Equal(1, await world.Site.Do<ChangeStanding, int>(s => s.Sweep(Cancel)));
        Assert.Equal("青空 花子", (await resident.Get("/home", Cancel)).Body);
        Assert.Single(await Told(world, no));
        Assert.Equal(0, await world.Site.Do<ChangeStanding, int>(s => s.Sweep(Cancel)));
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public Task Where_the_own_record_cannot_be_looked_for_nothing_follows_and_the_next_sweep_brings_it(DataStore store) => store is DataStore.Sqlite
        ? FailsInside(store, ["alter table record rename to record_away"], ["alter table record_away rename to record"])
        : FailsInside(store, ["alter table vault.record rename to record_away"], ["alter table vault.record_away rename to record"]);

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public Task Where_the_own_record_cannot_be_changed_nothing_follows_and_the_next_sweep_brings_it(DataStore store) => store is DataStore.Sqlite
        ? FailsInside(
            store, ["create trigger breaks_in before insert on record begin select raise(abort, 'broken'); end", "create trigger breaks_up before update on record begin select raise(abort, 'broken'); end"],
            ["drop trigger breaks_in", "drop trigger breaks_up"])
        : FailsInside(
            store, ["create function vault.breaks() returns trigger language plpgsql as 'begin raise ''broken''; end'", "create trigger breaks before insert or update on vault.record for each row execute function vault.breaks()"],
            ["drop trigger breaks on vault.record"]);

    private static async Task FailsInside(DataStore store, string[] breaks, string[] mends)
    {
        await using var world = await DeskWorld.Start(store);
        using var officer = await world.Staff(StaffRole.Desk, "officer1", "青木 守");
        var (resident, account) = await world.Confirmed(officer);
        using var _ = resident;
        var no = account.Resident!.Value;
        await world.Site.InVault(Cancel, breaks);
        // The list stands, and the officer does not read that everything was done.
        Assert.Equal(500, (await world.TakeOver(officer, Married)).Status);
        Assert.Contains("青空 花子", (await DeskWorld.Find(officer, "あおぞらはなこ", "1955-04-02")).Body, StringComparison.Ordinal);
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal("緑山 花子", (await resident.Get("/home", Cancel)).Body);
            Assert.Equal((0, 1), await FoundAtCounter(world));
            Assert.Empty(await Told(world, no));
            var row = await Row(world, no);
            Assert.Null(row.FoundBySince);
            Assert.True(row.FactsOf < await world.Site.Do<TasukiDb, DateTimeOffset>(db => db.Set<EligibleRow>().Select(e => e.Changed).SingleAsync(Cancel)));
            // What the sweep meets it says: the runner of the jobs writes down that it failed.
            await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => world.Site.Do<ChangeStanding, int>(s => s.Sweep(Cancel)));
        }

        await world.Site.InVault(Cancel, mends);
        Assert.Equal(1, (await Patient(world, no)).Version);
        Assert.Equal(1, await world.Site.Do<ChangeStanding, int>(s => s.Sweep(Cancel)));
        Assert.Equal("青空 花子", (await resident.Get("/home", Cancel)).Body);
        Assert.Equal(2, (await Patient(world, no)).Version);
        Assert.Equal((1, 0), await FoundAtCounter(world));
        Assert.Single(await Told(world, no));
        Assert.Equal(0, await world.Site.Do<ChangeStanding, int>(s => s.Sweep(Cancel)));
    }

    [Fact]
    public async Task What_somebody_else_writes_into_the_profile_in_that_moment_stays_and_is_followed_by_the_next_sweep()
    {
        await using var world = await DeskWorld.Start(DataStore.Sqlite);
        using var officer = await world.Staff(StaffRole.Desk, "officer1", "青木 守");
        var (resident, account) = await world.Confirmed(officer);
        using var _ = resident;
        var no = account.Resident!.Value;
        // The person gives an address while the notice to them is being written.
        var given = Convert.ToHexString(await Unmarried(world, no, "みどり市本町1"));
        var meanwhile = $"create trigger meanwhile after insert on inbox_message begin update resident set profile = x'{given}'; end";
        await world.Site.Do<TasukiDb>(db => db.Database.ExecuteSqlRawAsync(meanwhile, Cancel));
        await world.TakeOver(officer, Married);
        Assert.Equal("緑山 花子", (await resident.Get("/home", Cancel)).Body);
        Assert.Equal(given, Convert.ToHexString((await Row(world, no)).Profile));
        // Whoever looks for her by either name finds her until it is settled.
        Assert.Equal((1, 1), await FoundAtCounter(world));

        Assert.Equal(1, await world.Site.Do<ChangeStanding, int>(s => s.Sweep(Cancel)));
        Assert.Equal("青空 花子", (await resident.Get("/home", Cancel)).Body);
        Assert.Contains("みどり市南町9", (await Patient(world, no)).Json.GetProperty("address")[0].GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Equal((1, 0), await FoundAtCounter(world));
        Assert.Single(await Told(world, no));
    }

    [Fact]
    public async Task Neither_an_altered_entry_is_followed_nor_does_an_altered_account_follow()
    {
        await using var world = await DeskWorld.Start(DataStore.Sqlite);
        using var officer = await world.Staff(StaffRole.Desk, "officer1", "青木 守");
        var (resident, account) = await world.Confirmed(officer);
        using var _ = resident;
        var no = account.Resident!.Value;
        await world.TakeOver(officer, Married);
        var old = await Unmarried(world, no, null);
        await world.Site.Do<TasukiDb>(db => db.Set<ResidentRow>().Where(r => r.ResidentNo == no.Value).ExecuteUpdateAsync(
            s => s.SetProperty(r => r.Profile, old).SetProperty(r => r.FactsOf, (DateTimeOffset?)null), Cancel));

        Assert.False(await Follows(entry => entry.Changed += TimeSpan.FromDays(1)));
        await Protect(true);
        Assert.False(await Follows(_ => { }));
        Assert.Null((await Row(world, no)).FactsOf);
        await Protect(false);
        Assert.True(await Follows(_ => { }));
        Assert.Equal("青空 花子", (await resident.Get("/home", Cancel)).Body);

        Task Protect(bool isProtected) => world.Site.Do<TasukiDb>(db => db.Set<ResidentRow>().ExecuteUpdateAsync(s => s.SetProperty(r => r.Protected, isProtected), Cancel));

        async Task<bool> Follows(Action<EligibleRow> alter)
        {
            var entry = await world.Site.Do<TasukiDb, EligibleRow>(db => db.Set<EligibleRow>().AsNoTracking().SingleAsync(Cancel));
            alter(entry);
            await world.Site.Do<RegistryFacts>(f => f.FollowUp(entry, Cancel));
            return !(await Row(world, no)).Profile.SequenceEqual(old);
        }
    }
}
