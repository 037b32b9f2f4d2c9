using Microsoft.EntityFrameworkCore;
using Tasuki.Kernel;

namespace Tasuki.Data;

/// <summary>What a handler is told: numbers, and which attempt this is (from 1).</summary>
public sealed record JobWork(long No, string Key, ResidentNo? Resident, long? Subject, int Attempt);

/// <summary>
/// Does the jobs of one kind. It may be begun more than once (a crash between the work and its mark), so it must be idempotent. An error or an exception means:
/// try again later. Registered scoped.
/// </summary>
public interface IJobHandler
{
    string Kind { get; }

    Task<Result<Done>> Run(JobWork work, CancellationToken cancel);
}

/// <summary>A job that is taken on again in every period, once over all servers, and where asked at each start.</summary>
public sealed record RecurringJob(string Kind, TimeSpan Every, bool AtStart);

/// <summary>Takes jobs on.</summary>
public sealed class JobQueue(TasukiDb db, TimeProvider clock)
{
    /// <summary>
    /// Adds a job to the changes of <see cref="TasukiDb"/>; it counts when they are saved. False when a job of this kind and key is already there (two servers
    /// at the same moment: the later save fails on the unique key).
    /// </summary>
    public async Task<bool> Add(string kind, string key, CancellationToken cancel, ResidentNo? resident = null, long? subject = null, DateTimeOffset? due = null)
    {
        if (await db.Set<Job>().AnyAsync(j => j.Kind == kind && j.Key == key, cancel))
            return false;
        db.Add(new Job { Kind = kind, Key = key, ResidentNo = resident?.Value, Subject = subject, Due = due ?? clock.GetUtcNow() });
        return true;
    }
}

/// <summary>Wakes the runner of this process when work was saved.</summary>
public sealed class JobSignal
{
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Wake() => Interlocked.Exchange(ref _next, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();

    /// <summary>Completes at the next <see cref="Wake"/>. Take it before looking for work, so that nothing slips between.</summary>
    public Task Next => Volatile.Read(ref _next).Task;
}
