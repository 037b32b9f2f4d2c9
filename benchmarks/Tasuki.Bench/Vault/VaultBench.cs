using System.Diagnostics;
using System.Globalization;
using Tasuki.Bench.Load;
using Tasuki.Bench.Report;
using Tasuki.Fhir;
using Tasuki.Vault;

namespace Tasuki.Bench.Vault;

/// <summary>What the vault costs: reads beside a floor in the same run, searches, writes, size, erasure, rewrapping. The list of measures is the list of methods below.</summary>
internal static class VaultBench
{
    public static Task<IReadOnlyList<Measure>> Run(bool quick, TextWriter progress, CancellationToken cancel) => Run(quick ? Scale.Quick : Scale.Full, progress, cancel);

    public static async Task<IReadOnlyList<Measure>> Run(Scale scale, TextWriter progress, CancellationToken cancel)
    {
        var measures = new List<Measure>();
        measures.Add(new Measure("fsync of 4 kB, median", Disk.FsyncMilliseconds(), "ms"));
        await Say("validator alone");
        measures.Add(new Measure("validator alone, one core", Validating.PerSecond(scale), "/s", Target: 150_000));

        await using var city = await City.Make(cancel);
        await Say($"{scale.Residents} residents with {scale.Each} observations each");
        var (people, bulk) = await city.Fill(await city.Enrol(scale.Residents, cancel), scale.Each, cancel);
        measures.Add(new Measure("bulk write with validation", bulk, "records/s", Target: 30_000));
        await City.Run(city.Options.Records, "vacuum (analyze) vault.record", cancel);
        await Say("size");
        var records = await City.Number(city.Options.Records, "select count(*) from vault.record", cancel);
        measures.Add(new Measure("observations", records, "records"));
        measures.Add(new Measure(
            "size with all indexes", await City.Number(city.Options.Records, "select pg_total_relation_size('vault.record')", cancel) / records, "bytes/record", Target: 530, AtMost: true));

        await Reads(city, people, scale, measures, Say, cancel);
        await SearchesOf(city, people, scale, measures, Say, cancel);
        await Say("single writes");
        await Writes.Single(city, people, scale.WarmSeconds, cancel);
        measures.Add(new Measure("single write, different residents, 64 at once", await Writes.Single(city, people, scale.SecondsARound * 2, cancel), "/s", Target: 4_000));
        await Say("erasing");
        var (leaving, _) = await city.Fill(await city.Enrol(3, cancel), scale.Erased, cancel);
        measures.Add(new Measure($"erasing a person with {scale.Erased} records", await Erasing.Each(city, leaving, cancel), "s", Target: 1, AtMost: true));
        await Say($"rewrapping {scale.Keys} keys");
        measures.Add(await Rewrapping.All(city, scale, cancel));
        return measures;

        Task Say(string what) => progress.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{TimeProvider.System.GetLocalNow():HH:mm:ss} {what}"));
    }

    private static async Task Reads(City city, IReadOnlyList<Person> people, Scale scale, List<Measure> measures, Func<string, Task> say, CancellationToken cancel)
    {
        await using var raw = new RawRead(city);
        await using var server = await ReadServer.Start(city, await SilentLog.GateOver(city.Vault.Parts, cancel), raw, cancel);
        foreach (var connections in (int[])[64, 16])
        {
            await say($"reads, {connections} connections");
            var rounds = new Dictionary<string, List<double>>(StringComparer.Ordinal) { ["floor"] = [], ["plain"] = [], ["raw"] = [], ["quiet"] = [], ["gate"] = [] };
            foreach (var way in rounds.Keys.Where(_ => scale.WarmSeconds > 0))
                await Once(way, scale.WarmSeconds);
            // Interleaved: what else the machine does falls on all of them.
            for (var round = 0; round < scale.Rounds; round++)
            {
                foreach (var (way, values) in rounds)
                    values.Add((await Once(way, scale.SecondsARound)).PerSecond);
            }

            measures.Add(Measure.Against($"read through the gate, decrypted, logged, {connections} connections / floor", [.. rounds["gate"].Zip(rounds["floor"])], "/s", connections == 64 ? 0.6 : null));
            measures.Add(Measure.Against($"the same / floor with Npgsql as it comes, {connections} connections", [.. rounds["gate"].Zip(rounds["plain"])], "/s", null));
            measures.Add(Measure.Against($"read through the gate, logged / without log, {connections} connections", [.. rounds["gate"].Zip(rounds["quiet"])], "/s", connections == 64 ? 0.7 : 0.5));
            measures.Add(Measure.Against($"gate on / gate off, log off in both, {connections} connections", [.. rounds["quiet"].Zip(rounds["raw"])], "/s", 0.9));

            async Task<LoadRun> Once(string way, int seconds)
            {
                var run = await LoadRun.Of(server.Port, ReadServer.Paths(way, people, raw, 20_000, new Random(way.Length)), connections, seconds, cancel);
                return run.Failures == 0 ? run : throw new InvalidOperationException($"{run.Failures} reads of /{way} failed.");
            }
        }
    }

    private static async Task SearchesOf(City city, IReadOnlyList<Person> people, Scale scale, List<Measure> measures, Func<string, Task> say, CancellationToken cancel)
    {
        await say("searches");
        var newest = (Random _) => new RecordQuery { Limit = 50 };
        var ofCode = (Random random) => new RecordQuery { Types = ["Observation"], Codes = [new Coding("http://loinc.org", Observations.Codes[random.Next(Observations.Codes.Count)])], Limit = 10 };
        var (fifty, ten) = (new List<double>(), new List<double>());
        for (var round = 0; round <= scale.Rounds; round++)
        {
            var seconds = round == 0 ? scale.WarmSeconds : scale.SecondsARound;
            var (one, other) = (await Searches.Newest(city, people, newest, 50, seconds, cancel), await Searches.Newest(city, people, ofCode, 10, seconds, cancel));
            if (round == 0)
                continue;
            fifty.Add(one);
            ten.Add(other);
        }

        measures.Add(new Measure("newest 50 of a resident, logged", Measure.Median(fifty), "/s", Target: 4_000));
        measures.Add(new Measure("newest 10 of a code, logged", Measure.Median(ten), "/s", Target: 6_000));
        var (big, _) = await city.Fill(await city.Enrol(1, cancel), scale.Big, cancel);
        await Searches.DecryptAll(city, big[0], 2, cancel);
        measures.Add(new Measure($"a search that decrypts {scale.Big} records of one person", await Searches.DecryptAll(city, big[0], 5, cancel), "s", Target: 0.15, AtMost: true));
    }
}
