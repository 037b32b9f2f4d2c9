using System.Diagnostics;
using Tasuki.Bench.Report;

namespace Tasuki.Bench.Vault;

/// <summary>What this machine's disk takes to make four kilobytes durable: the floor under every write.</summary>
internal static class Disk
{
    public static double FsyncMilliseconds()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1);
            var block = new byte[4096];
            var times = new List<double>();
            for (var i = 0; i < 200; i++)
            {
                var begin = Stopwatch.GetTimestamp();
                file.Write(block);
                file.Flush(flushToDisk: true);
                times.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
            }

            return Measure.Median(times);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
