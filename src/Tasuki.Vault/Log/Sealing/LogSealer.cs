using System.Data.Common;
using Microsoft.Extensions.Logging;
using Tasuki.Kernel;
using Tasuki.Vault.Keys;
using Tasuki.Vault.RecordStore;
using Tasuki.Vault.Store;

namespace Tasuki.Vault.Log.Sealing;

/// <summary>
/// Seals what is new in the log every few seconds. The newest seal is the lease: its writer goes on sealing, others wait until none came for a while, and two
/// that seal at once meet at the number, which stands once. Reads committed groups only and so never holds up an append.
/// </summary>
internal sealed class LogSealer : IAsyncDisposable
{
    public static readonly TimeSpan Every = TimeSpan.FromSeconds(5);
    public static readonly TimeSpan LeaseLength = TimeSpan.FromSeconds(20);
    private const long GroupsASeal = 100_000;

    private readonly Database _database;
    private readonly KeyRing _ring;
    private readonly LogWriter _writer;
    private readonly VaultOptions _options;
    private readonly TimeProvider _clock;
    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly ITimer _timer;
    private readonly WitnessFolder? _witness;

    public LogSealer(Database database, KeyRing ring, LogWriter writer, VaultOptions options, TimeProvider clock)
    {
        _database = database;
        _ring = ring;
        _writer = writer;
        _options = options;
        _clock = clock;
        _witness = options.WitnessFolder is { } folder ? new WitnessFolder(folder) : null;
        _timer = clock.CreateTimer(
            _ =>
            {
                writer.KeepAlive();
                _ = Tick();
            },
            null, Every, Every);
    }

    /// <summary>Null when nothing is new, or another server holds the lease.</summary>
    public async Task<LogSeal?> SealNow(CancellationToken cancel)
    {
        await _one.WaitAsync(cancel);
        try
        {
            var (newest, seal) = await Next(cancel);
            // The holder alone hands seals to the witness.
            if (_witness is not null && (seal ?? newest) is { } last && last.WriterNo == _writer.Number)
                await _witness.WriteDaily(WitnessedSeal.Of(last, _options.Municipality, _ring), _clock.GetUtcNow(), cancel);
            return seal;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>The last seal of this server, after its writer said that it ends.</summary>
    public Task Finish() => Tick();

    /// <summary>Waits for a seal that is being made.</summary>
    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync();
        await _one.WaitAsync();
        _one.Dispose();
    }

    private async Task Tick()
    {
        try
        {
            await SealNow(CancellationToken.None);
        }
        catch (ObjectDisposedException)
        {
            // The vault closed meanwhile.
        }
#pragma warning disable CA1031 // A timer has no caller: it is said in the log and tried again at the next tick.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            _options.Logger.SealFailed(_options.Municipality.Value, failure.GetType().Name);
        }
    }

    private async Task<(LogSeal? Newest, LogSeal? Made)> Next(CancellationToken cancel)
    {
        var now = Time.Micros(_clock.GetUtcNow());
        LogSeal? newest;
        var ends = new List<WriterEnd>();
        LogHeads heads;
        await using (var reading = await _database.Read(cancel))
        {
            newest = await LogSeal.Newest(reading, cancel);
            if (newest is not null && newest.WriterNo != _writer.Number && now < newest.At + (LeaseLength.Ticks / TimeSpan.TicksPerMicrosecond))
                return (newest, null);
            var before = newest is null ? LogHeads.None : LogHeads.Read(newest.Heads) ?? throw new InvalidOperationException("The newest seal's heads are not readable.");
            var started = await reading.Query(
                "select writer_no from log_writer where writer_no > @highest order by writer_no",
                row => new LogHead(row.GetInt64(0), 0, 0, LogSeal.Nothing, HeadState.Open), cancel, ("@highest", before.HighestWriter));
            heads = new LogHeads(started.Count > 0 ? started[^1].WriterNo : before.HighestWriter, [.. before.Living, .. started]);
            foreach (var head in heads.Heads)
                ends.Add(await WriterEnd.Of(reading, head.WriterNo, now, cancel));
        }

        return (newest, await Make(newest, heads, ends, now, cancel));
    }

