using Tasuki.Kernel;
using Tasuki.Vault.Log;
using Tasuki.Vault.Log.Sealing;
using Tasuki.Vault.Store;
using static Tasuki.Vault.Tests.TestVault;

namespace Tasuki.Vault.Tests;

public sealed class SqliteSealTests() : SealContract(StoreKind.Sqlite);

public sealed class PostgresSealTests() : SealContract(StoreKind.Postgres);

/// <summary>Writers, groups, seals, the witness: what a change before the last witnessed seal meets.</summary>
public abstract class SealContract(StoreKind store)
{
    [Fact]
    public async Task Three_servers_killed_in_turn_leave_no_false_gap()
    {
        await using var test = await Start(store);
        var resident = await test.Resident();
        var servers = new List<RecordVault> { test.Vault, await test.Another(), await test.Another() };
        for (var round = 0; round < 6; round++)
        {
            foreach (var server in servers)
            {
                await Look(server, resident);
                // On its way when the process dies: it may arrive or not.
                _ = server.Parts.Log.Append(new LogEntry(resident, Actor.Resident(resident), Purpose.OwnUse, LogAction.Count, null, Refused: false));
            }

            test.Clock.Pass(TimeSpan.FromMinutes(2));
            await servers[(round + 1) % 3].Parts.Sealer.SealNow(Cancel);
            if (round > 0 && servers[round % 3] != test.Vault)
            {
                await servers[round % 3].Abandon();
                servers[round % 3] = await test.Another();
            }
        }

        for (var i = 0; i < 4; i++)
        {
            test.Clock.Pass(TimeSpan.FromMinutes(4));
            foreach (var server in servers)
                await Look(server, resident);
            await test.Vault.Parts.Sealer.SealNow(Cancel);
        }

        var report = await Report(test);
        Assert.Empty(report.Findings);
        Assert.Equal(4, report.Notes.Count(n => n.Contains("vanished", StringComparison.Ordinal)));
        foreach (var server in servers.Where(s => s != test.Vault))
            await server.DisposeAsync();
        Assert.Empty((await Report(test)).Findings);
    }

    [Fact]
    public async Task One_server_seals_and_another_takes_over_when_it_is_silent()
    {
        await using var test = await Start(store);
        var resident = await test.Resident();
        await using var second = await test.Another();
        Assert.NotNull(await test.Vault.Parts.Sealer.SealNow(Cancel));
        await Look(second, resident);
        Assert.Null(await second.Parts.Sealer.SealNow(Cancel));
        test.Clock.Pass(LogSealer.LeaseLength);
        var taken = await second.Parts.Sealer.SealNow(Cancel);
        Assert.Equal((2, 1), (taken!.Number, taken.Entries));
        Assert.Null(await second.Parts.Sealer.SealNow(Cancel));
        Assert.Empty((await Report(test)).Findings);
    }

    [Fact]
    public async Task Servers_that_seal_at_the_same_moment_make_one_chain()
    {
        await using var test = await Start(store);
        var resident = await test.Resident();
        await using var second = await test.Another();
        for (var round = 0; round < 10; round++)
        {
            await Task.WhenAll(Look(test.Vault, resident), Look(second, resident));
            await Task.WhenAll(test.Vault.Parts.Sealer.SealNow(Cancel), second.Parts.Sealer.SealNow(Cancel));
            test.Clock.Pass(TimeSpan.FromMinutes(1));
        }

        await test.Vault.Parts.Sealer.SealNow(Cancel);
        var report = await Report(test);
        Assert.Empty(report.Findings);
        Assert.Equal(21, report.Entries);
    }

