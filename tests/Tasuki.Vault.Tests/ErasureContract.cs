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
