using Tasuki.Kernel.Records;
using static Tasuki.Vault.Tests.TestVault;

namespace Tasuki.Vault.Tests;

public sealed class SqliteLogTests() : LogContract(StoreKind.Sqlite);

public sealed class PostgresLogTests() : LogContract(StoreKind.Postgres);

/// <summary>The access log: before the answer, without gaps, chained.</summary>
public abstract class LogContract(StoreKind store)
{
    [Fact]
    public async Task Reads_writes_and_refusals_stand_in_the_log_that_the_resident_reads()
    {
        await using var test = await Start(store);
        var resident = await test.Resident();
        var session = await test.Own(resident, Purpose.Import);
        var id = (await session.Write([Make.Record(Make.Observation("a"))], Cancel)).Value[0].Id;
        await session.Read(id, Cancel);
        await session.Search(new RecordQuery { Types = ["Observation"] }, Cancel);
        await test.Vault.Open(Actor.Clinician("c1"), resident, Purpose.Care, Cancel);
        var entries = await (await test.Own(resident)).AccessLog(100, Cancel);
        Assert.Equal("access-log open search read write enrol", string.Join(" ", entries.Select(e => e.Action)));
        Assert.Equal([false, true, false, false, false, false], entries.Select(e => e.Refused));
        Assert.Equal((ActorKind.Clinician, "c1", Purpose.Care), (entries[1].ActorKind, entries[1].ActorId, entries[1].Purpose));
        Assert.Equal("Observation", entries[2].Detail);
        Assert.Equal(id, entries[3].Detail);
    }

    [Fact]
    public async Task An_entry_is_durable_before_the_read_returns_and_a_read_without_log_returns_nothing()
    {
        await using var test = await Start(store);
        var resident = await test.Resident();
        var session = await test.Own(resident, Purpose.Import);
        var id = (await session.Write([Make.Record(Make.Observation("a"))], Cancel)).Value[0].Id;
        var before = await Entries(test);
        Assert.True((await session.Read(id, Cancel)).IsOk);
        Assert.Equal(before + 1, await Entries(test));

        await using (var work = await test.Vault.Parts.LogStore.Write(Cancel))
        {
            await work.Execute("alter table log_entry rename to log_entry_away", Cancel);
            await work.Commit(Cancel);
        }

        var next = await test.Own(resident, Purpose.Import);
        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => next.Read(id, Cancel));
        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => next.Search(new RecordQuery(), Cancel));
        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => next.Write([Make.Record(Make.Observation("b"))], Cancel));
        Assert.Equal(1, await test.Number("select count(*) from record"));
        await using (var work = await test.Vault.Parts.LogStore.Write(Cancel))
        {
            await work.Execute("alter table log_entry_away rename to log_entry", Cancel);
            await work.Commit(Cancel);
        }

        Assert.True((await (await test.Own(resident)).Read(id, Cancel)).IsOk);
        Assert.Null(await test.Vault.FindBreakInLog(Cancel));
    }

    [Fact]
    public async Task A_change_that_could_not_be_stored_is_followed_by_an_entry_that_says_so()
    {
        await using var test = await Start(store);
        var resident = await test.Resident();
        var session = await test.Own(resident, Purpose.Import);
        await session.Write([Make.Record(Make.Observation("a"))], Cancel);
        // Somebody slipped a row in where the next one belongs.
        await test.Sql("insert into record (resident_no, seq, type, version, updated, class, source, tokens, deleted, body) select resident_no, seq + 1, type, version, updated, class, source, tokens, deleted, body from record");
        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => session.Write([Make.Record(Make.Observation("b"))], Cancel));
        var entries = await (await test.Own(resident)).AccessLog(10, Cancel);
        Assert.Equal("access-log unconfirmed write", string.Join(' ', entries.Take(3).Select(e => e.Action)));
        Assert.Null(await test.Vault.FindBreakInLog(Cancel));
    }

    [Fact]
    public async Task What_a_caller_sent_as_an_id_is_not_written_down_unless_it_is_one()
    {
        await using var test = await Start(store);
        var resident = await test.Resident();
        await (await test.Own(resident)).Read("hanako@example.jp", Cancel);
        var entry = (await (await test.Own(resident)).AccessLog(10, Cancel)).First(e => e.Action == "read");
        Assert.Null(entry.Detail);
    }

    [Fact]
    public async Task Many_at_once_share_groups_and_the_chain_holds_over_two_writers_and_a_restart()
    {
        await using var test = await Start(store);
        var resident = await test.Resident();
        await using (var second = await test.Another())
        {
            await Task.WhenAll(Enumerable.Range(0, 200).Select(async i =>
            {
                var vault = i % 2 == 0 ? test.Vault : second;
                var session = (await vault.Open(Actor.Resident(resident), resident, Purpose.OwnUse, Cancel)).Value;
                await session.Count(Cancel);
            }));
        }

        await test.Reopen();
        await (await test.Own(resident)).Count(Cancel);
        Assert.Null(await test.Vault.FindBreakInLog(Cancel));
        await using var work = await test.Vault.Parts.LogStore.Read(Cancel);
        Assert.Equal(3, await work.Number("select count(*) from log_writer", Cancel));
        Assert.Equal(202, await work.Number("select count(*) from log_entry", Cancel));
        Assert.True(await work.Number("select count(*) from log_group", Cancel) < 202);
    }

    [Fact]
    public async Task An_entry_cut_out_altered_or_slipped_in_breaks_the_chain()
    {
        string[] changes =
        [
            "delete from log_entry where entry_no = 3", "update log_entry set at = at + 1 where entry_no = 2", "update log_entry set resident_no = 99 where entry_no = 2",
            "update log_entry set actor = actor + 1 where entry_no = 1", "delete from log_group where group_no = 2", "update log_group set hash = previous where group_no = 1",
            "insert into log_entry select writer_no, 1000, group_no, resident_no, at, actor, body, residents from log_entry where entry_no = 1",
            "update log_entry set body = (select o.body from log_entry o where o.entry_no = 1) where entry_no = 2",
        ];
        foreach (var change in changes)
        {
            await using var test = await Start(store);
            var resident = await test.Resident();
            for (var i = 0; i < 4; i++)
                await (await test.Own(resident)).Count(Cancel);
            Assert.Null(await test.Vault.FindBreakInLog(Cancel));
            await using (var work = await test.Vault.Parts.LogStore.Write(Cancel))
            {
                Assert.Equal(1, await work.Execute(change, Cancel));
                await work.Commit(Cancel);
            }

            Assert.True(await test.Vault.FindBreakInLog(Cancel) is not null, change);
        }
    }

    [Fact]
    public async Task A_new_year_gets_a_log_key_of_its_own_that_another_server_finds()
    {
        await using var test = await Start(store);
        var resident = await test.Resident();
        await using var second = await test.Another();
        test.Clock.Now = new DateTimeOffset(2027, 1, 1, 0, 0, 1, TimeSpan.Zero);
        await (await test.Own(resident)).Count(Cancel);
        var session = (await second.Open(Actor.Resident(resident), resident, Purpose.OwnUse, Cancel)).Value;
        Assert.Contains(await session.AccessLog(10, Cancel), e => e.Action == "count" && e.At.Year == 2027);
    }

    private static async Task<long> Entries(TestVault test)
    {
        // A connection of its own: it sees what is committed.
        await using var work = await test.Vault.Parts.LogStore.Read(Cancel);
        return await work.Number("select count(*) from log_entry", Cancel) ?? 0;
    }
}
