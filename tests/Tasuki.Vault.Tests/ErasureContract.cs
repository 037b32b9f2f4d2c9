using System.Text;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Kernel.Seals;
using static Tasuki.Vault.Tests.TestVault;

namespace Tasuki.Vault.Tests;

public sealed class SqliteErasureTests() : ErasureContract(StoreKind.Sqlite);

public sealed class PostgresErasureTests() : ErasureContract(StoreKind.Postgres);

/// <summary>Erasing a person: nothing opens any more, on any server, after any crash, and nobody else is touched.</summary>
public abstract class ErasureContract(StoreKind store)
{
    private static readonly SealPlace Place = new("contact", "address", "1");
    private static readonly Actor Job = Actor.Job("erase", "waiting period over");

    [Fact]
    public async Task A_crash_between_any_two_steps_is_finished_by_the_next_run()
    {
        string[] steps = ["list", "key", "record", "record_history", "sample_chunk", "file_chunk", "file", "access_grant", "resident_lookup", "state"];
        foreach (var last in steps)
        {
            await using var test = await Start(store);
            var (gone, stays) = (await test.Resident(), await test.Resident());
            await Fill(test, gone);
            var kept = await Fill(test, stays);
            var sealedValue = (await test.Vault.Seal.Seal(gone, Place, "himitsu"u8.ToArray(), Cancel)).Value;
            await test.Vault.Close(Actor.Resident(gone), gone, Cancel);
            test.Clock.Pass(TimeSpan.FromDays(14));
            test.Vault.Closure.AfterStep = step =>
            {
                if (step == last)
                    throw new InvalidOperationException("the process dies here");
            };
            await Assert.ThrowsAsync<InvalidOperationException>(() => test.Vault.EraseDue(Job, Cancel));

            // What holds from the first step on: closed for good, and no key.
            Assert.Equal("gate.refused", (await test.Vault.CancelClosure(Actor.Resident(gone), gone, Cancel)).Error?.Code);
            Assert.Null(await test.Vault.Parts.ResidentKeys.Get(gone, Cancel));
            await test.Reopen();
            await test.Vault.EraseDue(Job, Cancel);

            Assert.Equal("seal.gone", (await test.Vault.Seal.Open(gone, Place, sealedValue, Cancel)).Error?.Code);
            Assert.False((await test.Vault.Open(Actor.Resident(gone), gone, Purpose.OwnUse, Cancel)).IsOk);
            foreach (var table in steps[2..^1])
                Assert.Equal(0, await test.Number($"select count(*) from {table} where resident_no = @r", ("@r", gone.Value)));
            Assert.Equal(3, await test.Number("select state from resident where resident_no = @r", ("@r", gone.Value)));
            await using (var work = await test.Vault.Parts.Keys.Read(Cancel))
                Assert.Equal(0, await work.Number("select count(*) from resident_key where resident_no = @r", Cancel, ("@r", gone.Value)));
            Assert.True((await (await test.Own(stays)).Read(kept, Cancel)).IsOk);
            Assert.Single(await (await test.Own(stays)).Files(Cancel));
            Assert.Empty(await test.Vault.EraseDue(Job, Cancel));
        }
    }

    [Fact]
    public async Task A_second_server_with_a_warm_key_opens_nothing_of_an_erased_person()
    {
        await using var test = await Start(store);
        var resident = await test.Resident();
        var id = await Fill(test, resident);
        await using var second = await test.Another();
        var open = (await second.Open(Actor.Resident(resident), resident, Purpose.OwnUse, Cancel)).Value;
        Assert.True((await open.Read(id, Cancel)).IsOk);
        var stream = (await open.OpenFile(1, Cancel)).Value;

        await test.Vault.Close(Actor.Resident(resident), resident, Cancel);
        test.Clock.Pass(TimeSpan.FromDays(14));
        // The second server reads the key at the last moment, and holds it still when the first has destroyed it.
        var sealedValue = (await second.Seal.Seal(resident, Place, "himitsu"u8.ToArray(), Cancel)).Value;
        Assert.NotNull(await second.Parts.ResidentKeys.Get(resident, Cancel));
        await test.Vault.EraseDue(Job, Cancel);
        Assert.Null(await second.Parts.ResidentKeys.Get(resident, Cancel));
        Assert.Equal("seal.gone", (await second.Seal.Open(resident, Place, sealedValue, Cancel)).Error?.Code);
        Assert.False((await open.Read(id, Cancel)).IsOk);
        Assert.Empty((await open.Search(new RecordQuery(), Cancel)).Value.Records);
        await Assert.ThrowsAsync<IOException>(async () => await stream.CopyToAsync(Stream.Null, Cancel));
        Assert.False((await open.Write([Make.Record(Make.Observation("z"))], Cancel)).IsOk);
    }

