using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Data;
using Tasuki.Kernel;

namespace Tasuki.Delivery;

/// <summary>A message to one person. Subject, body and link are read in the app alone.</summary>
/// <param name="Key">The same key for the same resident is sent once.</param>
public sealed record NewMessage(ResidentNo Resident, string Key, string Subject, string Body, string? Link);

/// <summary>
/// Sends messages: into the inbox at once, and over every channel the person uses the word that something has arrived. Both are written in one transaction; the sender hands over
/// afterwards.
/// </summary>
public sealed class Messages
{
    private const int Group = 1_000;

    /// <summary>Groups side by side: one seals while the database writes another.</summary>
    private const int Groups = 3;

    private readonly TasukiDb _db;
    private readonly Inbox _inbox;
    private readonly CheckCodes _codes;
    private readonly DeliverySignal _signal;
    private readonly IServiceScopeFactory _scopes;
    private readonly TimeProvider _clock;

    internal Messages(TasukiDb db, Inbox inbox, CheckCodes codes, DeliverySignal signal, IServiceScopeFactory scopes, TimeProvider clock) =>
        (_db, _inbox, _codes, _signal, _scopes, _clock) = (db, inbox, codes, signal, scopes, clock);

    /// <param name="urgent">Does not wait for the end of quiet hours: for what concerns the safety of the account.</param>
    public async Task Send(ResidentNo resident, string key, string subject, string body, string? link, CancellationToken cancel, bool urgent = false)
    {
        var message = new NewMessage(resident, key, subject, body, link);
        if (await _inbox.Known(message, cancel) || await _inbox.Row(message, cancel) is not { } row)
            return;
        var channels = await _db.Set<ChannelRow>().AsNoTracking().Where(c => c.ResidentNo == resident.Value && c.State == ChannelState.InUse).ToListAsync(cancel);
        var deliveries = Deliveries(row, channels, urgent).ToList();
        _db.Add(row);
        _db.AddRange(deliveries);
        try
        {
            await _db.SaveChangesAsync(cancel);
        }
        catch (DbUpdateException) when (!cancel.IsCancellationRequested)
        {
            // Two senders of one key at the same moment: the unique index keeps one.
            _db.Entry(row).State = EntityState.Detached;
            deliveries.ForEach(d => _db.Entry(d).State = EntityState.Detached);
            if (!await _inbox.Known(message, cancel))
                throw;
        }

        if (deliveries.Count > 0)
            _signal.Wake();
    }

    /// <summary>The same for many people, a thousand in a transaction. Begun again after a crash, it sends what is missing.</summary>
    public async Task SendMany(IEnumerable<NewMessage> messages, CancellationToken cancel, bool urgent = false)
    {
        await Parallel.ForEachAsync(messages.Chunk(Group), new ParallelOptions { MaxDegreeOfParallelism = Groups, CancellationToken = cancel }, async (group, stop) =>
        {
            // A context of its own: what the caller has unsaved is not this call's business.
            await using var scope = _scopes.CreateAsyncScope();
            if (await scope.ServiceProvider.GetRequiredService<Messages>().SendGroup(group, urgent, stop))
                return;
            await using var again = _scopes.CreateAsyncScope();
            var single = again.ServiceProvider.GetRequiredService<Messages>();
            foreach (var one in group)
                await single.Send(one.Resident, one.Key, one.Subject, one.Body, one.Link, stop, urgent);
        });
        _signal.Wake();
    }

    /// <summary>False when another sender had some of them in the same moment.</summary>
    private async Task<bool> SendGroup(NewMessage[] group, bool urgent, CancellationToken cancel)
    {
        var known = await _inbox.KnownOf(group, cancel);
        var rows = await Task.WhenAll(group.Where(m => !known.Contains(Convert.ToHexString(_inbox.Token(m)))).Select(m => _inbox.Row(m, cancel)));
        var residents = group.Select(m => m.Resident.Value).Distinct().ToList();
        var channels = (await _db.Set<ChannelRow>().AsNoTracking().Where(c => residents.Contains(c.ResidentNo) && c.State == ChannelState.InUse).ToListAsync(cancel)).ToLookup(c => c.ResidentNo);
        var inbox = rows.OfType<InboxRow>().DistinctBy(r => Convert.ToHexString(r.Key), StringComparer.Ordinal).ToList();
        var deliveries = inbox.SelectMany(row => Deliveries(row, channels[row.ResidentNo], urgent)).ToList();
        try
        {
            if (_db.Database.IsNpgsql())
                await ManyRows.Write(_db, inbox, deliveries, cancel);
            else
                await Add(inbox, deliveries, cancel);
            return true;
        }
        catch (Exception taken) when (taken is DbUpdateException or DbException && !cancel.IsCancellationRequested)
        {
            return false;
        }
    }

    private Task Add(List<InboxRow> inbox, List<DeliveryRow> deliveries, CancellationToken cancel)
    {
        _db.ChangeTracker.AutoDetectChangesEnabled = false;
        _db.AddRange(inbox);
        _db.AddRange(deliveries);
        return _db.SaveChangesAsync(cancel);
    }

    private IEnumerable<DeliveryRow> Deliveries(InboxRow row, IEnumerable<ChannelRow> channels, bool urgent)
    {
        var now = _clock.GetUtcNow();
        return channels.Where(_codes.IsWhole).Select(c => new DeliveryRow
        {
            No = Inbox.RandomNo(), ResidentNo = row.ResidentNo, ChannelNo = c.No, Kind = c.Kind, Check = false, Message = row.Key, Urgent = urgent, State = DeliveryState.Waiting, Created = now,
            // A letter disturbs nobody at night.
            Due = urgent || c.Kind is ChannelKind.Letter ? now : new QuietHours(c.QuietFrom, c.QuietUntil).Next(now),
        });
    }
}
