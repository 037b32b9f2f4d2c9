using Tasuki.Bench.Desk;
using Tasuki.Bench.Report;
using Tasuki.Data;
using Tasuki.Testing;

namespace Tasuki.Bench.Tests;

/// <summary>The desk's benchmark in its short form, and a sender that is killed.</summary>
public sealed class DeskTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_desks_benchmark_measures_every_line_of_its_table()
    {
        Environment.SetEnvironmentVariable("TASUKI_BENCH_POSTGRES", (await PostgresServer.Get()).Connection);
        var measures = await DeskBench.Run(notices: 1_200, mails: 200, listed: 1_000, lists: 2, TextWriter.Null, Cancel);
        Assert.All(measures, one => Assert.True(one.Value > 0, one.Name));
        Assert.Equal(4, measures.Count(one => one.Target is not null));
        var output = new StringWriter();
        Tables.Write(output, measures);
        TestContext.Current.TestOutputHelper?.WriteLine(output.ToString());
    }

    [Theory]
    [InlineData(DataStore.Sqlite)]
    [InlineData(DataStore.Postgres)]
    public async Task A_sender_killed_in_the_middle_of_two_thousand_doubles_none_and_loses_none(DataStore store)
    {
        var data = store is DataStore.Sqlite
            ? new DataOptions(store, Path.Combine(Directory.CreateTempSubdirectory("tasuki-killed-").FullName, "app.db"))
            : new DataOptions(store, await (await PostgresServer.Get()).NewDatabase("killed"));

        var result = await KilledSender.Run(data, messages: 2_000, killAt: [150, 700, 1_400], Cancel);

        TestContext.Current.TestOutputHelper?.WriteLine(result.ToString());
        Assert.Equal((3, 0, 0, 0), (result.Kills, result.Doubled, result.Lost, result.Waiting));
        // Every message was taken on by the mail server once, or is one of the few that were under way at a kill: those the desk sees, and their persons have the message in the inbox.
        Assert.InRange(result.Uncertain, 0, 3 * KilledSender.Connections);
        Assert.Equal(2_000, result.Received + result.Uncertain - result.UncertainAndArrived);
    }
}
