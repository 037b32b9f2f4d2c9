using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Tasuki.Bench.Vault;

namespace Tasuki.Bench.Fhir;

/// <summary><c>tasuki import-fhir</c> as an operator starts it, beside the server: another server's bulk export comes in for residents who have nothing yet.</summary>
internal static class ImportCommand
{
    /// <summary>Resources a second as the command says it: the whole way through the files, validation included, without the start of the program.</summary>
    public static async Task<double> PerSecond(Town town, int residents, int each, CancellationToken cancel)
    {
        var folder = Directory.CreateTempSubdirectory("tasuki-bench-import-").FullName;
        try
        {
            await Write(folder, await town.Enrol(residents, cancel), each, cancel);
            string[] arguments =
            [
                Path.Combine(AppContext.BaseDirectory, "tasuki.dll"), "import-fhir", Path.Combine(folder, "Patient.ndjson"), Path.Combine(folder, "Observation.ndjson"),
                "--residents", Path.Combine(folder, "residents.csv"), "--operator", "bench", "--reason", "measuring", "--data", town.Data, "--ring", town.Ring,
            ];
            using var command = Process.Start(new ProcessStartInfo("dotnet", arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
            var output = command.StandardOutput.ReadToEndAsync(cancel);
            var said = await command.StandardError.ReadToEndAsync(cancel);
            await command.WaitForExitAsync(cancel);
            var rate = Regex.Match(said, "0 lines refused; (?<rate>[0-9]+) records a second", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
            return command.ExitCode == 0 && rate.Success ? double.Parse(rate.Groups["rate"].Value, CultureInfo.InvariantCulture)
                : throw new InvalidOperationException($"The command ended with {command.ExitCode}: {said}{await output}");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task Write(string folder, IReadOnlyList<long> residents, int each, CancellationToken cancel)
    {
        await using var patients = new StreamWriter(Path.Combine(folder, "Patient.ndjson"));
        await using var observations = new FileStream(Path.Combine(folder, "Observation.ndjson"), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16);
        await using var map = new StreamWriter(Path.Combine(folder, "residents.csv"));
        var made = new Observations(20260402);
        foreach (var resident in residents)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"p{resident}");
            await patients.WriteLineAsync($$"""{"resourceType":"Patient","id":"{{name}}"}""".AsMemory(), cancel);
            await map.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{name},{resident}").AsMemory(), cancel);
            for (var i = 0; i < each; i++)
                await observations.WriteAsync((byte[])[.. made.Json(name), (byte)'\n'], cancel);
        }
    }
}
