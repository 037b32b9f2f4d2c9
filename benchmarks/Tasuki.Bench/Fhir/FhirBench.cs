using System.Globalization;
using System.Runtime;
using System.Text;
using Tasuki.Bench.Floor;
using Tasuki.Bench.Load;
using Tasuki.Bench.Report;
using Tasuki.Bench.Vault;

namespace Tasuki.Bench.Fhir;

/// <summary>
/// The FHIR interface over HTTP with an ordinary access token, gate and access log on; reads and the newest 50 beside a bare handler that returns the same stored bytes. The rivals'
/// numbers stand in the guide; they were measured on machines of this kind, not in this run.
/// </summary>
internal static class FhirBench
{
    private const int InTransaction = 51;

    // Until the compiler takes less than this part of one core, or so many times.
    private const double Quiet = 0.02;
    private const int MostWarmUps = 12;

    private const string Import = "import of NDJSON by the operator's command";

    /// <param name="only">Rows whose name begins so; null for all.</param>
    public static Task<IReadOnlyList<Measure>> Run(bool quick, TextWriter progress, CancellationToken cancel, string? only = null) =>
        Run(quick ? 500 : 5_000, 400, quick ? 3 : 5, quick ? 2 : 8, MostWarmUps, progress, cancel, only);

    public static async Task<IReadOnlyList<Measure>> Run(int residents, int each, int rounds, int seconds, int warmUps, TextWriter progress, CancellationToken cancel, string? only = null)
    {
        var measures = new List<Measure> { new("fsync of 4 kB, median", Disk.FsyncMilliseconds(), "ms") };
        await Say($"{residents} residents with {each} observations each");
        await using var town = await Town.Make(residents, each, cancel);
        var random = new Random(20260401);
        (string Name, Func<string> Line, double Of, double Target, Func<string>? Floor)[] operations =
        [
            ("read", () => Path(One(out var person), $"Observation/{person.Ids[random.Next(person.Ids.Count)]}"), 1, 9_000, () => $"/one/{Number(One(out var person).Resident.Value)}/{Number(town.SeqOf(person, person.Ids[random.Next(person.Ids.Count)]))}"),
            ("Observation?patient=&_count=50", () => Path(One(out var person), $"Observation?patient={person.Patient}&_count=50"), 1, 4_000, () => $"/newest/{Number(One(out _).Resident.Value)}/50"),
            ("…&code=&_sort=-date&_count=10", () => Path(One(out var person), $"Observation?patient={person.Patient}&code=http%3A%2F%2Floinc.org%7C{Observations.Codes[random.Next(Observations.Codes.Count)]}&_sort=-date&_count=10"), 1, 6_000, null),
            ("…&date=ge…&_sort=-date&_count=20", () => Path(One(out var person), $"Observation?patient={person.Patient}&date=ge202{random.Next(1, 5)}-06-01&_sort=-date&_count=20"), 1, 5_000, null),
            ("create Observation", () => Path(One(out var person), $"Observation {Body(new Observations(random.Next()).Json(person.Patient))}"), 1, 2_500, null),
            ($"transaction bundles of {InTransaction}", () => Path(One(out var person), $" {Body(Bundle(new Observations(random.Next()), person.Patient))}"), InTransaction, 8_000, null),
        ];
        await using var stored = new StoredRows(town.Records, noReset: true);
        await using var floor = await FloorServer.Start(stored, cancel);
        var clock = await CpuClock.Of(await City.Text(town.Records, "show data_directory", cancel), cancel);
        operations = [.. operations.Where(one => only is null || one.Name.StartsWith(only, StringComparison.Ordinal))];
        // A server runs for weeks: what is measured is code that has been compiled for speed. The compiler works beside the requests, for longer than one would think on few cores.
        foreach (var (name, line, _, _, _) in operations)
        {
            await Say($"warming up: {name}");
            for (var (turn, share) = (0, 1.0); turn < warmUps && share > Quiet; turn++)
            {
                var (compiled, began) = (JitInfo.GetCompilationTime(), TimeProvider.System.GetTimestamp());
                await Once([.. Enumerable.Range(0, 2_000).Select(_ => line())], 16, 2 * seconds, await town.Token(cancel));
                share = (JitInfo.GetCompilationTime() - compiled) / TimeProvider.System.GetElapsedTime(began);
            }
        }

        foreach (var connections in (int[])[64, 16])
        {
            foreach (var (name, line, of, target, below) in operations)
            {
                await Say($"{name}, {connections} connections");
                var lines = Enumerable.Range(0, of > 1 ? 2_000 : 20_000).Select(_ => line()).ToList();
                var token = await town.Token(cancel);
                await Once(lines, connections, Math.Max(1, seconds / 2), token);
                var bare = below is null ? [] : Enumerable.Range(0, 20_000).Select(_ => below()).ToList();
                var (values, floors) = (new List<double>(), new List<double>());
                var (server, postgres, requests) = (0.0, 0.0, 0.0);
                for (var round = 0; round < rounds; round++)
                {
                    var before = clock.Read();
                    var run = await Once(lines, connections, seconds, token);
                    var after = clock.Read();
                    values.Add(run.PerSecond * of);
                    (server, postgres, requests) = (server + after.Server - before.Server, postgres + after.Postgres - before.Postgres, requests + run.Answers);
                    // Interleaved: what else the machine does falls on both.
                    if (below is not null)
                        floors.Add((await LoadRun.Of(floor.Port, bare, connections, seconds, cancel)).PerSecond);
                }

                measures.Add(new Measure($"{name}, {connections} connections", Measure.Median(values), of > 1 ? "resources/s" : "/s", Target: connections == 64 ? target : null));
                if (below is not null)
                    measures.Add(Measure.Against("  the same / a bare handler with the stored bytes", [.. values.Zip(floors)], "/s", null));
                measures.Add(new Measure("  processor time of the server for each", server / requests, "us"));
                measures.Add(new Measure("  processor time of PostgreSQL for each", postgres / requests, "us"));
            }
        }

        if (only is null || Import.StartsWith(only, StringComparison.Ordinal))
        {
            await Say(Import);
            measures.Add(new Measure(Import, await ImportCommand.PerSecond(town, residents, each, cancel), "resources/s", Target: 30_000));
        }

        await City.Run(town.Records, "vacuum vault.record", cancel);
        var records = await City.Number(town.Records, "select count(*) from vault.record", cancel);
        measures.Add(new Measure("disk a resource, all indexes", await City.Number(town.Records, "select pg_total_relation_size('vault.record') + pg_total_relation_size('vault.record_history')", cancel) / records, "bytes", Target: 530, AtMost: true));
        return measures;

        string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

        string Path(Person person, string rest) => "/fhir/" + rest;

        Person One(out Person person) => person = town.People[random.Next(town.People.Count)];

        async Task<LoadRun> Once(List<string> lines, int connections, int time, string token)
        {
            var run = await LoadRun.Of(town.Port, lines, connections, time, cancel, token);
            return run.Failures == 0 ? run : throw new InvalidOperationException($"{run.Failures} requests failed.");
        }

        Task Say(string what) => progress.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{TimeProvider.System.GetLocalNow():HH:mm:ss} {what}"));
    }

    private static string Body(byte[] json) => Convert.ToBase64String(json);

    private static byte[] Bundle(Observations made, string patient)
    {
        var text = new StringBuilder("{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[");
        for (var i = 0; i < InTransaction; i++)
            text.Append(i == 0 ? "" : ",").Append("{\"resource\":").Append(Encoding.UTF8.GetString(made.Json(patient))).Append(",\"request\":{\"method\":\"POST\",\"url\":\"Observation\"}}");
        return Encoding.UTF8.GetBytes(text.Append("]}").ToString());
    }
}
