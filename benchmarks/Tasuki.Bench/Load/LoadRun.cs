using System.Diagnostics;
using System.Globalization;

namespace Tasuki.Bench.Load;

/// <summary>What one run of the load client saw.</summary>
/// <param name="Answers">All, also of the second that is not counted.</param>
internal sealed record LoadRun(int Answers, double PerSecond, int Failures, long MedianMicros, long Percentile99Micros)
{
    /// <summary>Starts the client as a process of its own, gives it the paths, waits for its line.</summary>
    public static async Task<LoadRun> Of(int port, IEnumerable<string> paths, int connections, int seconds, CancellationToken cancel, string? token = null)
    {
        var program = Path.ChangeExtension(typeof(LoadRun).Assembly.Location, ".dll");
        var start = new ProcessStartInfo("dotnet", [program, "load", Text(port), Text(connections), Text(seconds), .. token is null ? Array.Empty<string>() : [token]]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
        // One sender is enough; the rest of the machine belongs to what is measured.
        start.Environment["DOTNET_gcServer"] = "0";
        // Compiled once, before it begins to ask: else its compiler runs beside what is measured.
        start.Environment["DOTNET_TieredCompilation"] = "0";
        using var client = Process.Start(start)!;
        foreach (var path in paths)
            await client.StandardInput.WriteLineAsync(path.AsMemory(), cancel);
        client.StandardInput.Close();
        var line = await client.StandardOutput.ReadToEndAsync(cancel);
        await client.WaitForExitAsync(cancel);
        if (client.ExitCode != 0)
            throw new InvalidOperationException($"The load client ended with {client.ExitCode}.");
        var numbers = line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(n => double.Parse(n, CultureInfo.InvariantCulture)).ToArray();
        return new LoadRun((int)numbers[0], numbers[4], (int)numbers[1], (long)numbers[2], (long)numbers[3]);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
