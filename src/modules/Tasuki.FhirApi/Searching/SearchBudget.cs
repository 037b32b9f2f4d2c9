using Tasuki.Kernel;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Searching;

/// <summary>
/// What heavy searches have drawn, of each caller and person, and how many run. One for a municipality; held in memory, so each server counts for itself. Searches that
/// began in time may overdraw: the next ones wait until that has come back.
/// </summary>
internal sealed class SearchBudget(SearchLimits limits, TimeProvider clock)
{
    // Beyond this many the full ones, which say nothing, are dropped.
    private const int ManyBuckets = 4_096;

    private readonly Lock _lock = new();
    private readonly Dictionary<(ActorKind, string, ResidentNo), Bucket> _buckets = [];
    private int _running;

    public SearchLimits Limits => limits;

    /// <summary>Starts a heavy search; null, or how long to wait before it may be asked for again. What started must <see cref="End"/>.</summary>
    public TimeSpan? Start(Actor actor, ResidentNo resident, bool alreadyRuns)
    {
        lock (_lock)
        {
            if (_buckets.Count > ManyBuckets)
                Drop();
            var bucket = Now(actor, resident);
            if (bucket.Left <= 0)
                return TimeSpan.FromMinutes((1 - bucket.Left) / limits.PerMinute);
            if (alreadyRuns)
                return null;
            if (_running >= limits.AtOnce)
                return TimeSpan.FromSeconds(1);
            _running++;
            return null;
        }
    }

    public void Draw(Actor actor, ResidentNo resident, int opened)
    {
        lock (_lock)
        {
            var now = Now(actor, resident);
            _buckets[(actor.Kind, actor.Id, resident)] = now with { Left = now.Left - opened };
        }
    }

    public void End()
    {
        lock (_lock)
            _running--;
    }

    private void Drop()
    {
        var time = clock.GetTimestamp();
        foreach (var key in _buckets.Where(one => Refilled(one.Value, time).Left >= limits.PerMinute).Select(one => one.Key).ToList())
            _buckets.Remove(key);
    }

    private Bucket Now(Actor actor, ResidentNo resident)
    {
        var time = clock.GetTimestamp();
        return _buckets.TryGetValue((actor.Kind, actor.Id, resident), out var known) ? Refilled(known, time) : new Bucket(limits.PerMinute, time);
    }

    private Bucket Refilled(Bucket bucket, long time) =>
        new(Math.Min(limits.PerMinute, bucket.Left + (clock.GetElapsedTime(bucket.Since, time).TotalMinutes * limits.PerMinute)), time);

    private readonly record struct Bucket(double Left, long Since);
}
