namespace Tasuki.Vault.RecordStore;

/// <summary>Work on many records side by side; on few, at once and here.</summary>
internal static class ManyThreads
{
    private const int WorthIt = 24;

    public static Task ForEach(int count, Action<int> act)
    {
        if (count >= WorthIt)
            return Task.Run(() => Parallel.For(0, count, act));
        for (var i = 0; i < count; i++)
            act(i);
        return Task.CompletedTask;
    }
}
