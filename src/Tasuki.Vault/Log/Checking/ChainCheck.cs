using System.Globalization;
using System.Numerics;
using Tasuki.Kernel;
using Tasuki.Vault.Keys;
using Tasuki.Vault.Log.Sealing;
using Tasuki.Vault.RecordStore;
using Tasuki.Vault.Store;

namespace Tasuki.Vault.Log.Checking;

/// <summary>
/// Walks the seals in order, and under each the groups and entries it states. What the seals state and the log does not have, and what the log has and no seal
/// allows, is found; a witnessed seal that stands in the log unchanged proves everything before it, whoever holds the keys.
/// </summary>
internal sealed class ChainCheck(Database database, KeyRing ring, MunicipalityId municipality, IReadOnlyList<WitnessedSeal> witnesses)
{
    private readonly LogReport _report = new();
    private readonly SortedDictionary<long, WriterStream> _living = [];
    private readonly (long Number, byte[] Hash)[] _skips = new (long, byte[])[64];
    private IReadOnlyDictionary<int, byte[]>? _publicKeys;
    private LogHeads _heads = LogHeads.None;
    private Task<long>? _retired;
    private long _retiredThrough;
    private LogSeal? _last;
    private byte[] _lastHash = LogSeal.Nothing;
    private (long Number, long Time)? _witnessed;
    private long _entriesWitnessed;
    private long _entriesSealed;

    public async Task<LogReport> Run(CancellationToken cancel)
    {
        _retiredThrough = await RetiredThrough(cancel);
        await Seals(after: long.MinValue, () => false, cancel);
        _entriesSealed = _report.Entries + _report.Retired;
        await Tail(cancel);
        Conclude();
        return _report;
    }

    /// <summary>
    /// Checks what stands behind a seal that was checked before; nothing before it is read but the seals that later ones name. Rests at a seal when <paramref name="rest"/> says so:
    /// the stretch then ends there.
    /// </summary>
    /// <param name="after">Null: from the start.</param>
    /// <param name="whole">The last stretch of a run from the start: retirements are held against their time.</param>
    public async Task<LogStretch> Run(LogPoint? after, bool whole, Func<bool> rest, CancellationToken cancel)
    {
        if (after is not null && !await Resume(after, cancel))
            return Stretch(atEnd: true);
        var atEnd = await Seals(after?.Seal ?? long.MinValue, rest, cancel);
        if (atEnd)
        {
            await Tail(cancel);
            if (whole)
                await RetiredThrough(cancel);
        }

        return Stretch(atEnd);
    }

    private LogStretch Stretch(bool atEnd) =>
        new(_last is { } last ? new LogPoint(last.Number, Convert.ToHexString(_lastHash)) : null, _report.Entries + _report.Retired, _report.Findings is [var first, ..] ? first : null, atEnd);

    private async Task<bool> Seals(long after, Func<bool> rest, CancellationToken cancel)
    {
        var seals = new Batches<LogSeal>(
            async last =>
            {
                await using var work = await database.Read(cancel);
                return await work.Query(
                    $"select {LogSeal.Select} from log_seal where seal_no > @after order by seal_no limit @limit", LogSeal.Read, cancel,
                    ("@after", last), ("@limit", (long)Batches<LogSeal>.Size));
            },
            seal => seal.Number, after,
            async () =>
            {
                // What a seal states stood before it: groups are read later than this.
                await using var work = await database.Read(cancel);
                return await work.Number("select max(seal_no) from log_seal", cancel) ?? long.MinValue;
            });
        for (var first = true; await seals.Peek() is { } seal; seals.Step())
        {
            cancel.ThrowIfCancellationRequested();
            if (!first && rest())
                return false;
            await Check(seal, cancel);
            first = false;
        }

        return true;
    }

    // The seal of the point must be the very one; it names an earlier one, that one another, and so on: as many as later seals can name.
    private async Task<bool> Resume(LogPoint after, CancellationToken cancel)
    {
        await using var work = await database.Read(cancel);
        var expected = Convert.FromHexString(after.Hash);
        for (var number = after.Seal; number > 0; number = LogSeal.SkipOf(number))
        {
            if (await LogSeal.Of(work, number, cancel) is not { } seal || seal.Statement(municipality) is not { IsWellFormed: true } statement
                || !statement.Hash().AsSpan().SequenceEqual(expected) || LogHeads.Read(seal.Heads) is not { } heads)
            {
                _report.Add($"Seal {number} is not the one that was checked before.");
                return false;
            }

            if (number == after.Seal)
                StandAt(seal, expected, heads);
            _skips[BitOperations.TrailingZeroCount(number)] = (number, expected);
            expected = seal.Skip;
        }

        return true;
    }

