using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Seals;
using Tasuki.Web;

namespace Tasuki.Delivery;

/// <summary>A letter to print: the lines of its envelope and a fixed text.</summary>
public sealed record Letter(long No, ResidentNo Resident, IReadOnlyList<string> Address, string Subject, string Text);

/// <summary>Letters are printed at the desk: an officer opens a few, prints them and says so.</summary>
public sealed class Letters
{
    /// <summary>How many are opened at a time.</summary>
    public const int AtOnce = 50;

    private readonly TasukiDb _db;
    private readonly ISeal _seal;
    private readonly CheckCodes _codes;
    private readonly OutsideTexts _texts;
    private readonly IReadOnlyList<IOutsideManners> _manners;
    private readonly TimeProvider _clock;

    internal Letters(TasukiDb db, ISeal seal, CheckCodes codes, OutsideTexts texts, IEnumerable<IOutsideManners> manners, TimeProvider clock) =>
        (_db, _seal, _codes, _texts, _manners, _clock) = (db, seal, codes, texts, [.. manners], clock);

    private IQueryable<DeliveryRow> Due => _db.Set<DeliveryRow>().Where(d => d.Kind == ChannelKind.Letter && d.State == DeliveryState.Waiting);

    /// <summary>How many there are to print. What is held back of people who died is none of them.</summary>
    public async Task<int> Waiting(CancellationToken cancel)
    {
        var waiting = await Due.CountAsync(d => d.LastError != HeldBack.Code, cancel);
        foreach (var resident in await Due.Where(d => d.LastError == HeldBack.Code).Select(d => d.ResidentNo).ToListAsync(cancel))
            waiting += await Manner(new ResidentNo(resident), cancel) is OutsideManner.Silent ? 0 : 1;
        return waiting;
    }

    /// <summary>
    /// The oldest that wait. Whoever calls has <paramref name="log"/> write each person's access log before the address is opened. Letters of protected persons are left out unless
    /// <paramref name="protectedToo"/>: their addresses are for named officers. Those of people who died are held back: left out, and given up in time.
    /// </summary>
    public async Task<IReadOnlyList<Letter>> Open(bool protectedToo, Func<ResidentNo, Task> log, CancellationToken cancel)
    {
        var letters = new List<Letter>();
        DeliveryRow? last = null;
        // Goes on past what is left out, however much it is: the letters behind it must be printed.
        while (letters.Count < AtOnce && await Next(last, cancel) is { Count: > 0 } rows)
        {
            foreach (var row in rows.TakeWhile(_ => letters.Count < AtOnce))
            {
                if (await Open(row, protectedToo, log, cancel) is { } letter)
                    letters.Add(letter);
            }

            last = rows[^1];
        }

        return letters;
    }

    private Task<List<DeliveryRow>> Next(DeliveryRow? last, CancellationToken cancel) =>
        (last is null ? Due : Due.Where(d => d.Created > last.Created || (d.Created == last.Created && d.No > last.No)))
        .AsNoTracking().OrderBy(d => d.Created).ThenBy(d => d.No).Take(AtOnce * 2).ToListAsync(cancel);

    private async Task<Letter?> Open(DeliveryRow row, bool protectedToo, Func<ResidentNo, Task> log, CancellationToken cancel)
    {
        var (resident, now) = (new ResidentNo(row.ResidentNo), _clock.GetUtcNow());
        var channel = await _db.Set<ChannelRow>().AsNoTracking().SingleOrDefaultAsync(c => c.No == row.ChannelNo, cancel);
        if (channel is null || channel.State != (row.Check ? ChannelState.Waiting : ChannelState.InUse) || !_codes.IsWhole(channel) || (row.Check && channel.CheckEnds <= now))
        {
            await Settle([row.No], DeliveryState.Dropped, "channel-off", cancel);
            return null;
        }

        var manner = await Manner(resident, cancel);
        if (manner is OutsideManner.Silent)
        {
            if (!row.Check && row.Created <= now - Backoff.GiveUpAfter)
                await Settle([row.No], DeliveryState.GivenUp, HeldBack.Code, cancel);
            else
                await Due.Where(d => d.No == row.No).ExecuteUpdateAsync(s => s.SetProperty(d => d.LastError, HeldBack.Code), cancel);
            return null;
        }

        var neutral = manner is OutsideManner.Neutral;
        if (neutral && !protectedToo)
            return null;
        await log(resident);
        if (await Channels.Open(_seal, channel, cancel) is not { } address)
        {
            await Settle([row.No], DeliveryState.Dropped, "channel-closed", cancel);
            return null;
        }

        var reading = (ReadingLanguage)channel.Language;
        var (subject, text) = row.Check ? _texts.Check(row.Kind, reading, neutral, _codes.Of(channel)) : _texts.Arrival(row.Kind, reading, neutral);
        return new Letter(row.No, resident, address.Split('\n'), subject, text);
    }

    private async ValueTask<OutsideManner> Manner(ResidentNo resident, CancellationToken cancel)
    {
        var most = OutsideManner.Named;
        foreach (var one in _manners)
            most = await one.Of(resident, cancel) is var manner && manner > most ? manner : most;
        return most;
    }

    /// <summary>They are on paper. How many of them still waited: printed by two officers, one counts.</summary>
    public Task<int> MarkPrinted(IReadOnlyCollection<long> letters, CancellationToken cancel) => Settle(letters, DeliveryState.HandedOver, null, cancel);

    private Task<int> Settle(IReadOnlyCollection<long> letters, DeliveryState state, string? error, CancellationToken cancel)
    {
        var now = _clock.GetUtcNow();
        DateTimeOffset? handed = state is DeliveryState.HandedOver ? now : null;
        return Due.Where(d => letters.Contains(d.No)).ExecuteUpdateAsync(
            s => s.SetProperty(d => d.State, state).SetProperty(d => d.HandedOver, handed).SetProperty(d => d.LastError, error).SetProperty(d => d.Due, now), cancel);
    }
}
