using Tasuki.Vault.Log.Sealing;
using Tasuki.Vault.Store;

namespace Tasuki.Vault.Log.Checking;

/// <summary>
/// Reads one writer's groups and entries in order, a few thousand at a time, and holds each group against the one before and against every stored byte of its
/// entries. After a break it goes on from what is there, so that one change is reported once. The log goes on growing meanwhile: where the stream ends is asked
/// before its first group is read, and entries are read after the groups they belong to.
/// </summary>
/// <param name="from">How far the writer was checked before; null: not at all.</param>
internal sealed class WriterStream(Database database, long writerNo, LogReport report, LogHead? from = null)
{
    private readonly Batches<LogGroup> _groups = new(
        after => Read(database, $"select {LogGroup.Select} from log_group where writer_no = @writer and group_no > @after order by group_no limit @limit", LogGroup.Read, writerNo, after),
        group => group.GroupNo, from?.GroupNo ?? long.MinValue, () => Last(database, writerNo));

    private readonly Batches<SealedEntry> _entries = new(
        after => Read(database, $"select {SealedEntry.Select} from log_entry where writer_no = @writer and entry_no > @after order by entry_no limit @limit", SealedEntry.Read, writerNo, after),
        entry => entry.EntryNo, from?.EntryNo ?? long.MinValue);

    private readonly MerkleTree _tree = new();
    private readonly byte[] _leaf = new byte[MerkleTree.HashSize];

    public long WriterNo => writerNo;

    public long GroupNo { get; private set; } = from?.GroupNo ?? 0;

    public long EntryNo { get; private set; } = from?.EntryNo ?? 0;

    public byte[] Hash { get; private set; } = from?.Hash ?? LogSeal.Nothing;

    public Task<LogGroup?> Peek() => _groups.Peek();

    /// <summary>Checks the next group and steps behind it; null when there is none.</summary>
    /// <param name="retired">Whether the entries may be gone: their range was retired, aloud.</param>
    public async Task<LogGroup?> Next(Func<Task<bool>> retired)
    {
        if (await _groups.Peek() is not { } group)
            return null;
        _groups.Step();
        if (group.GroupNo != GroupNo + 1)
            report.Add($"Writer {writerNo}: {Numbers("group", GroupNo + 1, group.GroupNo - 1)} missing.");
        else if (group.FirstEntry != EntryNo + 1 || group.LastEntry < group.FirstEntry)
            report.Add($"Writer {writerNo}: group {group.GroupNo} starts at entry {group.FirstEntry} and ends at {group.LastEntry}, where {EntryNo + 1} comes next.");
        else if (!group.Previous.AsSpan().SequenceEqual(Hash))
            report.Add($"Writer {writerNo}: group {group.GroupNo} does not follow from the one before.");
        await Entries(group, retired);
        report.Groups++;
        (GroupNo, EntryNo, Hash) = (group.GroupNo, group.LastEntry, group.Hash);
        return group;
    }

    /// <summary>At the end of the groups: entries that belong to none. One statement asks it, for a group and its entries come in one transaction.</summary>
    public async Task Rest()
    {
        await using var work = await database.Read(CancellationToken.None);
        var more = await work.Number(
            "select count(*) from log_entry where writer_no = @writer and entry_no > @entry and entry_no > (select coalesce(max(last_entry), 0) from log_group where writer_no = @writer and group_no >= @group)",
            CancellationToken.None, ("@writer", writerNo), ("@entry", EntryNo), ("@group", GroupNo));
        if (more > 0)
            report.Add($"Writer {writerNo}: {more} entries stand behind the last group.");
    }

    private static string Numbers(string what, long from, long to) => from == to ? $"{what} {from} is" : $"{what}s {from} to {to} are";

