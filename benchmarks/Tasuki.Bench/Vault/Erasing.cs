using System.Diagnostics;
using Tasuki.Bench.Report;
using Tasuki.Vault;

namespace Tasuki.Bench.Vault;

/// <summary>Closing and erasing people, one after the other; seconds for one.</summary>
internal static class Erasing
{
    public static async Task<double> Each(City city, IReadOnlyList<Person> people, CancellationToken cancel)
    {
        var times = new List<double>();
        foreach (var person in people)
        {
            await city.Vault.Close(Actor.Resident(person.Resident), person.Resident, cancel);
            var watch = Stopwatch.StartNew();
            if ((await city.Vault.EraseDue(Actor.Job("bench", "measuring"), cancel)).Count != 1)
                throw new InvalidOperationException("Nobody was erased.");
            times.Add(watch.Elapsed.TotalSeconds);
        }

        return Measure.Median(times);
    }
}