    private async Task<LogSeal?> Make(LogSeal? newest, LogHeads heads, List<WriterEnd> ends, long now, CancellationToken cancel)
    {
        var number = (newest?.Number ?? 0) + 1;
        var groups = new List<LogGroup>[heads.Heads.Count];
        await using (var reading = await _database.Read(cancel))
        {
            for (var i = 0; i < groups.Length; i++)
                groups[i] = ends[i].State is HeadState.Open ? await Groups(reading, heads.Heads[i], cancel) : [];
        }

        if (groups.All(g => g.Count == 0) && ends.TrueForAll(e => e.State is HeadState.Open))
            return null;
        try
        {
            await using var work = await _database.Write(cancel);
            for (var i = 0; i < groups.Length; i++)
            {
                if (ends[i].State is HeadState.Open)
                    continue;
                // First the row that keeps the writer from renewing its lease, then what it left: nothing can come after.
                await ends[i].Close(work, number, now, cancel);
                groups[i] = await Groups(work, heads.Heads[i], cancel);
            }

            var tree = new MerkleTree();
            long entries = 0;
            var after = new List<LogHead>(groups.Length);
            for (var i = 0; i < groups.Length; i++)
            {
                foreach (var group in groups[i])
                {
                    tree.Add(MerkleTree.Leaf(group.Hash));
                    entries += group.LastEntry - group.FirstEntry + 1;
                }

                // What is more than one seal takes waits for the next; a writer is closed with its last group.
                var head = groups[i] is [.., var last] ? heads.Heads[i] with { GroupNo = last.GroupNo, EntryNo = last.LastEntry, Hash = last.Hash } : heads.Heads[i];
                after.Add(head with { State = groups[i].Count < GroupsASeal ? ends[i].State : HeadState.Open });
            }

            var seal = await Signed(work, newest, number, now, tree, entries, heads with { Heads = after }, cancel);
            await _database.InsertMany(work, VaultColumns.LogSeal, [seal.Values()], cancel);
            await work.Commit(cancel);
            foreach (var vanished in after.Where(h => h.State is HeadState.Vanished))
                _options.Logger.WriterVanished(_options.Municipality.Value, vanished.WriterNo, vanished.EntryNo, number);
            return seal;
        }
        catch (DbException taken) when (Taken.Says(taken))
        {
            // Another server made this seal, or a writer renewed its lease at the last moment.
            return null;
        }
    }

    private async Task<LogSeal> Signed(
        DbWork work, LogSeal? newest, long number, long now, MerkleTree tree, long entries, LogHeads heads, CancellationToken cancel)
    {
        var previous = newest?.Statement(_options.Municipality).Hash() ?? LogSeal.Nothing;
        var skipTo = LogSeal.SkipOf(number);
        var skip = skipTo == 0 ? LogSeal.Nothing : skipTo == newest?.Number ? previous
            : (await LogSeal.Of(work, skipTo, cancel))?.Statement(_options.Municipality).Hash() ?? throw new InvalidOperationException($"Seal {skipTo} is missing.");
        var (keyNumber, key) = _ring.SealKey();
        using (key)
        {
            var unsigned = new LogSeal(
                number, Math.Max(now, newest?.At ?? now), _writer.Number, tree.Count, entries, tree.Root(), heads.Bytes(), previous, skip, keyNumber, []);
            return unsigned with { Signature = unsigned.Statement(_options.Municipality).Sign(key) };
        }
    }

    private static Task<List<LogGroup>> Groups(DbWork work, LogHead head, CancellationToken cancel) => work.Query(
        $"select {LogGroup.Select} from log_group where writer_no = @writer and group_no > @group order by group_no limit @limit", LogGroup.Read, cancel,
        ("@writer", head.WriterNo), ("@group", head.GroupNo), ("@limit", GroupsASeal));
}

/// <summary>What the lease of a writer says at a moment.</summary>
internal sealed record WriterEnd(long WriterNo, long Beat, HeadState State)
{
    private static readonly long Grace = WriterLease.Grace.Ticks / TimeSpan.TicksPerMicrosecond;

    public static async Task<WriterEnd> Of(DbWork work, long writerNo, long now, CancellationToken cancel)
    {
        var rows = await work.Query(
            "select beat_no, at, until, closed_by from log_beat where writer_no = @writer order by beat_no desc limit 1",
            row => (Beat: row.GetInt64(0), At: row.GetInt64(1), Until: row.GetInt64(2), ClosedBy: row.LongOrNull(3)), cancel, ("@writer", writerNo));
        // A writer from before there were leases has none, and no longer runs.
        if (rows is not [var last])
            return new WriterEnd(writerNo, 0, HeadState.Ended);
        if (last.ClosedBy is not null)
            return new WriterEnd(writerNo, last.Beat, HeadState.Vanished);
        if (last.Until <= last.At)
            return new WriterEnd(writerNo, last.Beat, HeadState.Ended);
        return new WriterEnd(writerNo, last.Beat, now > last.Until + Grace ? HeadState.Vanished : HeadState.Open);
    }

    public Task Close(DbWork work, long seal, long now, CancellationToken cancel) => work.Execute(
        VaultColumns.LogBeat.InsertSql, cancel, ("@p0", WriterNo), ("@p1", Beat + 1), ("@p2", now), ("@p3", now), ("@p4", seal));
}

internal static partial class SealMessages
{
    [LoggerMessage(EventId = 4010, Level = LogLevel.Warning, Message = "Vault {Municipality}: writer {Writer} of the access log vanished after entry {Entry}; seal {Seal} closes it.")]
    public static partial void WriterVanished(this ILogger logger, string municipality, long writer, long entry, long seal);

    [LoggerMessage(EventId = 4011, Level = LogLevel.Error, Message = "Vault {Municipality}: the access log could not be sealed ({Failure}); it is tried again.")]
    public static partial void SealFailed(this ILogger logger, string municipality, string failure);
}
