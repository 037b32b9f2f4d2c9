using System.Data.Common;
using System.Globalization;
using Tasuki.Kernel;
using Tasuki.Vault.Keys;
using Tasuki.Vault.RecordStore;
using Tasuki.Vault.Store;

namespace Tasuki.Vault.Log.Checking;

/// <summary>
/// Holds what the entries of writes say against the rows that stand, some residents at a time. Rows are read before entries: a row's entry is durable before the row,
/// so a write that runs meanwhile has no row too many. What is suspicious is looked at again, and only what stays is reported.
/// </summary>
internal sealed class RecordsCheck(
    Database records, Database log, KeyRing ring, MunicipalityId municipality, ErasureList erased, TimeProvider clock, LogReport report)
{
    private const int ResidentsAtOnce = 64;
    private const int Looks = 3;
    private const int OpenNamed = 100;
    private static readonly string[] Tables = ["resident", "record", "record_history", "sample_chunk", "access_grant", "file"];
    private readonly WriterSigns _signs = new(log);
    private long _open;
    private long _older;

    public async Task Run(CancellationToken cancel)
    {
        var floor = await Floor(cancel);
        for (var from = await Next(long.MinValue, cancel); from is { } low; from = await Next(low + ResidentsAtOnce - 1, cancel))
        {
            foreach (var facts in (await Read(low, low + ResidentsAtOnce - 1, cancel)).Values)
                await Judge(facts, floor, cancel);
        }

        await new SharedCheck(records, log, ring, municipality, _signs, floor, report).Run(cancel);
        if (_open > OpenNamed)
            report.Note($"{_open - OpenNamed} more writes are open in the same way.");
        if (_older > 0)
            report.Note($"{_older} rows are older than the readable log and were not held against it.");
    }

    private async Task Judge(ResidentFacts facts, long floor, CancellationToken cancel)
    {
        var verdict = await new ResidentVerdict(facts, ring, municipality, erased, _signs, floor).Reach(cancel);
        for (var look = 1; look < Looks && verdict.Findings.Count > 0; look++)
        {
            var again = (await Read(facts.Resident, facts.Resident, cancel)).GetValueOrDefault(facts.Resident) ?? new ResidentFacts(facts.Resident);
            var second = await new ResidentVerdict(again, ring, municipality, erased, _signs, floor).Reach(cancel);
            verdict = second with { Findings = [.. second.Findings.Intersect(verdict.Findings, StringComparer.Ordinal)] };
        }

        foreach (var finding in verdict.Findings)
            report.Add(finding);
        foreach (var open in verdict.Open)
        {
            if (++_open <= OpenNamed)
                report.Note(open);
        }

        _older += verdict.Older;
    }

    // Rows from before this moment cannot be held against the log: its entries were retired or their year's key has ended.
    private async Task<long> Floor(CancellationToken cancel)
    {
        var through = await Retirement.Through(log, ring, municipality, new LogReport(), cancel);
        await using var work = await log.Read(cancel);
        var floor = through > 0 && await Sealing.LogSeal.Of(work, through, cancel) is { } seal ? seal.At : 0;
        for (var year = clock.GetUtcNow().Year - 1; year >= 2000; year--)
        {
            if (ring.LogKeyForReading(year).IsEmpty)
                return Math.Max(floor, Time.Micros(new DateTimeOffset(year + 1, 1, 1, 0, 0, 0, TimeSpan.Zero)));
        }

        return floor;
    }

    private async Task<long?> Next(long after, CancellationToken cancel)
    {
        long? next = null;
        await using (var work = await records.Read(cancel))
        {
            foreach (var table in Tables)
                next = Least(next, await work.Number($"select min(resident_no) from {table} where resident_no > @after", cancel, ("@after", after)));
        }

        await using var logged = await log.Read(cancel);
        return Least(next, await logged.Number("select min(resident_no) from log_entry where resident_no > @after", cancel, ("@after", after)));

        static long? Least(long? one, long? other) => one is null || other < one ? other ?? one : one;
    }

    private async Task<SortedDictionary<long, ResidentFacts>> Read(long low, long high, CancellationToken cancel)
    {
        var all = new SortedDictionary<long, ResidentFacts>();
        const string Range = "where resident_no between @low and @high";
        (string, object?)[] range = [("@low", low), ("@high", high)];
        await using (var work = await records.Read(cancel))
        {
            await Each(work, $"select resident_no, state from resident {Range}", row => Of(row).State = (ResidentState)row.GetInt64(1));
            await Each(
                work, $"select resident_no, seq, version, updated, substr(body, length(body) - 15, 8) from record {Range}",
                row => Of(row).Records[row.GetInt64(1)] = new StandingRow(row.GetInt64(2), row.GetInt64(3), Tag(row, 4)));
            await Each(work, $"select resident_no, seq, version from record_history {Range}", row => Of(row).AddHistory(row.GetInt64(1), row.GetInt64(2)));
            await Each(
                work, $"select resident_no, metric, day, version, updated, substr(body, length(body) - 15, 8) from sample_chunk {Range}",
                row => Of(row).Samples[(row.GetInt64(1), row.GetInt64(2))] = new StandingRow(row.GetInt64(3), row.GetInt64(4), Tag(row, 5)));
            await Each(
                work, $"select {GrantRow.Select}, g.resident_no from access_grant g {Range}",
                row => Facts(row.GetInt64(11)).Grants.Add(GrantRow.Read(new ResidentNo(row.GetInt64(11)), row, first: 0)));
            await Each(
                work, $"select resident_no, file_no, received, substr(body, length(body) - 15, 8) from file {Range} and chunks >= 0",
                row => Of(row).Files[row.GetInt64(1)] = new StandingRow(1, row.GetInt64(2), Tag(row, 3)));
        }

        await using var entries = await log.Read(cancel);
        await Each(
            entries, $"select {SealedEntry.Select} from log_entry {Range} order by resident_no, at, writer_no, entry_no",
            row =>
            {
                var entry = SealedEntry.Read(row);
                if (LogBody.Open(ring, municipality, entry) is { } body)
                    Facts(entry.ResidentNo!.Value).Add(entry, body);
                else if (LogBody.HasKey(ring, entry))
                    Facts(entry.ResidentNo!.Value).Unreadable.Add((entry.WriterNo, entry.EntryNo));
            });
        return all;

        ResidentFacts Of(DbDataReader row) => Facts(row.GetInt64(0));

        ResidentFacts Facts(long resident)
        {
            if (!all.TryGetValue(resident, out var facts))
                all[resident] = facts = new ResidentFacts(resident);
            return facts;
        }

        async Task Each(DbWork work, string sql, Action<DbDataReader> take)
        {
            await using var command = work.Command(sql, range);
            await using var reader = await command.ExecuteReaderAsync(cancel);
            while (await reader.ReadAsync(cancel))
                take(reader);
        }
    }

    private static long Tag(DbDataReader row, int column) =>
        !row.IsDBNull(column) && row.Bytes(column) is { Length: 8 } tag ? System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(tag) : 0;
}

/// <summary>The last sign of life of each writer: a process that lived on after a write would have said that it failed.</summary>
internal sealed class WriterSigns(Database log)
{
    private static readonly long Minute = TimeSpan.FromMinutes(1).Ticks / TimeSpan.TicksPerMicrosecond;
    private readonly Dictionary<long, long> _last = [];

    /// <summary>Whether the writer may have died between this entry and its rows.</summary>
    public async Task<bool> MayHaveDied(long writerNo, long at, CancellationToken cancel)
    {
        if (!_last.TryGetValue(writerNo, out var last))
        {
            await using var work = await log.Read(cancel);
            var entry = await work.Number("select at from log_entry where writer_no = @writer order by entry_no desc limit 1", cancel, ("@writer", writerNo)) ?? 0;
            var beat = await work.Number("select max(at) from log_beat where writer_no = @writer and closed_by is null", cancel, ("@writer", writerNo)) ?? 0;
            _last[writerNo] = last = Math.Max(entry, beat);
        }

        return last - at <= Minute;
    }
}
