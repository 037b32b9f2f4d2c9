using System.Data.Common;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Vault.RecordStore;
using Tasuki.Vault.Store;
using static Tasuki.Vault.Tests.TestVault;

namespace Tasuki.Vault.Tests;

public sealed class SqliteTogetherTests() : TogetherContract(StoreKind.Sqlite);

public sealed class PostgresTogetherTests() : TogetherContract(StoreKind.Postgres)
{
    [Fact]
    public async Task Who_waits_for_a_resident_keeps_nobody_else_waiting()
    {
        await using var test = await Start(StoreKind.Postgres);
        // More than there are lanes: none of them may be a way that is closed to others.
        var (held, other) = (await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => test.Resident())), await test.Resident());
        var work = await test.Vault.Parts.Records.Write(Cancel);
        foreach (var resident in held)
            await ResidentRow.Read(test.Vault.Parts, work, resident, locked: true, Cancel);
        var waiting = new List<Task<Result<IReadOnlyList<ChangedRecord>>>>();
        foreach (var resident in held)
            waiting.Add((await test.Own(resident)).Change([Create("held")], null, Cancel));
        for (var i = 0; i < 20; i++)
            Assert.True((await (await test.Own(other)).Change([Create($"{i}")], null, Cancel).WaitAsync(TimeSpan.FromMinutes(1), Cancel)).IsOk);
        Assert.DoesNotContain(waiting, one => one.IsCompleted);
        await work.DisposeAsync();
        foreach (var one in waiting)
            Assert.Equal(ChangeOutcome.Created, Assert.Single((await one).Value).Outcome);
        Assert.Empty((await LogTesting.Report(test, records: true)).Findings);
    }
}

/// <summary>Few new rows of many residents may share a transaction; what becomes of the one is nothing to the others.</summary>
public abstract class TogetherContract(StoreKind store)
{
    [Fact]
    public async Task Of_many_at_once_each_is_there_once_with_its_entry()
    {
        await using var test = await Start(store);
        var residents = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => test.Resident()));
        var made = await Task.WhenAll(Enumerable.Range(0, 240).Select(i => Task.Run(async () =>
            (await (await test.Own(residents[i % 6])).Change([.. Enumerable.Range(0, 1 + (i % 3)).Select(j => Create($"{i}.{j}"))], null, Cancel)).Value)));
        Assert.Equal(480, made.SelectMany(one => one).Select(one => one.Id).Distinct(StringComparer.Ordinal).Count());
        foreach (var (resident, place) in residents.Select((one, i) => (one, i)))
        {
            var records = (await (await test.Own(resident)).Search(new RecordQuery { Limit = 1_000 }, Cancel)).Value.Records;
            Assert.Equal(
                Enumerable.Range(0, 240).Where(i => i % 6 == place).SelectMany(i => Enumerable.Range(0, 1 + (i % 3)).Select(j => $"{i}.{j}")).Order(StringComparer.Ordinal),
                records.Select(one => Identifier(one.Resource.Text())).Order(StringComparer.Ordinal));
        }

        Assert.Empty((await LogTesting.Report(test, records: true)).Findings);
    }

    [Fact]
    public async Task One_that_fails_fails_alone()
    {
        await using var test = await Start(store);
        var residents = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => test.Resident()));
        var records = test.Vault.Parts.Records;
        var stored = await Task.WhenAll(residents.Select((resident, i) => Task.Run(async () =>
        {
            var insert = await Insert(test, resident, i % 5 == 2 ? null : [1, 2, 3]);
            if (i % 5 != 2)
                return await records.Commit(insert);
            await Assert.ThrowsAnyAsync<DbException>(() => records.Commit(insert));
            return false;
        })));
        Assert.Equal(Enumerable.Range(0, 40).Select(i => i % 5 != 2), stored);
        foreach (var (resident, i) in residents.Select((one, i) => (one, i)))
        {
            Assert.Equal(i % 5 == 2 ? (0, 0) : (1, 1), (
                await test.Number("select count(*) from record where resident_no = @r", ("@r", resident.Value)),
                await test.Number("select next_seq from resident where resident_no = @r", ("@r", resident.Value)) - (await Seen(test, residents[2])).NextSeq));
        }
    }

    [Fact]
    public async Task Of_those_planned_on_the_same_row_one_is_stored()
    {
        await using var test = await Start(store);
        var resident = await test.Resident();
        var insert = await Insert(test, resident, [1, 2, 3]);
        var stored = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => Task.Run(() => test.Vault.Parts.Records.Commit(insert))));
        Assert.Single(stored, one => one);
        Assert.Equal(1, await test.Number("select count(*) from record"));
        await test.Sql($"update resident set state = {(int)ResidentState.Closing}");
        Assert.False(await test.Vault.Parts.Records.Commit(await Insert(test, resident, [1, 2, 3])));
    }

    [Fact]
    public async Task What_was_written_after_the_gate_opened_makes_the_first_try_a_vain_one_and_nothing_else()
    {
        await using var test = await Start(store);
        var resident = await test.Resident();
        var (owner, id) = (Actor.Resident(resident), (await (await test.Own(resident)).Change([Create("first")], null, Cancel)).Value[0].Id);
        var one = (await test.Vault.OpenToWrite(owner, resident, Purpose.OwnUse, Purpose.OwnUse, Cancel)).Value;
        var two = (await test.Vault.OpenToWrite(owner, resident, Purpose.OwnUse, Purpose.OwnUse, Cancel)).Value;
        var made = new[] { await one.Change([Create("a")], null, Cancel), await two.Change([Create("b")], null, Cancel), await one.Change([Create("c")], null, Cancel) };
        Assert.Equal(3, made.Select(done => Assert.Single(done.Value).Id).Distinct(StringComparer.Ordinal).Count());

        var old = (await test.Vault.OpenToWrite(owner, resident, Purpose.OwnUse, Purpose.OwnUse, Cancel)).Value;
        await one.Change([new RecordChange.Update(id, Make.Record(Make.Observation("first", value: "7")))], null, Cancel);
        Assert.Equal(3, Assert.Single((await old.Change([new RecordChange.Update(id, Make.Record(Make.Observation("first", value: "8")))], null, Cancel)).Value).Version);
        Assert.Equal(3, (await (await test.Own(resident)).AccessLog(50, Cancel)).Count(entry => entry.Action is "unconfirmed") + 1);
        Assert.Empty((await LogTesting.Report(test, records: true)).Findings);
    }

    protected static RecordChange.Create Create(string name) => new(Make.Record(Make.Observation(name)));

    private static string Identifier(string json) => json.Split("\"value\":\"")[1].Split('"')[0];

    private static async Task<ResidentRow> Seen(TestVault test, ResidentNo resident)
    {
        await using var work = await test.Vault.Parts.Records.Read(Cancel);
        return (await ResidentRow.Read(test.Vault.Parts, work, resident, locked: false, Cancel))!;
    }

    private static async Task<GuardedInsert> Insert(TestVault test, ResidentNo resident, byte[]? body)
    {
        var seen = await Seen(test, resident);
        object?[] row = [resident.Value, seen.LastUpdated + 1, null, null, null, null, seen.NextSeq, 1L, 1L, 1L, 1L, 0L, body, Array.Empty<byte>(), null];
        return new GuardedInsert(resident, seen.MoveOnIfFree(test.Vault.Parts.Records, resident, seen.NextSeq + 1, seen.LastUpdated + 1), VaultColumns.Record, [row]);
    }
}
