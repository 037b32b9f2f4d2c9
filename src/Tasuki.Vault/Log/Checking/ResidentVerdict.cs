using System.Buffers.Binary;
using Tasuki.Kernel;
using Tasuki.Vault.Keys;
using Tasuki.Vault.RecordStore;

namespace Tasuki.Vault.Log.Checking;

/// <summary>What came out for one resident: what is wrong, what is open, and how many rows are older than the log.</summary>
internal sealed record Verdict(IReadOnlyList<string> Findings, IReadOnlyList<string> Open, long Older);

/// <summary>
/// Decides for one resident. What an entry says was written must stand, or have been followed by something newer in the same place. It may be missing only when a
/// second entry says that it failed, or when the writer died within a minute of it and none of its rows stand: then it was told to nobody, and it stays open
/// unless a later write took its place. Every row must have its entry.
/// </summary>
internal sealed class ResidentVerdict(ResidentFacts facts, KeyRing ring, MunicipalityId municipality, ErasureList erased, WriterSigns signs, long floor)
{
    private readonly List<string> _findings = [];
    private readonly List<string> _open = [];
    private readonly List<(WriteEntry Entry, string Text, bool Replaced)> _missing = [];
    private long _older;

    public async Task<Verdict> Reach(CancellationToken cancel)
    {
        foreach (var (writer, entry) in facts.Unreadable)
            _findings.Add($"Resident {facts.Resident}: entry {entry} of writer {writer} does not open.");
        if (facts.IsErased || erased.Contains(new ResidentNo(facts.Resident)))
        {
            if (facts.RowCount > 0 && facts.State is ResidentState.Erased)
                _findings.Add($"Resident {facts.Resident} was erased and {facts.RowCount} rows stand.");
            else if (facts.RowCount > 0)
                _open.Add($"Resident {facts.Resident}: the erasure has begun and is not finished.");
            return new Verdict(_findings, _open, 0);
        }

        if (facts.State is null && facts.RowCount > 0)
            _findings.Add($"Resident {facts.Resident} is missing from the list of residents, and rows stand.");
        var erasures = new SampleErasures(facts);
        foreach (var (_, entry, row) in erasures.Standing.Where(e => !e.Entry.IsUnconfirmed))
        {
            var text = $"metric {row.Metric}, day {row.Place}";
            if (await signs.MayHaveDied(entry.WriterNo, entry.At, cancel))
                _open.Add($"Resident {facts.Resident}, sample_chunk, {text}: erased by entry {entry.EntryNo} of writer {entry.WriterNo}, and there: unfinished, or put back.");
            else
                Find($"sample_chunk, {text}: it was erased and stands again");
        }

        _missing.AddRange(new Rewrites(facts, erasures).Undo());
        var writes = facts.Writes.Where(w => LogAction.WritesRecords(w.Action)).SelectMany(w => WrittenRows.ReadRecords(w.Written.Span), (w, row) => (Entry: w, Row: row));
        Rows("record", writes, row => facts.Records.TryGetValue(row.Place, out var standing) ? standing : null, facts.Records.Select(r => ((0L, r.Key), r.Value)), row => $"seq {row.Place}");
        await History(cancel);
        var samples = facts.Writes.SelectMany(
            (w, order) => w.Action is LogAction.WriteSamples ? WrittenRows.ReadSamples(w.Written.Span).Where(row => !erasures.Took(order, row)) : [], (w, row) => (Entry: w, Row: row)).ToList();
        Rows(
            "sample_chunk", samples.Where(s => s.Row.Version is not null), row => facts.Samples.TryGetValue((row.Metric, row.Place), out var standing) ? standing : null,
            facts.Samples.Where(s => !samples.Exists(o => o.Row.Version is null && o.Row.Place == s.Key.Day && o.Row.Tag == s.Value.Tag)).Select(s => ((s.Key.Metric, s.Key.Day), s.Value)),
            row => $"metric {row.Metric}, day {row.Place}");
        foreach (var (entry, row) in samples.Where(s => s.Row.Version is null && !facts.Samples.Keys.Any(k => k.Day == s.Row.Place)))
            _missing.Add((entry, $"sample_chunk, day {row.Place}: what was written does not stand", false));
        await Grants(cancel);
        await Files(cancel);
        foreach (var (entry, text, replaced) in _missing)
            await Excuse(entry, text, replaced, cancel);
        return new Verdict([.. _findings.Distinct(StringComparer.Ordinal)], _open, _older);
    }

