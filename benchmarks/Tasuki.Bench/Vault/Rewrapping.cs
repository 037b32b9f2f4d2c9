using System.Diagnostics;
using Tasuki.Bench.Report;
using Tasuki.Vault;

namespace Tasuki.Bench.Vault;

/// <summary>A new epoch: every living resident's key is wrapped again.</summary>
internal static class Rewrapping
{
    public static async Task<Measure> All(City city, Scale scale, CancellationToken cancel)
    {
        var missing = scale.Keys - (int)await City.Number(city.Options.Keys, "select count(*) from keys.resident_key", cancel);
        await city.Enrol(Math.Max(0, missing), cancel);
        var keys = await City.Number(city.Options.Keys, "select count(*) from keys.resident_key", cancel);
        var watch = Stopwatch.StartNew();
        var rotated = (await city.Vault.RotateEpoch(Actor.Job("bench", "measuring"), now: true, cancel)).Value;
        if (rotated.Rewrapped < scale.Keys)
            throw new InvalidOperationException("Not every key was wrapped again.");
        return new Measure($"rewrapping {keys:N0} residents' keys", watch.Elapsed.TotalSeconds, "s", Target: 60, AtMost: true);
    }
}
