using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tasuki.Data;

namespace Tasuki.Delivery;

/// <summary>
/// Hands over what is due, on as many servers as there are: a round takes a group of rows, and several lines work on it. How one row goes is <see cref="HandOver"/>'s. Wakes on a
/// signal and on a timer.
/// </summary>
internal sealed partial class DeliverySender(IServiceScopeFactory scopes, IEnumerable<ICarrier> carriers, DeliverySignal signal, TimeProvider clock, ILogger<DeliverySender> log) : BackgroundService
{
    /// <summary>How long a group is this process's own. Rows it had not begun by then are anybody's.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromMinutes(10);

    private const int Group = 1_000;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(15);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var next = signal.Next;
            try
            {
                await SendDue(stoppingToken);
            }
            catch (Exception broken) when (broken is not OperationCanceledException)
            {
                // The database is away: the next round may find it again. Messages of database errors may hold values, so the type alone is logged.
                LogRoundFailed(broken.GetType().Name);
            }

            await Task.WhenAny(next, Task.Delay(Pause, clock, stoppingToken));
        }
    }

    /// <summary>Hands over until nothing is due or the other side is away; the kinds side by side. Returns how many rows were settled.</summary>
    public async Task<int> SendDue(CancellationToken cancel) => (await Task.WhenAll(carriers.Select(c => SendDue(c, cancel)))).Sum();

    private async Task<int> SendDue(ICarrier carrier, CancellationToken cancel)
    {
        await SettleUnknown(carrier.Kind, cancel);
        var lines = Enumerable.Range(0, carrier.Lines).Select(_ => carrier.Open()).ToList();
        try
        {
            return await Rounds(carrier.Kind, lines, cancel);
        }
        finally
        {
            foreach (var line in lines)
                await line.DisposeAsync();
        }
    }

    private async Task<int> Rounds(ChannelKind kind, IReadOnlyList<ILine> lines, CancellationToken cancel)
    {
        var settled = 0;
        while (true)
        {
            await using var taking = scopes.CreateAsyncScope();
            var group = await Take(taking.ServiceProvider.GetRequiredService<TasukiDb>(), kind, cancel);
            if (group.Count == 0)
                return settled;
            var waiting = new WaitingRows(group);
            await taking.ServiceProvider.GetRequiredService<HandOver>().Prepare(waiting, cancel);
            settled += (await Task.WhenAll(lines.Take(group.Count).Select(line => Task.Run(() => Work(line, waiting, cancel), cancel)))).Sum();
            if (waiting.Stopped is not { } why)
                continue;
            await using var giving = scopes.CreateAsyncScope();
            await giving.ServiceProvider.GetRequiredService<HandOver>().GiveBack(group[0].Claim!.Value, why, cancel);
            LogAway(kind, why);
            return settled;
        }
    }

    private async Task<int> Work(ILine line, WaitingRows waiting, CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<HandOver>().Work(line, waiting, cancel);
    }

    /// <summary>Takes the oldest that are due: who moves <c>due</c> first has them.</summary>
    private async Task<List<DeliveryRow>> Take(TasukiDb db, ChannelKind kind, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var nos = await Due(db, kind, now).OrderBy(d => d.Due).Select(d => d.No).Take(Group).ToListAsync(cancel);
        if (nos.Count == 0)
            return [];
        var (claim, until) = (Inbox.RandomNo(), now + Lease);
        await Due(db, kind, now).Where(d => nos.Contains(d.No)).ExecuteUpdateAsync(s => s.SetProperty(d => d.Claim, claim).SetProperty(d => d.Due, until), cancel);
        return await db.Set<DeliveryRow>().AsNoTracking().Where(d => nos.Contains(d.No) && d.Claim == claim).ToListAsync(cancel);
    }

    /// <summary>A hand-over that a crash cut off: nobody knows how it ended, so it is not begun again.</summary>
    private async Task SettleUnknown(ChannelKind kind, CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var now = clock.GetUtcNow();
        await scope.ServiceProvider.GetRequiredService<TasukiDb>().Set<DeliveryRow>().Where(d => d.Kind == kind && d.State == DeliveryState.HandingOver && d.Due <= now)
            .ExecuteUpdateAsync(s => s.SetProperty(d => d.State, DeliveryState.Uncertain).SetProperty(d => d.LastError, "cut-off").SetProperty(d => d.Claim, (long?)null), cancel);
    }

    private static IQueryable<DeliveryRow> Due(TasukiDb db, ChannelKind kind, DateTimeOffset now) =>
        db.Set<DeliveryRow>().Where(d => d.Kind == kind && d.State == DeliveryState.Waiting && d.Due <= now);

    [LoggerMessage(Level = LogLevel.Error, Message = "A round of the sender failed with {Error}.")]
    private partial void LogRoundFailed(string error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Kind} is away ({Error}); what waits is tried again.")]
    private partial void LogAway(ChannelKind kind, string error);
}

/// <summary>The rows of one round, from which each line takes the next, until one of them finds the other side away.</summary>
internal sealed class WaitingRows(IReadOnlyList<DeliveryRow> rows)
{
    private int _next = -1;
    private string? _stopped;

    public IReadOnlyList<DeliveryRow> All => rows;

    /// <summary>The channels of all of them, set before the first line begins.</summary>
    public IReadOnlyDictionary<long, ChannelRow> Channels { get; set; } = new Dictionary<long, ChannelRow>();

    /// <summary>The code of what keeps everybody from going on.</summary>
    public string? Stopped => Volatile.Read(ref _stopped);

    public void Stop(string why) => Interlocked.CompareExchange(ref _stopped, why, null);

    public DeliveryRow? Next() => Stopped is null && Interlocked.Increment(ref _next) is var at && at < rows.Count ? rows[at] : null;
}
