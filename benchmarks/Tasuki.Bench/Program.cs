using System.Globalization;
using Tasuki.Bench.Desk;
using Tasuki.Bench.Faults;
using Tasuki.Bench.Fhir;
using Tasuki.Bench.Load;
using Tasuki.Bench.Report;
using Tasuki.Bench.Vault;

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};

if (args is ["load", .. var load])
    return await LoadClient.Run(load, stop.Token);
if (args is ["fault-worker", .. var place])
    return await FaultWorker.Run(place, stop.Token);

if (args is ["send-worker", .. var sender])
    return await SendWorker.Run(sender, stop.Token);

var known = new Dictionary<string, Func<bool, TextWriter, CancellationToken, Task<IReadOnlyList<Measure>>>>(StringComparer.Ordinal)
{
    ["desk"] = DeskBench.Run,
    ["fhir"] = (quick, progress, cancel) => FhirBench.Run(quick, progress, cancel),
    ["vault"] = VaultBench.Run,
    ["faults"] = FaultRun.Run,
};
// One row of the FHIR table alone, for whoever works on its speed: '--only read'.
if (args is ["fhir", "--only", var only, .. var rest])
{
    known["fhir"] = (quick, progress, cancel) => FhirBench.Run(quick, progress, cancel, only);
    args = ["fhir", .. rest];
}

if (args is not [var name, .. var options] || !known.TryGetValue(name, out var bench) || options.Any(option => option is not ("--quick" or "--json")))
{
    await Console.Error.WriteLineAsync($"usage: ./bench NAME [--quick] [--json]   NAME: {string.Join(", ", known.Keys)}   (fhir --only WORDS: the rows whose name begins so)");
    return 64;
}

// Progress goes to standard error: standard output holds the table, or the JSON, and nothing else.
var measures = await bench(options.Contains("--quick"), Console.Error, stop.Token);
if (options.Contains("--json"))
{
    using var output = Console.OpenStandardOutput();
    Tables.WriteJson(output, measures);
    await Console.Out.WriteLineAsync();
}
else
{
    Tables.Write(Console.Out, measures);
}

await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{measures.Count(m => m.Met is true)} of {measures.Count(m => m.Met is not null)} targets met."));
return 0;
