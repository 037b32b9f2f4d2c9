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

    public Task<int> Waiting(CancellationToken cancel) => Due.CountAsync(cancel);

    /// <summary>
    /// The oldest that wait. Whoever calls has <paramref name="log"/> write each person's access log before the address is opened. Letters of protected persons are left out unless
    /// <paramref name="protectedToo"/>: their addresses are for named officers.
    /// </summary>
    public async Task<IReadOnlyList<Letter>> Open(bool protectedToo, Func<ResidentNo, Task> log, CancellationToken cancel)
    {
        var letters = new List<Letter>();
        foreach (var row in await Due.AsNoTracking().OrderBy(d => d.Created).ThenBy(d => d.No).Take(AtOnce * 2).ToListAsync(cancel))
        {
            if (letters.Count == AtOnce)
                break;
            var resident = new ResidentNo(row.ResidentNo);
            var channel = await _db.Set<ChannelRow>().AsNoTracking().SingleOrDefaultAsync(c => c.No == row.ChannelNo, cancel);
            var manner = OutsideManner.Named;
            foreach (var one in _manners)
                manner = await one.Of(resident, cancel) is var said && said > manner ? said : manner;
            if (channel is null || channel.State != (row.Check ? ChannelState.Waiting : ChannelState.InUse) || !_codes.IsWhole(channel) || (row.Check && channel.CheckEnds <= _clock.GetUtcNow()))
            {
                await Settle([row.No], DeliveryState.Dropped, "channel-off", cancel);
                continue;
            }

            if (manner is OutsideManner.Silent)
            {
                await Settle([row.No], DeliveryState.Dropped, "silent", cancel);
                continue;
            }

            var neutral = manner is OutsideManner.Neutral;
            if (neutral && !protectedToo)
                continue;
            await log(resident);
            if (await Channels.Open(_seal, channel, cancel) is not { } address)
            {
                await Settle([row.No], DeliveryState.Dropped, "channel-closed", cancel);
                continue;
            }

            var reading = (ReadingLanguage)channel.Language;
            var (subject, text) = row.Check ? _texts.Check(row.Kind, reading, neutral, _codes.Of(channel)) : _texts.Arrival(row.Kind, reading, neutral);
            letters.Add(new Letter(row.No, resident, address.Split('\n'), subject, text));
        }

        return letters;
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
