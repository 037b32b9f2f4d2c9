namespace Tasuki.Compliance.Sheets;

/// <summary>
/// Keeps <see cref="PublicSheets"/> for a minute: the pages that show it are open to everybody, and however many come, the store is asked once. What this server adds to the
/// evidence shows at once; what another one adds within the minute.
/// </summary>
internal sealed class PublicState(TimeProvider clock)
{
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _one = new(1, 1);
    private Reading? _newest;
    private long _turn;

    public async Task<PublicSheets> Read(ReadPublicSheets reader, CancellationToken cancel)
    {
        if (Fresh() is { } kept)
            return kept;
        await _one.WaitAsync(cancel);
        try
        {
            if (Fresh() is { } meanwhile)
                return meanwhile;
            // Taken before the reading: what is added while it runs makes it old.
            var (turn, at) = (Interlocked.Read(ref _turn), clock.GetUtcNow());
            var read = await reader.Read(cancel);
            _newest = new Reading(read, at, turn);
            return read;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>The next visit reads anew.</summary>
    public void Drop() => Interlocked.Increment(ref _turn);

    private PublicSheets? Fresh() => Volatile.Read(ref _newest) is { } kept && kept.Turn == Interlocked.Read(ref _turn) && clock.GetUtcNow() - kept.At < Kept ? kept.Sheets : null;

    private sealed record Reading(PublicSheets Sheets, DateTimeOffset At, long Turn);
}
