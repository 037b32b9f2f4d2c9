using System.Text;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Kernel.Seals;
using Tasuki.Vault.Keys;
using Tasuki.Vault.RecordStore;
using Tasuki.Vault.Store;
using static Tasuki.Vault.Tests.LogTesting;
using static Tasuki.Vault.Tests.TestVault;
using static Tasuki.Vault.Tests.VerifyContract;

namespace Tasuki.Vault.Tests;

public sealed class SqliteKeyChangeTests() : KeyChangeContract(StoreKind.Sqlite);

public sealed class PostgresKeyChangeTests() : KeyChangeContract(StoreKind.Postgres);

/// <summary>A resident's key changed on suspicion: the old one opens nothing any more, nothing is lost, and nobody notices.</summary>
public abstract class KeyChangeContract(StoreKind store)
{
    private const int Many = 230;
    private static readonly Actor Operator = Actor.Operator("sasaki", "a copy was seen");
    private static readonly SealPlace Place = new("contact", "address", "1");

    [Fact]
    public async Task A_copied_key_opens_nothing_that_stands_after_the_change_and_the_resident_sees_who_changed_it()
    {
        await using var test = await Start(store);
        var (resident, other) = (await test.Resident(), await test.Resident());
        await Fill(test, resident);
        await Fill(test, other);
        var columns = await Columns.Of(test, resident);
        var copied = new ResidentKeys([.. (await test.Vault.Parts.ResidentKeys.Versions(resident)).Select(v => (v.Number, v.Bytes))]);
        var (before, opens) = (await Seen(test.Vault, resident), await OpenedBy(test, resident, copied));
        Assert.True(opens > Many + 4);

        Assert.Equal(KeyChangeState.Spreading, await Change(test, resident, columns));
        Assert.Equal(opens, await OpenedBy(test, resident, copied));
        test.Clock.Pass(KeyChange.Spreading);
        Assert.Equal(KeyChangeState.Settling, await Change(test, resident, columns));
        Assert.Equal(0, await OpenedBy(test, resident, copied));
        Assert.Equal([1, 2], await Versions(test, resident));
        test.Clock.Pass(KeyChange.Settling);
        // A backup may have copied rows of before, and copies the keys last: while one is under way the old version stays.
        using (test.Vault.Parts.Ring.TryLockLongWork())
            Assert.Equal(KeyChangeState.Settling, await Change(test, resident, columns));
        Assert.Equal([1, 2], await Versions(test, resident));
        Assert.Equal(KeyChangeState.Finished, await Change(test, resident, columns));

        Assert.Equal([2], await Versions(test, resident));
        Assert.Empty(await test.Vault.ChangingKeys(Cancel));
        Assert.Equal([1], await Versions(test, other));
        Assert.Equal(before, await Seen(test.Vault, resident));
        Assert.Equal("himitsu"u8.ToArray(), (await test.Vault.Seal.Open(resident, Place, columns.Value, Cancel)).Value);
        Assert.True((await test.Vault.Open(Actor.Clinician("c1"), resident, Purpose.Care, Cancel)).IsOk);
        Assert.Empty(test.Alarms.Messages);
        var entries = await (await test.Own(resident)).AccessLog(1000, Cancel);
        Assert.Equal(["before version 2, destroyed", "version 2"], entries.Where(e => e.Action == "change-key").Select(e => e.Detail), StringComparer.Ordinal);
        Assert.All(entries.Where(e => e.Action is "change-key" or "rewrite"), e => Assert.Equal((ActorKind.Operator, "sasaki"), (e.ActorKind, e.ActorId)));
        foreach (var table in RewrittenTable.All)
            Assert.Contains(entries, e => e.Action == "rewrite" && e.Detail == table.Name);

        // Then again: the third version follows the second.
        await Change(test, resident, columns);
        test.Clock.Pass(KeyChange.Spreading + KeyChange.Settling);
        Assert.Equal(KeyChangeState.Finished, await Change(test, resident, columns));
        Assert.Equal([3], await Versions(test, resident));
        Assert.Equal(before, await Seen(test.Vault, resident));
    }

