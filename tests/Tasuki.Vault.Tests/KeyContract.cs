using System.Text;
using Tasuki.Kernel;
using Tasuki.Kernel.Seals;
using Tasuki.Vault.Keys;
using static Tasuki.Vault.Tests.TestVault;

namespace Tasuki.Vault.Tests;

public sealed class SqliteKeyTests() : KeyContract(StoreKind.Sqlite);

public sealed class PostgresKeyTests() : KeyContract(StoreKind.Postgres);

/// <summary>Epochs, the ring, and keys that are spread before they are used.</summary>
public abstract class KeyContract(StoreKind store)
{
    private static readonly Actor Job = Actor.Job("rotate", "the day's epoch");
    private static readonly Actor Desk = Actor.Operator("test", "tests");
    private static readonly SealPlace Place = new("staff", "name", "1");

    [Fact]
    public async Task A_new_day_wraps_every_key_anew_and_the_old_epoch_ends_after_its_days()
    {
        await using var test = await Start(store);
        var (resident, id) = await Somebody(test);
        var first = test.Vault.Parts.Ring.CurrentEpoch;
        Assert.Equal(0, (await Rotate(test)).Rewrapped);
        Assert.Equal(first, test.Vault.Parts.Ring.CurrentEpoch);

        for (var day = 1; day <= 9; day++)
        {
            test.Clock.Pass(TimeSpan.FromDays(1));
            Assert.Equal(1, (await Rotate(test)).Rewrapped);
            Assert.True((await (await test.Own(resident)).Read(id, Cancel)).IsOk);
            // The first epoch ended on day 1: on day 8 its seven days are over.
            Assert.Equal(day < 8, !test.Vault.Parts.Ring.EpochKey(first).IsEmpty);
            Assert.Equal(0, await Count(test, "select count(*) from resident_key where epoch <> @p", test.Vault.Parts.Ring.CurrentEpoch));
        }

        await test.Reopen();
        Assert.True((await (await test.Own(resident)).Read(id, Cancel)).IsOk);
        Assert.DoesNotContain(test.Vault.RingKeys, k => k.Purpose is RingPurpose.Epoch && k.Number == first);
        Assert.Single(test.Vault.RingKeys, k => k.Purpose is RingPurpose.Epoch && k.State is RingKeyState.InUse);
    }

