using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Seals;

namespace Tasuki.Delivery;

/// <summary>A message in a person's inbox. Subject and body are sealed under the person's key.</summary>
public sealed record InboxMessage(long No, DateTimeOffset Sent, string Subject, string Body, string? Link, bool Read);

/// <summary>Every person's inbox in the app. A message outside the app says only that something has arrived.</summary>
public sealed class Inbox(TasukiDb db, ISeal seal, TimeProvider clock)
{
    private sealed record Content(string Subject, string Body, string? Link);

    /// <summary>Into the inbox alone; <see cref="Messages"/> tells the person's channels too.</summary>
    /// <param name="key">The idempotency key: the same key for the same resident is delivered once.</param>
    public async Task Send(ResidentNo resident, string key, string subject, string body, string? link, CancellationToken cancel)
    {
        var message = new NewMessage(resident, key, subject, body, link);
        if (await Known(message, cancel) || await Row(message, cancel) is not { } row)
            return;
        db.Add(row);
        try
        {
            await db.SaveChangesAsync(cancel);
        }
        catch (DbUpdateException) when (!cancel.IsCancellationRequested)
        {
            // Two senders of one key at the same moment: the unique index keeps one.
            db.Entry(row).State = EntityState.Detached;
            if (!await Known(message, cancel))
                throw;
        }
    }

    /// <summary>Newest first, at most 500. A message that does not open is left out.</summary>
    public async Task<IReadOnlyList<InboxMessage>> Messages(ResidentNo resident, CancellationToken cancel)
    {
        var rows = await Of(resident).AsNoTracking().OrderByDescending(m => m.Sent).Take(500).ToListAsync(cancel);
        var messages = new List<InboxMessage>(rows.Count);
        foreach (var row in rows)
        {
            var opened = await seal.Open(resident, Place(row.No), row.Content, cancel);
            if (!opened.IsOk)
                continue;
            var content = JsonSerializer.Deserialize<Content>(opened.Value)!;
            messages.Add(new InboxMessage(row.No, row.Sent, content.Subject, content.Body, content.Link, row.Read is not null));
        }

        return messages;
    }

    public Task<int> Unread(ResidentNo resident, CancellationToken cancel) => Of(resident).CountAsync(m => m.Read == null, cancel);

    public Task MarkRead(ResidentNo resident, long no, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        return Of(resident).Where(m => m.No == no && m.Read == null).ExecuteUpdateAsync(s => s.SetProperty(m => m.Read, now), cancel);
    }

    /// <summary>Deletes everything in the inbox of an erased resident.</summary>
    public Task Erase(ResidentNo resident, CancellationToken cancel) => Of(resident).ExecuteDeleteAsync(cancel);

    private IQueryable<InboxRow> Of(ResidentNo resident) => db.Set<InboxRow>().Where(m => m.ResidentNo == resident.Value);

    /// <summary>Random, and never 0.</summary>
    internal static long RandomNo() => BitConverter.ToInt64(RandomNumberGenerator.GetBytes(8)) & (long.MaxValue >> 1) | 1;

    internal byte[] Token(NewMessage message) => seal.SecretMac("inbox-key", Encoding.UTF8.GetBytes($"{message.Resident}\n{message.Key}"));

    internal Task<bool> Known(NewMessage message, CancellationToken cancel)
    {
        var token = Token(message);
        return Of(message.Resident).AnyAsync(m => m.Key == token, cancel);
    }

    /// <summary>Which of these keys were sent already, as hexadecimal tokens.</summary>
    internal async Task<HashSet<string>> KnownOf(IReadOnlyList<NewMessage> messages, CancellationToken cancel)
    {
        var residents = messages.Select(m => m.Resident.Value).Distinct().ToList();
        var tokens = messages.Select(Token).ToList();
        var known = await db.Set<InboxRow>().Where(m => residents.Contains(m.ResidentNo) && tokens.Contains(m.Key)).Select(m => m.Key).ToListAsync(cancel);
        return known.Select(Convert.ToHexString).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>Null when the resident's key is gone: nobody is left to read it.</summary>
    internal async Task<InboxRow?> Row(NewMessage message, CancellationToken cancel)
    {
        var no = RandomNo();
        var plain = JsonSerializer.SerializeToUtf8Bytes(new Content(message.Subject, message.Body, message.Link));
        var content = await seal.Seal(message.Resident, Place(no), plain, cancel);
        return content.IsOk ? new InboxRow { No = no, ResidentNo = message.Resident.Value, Key = Token(message), Sent = clock.GetUtcNow(), Content = content.Value } : null;
    }

    private static SealPlace Place(long no) => new("inbox_message", "content", no.ToString(CultureInfo.InvariantCulture));
}