    private void Rows(
        string table, IEnumerable<(WriteEntry Entry, WrittenRow Row)> written, Func<WrittenRow, StandingRow?> standing,
        IEnumerable<((long Metric, long Place) Key, StandingRow Row)> rows, Func<WrittenRow, string> name)
    {
        var known = new HashSet<(long, long, long, long)>();
        var changed = new HashSet<(long, long)>();
        foreach (var same in written.GroupBy(w => (w.Row.Metric, w.Row.Place, w.Row.Version!.Value)))
        {
            var (metric, place, version) = same.Key;
            var all = same.ToList();
            var now = standing(all[0].Row);
            // Of two writes of the same version at most one was finished: the one whose tag stands, or in the past the last that was not taken back. Whoever was forestalled
            // has an entry behind the one that was stored, and a word that it was not.
            var stands = now is not { } row || row.Version < version ? -1
                : row.Version > version ? all.FindLastIndex(w => !w.Entry.IsUnconfirmed) : all.FindLastIndex(w => w.Row.Tag == row.Tag);
            for (var i = 0; i < all.Count; i++)
            {
                known.Add((metric, place, version, all[i].Row.Tag));
                if (i == stands)
                {
                    all[i].Entry.StandsInPart = true;
                    continue;
                }

                var what = now is null ? "the row was deleted" : now.Value.Version < version ? $"the row was rolled back to version {now.Value.Version}"
                    : stands >= 0 ? "what was written first was taken back and written anew" : "the row is not the one that was written";
                if (stands < 0 && now?.Version == version)
                    changed.Add((metric, place));
                _missing.Add((all[i].Entry, $"{table}, {name(all[i].Row)}, version {version}: {what}", stands >= 0));
            }
        }

        foreach (var (key, row) in rows)
        {
            if (known.Contains((key.Metric, key.Place, row.Version, row.Tag)) || facts.Rewritten.Contains((table, key.Metric, key.Place)))
                continue;
            if (row.Updated < floor)
                _older++;
            else if (!changed.Contains(key))
                Find($"{table}, {name(new WrittenRow(key.Metric, key.Place, row.Version, row.Tag))}, version {row.Version}: the row stands without an entry");
            else
                Find($"{table}, {name(new WrittenRow(key.Metric, key.Place, row.Version, row.Tag))}, version {row.Version}: the row is not the one that was written");
        }
    }

    // The past of a record is whole: every version before the one that stands, from the first or from the one with which its past was erased.
    private async Task History(CancellationToken cancel)
    {
        var erasures = facts.Writes.Where(w => w.Action is LogAction.EraseRecords).SelectMany(w => WrittenRows.ReadRecords(w.Written.Span), (w, row) => (Entry: w, Row: row)).ToLookup(e => e.Row.Place);
        foreach (var (seq, row) in facts.Records)
        {
            var past = facts.History.GetValueOrDefault(seq) ?? [];
            var erasure = erasures[seq].Where(e => e.Row.Version <= row.Version).OrderBy(e => e.Row.Version).LastOrDefault();
            var first = erasure.Row.Version ?? 1;
            if (past.Count(v => v >= first && v < row.Version) is var there && there < row.Version - first)
                Find($"record_history, seq {seq}: {row.Version - first - there} of {row.Version - first} versions were deleted");
            if (past.Count(v => v < first) is var before && before > 0 && !erasure.Entry.IsUnconfirmed && !await signs.MayHaveDied(erasure.Entry.WriterNo, erasure.Entry.At, cancel))
                Find($"record_history, seq {seq}: {before} versions that were erased stand again");

            foreach (var version in past.Where(v => v >= row.Version || v < 1))
                Find($"record_history, seq {seq}, version {version}: the row stands without an entry");
        }

        foreach (var (seq, versions) in facts.History.Where(h => !facts.Records.ContainsKey(h.Key)))
            Find($"record_history, seq {seq}, version {versions.Max}: the past of a record that does not stand");
    }

