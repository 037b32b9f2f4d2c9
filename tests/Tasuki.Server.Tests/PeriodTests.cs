using Microsoft.Extensions.DependencyInjection;
using Tasuki.Kernel;
using Tasuki.Server.Municipalities;
using Tasuki.Vault;

namespace Tasuki.Server.Tests;

/// <summary>How long keys of epochs and of the log are kept stands in municipality.json, and a server with a wrong period does not start.</summary>
public sealed class PeriodTests
{
    private static readonly Actor By = Actor.Operator("test", "periods");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("\"EpochDays\": 31", "vault.epoch")]
    [InlineData("\"EpochDays\": -1", "vault.epoch")]
    [InlineData("\"LogYears\": 0", "vault.log")]
    [InlineData("\"logYears\": 31", "vault.log")]
    [InlineData("\"LogYear\": 5", "municipality.broken")]
    [InlineData("\"LogYears\": \"five\"", "municipality.broken")]
    public async Task A_period_out_of_its_range_or_misspelt_stops_the_start(string said, string code)
    {
        await using var town = await TestMunicipality.New(StoreKind.Sqlite, "periods", "phr.periods.test");
        await Write(town, said);
        Assert.Equal(code, (await town.Build(null, "--environment=Production")).Error?.Code);
    }

    [Theory]
    [InlineData("\"EpochDays\": 0", 2)]
    [InlineData("\"epochDays\": 30", 32)]
    [InlineData("\"EpochDays\": null", 9)]
    public async Task What_a_person_is_told_at_erasure_follows_the_period_of_the_municipality(string said, int days)
    {
        await using var town = await TestMunicipality.New(StoreKind.Sqlite, "periods", "phr.periods.test");
        await Write(town, said);
        await using var app = (await town.Build(null, "--environment=Production")).Value;
        await using var vault = app.Services.GetRequiredService<RecordVault>();
        var noon = new DateTimeOffset(2026, 5, 10, 12, 0, 0, TimeSpan.FromHours(9));
        Assert.Equal(new DateTimeOffset(2026, 5, 10, 0, 0, 0, TimeSpan.FromHours(9)).AddDays(days), vault.ErasureDates(noon).KeyCopies);
    }

    [Theory]
    [InlineData("\"LogYears\": 1", false)]
    [InlineData("\"LogYears\": 3", true)]
    [InlineData("\"LogYears\": null", true)]
    public async Task A_years_log_can_be_read_as_long_as_the_municipality_says(string said, bool kept)
    {
        await using var town = await TestMunicipality.New(StoreKind.Sqlite, "periods", "phr.periods.test");
        await Write(town, said);
        await using var app = (await town.Build(null, "--environment=Production")).Value;
        await using var vault = app.Services.GetRequiredService<RecordVault>();
        Assert.True((await vault.Enrol(By, Cancel)).IsOk);
        var year = town.Clock.Today().Year;
        Assert.Contains(vault.RingKeys, k => k.Purpose is "log" && k.Number == year);
        town.Clock.Advance(TimeSpan.FromDays(2 * 365 + 1));
        Assert.True((await vault.RotateEpoch(By, now: false, Cancel)).IsOk);
        Assert.Equal(kept, vault.RingKeys.Any(k => k.Purpose is "log" && k.Number == year));
    }

    private static async Task Write(TestMunicipality town, string said)
    {
        var file = Path.Combine(town.Described.Data, MunicipalityFolder.FileName);
        var lines = (await File.ReadAllLinesAsync(file, Cancel)).Where(l => !l.Contains("EpochDays", StringComparison.Ordinal) && !l.Contains("LogYears", StringComparison.Ordinal)).ToList();
        lines.Insert(1, $"  {said},");
        await File.WriteAllTextAsync(file, string.Join('\n', lines).Replace(",\n}", "\n}", StringComparison.Ordinal), Cancel);
    }
}
