using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Testing;
using Xunit;

namespace Tasuki.People.Tests;

/// <summary>Outbox and jobs keep their promises on both databases.</summary>
public sealed class JobTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task Many_runners_at_once_do_each_job_once(DataStore store)
    {
        var done = new ConcurrentBag<string>();
        var options = await Stores.New(store, "jobs");
        var hosts = new List<DataHost>();
        for (var i = 0; i < 4; i++)
            hosts.Add(await DataHost.Start(options, TimeProvider.System, Cancel, s => s.AddScoped<IJobHandler>(_ => new Handler("count", w => { done.Add(w.Key); return Done.Yes; }))));
        await Enqueue(hosts[0], "count", Enumerable.Range(0, 40).Select(i => $"{i}"));

        await Task.WhenAll(hosts.Select(h => Task.Run(() => h.Services.GetRequiredService<JobRunner>().RunDue(Cancel), Cancel)));

        Assert.Equal(40, done.Count);
        Assert.Equal(40, done.Distinct(StringComparer.Ordinal).Count());
        foreach (var host in hosts)
            await host.DisposeAsync();
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_job_that_fails_is_tried_again_later_each_time_and_given_up_after_ten(DataStore store)
    {
        var clock = new MovedClock();
        var attempts = 0;
        await using var host = await DataHost.Start(store, clock, Cancel, s => s.AddScoped<IJobHandler>(_ => new Handler("fails", _ => { attempts++; return new Error("test.fails", "Always."); })));
        await Enqueue(host, "fails", ["one"]);
        var runner = host.Services.GetRequiredService<JobRunner>();

        await runner.RunDue(Cancel);
        await runner.RunDue(Cancel);
        Assert.Equal(1, attempts);
        clock.Advance(TimeSpan.FromSeconds(11));
        await runner.RunDue(Cancel);
        Assert.Equal(2, attempts);
        clock.Advance(TimeSpan.FromSeconds(11));
        await runner.RunDue(Cancel);
        Assert.Equal(2, attempts);
        for (var i = 0; i < 20; i++)
        {
            clock.Advance(TimeSpan.FromHours(1.1));
            await runner.RunDue(Cancel);
        }

        Assert.Equal(JobRunner.MaximumAttempts, attempts);
        var job = await host.Do<TasukiDb, Job>(db => db.Set<Job>().SingleAsync(Cancel));
        Assert.Equal((JobState.Failed, "test.fails"), (job.State, job.LastError));
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_handler_that_throws_stops_nothing_else_and_says_no_value(DataStore store)
    {
        var done = 0;
        await using var host = await DataHost.Start(store, TimeProvider.System, Cancel, s => s.AddScoped<IJobHandler>(_ =>
            new Handler("mixed", w => w.Key is "bad" ? throw new InvalidOperationException("緑山 花子") : Count(ref done))));
        await Enqueue(host, "mixed", ["bad", "good"]);

        await host.Services.GetRequiredService<JobRunner>().RunDue(Cancel);

        Assert.Equal(1, done);
        Assert.Equal("InvalidOperationException", await host.Do<TasukiDb, string?>(db => db.Set<Job>().Where(j => j.Key == "bad").Select(j => j.LastError).SingleAsync(Cancel)));
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_job_of_a_server_that_died_is_taken_over_when_its_claim_has_run_out(DataStore store)
    {
        var clock = new MovedClock();
        var done = 0;
        await using var host = await DataHost.Start(store, clock, Cancel, s => s.AddScoped<IJobHandler>(_ => new Handler("work", _ => Count(ref done))));
        await Enqueue(host, "work", ["one"]);
        // As a server leaves it that dies at work: claimed, not done.
        await host.Do<TasukiDb>(db => db.Set<Job>().ExecuteUpdateAsync(s => s.SetProperty(j => j.Attempts, 1).SetProperty(j => j.Due, clock.GetUtcNow() + JobRunner.Lease), Cancel));

        await host.Services.GetRequiredService<JobRunner>().RunDue(Cancel);
        Assert.Equal(0, done);
        clock.Advance(JobRunner.Lease + TimeSpan.FromSeconds(1));
        await host.Services.GetRequiredService<JobRunner>().RunDue(Cancel);
        Assert.Equal(1, done);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_claim_is_renewed_as_long_as_the_work_lasts(DataStore store)
    {
        var clock = new RenewingClock();
        var (begun, end) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        var times = 0;
        await using var host = await DataHost.Start(store, clock, Cancel, s => s.AddScoped<IJobHandler>(_ => new LongHandler("long", async () =>
        {
            Interlocked.Increment(ref times);
            begun.SetResult();
            await end.Task;
        })));
        await Enqueue(host, "long", ["one"]);
        var runner = host.Services.GetRequiredService<JobRunner>();
        var work = Task.Run(() => runner.RunDue(Cancel), Cancel);
        await begun.Task;
        await clock.Waiting(Cancel);

        for (var i = 0; i < 5; i++)
        {
            clock.Advance(JobRunner.Renewal);
            // The next pause begins when the claim has been renewed.
            await clock.Waiting(Cancel);
            await using var scope = host.Services.CreateAsyncScope();
            Assert.Equal(clock.GetUtcNow() + JobRunner.Lease, await scope.ServiceProvider.GetRequiredService<TasukiDb>().Set<Job>().Select(j => j.Due).SingleAsync(Cancel));
        }

        // Longer than a claim lasts, and no other takes it.
        Assert.Equal(0, await runner.RunDue(Cancel));
        end.SetResult();
        Assert.Equal(1, await work);
        Assert.Equal(1, times);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task The_same_key_is_taken_on_once(DataStore store)
    {
        await using var host = await DataHost.Start(store, TimeProvider.System, Cancel);
        await Enqueue(host, "once", ["a"]);

        Assert.False(await host.Do<JobQueue, bool>(q => q.Add("once", "a", Cancel)));
        Assert.True(await host.Do<JobQueue, bool>(q => q.Add("once", "b", Cancel)));
        Assert.True(await host.Do<JobQueue, bool>(q => q.Add("other", "a", Cancel)));
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task Every_listener_hears_a_message_once_and_a_message_of_a_failed_change_is_never_heard(DataStore store)
    {
        var heard = new ConcurrentBag<string>();
        await using var host = await DataHost.Start(store, TimeProvider.System, Cancel, s =>
        {
            s.AddScoped<IOutboxHandler>(_ => new Listener("enrolled", "first", heard));
            s.AddScoped<IOutboxHandler>(_ => new Listener("enrolled", "second", heard));
            s.AddScoped<IOutboxHandler>(_ => new Listener("other", "third", heard));
        });
        await using (var scope = host.Services.CreateAsyncScope())
        {
            var db = scope.ServiceProvider.GetRequiredService<TasukiDb>();
            scope.ServiceProvider.GetRequiredService<Outbox>().Add("enrolled", new ResidentNo(7));
            await db.SaveChangesAsync(Cancel);
            await using var transaction = await db.Database.BeginTransactionAsync(Cancel);
            scope.ServiceProvider.GetRequiredService<Outbox>().Add("enrolled", new ResidentNo(8));
            await db.SaveChangesAsync(Cancel);
            await transaction.RollbackAsync(Cancel);
        }

        var runner = host.Services.GetRequiredService<JobRunner>();
        await Task.WhenAll(runner.RunDue(Cancel), runner.RunDue(Cancel));
        await runner.RunDue(Cancel);

        Assert.Equal<string>(["first 7", "second 7"], heard.Order(StringComparer.Ordinal).ToArray(), StringComparer.Ordinal);
    }

    [Fact]
    public async Task The_runner_wakes_when_work_is_saved_and_takes_recurring_work_on_at_the_start()
    {
        var heard = new ConcurrentDictionary<string, TaskCompletionSource>(StringComparer.Ordinal) { ["start"] = new(), ["saved"] = new() };
        await using var host = await DataHost.Start(DataStore.Sqlite, TimeProvider.System, Cancel, s =>
        {
            s.AddSingleton(new RecurringJob("test.recurring", TimeSpan.FromHours(1), AtStart: true));
            s.AddScoped<IJobHandler>(_ => new Handler("test.recurring", _ => { heard["start"].TrySetResult(); return Done.Yes; }));
            s.AddScoped<IJobHandler>(_ => new Handler("test.saved", _ => { heard["saved"].TrySetResult(); return Done.Yes; }));
        });
        var runner = host.Services.GetRequiredService<JobRunner>();
        await runner.StartAsync(Cancel);

        // Shorter than the runner's own pause: only the signal can have woken it.
        await heard["start"].Task.WaitAsync(TimeSpan.FromMinutes(1), Cancel);
        await Enqueue(host, "test.saved", ["one"]);
        await heard["saved"].Task.WaitAsync(TimeSpan.FromMinutes(1), Cancel);
        await runner.StopAsync(Cancel);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task Times_compare_by_instant_whatever_the_offset(DataStore store)
    {
        await using var host = await DataHost.Start(store, TimeProvider.System, Cancel);
        var tokyo = new DateTimeOffset(2026, 4, 1, 9, 0, 0, TimeSpan.FromHours(9));
        await host.Do<TasukiDb>(async db =>
        {
            db.Add(new Job { Kind = "t", Key = "1", Due = tokyo });
            db.Add(new Job { Kind = "t", Key = "2", Due = tokyo.AddTicks(10).ToUniversalTime() });
            await db.SaveChangesAsync(Cancel);
        });

        await host.Do<TasukiDb>(async db =>
        {
            Assert.Equal("1", (await db.Set<Job>().SingleAsync(j => j.Due == tokyo.ToUniversalTime(), Cancel)).Key);
            Assert.Equal("2", (await db.Set<Job>().SingleAsync(j => j.Due > tokyo, Cancel)).Key);
            Assert.Equal("2", (await db.Set<Job>().OrderByDescending(j => j.Due).FirstAsync(Cancel)).Key);
        });
    }

    private static Result<Done> Count(ref int done)
    {
        Interlocked.Increment(ref done);
        return Done.Yes;
    }

    private static async Task Enqueue(DataHost host, string kind, IEnumerable<string> keys)
    {
        await using var scope = host.Services.CreateAsyncScope();
        foreach (var key in keys)
            await scope.ServiceProvider.GetRequiredService<JobQueue>().Add(kind, key, Cancel);
        await scope.ServiceProvider.GetRequiredService<TasukiDb>().SaveChangesAsync(Cancel);
    }

    private sealed class Handler(string kind, Func<JobWork, Result<Done>> run) : IJobHandler
    {
        public string Kind => kind;

        public Task<Result<Done>> Run(JobWork work, CancellationToken cancel) => Task.FromResult(run(work));
    }

    private sealed class LongHandler(string kind, Func<Task> run) : IJobHandler
    {
        public string Kind => kind;

        public async Task<Result<Done>> Run(JobWork work, CancellationToken cancel)
        {
            await run();
            return Done.Yes;
        }
    }

    /// <summary>Its pauses end when the test moves it on.</summary>
    private sealed class RenewingClock : TimeProvider
    {
        private readonly SemaphoreSlim _waiting = new(0);
        private DateTimeOffset _now = new(2026, 4, 1, 0, 0, 0, TimeSpan.Zero);
        private Pause? _last;

        public Task Waiting(CancellationToken cancel) => _waiting.WaitAsync(cancel);

        public void Advance(TimeSpan by)
        {
            _now += by;
            _last!.End();
        }

        public override DateTimeOffset GetUtcNow() => _now;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _last = new Pause(() => callback(state));
            _waiting.Release();
            return _last;
        }

        private sealed class Pause(Action end) : ITimer
        {
            public void End() => end();

            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }

    private sealed class Listener(string message, string name, ConcurrentBag<string> heard) : IOutboxHandler
    {
        public string Message => message;

        public string Name => name;

        public Task<Result<Done>> Handle(JobWork work, CancellationToken cancel)
        {
            heard.Add($"{name} {work.Resident}");
            return Task.FromResult<Result<Done>>(Done.Yes);
        }
    }
}
