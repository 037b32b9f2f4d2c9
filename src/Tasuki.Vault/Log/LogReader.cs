using Tasuki.Kernel;
using Tasuki.Vault.Keys;
using Tasuki.Vault.Store;

namespace Tasuki.Vault.Log;

/// <summary>Reads a resident's own lines of the access log.</summary>
internal sealed class LogReader(Database database, KeyRing ring, MunicipalityId municipality)
{
    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<AccessEntry>> Of(ResidentNo resident, int limit, CancellationToken cancel)
    {
        await using var work = await database.Read(cancel);
        var rows = await Entries(work, resident, limit, cancel);
        return [.. rows.Select(row => LogBody.Open(ring, municipality, row)?.Line(row.At)).OfType<AccessEntry>()];
    }

    /// <summary>Entries about no resident within a time, newest first; runs over many are not among them.</summary>
    public async Task<IReadOnlyList<AccessEntry>> AboutNobody(long from, long until, int most, string? action, CancellationToken cancel)
    {
        const int AtOnce = 2_000;
        var found = new List<AccessEntry>();
        await using var work = await database.Read(cancel);
        // A page ends where the next begins: several entries may have one time.
        for (var (at, writer, entry) = (until, long.MaxValue, long.MaxValue); found.Count < most;)
        {
            var rows = await work.Query(
                $"""
                select {SealedEntry.Select} from log_entry where resident_no is null and residents is null and at >= @from
                and (at < @at or (at = @at and (writer_no < @writer or (writer_no = @writer and entry_no < @entry))))
                order by at desc, writer_no desc, entry_no desc limit {AtOnce}
                """,
                SealedEntry.Read, cancel, ("@from", from), ("@at", at), ("@writer", writer), ("@entry", entry));
            found.AddRange(rows.Select(row => LogBody.Open(ring, municipality, row)?.Line(row.At)).OfType<AccessEntry>().Where(e => action is null || e.Action == action).Take(most - found.Count));
            if (rows.Count < AtOnce)
                break;
            (at, writer, entry) = (rows[^1].At, rows[^1].WriterNo, rows[^1].EntryNo);
        }

        return found;
    }

    /// <summary>Opened, newest first, from a time on backwards.</summary>
    public async Task<IReadOnlyList<(SealedEntry Entry, OpenedBody Body)>> Opened(ResidentNo resident, int limit, long until, CancellationToken cancel)
    {
        await using var work = await database.Read(cancel);
        return Open(await Entries(work, resident, limit, cancel, until));
    }

    /// <summary>One entry, if it is the resident's.</summary>
    public async Task<IReadOnlyList<(SealedEntry Entry, OpenedBody Body)>> Opened(ResidentNo resident, long writer, long entry, CancellationToken cancel)
    {
        await using var work = await database.Read(cancel);
        return Open(await work.Query(
            $"""
            select {SealedEntry.Select} from log_entry where writer_no = @writer and entry_no = @entry and (resident_no = @resident
            or (residents is not null and exists (select 1 from log_listed l where l.resident_no = @resident and l.writer_no = @writer and l.entry_no = @entry)))
            """,
            SealedEntry.Read, cancel, ("@writer", writer), ("@entry", entry), ("@resident", resident.Value)));
    }

    private List<(SealedEntry Entry, OpenedBody Body)> Open(List<SealedEntry> entries) =>
        [.. entries.Select(entry => (Entry: entry, Body: LogBody.Open(ring, municipality, entry))).Where(one => one.Body is not null).Select(one => (one.Entry, one.Body!))];

    /// <summary>The resident's own entries and those of runs over many that touched the resident, newest first.</summary>
    public static async Task<List<SealedEntry>> Entries(DbWork work, ResidentNo resident, int limit, CancellationToken cancel, long until = long.MaxValue)
    {
        const string Newest = "and at <= @until order by at desc, writer_no desc, entry_no desc limit @limit";
        var own = await work.Query(
            $"select {SealedEntry.Select} from log_entry where resident_no = @resident {Newest}", SealedEntry.Read, cancel,
            ("@resident", resident.Value), ("@limit", (long)limit), ("@until", until));
        var places = await work.Query(
            $"select writer_no, entry_no from log_listed where resident_no = @resident {Newest}", row => (Writer: row.GetInt64(0), Entry: row.GetInt64(1)), cancel,
            ("@resident", resident.Value), ("@limit", (long)limit), ("@until", until));
        foreach (var (writer, entry) in places)
        {
            own.AddRange(await work.Query(
                $"select {SealedEntry.Select} from log_entry where writer_no = @writer and entry_no = @entry and residents is not null", SealedEntry.Read, cancel,
                ("@writer", writer), ("@entry", entry)));
        }

        return [.. own.OrderByDescending(e => e.At).ThenByDescending(e => e.WriterNo).ThenByDescending(e => e.EntryNo).Take(limit)];
    }
}
