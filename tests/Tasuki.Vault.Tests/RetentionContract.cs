using Tasuki.Kernel;
using Tasuki.Vault.Log;
using Tasuki.Vault.Log.Sealing;
using Tasuki.Vault.Store;
using static Tasuki.Vault.Tests.TestVault;

using static Tasuki.Vault.Tests.LogTesting;

namespace Tasuki.Vault.Tests;

public sealed class SqliteRetentionTests() : RetentionContract(StoreKind.Sqlite);

public sealed class PostgresRetentionTests() : RetentionContract(StoreKind.Postgres);

/// <summary>How the log grows old: years whose key has ended, entries that were retired, entries of earlier formats.</summary>
public abstract class RetentionContract(StoreKind store)
{
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
    public async Task A_years_log_is_read_for_whole_years_after_it_also_what_was_written_in_the_first_hours_of_a_year_in_Tokyo()
    {
        await using var test = await Start(store);
        var resident = await test.Resident();
        // Half past eight on the first of January in Tokyo; in UTC the year before.
        test.Clock.Now = new DateTimeOffset(2027, 1, 1, 8, 30, 0, TimeSpan.FromHours(9)).ToUniversalTime();
        await Look(test.Vault, resident);
        var written = test.Clock.Now;
        foreach (var (now, readable) in new[] { (new DateTimeOffset(2030, 1, 1, 0, 30, 0, TimeSpan.FromHours(9)), true), (written.AddYears(3), true), (written.AddYears(3).AddHours(1), false) })
        {
            test.Clock.Now = now.ToUniversalTime();
            Assert.True((await test.Vault.RotateEpoch(Actor.Job("rotate", "the day's epoch"), now: false, Cancel)).IsOk);
            Assert.Equal(readable, (await (await test.Own(resident)).AccessLog(100, Cancel)).Any(entry => entry.Action is "count"));
        }
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
        Assert.Equal((9, 0), (await test.Vault.RetirableLogEntries(2027, Cancel), await test.Vault.RetirableLogEntries(2026, Cancel)));
        Assert.Equal(9, (await audit.Retire(Actor.Operator("o", "three years are over"), 2027, Cancel)).Value);
        Assert.Equal(0, await test.Vault.RetirableLogEntries(2027, Cancel));
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
}
