using System.Globalization;
using Tasuki.Kernel;
using Tasuki.Vault.Keys;
using Tasuki.Vault.Log.Sealing;
using Tasuki.Vault.RecordStore;
using Tasuki.Vault.Store;

namespace Tasuki.Vault.Log.Checking;

/// <summary>
/// The end of old entries: whole sealed ranges, after the retention, said aloud by an entry of the log itself, which nobody writes without the ring. Seals, groups
/// and their hashes stay, so the chain holds and an exported history can still be checked.
/// </summary>
internal static class Retirement
{
    public const int RetentionYears = 3;

    public static string Detail(long seal) => string.Create(CultureInfo.InvariantCulture, $"through seal {seal}");

    /// <summary>The seal up to which entries may be gone; 0 for none. A retirement before its time is a finding.</summary>
    public static async Task<long> Through(Database database, KeyRing ring, MunicipalityId municipality, LogReport report, CancellationToken cancel)
    {
        await using var work = await database.Read(cancel);
        long through = 0;
        await foreach (var row in LogReader.AboutNobody(work, LogPlace.Start, cancel))
        {
            if (LogBody.Open(ring, municipality, row) is not { Action: LogAction.RetireLog, Refused: false, Detail: { } detail }
                || !long.TryParse(detail.AsSpan(detail.LastIndexOf(' ') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var seal))
                continue;
            if (await LogSeal.Of(work, seal, cancel) is { } last && Time.FromMicros(last.At) > Time.FromMicros(row.At).AddYears(-RetentionYears))
                report.Add($"Writer {row.WriterNo}, entry {row.EntryNo} retires entries up to seal {seal}, which was not {RetentionYears} years old.");
            else
                through = Math.Max(through, seal);
        }

        return through;
    }

    /// <summary>The newest seal before the first day (Tokyo) of a year: what it holds may end together.</summary>
    public static async Task<LogSeal?> LastSeal(DbWork work, int beforeYear, CancellationToken cancel) => await work.Query(
        $"select {LogSeal.Select} from log_seal where at < @before order by seal_no desc limit 1", LogSeal.Read, cancel,
        ("@before", Time.Micros(TokyoDay.StartOf(new DateOnly(beforeYear, 1, 1))))) is [var one] ? one : null;

    /// <summary>The number of the last entry of a writer that goes with the seal. Writers that the seal no longer names were closed before it: all of theirs.</summary>
    public static long ThroughEntry(LogHeads heads, long writer) => heads.Heads.FirstOrDefault(h => h.WriterNo == writer)?.EntryNo ?? long.MaxValue;

    /// <summary>How many entries would go.</summary>
    public static async Task<long> Count(DbWork work, int beforeYear, CancellationToken cancel)
    {
        if (await LastSeal(work, beforeYear, cancel) is not { } last || LogHeads.Read(last.Heads) is not { } heads)
            return 0;
        long count = 0;
        for (var writer = 1L; writer <= heads.HighestWriter; writer++)
        {
            count += await work.Number(
                "select count(*) from log_entry where writer_no = @writer and entry_no <= @through", cancel, ("@writer", writer), ("@through", ThroughEntry(heads, writer))) ?? 0;
        }

        return count;
    }
}
