using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Tasuki.Kernel;

namespace Tasuki.Data;

/// <summary>Wants to know of messages of one kind. Each handler of a kind is told of each message, at least once, by a job of its own. Registered scoped.</summary>
public interface IOutboxHandler
{
    /// <summary>The kind of message it listens to.</summary>
    string Message { get; }

    /// <summary>Its own name; stable, since it stands in the job table.</summary>
    string Name { get; }

    Task<Result<Done>> Handle(JobWork work, CancellationToken cancel);
}

/// <summary>Tells other floors what happened, in the same transaction as the change.</summary>
public sealed class Outbox(TasukiDb db, TimeProvider clock)
{
    /// <summary>Adds to the changes of <see cref="TasukiDb"/>; it counts when they are saved.</summary>
    public void Add(string kind, ResidentNo? resident = null, long? subject = null) =>
        db.Add(new OutboxMessage { Kind = kind, ResidentNo = resident?.Value, Subject = subject, Created = clock.GetUtcNow() });

    /// <summary>Turns the waiting messages into one job for each handler. A message and its jobs change in one transaction, so none is lost and none doubled.</summary>
    internal static async Task<int> Spread(TasukiDb db, IReadOnlyList<IOutboxHandler> handlers, DateTimeOffset now, CancellationToken cancel)
    {
        var spread = 0;
        foreach (var message in await db.Set<OutboxMessage>().AsNoTracking().OrderBy(m => m.No).Take(100).ToListAsync(cancel))
        {
            await using var transaction = await db.Database.BeginTransactionAsync(cancel);
            // Who deletes the row spreads it; a second server finds nothing to delete.
            if (await db.Set<OutboxMessage>().Where(m => m.No == message.No).ExecuteDeleteAsync(cancel) == 0)
                continue;
            foreach (var handler in handlers.Where(h => string.Equals(h.Message, message.Kind, StringComparison.Ordinal)))
            {
                db.Add(new Job
                {
                    Kind = KindOf(handler), Key = message.No.ToString(CultureInfo.InvariantCulture), ResidentNo = message.ResidentNo, Subject = message.Subject, Due = now,
                });
            }

            await db.SaveChangesAsync(cancel);
            await transaction.CommitAsync(cancel);
            spread++;
        }

        return spread;
    }

    internal static string KindOf(IOutboxHandler handler) => $"{handler.Message}>{handler.Name}";
}
