using System.Data.Common;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using static Tasuki.Vault.Tests.LogTesting;
using static Tasuki.Vault.Tests.TestVault;
using static Tasuki.Vault.Tests.VerifyContract;

namespace Tasuki.Vault.Tests;

public sealed class SqliteOwedWordTests() : OwedWordContract(StoreKind.Sqlite);

public sealed class PostgresOwedWordTests() : OwedWordContract(StoreKind.Postgres);

/// <summary>
/// That a change is not confirmed has still to be said when the log's store goes away: whatever happens then, in whatever order, the later check raises no false alarm and
/// loses no true one.
/// </summary>
public abstract class OwedWordContract(StoreKind store)
{
    [Fact]
    public async Task It_is_said_when_the_store_comes_back_and_a_row_that_was_taken_is_still_found()
    {
        await using var test = await Start(store);
        var resident = await Owing(test);
        test.Clock.Pass(TimeSpan.FromMinutes(3));
        test.Vault.Parts.LogStore.Observer = null;
        await LiveOn(test);
        Assert.Empty((await Report(test, records: true)).Findings);
        Assert.Contains(await (await test.Own(resident)).AccessLog(20, Cancel), e => e.Action == "unconfirmed");
        await test.Sql("delete from record where seq = 1");
        Assert.Contains("record, seq 1, version 1: the row was deleted", Assert.Single((await Report(test, records: true)).Findings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_process_that_dies_before_it_could_say_it_has_given_no_sign_of_life_after_it()
    {
        await using var test = await Start(store);
        var resident = await Owing(test);
        // Long enough for the lease to be renewed: that arrives, the group behind it does not.
        foreach (var minutes in new[] { 6, 6, 12 })
        {
            test.Clock.Pass(TimeSpan.FromMinutes(minutes));
            await Assert.ThrowsAnyAsync<DbException>(() => Look(test.Vault, resident));
        }

        Assert.True(await Beats(test) > 1);
        await test.Vault.Abandon();
        await test.Open();
        await LiveOn(test);
        var report = await Report(test, records: true);
        Assert.Empty(report.Findings);
        Assert.Contains(report.Notes, n => n.Contains("seq 2, version 1", StringComparison.Ordinal) && n.Contains("the last write before a crash", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_process_that_ends_before_it_could_say_it_does_not_say_that_it_ended_in_order()
    {
        await using var test = await Start(store);
        await Owing(test);
        test.Clock.Pass(TimeSpan.FromMinutes(3));
        await test.Reopen();
        await LiveOn(test);
        Assert.Empty((await Report(test, records: true)).Findings);
    }

    [Fact]
    public async Task A_write_whose_entry_arrived_though_it_was_told_that_it_did_not_is_taken_back_in_the_next_group()
    {
        await using var test = await Start(store);
        var resident = await test.Resident();
        var session = await test.Own(resident, Purpose.Import);
        await session.Write([Make.Record(Make.Observation("a"))], Cancel);
        test.Vault.Parts.Log.AfterStored = () =>
        {
            // The answer is lost, and asking for it is in vain.
            test.Vault.Parts.LogStore.Observer = _ => throw new Away();
            throw new Away();
        };
        await Assert.ThrowsAnyAsync<DbException>(() => session.Write([Make.Record(Make.Observation("b"))], Cancel));
        test.Vault.Parts.Log.AfterStored = null;
        test.Clock.Pass(TimeSpan.FromMinutes(2));
        var groups = 0;
        test.Vault.Parts.LogStore.Observer = sql =>
        {
            if (IsGroup(sql) && ++groups > 1)
                throw new Away();
        };
        await Look(test.Vault, resident);
        await test.Vault.Abandon();
        await test.Open();
        await LiveOn(test);
        Assert.Empty((await Report(test, records: true)).Findings);
        Assert.Single(await (await test.Own(resident)).AccessLog(20, Cancel), e => e.Action == "unconfirmed");
        Assert.Null(await test.Vault.FindBreakInLog(Cancel));
    }

    [Fact]
    public async Task A_grant_that_could_not_be_given_or_taken_back_is_followed_by_the_word_too()
    {
        await using var test = await Start(store);
        var resident = await test.Resident();
        await test.Vault.Grant(Actor.Resident(resident), Care(test, resident), Cancel);
        test.Vault.Parts.Records.Observer = sql => ThrowFor(sql, "insert into access_grant");
        await Assert.ThrowsAnyAsync<Exception>(() => test.Vault.Grant(Actor.Resident(resident), Care(test, resident) with { GranteeId = "c2" }, Cancel));
        test.Vault.Parts.Records.Observer = sql => ThrowFor(sql, "update access_grant");
        await Assert.ThrowsAnyAsync<Exception>(() => test.Vault.Revoke(Actor.Resident(resident), resident, 1, Cancel));
        test.Vault.Parts.Records.Observer = null;
        await LiveOn(test);
        var words = (await (await test.Own(resident)).AccessLog(20, Cancel)).Where(e => e.Action == "unconfirmed").Select(e => e.Detail);
        Assert.Equal(["grant 1", "grant 2"], words, StringComparer.Ordinal);
        var report = await Report(test, records: true);
        Assert.Empty(report.Findings);
        Assert.True((await test.Vault.Open(Actor.Clinician("c1"), resident, Purpose.Care, Cancel)).IsOk);
    }

    // A write whose entry is durable and whose rows are not, and the log's store is gone when that has to be said.
    private static async Task<ResidentNo> Owing(TestVault test)
    {
        var resident = await test.Resident();
        var session = await test.Own(resident, Purpose.Import);
        await session.Write([Make.Record(Make.Observation("a"))], Cancel);
        test.Vault.Parts.Log.AfterStored = () => test.Vault.Parts.LogStore.Observer = sql => ThrowFor(sql, "log_group");
        test.Vault.Parts.Records.Observer = sql => ThrowFor(sql, "update resident set next_seq");
        await Assert.ThrowsAnyAsync<DbException>(() => session.Write([Make.Record(Make.Observation("b"))], Cancel));
        (test.Vault.Parts.Log.AfterStored, test.Vault.Parts.Records.Observer) = (null, null);
        return resident;
    }

    private static bool IsGroup(string sql) => sql.Contains("insert into log_group", StringComparison.Ordinal);

    private static void ThrowFor(string sql, string what)
    {
        if (sql.Contains(what, StringComparison.Ordinal))
            throw new Away();
    }

    private static async Task<long> Beats(TestVault test)
    {
        await using var work = await test.Vault.Parts.LogStore.Read(Cancel);
        return await work.Number("select count(*) from log_beat where writer_no = 1", Cancel) ?? 0;
    }

    private sealed class Away() : DbException("The store is away.");
}
