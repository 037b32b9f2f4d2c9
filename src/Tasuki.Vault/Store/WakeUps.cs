namespace Tasuki.Vault.Store;

/// <summary>
/// Those who wait for the same thing, in small parties: a party goes on one after another on one thread, the parties side by side. To wake a thread for each asker
/// costs more than what most of them have left to do.
/// </summary>
internal sealed class WakeUps
{
    private const int Party = 4;

    private readonly List<TaskCompletionSource> _parties = [];
    private int _asking;

    /// <summary>One more asker. Not for several threads at once.</summary>
    public Task One()
    {
        if (_asking++ % Party == 0)
            _parties.Add(new TaskCompletionSource());
        return _parties[^1].Task;
    }

    public void Wake()
    {
        foreach (var party in _parties)
            ThreadPool.UnsafeQueueUserWorkItem(static one => one.SetResult(), party, preferLocal: false);
    }

    public void Fail(Exception failure)
    {
        foreach (var party in _parties)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static one => one.Party.SetException(one.Failure), (Party: party, Failure: failure), preferLocal: false);
            // An alarm waits for nobody.
            _ = party.Task.ContinueWith(static failed => failed.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        }
    }
}