    [Fact]
    public async Task Whoever_stands_on_the_list_and_comes_back_with_a_restored_store_goes_again_at_start()
    {
        await using var test = await Start(store);
        var (gone, stays) = (await test.Resident(), await test.Resident());
        await Fill(test, gone);
        var kept = await Fill(test, stays);
        // The list alone survived: rows and keys are those of an older backup.
        test.Vault.Parts.Erased.Add(gone);
        await test.Reopen();
        Assert.False((await test.Vault.Open(Actor.Resident(gone), gone, Purpose.OwnUse, Cancel)).IsOk);
        Assert.Equal(0, await test.Number("select count(*) from record where resident_no = @r", ("@r", gone.Value)));
        Assert.True((await (await test.Own(stays)).Read(kept, Cancel)).IsOk);
    }

    [Fact]
    public async Task An_unwrapped_key_is_asked_for_again_after_a_minute()
    {
        await using var test = await Start(store);
        var resident = await test.Resident();
        var id = await Fill(test, resident);
        var session = await test.Own(resident);
        Assert.True((await session.Read(id, Cancel)).IsOk);
        await using (var work = await test.Vault.Parts.Keys.Write(Cancel))
        {
            await work.Execute("delete from resident_key", Cancel);
            await work.Commit(Cancel);
        }

        Assert.True((await session.Read(id, Cancel)).IsOk);
        test.Clock.Pass(TimeSpan.FromSeconds(60));
        Assert.False((await session.Read(id, Cancel)).IsOk);
    }

    [Fact]
    public async Task Only_the_resident_closes_and_reopens_their_account()
    {
        await using var test = await Start(store);
        var (resident, other) = (await test.Resident(), await test.Resident());
        foreach (var actor in new[] { Actor.Resident(other), Actor.Officer("o"), Actor.Operator("x", "y"), Actor.Clinician("c") })
        {
            Assert.Equal("gate.refused", (await test.Vault.Close(actor, resident, Cancel)).Error?.Code);
            Assert.Equal("gate.refused", (await test.Vault.CancelClosure(actor, resident, Cancel)).Error?.Code);
        }

        Assert.True((await test.Vault.Open(Actor.Resident(resident), resident, Purpose.OwnUse, Cancel)).IsOk);
        Assert.Equal(test.Clock.Now.AddDays(14), (await test.Vault.Close(Actor.Resident(resident), resident, Cancel)).Value);
        Assert.Equal("gate.refused", (await test.Vault.Close(Actor.Resident(resident), resident, Cancel)).Error?.Code);
    }

    [Fact]
    public async Task An_enrolment_that_dies_after_any_step_leaves_nobody_without_a_key_and_no_number_twice()
    {
        await using var test = await Start(store);
        var before = await test.Resident();
        foreach (var last in new[] { "number", "key", "log", "row" })
        {
            test.Vault.Enrolment.AfterStep = step =>
            {
                if (step == last)
                    throw new InvalidOperationException("the process dies here");
            };
            await Assert.ThrowsAsync<InvalidOperationException>(() => test.Vault.EnrolMany(Actor.Operator("test", "tests"), 3, Cancel));
            await test.Reopen();
            var after = await test.Resident();
            Assert.True(after.Value > before.Value + 3);
            await Fill(test, after);
            before = after;
        }

        for (var no = 1L; no <= before.Value; no++)
        {
            if (await test.Number("select count(*) from resident where resident_no = @r", ("@r", no)) == 1)
                Assert.NotNull(await test.Vault.Parts.ResidentKeys.Get(new ResidentNo(no), Cancel));
        }
    }