    private void StandAt(LogSeal seal, byte[] hash, LogHeads heads)
    {
        (_heads, _last, _lastHash) = (heads, seal, hash);
        foreach (var head in heads.Living)
            _living[head.WriterNo] = new WriterStream(database, head.WriterNo, _report, head);
    }

    // Read when a group has no entries: which may be gone stands in the log, among all that is about nobody.
    private Task<long> RetiredThrough(CancellationToken cancel) => _retired ??= Retirement.Through(database, ring, municipality, _report, cancel);

    private async Task Check(LogSeal seal, CancellationToken cancel)
    {
        _report.Seals++;
        var statement = seal.Statement(municipality);
        if (!statement.IsWellFormed || LogHeads.Read(seal.Heads) is not { } heads)
        {
            _report.Add($"Seal {seal.Number} is not readable.");
            return;
        }

        var hash = statement.Hash();
        Chain(seal, statement, hash);
        if (!witnesses.Where(w => w.Number == seal.Number).All(w => w.Statement.Hash().AsSpan().SequenceEqual(hash)))
            _report.Add($"Seal {seal.Number} is not the one the witness holds: the log up to it was made anew.");
        else if (witnesses.Any(w => w.Number == seal.Number))
            _witnessed = (seal.Number, seal.At);

        await Groups(seal, heads, cancel);
        if (_witnessed?.Number == seal.Number)
            _entriesWitnessed = _report.Entries + _report.Retired;
        (_heads, _last, _lastHash) = (heads, seal, hash);
        _skips[BitOperations.TrailingZeroCount(seal.Number)] = (seal.Number, hash);
    }

    private void Chain(LogSeal seal, SealStatement statement, byte[] hash)
    {
        var expected = (_last?.Number ?? 0) + 1;
        if (seal.Number != expected)
            _report.Add($"Seals {expected} to {seal.Number - 1} are missing.");
        else if (!seal.Previous.AsSpan().SequenceEqual(_lastHash))
            _report.Add($"Seal {seal.Number} does not follow from the one before.");
        else if (!seal.Skip.AsSpan().SequenceEqual(SkipHash(LogSeal.SkipOf(seal.Number))))
            _report.Add($"Seal {seal.Number} does not name the earlier seal {LogSeal.SkipOf(seal.Number)}.");
        if (seal.At < _last?.At)
            _report.Add($"Seal {seal.Number} is earlier than the one before.");
        // Read when the seals have been: a key is made before the first seal that it signs, and that one may have come since the check began.
        _publicKeys ??= ring.SealPublicKeys();
        if (!_publicKeys.TryGetValue((int)seal.KeyNumber, out var key) || !statement.IsSignedBy(key, seal.Signature))
            _report.Add($"The signature of seal {seal.Number} does not hold.");
    }

    private ReadOnlySpan<byte> SkipHash(long number) =>
        number == 0 ? LogSeal.Nothing : _skips[BitOperations.TrailingZeroCount(number)] is var (at, hash) && at == number ? hash : default;

    private async Task Groups(LogSeal seal, LogHeads heads, CancellationToken cancel)
    {
        foreach (var head in _heads.Living)
        {
            if (!heads.Heads.Any(h => h.WriterNo == head.WriterNo))
                _report.Add($"Seal {seal.Number} leaves out writer {head.WriterNo}.");
        }

        for (var number = _heads.HighestWriter + 1; number <= heads.HighestWriter; number++)
        {
            if (!heads.Heads.Any(h => h.WriterNo == number))
                _report.Add($"Seal {seal.Number} leaves out writer {number}.");
        }

        var tree = new MerkleTree();
        long entries = 0;
        foreach (var head in heads.Heads)
        {
            if (!_living.TryGetValue(head.WriterNo, out var stream))
            {
                if (head.WriterNo <= _heads.HighestWriter)
                {
                    _report.Add($"Seal {seal.Number} names writer {head.WriterNo}, which was closed before.");
                    continue;
                }

                _living[head.WriterNo] = stream = new WriterStream(database, head.WriterNo, _report);
            }

            while (await stream.Peek() is { } next && next.GroupNo <= head.GroupNo)
            {
                await stream.Next(async () => seal.Number <= await RetiredThrough(cancel));
                tree.Add(MerkleTree.Leaf(next.Hash));
                entries += next.LastEntry - next.FirstEntry + 1;
            }

            if (stream.GroupNo < head.GroupNo)
                _report.Add($"Writer {head.WriterNo}: groups {stream.GroupNo + 1} to {head.GroupNo} are cut off; seal {seal.Number} states them.");
            else if (stream.EntryNo != head.EntryNo || !stream.Hash.AsSpan().SequenceEqual(head.Hash))
                _report.Add($"Writer {head.WriterNo}: group {head.GroupNo} is not the one seal {seal.Number} states.");
            if (head.State is not HeadState.Open)
                await CloseWriter(seal, head, stream);
        }

        if (tree.Count != seal.Groups || entries != seal.Entries || !tree.Root().AsSpan().SequenceEqual(seal.Root))
            _report.Add($"Seal {seal.Number} states {seal.Entries} entries in {seal.Groups} groups; the log has {entries} in {tree.Count}, or other ones.");
    }

