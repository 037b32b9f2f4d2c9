using System.Diagnostics;
using System.Globalization;

namespace Tasuki.Bench.Load;

/// <summary>
/// Processor time that this process (the server under load) and the PostgreSQL beside it have used. On a machine with other work on it, what a request costs says
/// more than how many come through.
/// </summary>
internal sealed class CpuClock
{
    private static readonly double Tick = 1e6 / 100;
    private readonly int _postmaster;

    private CpuClock(int postmaster) => _postmaster = postmaster;

    /// <param name="dataDirectory">Of the PostgreSQL, on this machine.</param>
    public static async Task<CpuClock> Of(string dataDirectory, CancellationToken cancel) =>
        new(int.Parse((await File.ReadAllLinesAsync(Path.Combine(dataDirectory, "postmaster.pid"), cancel))[0], CultureInfo.InvariantCulture));

    /// <summary>Microseconds so far: the server's, and PostgreSQL's with all that it started.</summary>
    public (double Server, double Postgres) Read()
    {
        var postgres = 0.0;
        foreach (var process in Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(name => char.IsAsciiDigit(name![0])))
        {
            if (Stat(process!) is not { } stat)
                continue;
            if (int.Parse(process!, CultureInfo.InvariantCulture) == _postmaster)
                postgres += stat.Own + stat.Ended;
            else if (stat.Parent == _postmaster)
                postgres += stat.Own;
        }

        using var own = Process.GetCurrentProcess();
        return (own.TotalProcessorTime.TotalMicroseconds, postgres);
    }

    // proc(5): behind the name in brackets stand state, parent, …, and at 14 to 17 user and system time, own and of children that ended.
    private static (int Parent, double Own, double Ended)? Stat(string process)
    {
        try
        {
            var line = File.ReadAllText($"/proc/{process}/stat");
            var fields = line[(line.LastIndexOf(')') + 2)..].Split(' ');
            return (int.Parse(fields[1], CultureInfo.InvariantCulture), (Ticks(11) + Ticks(12)) * Tick, (Ticks(13) + Ticks(14)) * Tick);

            double Ticks(int place) => double.Parse(fields[place], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
