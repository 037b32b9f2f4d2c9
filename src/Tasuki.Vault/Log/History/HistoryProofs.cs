using Tasuki.Kernel;
using Tasuki.Vault.Keys;
using Tasuki.Vault.Log.Sealing;
using Tasuki.Vault.Store;

namespace Tasuki.Vault.Log.History;

/// <summary>Makes a <see cref="ProvenHistory"/>. Groups and seals are read once for all the lines in them.</summary>
internal sealed class HistoryProofs(Database database, KeyRing ring, MunicipalityId municipality)
{
    private readonly Dictionary<long, (LogSeal Seal, LogHeads Heads)> _seals = [];
    private (long Seal, List<byte[]> Leaves, Dictionary<(long, long), int> Places)? _sealTree;
    private (long Writer, long Group, List<byte[]> Leaves)? _groupTree;

    /// <summary>Null when there is no such seal.</summary>
    /// <param name="against">The seal the proofs lead to; null for the newest.</param>
    public async Task<ProvenHistory?> Of(ResidentNo resident, int limit, long? against, CancellationToken cancel)
    {
        await using var work = await database.Read(cancel);
        var top = against is { } number ? await LogSeal.Of(work, number, cancel) : await LogSeal.Newest(work, cancel);
        if (top is null)
            return null;
        var entries = await LogReader.Entries(work, resident, limit, cancel);
        var lines = new List<ProvenLine>(entries.Count);
        var way = new SortedDictionary<long, WitnessedSeal>();
        foreach (var entry in entries)
        {
            if (await Line(work, resident, entry, top, cancel) is not { } line)
                continue;
            lines.Add(line);
            await Way(work, top.Number, line.Seal, way, cancel);
        }

        return new ProvenHistory(1, municipality.Value, resident.Value, top.Number, entries.Count - lines.Count, lines, [.. way.Values]);
    }

    private async Task<ProvenLine?> Line(DbWork work, ResidentNo resident, SealedEntry entry, LogSeal top, CancellationToken cancel)
    {
        var groups = await work.Query(
            $"select {LogGroup.Select} from log_group where writer_no = @writer and group_no = @group", LogGroup.Read, cancel, ("@writer", entry.WriterNo), ("@group", entry.GroupNo));
        if (groups is not [{ Root: not null } group] || await SealOf(work, entry, top.Number, cancel) is not { } seal)
            return null;
        if (_groupTree is not { } known || known.Writer != entry.WriterNo || known.Group != entry.GroupNo)
        {
            var all = await work.Query(
                $"select {SealedEntry.Select} from log_entry where writer_no = @writer and entry_no between @first and @last order by entry_no", SealedEntry.Read, cancel,
                ("@writer", entry.WriterNo), ("@first", group.FirstEntry), ("@last", group.LastEntry));
            _groupTree = known = (entry.WriterNo, entry.GroupNo, all.ConvertAll(LogHashes.Leaf));
        }

        var index = (int)(entry.EntryNo - group.FirstEntry);
        if (index >= known.Leaves.Count)
            return null;
        var (leaves, places) = await SealTree(work, seal, cancel);
        if (!places.TryGetValue((entry.WriterNo, entry.GroupNo), out var inSeal))
            return null;
        return new ProvenLine(
            entry.WriterNo, entry.EntryNo, entry.ResidentNo, entry.At, entry.Actor, entry.Body, LogBody.EntryKey(ring, entry), await List(work, resident, entry, cancel),
            new ProvenGroup(group.GroupNo, group.FirstEntry, group.LastEntry, group.Previous, Place(known.Leaves, index)), seal, Place(leaves, inSeal));
    }

    private static ProvenPlace Place(List<byte[]> leaves, int index) => new(index, leaves.Count, MerkleTree.RootOf(leaves), MerkleTree.Path(leaves, index));

    private static async Task<ProvenPlace?> List(DbWork work, ResidentNo resident, SealedEntry entry, CancellationToken cancel)
    {
        if (entry.Residents is null)
            return null;
        var all = await work.Query(
            "select resident_no from log_listed where writer_no = @writer and entry_no = @entry order by resident_no", row => row.GetInt64(0), cancel,
            ("@writer", entry.WriterNo), ("@entry", entry.EntryNo));
        return Place(all.ConvertAll(ResidentList.Leaf), all.IndexOf(resident.Value));
    }

    // The first seal whose heads lie at or behind the entry's group.
    private async Task<long?> SealOf(DbWork work, SealedEntry entry, long top, CancellationToken cancel)
    {
        if (!await Covers(top))
            return null;
        long low = 1, high = top;
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            if (await Covers(middle))
                high = middle;
            else
                low = middle + 1;
        }

        return low;

        async Task<bool> Covers(long number)
        {
            var heads = (await Seal(work, number, cancel)).Heads;
            // A writer that the heads no longer name was closed before.
            return entry.WriterNo <= heads.HighestWriter && (heads.Heads.FirstOrDefault(h => h.WriterNo == entry.WriterNo) is not { } head || head.GroupNo >= entry.GroupNo);
        }
    }

    private async Task<(LogSeal Seal, LogHeads Heads)> Seal(DbWork work, long number, CancellationToken cancel)
    {
        if (_seals.TryGetValue(number, out var known))
            return known;
        var seal = await LogSeal.Of(work, number, cancel) ?? throw new InvalidOperationException($"Seal {number} is missing.");
        return _seals[number] = (seal, LogHeads.Read(seal.Heads) ?? throw new InvalidOperationException($"Seal {number} is not readable."));
    }

    private async Task<(List<byte[]> Leaves, Dictionary<(long, long), int> Places)> SealTree(DbWork work, long number, CancellationToken cancel)
    {
        if (_sealTree is { } known && known.Seal == number)
            return (known.Leaves, known.Places);
        var before = number == 1 ? LogHeads.None : (await Seal(work, number - 1, cancel)).Heads;
        var leaves = new List<byte[]>();
        var places = new Dictionary<(long, long), int>();
        foreach (var head in (await Seal(work, number, cancel)).Heads.Heads)
        {
            var from = before.Heads.FirstOrDefault(h => h.WriterNo == head.WriterNo)?.GroupNo ?? 0;
            var groups = await work.Query(
                "select group_no, hash from log_group where writer_no = @writer and group_no > @from and group_no <= @to order by group_no",
                row => (No: row.GetInt64(0), Hash: row.Bytes(1)), cancel, ("@writer", head.WriterNo), ("@from", from), ("@to", head.GroupNo));
            foreach (var group in groups)
            {
                places[(head.WriterNo, group.No)] = leaves.Count;
                leaves.Add(MerkleTree.Leaf(group.Hash));
            }
        }

        _sealTree = (number, leaves, places);
        return (leaves, places);
    }

    // A few steps: each goes to the seal before, or skips to the one without the lowest bit.
    private async Task Way(DbWork work, long from, long to, SortedDictionary<long, WitnessedSeal> way, CancellationToken cancel)
    {
        for (var at = from; ; at = LogSeal.SkipOf(at) >= to ? LogSeal.SkipOf(at) : at - 1)
        {
            if (!way.ContainsKey(at))
                way[at] = WitnessedSeal.Of((await Seal(work, at, cancel)).Seal, municipality, ring);
            if (at == to)
                return;
        }
    }
}
