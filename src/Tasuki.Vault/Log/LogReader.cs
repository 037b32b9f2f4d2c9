using System.Runtime.CompilerServices;
using Tasuki.Kernel;
using Tasuki.Vault.Keys;
using Tasuki.Vault.RecordStore;
using Tasuki.Vault.Store;

namespace Tasuki.Vault.Log;

/// <summary>Reads a resident's own lines of the access log.</summary>
internal sealed class LogReader(Database database, KeyRing ring, MunicipalityId municipality)
{
    /// <summary>How many entries are read at a time.</summary>
    public const int AtOnce = 2_000;

    // A page ends where the next begins: several entries may have one time.
    private static readonly string Older =
        $"""
        select {SealedEntry.Select} from log_entry where resident_no is null and residents is null and at >= @from and at < @until and at <= @at
        and (at < @at or (at = @at and (writer_no < @writer or (writer_no = @writer and entry_no < @entry))))
        order by at desc, writer_no desc, entry_no desc limit {AtOnce}
        """;

    private static readonly string Newer =
        $"""
        select {SealedEntry.Select} from log_entry where resident_no is null and residents is null and at >= @from and at < @until and at >= @at
        and (at > @at or (at = @at and (writer_no > @writer or (writer_no = @writer and entry_no > @entry))))
        order by at, writer_no, entry_no limit {AtOnce}
        """;

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<AccessEntry>> Of(ResidentNo resident, int limit, CancellationToken cancel)
    {
        await using var work = await database.Read(cancel);
        var rows = await Entries(work, resident, limit, cancel);
        return [.. rows.Select(row => LogBody.Open(ring, municipality, row)?.Line(row.At)).OfType<AccessEntry>()];
    }

    /// <summary>A page of entries about no resident, newest first; runs over many are not among them.</summary>
    public async Task<PageOfActs> AboutNobody(ActsQuestion asked, CancellationToken cancel)
    {
        var (from, until, older) = (Time.Micros(asked.From), Time.Micros(asked.Until), asked.After is null);
        var place = asked.After ?? asked.Before ?? new LogPlace(until, 0, 0);
        var found = new List<PlacedAct>();
        await using var work = await database.Read(cancel);
        while (found.Count <= asked.Most)
        {
            var rows = await work.Query(older ? Older : Newer, SealedEntry.Read, cancel, [.. Named(place), ("@from", from), ("@until", until)]);
            found.AddRange(rows.Select(Open).OfType<PlacedAct>().Where(a => asked.Wanted(a.Act)).Take(asked.Most + 1 - found.Count));
            if (rows.Count < AtOnce)
                break;
            place = PlaceOf(rows[^1]);
        }

        var more = found.Count > asked.Most;
        found = found.GetRange(0, Math.Min(found.Count, asked.Most));
        if (!older)
            found.Reverse();
        return new PageOfActs(found, older ? asked.Before is not null : more, older ? more : true);
    }

    /// <summary>Every entry about no resident behind a place, oldest first, not opened.</summary>
    public static async IAsyncEnumerable<SealedEntry> AboutNobody(DbWork work, LogPlace after, [EnumeratorCancellation] CancellationToken cancel)
    {
        for (var place = after; ;)
        {
            var rows = await work.Query(Newer, SealedEntry.Read, cancel, [.. Named(place), ("@from", long.MinValue), ("@until", long.MaxValue)]);
            foreach (var row in rows)
                yield return row;
            if (rows.Count < AtOnce)
                yield break;
            place = PlaceOf(rows[^1]);
        }
    }

    /// <summary>The heads of the chain of evidence behind a place, oldest first, at most <see cref="AtOnce"/> entries further.</summary>
    public async Task<EvidenceHeadsPage> Heads(LogPlace after, CancellationToken cancel)
    {
        await using var work = await database.Read(cancel);
        var rows = await work.Query(Newer, SealedEntry.Read, cancel, [.. Named(after), ("@from", long.MinValue), ("@until", long.MaxValue)]);
        var heads = rows.Select(Open).OfType<PlacedAct>().Where(a => a.Act.Action == LogAction.Evidence).Select(a => a.Act.Detail ?? "").ToList();
        return new EvidenceHeadsPage(heads, rows is [.., var last] ? PlaceOf(last) : after, rows.Count < AtOnce);
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

    private PlacedAct? Open(SealedEntry row) => LogBody.Open(ring, municipality, row)?.Line(row.At) is { } line ? new PlacedAct(line, PlaceOf(row)) : null;

    private static LogPlace PlaceOf(SealedEntry row) => new(row.At, row.WriterNo, row.EntryNo);

    private static (string, object?)[] Named(LogPlace place) => [("@at", place.At), ("@writer", place.WriterNo), ("@entry", place.EntryNo)];

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
