using System.Data.Common;
using Tasuki.Kernel;
using Tasuki.Vault.Keys;
using Tasuki.Vault.RecordStore;
using Tasuki.Vault.Store;

namespace Tasuki.Vault.Log;

/// <summary>
/// This process's writer of the access log, with a number of its own. Entries are counted without gaps and committed in groups: the next group commits when the
/// one before is durable and whoever is ready has appended, no timer, so a group is as large as the load. Each group carries the hash of the group before. A writer lives by its lease
/// (<see cref="WriterLease"/>): one that lost it to a seal begins again under a new number.
/// </summary>
internal class LogWriter : IAsyncDisposable
{
    private readonly KeyRing _ring;
    private readonly MunicipalityId _municipality;
    private readonly TimeProvider _clock;
    private readonly GroupStore _groups;
    private readonly WriterLease _lease;
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _something = new(0);
    private readonly Task _committing;
    private readonly MerkleTree _tree = new();
    private OpenGroup _open;
    private OpenGroup? _uncertain;

    // Since then no group was stored: a change may have failed whose word waits here.
    private bool _owes;
    private bool _closed;
    private bool _abandoned;

    // Where the next group goes; the committer's own.
    private long _nextEntry = 1;
    private long _nextGroup = 1;
    private byte[] _previous = new byte[32];

    protected LogWriter(Database database, KeyRing ring, MunicipalityId municipality, TimeProvider clock, WriterLease lease)
    {
        _ring = ring;
        _municipality = municipality;
        _clock = clock;
        _lease = lease;
        _groups = new GroupStore(database);
        _open = new OpenGroup(lease.WriterNo, 1, 1);
        _committing = Task.Run(CommitGroups);
    }

    public long Number => _lease.WriterNo;

    public static async Task<LogWriter> Start(Database database, KeyRing ring, MunicipalityId municipality, TimeProvider clock, CancellationToken cancel) =>
        new(database, ring, municipality, clock, await WriterLease.Take(database, clock, cancel));

    /// <summary>Called when a group is stored and nobody knows it yet. For tests: the answer is lost here.</summary>
    public Action? AfterStored { get; set; }

    /// <summary>Completes when the entry is on the disk; fails when it cannot be, and then nothing may be handed out.</summary>
    public virtual Task Append(LogEntry entry)
    {
        OpenGroup group;
        WaitingEntry waiting;
        long number;
        bool wakes;
        lock (_lock)
        {
            if (_closed)
                return Task.FromException(new ObjectDisposedException(nameof(LogWriter)));
            group = _open;
            number = group.First + group.Entries.Count;
            waiting = group.Add(entry);
            wakes = !group.IsAwaited;
            group.IsAwaited = true;
        }

        if (wakes)
            _something.Release();
        try
        {
            waiting.Seal(_ring, _municipality, group.WriterNo, number, group.GroupNo, Time.Micros(_clock.GetUtcNow()));
        }
#pragma warning disable CA1031 // The committer seals it again and then tells everybody in the group why it cannot.
        catch (Exception)
#pragma warning restore CA1031
        {
            // It stays unsealed.
        }
        finally
        {
            group.SealedOne();
        }

        return waiting.Durable;
    }

    /// <summary>An idle writer says that it lives. Returns at once.</summary>
    public void KeepAlive()
    {
        if (_lease.IsDue)
            _something.Release();
    }