    [Fact]
    public async Task The_check_of_the_log_finds_rewritten_rows_in_order_and_a_row_put_back_to_the_old_key_not()
    {
        await using var test = await Start(store);
        var resident = await test.Resident();
        await Fill(test, resident);
        await test.Sql("create table kept as select * from record");
        await test.Sql("create table kept_samples as select * from sample_chunk");
        var columns = await Columns.Of(test, resident);
        await Change(test, resident, columns);
        test.Clock.Pass(KeyChange.Spreading);
        await Change(test, resident, columns);
        await LiveOn(test);
        Assert.Empty((await Report(test, records: true)).Findings);
        await (await test.Own(resident, Purpose.Import)).Write([Make.Record(Make.Observation("i1", value: "9"))], Cancel);
        Assert.Empty((await Report(test, records: true)).Findings);

        await test.Sql("update record set body = (select k.body from kept k where k.seq = record.seq) where seq = 5");
        await test.Sql("update sample_chunk set body = (select k.body from kept_samples k where k.day = sample_chunk.day)");
        var findings = (await Report(test, records: true)).Findings;
        Assert.Contains(findings, f => f.Contains("record, seq 5, version 1: the row is not the one that was rewritten", StringComparison.Ordinal));
        Assert.Contains(findings, f => f.Contains("sample_chunk, day", StringComparison.Ordinal) && f.Contains("not the one that was rewritten", StringComparison.Ordinal));
        Assert.Equal(2, findings.Count);
    }

    [Fact]
    public async Task A_second_server_with_a_warm_key_reads_searches_and_writes_the_same_through_all_of_it()
    {
        await using var test = await Start(store);
        var resident = await test.Resident();
        await Fill(test, resident);
        await using var second = await test.Another();
        var columns = await Columns.Of(test, resident);
        var before = await Seen(second, resident);
        await Change(test, resident, columns);
        // It holds the keys of before the change; what it writes now, and what the first writes, opens on both.
        Assert.Equal(before, await Seen(second, resident));
        await Write(second, resident, "w1");
        await Write(test.Vault, resident, "w2");
        Assert.Equal(await Seen(second, resident), await Seen(test.Vault, resident));

        // Warm again at the last moment before the new key closes: it goes on closing with the old one while everything is rewritten.
        test.Clock.Pass(KeyChange.Spreading - TimeSpan.FromMilliseconds(1));
        before = await Seen(second, resident);
        test.Clock.Pass(TimeSpan.FromMilliseconds(1));
        await Change(test, resident, columns);
        Assert.Equal(before, await Seen(second, resident));
        await Write(second, resident, "w3");
        await Write(test.Vault, resident, "w4");
        var late = (await second.Seal.Seal(resident, Place, "late"u8.ToArray(), Cancel)).Value;
        Assert.Equal((1, 2), (late[1], (await test.Vault.Seal.Seal(resident, Place, "new"u8.ToArray(), Cancel)).Value[1]));
        columns.Value = late;
        Assert.Equal(await Seen(second, resident), await Seen(test.Vault, resident));

        test.Clock.Pass(KeyChange.Settling);
        before = await Seen(test.Vault, resident);
        Assert.Equal(KeyChangeState.Finished, await Change(test, resident, columns));
        Assert.Equal(before, await Seen(second, resident));
        Assert.Equal(before, await Seen(test.Vault, resident));
        Assert.Equal("late"u8.ToArray(), (await second.Seal.Open(resident, Place, columns.Value, Cancel)).Value);
        Assert.Empty(test.Alarms.Messages);
    }

    [Fact]
    public async Task A_change_cut_off_after_any_step_is_continued_and_loses_nothing()
    {
        string[] steps = ["log", "key", .. RewrittenTable.All.Select(t => t.Name), "columns", "said", "destroyed"];
        foreach (var last in steps)
        {
            await using var test = await Start(store);
            var resident = await test.Resident();
            await Fill(test, resident);
            var columns = await Columns.Of(test, resident);
            var before = await Seen(test.Vault, resident);
            var dies = true;
            for (var run = 0; run < 4; run++)
            {
                test.Vault.KeyChange.AfterStep = step =>
                {
                    if (dies && step == last)
                        throw new InvalidOperationException("the process dies here");
                };
                try
                {
                    await Change(test, resident, columns);
                }
                catch (InvalidOperationException)
                {
                    dies = false;
                    await test.Vault.Abandon();
                    await test.Open();
                    Assert.Equal(before, await Seen(test.Vault, resident));
                }

                test.Clock.Pass(KeyChange.Settling + KeyChange.Spreading);
            }

            Assert.False(dies, last);
            if ((await Versions(test, resident)).Count > 1)
                Assert.Equal(KeyChangeState.Finished, await Change(test, resident, columns));
            Assert.True(Assert.Single(await Versions(test, resident)) > 1, last);
            Assert.Equal(before, await Seen(test.Vault, resident));
            await LiveOn(test);
            Assert.Empty((await Report(test, records: true)).Findings);
            Assert.Empty(test.Alarms.Messages);
        }
    }