    [Fact]
    public async Task A_writer_that_ended_is_closed_by_the_last_seal_without_alarm_and_a_silent_one_aloud()
    {
        await using var test = await Start(store);
        var resident = await test.Resident();
        var ends = await test.Another();
        await Look(ends, resident);
        await ends.DisposeAsync();
        var dies = await test.Another();
        await Look(dies, resident);
        await dies.Abandon();
        test.Clock.Pass(WriterLease.Length + WriterLease.Grace + TimeSpan.FromSeconds(1));
        await Look(test.Vault, resident);
        await test.Vault.Parts.Sealer.SealNow(Cancel);
        var report = await Report(test);
        Assert.Empty(report.Findings);
        Assert.Equal("Writer 3 vanished after entry 1", Assert.Single(report.Notes, n => n.Contains("vanished", StringComparison.Ordinal))[..31]);
        Assert.Single(test.Alarms.Messages, m => m.Contains("writer 3 of the access log vanished", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_writer_that_finds_itself_closed_takes_a_new_number()
    {
        await using var test = await Start(store);
        var resident = await test.Resident();
        await using var sleeps = await test.Another();
        await Look(sleeps, resident);
        var number = sleeps.Parts.Log.Number;
        test.Clock.Pass(TimeSpan.FromHours(1));
        await Look(test.Vault, resident);
        await test.Vault.Parts.Sealer.SealNow(Cancel);
        await Look(sleeps, resident);
        Assert.True(sleeps.Parts.Log.Number > number);
        test.Clock.Pass(TimeSpan.FromMinutes(1));
        await test.Vault.Parts.Sealer.SealNow(Cancel);
        Assert.Empty((await Report(test)).Findings);
        Assert.Equal(4, (await Report(test)).Entries);
    }

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

    [Fact]
    public async Task A_run_over_many_is_one_entry_that_each_of_them_sees()
    {
        await using var test = await Start(store);
        var residents = (await test.Vault.EnrolMany(Actor.Operator("desk", "tests"), 50, Cancel)).Value;
        Assert.Equal("access-log enrol", string.Join(' ', (await (await test.Own(residents[7])).AccessLog(10, Cancel)).Select(e => e.Action)));
        await using (var work = await test.Vault.Parts.LogStore.Write(Cancel))
        {
            Assert.Equal(1, await work.Number("select count(*) from log_entry where resident_no is null", Cancel));
            await work.Commit(Cancel);
        }

        Assert.Empty((await Report(test)).Findings);
        foreach (var change in new[] { "delete from log_listed where resident_no = 9", "update log_listed set resident_no = 99 where resident_no = 50", "update log_listed set at = at + 1 where resident_no = 8" })
        {
            await using var work = await test.Vault.Parts.LogStore.Write(Cancel);
            await work.Execute(change, Cancel);
            await work.Commit(Cancel);
            Assert.NotEmpty((await Report(test)).Findings);
        }
    }

    [Fact]
    public async Task When_a_years_key_has_ended_the_chain_holds_and_the_bodies_are_gone()
    {
        await using var test = await Start(store);
        var witness = await Filled(test);
        await test.Vault.DisposeAsync();
        var path = Path.Combine(test.Options.Ring, "ring.json");
        var ring = System.Text.Json.Nodes.JsonNode.Parse(await File.ReadAllTextAsync(path, Cancel))!;
        var keys = ring["keys"]!.AsArray();
        keys.Remove(keys.First(k => k!["purpose"]!.GetValue<string>() == "log"));
        await File.WriteAllTextAsync(path, ring.ToJsonString(), Cancel);
        test.Clock.Now = new DateTimeOffset(2030, 1, 2, 0, 0, 0, TimeSpan.Zero);
        await test.Open();
        Assert.Equal("access-log", Assert.Single(await (await test.Own(new ResidentNo(1))).AccessLog(100, Cancel)).Action);
        var report = await Report(test, witness, records: true);
        Assert.Empty(report.Findings);
    }

    [Fact]
    public async Task Retired_entries_leave_their_seals_and_are_no_gap_and_cut_ones_are()
    {
        await using var test = await Start(store);
        var witness = await Filled(test);
        await using (var early = (await LogAudit.Open(test.Options, test.Clock, Cancel)).Value)
            Assert.Equal("log.retention", (await early.Retire(Actor.Operator("o", "r"), 2026, Cancel)).Error?.Code);
        test.Clock.Now = new DateTimeOffset(2030, 1, 2, 0, 0, 0, TimeSpan.Zero);
        await Look(test.Vault, new ResidentNo(1));
        await test.Vault.Parts.Sealer.SealNow(Cancel);
        await using var audit = (await LogAudit.Open(test.Options, test.Clock, Cancel)).Value;
        Assert.Equal(9, (await audit.Retire(Actor.Operator("o", "three years are over"), 2027, Cancel)).Value);
        var report = await Report(test, witness, records: true);
        Assert.Empty(report.Findings);
        Assert.Contains(report.Notes, n => string.Equals(n, "9 entries up to seal 2 were retired after the retention; their seals stand.", StringComparison.Ordinal));
        await using (var work = await test.Vault.Parts.LogStore.Write(Cancel))
        {
            await work.Execute("delete from log_entry where writer_no = 1", Cancel);
            await work.Commit(Cancel);
        }

        Assert.NotEmpty((await Report(test, witness)).Findings);
    }

    [Fact]
    public async Task A_person_checks_their_own_history_against_a_published_seal_without_us()
    {
        await using var test = await Start(store);
        var residents = (await test.Vault.EnrolMany(Actor.Operator("desk", "tests"), 5, Cancel)).Value;
        await using var second = await test.Another();
        for (var i = 0; i < 23; i++)
        {
            await Task.WhenAll(Look(test.Vault, residents[0]), Look(second, residents[1]), Look(second, residents[0]));
            await test.Vault.Parts.Sealer.SealNow(Cancel);
        }

        var seal = await Witness(test);
        await Look(second, residents[0]);
        var path = Path.Combine(test.DataFolder, "history.json");
        await using (var file = File.Create(path))
            Assert.Equal(47, await (await test.Own(residents[0])).AccessLogProofs(1_000, againstSeal: null, file, Cancel));
        var report = HistoryCheck.Run(path, seal).Value;
        Assert.Empty(report.Findings);
        Assert.Equal((47, 2, 23), (report.Proven.Count, report.Unproven, report.Seal));
        Assert.Equal(["count", "enrol"], report.Proven.Select(l => l.Action).Distinct(StringComparer.Ordinal).ToArray());

        // Nobody else is named, and no line can be changed, taken from another person or bent.
        var history = System.Text.Json.Nodes.JsonNode.Parse(await File.ReadAllTextAsync(path, Cancel))!;
        foreach (var bend in (Action<System.Text.Json.Nodes.JsonNode>[])
            [
                h => h["resident"] = 2, h => h["lines"]![0]!["at"] = 5, h => h["lines"]![3]!["entry"] = 1, h => h["lines"]![46]!["list"]!["index"] = 1, h => h["lines"]![5]!["seal"] = 2,
                h => h["lines"]![4]!["key"] = h["lines"]![5]!["key"]!.DeepClone(), h => h["lines"]![2]!["inSeal"]!["path"] = new System.Text.Json.Nodes.JsonArray(),
                h => h["lines"]![7]!["body"] = h["lines"]![8]!["body"]!.DeepClone(), h => h["lines"]![7]!["group"]!["last"] = 99,
                h => h["seals"]!.AsArray().RemoveAt(0), h => h["seals"]![0]!["entries"] = 5,
            ])
        {
            var bent = history.DeepClone();
            bend(bent);
            await File.WriteAllTextAsync(path, bent.ToJsonString(), Cancel);
            Assert.NotEmpty(HistoryCheck.Run(path, seal).Value.Findings);
        }
    }

    [Fact]
    public async Task Entries_and_groups_from_before_there_were_trees_are_read_checked_and_sealed()
    {
        await using var test = await Start(store);
        var resident = await test.Resident();
        var (log, ring, municipality) = (test.Vault.Parts.LogStore, test.Vault.Parts.Ring, test.Vault.Parts.Municipality);
        var at = RecordStore.Time.Micros(test.Clock.Now);
        var bound = new Keys.Binding(municipality, "log_entry").Number(2).Number(1).Number(resident.Value).Number(at).Number(7);
        var body = Keys.Aead.Seal(ring.LogKeyForWriting(2026), [1, 2026 >> 8, 2026 & 255], [.. Old("""{"k":4,"i":"o1","p":"care","a":"read","d":"x","r":true}"""), 0], bound.Bytes);
        var entry = new SealedEntry(2, 1, 1, resident.Value, at, 7, body, null);
        using var hash = new OldGroupHash(new byte[32], 2, 1);
        hash.Add(entry);
        await using (var work = await log.Write(Cancel))
        {
            await log.InsertMany(work, VaultColumns.LogWriter, [[2L, at]], Cancel);
            await log.InsertMany(work, VaultColumns.LogGroup, [[2L, 1L, 1L, 1L, new byte[32], hash.Hash(), null]], Cancel);
            await log.InsertMany(work, VaultColumns.LogEntry, [[2L, 1L, 1L, resident.Value, at, 7L, body, null]], Cancel);
            await work.Commit(Cancel);
        }

        Assert.Equal(2, (await test.Vault.Parts.Sealer.SealNow(Cancel))!.Entries);
        var line = (await (await test.Own(resident)).AccessLog(10, Cancel)).First(e => e.ActorKind is ActorKind.Officer);
        Assert.Equal(("o1", "care", "read", "x", true), (line.ActorId, line.Purpose, line.Action, line.Detail, line.Refused));
        Assert.Empty((await Report(test, await Witness(test))).Findings);
        await using (var work = await log.Write(Cancel))
        {
            await work.Execute("update log_entry set at = at + 1 where writer_no = 2", Cancel);
            await work.Commit(Cancel);
        }

        Assert.NotEmpty((await Report(test)).Findings);

        static byte[] Old(string json) => [(byte)json.Length, .. System.Text.Encoding.UTF8.GetBytes(json)];
    }

    internal static async Task Look(RecordVault vault, ResidentNo resident) =>
        await (await vault.Open(Actor.Resident(resident), resident, Purpose.OwnUse, Cancel)).Value.Count(Cancel);

    internal static async Task<LogAuditReport> Report(TestVault test, string? witness = null, bool records = false)
    {
        await using var audit = (await LogAudit.Open(test.Options, test.Clock, Cancel)).Value;
        return (await audit.Verify(witness is null ? [] : [witness], records, Cancel)).Value;
    }

    internal static async Task<string> Witness(TestVault test)
    {
        await using var audit = (await LogAudit.Open(test.Options, test.Clock, Cancel)).Value;
        var path = Path.Combine(Directory.CreateDirectory(test.DataFolder).FullName, "witness.json");
        await File.WriteAllBytesAsync(path, (await audit.NewestSeal(Cancel))!, Cancel);
        return path;
    }

    // Two writers, nine entries, two seals, the second with a witness.
    private static async Task<string> Filled(TestVault test)
    {
        var resident = await test.Resident();
        await using var second = await test.Another();
        for (var i = 0; i < 2; i++)
        {
            for (var j = 0; j < 2; j++)
            {
                await Look(test.Vault, resident);
                await Look(second, resident);
            }

            await test.Vault.Parts.Sealer.SealNow(Cancel);
        }

        return await Witness(test);
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