    private async Task Entries(LogGroup group, Func<Task<bool>> retired)
    {
        _tree.Clear();
        using var old = group.Root is null ? new OldGroupHash(group.Previous, writerNo, group.GroupNo) : null;
        long present = 0;
        var asItWas = true;
        while (await _entries.Peek() is { } entry && entry.EntryNo <= group.LastEntry)
        {
            _entries.Step();
            asItWas &= entry.EntryNo == group.FirstEntry + present && entry.GroupNo == group.GroupNo;
            present++;
            LogHashes.Leaf(entry, _leaf);
            _tree.Add(_leaf);
            old?.Add(entry);
            if (entry.Residents is not null && !await ListHolds(entry))
                report.Add($"Writer {writerNo}: the list of residents of entry {entry.EntryNo} was altered.");
        }

        report.Entries += present;
        var expected = group.LastEntry - group.FirstEntry + 1;
        if (present == 0 && await retired())
        {
            report.Retired += expected;
            // The group's own hash holds without its entries.
            if (group.Root is { Length: MerkleTree.HashSize } && !HashOf(group, group.Root).AsSpan().SequenceEqual(group.Hash))
                report.Add($"Writer {writerNo}: group {group.GroupNo} was altered.");
            return;
        }

        if (present != expected)
        {
            report.Add($"Writer {writerNo}: group {group.GroupNo} has {present} of {expected} entries ({group.FirstEntry} to {group.LastEntry}).");
            return;
        }

        var root = _tree.Root();
        var hash = old?.Hash() ?? HashOf(group, root);
        if (!asItWas || !hash.AsSpan().SequenceEqual(group.Hash) || (group.Root is not null && !group.Root.AsSpan().SequenceEqual(root)))
            report.Add($"Writer {writerNo}: group {group.GroupNo} (entries {group.FirstEntry} to {group.LastEntry}) was altered.");
    }

    private static byte[] HashOf(LogGroup group, byte[] root) =>
        LogHashes.Group(group.Previous.AsSpan(0, Math.Min(32, group.Previous.Length)), group.WriterNo, group.GroupNo, group.FirstEntry, group.LastEntry, root);

    private async Task<bool> ListHolds(SealedEntry entry)
    {
        await using var work = await database.Read(CancellationToken.None);
        var tree = new MerkleTree();
        var rows = await work.Query(
            "select resident_no, at from log_listed where writer_no = @writer and entry_no = @entry order by resident_no",
            row => (Resident: row.GetInt64(0), At: row.GetInt64(1)), CancellationToken.None, ("@writer", entry.WriterNo), ("@entry", entry.EntryNo));
        foreach (var (resident, _) in rows)
            tree.Add(ResidentList.Leaf(resident));
        return rows.TrueForAll(row => row.At == entry.At) && tree.Root().AsSpan().SequenceEqual(entry.Residents);
    }

    private static async Task<long> Last(Database database, long writerNo)
    {
        await using var work = await database.Read(CancellationToken.None);
        return await work.Number("select max(group_no) from log_group where writer_no = @writer", CancellationToken.None, ("@writer", writerNo)) ?? long.MinValue;
    }

    private static async Task<List<T>> Read<T>(Database database, string sql, Func<System.Data.Common.DbDataReader, T> read, long writerNo, long after)
        where T : class
    {
        await using var work = await database.Read(CancellationToken.None);
        return await work.Query(sql, read, CancellationToken.None, ("@writer", writerNo), ("@after", after), ("@limit", (long)Batches<T>.Size));
    }
}

/// <summary>Rows in the order of a key, up to where it ends when the first is asked for; the next few thousand are fetched while these are looked at.</summary>
/// <param name="last">The key that ends it; null: there is no end but the last row.</param>
internal sealed class Batches<T>(Func<long, Task<List<T>>> read, Func<T, long> key, long after = long.MinValue, Func<Task<long>>? last = null)
    where T : class
{
    public const int Size = 4_000;
    private List<T> _rows = [];
    private Task<List<T>>? _next;
    private long? _end;
    private bool _ended;
    private int _at;

    public async Task<T?> Peek()
    {
        if (_at < _rows.Count)
            return _rows[_at];
        if (_ended)
            return null;
        _end ??= last is null ? long.MaxValue : await last();
        _rows = await (_next ?? read(_rows is [.., var before] ? key(before) : after));
        _at = 0;
        _ended = _rows.Count < Size;
        if (_rows.Count > 0 && key(_rows[^1]) > _end)
        {
            _ended = true;
            _rows.RemoveAll(row => key(row) > _end);
        }

        _next = _ended ? null : Task.Run(() => read(key(_rows[^1])));
        return _rows is [var first, ..] ? first : null;
    }

    public void Step() => _at++;
}
