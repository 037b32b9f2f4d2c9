namespace Tasuki.Exchange.Importing;

/// <summary>Large files are read one after the other, so that the memory of the server is bounded by one of them. Small ones never wait.</summary>
internal sealed class ReadingTurn : IDisposable
{
    private const long Large = 4L << 20;
    private readonly SemaphoreSlim _one = new(1, 1);

    public async Task<IDisposable> Take(long size, CancellationToken cancel)
    {
        if (size < Large)
            return new Turn(null);
        await _one.WaitAsync(cancel);
        return new Turn(_one);
    }

    public void Dispose() => _one.Dispose();

    private sealed class Turn(SemaphoreSlim? held) : IDisposable
    {
        private SemaphoreSlim? _held = held;

        public void Dispose() => Interlocked.Exchange(ref _held, null)?.Release();
    }
}
