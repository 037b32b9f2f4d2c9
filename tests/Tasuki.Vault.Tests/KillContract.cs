using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Kernel.Seals;
using Tasuki.Vault.Keys;
using Tasuki.Vault.RecordStore;
using static Tasuki.Vault.Tests.LogTesting;
using static Tasuki.Vault.Tests.TestVault;
using static Tasuki.Vault.Tests.VerifyContract;

namespace Tasuki.Vault.Tests;

public sealed class SqliteKillTests() : KillContract(StoreKind.Sqlite);

public sealed class PostgresKillTests() : KillContract(StoreKind.Postgres);

/// <summary>SIGKILL between every two steps of what must not stand half done (<see cref="KilledVault"/>), counted by number so that a step added later is killed too.</summary>
public abstract class KillContract(StoreKind store)
{
    private static readonly Actor Job = Actor.Job("erase", "the waiting period is over");

    [Fact]
    public async Task Enrolment_leaves_nobody_half_there_and_no_resident_without_a_durable_key()
    {
        await using var test = await Start(store);
        var before = await test.Resident();
        await test.Vault.DisposeAsync();
        var killed = new List<string>();
        while (await KilledVault.Run(test, KilledVault.Enrol, killed.Count + 1, before, Cancel) is { } step)
        {
            killed.Add(step);
            await test.Open();
            var number = new ResidentNo(before.Value + killed.Count);
            Assert.Equal(step is "number" ? 0 : 1, await Keys(test, number));
            var session = await test.Vault.Open(Actor.Resident(number), number, Purpose.Import, Cancel);
            Assert.Equal(step is "row", session.IsOk);
            if (session.IsOk)
                Assert.True((await session.Value.Write([Make.Record(Make.Observation("a"))], Cancel)).IsOk);
            Assert.Equal(0, await test.Number("select count(*) from record where resident_no not in (select resident_no from resident)"));
            await LiveOn(test);
            Assert.Empty((await Report(test, records: true)).Findings);
            await test.Vault.DisposeAsync();
        }

        Assert.Equal(["number", "key", "log", "row"], killed);
        await test.Open();
        // No number is given twice, whoever was half on the way.
        Assert.Equal(before.Value + killed.Count + 2, (await test.Resident()).Value);
    }

    [Fact]
    public async Task Erasure_refuses_from_the_first_step_and_the_next_start_leaves_no_key_and_no_row() => await Erasure(restarted: true);

    [Fact]
    public async Task Erasure_is_finished_by_a_server_that_lived_on_with_a_warm_key() => await Erasure(restarted: false);

    [Fact]
    public async Task A_change_of_keys_loses_nothing_and_is_finished_by_the_next_run()
    {
        var killed = new List<string>();
        while (true)
        {
            await using var test = await Start(store);
            var resident = await test.Resident();
            await Fill(test, resident);
            var seen = await Seen(test, resident);
            await test.Vault.DisposeAsync();
            var step = await KilledVault.Run(test, KilledVault.Change, killed.Count + 1, resident, Cancel);
            await test.Open();
            if (step is null)
                break;
            killed.Add(step);
            Assert.Equal(seen, await Seen(test, resident));
            for (var run = 0; run < 2; run++)
            {
                test.Clock.Pass(KeyChange.Spreading + KeyChange.Settling);
                if (run == 0 || (await test.Vault.ChangingKeys(Cancel)).Count > 0)
                    await test.Vault.ChangeResidentKey(Actor.Operator("sasaki", "tests"), resident, (_, _, _) => Task.FromResult(new Resealed(0, 0)), Cancel);
            }

            Assert.Equal(1, await Keys(test, resident));
            Assert.Equal(seen, await Seen(test, resident));
            await LiveOn(test);
            Assert.Empty((await Report(test, records: true)).Findings);
            Assert.Empty(test.Alarms.Messages);
        }

        string[] once = [.. RewrittenTable.All.Select(t => t.Name), "columns"];
        Assert.Equal(["log", "key", .. once, .. once, "said", "destroyed"], killed);
    }

    private async Task Erasure(bool restarted)
    {
        var killed = new List<string>();
        while (true)
        {
            await using var test = await Start(store);
            var (gone, stays) = (await test.Resident(), await test.Resident());
            await Fill(test, gone);
            await Fill(test, stays);
            await test.Vault.AddLookup(gone, LookupKind.Phone, "0312345678"u8.ToArray(), Cancel);
            var kept = await Seen(test, stays);
            await test.Vault.Close(Actor.Resident(gone), gone, Cancel);
            test.Clock.Pass(TimeSpan.FromDays(14));
            Assert.NotNull(await test.Vault.Parts.ResidentKeys.Get(gone, Cancel));
            if (await KilledVault.Run(test, KilledVault.Erase, killed.Count + 1, gone, Cancel) is not { } step)
                break;
            killed.Add(step);

            Assert.False((await test.Vault.Open(Actor.Resident(gone), gone, Purpose.OwnUse, Cancel)).IsOk);
            Assert.Equal("gate.refused", (await test.Vault.CancelClosure(Actor.Resident(gone), gone, Cancel)).Error?.Code);
            Assert.Null(await test.Vault.Parts.ResidentKeys.Get(gone, Cancel));
            if (restarted)
                await test.Reopen();
            else
                await test.Vault.EraseDue(Job, Cancel);
            await test.Vault.EraseDue(Job, Cancel);

            Assert.Equal(0, await Keys(test, gone));
            foreach (var table in RewrittenTable.All.Select(t => t.Name).Append("resident_lookup"))
                Assert.Equal(0, await test.Number($"select count(*) from {table} where resident_no = @r", ("@r", gone.Value)));
            Assert.Equal(3, await test.Number("select state from resident where resident_no = @r", ("@r", gone.Value)));
            Assert.Equal(kept, await Seen(test, stays));
            await LiveOn(test);
            Assert.Empty((await Report(test, records: true)).Findings);
        }

        Assert.Equal(["list", "key", "record", "record_history", "sample_chunk", "file_chunk", "file", "access_grant", "resident_lookup", "state"], killed);
    }

    private static async Task<long> Keys(TestVault test, ResidentNo resident)
    {
        await using var work = await test.Vault.Parts.Keys.Read(Cancel);
        return await work.Number("select count(*) from resident_key where resident_no = @r", Cancel, ("@r", resident.Value)) ?? 0;
    }

    private static async Task<string> Seen(TestVault test, ResidentNo resident)
    {
        var session = await test.Own(resident);
        var records = (await session.Search(new RecordQuery(), Cancel)).Value.Records.Select(r => $"{r.Id} {r.Version} {r.Resource.Text()}");
        return string.Join('\n', records) + string.Join('\n', await session.Files(Cancel)) + await session.Samples(null, null, null, Cancel).CountAsync(Cancel);
    }
}
