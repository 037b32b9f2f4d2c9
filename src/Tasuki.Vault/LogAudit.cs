using System.Globalization;
using Tasuki.Kernel;
using Tasuki.Vault.Keys;
using Tasuki.Vault.Log;
using Tasuki.Vault.Log.Checking;
using Tasuki.Vault.Log.Sealing;
using Tasuki.Vault.RecordStore;
using Tasuki.Vault.Store;

namespace Tasuki.Vault;

/// <summary>What a check of the access log found, in sentences with numbers and times only.</summary>
/// <param name="Findings">What is wrong; at most a thousand of <paramref name="Found"/>.</param>
/// <param name="Notes">What is not wrong and has to be known: what is open, which writers vanished, what was retired.</param>
public sealed record LogAuditReport(
    IReadOnlyList<string> Findings, long Found, IReadOnlyList<string> Notes, long Entries, long Groups, long Seals, TimeSpan Took)
{
    public bool IsWhole => Found == 0;
}

/// <summary>
/// The access log from outside: opens stores and ring without becoming a writer, changes nothing, and hands out numbers and hashes only. The one exception is
/// <see cref="Retire"/>.
/// </summary>
public sealed class LogAudit : IAsyncDisposable
{
    private readonly VaultOptions _options;
    private readonly TimeProvider _clock;
    private readonly KeyRing _ring;
    private readonly Database _records;
    private readonly Database _keys;
    private readonly Database _log;

    private LogAudit(VaultOptions options, TimeProvider clock, KeyRing ring, Database records, Database keys, Database log) =>
        (_options, _clock, _ring, _records, _keys, _log) = (options, clock, ring, records, keys, log);

    /// <summary>The same errors as <see cref="RecordVault.Start"/>.</summary>
    public static async Task<Result<LogAudit>> Open(VaultOptions options, TimeProvider clock, CancellationToken cancel)
    {
        var ring = KeyRing.Open(options.Ring, options.Municipality, clock, create: false, options.Root);
        if (!ring.IsOk)
            return ring.Error;
        var stores = await VaultStores.Open(options with { Create = false }, cancel);
        return stores.Map(s => new LogAudit(options, clock, ring.Value, s.Records, s.Keys, s.Log));
    }

    /// <summary>
    /// Checks every entry, group and seal, and holds them against witnessed seals.
    /// Error <c>witness.format</c> for a file that holds no seal, <c>witness.missing</c> for a path where nothing is.
    /// </summary>
    /// <param name="witnesses">Files of seals, or folders of them.</param>
    /// <param name="withRecords">Holds the rows of records, samples, grants and files against the entries of their writes.</param>
    public async Task<Result<LogAuditReport>> Verify(IReadOnlyList<string> witnesses, bool withRecords, CancellationToken cancel)
    {
        var seals = new List<WitnessedSeal>();
        foreach (var path in witnesses)
        {
            if (!File.Exists(path) && !Directory.Exists(path))
                return new Error("witness.missing", $"There is no witness {path}.");
            foreach (var file in Directory.Exists(path) ? Directory.EnumerateFiles(path, "seal-*.json").Order(StringComparer.Ordinal) : Enumerable.Repeat(path, 1))
            {
                var seal = WitnessedSeal.Read(file);
                if (!seal.IsOk)
                    return seal.Error;
                seals.Add(seal.Value);
            }
        }

        var started = _clock.GetTimestamp();
        var report = await new ChainCheck(_log, _ring, _options.Municipality, seals).Run(cancel);
        if (withRecords)
        {
            var erased = new ErasureList(_ring, _options.Municipality, _clock);
            await new RecordsCheck(_records, _log, _ring, _options.Municipality, erased, _clock, report).Run(cancel);
        }

        return new LogAuditReport(report.Findings, report.Found, report.Notes, report.Entries, report.Groups, report.Seals, _clock.GetElapsedTime(started));
    }

    /// <summary>The newest seal as JSON, for a witness by any other way. Null when there is none.</summary>
    public async Task<byte[]?> NewestSeal(CancellationToken cancel)
    {
        await using var work = await _log.Read(cancel);
        return await LogSeal.Newest(work, cancel) is { } seal ? WitnessedSeal.Of(seal, _options.Municipality, _ring).Json() : null;
    }

    /// <summary>
    /// Takes away the entries of whole sealed ranges that ended before the first day (Tokyo) of a year, and says so aloud by an entry of the log. Seals and groups
    /// stay. Needs a database role that may delete. Returns the number of entries. Errors: <c>log.retention</c>, <c>log.nothing</c>.
    /// </summary>
    public async Task<Result<long>> Retire(Actor actor, int beforeYear, CancellationToken cancel)
    {
        var now = _clock.GetUtcNow();
        var before = TokyoDay.StartOf(new DateOnly(beforeYear, 1, 1));
        if (before > now.AddYears(-Retirement.RetentionYears))
        {
            return new Error("log.retention", string.Create(
                CultureInfo.InvariantCulture, $"Entries are kept for {Retirement.RetentionYears} years: today only those before {TokyoDay.Of(now).Year - Retirement.RetentionYears} and earlier can end."));
        }

        LogSeal? last;
        await using (var reading = await _log.Read(cancel))
            last = await Retirement.LastSeal(reading, beforeYear, cancel);

        if (last is null || LogHeads.Read(last.Heads) is not { } heads)
            return new Error("log.nothing", string.Create(CultureInfo.InvariantCulture, $"No seal ended before {beforeYear}: there is nothing to retire."));
        await using (var writer = await LogWriter.Start(_log, _ring, _options.Municipality, _clock, cancel))
            await writer.Append(new LogEntry(null, actor, Purpose.Operation, LogAction.RetireLog, Retirement.Detail(last.Number), Refused: false));
        return await Delete(heads, cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await _records.DisposeAsync();
        await _keys.DisposeAsync();
        await _log.DisposeAsync();
    }

    private async Task<long> Delete(LogHeads heads, CancellationToken cancel)
    {
        const long AtOnce = 50_000;
        long gone = 0;
        for (var writer = 1L; writer <= heads.HighestWriter; writer++)
        {
            var through = Retirement.ThroughEntry(heads, writer);
            long low, high;
            await using (var reading = await _log.Read(cancel))
            {
                low = await reading.Number("select min(entry_no) from log_entry where writer_no = @writer", cancel, ("@writer", writer)) ?? long.MaxValue;
                high = Math.Min(through, await reading.Number("select max(entry_no) from log_entry where writer_no = @writer", cancel, ("@writer", writer)) ?? 0);
            }

            for (; low <= high; low += AtOnce)
            {
                await using var work = await _log.Write(cancel);
                (string, object?)[] range = [("@writer", writer), ("@low", low), ("@high", Math.Min(high, low + AtOnce - 1))];
                await work.Execute("delete from log_listed where writer_no = @writer and entry_no between @low and @high", cancel, range);
                gone += await work.Execute("delete from log_entry where writer_no = @writer and entry_no between @low and @high", cancel, range);
                await work.Commit(cancel);
            }
        }

        return gone;
    }
}
