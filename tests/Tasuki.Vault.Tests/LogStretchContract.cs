using Tasuki.Vault.Log.Checking;
using static Tasuki.Vault.Tests.LogTesting;
using static Tasuki.Vault.Tests.TestVault;

namespace Tasuki.Vault.Tests;

public sealed class SqliteLogStretchTests() : LogStretchContract(StoreKind.Sqlite);

public sealed class PostgresLogStretchTests() : LogStretchContract(StoreKind.Postgres);

/// <summary>A check of the log that goes on from a seal finds what a whole one finds behind it, and nothing before.</summary>
public abstract class LogStretchContract(StoreKind store)
{
    [Fact]
    public async Task Stretches_from_seal_to_seal_read_every_entry_once()
    {
        await using var test = await Sealed(9);
        var whole = await Check(test, null);
        Assert.Equal((9L, null, true), (whole.Reached!.Seal, whole.Broken, whole.AtEnd));
        LogPoint? point = null;
        var (entries, parts) = (0L, 0);
        for (var atEnd = false; !atEnd; parts++)
        {
            var part = await test.Vault.CheckLog(point, whole: true, () => true, Cancel);
            Assert.Null(part.Broken);
            (point, entries, atEnd) = (part.Reached, entries + part.Entries, part.AtEnd);
        }

        Assert.Equal((9, whole.Entries, whole.Reached), (parts, entries, point));
    }

    [Fact]
    public async Task From_every_seal_a_change_behind_it_is_found_and_one_before_it_is_for_the_whole_run()
    {
        await using var test = await Sealed(9);
        var points = new List<LogPoint?> { null };
        for (var atEnd = false; !atEnd;)
        {
            var part = await test.Vault.CheckLog(points[^1], whole: false, () => true, Cancel);
            points.Add(part.Reached);
            atEnd = part.AtEnd;
        }

        await Change(test, "update log_entry set at = at + 1 where entry_no = 5");
        Assert.NotNull((await Check(test, null)).Broken);
        var broken = new List<bool>();
        foreach (var point in points)
            broken.Add((await Check(test, point)).Broken is not null);
        var first = broken.IndexOf(false);
        Assert.True(first > 1 && broken.Take(first).All(b => b) && broken.Skip(first).All(b => !b), string.Join(' ', broken));
    }

    [Fact]
    public async Task A_point_stands_for_what_is_before_it_and_a_seal_made_anew_does_not_fit()
    {
        string[] changes = ["delete from log_seal where seal_no = 7", "update log_seal set at = at + 1 where seal_no = 7", "update log_seal set skip = previous where seal_no = 6"];
        foreach (var change in changes)
        {
            await using var test = await Sealed(7);
            var point = (await Check(test, null)).Reached!;
            Assert.Null((await Check(test, point)).Broken);
            await Change(test, change);
            Assert.Contains("is not the one that was checked before", (await Check(test, point)).Broken, StringComparison.Ordinal);
        }

        await using var other = await Sealed(3);
        var reached = (await Check(other, null)).Reached!;
        Assert.NotNull((await Check(other, reached with { Hash = Convert.ToHexString(new byte[32]) })).Broken);
        Assert.NotNull((await Check(other, reached with { Seal = reached.Seal + 1 })).Broken);
    }

    [Fact]
    public async Task Two_writers_one_of_them_new_and_one_that_ended_go_on_from_a_point()
    {
        await using var test = await Sealed(2);
        var resident = await test.Resident();
        await using (var second = await test.Another())
        {
            await Look(second, resident);
            await test.Vault.Parts.Sealer.SealNow(Cancel);
            var point = (await Check(test, null)).Reached;
            await Look(second, resident);
            await Look(test.Vault, resident);
            Assert.Equal((2L, null), (await Check(test, point)) is var part ? (part.Entries, part.Broken) : default);
        }

        var before = (await Check(test, null)).Reached;
        await using var third = await test.Another();
        await Look(third, resident);
        await test.Vault.Parts.Sealer.SealNow(Cancel);
        var after = await Check(test, before);
        Assert.Null(after.Broken);
        Assert.True(after.Entries > 0 && after.Reached!.Seal > before!.Seal);

        // One that no seal knows yet is read as well.
        await using var fourth = await test.Another();
        await Look(fourth, resident);
        Assert.Equal((1L, null), (await Check(test, after.Reached)) is var unsealed ? (unsealed.Entries, unsealed.Broken) : default);
    }

    [Fact]
    public async Task Rows_are_read_to_where_they_ended_when_the_first_was_asked_for()
    {
        var end = (long)(2 * Batches<object>.Size) + 1;
        var batches = new Batches<object>(
            after => Task.FromResult(Enumerable.Range(0, Batches<object>.Size).Select(i => (object)(Math.Max(after, 0) + i + 1)).ToList()), row => (long)row, long.MinValue, () => Task.FromResult(end));
        var read = 0L;
        for (; await batches.Peek() is long row; batches.Step())
            Assert.Equal(++read, row);
        Assert.Equal(end, read);
    }

    [Fact]
    public async Task What_is_written_while_the_check_reads_is_no_break()
    {
        await using var test = await Sealed(2);
        var resident = await test.Resident();
        var report = new LogReport();
        var stream = new WriterStream(test.Vault.Parts.LogStore, 1, report);
        Assert.NotNull(await stream.Peek());
        await Look(test.Vault, resident);
        while (await stream.Next(() => Task.FromResult(false)) is not null)
            await Look(test.Vault, resident);
        await stream.Rest();
        Assert.Empty(report.Findings);

        await Change(test, "delete from log_group where group_no = (select max(group_no) from log_group)");
        await stream.Rest();
        Assert.Contains("stand behind the last group", Assert.Single(report.Findings), StringComparison.Ordinal);
    }

    private async Task<TestVault> Sealed(int seals)
    {
        var test = await Start(store);
        var resident = await test.Resident();
        for (var turn = 0; turn < seals; turn++)
        {
            await Look(test.Vault, resident);
            Assert.NotNull(await test.Vault.Parts.Sealer.SealNow(Cancel));
        }

        return test;
    }

    private static Task<LogStretch> Check(TestVault test, LogPoint? after) => test.Vault.CheckLog(after, whole: after is null, () => false, Cancel);

    private static async Task Change(TestVault test, string sql)
    {
        await using var work = await test.Vault.Parts.LogStore.Write(Cancel);
        Assert.Equal(1, await work.Execute(sql, Cancel));
        await work.Commit(Cancel);
    }
}
