using System.Buffers.Binary;
using Tasuki.Vault.RecordStore;

namespace Tasuki.Vault.Log.Checking;

/// <summary>
/// Rows that were closed anew under another key carry a tag that no write named. Where the tag is the one an entry of the rewriting names, the row stands for what was
/// written before it, and is judged so; where a rewriting that was finished does not show, the row was put back. The past of records is not held by tags.
/// </summary>
internal sealed class Rewrites(ResidentFacts facts, SampleErasures erasures)
{
    private readonly List<(WriteEntry Entry, string Text, bool Replaced)> _missing = [];

    /// <summary>Gives the facts the tags of the first writing back. Returns rewritings that do not show.</summary>
    public IReadOnlyList<(WriteEntry Entry, string Text, bool Replaced)> Undo()
    {
        Rows(
            "record", "seq", w => LogAction.WritesRecords(w.Action), WrittenRows.ReadRecords, Never,
            row => facts.Records.TryGetValue(row.Place, out var standing) ? standing : null, (row, standing) => facts.Records[row.Place] = standing);
        Rows(
            "sample_chunk", "day", w => w.Action is LogAction.WriteSamples, WrittenRows.ReadSamples, erasures.Took,
            row => facts.Samples.TryGetValue((row.Metric, row.Place), out var standing) ? standing : null,
            (row, standing) => facts.Samples[(row.Metric, row.Place)] = standing);
        Rows(
            "file", "file", w => w.Action is LogAction.KeepFile, null, Never,
            row => facts.Files.TryGetValue(row.Place, out var standing) ? standing : null, (row, standing) => facts.Files[row.Place] = standing);
        Rows("access_grant", "grant", w => w.Action is LogAction.Grant, null, Never, Grant, (row, _) => facts.Rewritten.Add(("access_grant", 0, row.Place)));
        return _missing;
    }

    private static bool Never(int order, WrittenRow row) => false;

    private delegate List<WrittenRow> Reader(ReadOnlySpan<byte> written);

    private void Rows(
        string table, string named, Func<WriteEntry, bool> writes, Reader? read, Func<int, WrittenRow, bool> gone, Func<WrittenRow, StandingRow?> standing, Action<WrittenRow, StandingRow> put)
    {
        var rewritten = new Dictionary<(long, long), List<(int Order, WriteEntry Entry, WrittenRow Row)>>();
        for (var i = 0; i < facts.Writes.Count; i++)
        {
            if (facts.Writes[i] is not { Action: LogAction.Rewrite } entry || !string.Equals(entry.Detail, table, StringComparison.Ordinal))
                continue;
            foreach (var row in (read ?? WrittenRows.ReadRecords)(entry.Written.Span))
            {
                if (gone(i, row))
                    continue;
                if (!rewritten.TryGetValue((row.Metric, row.Place), out var all))
                    rewritten[(row.Metric, row.Place)] = all = [];
                all.Add((i, entry, row));
            }
        }

        if (rewritten.Count == 0)
            return;
        var written = facts.Writes.SelectMany((entry, i) => writes(entry) ? (read is null ? One(entry) : read(entry.Written.Span)).Where(row => !gone(i, row)).Select(row => (Order: i, Entry: entry, Row: row)) : [])
            .ToLookup(w => (w.Row.Metric, w.Row.Place));
        foreach (var (place, all) in rewritten)
        {
            // Of the version that stands only: of one before it a later write speaks, and of a row that is gone its writes.
            if (standing(all[0].Row) is not { } now || all.FindAll(r => r.Row.Version == now.Version) is not { Count: > 0 } ofNow)
                continue;
            var shows = ofNow.FindLastIndex(r => r.Row.Tag == now.Tag);
            for (var i = 0; i < ofNow.Count; i++)
            {
                if (i == shows)
                    ofNow[i].Entry.StandsInPart = true;
                else if (i > shows)
                    _missing.Add((ofNow[i].Entry, $"{table}, {named} {place.Item2}, version {now.Version}: the row is not the one that was rewritten", false));
            }

            if (shows < 0)
                continue;
            var first = written[place].Where(w => w.Row.Version is null || w.Row.Version == now.Version).ToList();
            var before = first.FindLastIndex(w => !w.Entry.IsUnconfirmed && w.Order < ofNow[shows].Order);
            if (before >= 0 || (before = first.FindLastIndex(w => !w.Entry.IsUnconfirmed)) >= 0)
                put(ofNow[shows].Row, now with { Tag = first[before].Row.Tag });
            else
                facts.Rewritten.Add((table, place.Item1, place.Item2));
        }
    }

    // A file and a grant are named in the detail, and have one version.
    private static List<WrittenRow> One(WriteEntry entry) =>
        entry.Written.Length < 8 ? [] : [new WrittenRow(0, entry.Number, null, BinaryPrimitives.ReadInt64BigEndian(entry.Written.Span))];

    private StandingRow? Grant(WrittenRow row) => facts.Grants.Find(g => g.GrantNo == row.Place && g.State is GrantState.Live) is { } grant
        ? new StandingRow(1, grant.Created, BinaryPrimitives.ReadInt64BigEndian(grant.Mac)) : null;
}
