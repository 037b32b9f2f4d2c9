using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Retention;

namespace Tasuki.Delivery;

/// <summary>How one kind of channel fared in a period. Numbers, never who; what is held back of people who died is in none of them.</summary>
/// <param name="Waiting">Not yet taken on, those tried already included.</param>
/// <param name="HandedOver">Taken on by the other side.</param>
/// <param name="Bounced">Refused for good.</param>
/// <param name="GivenUp">Not taken on within two days.</param>
/// <param name="Uncertain">Cut off where nobody knows; not sent again.</param>
/// <param name="FailingChannels">Channels that are stopped now, whatever the period.</param>
/// <param name="TryingSince">The oldest that was tried and still waits.</param>
/// <param name="LastError">The newest stable code of a hand-over that did not succeed.</param>
public sealed record ChannelNumbers(
    ChannelKind Kind, int Waiting, int HandedOver, int Bounced, int GivenUp, int Uncertain, int FailingChannels, DateTimeOffset? TryingSince, string? LastError);

/// <summary>What the desk sees of the messages outside the app.</summary>
public sealed class DeskDeliveries
{
    private readonly TasukiDb _db;
    private readonly DeliveryOptions _options;
    private readonly TimeProvider _clock;

    internal DeskDeliveries(TasukiDb db, DeliveryOptions options, TimeProvider clock) => (_db, _options, _clock) = (db, options, clock);

    /// <summary>Every kind that is offered or was used in these days.</summary>
    public async Task<IReadOnlyList<ChannelNumbers>> Of(int days, CancellationToken cancel)
    {
        var since = _clock.GetUtcNow().AddDays(-days);
        var rows = _db.Set<DeliveryRow>().AsNoTracking().Where(d => d.Created > since && d.LastError != HeldBack.Code);
        var counts = await rows.GroupBy(d => new { d.Kind, d.State }).Select(g => new { g.Key.Kind, g.Key.State, Count = g.Count() }).ToListAsync(cancel);
        var failing = await _db.Set<ChannelRow>().Where(c => c.State == ChannelState.Failing).GroupBy(c => c.Kind).Select(g => new { Kind = g.Key, Count = g.Count() }).ToListAsync(cancel);
        var numbers = new List<ChannelNumbers>();
        foreach (var kind in Enum.GetValues<ChannelKind>())
        {
            if (!_options.Offers(kind) && counts.TrueForAll(c => c.Kind != kind))
                continue;
            var trying = await _db.Set<DeliveryRow>().Where(d => d.Kind == kind && d.State == DeliveryState.Waiting && d.LastError != null && d.LastError != HeldBack.Code).OrderBy(d => d.Created)
                .Select(d => (DateTimeOffset?)d.Created).FirstOrDefaultAsync(cancel);
            var last = await rows.Where(d => d.Kind == kind && d.LastError != null && d.State != DeliveryState.Dropped).OrderByDescending(d => d.Due).Select(d => d.LastError).FirstOrDefaultAsync(cancel);
            numbers.Add(new ChannelNumbers(
                kind, Count(kind, DeliveryState.Waiting) + Count(kind, DeliveryState.HandingOver), Count(kind, DeliveryState.HandedOver), Count(kind, DeliveryState.Bounced),
                Count(kind, DeliveryState.GivenUp), Count(kind, DeliveryState.Uncertain), failing.Find(f => f.Kind == kind)?.Count ?? 0, trying, last));
        }

        return numbers;

        int Count(ChannelKind kind, DeliveryState state) => counts.Find(c => c.Kind == kind && c.State == state)?.Count ?? 0;
    }
}

/// <summary>Rows of messages that came to an end long ago are dropped; the desk looks thirty days back.</summary>
internal sealed class SweepDeliveries(TasukiDb db, TimeProvider clock) : IJobHandler
{
    public const string Name = "delivery.sweep";

    /// <summary>Days that a delivery is kept after it was made.</summary>
    public const int Kept = 90;

    public string Kind => Name;

    public async Task<Result<Done>> Run(JobWork work, CancellationToken cancel)
    {
        await Over(db, clock.GetUtcNow().AddDays(-Kept)).ExecuteDeleteAsync(cancel);
        return Done.Yes;
    }

    // A letter that is held back comes to its end where letters are opened, so where nobody opens any it ends here.
    internal static IQueryable<DeliveryRow> Over(TasukiDb db, DateTimeOffset old) =>
        db.Set<DeliveryRow>().Where(d => d.Created < old && ((d.State != DeliveryState.Waiting && d.State != DeliveryState.HandingOver) || (d.State == DeliveryState.Waiting && d.LastError == HeldBack.Code)));
}

/// <summary>What <see cref="SweepDeliveries"/> takes away.</summary>
internal sealed class DeliveriesRule(TasukiDb db) : IRetentionRule
{
    public async Task<RetentionCount> Count(RetentionAsk ask, CancellationToken cancel) => RetentionCount.Of(
        "due", await SweepDeliveries.Over(db, ask.At.AddDays(-ask.Period)).LongCountAsync(cancel), await SweepDeliveries.Over(db, ask.At.AddDays(-ask.Period - 2)).LongCountAsync(cancel));
}
