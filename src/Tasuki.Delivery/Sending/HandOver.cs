using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Seals;
using Tasuki.Web;

namespace Tasuki.Delivery;

/// <summary>
/// One line's work on a round. Each row is marked <see cref="DeliveryState.HandingOver"/>, durably, before its first byte leaves; the commit that settles one marks the next. So a crash
/// leaves at most one row a line of which nobody knows whether it was taken on, and that one is not sent again.
/// </summary>
internal sealed class HandOver(
    TasukiDb db, ISeal seal, CheckCodes codes, OutsideTexts texts, Inbox inbox, IEnumerable<IOutsideManners> manners, TimeProvider clock)
{
    /// <summary>Refusals for good, one after another, until a channel counts as failing.</summary>
    public const int MostFailures = 3;

    /// <summary>A row with what is to be said and where; without a message it is settled without one.</summary>
    private sealed record Ready(DeliveryRow Row, ChannelRow Channel, OutsideMessage Message);

    /// <summary>Has the keys of a round's people fetched together. What was opened is not kept: a person erased meanwhile is not told.</summary>
    public async Task Prepare(WaitingRows waiting, CancellationToken cancel)
    {
        var nos = waiting.All.Select(d => d.ChannelNo).Distinct().ToList();
        waiting.Channels = await db.Set<ChannelRow>().AsNoTracking().Where(c => nos.Contains(c.No)).ToDictionaryAsync(c => c.No, cancel);
        await Task.WhenAll(waiting.Channels.Values.Select(c => Channels.Open(seal, c, cancel)));
    }

    public async Task<int> Work(ILine line, WaitingRows waiting, CancellationToken cancel)
    {
        var settled = 0;
        var current = await NextReady(waiting, cancel);
        if (current is not null && !await Begin(current.Row, cancel))
            current = null;
        while (current is not null || (current = await BeginNext(waiting, cancel)) is not null)
        {
            var outcome = await line.HandOver(current.Message, cancel);
            if (outcome.Kind is OutcomeKind.Unreachable)
                waiting.Stop(outcome.Error!);
            // What was handed over is written down even when this server is stopping.
            var next = cancel.IsCancellationRequested ? null : await NextReady(waiting, cancel);
            var begun = await Settle(current, outcome, next, CancellationToken.None);
            settled++;
            current = begun ? next : null;
            if (cancel.IsCancellationRequested)
                break;
        }

        return settled;
    }

    /// <summary>The other side is away: what of a claim was not begun waits, all until the same moment, and what is too old is given up.</summary>
    public async Task GiveBack(long claim, string why, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var mine = db.Set<DeliveryRow>().Where(d => d.Claim == claim && d.State == DeliveryState.Waiting);
        var old = now - Backoff.GiveUpAfter;
        await mine.Where(d => d.Created < old).ExecuteUpdateAsync(
            s => s.SetProperty(d => d.State, DeliveryState.GivenUp).SetProperty(d => d.LastError, why).SetProperty(d => d.Claim, (long?)null), cancel);
        var again = now + Backoff.After(1);
        await mine.ExecuteUpdateAsync(s => s.SetProperty(d => d.Due, again).SetProperty(d => d.LastError, why).SetProperty(d => d.Claim, (long?)null), cancel);
    }

    private async Task<Ready?> BeginNext(WaitingRows waiting, CancellationToken cancel)
    {
        while (await NextReady(waiting, cancel) is { } ready)
        {
            if (await Begin(ready.Row, cancel))
                return ready;
        }

        return null;
    }

    /// <summary>The next row that has something to be handed over now; those before it are settled on the way.</summary>
    private async Task<Ready?> NextReady(WaitingRows waiting, CancellationToken cancel)
    {
        while (waiting.Next() is { } row)
        {
            // What changed since the round began is not seen for its seconds.
            var channel = waiting.Channels.GetValueOrDefault(row.ChannelNo);
            var resident = new ResidentNo(row.ResidentNo);
            var wanted = row.Check ? ChannelState.Waiting : ChannelState.InUse;
            if (channel is null || channel.State != wanted || !codes.IsWhole(channel))
            {
                await SettleUnsent(row, DeliveryState.Dropped, channel is null || codes.IsWhole(channel) ? "channel-off" : "channel-altered", cancel);
            }
            else if ((row.Check && channel.CheckEnds <= clock.GetUtcNow()) || (row.LastError is not HeldBack.Code && row.Created < clock.GetUtcNow() - Backoff.GiveUpAfter))
            {
                await SettleUnsent(row, DeliveryState.GivenUp, row.LastError ?? "too-old", cancel);
            }
            else if (Quiet(row, channel, clock.GetUtcNow()) is var due && due > clock.GetUtcNow())
            {
                // Its turn came late, in the night.
                await Mine(row).Where(d => d.State == DeliveryState.Waiting).ExecuteUpdateAsync(s => s.SetProperty(d => d.Due, due).SetProperty(d => d.Claim, (long?)null), cancel);
            }
            else if (await Channels.Open(seal, channel, cancel) is not { } address)
            {
                // The person's key is gone: there is nobody left to tell.
                await SettleUnsent(row, DeliveryState.Dropped, "channel-closed", cancel);
            }
            else
            {
                var manner = await Manner(resident, cancel);
                if (manner is OutsideManner.Silent)
                {
                    await HoldBack(row, cancel);
                    continue;
                }

                var neutral = manner is OutsideManner.Neutral;
                var reading = (ReadingLanguage)channel.Language;
                var (subject, text) = row.Check ? texts.Check(row.Kind, reading, neutral, codes.Of(channel)) : texts.Arrival(row.Kind, reading, neutral);
                return new Ready(row, channel, new OutsideMessage(Id(row), address, subject, text, neutral));
            }
        }

        return null;
    }

    /// <summary>False when the row is another's by now, or gone with its person.</summary>
    private async Task<bool> Begin(DeliveryRow row, CancellationToken cancel)
    {
        var until = clock.GetUtcNow() + DeliverySender.Lease;
        return await Mine(row).Where(d => d.State == DeliveryState.Waiting).ExecuteUpdateAsync(
            s => s.SetProperty(d => d.State, DeliveryState.HandingOver).SetProperty(d => d.Attempts, d => d.Attempts + 1).SetProperty(d => d.Due, until), cancel) == 1;
    }

    /// <summary>Writes down how one went and marks the next, in one transaction. Whether the next was begun.</summary>
    private async Task<bool> Settle(Ready done, Outcome outcome, Ready? next, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var row = done.Row;
        var tired = row.Created < now - Backoff.GiveUpAfter;
        var state = outcome.Kind switch
        {
            OutcomeKind.HandedOver => DeliveryState.HandedOver,
            OutcomeKind.Bounced or OutcomeKind.Gone => DeliveryState.Bounced,
            OutcomeKind.Uncertain => DeliveryState.Uncertain,
            _ => tired ? DeliveryState.GivenUp : DeliveryState.Waiting,
        };
        var again = now + Backoff.After(row.Attempts + 1);
        if (outcome.NotBefore is { } asked && asked > again)
            again = asked < now + TimeSpan.FromHours(4) ? asked : now + TimeSpan.FromHours(4);
        var due = state is DeliveryState.Waiting ? Quiet(row, done.Channel, again) : now;
        // One statement, so that both stand or neither; by hand, because it runs once a message.
        var mine = (string value, string column) => $"case when no = {{0}} then {value} else {column} end";
        var sql = $"""
            update delivery set state = {mine("{1}", "1")}, due = {mine("{2}", "{3}")}, attempts = {mine("attempts", "attempts + 1")},
                handed_over = {mine(state is DeliveryState.HandedOver ? "{2}" : "handed_over", "handed_over")},
                last_error = {mine(outcome.Error is null ? "null" : "{4}", "last_error")},
                claim = {mine(state is DeliveryState.Waiting ? "null" : "claim", "claim")}
            where claim = {"{5}"} and (no = {"{0}"} or (no = {"{6}"} and state = 0))
            """;
        var changed = await db.Database.ExecuteSqlRawAsync(
            sql, [row.No, (short)state, Stored(due), Stored(now + DeliverySender.Lease), outcome.Error ?? "", row.Claim!.Value, next?.Row.No ?? 0L], cancel);
        await Count(done.Channel, outcome, cancel);
        // Fewer than two: one of the two rows is gone or another's. Which one is asked, for a row that was begun must be handed over.
        return next is not null && (changed == 2 || (changed == 1 && await Mine(next.Row).AnyAsync(d => d.State == DeliveryState.HandingOver, cancel)));
    }

    // As the two stores keep an instant.
    private object Stored(DateTimeOffset at) => db.Database.IsNpgsql() ? at.ToUniversalTime() : (at.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    private async Task Count(ChannelRow channel, Outcome outcome, CancellationToken cancel)
    {
        var mine = db.Set<ChannelRow>().Where(c => c.No == channel.No);
        if (outcome.Kind is OutcomeKind.HandedOver)
        {
            if (channel.Failures > 0)
                await mine.ExecuteUpdateAsync(s => s.SetProperty(c => c.Failures, 0), cancel);
            return;
        }

        if (outcome.Kind is not (OutcomeKind.Bounced or OutcomeKind.Gone))
            return;
        await mine.ExecuteUpdateAsync(s => s.SetProperty(c => c.Failures, c => c.Failures + 1), cancel);
        if (channel.State is not ChannelState.InUse || (outcome.Kind is OutcomeKind.Bounced && await mine.Where(c => c.Failures >= MostFailures).CountAsync(cancel) == 0))
            return;
        var (mac, now) = (codes.MacOf(channel, ChannelState.Failing, channel.CheckTries), clock.GetUtcNow());
        if (await mine.Where(c => c.State == ChannelState.InUse).ExecuteUpdateAsync(
                s => s.SetProperty(c => c.State, ChannelState.Failing).SetProperty(c => c.FailingSince, now).SetProperty(c => c.Mac, mac), cancel) == 0)
            return;
        var (subject, body) = texts.Failing(channel.Kind, (ReadingLanguage)channel.Language);
        await inbox.Send(new ResidentNo(channel.ResidentNo), $"channel failing {channel.No.ToString(CultureInfo.InvariantCulture)}", subject, body, "/account/channels", cancel);
    }

    private Task SettleUnsent(DeliveryRow row, DeliveryState state, string error, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        return Mine(row).Where(d => d.State == DeliveryState.Waiting).ExecuteUpdateAsync(s => s.SetProperty(d => d.State, state).SetProperty(d => d.LastError, error).SetProperty(d => d.Due, now), cancel);
    }

    // The last look is at the very end of the time: only who counts as dead then is given up.
    private Task HoldBack(DeliveryRow row, CancellationToken cancel)
    {
        var (now, end) = (clock.GetUtcNow(), row.Created + Backoff.GiveUpAfter);
        if (end <= now)
            return SettleUnsent(row, DeliveryState.GivenUp, HeldBack.Code, cancel);
        var due = now + HeldBack.LookAgain < end ? now + HeldBack.LookAgain : end;
        return Mine(row).Where(d => d.State == DeliveryState.Waiting).ExecuteUpdateAsync(
            s => s.SetProperty(d => d.Due, due).SetProperty(d => d.LastError, HeldBack.Code).SetProperty(d => d.Claim, (long?)null), cancel);
    }

    private IQueryable<DeliveryRow> Mine(DeliveryRow row) => db.Set<DeliveryRow>().Where(d => d.No == row.No && d.Claim == row.Claim);

    private async ValueTask<OutsideManner> Manner(ResidentNo resident, CancellationToken cancel)
    {
        var most = OutsideManner.Named;
        foreach (var one in manners)
            most = await one.Of(resident, cancel) is var manner && manner > most ? manner : most;
        return most;
    }

    private static DateTimeOffset Quiet(DeliveryRow row, ChannelRow channel, DateTimeOffset at) => row.Urgent ? at : new QuietHours(channel.QuietFrom, channel.QuietUntil).Next(at);

    /// <summary>The same however often a row is tried, and without the ring nobody can tell which row it is.</summary>
    private string Id(DeliveryRow row) => Convert.ToHexStringLower(seal.SecretMac("delivery-id", Encoding.UTF8.GetBytes(row.No.ToString(CultureInfo.InvariantCulture)))[..16]);
}
