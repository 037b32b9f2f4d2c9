using System.Diagnostics;
using Tasuki.Vault;

namespace Tasuki.Bench.Vault;

/// <summary>Writes of one record each, validated, to different residents, 64 at once: each is durable with its log entry before the next begins.</summary>
internal static class Writes
{
    private const int Writers = 64;

    public static async Task<double> Single(City city, IReadOnlyList<Person> people, int seconds, CancellationToken cancel)
    {
        var watch = Stopwatch.StartNew();
        var done = await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(
            async () =>
            {
                var made = new Observations(700_000 + writer + (Environment.TickCount * 64));
                var count = 0;
                for (var next = writer; (count == 0 && seconds > 0) || watch.Elapsed.TotalSeconds < seconds; next += Writers, count++)
                {
                    var person = people[next % people.Count];
                    var record = made.One(person.Patient);
                    if (!City.Valid(record.Resource) || (await city.Vault.Write(Actor.Resident(person.Resident), person.Resident, Purpose.Import, [record], cancel)).Value[0].Outcome is not WriteOutcome.Created)
                        throw new InvalidOperationException("A write of the bench was not taken as new.");
                }

                return count;
            },
            cancel)));
        return done.Sum() / watch.Elapsed.TotalSeconds;
    }
}
