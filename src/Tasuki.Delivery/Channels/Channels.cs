using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Seals;
using Tasuki.Web;

namespace Tasuki.Delivery;

/// <summary>A channel as its owner sees it.</summary>
public sealed record ChannelView(long No, ChannelKind Kind, ChannelState State, string Address, DateTimeOffset Created, DateTimeOffset? FailingSince, bool CanBeChecked);

/// <summary>The channels of one person: added, checked by a code that arrives there, paused, removed.</summary>
public sealed class Channels
{
    /// <summary>Of one person, all kinds together.</summary>
    public const int Most = 10;

    private const int ChecksADay = 6;

    private static readonly Error TooMany = new("channel.too-many", $"A person has at most {Most} channels and asks for at most {ChecksADay} codes a day.");
    private static readonly Error NotOffered = new("channel.not-offered", "This municipality does not offer that channel.");
    private static readonly Error WrongCode = new("channel.code", "The code is wrong, was tried too often, or has ended.");

    private readonly TasukiDb _db;
    private readonly ISeal _seal;
    private readonly CheckCodes _codes;
    private readonly DeliveryOptions _options;
    private readonly Egresses _egresses;
    private readonly DeliverySignal _signal;
    private readonly TimeProvider _clock;

    internal Channels(TasukiDb db, ISeal seal, CheckCodes codes, DeliveryOptions options, Egresses egresses, DeliverySignal signal, TimeProvider clock) =>
        (_db, _seal, _codes, _options, _egresses, _signal, _clock) = (db, seal, codes, options, egresses, signal, clock);

    /// <summary>Oldest first. One that does not open or was altered is left out.</summary>
    public async Task<IReadOnlyList<ChannelView>> Of(ResidentNo resident, CancellationToken cancel)
    {
        var now = _clock.GetUtcNow();
        var views = new List<ChannelView>();
        foreach (var row in await Rows(resident).AsNoTracking().OrderBy(c => c.Created).ToListAsync(cancel))
        {
            if (_codes.IsWhole(row) && await Open(_seal, row, cancel) is { } address)
                views.Add(new ChannelView(row.No, row.Kind, row.State, address, row.Created, row.FailingSince, row.State is ChannelState.Waiting && row.CheckEnds > now && row.CheckTries < CheckCodes.Tries));
        }

        return views;
    }

    public async Task<QuietHours> Quiet(ResidentNo resident, CancellationToken cancel) =>
        await Rows(resident).AsNoTracking().OrderBy(c => c.Created).FirstOrDefaultAsync(cancel) is { } row ? new QuietHours(row.QuietFrom, row.QuietUntil) : QuietHours.Usual;

    /// <summary>
    /// Adds a channel. A push subscription is used at once: the browser that asks has just shown that it is there. Every other kind waits for the code that is sent to it; the same
    /// address entered again gets a new code. Errors <c>channel.address</c>, <c>channel.too-many</c>, <c>channel.not-offered</c>, <c>seal.gone</c>.
    /// </summary>
    public async Task<Result<long>> Add(ResidentNo resident, ChannelKind kind, string? text, ReadingLanguage language, CancellationToken cancel)
    {
        if (!_options.Offers(kind))
            return NotOffered;
        var address = ChannelAddress.Read(kind, text, _egresses);
        if (!address.IsOk)
            return address.Error;
        var now = _clock.GetUtcNow();
        var mine = await Of(resident, cancel);
        var same = mine.Where(c => c.Kind == kind && string.Equals(c.Address, address.Value, StringComparison.Ordinal)).ToList();
        if (same.Find(c => c.State is ChannelState.InUse) is { } there)
            return there.No;
        var day = now.AddDays(-1);
        if (mine.Count - same.Count >= Most || (kind is not ChannelKind.Push && await Deliveries(resident).CountAsync(d => d.Check && d.Created > day, cancel) >= ChecksADay))
            return TooMany;

        var quiet = await Quiet(resident, cancel);
        var no = Inbox.RandomNo();
        var sealedAddress = await _seal.Seal(resident, Place(no), Encoding.UTF8.GetBytes(address.Value), cancel);
        if (!sealedAddress.IsOk)
            return sealedAddress.Error;
        var checks = kind is not ChannelKind.Push;
        var row = new ChannelRow
        {
            No = no, ResidentNo = resident.Value, Kind = kind, State = checks ? ChannelState.Waiting : ChannelState.InUse, Language = (byte)language, Address = sealedAddress.Value, Created = now,
            CheckEnds = checks ? now + CheckCodes.Life(kind) : null, QuietFrom = quiet.From, QuietUntil = quiet.Until, Mac = [],
        };
        row.Mac = _codes.MacOf(row);
        _db.Add(row);
        if (checks)
        {
            _db.Add(new DeliveryRow
            {
                No = Inbox.RandomNo(), ResidentNo = resident.Value, ChannelNo = no, Kind = kind, Check = true, Urgent = true, State = DeliveryState.Waiting, Created = now, Due = now,
                Message = _seal.SecretMac("channel-check", Encoding.UTF8.GetBytes(no.ToString(CultureInfo.InvariantCulture))),
            });
        }

        await _db.SaveChangesAsync(cancel);
        var old = same.Select(c => c.No).ToList();
        await Rows(resident).Where(c => old.Contains(c.No)).ExecuteDeleteAsync(cancel);
        _signal.Wake();
        return no;
    }