    [Fact]
    public async Task An_erasure_in_the_middle_wins()
    {
        foreach (var at in new[] { "log", "record", "file_chunk", "columns", "said" })
        {
            await using var test = await Start(store);
            await using var second = await test.Another();
            var resident = await test.Resident();
            await Fill(test, resident);
            var columns = await Columns.Of(test, resident);
            await test.Vault.Close(Actor.Resident(resident), resident, Cancel);
            test.Clock.Pass(TimeSpan.FromDays(15));
            Task? erasing = null;
            test.Vault.KeyChange.AfterStep = step =>
            {
                // Beside the change where it holds the resident's lock, within it elsewhere.
                if (step == at && erasing is null)
                {
                    erasing = Task.Run(() => second.EraseDue(Actor.Job("erase", "over"), Cancel));
                    if (at is not ("log" or "said"))
                        erasing.GetAwaiter().GetResult();
                }
            };
            for (var run = 0; run < 3; run++)
            {
                await test.Vault.ChangeResidentKey(Operator, resident, columns.Reseal, Cancel);
                test.Clock.Pass(KeyChange.Settling);
            }

            Assert.NotNull(erasing);
            await erasing;
            Assert.Empty(await Versions(test, resident));
            Assert.Equal("gate.refused", (await test.Vault.ChangeResidentKey(Operator, resident, columns.Reseal, Cancel)).Error?.Code);
            foreach (var table in RewrittenTable.All)
                Assert.Equal(0, await test.Number($"select count(*) from {table.Name}"));
            Assert.Empty(await Versions(test, resident));
        }
    }

    [Fact]
    public async Task The_old_key_stays_as_long_as_anything_does_not_open()
    {
        await using var test = await Start(store);
        var resident = await test.Resident();
        await Fill(test, resident);
        var columns = await Columns.Of(test, resident);
        await Change(test, resident, columns);
        test.Clock.Pass(KeyChange.Spreading + KeyChange.Settling);
        await test.Sql("update record set updated = updated + 1 where seq = 3");
        Assert.Equal("keys.unopened", (await test.Vault.ChangeResidentKey(Operator, resident, columns.Reseal, Cancel)).Error?.Code);
        Assert.Equal([1, 2], await Versions(test, resident));
        Assert.Contains(test.Alarms.Messages, m => m.Contains("row 3", StringComparison.Ordinal));
        await test.Sql("update record set updated = updated - 1 where seq = 3");
        columns.Broken = 1;
        Assert.Equal("keys.unopened", (await test.Vault.ChangeResidentKey(Operator, resident, columns.Reseal, Cancel)).Error?.Code);
        columns.Broken = 0;
        Assert.Equal(KeyChangeState.Finished, await Change(test, resident, columns));
    }

    [Fact]
    public async Task Only_an_operator_or_a_job_with_a_reason_changes_a_key()
    {
        await using var test = await Start(store);
        var resident = await test.Resident();
        var columns = await Columns.Of(test, resident);
        foreach (var actor in new[] { Actor.Resident(resident), Actor.Officer("o"), Actor.Clinician("c1") })
            Assert.Equal("gate.refused", (await test.Vault.ChangeResidentKey(actor, resident, columns.Reseal, Cancel)).Error?.Code);
        Assert.Equal("gate.refused", (await test.Vault.ChangeResidentKey(Operator, new ResidentNo(99), columns.Reseal, Cancel)).Error?.Code);
        Assert.Equal([1], await Versions(test, resident));
        Assert.Equal(3, (await (await test.Own(resident)).AccessLog(10, Cancel)).Count(e => e is { Action: "change-key", Refused: true }));
    }

    [Fact]
    public void Every_table_with_bodies_under_a_residents_key_is_rewritten() => Assert.Equal(
        // What is nobody's lies under the municipality's key.
        VaultColumns.All.Where(t => t.Database == VaultColumns.Records && t != VaultColumns.SharedRecord && t.Columns.Any(c => c.Protection is ColumnProtection.Sealed)).Select(t => t.Name).Order(StringComparer.Ordinal),
        RewrittenTable.All.Select(t => t.Name).Order(StringComparer.Ordinal));

    private static async Task<KeyChangeState> Change(TestVault test, ResidentNo resident, Columns columns) =>
        (await test.Vault.ChangeResidentKey(Operator, resident, columns.Reseal, Cancel)).Value.State;

    private static async Task<List<byte>> Versions(TestVault test, ResidentNo resident) =>
        [.. (await test.Vault.Parts.ResidentKeys.Versions(resident)).Select(v => v.Number)];

