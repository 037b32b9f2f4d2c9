using Microsoft.EntityFrameworkCore;
using Tasuki.Data;

namespace Tasuki.Delivery;

/// <summary>A group's rows in two statements on PostgreSQL, columns as arrays: one statement a row costs several times as much there. Both tables in one transaction.</summary>
internal static class ManyRows
{
    public static async Task Write(TasukiDb db, IReadOnlyList<InboxRow> inbox, IReadOnlyList<DeliveryRow> deliveries, CancellationToken cancel)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        await db.Database.ExecuteSqlAsync(
            $"""
            insert into inbox_message (no, resident_no, key, sent, content)
            select * from unnest({All(inbox, m => m.No)}, {All(inbox, m => m.ResidentNo)}, {All(inbox, m => m.Key)}, {All(inbox, m => m.Sent)}, {All(inbox, m => m.Content)})
            """, cancel);
        await db.Database.ExecuteSqlAsync(
            $"""
            insert into delivery (no, resident_no, channel_no, kind, "check", message, urgent, state, attempts, created, due)
            select no, resident_no, channel_no, kind, false, message, urgent, state, 0, created, due
            from unnest(
                {All(deliveries, d => d.No)}, {All(deliveries, d => d.ResidentNo)}, {All(deliveries, d => d.ChannelNo)}, {All(deliveries, d => (short)d.Kind)}, {All(deliveries, d => d.Message)},
                {All(deliveries, d => d.Urgent)}, {All(deliveries, d => (short)d.State)}, {All(deliveries, d => d.Created)}, {All(deliveries, d => d.Due)})
                as d(no, resident_no, channel_no, kind, message, urgent, state, created, due)
            """, cancel);
        await transaction.CommitAsync(cancel);
    }

    private static TColumn[] All<TRow, TColumn>(IReadOnlyList<TRow> rows, Func<TRow, TColumn> column) => [.. rows.Select(column)];
}
