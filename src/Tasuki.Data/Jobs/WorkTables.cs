using Microsoft.EntityFrameworkCore;
using Tasuki.Kernel.Seals;

namespace Tasuki.Data;

/// <summary>Something happened that other floors may want to know. Written in the transaction of the change itself; carries numbers, never contents.</summary>
public sealed class OutboxMessage
{
    [Clear]
    public long No { get; init; }

    [Clear("a word of our own, from the code")]
    public required string Kind { get; init; }

    [Clear]
    public long? ResidentNo { get; init; }

    /// <summary>The number of the row it is about, where there is one.</summary>
    [Clear]
    public long? Subject { get; init; }

    [Clear]
    public required DateTimeOffset Created { get; init; }
}

public enum JobState : byte
{
    Waiting = 0,
    Done = 1,

    /// <summary>Gave up after <see cref="JobRunner.MaximumAttempts"/>.</summary>
    Failed = 2,
}

/// <summary>One piece of work to be done once, some time after <see cref="Due"/>. Carries numbers, never contents.</summary>
public sealed class Job
{
    [Clear]
    public long No { get; init; }

    [Clear("a word of our own, from the code")]
    public required string Kind { get; init; }

    /// <summary>Idempotency key: a second job of the same kind and key is not taken on.</summary>
    [Clear("numbers and words of our own")]
    public required string Key { get; init; }

    [Clear]
    public long? ResidentNo { get; init; }

    [Clear]
    public long? Subject { get; init; }

    [Clear]
    public required DateTimeOffset Due { get; set; }

    /// <summary>How often it was begun. It is also the claim: who raises it from the value read has the job.</summary>
    [Clear]
    public int Attempts { get; set; }

    [Clear]
    public JobState State { get; set; }

    /// <summary>The stable code of the last error.</summary>
    [Clear("a stable code from our own code, never a message")]
    public string? LastError { get; set; }
}

internal sealed class WorkTables : IModelPart
{
    public void Add(ModelBuilder model)
    {
        model.Entity<OutboxMessage>(e =>
        {
            e.ToTable("outbox_message").HasKey(m => m.No);
            e.Property(m => m.Kind).HasMaxLength(100);
        });
        model.Entity<Job>(e =>
        {
            e.ToTable("job").HasKey(j => j.No);
            e.Property(j => j.Kind).HasMaxLength(100);
            e.Property(j => j.Key).HasMaxLength(100);
            e.Property(j => j.LastError).HasMaxLength(100);
            e.HasIndex(j => new { j.Kind, j.Key }).IsUnique();
            e.HasIndex(j => new { j.State, j.Due });
        });
    }
}