    /// <summary>The person types in what arrived. Error <c>channel.code</c>.</summary>
    public async Task<Result<Done>> Check(ResidentNo resident, long no, string? code, CancellationToken cancel)
    {
        var row = await Rows(resident).AsNoTracking().SingleOrDefaultAsync(c => c.No == no, cancel);
        if (row is not { State: ChannelState.Waiting } || !_codes.IsWhole(row) || row.CheckEnds <= _clock.GetUtcNow() || row.CheckTries >= CheckCodes.Tries)
            return WrongCode;
        // The try counts before the code is looked at: who asks many times at once gains no tries.
        var tried = row.CheckTries + 1;
        var mac = _codes.MacOf(row, ChannelState.Waiting, tried);
        if (await Rows(resident).Where(c => c.No == no && c.State == ChannelState.Waiting && c.CheckTries == row.CheckTries)
                .ExecuteUpdateAsync(s => s.SetProperty(c => c.CheckTries, tried).SetProperty(c => c.Mac, mac), cancel) == 0)
            return WrongCode;
        var typed = string.Concat((code ?? "").Normalize(NormalizationForm.FormKC).Where(char.IsAsciiDigit));
        if (!_codes.Fits(row, typed))
            return WrongCode;
        row.CheckTries = tried;
        await Change(row, ChannelState.InUse, cancel);
        return Done.Yes;
    }

    public async Task<bool> Pause(ResidentNo resident, long no, CancellationToken cancel) =>
        await Rows(resident).AsNoTracking().SingleOrDefaultAsync(c => c.No == no, cancel) is { State: ChannelState.InUse } row && _codes.IsWhole(row) && await Change(row, ChannelState.Off, cancel);

    public async Task<bool> Resume(ResidentNo resident, long no, CancellationToken cancel) =>
        await Rows(resident).AsNoTracking().SingleOrDefaultAsync(c => c.No == no, cancel) is { State: ChannelState.Off } row && _codes.IsWhole(row) && await Change(row, ChannelState.InUse, cancel);

    public async Task<bool> Remove(ResidentNo resident, long no, CancellationToken cancel) => await Rows(resident).Where(c => c.No == no).ExecuteDeleteAsync(cancel) > 0;

    /// <summary>For every channel of the person, and those added later. What waits already keeps its moment. Error <c>channel.quiet</c>.</summary>
    public async Task<Result<Done>> KeepQuiet(ResidentNo resident, QuietHours quiet, CancellationToken cancel)
    {
        if (!quiet.IsValid)
            return new Error("channel.quiet", "Quiet hours are two times of one day.");
        await Rows(resident).ExecuteUpdateAsync(s => s.SetProperty(c => c.QuietFrom, quiet.From).SetProperty(c => c.QuietUntil, quiet.Until), cancel);
        return Done.Yes;
    }

    /// <summary>Everything about an erased resident.</summary>
    public async Task Erase(ResidentNo resident, CancellationToken cancel)
    {
        await Deliveries(resident).ExecuteDeleteAsync(cancel);
        await Rows(resident).ExecuteDeleteAsync(cancel);
    }

    internal static SealPlace Place(long no) => new("channel", "address", no.ToString(CultureInfo.InvariantCulture));

    internal static async Task<string?> Open(ISeal seal, ChannelRow row, CancellationToken cancel) =>
        await seal.Open(new ResidentNo(row.ResidentNo), Place(row.No), row.Address, cancel) is { IsOk: true } opened ? Encoding.UTF8.GetString(opened.Value) : null;

    private async Task<bool> Change(ChannelRow row, ChannelState state, CancellationToken cancel)
    {
        var mac = _codes.MacOf(row, state, row.CheckTries);
        return await _db.Set<ChannelRow>().Where(c => c.No == row.No && c.State == row.State)
            .ExecuteUpdateAsync(s => s.SetProperty(c => c.State, state).SetProperty(c => c.Mac, mac), cancel) > 0;
    }

    private IQueryable<ChannelRow> Rows(ResidentNo resident) => _db.Set<ChannelRow>().Where(c => c.ResidentNo == resident.Value);

    private IQueryable<DeliveryRow> Deliveries(ResidentNo resident) => _db.Set<DeliveryRow>().Where(d => d.ResidentNo == resident.Value);
}