    private async Task Grants(CancellationToken cancel)
    {
        foreach (var entry in facts.Writes.Where(w => w.Action is LogAction.Grant))
        {
            if (facts.Grants.Find(g => g.GrantNo == entry.Number) is not { } row)
                _missing.Add((entry, $"access_grant {entry.Number}: the row was deleted", false));
            else if (row.State is GrantState.Live && !facts.Rewritten.Contains(("access_grant", 0, row.GrantNo)) && !row.Mac.AsSpan().SequenceEqual(entry.Written.Span)
                && !facts.Writes.Exists(w => w.Action is LogAction.Grant && w.Number == row.GrantNo && row.Mac.AsSpan().SequenceEqual(w.Written.Span)))
                Find($"access_grant {row.GrantNo}: the row is not the one that was written");
        }

        foreach (var row in facts.Grants)
        {
            var given = facts.Writes.Exists(w => w.Action is LogAction.Grant && w.Number == row.GrantNo);
            if (!given && row.Created < floor)
                _older++;
            else if (!given)
                Find($"access_grant {row.GrantNo}: the row stands without an entry");
            if (!row.MacHolds(ring, municipality))
                Find($"access_grant {row.GrantNo}: the row was altered");
            if (row.State is not GrantState.Live)
                continue;
            foreach (var taken in facts.Writes.Where(w => w.Action is LogAction.Revoke && w.Number == row.GrantNo))
            {
                if (taken.IsUnconfirmed || await signs.MayHaveDied(taken.WriterNo, taken.At, cancel))
                    _open.Add($"Resident {facts.Resident}, access_grant {row.GrantNo}: taken back by entry {taken.EntryNo} of writer {taken.WriterNo}, and live: unfinished, or rolled back.");
                else
                    Find($"access_grant {row.GrantNo}: it was taken back and is live again");
            }

            if (facts.Grants.Exists(g => g.State is GrantState.Live && g.GrantNo > row.GrantNo && g.Grantee.AsSpan().SequenceEqual(row.Grantee) && g.Purpose == row.Purpose))
                Find($"access_grant {row.GrantNo}: a newer one took its place and it is live again");
        }
    }

    private async Task Files(CancellationToken cancel)
    {
        foreach (var kept in facts.Writes.Where(w => w.Action is LogAction.KeepFile && w.Written.Length >= 8))
        {
            var gone = facts.Writes.FindLast(w => w.Action is LogAction.DeleteFile && w.Number == kept.Number);
            if (!facts.Files.TryGetValue(kept.Number, out var row))
            {
                if (gone is null)
                    _missing.Add((kept, $"file {kept.Number}: the row was deleted", false));
            }
            else if (row.Tag != BinaryPrimitives.ReadInt64BigEndian(kept.Written.Span))
            {
                Find($"file {kept.Number}: the row is not the one that was written");
            }
            else if (gone is { IsUnconfirmed: false } && !await signs.MayHaveDied(gone.WriterNo, gone.At, cancel))
            {
                Find($"file {kept.Number}: it was deleted and stands again");
            }
        }

        foreach (var (number, row) in facts.Files.Where(f => !facts.Writes.Exists(w => w.Action is LogAction.KeepFile && w.Number == f.Key)))
        {
            if (row.Updated < floor)
                _older++;
            else
                Find($"file {number}: the row stands without an entry");
        }
    }

    private async Task Excuse(WriteEntry entry, string text, bool replaced, CancellationToken cancel)
    {
        if (entry.StandsInPart || (!entry.IsUnconfirmed && !await signs.MayHaveDied(entry.WriterNo, entry.At, cancel)))
            Find($"{text} (entry {entry.EntryNo} of writer {entry.WriterNo})");
        else if (!replaced && !entry.IsUnconfirmed)
            _open.Add($"Resident {facts.Resident}, {text} (entry {entry.EntryNo} of writer {entry.WriterNo}): the last write before a crash, told to nobody, or rolled back.");
    }

    private void Find(string text) => _findings.Add($"Resident {facts.Resident}, {text}.");
}
