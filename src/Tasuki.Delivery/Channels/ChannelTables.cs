using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel.Seals;

namespace Tasuki.Delivery;

/// <summary>A way outside the app. Stored as a number.</summary>
public enum ChannelKind : byte
{
    Mail = 1,
    Push = 2,
    Letter = 3,
    Sms = 4,
    Line = 5,
}

public enum ChannelState : byte
{
    /// <summary>A code is on its way to the address; nothing else is sent there.</summary>
    Waiting = 0,
    InUse = 1,

    /// <summary>Refused for good several times: nothing is sent until the person enters it anew.</summary>
    Failing = 2,

    /// <summary>Paused by the person.</summary>
    Off = 3,
}

public enum DeliveryState : byte
{
    Waiting = 0,

    /// <summary>Durable before the first byte leaves: found after a crash, nobody knows whether it arrived.</summary>
    HandingOver = 1,

    /// <summary>The other side took it on.</summary>
    HandedOver = 2,

    /// <summary>Refused for good.</summary>
    Bounced = 3,

    /// <summary>Not taken on within <see cref="Backoff.GiveUpAfter"/>.</summary>
    GivenUp = 4,

    /// <summary>The hand-over broke off where it may or may not have been taken on. Not sent again: the inbox holds the message.</summary>
    Uncertain = 5,

    /// <summary>The channel was removed, paused or altered before its turn.</summary>
    Dropped = 6,
}

/// <summary>Where one person is reached outside the app. The address of a row never changes: another address is another row, with a check of its own.</summary>
internal sealed class ChannelRow
{
    /// <summary>Random, so that the sealed column knows its row before it is stored.</summary>
    [Clear]
    public required long No { get; init; }

    [Clear]
    public required long ResidentNo { get; init; }

    [Clear]
    public required ChannelKind Kind { get; init; }

    [Clear]
    public required ChannelState State { get; set; }

    /// <summary>0 Japanese, 1 English, 2 やさしい日本語: what was read when the channel was added.</summary>
    [Clear]
    public required byte Language { get; init; }

    [Sealed]
    public required byte[] Address { get; init; }

    [Clear]
    public required DateTimeOffset Created { get; init; }

    /// <summary>The check's code follows from the row by a key of the ring (<see cref="CheckCodes"/>) and stands nowhere; this is its end.</summary>
    [Clear]
    public DateTimeOffset? CheckEnds { get; set; }

    [Clear]
    public int CheckTries { get; set; }

    /// <summary>Refusals for good, one after another.</summary>
    [Clear]
    public int Failures { get; set; }

    [Clear]
    public DateTimeOffset? FailingSince { get; set; }

    /// <summary>Minutes after midnight in Tokyo. Equal to the next: no quiet hours.</summary>
    [Clear]
    public required int QuietFrom { get; set; }

    [Clear]
    public required int QuietUntil { get; set; }

    /// <summary>Over number, resident, kind, state and the check: a channel put into use by SQL is not used.</summary>
    [Token]
    public required byte[] Mac { get; set; }
}

/// <summary>One message on one channel. It holds no content and no address.</summary>
internal sealed class DeliveryRow
{
    [Clear]
    public required long No { get; init; }

    [Clear]
    public required long ResidentNo { get; init; }

    [Clear]
    public required long ChannelNo { get; init; }

    [Clear]
    public required ChannelKind Kind { get; init; }

    /// <summary>The code of a channel's check, and not the word that something has arrived.</summary>
    [Clear]
    public required bool Check { get; init; }

    /// <summary>Idempotency key; that of the inbox row.</summary>
    [Token]
    public required byte[] Message { get; init; }

    /// <summary>Does not wait for the end of quiet hours.</summary>
    [Clear]
    public required bool Urgent { get; init; }

    [Clear]
    public required DeliveryState State { get; set; }

    /// <summary>How often a hand-over was begun.</summary>
    [Clear]
    public int Attempts { get; set; }

    /// <summary>Whose it is until <see cref="Due"/>: a random number of the round that took it.</summary>
    [Clear]
    public long? Claim { get; set; }

    [Clear]
    public required DateTimeOffset Created { get; init; }

    [Clear]
    public required DateTimeOffset Due { get; set; }

    [Clear]
    public DateTimeOffset? HandedOver { get; set; }

    [Clear("a stable code from our own code, never what the other side said")]
    public string? LastError { get; set; }
}

/// <summary>The key pair by which push services know this municipality.</summary>
internal sealed class PushKeyRow
{
    [Clear]
    public required long No { get; init; }

    [Sealed(ForMunicipality = true)]
    public required byte[] PrivateKey { get; init; }
}

internal sealed class ChannelTables : IModelPart
{
    public void Add(ModelBuilder model)
    {
        model.Entity<ChannelRow>(e =>
        {
            e.ToTable("channel").HasKey(c => c.No);
            e.Property(c => c.No).ValueGeneratedNever();
            e.HasIndex(c => c.ResidentNo);
        });
        model.Entity<DeliveryRow>(e =>
        {
            e.ToTable("delivery").HasKey(d => d.No);
            e.Property(d => d.No).ValueGeneratedNever();
            e.Property(d => d.LastError).HasMaxLength(60);
            e.HasIndex(d => new { d.ResidentNo, d.Message, d.ChannelNo }).IsUnique();
            e.HasIndex(d => new { d.Kind, d.State, d.Due });
            e.HasIndex(d => d.Created);
        });
        model.Entity<PushKeyRow>(e =>
        {
            e.ToTable("push_key").HasKey(k => k.No);
            e.Property(k => k.No).ValueGeneratedNever();
        });
    }
}
