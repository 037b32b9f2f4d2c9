using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Threading.Channels;
using Tasuki.Kernel;
using Tasuki.Vault.Keys;
using Tasuki.Vault.RecordStore;
using Tasuki.Vault.Store;

namespace Tasuki.Vault.Log;

/// <summary>
/// This process's writer of the access log, with a number of its own. Entries are counted without gaps and committed in groups: the next group commits when the
/// one before is durable, no timer, so a group is as large as the load. Each group carries the hash of the group before.
/// </summary>
internal sealed class LogWriter : IAsyncDisposable
{
    private const int LargestGroup = 2_000;
    private readonly Database _database;
    private readonly KeyRing _ring;
    private readonly MunicipalityId _municipality;
    private readonly TimeProvider _clock;
    private readonly Channel<(LogEntry Entry, TaskCompletionSource Durable)> _waiting =
        Channel.CreateUnbounded<(LogEntry, TaskCompletionSource)>(new UnboundedChannelOptions { SingleReader = true });

    private readonly Task _committing;
    private long _nextEntry = 1;
    private long _nextGroup = 1;
    private byte[] _previous = new byte[32];

    private LogWriter(Database database, KeyRing ring, MunicipalityId municipality, TimeProvider clock, long number)
    {
        _database = database;
        _ring = ring;
        _municipality = municipality;
        _clock = clock;
        Number = number;
        _committing = Task.Run(CommitGroups);
    }

    public long Number { get; }

    public static async Task<LogWriter> Start(Database database, KeyRing ring, MunicipalityId municipality, TimeProvider clock, CancellationToken cancel)
    {
        while (true)
        {
            await using var work = await database.Write(cancel);
            var number = await work.Number("select coalesce(max(writer_no), 0) + 1 from log_writer", cancel) ?? 1;
            try
            {
                await work.Execute("insert into log_writer (writer_no, started) values (@writer, @started)", cancel, ("@writer", number), ("@started", Time.Micros(clock.GetUtcNow())));
                await work.Commit(cancel);
                return new LogWriter(database, ring, municipality, clock, number);
            }
            catch (Npgsql.PostgresException taken) when (taken.SqlState == Npgsql.PostgresErrorCodes.UniqueViolation)
            {
                // Another server started at the same moment and took the number: take the next.
            }
        }
    }

    /// <summary>Completes when the entry is on the disk; fails when it cannot be, and then nothing may be handed out.</summary>
    public Task Append(LogEntry entry)
    {
        var durable = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_waiting.Writer.TryWrite((entry, durable)))
            durable.SetException(new ObjectDisposedException(nameof(LogWriter)));
        return durable.Task;
    }

    /// <summary>The hash of a group: over the one before, its place, and every stored byte of its entries.</summary>
    public static byte[] HashOf(ReadOnlySpan<byte> previous, long writerNo, long groupNo, IEnumerable<SealedEntry> entries)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData("tasuki log group 1"u8);
        hash.AppendData(previous);
        Number(hash, writerNo);
        Number(hash, groupNo);
        foreach (var entry in entries)
        {
            Number(hash, entry.EntryNo);
            Number(hash, entry.ResidentNo ?? -1);
            Number(hash, entry.At);
            Number(hash, entry.Actor);
            Number(hash, entry.Body.Length);
            hash.AppendData(entry.Body);
        }

        return hash.GetHashAndReset();

        static void Number(IncrementalHash hash, long value)
        {
            Span<byte> bytes = stackalloc byte[8];
            BinaryPrimitives.WriteInt64BigEndian(bytes, value);
            hash.AppendData(bytes);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _committing;
    }

    private async Task CommitGroups()
    {
        var group = new List<(LogEntry Entry, TaskCompletionSource Durable)>();
        while (await _waiting.Reader.WaitToReadAsync())
        {
            group.Clear();
            while (group.Count < LargestGroup && _waiting.Reader.TryRead(out var next))
                group.Add(next);
            try
            {
                await Commit(group);
            }
            catch (Exception failure)
            {
                foreach (var (_, durable) in group)
                    durable.TrySetException(failure);
                await Resume();
                continue;
            }

            foreach (var (_, durable) in group)
                durable.TrySetResult();
        }
    }

    private async Task Commit(List<(LogEntry Entry, TaskCompletionSource Durable)> group)
    {
        var at = Time.Micros(_clock.GetUtcNow());
        var entries = new List<SealedEntry>(group.Count);
        foreach (var (entry, _) in group)
        {
            var number = _nextEntry + entries.Count;
            var actor = LogBody.ActorToken(_ring, entry.Actor);
            entries.Add(new SealedEntry(Number, number, _nextGroup, entry.Resident?.Value, at, actor, LogBody.Seal(_ring, _municipality, entry, Number, number, at, actor)));
        }

        var hash = HashOf(_previous, Number, _nextGroup, entries);
        await using (var work = await _database.Write(CancellationToken.None))
        {
            var rows = entries.ConvertAll(object?[] (e) => [e.WriterNo, e.EntryNo, e.GroupNo, e.ResidentNo, e.At, e.Actor, e.Body]);
            await _database.InsertMany(work, VaultColumns.LogEntry, rows, CancellationToken.None);
            await _database.InsertMany(
                work, VaultColumns.LogGroup, [[Number, _nextGroup, entries[0].EntryNo, entries[^1].EntryNo, _previous, hash]], CancellationToken.None);
            await work.Commit(CancellationToken.None);
        }

        _nextEntry += entries.Count;
        _nextGroup++;
        _previous = hash;
    }

    // After a failure nobody knows whether the commit arrived: the log itself says where it ends, so that no number is used twice or left out.
    private async Task Resume()
    {
        try
        {
            await using var work = await _database.Read(CancellationToken.None);
            var last = await work.Query(
                "select group_no, last_entry, hash from log_group where writer_no = @writer order by group_no desc limit 1",
                row => (Group: row.GetInt64(0), Entry: row.GetInt64(1), Hash: row.Bytes(2)), CancellationToken.None, ("@writer", Number));
            if (last is [var end])
                (_nextGroup, _nextEntry, _previous) = (end.Group + 1, end.Entry + 1, end.Hash);
        }
        catch (System.Data.Common.DbException)
        {
            // The store is still away; the next group fails too and asks again.
        }
    }
}
