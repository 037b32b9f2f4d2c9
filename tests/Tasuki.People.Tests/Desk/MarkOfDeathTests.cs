using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Delivery;
using Tasuki.Kernel;
using Tasuki.Vault;
using Xunit;

namespace Tasuki.People.Tests;

/// <summary>That somebody died, and that it was a mistake: what the list or an officer says of it, and what follows.</summary>
public sealed class MarkOfDeathTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_mark_that_comes_with_a_list_and_its_end_stand_in_the_persons_own_history_once(DataStore store)
    {
        await using var world = await DeskWorld.Start(store);
        using var officer = await world.Staff(StaffRole.Desk, "officer1", "青木 守");
        var (resident, account) = await world.Confirmed(officer);
        using var _ = resident;
        var no = account.Resident!.Value;
        Assert.Empty(await Marks(world, no));

        // Who has no account has no history, and nobody else's says anything.
        await world.TakeOver(officer, With("死亡"), "1002,山田 太郎,ヤマダ タロウ,1980-01-01,男,,,死亡,");
        await world.TakeOver(officer, With("死亡"));
        Assert.Equal(0, await world.Site.Do<ChangeStanding, int>(s => s.Sweep(Cancel)));
        Assert.Equal(["standing.died state-died"], await Marks(world, no), StringComparer.Ordinal);

        await world.TakeOver(officer, With("転出"));
        await world.TakeOver(officer, With("転入"));
        await world.TakeOver(officer, With("転出"));
        Assert.Equal(["standing.died state-died", "standing.taken-back state-movedout"], await Marks(world, no), StringComparer.Ordinal);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task One_that_an_officer_sets_and_takes_back_stands_there_under_the_officers_number_alone(DataStore store)
    {
        await using var world = await DeskWorld.Start(store);
        using var officer = await world.Staff(StaffRole.Desk, "officer1", "青木 守");
        var (resident, account) = await world.Confirmed(officer);
        using var _ = resident;
        var no = account.Resident!.Value;
        var by = await world.Site.Do<TasukiDb, long>(db => db.Set<Account>().Where(a => a.Kind == AccountKind.Staff).Select(a => a.No).SingleAsync(Cancel));

        await DeskWorld.Act(officer, await DeskWorld.Entry(officer), "died");
        await DeskWorld.Act(officer, await DeskWorld.Entry(officer), "back");
        Assert.Equal([$"{by} state-died", $"{by} state-listed"], await Marks(world, no), StringComparer.Ordinal);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task What_a_cut_left_undone_the_sweep_does_and_writes_down(DataStore store)
    {
        await using var world = await DeskWorld.Start(store);
        using var officer = await world.Staff(StaffRole.Desk, "officer1", "青木 守");
        var (resident, account) = await world.Confirmed(officer);
        using var _ = resident;
        var no = account.Resident!.Value;
        await world.TakeOver(officer, With("死亡"));
        // As it is when the server died right after the list was taken over.
        await world.Site.Do<TasukiDb>(async db =>
        {
            var row = await db.Set<ResidentRow>().SingleAsync(r => r.ResidentNo == no.Value, Cancel);
            row.Standing = ResidentStanding.Living;
            row.Mac = await world.Site.Do<AccountSeals, byte[]>(seals => Task.FromResult(seals.MacOf(row)));
            await db.SaveChangesAsync(Cancel);
        });
        Assert.Equal(1, await world.Site.Do<ChangeStanding, int>(s => s.Sweep(Cancel)));
        Assert.Equal(0, await world.Site.Do<ChangeStanding, int>(s => s.Sweep(Cancel)));
        Assert.Equal(["standing.died state-died", "standing.died state-died"], await Marks(world, no), StringComparer.Ordinal);
        Assert.Equal(OutsideManner.Silent, await Manner(world, no));
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task Who_died_is_written_to_nowhere_and_counts_as_nobody_to_be_told_until_the_mark_is_taken_back(DataStore store)
    {
        await using var world = await DeskWorld.Start(store);
        using var officer = await world.Staff(StaffRole.Desk, "officer1", "青木 守");
        var (resident, account) = await world.Confirmed(officer);
        using var _ = resident;
        var no = account.Resident!.Value;
        Assert.Equal((OutsideManner.Named, true), (await Manner(world, no), await CanBeTold(world, no)));
        await world.TakeOver(officer, With("死亡"));
        Assert.Equal((OutsideManner.Silent, false), (await Manner(world, no), await CanBeTold(world, no)));
        await DeskWorld.Act(officer, await DeskWorld.Entry(officer), "back");
        Assert.Equal((OutsideManner.Named, true), (await Manner(world, no), await CanBeTold(world, no)));
        // The session of before ended with the mark and does not come back with the person.
        Assert.StartsWith("/sign-in", (await resident.Get("/home", Cancel)).Path, StringComparison.Ordinal);
    }

    private static string With(string movement) => DeskWorld.Hanako.Replace(",,", $",{movement},", StringComparison.Ordinal);

    // Oldest first: who said it, and what.
    private static async Task<IReadOnlyList<string>> Marks(DeskWorld world, ResidentNo no) =>
        [.. (await (await world.Own(no)).AccessLog(100, Cancel)).Where(e => e.Action is "registry" && e.Detail!.StartsWith("state-", StringComparison.Ordinal)).Select(e => $"{e.ActorId} {e.Detail}").Reverse()];

    private static Task<OutsideManner> Manner(DeskWorld world, ResidentNo no) => world.Site.Do<IOutsideManners, OutsideManner>(async m => await m.Of(no, Cancel));

    private static Task<bool> CanBeTold(DeskWorld world, ResidentNo no) => world.Site.Do<KnownResidents, bool>(async k => (await k.WithAccount([no], Cancel)).Contains(no));
}
