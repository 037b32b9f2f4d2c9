using System.Text.Json;
using Tasuki.Bench.Faults;
using Tasuki.Bench.Fhir;
using Tasuki.Bench.Report;
using Tasuki.Bench.Vault;
using Tasuki.Testing;
using Tasuki.Vault;

namespace Tasuki.Bench.Tests;

/// <summary>The benchmarks in their short form: the same code, a hundredth of the size. That they measure something is asserted, how much is not.</summary>
public sealed class ShortFormTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_vault_benchmark_measures_every_line_of_its_table()
    {
        Environment.SetEnvironmentVariable("TASUKI_BENCH_POSTGRES", (await PostgresServer.Get()).Connection);
        var measures = await VaultBench.Run(Scale.Test, TextWriter.Null, Cancel);
        Assert.All(measures, one => Assert.True(one.Value > 0, one.Name));
        Assert.Equal(14, measures.Count(one => one.Target is not null));
        var output = new StringWriter();
        Tables.Write(output, measures);
        TestContext.Current.TestOutputHelper?.WriteLine(output.ToString());
    }

    [Fact]
    public async Task The_benchmark_of_the_FHIR_interface_measures_every_line_of_its_table()
    {
        Environment.SetEnvironmentVariable("TASUKI_BENCH_POSTGRES", (await PostgresServer.Get()).Connection);
        var measures = await FhirBench.Run(residents: 20, each: 40, rounds: 1, seconds: 1, warmUps: 1, TextWriter.Null, Cancel);
        Assert.All(measures, one => Assert.True(one.Value > 0 || one.Name.StartsWith("  processor", StringComparison.Ordinal), one.Name));
        Assert.Equal(8, measures.Count(one => one.Target is not null));
        var output = new StringWriter();
        Tables.Write(output, measures);
        TestContext.Current.TestOutputHelper?.WriteLine(output.ToString());
    }

    [Theory]
    [InlineData(StoreKind.Sqlite)]
    [InlineData(StoreKind.Postgres)]
    public async Task What_was_acknowledged_is_there_once_after_server_and_database_were_killed(StoreKind store)
    {
        if (store is StoreKind.Postgres)
            await PostgresServer.Get();
        await using var run = await FaultRun.Make(store, seed: 7, Cancel);
        for (var kill = 0; kill < 2; kill++)
            await run.Once(Cancel);
        Assert.Empty(run.Faults);
        Assert.Equal(2, run.Kills);
        Assert.NotEqual(0, run.Acknowledged);
    }

    [Fact]
    public void A_ratio_is_the_median_of_the_rounds_ratios_and_the_json_holds_the_rows_of_the_table()
    {
        var one = Measure.Against("reads", [(50, 100), (90, 100), (30, 50)], "/s", 0.6);
        Assert.Equal(0.6, one.Ratio);
        Assert.True(one.Met);
        Assert.False((one with { Target = 0.61 }).Met);
        Assert.False(new Measure("size", 531, "bytes", Target: 530, AtMost: true).Met);
        using var json = new MemoryStream();
        Tables.WriteJson(json, [one, new Measure("fsync", 0.3, "ms")]);
        var rows = JsonDocument.Parse(json.ToArray()).RootElement;
        Assert.Equal(2, rows.GetArrayLength());
        Assert.Equal(0.6, rows[0].GetProperty("ratio").GetDouble());
        Assert.Equal(JsonValueKind.Null, rows[1].GetProperty("met").ValueKind);
    }
}
