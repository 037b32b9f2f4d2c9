using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Vault;

namespace Tasuki.Server.Tests.Towns;

public sealed class SqliteJobsOfTwoTests() : JobsOfTwoContract(StoreKind.Sqlite);

public sealed class PostgresJobsOfTwoTests() : JobsOfTwoContract(StoreKind.Postgres);

/// <summary>Jobs of two municipalities in one process, with the same numbers, kinds and keys, at the same moment: each works on its own vault, keys and tables.</summary>
public abstract class JobsOfTwoContract(StoreKind store)
{
    private const string Message = "test.said";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_same_jobs_at_once_reach_each_municipalitys_own_residents()
    {
        var meeting = new Meeting();
        await using var towns = await TwoTowns.Start(store, services =>
        {
            services.AddSingleton(meeting);
            services.AddScoped<IJobHandler, LeaveWord>();
            services.AddScoped<IOutboxHandler, HearWord>();
        });
        foreach (var town in towns.Both)
        {
            await Queue(town, async (jobs, outbox) =>
            {
                for (var no = 1; no <= TwoTowns.Residents; no++)
                {
                    await jobs.Add(LeaveWord.Name, $"first {no}", Cancel, new ResidentNo(no));
                    await jobs.Add(LeaveWord.Name, $"second {no}", Cancel, new ResidentNo(no));
                    outbox.Add(Message, new ResidentNo(no), subject: no);
                }
            });
        }

        // One more where the other has none of that number.
        await Queue(towns.One, async (jobs, _) => await jobs.Add(LeaveWord.Name, Meeting.Alone, Cancel, new ResidentNo(1)));
        var begun = await RunBoth(towns);
        Assert.Equal([10, 9], begun);
        Assert.Equal(9, meeting.Met);

        var (rows, others) = (await Rows(towns.One), await Rows(towns.Other));
        Assert.Equal(others, rows.Where(r => r.Key is not Meeting.Alone));
        Assert.All(rows, r => Assert.Equal(JobState.Done, r.State));
        foreach (var town in towns.Both)
        {
            for (var no = 1; no <= TwoTowns.Residents; no++)
            {
                var expected = new List<string> { $"{town.Name} first {no}", $"{town.Name} heard {no}", $"{town.Name} second {no}" };
                if (no == 1 && town == towns.One)
                    expected.Add($"{town.Name} {Meeting.Alone}");
                Assert.Equal([.. expected.Order(StringComparer.Ordinal)], await TwoTowns.Said(town.Vault, new ResidentNo(no), Cancel));
            }
        }
    }

    [Fact]
    public async Task Work_saved_at_one_wakes_the_runner_of_that_one_alone()
    {
        await using var towns = await TwoTowns.Start(store);
        var (own, other) = (towns.One.Services.GetRequiredService<JobSignal>().Next, towns.Other.Services.GetRequiredService<JobSignal>().Next);
        await Queue(towns.One, async (jobs, _) => await jobs.Add(LeaveWord.Name, "x", Cancel));
        Assert.True(own.IsCompleted);
        Assert.False(other.IsCompleted);
    }

    [Fact]
    public async Task Erasure_and_rotation_at_one_leave_the_same_numbers_of_the_other_alone_though_both_run_at_once()
    {
        await using var towns = await TwoTowns.Start(store);
        var gone = new ResidentNo(2);
        foreach (var town in towns.Both)
        {
            for (var no = 1; no <= TwoTowns.Residents; no++)
                await TwoTowns.Say(town.Vault, new ResidentNo(no), $"{town.Name} {no}", Cancel);
        }

        Assert.True((await towns.One.Vault.Close(Actor.Resident(gone), gone, Cancel)).IsOk);
        towns.One.Test.Clock.Advance(TimeSpan.FromDays(15));
        var before = Keys(towns.Other);
        var epochs = Keys(towns.One);
        foreach (var town in towns.Both)
        {
            await Queue(town, async (jobs, _) =>
            {
                await jobs.Add("people.erase-closed", "now", Cancel);
                await jobs.Add("server.rotate-keys", "now", Cancel);
            });
        }

        await RunBoth(towns);
        Assert.NotEqual(epochs, Keys(towns.One));
        Assert.Equal(before, Keys(towns.Other));
        Assert.False((await towns.One.Vault.Open(Actor.Resident(gone), gone, Purpose.OwnUse, Cancel)).IsOk);
        for (var no = 1; no <= TwoTowns.Residents; no++)
        {
            Assert.Equal([$"midori {no}"], await TwoTowns.Said(towns.Other.Vault, new ResidentNo(no), Cancel));
            if (no != gone.Value)
                Assert.Equal([$"akane {no}"], await TwoTowns.Said(towns.One.Vault, new ResidentNo(no), Cancel));
        }
    }

