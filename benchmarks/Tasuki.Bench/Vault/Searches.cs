using System.Diagnostics;
using Tasuki.Bench.Report;
using Tasuki.Fhir.Searching;
using Tasuki.Vault;

namespace Tasuki.Bench.Vault;

/// <summary>Searches through the gate, logged, as a page or an interface would ask: 32 askers at once, each for another resident.</summary>
internal static class Searches
{
    private const int Askers = 32;

    public static async Task<double> Newest(City city, IReadOnlyList<Person> people, Func<Random, RecordQuery> query, int expected, int seconds, CancellationToken cancel)
    {
        var watch = Stopwatch.StartNew();
        var records = 0L;
        var done = await Task.WhenAll(Enumerable.Range(0, Askers).Select(asker => Task.Run(
            async () =>
            {
                var random = new Random(asker);
                var count = 0;
                for (; (count == 0 && seconds > 0) || watch.Elapsed.TotalSeconds < seconds; count++)
                {
                    var resident = people[random.Next(people.Count)].Resident;
                    var found = (await city.Vault.Search(Actor.Resident(resident), resident, Purpose.OwnUse, query(random), cancel)).Value;
                    Interlocked.Add(ref records, found.Records.Count);
                }

                return count;
            },
            cancel)));
        // A person may have fewer of a code; nearly all have as many as are asked for.
        if (records < done.Sum() * expected / 2)
            throw new InvalidOperationException($"{done.Sum()} searches of the bench found only {records} records.");
        return done.Sum() / watch.Elapsed.TotalSeconds;
    }

    // Its values lie above: every record is opened, its quantity read, and found.
    private static readonly RecordQuery All = new()
    {
        Types = ["Observation"], Order = RecordOrder.Stored, Where = new RecordPredicate.Parameter("value-quantity", new QuantityTest(SearchPrefix.Greater, -1)),
    };

    /// <summary>One search that no column narrows enough: every record of the type is decrypted and looked into. One after another, on whatever core the one asker has.</summary>
    public static async Task<double> DecryptAll(City city, Person big, int times, CancellationToken cancel)
    {
        var best = new List<double>(times);
        for (var i = 0; i < times; i++)
        {
            var session = (await city.Vault.Open(Actor.Resident(big.Resident), big.Resident, Purpose.OwnUse, cancel)).Value;
            var watch = Stopwatch.StartNew();
            var found = 0;
            await foreach (var _ in session.All(All, cancel))
                found++;
            if (found != big.Ids.Count)
                throw new InvalidOperationException("The search did not see every record.");
            best.Add(watch.Elapsed.TotalSeconds);
        }

        return Measure.Median(best);
    }
}