    /// <summary>Commits what waits and says aloud that this writer ends here.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_lock)
            _closed = true;
        _something.Release();
        await _committing;
        // Who cannot say what it owes does not say either that it ended in order.
        if (!_abandoned && !_owes)
            await _lease.End();
        await _groups.DisposeAsync();
    }

    /// <summary>For tests: the process dies here. What was not committed is lost and nothing is said.</summary>
    internal async ValueTask Abandon()
    {
        _abandoned = true;
        await DisposeAsync();
    }

    private async Task CommitGroups()
    {
        while (true)
        {
            await _something.WaitAsync();
            if (_abandoned)
                return;
            if (_lease.IsDue)
                await KeepLease();
            // Who is ready to append does so first: on busy processors fewer and larger groups are committed, on idle ones this is nothing.
            await Task.Yield();
            OpenGroup group;
            lock (_lock)
            {
                group = _open;
                if (group.Entries.Count == 0 && _closed)
                    return;
                if (group.Entries.Count == 0)
                    continue;
                _open = new OpenGroup(Number, _nextGroup + 1, _nextEntry + group.Entries.Count);
            }

            await group.AllSealed();
            try
            {
                await Commit(group);
                _owes = false;
                group.Committed();
            }
#pragma warning disable CA1031 // Whatever it was: those who wait for the group learn it, and the writer goes on.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                _owes = true;
                group.Failed(failure);
                Owe(group);
            }

            lock (_lock)
            {
                if (_closed && _open.Entries.Count == 0)
                    return;
            }
        }
    }

    // That a change is not confirmed must be said while this process lives, however long the store was away: it goes with the next group.
    private void Owe(OpenGroup failed)
    {
        lock (_lock)
        {
            foreach (var entry in failed.Entries.Where(e => !_closed && e.Entry.Action is LogAction.Unconfirmed))
            {
                _open.Add(entry.Entry);
                _open.SealedOne();
            }
        }
    }

    private async Task Commit(OpenGroup group)
    {
        if (_uncertain is { } before && await Settle())
        {
            // They were told that it failed, and stored nothing. It is said in this very group: with it the log would else hold a sign of life without the word.
            foreach (var change in before.Entries.Where(e => LogAction.IsChange(e.Entry.Action)))
                group.Add(change.Entry with { Action = LogAction.Unconfirmed });
        }

        if (_lease.IsOver && !await KeepLease())
            throw new InvalidOperationException("The access log's writer cannot renew its lease.");
        // After a failure before it, or under a new number, the group stands elsewhere than it thought.
        if (group.WriterNo != Number || group.First != _nextEntry || group.GroupNo != _nextGroup || group.Entries.Exists(e => e.Sealed is null))
            SealAgain(group);

        _tree.Clear();
        foreach (var entry in group.Entries)
            _tree.Add(entry.Leaf);
        var root = _tree.Root();
        var last = _nextEntry + group.Entries.Count - 1;
        var hash = LogHashes.Group(_previous, Number, _nextGroup, _nextEntry, last, root);
        try
        {
            await _groups.Commit(new LogGroup(Number, _nextGroup, _nextEntry, last, _previous, hash, root), group.Entries);
            AfterStored?.Invoke();
        }
        catch (DbException)
        {
            // Nobody knows whether the commit arrived: the log itself says where it ends.
            _uncertain = group;
            if (!await Settle())
                throw;
            return;
        }

        (_nextEntry, _nextGroup, _previous) = (last + 1, _nextGroup + 1, hash);
    }

    private void SealAgain(OpenGroup group)
    {
        var at = Time.Micros(_clock.GetUtcNow());
        for (var i = 0; i < group.Entries.Count; i++)
            group.Entries[i].Seal(_ring, _municipality, Number, _nextEntry + i, _nextGroup, at);
    }

    /// <summary>Asks the log whether the uncertain group arrived.</summary>
    private async Task<bool> Settle()
    {
        var end = await _groups.EndOf(Number);
        var group = _uncertain!;
        _uncertain = null;
        if (end is null || end.GroupNo < _nextGroup)
            return false;
        (_nextGroup, _nextEntry, _previous) = (end.GroupNo + 1, end.LastEntry + 1, end.Hash);
        return true;
    }

    private async Task<bool> KeepLease()
    {
        var number = Number;
        try
        {
            await _lease.Renew(_owes);
        }
        catch (DbException)
        {
            // The store is away; the next group asks again.
            return false;
        }

        if (Number != number)
            (_nextEntry, _nextGroup, _previous, _uncertain) = (1, 1, new byte[32], null);
        return true;
    }
}
