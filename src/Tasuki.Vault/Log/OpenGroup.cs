using Tasuki.Kernel;
using Tasuki.Vault.Keys;
using Tasuki.Vault.Store;

namespace Tasuki.Vault.Log;

/// <summary>An entry on its way: numbered when it came, sealed by the request that brought it.</summary>
internal sealed class WaitingEntry(LogEntry entry, Task durable)
{
    public LogEntry Entry => entry;

    /// <summary>Completes when the entry is on the disk; fails when it cannot be.</summary>
    public Task Durable => durable;

    /// <summary>Null until it is sealed, and when that failed.</summary>
    public SealedEntry? Sealed { get; private set; }

    public byte[] Leaf { get; } = new byte[MerkleTree.HashSize];

    public void Seal(KeyRing ring, MunicipalityId municipality, long writerNo, long entryNo, long groupNo, long at)
    {
        Sealed = null;
        var done = LogBody.Seal(ring, municipality, entry, writerNo, entryNo, groupNo, at);
        LogHashes.Leaf(done, Leaf);
        Sealed = done;
    }
}

/// <summary>
/// The group that takes entries while the one before is being committed. Whoever appends seals its own entry, beside all others; the committer waits for the
/// last of them.
/// </summary>
internal sealed class OpenGroup(long writerNo, long groupNo, long first)
{
    private readonly WakeUps _askers = new();
    private readonly TaskCompletionSource _sealed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // One for each entry not yet sealed, and one for being open.
    private int _pending = 1;

    public long WriterNo => writerNo;

    public long GroupNo => groupNo;

    public long First => first;

    public List<WaitingEntry> Entries { get; } = [];

    /// <summary>Somebody waits for this group, and the committer was told. Under the writer's lock.</summary>
    public bool IsAwaited { get; set; }

    /// <summary>Under the writer's lock.</summary>
    public WaitingEntry Add(LogEntry entry)
    {
        var waiting = new WaitingEntry(entry, _askers.One());
        Entries.Add(waiting);
        Interlocked.Increment(ref _pending);
        return waiting;
    }

    public void SealedOne()
    {
        if (Interlocked.Decrement(ref _pending) == 0)
            _sealed.TrySetResult();
    }

    /// <summary>After the last <see cref="Add"/>.</summary>
    public Task AllSealed()
    {
        SealedOne();
        return _sealed.Task;
    }

    public void Committed() => _askers.Wake();

    public void Failed(Exception failure) => _askers.Fail(failure);
}