    [Fact]
    public async Task An_older_record_backup_brings_back_everybody_but_the_erased()
    {
        await using var test = await Start(store);
        var (gone, stays) = (await test.Resident(), await test.Resident());
        await Fill(test, gone);
        var kept = await Fill(test, stays);
        var backup = await RawCopy.Of(test.Vault.Parts.Records);
        await Erase(test, gone);
        await backup.PutBack(test.Vault.Parts.Records);
        await test.Reopen();
        await IsGone(test, gone);
        Assert.True((await (await test.Own(stays)).Read(kept, Cancel)).IsOk);
        Assert.Single(await (await test.Own(stays)).Files(Cancel));
    }

    [Fact]
    public async Task An_older_key_store_backup_brings_back_everybody_but_the_erased()
    {
        await using var test = await Start(store);
        var (gone, stays) = (await test.Resident(), await test.Resident());
        await Fill(test, gone);
        var kept = await Fill(test, stays);
        var backup = await RawCopy.Of(test.Vault.Parts.Keys);
        await Erase(test, gone);
        // Two days and epochs later: within the days a copy of the key store is of use.
        test.Clock.Pass(TimeSpan.FromDays(2));
        await test.Vault.RotateEpoch(Job, now: false, Cancel);
        await backup.PutBack(test.Vault.Parts.Keys);
        await test.Reopen();
        await using (var work = await test.Vault.Parts.Keys.Read(Cancel))
            Assert.Equal(0, await work.Number("select count(*) from resident_key where resident_no = @r", Cancel, ("@r", gone.Value)));
        await IsGone(test, gone);
        Assert.True((await (await test.Own(stays)).Read(kept, Cancel)).IsOk);
    }

    [Fact]
    public async Task Raw_copies_of_both_stores_open_nothing_of_the_erased_once_the_epochs_are_gone_and_would_have_before()
    {
        await using var test = await Start(store);
        var (gone, stays) = (await test.Resident(), await test.Resident());
        await Fill(test, gone);
        var kept = await Fill(test, stays);
        await test.Vault.Close(Actor.Resident(gone), gone, Cancel);
        test.Clock.Pass(TimeSpan.FromDays(14));
        await test.Vault.RotateEpoch(Job, now: false, Cancel);
        var (records, keys) = (await RawCopy.Of(test.Vault.Parts.Records), await RawCopy.Of(test.Vault.Parts.Keys));
        var erased = test.Clock.Now;
        Assert.Equal([gone], await test.Vault.EraseDue(Job, Cancel));

        // Who keeps both copies and has the ring with a list that forgets: nothing but the epoch's end holds this person then.
        Assert.NotNull(OpenedWithoutList(test, keys, gone));
        var promised = test.Vault.ErasureDates(erased);
        Assert.Equal(erased, promised.RecordCopies);
        while (test.Clock.Now + TimeSpan.FromHours(8) < promised.KeyCopies)
        {
            test.Clock.Pass(TimeSpan.FromHours(8));
            Assert.True((await test.Vault.RotateEpoch(Job, now: false, Cancel)).IsOk);
        }

        Assert.Null(OpenedWithoutList(test, keys, gone));
        Assert.True((await (await test.Own(stays)).Read(kept, Cancel)).IsOk);
        Assert.NotEmpty(records.Rows("record"));

        // The same day, where the operator says so.
        var again = await RawCopy.Of(test.Vault.Parts.Keys);
        await Erase(test, stays, days: 14);
        Assert.NotNull(OpenedWithoutList(test, again, stays));
        Assert.True((await test.Vault.RotateEpoch(Job, now: true, Cancel)).IsOk);
        Assert.Null(OpenedWithoutList(test, again, stays));
    }

