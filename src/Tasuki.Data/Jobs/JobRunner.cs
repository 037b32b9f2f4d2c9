using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tasuki.Kernel;

namespace Tasuki.Data;

/// <summary>
/// Does the jobs of this municipality, on as many servers as there are: a job is claimed by raising its attempts from the value that was read, which only one can.
/// The claim is renewed as long as the work lasts; a server that dies leaves it to run out after <see cref="Lease"/>. Wakes on a signal and on a timer.
/// </summary>
public sealed partial class JobRunner(
    IServiceScopeFactory scopes, JobSignal signal, IEnumerable<RecurringJob> recurring, TimeProvider clock, ILogger<JobRunner> log) : BackgroundService
{
    public const int MaximumAttempts = 10;

    public static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    /// <summary>Between two renewals of a claim: two may fail before it runs out.</summary>
    public static readonly TimeSpan Renewal = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan KeepDone = TimeSpan.FromDays(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var start = true;
        while (!stoppingToken.IsCancellationRequested)
        {
            var next = signal.Next;
            try
            {
                await TakeOnRecurring(start, stoppingToken);
                start = false;
                await RunDue(stoppingToken);
            }
            catch (Exception broken) when (broken is not OperationCanceledException)
            {
                // The database is away: the next round may find it again. Messages of database errors may hold values, so the type alone is logged.
                LogRoundFailed(broken.GetType().Name);
            }

            await Task.WhenAny(next, Task.Delay(Pause, clock, stoppingToken));
        }
    }

    /// <summary>Spreads the outbox and runs every job that is due, until none is left. Returns how many jobs were begun.</summary>
    public async Task<int> RunDue(CancellationToken cancel)
    {
        var begun = 0;
        while (true)
        {
            await using var scope = scopes.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<TasukiDb>();
            while (await Outbox.Spread(db, [.. scope.ServiceProvider.GetServices<IOutboxHandler>()], clock.GetUtcNow(), cancel) > 0)
                db.ChangeTracker.Clear();
            if (await Claim(db, cancel) is not { } job)
                return begun;
            begun++;
            await RunOne(job, cancel);
        }
    }

    private async Task TakeOnRecurring(bool start, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        foreach (var job in recurring)
        {
            await using var scope = scopes.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<TasukiDb>();
            var queue = scope.ServiceProvider.GetRequiredService<JobQueue>();
            var key = start && job.AtStart
                ? string.Create(CultureInfo.InvariantCulture, $"start {now.UtcTicks}")
                : string.Create(CultureInfo.InvariantCulture, $"period {now.UtcTicks / job.Every.Ticks}");
            try
            {
                if (await queue.Add(job.Kind, key, cancel))
                    await db.SaveChangesAsync(cancel);
            }
            catch (DbUpdateException)
            {
                // Another server took the same period on in this moment.
            }
        }

        await using var sweep = scopes.CreateAsyncScope();
        var old = now - KeepDone;
        await sweep.ServiceProvider.GetRequiredService<TasukiDb>().Set<Job>().Where(j => j.State == JobState.Done && j.Due < old).ExecuteDeleteAsync(cancel);
    }

    private async Task<Job?> Claim(TasukiDb db, CancellationToken cancel)
    {
        while (true)
        {
            var now = clock.GetUtcNow();
            var job = await db.Set<Job>().AsNoTracking().Where(j => j.State == JobState.Waiting && j.Due <= now).OrderBy(j => j.Due).ThenBy(j => j.No).FirstOrDefaultAsync(cancel);
            if (job is null)
                return null;
            var until = now + Lease;
            var mine = await db.Set<Job>().Where(j => j.No == job.No && j.Attempts == job.Attempts && j.State == JobState.Waiting && j.Due <= now)
                .ExecuteUpdateAsync(s => s.SetProperty(j => j.Attempts, j => j.Attempts + 1).SetProperty(j => j.Due, until), cancel);
            if (mine == 1)
            {
                job.Attempts++;
                return job;
            }
        }
    }

    private async Task RunOne(Job job, CancellationToken cancel)
    {
        // A scope of its own: what a handler left unsaved or broken must not reach the mark.
        string? error;
        using (var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel))
        {
            var renewing = Renew(job, ended.Token);
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                error = await Work(scope.ServiceProvider, job, cancel);
            }
            finally
            {
                await ended.CancelAsync();
                await renewing;
            }
        }

        await using var mark = scopes.CreateAsyncScope();
        var mine = mark.ServiceProvider.GetRequiredService<TasukiDb>().Set<Job>().Where(j => j.No == job.No && j.Attempts == job.Attempts);
        var now = clock.GetUtcNow();
        if (error is null)
        {
            await mine.ExecuteUpdateAsync(s => s.SetProperty(j => j.State, JobState.Done).SetProperty(j => j.Due, now).SetProperty(j => j.LastError, (string?)null), cancel);
            return;
        }

        LogJobFailed(job.Kind, job.No, job.Attempts, error);
        var state = job.Attempts >= MaximumAttempts ? JobState.Failed : JobState.Waiting;
        var again = now + TimeSpan.FromSeconds(Math.Min(3600, 10 * Math.Pow(2, job.Attempts - 1)));
        await mine.ExecuteUpdateAsync(s => s.SetProperty(j => j.State, state).SetProperty(j => j.Due, again).SetProperty(j => j.LastError, error), cancel);
    }

    private async Task Renew(Job job, CancellationToken ended)
    {
        while (true)
        {
            try
            {
                await Task.Delay(Renewal, clock, ended);
                await using var scope = scopes.CreateAsyncScope();
                var until = clock.GetUtcNow() + Lease;
                await scope.ServiceProvider.GetRequiredService<TasukiDb>().Set<Job>().Where(j => j.No == job.No && j.Attempts == job.Attempts && j.State == JobState.Waiting)
                    .ExecuteUpdateAsync(s => s.SetProperty(j => j.Due, until), ended);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception broken)
            {
                // The next renewal may find the database again; the work goes on.
                LogNotRenewed(job.Kind, job.No, broken.GetType().Name);
            }
        }
    }

    private static async Task<string?> Work(IServiceProvider services, Job job, CancellationToken cancel)
    {
        var work = new JobWork(job.No, job.Key, job.ResidentNo is { } no ? new ResidentNo(no) : null, job.Subject, job.Attempts);
        try
        {
            if (services.GetServices<IJobHandler>().FirstOrDefault(h => string.Equals(h.Kind, job.Kind, StringComparison.Ordinal)) is { } handler)
                return (await handler.Run(work, cancel)).Error?.Code;
            if (services.GetServices<IOutboxHandler>().FirstOrDefault(h => string.Equals(Outbox.KindOf(h), job.Kind, StringComparison.Ordinal)) is { } listener)
                return (await listener.Handle(work, cancel)).Error?.Code;
            return "job.no-handler";
        }
        catch (Exception broken) when (broken is not OperationCanceledException)
        {
            return broken.GetType().Name;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Job {Kind} {No}, attempt {Attempt}, failed with {Error}.")]
    private partial void LogJobFailed(string kind, long no, int attempt, string error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The claim of job {Kind} {No} was not renewed: {Error}.")]
    private partial void LogNotRenewed(string kind, long no, string error);

    [LoggerMessage(Level = LogLevel.Error, Message = "A round of the job runner failed with {Error}.")]
    private partial void LogRoundFailed(string error);
}