    private static async Task Fill(TestVault test, ResidentNo resident)
    {
        var session = await test.Own(resident, Purpose.Import);
        await session.Write([.. Enumerable.Range(0, Many).Select(i => Make.Record(Make.Observation($"i{i}", i % 2 == 0 ? "8867-4" : "8480-6")))], Cancel);
        await session.Write([Make.Record(Make.Observation("i0", value: "7"))], Cancel);
        await session.Delete((await session.Search(new RecordQuery(), Cancel)).Value.Records[7].Id, Cancel);
        await session.WriteSamples([new SampleDay("8867-4", "/min", new DateOnly(2025, 1, 1), [new Sample(0, 60, "72")])], Cancel);
        await session.KeepFile("a.txt", "text/plain", new MemoryStream(new byte[OriginalFiles.ChunkSize * 9]), Cancel);
        await test.Vault.Grant(Actor.Resident(resident), new NewGrant(
            resident, ActorKind.Clinician, "c1", Purpose.Care, AccessClasses.All, null, null, test.Clock.Now.AddDays(100)), Cancel);
    }

    private static async Task Write(RecordVault vault, ResidentNo resident, string name)
    {
        var session = (await vault.Open(Actor.Resident(resident), resident, Purpose.Import, Cancel)).Value;
        Assert.True((await session.Write([Make.Record(Make.Observation(name)), Make.Record(Make.Observation("i4", value: $"{name.Length + name[1]}"))], Cancel)).IsOk);
    }

    /// <summary>All that the resident sees, as one text.</summary>
    private static async Task<string> Seen(RecordVault vault, ResidentNo resident)
    {
        var session = (await vault.Open(Actor.Resident(resident), resident, Purpose.OwnUse, Cancel)).Value;
        var seen = new StringBuilder();
        await foreach (var record in session.All(new RecordQuery(), Cancel))
            seen.Append(record.Id).Append(record.Version).Append(record.Updated).Append(record.Class).Append(record.Resource.Text()).AppendLine();
        var one = (await session.Search(new RecordQuery { Codes = [new Fhir.Coding("http://loinc.org", "8480-6")], Limit = 1000 }, Cancel)).Value;
        seen.AppendJoin(' ', one.Records.Select(r => r.Id)).AppendLine().AppendJoin(' ', await session.Count(Cancel));
        if (one.Records.Count > 0)
            seen.Append((await session.ReadVersion((await session.Search(new RecordQuery { Limit = 1000 }, Cancel)).Value.Records.First(r => r.Version > 1).Id, 1, Cancel)).Value.Resource.Text());
        await foreach (var day in session.Samples("8867-4", null, null, Cancel))
            seen.Append(day.Metric).Append(day.Samples[0].Value);
        foreach (var file in await session.Files(Cancel))
        {
            await using var stream = (await session.OpenFile(file.FileNo, Cancel)).Value;
            var bytes = new MemoryStream();
            await stream.CopyToAsync(bytes, Cancel);
            seen.Append(file.Name).Append(bytes.Length);
        }

        return seen.ToString();
    }

    /// <summary>How many bodies somebody opens who has a copy of the key and the database of now.</summary>
    private static async Task<int> OpenedBy(TestVault test, ResidentNo resident, ResidentKeys copied)
    {
        var opened = 0;
        await using var work = await test.Vault.Parts.Records.Read(Cancel);
        foreach (var table in RewrittenTable.All)
        {
            var rows = await work.Query(
                $"select {table.Columns} from {table.From} where resident_no = @r", row => table.Read(resident, row), Cancel, ("@r", resident.Value));
            opened += rows.Count(row => row.Change(test.Vault.Parts, copied, table.NewTags()) is not null);
        }

        return opened;
    }

    /// <summary>A sealed column of another floor.</summary>
    private sealed class Columns
    {
        public required byte[] Value { get; set; }

        public int Broken { get; set; }

        public static async Task<Columns> Of(TestVault test, ResidentNo resident) =>
            new() { Value = (await test.Vault.Seal.Seal(resident, Place, "himitsu"u8.ToArray(), Cancel)).Value };

        public async Task<Resealed> Reseal(ResidentNo resident, ResealValue reseal, CancellationToken cancel)
        {
            var resealed = await reseal(Place, Value, cancel);
            Value = resealed is { IsOk: true, Value: { } again } ? again : Value;
            return new Resealed(resealed is { IsOk: true, Value: not null } ? 1 : 0, Broken + (resealed.IsOk ? 0 : 1));
        }
    }
}