    [Fact]
    public async Task At_the_counter_who_is_closing_is_erased_at_once_by_an_officer_with_a_reason_and_nobody_else()
    {
        await using var test = await Start(store);
        var (gone, open) = (await test.Resident(), await test.Resident());
        await Fill(test, gone);
        var officer = Actor.Officer("o1");
        Assert.Equal("gate.refused", (await test.Vault.EraseAtCounter(officer, gone, "counter, card shown", Cancel)).Error?.Code);
        await test.Vault.Close(Actor.Resident(gone), gone, Cancel);
        foreach (var (who, reason) in new[] { (Actor.Resident(gone), "x"), (Actor.Operator("a", "b"), "x"), (Actor.Clinician("c"), "x"), (officer, " ") })
            Assert.Equal("gate.refused", (await test.Vault.EraseAtCounter(who, gone, reason, Cancel)).Error?.Code);
        Assert.True((await test.Vault.EraseAtCounter(officer, gone, "counter, card shown", Cancel)).IsOk);
        await IsGone(test, gone);
        Assert.True((await test.Vault.Open(Actor.Resident(open), open, Purpose.OwnUse, Cancel)).IsOk);
    }

    [Fact]
    public async Task An_account_written_as_closing_by_SQL_is_erased_by_nobody()
    {
        await using var test = await Start(store);
        var resident = await test.Resident();
        var id = await Fill(test, resident);
        await test.Sql("update resident set state = 2, closed_at = 1, erase_at = 2 where resident_no = @r", ("@r", resident.Value));
        Assert.Empty(await test.Vault.EraseDue(Job, Cancel));
        Assert.Equal("gate.refused", (await test.Vault.EraseAtCounter(Actor.Officer("o1"), resident, "counter", Cancel)).Error?.Code);
        await test.Sql("update resident set state = 1, closed_at = null, erase_at = null where resident_no = @r", ("@r", resident.Value));
        Assert.True((await (await test.Own(resident)).Read(id, Cancel)).IsOk);
    }

    private static async Task Erase(TestVault test, ResidentNo resident, int days = 14)
    {
        await test.Vault.Close(Actor.Resident(resident), resident, Cancel);
        test.Clock.Pass(TimeSpan.FromDays(days));
        Assert.Equal([resident], await test.Vault.EraseDue(Job, Cancel));
    }

    private static async Task IsGone(TestVault test, ResidentNo resident)
    {
        Assert.Null(await test.Vault.Parts.ResidentKeys.Get(resident, Cancel));
        Assert.Equal("gate.refused", (await test.Vault.Open(Actor.Resident(resident), resident, Purpose.OwnUse, Cancel)).Error?.Code);
        foreach (var table in new[] { "record", "record_history", "sample_chunk", "file_chunk", "file", "access_grant", "resident_lookup" })
            Assert.Equal(0, await test.Number($"select count(*) from {table} where resident_no = @r", ("@r", resident.Value)));
    }

    // The wrapped key as it lies in a copy, held against the ring of today by somebody who does not care for the list.
    private static byte[]? OpenedWithoutList(TestVault test, RawCopy keys, ResidentNo resident)
    {
        var ring = Keys.KeyRing.Open(test.Options.Ring, test.Options.Municipality, test.Clock, create: false).Value;
        var row = keys.Rows("resident_key").Single(r => (long)r[0]! == resident.Value);
        var (epoch, version) = ((long)row[1]!, (byte)(long)row[2]!);
        return ring.EpochKey((int)epoch) is { IsEmpty: false } key
            ? Keys.Aead.Open(key, 0, (byte[])row[3]!, Keys.ResidentKeyStore.Bound(test.Options.Municipality, resident, epoch, version)) : null;
    }

    private static async Task<string> Fill(TestVault test, ResidentNo resident)
    {
        var session = await test.Own(resident, Purpose.Import);
        var id = (await session.Write([Make.Record(Make.Observation("a")), Make.Record(Make.Observation("b"))], Cancel)).Value[0].Id;
        await session.Write([Make.Record(Make.Observation("b", value: "8"))], Cancel);
        await session.KeepFile("a.txt", "text/plain", new MemoryStream(Encoding.UTF8.GetBytes("original")), Cancel);
        await session.WriteSamples([new SampleDay("8867-4", "/min", new DateOnly(2025, 1, 1), [new Sample(0, 60, "72")])], Cancel);
        await test.Vault.Grant(Actor.Resident(resident), new NewGrant(resident, ActorKind.Clinician, "c1", Purpose.Care, AccessClasses.All, null, null, test.Clock.Now.AddDays(100)), Cancel);
        await test.Vault.AddLookup(resident, LookupKind.Phone, Encoding.UTF8.GetBytes("0312345678"), Cancel);
        return id;
    }
}