    private async Task CloseWriter(LogSeal seal, LogHead head, WriterStream stream)
    {
        _living.Remove(head.WriterNo);
        if (head.State is HeadState.Vanished)
            _report.Note($"Writer {head.WriterNo} vanished after entry {head.EntryNo}; seal {seal.Number} of {When(seal.At)} closed it.");
        if (await stream.Peek() is not null)
            _report.Add($"Writer {head.WriterNo}: groups stand behind group {head.GroupNo}, with which seal {seal.Number} closed it.");
        else
            await stream.Rest();
    }

    // What no seal states yet: the chain alone holds it.
    private async Task Tail(CancellationToken cancel)
    {
        List<long> registered;
        long highest, lowest;
        await using (var work = await database.Read(cancel))
        {
            // In this order: a writer is registered before its first entry.
            highest = Math.Max(
                await work.Number("select coalesce(max(writer_no), 0) from log_group", cancel) ?? 0, await work.Number("select coalesce(max(writer_no), 0) from log_entry", cancel) ?? 0);
            lowest = Math.Min(
                await work.Number("select coalesce(min(writer_no), 1) from log_group", cancel) ?? 1, await work.Number("select coalesce(min(writer_no), 1) from log_entry", cancel) ?? 1);
            registered = await work.Query(
                "select writer_no from log_writer where writer_no > @highest order by writer_no", row => row.GetInt64(0), cancel, ("@highest", _heads.HighestWriter));
            var known = await work.Number("select count(*) from log_writer where writer_no between 1 and @highest", cancel, ("@highest", _heads.HighestWriter)) ?? 0;
            if (known != _heads.HighestWriter)
                _report.Add($"{_heads.HighestWriter - known} of the {_heads.HighestWriter} writers that seals name are missing from the list of writers.");
        }

        var next = _heads.HighestWriter;
        foreach (var writer in registered)
        {
            if (writer != next + 1)
                _report.Add($"The list of writers lacks number {next + 1}.");
            next = writer;
            _living[writer] = new WriterStream(database, writer, _report);
        }

        if (highest > next || lowest < 1)
            _report.Add($"There are entries of a writer ({(lowest < 1 ? lowest : highest)}) that was never registered.");
        foreach (var stream in _living.Values)
        {
            while (await stream.Next(() => Task.FromResult(false)) is not null)
                cancel.ThrowIfCancellationRequested();
            await stream.Rest();
        }
    }

    private void Conclude()
    {
        var lastNumber = _last?.Number ?? 0;
        foreach (var cut in witnesses.Where(w => w.Number > lastNumber))
            _report.Add($"The log ends with seal {lastNumber}; the witness holds seal {cut.Number} of {When(Time.Micros(cut.Time))}: what lies between was cut off.");
        foreach (var foreign in witnesses.Where(w => !string.Equals(w.Municipality, municipality.Value, StringComparison.Ordinal)))
            _report.Add($"The witnessed seal {foreign.Number} is of another municipality.");
        if (_report.Retired > 0)
            _report.Note($"{_report.Retired} entries up to seal {_retiredThrough} were retired after the retention; their seals stand.");

        var total = _report.Entries + _report.Retired;
        if (_witnessed is { } seal)
            _report.Note($"{_entriesWitnessed} entries are held by the witness, up to seal {seal.Number} of {When(seal.Time)}.");
        if (total > _entriesSealed)
            _report.Note($"{total - _entriesSealed} entries after {SealName()} are held by the chain only, not yet by a seal.");
        if (_entriesSealed > _entriesWitnessed)
        {
            _report.Note(_witnessed is { } last
                ? $"{_entriesSealed - _entriesWitnessed} entries after seal {last.Number} of {When(last.Time)} are held by seals and chain only, not yet by a witness."
                : $"No witnessed seal was given: {_entriesSealed} entries are held by seals and chain only, which whoever holds key ring and database could make anew.");
        }
    }

    private string SealName() => _last is { } last ? $"seal {last.Number} of {When(last.At)}" : "the start, where no seal stands,";

    private static string When(long micros) => Time.FromMicros(micros).ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