    [Fact]
    public async Task Now_makes_another_epoch_the_same_day_and_destroys_the_older_ones_at_once()
    {
        await using var test = await Start(store);
        var (resident, id) = await Somebody(test);
        var first = test.Vault.Parts.Ring.CurrentEpoch;
        var ring = File.ReadAllText(Path.Combine(test.Options.Ring, "ring.json"));
        Assert.Equal(1, (await Rotate(test, now: true)).Destroyed);
        Assert.Equal(first + 1, test.Vault.Parts.Ring.CurrentEpoch);
        Assert.Equal(1, (await Rotate(test, now: true)).Destroyed);
        Assert.True((await (await test.Own(resident)).Read(id, Cancel)).IsOk);
        // The next days' epochs have numbers of their own though the days' numbers are taken.
        test.Clock.Pass(TimeSpan.FromDays(1));
        Assert.Equal(1, (await Rotate(test)).Rewrapped);
        Assert.Equal(first + 3, test.Vault.Parts.Ring.CurrentEpoch);
        Assert.False(string.Equals(ring, File.ReadAllText(Path.Combine(test.Options.Ring, "ring.json")), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_rotation_cut_off_after_any_step_is_finished_by_the_next()
    {
        foreach (var last in new[] { "spread", "use", "fence", "batch", "rewrap", "destroy" })
        {
            await using var test = await Start(store);
            var (resident, id) = await Somebody(test);
            var first = test.Vault.Parts.Ring.CurrentEpoch;
            test.Vault.Rotation.AfterStep = step => Die(step == last);
            test.Vault.Rotation.Rewrap.AfterBatch = () => Die(last is "batch");
            await Assert.ThrowsAnyAsync<Exception>(() => test.Vault.RotateEpoch(Job, now: true, Cancel));
            await test.Reopen();
            // Between the two runs the house is open: people read, write and are enrolled.
            Assert.True((await (await test.Own(resident)).Read(id, Cancel)).IsOk);
            var (second, theirs) = await Somebody(test);
            test.Clock.Pass(TimeSpan.FromDays(8));
            await Rotate(test, now: true);
            Assert.True(test.Vault.Parts.Ring.EpochKey(first).IsEmpty);
            await test.Reopen();
            Assert.True((await (await test.Own(resident)).Read(id, Cancel)).IsOk);
            Assert.True((await (await test.Own(second)).Read(theirs, Cancel)).IsOk);
            Assert.Single(test.Vault.RingKeys, k => k.Purpose is RingPurpose.Epoch);
        }
    }

    [Fact]
    public async Task A_key_is_used_only_when_every_live_server_has_loaded_it()
    {
        await using var test = await Start(store);
        var (resident, id) = await Somebody(test);
        var first = test.Vault.Parts.Ring.CurrentEpoch;
        test.Vault.Servers.Patience = 0;
        await Server(test, generation: test.Vault.Parts.Ring.Generation, seen: test.Clock.Now);
        Assert.Equal("rotate.waiting", (await test.Vault.RotateEpoch(Job, now: true, Cancel)).Error?.Code);
        Assert.Equal("rotate.waiting", (await test.Vault.RenewKey(Desk, "field", Cancel)).Error?.Code);
        Assert.Equal(first, test.Vault.Parts.Ring.CurrentEpoch);
        Assert.Equal(2, test.Vault.RingKeys.Count(k => k.State is RingKeyState.Spread));
        Assert.Equal(1, test.Vault.Seal.SealForMunicipality(Place, "a"u8)[0]);

        // It loads the ring, and the same keys are used.
        await Server(test, generation: test.Vault.Parts.Ring.Generation, seen: test.Clock.Now);
        Assert.Equal(first + 1, (await test.Vault.RotateEpoch(Job, now: true, Cancel)).Value.Epoch);
        await Server(test, generation: 1, seen: test.Clock.Now);
        test.Clock.Pass(TimeSpan.FromSeconds(61));
        // One that was silent for a minute is not waited for.
        Assert.Equal(2, (await test.Vault.RenewKey(Desk, "field", Cancel)).Value);
        Assert.True((await (await test.Own(resident)).Read(id, Cancel)).IsOk);
    }

    [Fact]
    public async Task A_second_server_reads_and_enrols_through_a_rotation()
    {
        await using var test = await Start(store);
        var (resident, id) = await Somebody(test);
        test.Clock.TimersRun = true;
        await using var second = await test.Another();
        await Rotate(test, now: true);
        var enrolled = (await second.Enrol(Desk, Cancel)).Value;
        Assert.Equal(2, await Count(test, "select count(*) from resident_key where epoch = @p", test.Vault.Parts.Ring.CurrentEpoch));
        Assert.NotNull(await test.Vault.Parts.ResidentKeys.Get(enrolled, Cancel));
        Assert.True((await (await second.Open(Actor.Resident(resident), resident, Purpose.OwnUse, Cancel)).Value.Read(id, Cancel)).IsOk);
    }

    [Fact]
    public async Task A_server_that_slept_through_a_rotation_wraps_nothing_under_a_closed_epoch_and_reads_on()
    {
        await using var test = await Start(store);
        var (resident, _) = await Somebody(test);
        // A ring nobody refreshes: that of a process that was stopped and woken.
        var ring = KeyRing.Open(test.Options.Ring, test.Options.Municipality, test.Clock, create: false).Value;
        using var slept = new ResidentKeyStore(test.Vault.Parts.Keys, ring, new ErasureList(ring, test.Options.Municipality, test.Clock), test.Options.Municipality, test.Clock);
        await Rotate(test, now: true);
        Assert.NotEqual(test.Vault.Parts.Ring.CurrentEpoch, ring.CurrentEpoch);
        await slept.Create([new ResidentNo(999)], Cancel);
        Assert.Equal(2, await Count(test, "select count(*) from resident_key where epoch = @p", test.Vault.Parts.Ring.CurrentEpoch));
        await Rotate(test, now: true);
        Assert.NotNull(await slept.Get(resident, Cancel));
        Assert.NotNull(await test.Vault.Parts.ResidentKeys.Get(new ResidentNo(999), Cancel));
    }

    [Fact]
    public async Task Enrolments_and_erasures_during_a_rotation_are_neither_lost_nor_undone()
    {
        await using var test = await Start(store);
        var before = (await test.Vault.EnrolMany(Desk, 300, Cancel)).Value;
        var (gone, _) = await Somebody(test);
        await test.Vault.Close(Actor.Resident(gone), gone, Cancel);
        test.Clock.Pass(TimeSpan.FromDays(14));
        var during = Task.Run(async () =>
        {
            var made = new List<ResidentNo>();
            for (var i = 0; i < 20; i++)
                made.Add((await test.Vault.Enrol(Desk, Cancel)).Value);
            await test.Vault.EraseDue(Job, Cancel);
            return made;
        }, Cancel);
        for (var i = 0; i < 5; i++)
            await Rotate(test, now: true);
        var after = await during;
        await Rotate(test, now: true);
        foreach (var resident in before.Concat(after))
            Assert.NotNull(await test.Vault.Parts.ResidentKeys.Get(resident, Cancel));
        Assert.Equal(0, await Count(test, "select count(*) from resident_key where resident_no = @p", gone.Value));
        Assert.Equal(320, await Count(test, "select count(*) from resident_key where epoch = @p", test.Vault.Parts.Ring.CurrentEpoch));
    }

    [Fact]
    public async Task Two_thousand_keys_are_wrapped_anew_at_once_and_an_altered_one_is_reported_and_holds_up_nothing()
    {
        await using var test = await Start(store);
        var residents = (await test.Vault.EnrolMany(Desk, 2_000, Cancel)).Value;
        await using (var work = await test.Vault.Parts.Keys.Write(Cancel))
        {
            await work.Execute("update resident_key set wrapped = @w where resident_no = @r", Cancel, ("@w", new byte[92]), ("@r", residents[7].Value));
            await work.Commit(Cancel);
        }

        var rotated = await Rotate(test, now: true);
        Assert.Equal((1_999, 1, 1), (rotated.Rewrapped, rotated.Broken, rotated.Destroyed));
        Assert.Contains(test.Alarms.Messages, m => m.Contains($"resident {residents[7]}", StringComparison.Ordinal));
        Assert.NotNull(await test.Vault.Parts.ResidentKeys.Get(residents[1_999], Cancel));
    }

    [Fact]
    public async Task A_renewed_key_opens_what_the_old_one_closed_and_closes_with_its_number()
    {
        await using var test = await Start(store);
        var old = (Seal: test.Vault.Seal.SealForMunicipality(Place, "yamada"u8), Cookie: test.Vault.ProtectRing("cookie", "c"u8));
        foreach (var purpose in new[] { "field", "cookie", "signing", "seal" })
            Assert.Equal(2, (await test.Vault.RenewKey(Desk, purpose, Cancel)).Value);
        foreach (var purpose in new[] { "mac", "id", "secrets", "lookup-1", "epoch", "nonsense" })
            Assert.Equal("rotate.purpose", (await test.Vault.RenewKey(Desk, purpose, Cancel)).Error?.Code);
        var made = test.Vault.Seal.SealForMunicipality(Place, "sato"u8);
        Assert.Equal([2, 0, 2], made[..3]);
        await test.Reopen();
        Assert.Equal("yamada"u8, test.Vault.Seal.OpenForMunicipality(Place, old.Seal).Value);
        Assert.Equal("sato"u8, test.Vault.Seal.OpenForMunicipality(Place, made).Value);
        Assert.Equal("c"u8, test.Vault.UnprotectRing("cookie", old.Cookie).Value);
        Assert.Equal("d"u8, test.Vault.UnprotectRing("signing", test.Vault.ProtectRing("signing", "d"u8)).Value);
        // The number is bound: a value does not pass as another key's.
        made[2] = 1;
        Assert.Equal("seal.broken", test.Vault.Seal.OpenForMunicipality(Place, made).Error?.Code);
        var (number, signer) = test.Vault.Parts.Ring.SealKey();
        using (signer)
        {
            Assert.Equal(2, number);
            Assert.Equal(signer.ExportSubjectPublicKeyInfo(), test.Vault.Parts.Ring.SealPublicKeys()[2]);
        }

        Assert.Equal(2, test.Vault.Parts.Ring.SealPublicKeys().Count);
    }

    [Fact]
    public async Task A_ring_that_cannot_be_read_after_the_start_stops_rotations_and_no_reads()
    {
        await using var test = await Start(store);
        var (resident, id) = await Somebody(test);
        var path = Path.Combine(test.Options.Ring, "ring.json");
        var good = await File.ReadAllBytesAsync(path, Cancel);
        await File.WriteAllTextAsync(path, "{", Cancel);
        test.Clock.Pass(TimeSpan.FromMinutes(2));
        Assert.True((await (await test.Own(resident)).Read(id, Cancel)).IsOk);
        await test.Vault.Servers.Report(Cancel);
        Assert.Contains(test.Alarms.Messages, m => m.Contains("ring could not be taken over", StringComparison.Ordinal));
        await Assert.ThrowsAsync<InvalidOperationException>(() => test.Vault.RotateEpoch(Job, now: true, Cancel));
        await File.WriteAllBytesAsync(path, good, Cancel);
        Assert.True((await test.Vault.RotateEpoch(Job, now: true, Cancel)).IsOk);
        // A copy from before the rotation is older than what this server holds, and is not taken over.
        await File.WriteAllBytesAsync(path, good, Cancel);
        Assert.False(test.Vault.Parts.Ring.Refresh(force: true));
        Assert.True((await (await test.Own(resident)).Read(id, Cancel)).IsOk);
    }

    [Fact]
    public async Task The_log_keys_of_years_past_their_retention_are_destroyed_and_later_years_stay()
    {
        await using var test = await Start(store);
        await Somebody(test);
        foreach (var years in new[] { 1, 2, 4 })
        {
            test.Clock.Now = new DateTimeOffset(2026 + years, 6, 1, 0, 0, 0, TimeSpan.Zero);
            await Somebody(test);
            await Rotate(test);
        }

        Assert.Equal([2027, 2028, 2030], test.Vault.RingKeys.Where(k => k.Purpose is RingPurpose.Log).Select(k => k.Number));
    }

    [Fact]
    public async Task The_root_key_may_lie_elsewhere_and_is_then_not_made_here()
    {
        await using var test = await Start(store);
        var away = Path.Combine(Path.GetDirectoryName(test.Options.Ring)!, "away.key");
        var options = test.Options with { Root = away };
        Assert.Equal("ring.root", (await RecordVault.Start(options, test.Clock, Cancel)).Error?.Code);
        File.Move(Path.Combine(test.Options.Ring, "root.key"), away);
        await using (var started = (await RecordVault.Start(options, test.Clock, Cancel)).Value)
            Assert.True((await started.Enrol(Desk, Cancel)).IsOk);
        Assert.Equal("ring.root", (await LogAudit.Open(test.Options, test.Clock, Cancel)).Error?.Code);
        await using (var audit = (await LogAudit.Open(options, test.Clock, Cancel)).Value)
            Assert.True((await audit.Verify([], withRecords: true, Cancel)).Value.IsWhole);
        File.Move(away, Path.Combine(test.Options.Ring, "root.key"));
        foreach (var (wrong, code) in new[]
        {
            (test.Options with { DataFolder = Path.GetDirectoryName(test.Options.Ring) }, "vault.ring"),
            (test.Options with { DataFolder = test.Options.Ring }, "vault.ring"),
            (test.Options with { DataFolder = "/nowhere", Root = "/nowhere/root.key" }, "vault.ring"),
            (test.Options with { EpochDays = 31 }, "vault.epoch"), (test.Options with { LogYears = 0 }, "vault.log"),
        })
            Assert.Equal(code, (await RecordVault.Start(wrong, test.Clock, Cancel)).Error?.Code);
    }

    [Fact]
    public async Task Only_one_rotation_runs_at_a_time()
    {
        await using var test = await Start(store);
        using (test.Vault.Parts.Ring.TryLockLongWork())
            Assert.Equal("rotate.running", (await test.Vault.RotateEpoch(Job, now: true, Cancel)).Error?.Code);
        Assert.True((await test.Vault.RotateEpoch(Job, now: true, Cancel)).IsOk);
    }

    private static void Die(bool here)
    {
        if (here)
            throw new InvalidOperationException("the process dies here");
    }

    private static async Task<RotatedKeys> Rotate(TestVault test, bool now = false) => (await test.Vault.RotateEpoch(Job, now, Cancel)).Value;

    private static async Task<(ResidentNo, string)> Somebody(TestVault test)
    {
        var resident = await test.Resident();
        var written = await (await test.Own(resident)).Write([Make.Record(Make.Observation("a"))], Cancel);
        return (resident, written.Value[0].Id);
    }

    private static async Task<long> Count(TestVault test, string sql, long parameter)
    {
        await using var work = await test.Vault.Parts.Keys.Read(Cancel);
        return await work.Number(sql, Cancel, ("@p", parameter)) ?? 0;
    }

    private static async Task Server(TestVault test, long generation, DateTimeOffset seen)
    {
        await using var work = await test.Vault.Parts.Keys.Write(Cancel);
        await work.Execute("delete from ring_server where server_no = 7", Cancel);
        await work.Execute("insert into ring_server (server_no, generation, seen) values (7, @g, @s)", Cancel, ("@g", generation), ("@s", RecordStore.Time.Micros(seen)));
        await work.Commit(Cancel);
    }
}
