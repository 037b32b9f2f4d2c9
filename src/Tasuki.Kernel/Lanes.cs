using System.Collections.Concurrent;

namespace Tasuki.Kernel;

/// <summary>
/// Those who wait at the same time travel together: a few lanes, each with one group on its way, and the next group takes whoever came meanwhile. No timer:
/// one who is alone is taken at once, and under load a journey costs once for all of a group, which is the larger the busier the processors are.
/// </summary>
/// <param name="largest">Of a group.</param>
/// <param name="travel">Answers every traveller of a group, also when it fails: it throws nothing.</param>
public sealed class Lanes<T>(int largest, Func<IReadOnlyList<T>, Task> travel)
{
    private static readonly int Most = Math.Clamp(Environment.ProcessorCount, 2, 8);

    private readonly ConcurrentQueue<T> _waiting = new();
    private int _busy;

    public void Enter(T traveller)
    {
        _waiting.Enqueue(traveller);
        // On a thread of its own, behind whatever waits for a processor now: who is ready to come along does so before the group leaves.
        if (TakeLane())
            ThreadPool.UnsafeQueueUserWorkItem(static lanes => _ = lanes.Work(), this, preferLocal: false);
    }

    private bool TakeLane()
    {
        while (true)
        {
            var busy = Volatile.Read(ref _busy);
            if (busy >= Most)
                return false;
            if (Interlocked.CompareExchange(ref _busy, busy + 1, busy) == busy)
                return true;
        }
    }

    private async Task Work()
    {
        while (true)
        {
            var group = new List<T>();
            while (group.Count < largest && _waiting.TryDequeue(out var traveller))
                group.Add(traveller);
            if (group.Count > 0)
            {
                await travel(group);
                await Task.Yield();
                continue;
            }

            Interlocked.Decrement(ref _busy);
            // One may have come between looking and leaving.
            if (_waiting.IsEmpty || !TakeLane())
                return;
        }
    }

    /// <summary>Tells travellers in parties, each on one thread: to wake a thread for each costs more than what most of them have left to do.</summary>
    public static void Wake(IReadOnlyList<T> group, Action<T> tell)
    {
        foreach (var party in group.Chunk(4))
        {
            ThreadPool.UnsafeQueueUserWorkItem(
                static work =>
                {
                    foreach (var one in work.Party)
                        work.Tell(one);
                },
                (Party: party, Tell: tell), preferLocal: false);
        }
    }
}
