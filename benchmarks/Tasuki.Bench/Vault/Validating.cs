using System.Diagnostics;
using Tasuki.Bench.Report;
using Tasuki.Fhir;

namespace Tasuki.Bench.Vault;

/// <summary>The validator on one core: observations of the bench, all different, one after the other.</summary>
internal static class Validating
{
    public static double PerSecond(Scale scale)
    {
        var made = new Observations(11);
        var observations = Enumerable.Range(0, 20_000).Select(_ => CanonicalResource.Parse(made.Json("abcdefghijklmnopqrstuvwxyz")).Value).ToArray();
        Once(observations, TimeSpan.FromSeconds(scale.WarmSeconds));
        return Measure.Median(Enumerable.Range(0, scale.Rounds).Select(_ => Once(observations, TimeSpan.FromSeconds(scale.SecondsARound))));
    }

    private static double Once(CanonicalResource[] observations, TimeSpan span)
    {
        var watch = Stopwatch.StartNew();
        var done = 0L;
        while (watch.Elapsed < span)
        {
            foreach (var one in observations.AsSpan((int)(done % observations.Length), 1_000))
            {
                if (!City.Valid(one))
                    throw new InvalidOperationException("The bench's own observation is not valid R4.");
            }

            done += 1_000;
        }

        return done / watch.Elapsed.TotalSeconds;
    }
}
