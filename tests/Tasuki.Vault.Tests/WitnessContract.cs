using Tasuki.Kernel;
using Tasuki.Vault.Log;
using Tasuki.Vault.Log.Sealing;
using Tasuki.Vault.Store;
using static Tasuki.Vault.Tests.TestVault;

using static Tasuki.Vault.Tests.LogTesting;

namespace Tasuki.Vault.Tests;

public sealed class SqliteWitnessTests() : WitnessContract(StoreKind.Sqlite);

public sealed class PostgresWitnessTests() : WitnessContract(StoreKind.Postgres);

/// <summary>What a change of the log meets before the last witnessed seal, and what is said of all that lies after it.</summary>
public abstract class WitnessContract(StoreKind store)
{
    [Fact]
    public async Task What_lies_after_the_witnessed_seal_is_stated_as_open()
    {
        await using var test = await Start(store);
        var resident = await test.Resident();
        await test.Vault.Parts.Sealer.SealNow(Cancel);
        var witness = await Witness(test);
        await Look(test.Vault, resident);
        await test.Vault.Parts.Sealer.SealNow(Cancel);
        await Look(test.Vault, resident);
        var report = await Report(test, witness);
        Assert.Empty(report.Findings);
        Assert.Contains(report.Notes, n => string.Equals(n, "1 entries are held by the witness, up to seal 1 of 2026-04-01 00:00:00Z.", StringComparison.Ordinal));
        Assert.Contains(report.Notes, n => string.Equals(n, "1 entries after seal 2 of 2026-04-01 00:00:00Z are held by the chain only, not yet by a seal.", StringComparison.Ordinal));
        Assert.Contains(report.Notes, n => string.Equals(n, "1 entries after seal 1 of 2026-04-01 00:00:00Z are held by seals and chain only, not yet by a witness.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_change_before_the_last_witnessed_seal_is_found()
    {
        string[] changes =
        [
            // Cut: an entry, the end of a writer, a whole writer, the seals that state them.
            "delete from log_entry where writer_no = 1 and entry_no = 2",
            "delete from log_entry where writer_no = 1 and entry_no >= 4;delete from log_group where writer_no = 1 and last_entry >= 4",
            "delete from log_entry where writer_no = 2;delete from log_group where writer_no = 2;delete from log_writer where writer_no = 2;delete from log_beat where writer_no = 2",
            "delete from log_seal where seal_no >= 2", "delete from log_seal", "delete from log_writer where writer_no = 2",
            // Reordered.
            "update log_entry set entry_no = -1 where writer_no = 1 and entry_no = 2;update log_entry set entry_no = 2 where writer_no = 1 and entry_no = 3;update log_entry set entry_no = 3 where writer_no = 1 and entry_no = -1",
            "update log_group set group_no = -1 where writer_no = 1 and group_no = 2;update log_group set group_no = 2 where writer_no = 1 and group_no = 3;update log_group set group_no = 3 where writer_no = 1 and group_no = -1",
            // Changed and slipped in.
            "update log_entry set at = at + 1 where writer_no = 2 and entry_no = 1",
            "update log_entry set group_no = 1 where writer_no = 1 and entry_no = 2", "update log_entry set resident_no = null where writer_no = 1 and entry_no = 3",
            "update log_group set root = hash where writer_no = 1 and group_no = 1", "update log_group set root = null where writer_no = 1 and group_no = 1",
            "insert into log_entry select 9, 1, 1, resident_no, at, actor, body, residents from log_entry where writer_no = 1 and entry_no = 1",
            "insert into log_entry select 2, 99, 1, resident_no, at, actor, body, residents from log_entry where writer_no = 1 and entry_no = 1",
            "update log_seal set at = at + 1 where seal_no = 1", "update log_seal set heads = root where seal_no = 1", "update log_seal set signature = root where seal_no = 2",
            "update log_seal set writer_no = 2 where seal_no = 1", "update log_seal set skip = root where seal_no = 2",
            "update log_seal set seal_no = 7 where seal_no = 2",
        ];
        foreach (var change in changes)
        {
            await using var test = await Start(store);
            var witness = await Filled(test);
            Assert.Empty((await Report(test, witness)).Findings);
            await using (var work = await test.Vault.Parts.LogStore.Write(Cancel))
            {
                foreach (var one in change.Split(';'))
                    Assert.True(await work.Execute(one, Cancel) > 0, one);
                await work.Commit(Cancel);
            }

            var report = await Report(test, witness);
            Assert.True(report.Findings.Count > 0, change);
            Assert.All(report.Findings, f => Assert.DoesNotContain("hibiki", f, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_log_made_anew_with_the_right_keys_is_not_the_witnessed_one()
    {
        await using var test = await Start(store);
        var witness = await Filled(test);
        await MakeAnew(test, leaveOut: (1, 3));
        // Whole by itself, with good signatures: only the witness tells.
        Assert.Empty((await Report(test)).Findings);
        Assert.Contains((await Report(test, witness)).Findings, f => f.Contains("is not the one the witness holds", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_holder_hands_one_seal_a_day_to_the_witness_folder()
    {
        await using var test = await Start(store);
        var folder = Path.Combine(test.DataFolder, "witness");
        await test.Vault.DisposeAsync();
        await using var vault = (await RecordVault.Start(test.Options with { WitnessFolder = folder }, test.Clock, Cancel)).Value;
        await test.Open();
        var resident = await test.Resident();
        for (var hour = 0; hour < 49; hour += 7)
        {
            await Look(vault, resident);
            await vault.Parts.Sealer.SealNow(Cancel);
            test.Clock.Pass(TimeSpan.FromHours(7));
        }

        Assert.Equal(3, Directory.GetFiles(folder).Length);
        var report = await Report(test, folder);
        Assert.Empty(report.Findings);
        Assert.Contains(report.Notes, n => n.Contains("are held by the witness", StringComparison.Ordinal));
        var seal = await File.ReadAllTextAsync(Directory.GetFiles(folder)[0], Cancel);
        await File.WriteAllTextAsync(Path.Combine(folder, "seal-9999.json"), seal.Replace("\"entries\": ", "\"entries\": 1", StringComparison.Ordinal), Cancel);
        await using var audit = (await LogAudit.Open(test.Options, test.Clock, Cancel)).Value;
        Assert.Equal("witness.format", (await audit.Verify([folder], withRecords: false, Cancel)).Error?.Code);
        Assert.Equal("witness.missing", (await audit.Verify([folder + "x"], withRecords: false, Cancel)).Error?.Code);
    }

    // What somebody with database and ring can do: leave an entry out and make groups and seals anew.
    private static async Task MakeAnew(TestVault test, (long Writer, long Entry) leaveOut)
    {
        var (log, ring, municipality) = (test.Vault.Parts.LogStore, test.Vault.Parts.Ring, test.Vault.Parts.Municipality);
        await using var work = await log.Write(Cancel);
        var entries = await work.Query($"select {SealedEntry.Select} from log_entry order by writer_no, entry_no", SealedEntry.Read, Cancel);
        await work.Execute("delete from log_entry", Cancel);
        await work.Execute("delete from log_group", Cancel);
        await work.Execute("delete from log_seal", Cancel);
        var heads = new List<LogHead>();
        var tree = new MerkleTree();
        long count = 0;
        foreach (var writer in entries.Where(e => (e.WriterNo, e.EntryNo) != leaveOut).GroupBy(e => e.WriterNo))
        {
            var previous = new byte[32];
            long number = 0;
            foreach (var old in writer)
            {
                number++;
                var body = LogBody.Open(ring, municipality, old)!;
                var entry = LogBody.Seal(
                    ring, municipality, new LogEntry(old.ResidentNo is { } r ? new ResidentNo(r) : null, Actor.Officer(body.ActorId), body.Purpose, body.Action, body.Detail, body.Refused),
                    old.WriterNo, number, number, old.At);
                var root = MerkleTree.RootOf([LogHashes.Leaf(entry)]);
                var hash = LogHashes.Group(previous, old.WriterNo, number, number, number, root);
                await log.InsertMany(work, VaultColumns.LogGroup, [[old.WriterNo, number, number, number, previous, hash, root]], Cancel);
                await log.InsertMany(work, VaultColumns.LogEntry, [[entry.WriterNo, entry.EntryNo, number, entry.ResidentNo, entry.At, entry.Actor, entry.Body, null]], Cancel);
                tree.Add(MerkleTree.Leaf(hash));
                previous = hash;
                count++;
            }

            heads.Add(new LogHead(writer.Key, number, number, previous, HeadState.Open));
        }

        var (keyNumber, key) = ring.SealKey();
        using (key)
        {
            var first = new LogSeal(1, entries[^1].At, 1, 0, 0, new MerkleTree().Root(), new LogHeads(2, [.. heads.Select(h => new LogHead(h.WriterNo, 0, 0, new byte[32], HeadState.Open))]).Bytes(), LogSeal.Nothing, LogSeal.Nothing, keyNumber, []);
            first = first with { Signature = first.Statement(municipality).Sign(key) };
            var second = new LogSeal(2, entries[^1].At, 1, count, count, tree.Root(), new LogHeads(2, heads).Bytes(), first.Statement(municipality).Hash(), LogSeal.Nothing, keyNumber, []);
            second = second with { Signature = second.Statement(municipality).Sign(key) };
            await log.InsertMany(work, VaultColumns.LogSeal, [first.Values(), second.Values()], Cancel);
        }

        await work.Commit(Cancel);
    }
}