    private static async Task<int[]> RunBoth(TwoTowns towns) =>
        await Task.WhenAll(towns.Both.Select(town => Task.Run(() => town.Services.GetRequiredService<JobRunner>().RunDue(Cancel), Cancel)));

    private static async Task Queue(Town town, Func<JobQueue, Outbox, Task> add)
    {
        await using var scope = town.Services.CreateAsyncScope();
        await add(scope.ServiceProvider.GetRequiredService<JobQueue>(), scope.ServiceProvider.GetRequiredService<Outbox>());
        await scope.ServiceProvider.GetRequiredService<TasukiDb>().SaveChangesAsync(Cancel);
    }

    private static async Task<List<(long No, string Kind, string Key, long? Resident, JobState State)>> Rows(Town town)
    {
        await using var scope = town.Services.CreateAsyncScope();
        var rows = await scope.ServiceProvider.GetRequiredService<TasukiDb>().Set<Job>().AsNoTracking().Where(j => j.Kind.StartsWith("test.")).OrderBy(j => j.Kind).ThenBy(j => j.Key).ToListAsync(Cancel);
        // The lone job is taken on before the outbox is spread, and moves the numbers of what comes after it by one.
        return [.. rows.Select(r => (r.Kind == LeaveWord.Name ? r.No : 0, r.Kind, r.Key, r.ResidentNo, r.State))];
    }

    private static List<string> Keys(Town town) => [.. town.Vault.RingKeys.Select(k => $"{k.Purpose} {k.Number} {k.State}")];

    /// <summary>Holds a job until the one of the same name has begun at the other municipality: both are inside at once.</summary>
    private sealed class Meeting
    {
        public const string Alone = "alone";

        private readonly ConcurrentDictionary<string, (string First, TaskCompletionSource Second)> _waiting = new(StringComparer.Ordinal);
        private int _met;

        public int Met => _met;

        public Task Meet(string town, string name)
        {
            if (name is Alone)
                return Task.CompletedTask;
            var here = (town, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            var (first, second) = _waiting.GetOrAdd(name, here);
            if (first == town)
                return second.Task.WaitAsync(TimeSpan.FromMinutes(3), Cancel);
            Interlocked.Increment(ref _met);
            second.SetResult();
            return Task.CompletedTask;
        }
    }

    private sealed class LeaveWord(Meeting meeting, Municipality municipality, RecordVault vault, TasukiDb db) : IJobHandler
    {
        public const string Name = "test.leave-word";

        public string Kind => Name;

        public async Task<Result<Done>> Run(JobWork work, CancellationToken cancel)
        {
            await meeting.Meet(municipality.Id.Value, work.Key);
            var own = await db.Set<Job>().AsNoTracking().SingleAsync(j => j.No == work.No, cancel);
            if (own.Key != work.Key || own.ResidentNo != work.Resident?.Value)
                return new Error("test.other", "The table of this scope holds another job under the number.");
            await TwoTowns.Say(vault, work.Resident!.Value, $"{municipality.Id} {work.Key}", cancel);
            return Done.Yes;
        }
    }

    private sealed class HearWord(Meeting meeting, Municipality municipality, RecordVault vault) : IOutboxHandler
    {
        public string Name => "test.hear";

        string IOutboxHandler.Message => Message;

        public async Task<Result<Done>> Handle(JobWork work, CancellationToken cancel)
        {
            await meeting.Meet(municipality.Id.Value, $"heard {work.Subject}");
            await TwoTowns.Say(vault, work.Resident!.Value, $"{municipality.Id} heard {work.Subject}", cancel);
            return Done.Yes;
        }
    }
}
