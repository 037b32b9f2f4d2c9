using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel.Seals;

namespace Tasuki.Delivery;

internal sealed class InboxRow
{
    /// <summary>Random, so that the sealed columns know their row before it is stored.</summary>
    [Clear]
    public required long No { get; init; }

    [Clear]
    public required long ResidentNo { get; init; }

    /// <summary>Idempotency key, as a token: a sender may have put anything into it.</summary>
    [Token]
    public required byte[] Key { get; init; }

    [Clear]
    public required DateTimeOffset Sent { get; init; }

    [Clear]
    public DateTimeOffset? Read { get; set; }

    /// <summary>Subject, body and link.</summary>
    [Sealed]
    public required byte[] Content { get; init; }
}

internal sealed class InboxTables : IModelPart
{
    public void Add(ModelBuilder model) => model.Entity<InboxRow>(e =>
    {
        e.ToTable("inbox_message").HasKey(m => m.No);
        e.Property(m => m.No).ValueGeneratedNever();
        e.HasIndex(m => new { m.ResidentNo, m.Key }).IsUnique();
    });
}
