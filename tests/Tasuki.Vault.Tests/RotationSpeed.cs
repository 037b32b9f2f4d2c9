using System.Diagnostics;
using System.Globalization;
using Tasuki.Kernel;
using static Tasuki.Vault.Tests.TestVault;

namespace Tasuki.Vault.Tests;

/// <summary>How long an epoch takes. Run by hand: <c>-explicit only -class Tasuki.Vault.Tests.RotationSpeed</c>, with <c>TASUKI_RESIDENTS</c> for another size.</summary>
public sealed class RotationSpeed(ITestOutputHelper output)
{
    [Theory(Explicit = true)]
    [InlineData(StoreKind.Postgres)]
    [InlineData(StoreKind.Sqlite)]
    public async Task A_million_residents_change_epoch_within_a_minute(StoreKind store)
    {
        var residents = int.Parse(Environment.GetEnvironmentVariable("TASUKI_RESIDENTS") ?? "1000000", CultureInfo.InvariantCulture);
        await using var test = await Start(store);
        foreach (var some in Enumerable.Range(1, residents).Chunk(20_000))
            await test.Vault.Parts.ResidentKeys.Create([.. some.Select(no => new ResidentNo(no))], Cancel);
        for (var round = 0; round < 2; round++)
        {
            var watch = Stopwatch.StartNew();
            var rotated = (await test.Vault.RotateEpoch(Actor.Job("speed", "measured"), now: true, Cancel)).Value;
            output.WriteLine($"{store}: {rotated.Rewrapped} keys in {watch.Elapsed.TotalSeconds:0.0} s");
            Assert.Equal(residents, rotated.Rewrapped);
            Assert.True(watch.Elapsed < TimeSpan.FromMinutes(1), $"{watch.Elapsed}");
        }
    }
}
