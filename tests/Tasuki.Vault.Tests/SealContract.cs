using Tasuki.Kernel;
using Tasuki.Vault.Log;
using Tasuki.Vault.Log.Sealing;
using Tasuki.Vault.Store;
using static Tasuki.Vault.Tests.TestVault;

using static Tasuki.Vault.Tests.LogTesting;

namespace Tasuki.Vault.Tests;

public sealed class SqliteSealTests() : SealContract(StoreKind.Sqlite);

public sealed class PostgresSealTests() : SealContract(StoreKind.Postgres);

/// <summary>Writers and seals: who seals, who is closed, and that no kill leaves a false gap.</summary>
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
}
