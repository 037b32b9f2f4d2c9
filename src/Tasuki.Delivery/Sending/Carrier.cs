using Tasuki.Kernel;

namespace Tasuki.Delivery;

internal enum OutcomeKind
{
    HandedOver,

    /// <summary>Not now: this one is tried again.</summary>
    Again,

    /// <summary>Refused for good.</summary>
    Bounced,

    /// <summary>The address is no more, and nothing will bring it back.</summary>
    Gone,

    /// <summary>It broke off where the other side may or may not have taken it on.</summary>
    Uncertain,

    /// <summary>The other side cannot be reached at all, and nothing was handed over: this one and all that wait with it are tried again.</summary>
    Unreachable,
}

/// <param name="Error">A stable code for the desk; null when handed over.</param>
/// <param name="NotBefore">When the other side wants to be asked again, where it said so.</param>
internal sealed record Outcome(OutcomeKind Kind, string? Error = null, DateTimeOffset? NotBefore = null)
{
    public static readonly Outcome HandedOver = new(OutcomeKind.HandedOver);
}

/// <summary>What is handed over: an address and a fixed text. No subject, no body, nothing of the message.</summary>
/// <param name="Id">Stable for this row, however often it is tried; says nothing without the ring.</param>
/// <param name="Neutral">For a protected person: without the sender's name.</param>
internal sealed record OutsideMessage(string Id, string Address, string Subject, string Text, bool Neutral);

/// <summary>The way to the other side of one kind of channel.</summary>
internal interface ICarrier
{
    ChannelKind Kind { get; }

    /// <summary>How many lines are used side by side.</summary>
    int Lines { get; }

    ILine Open();
}

/// <summary>One connection. Used by one caller at a time.</summary>
internal interface ILine : IAsyncDisposable
{
    Task<Outcome> HandOver(OutsideMessage message, CancellationToken cancel);
}

/// <summary>How a person is written to outside the app.</summary>
public enum OutsideManner
{
    Named,

    /// <summary>Without the sender's name: of a protected person others may see the post.</summary>
    Neutral,

    /// <summary>Not now: of somebody who died the family would read it.</summary>
    Silent,
}

/// <summary>What waits of somebody who is <see cref="OutsideManner.Silent"/> is held back: a mark of death that was wrong and is taken back in time loses nothing.</summary>
internal static class HeldBack
{
    /// <summary>The last error of a row that is held back, and of one that was given up so. No failure of a channel, so the desk's numbers leave it out.</summary>
    public const string Code = "silent";

    /// <summary>How long until it is looked at again.</summary>
    public static readonly TimeSpan LookAgain = TimeSpan.FromHours(4);
}

/// <summary>By what the desk knows of the person. Known to the floor above.</summary>
public interface IOutsideManners
{
    ValueTask<OutsideManner> Of(ResidentNo resident, CancellationToken cancel);
}

/// <summary>When a hand-over that did not succeed is tried again, and when no more.</summary>
internal static class Backoff
{
    public static readonly TimeSpan GiveUpAfter = TimeSpan.FromHours(48);

    private static readonly TimeSpan Longest = TimeSpan.FromHours(4);

    /// <summary>A minute after the first, doubled each time, four hours at most.</summary>
    public static TimeSpan After(int attempts) => TimeSpan.FromMinutes(Math.Min(Longest.TotalMinutes, Math.Pow(2, Math.Clamp(attempts - 1, 0, 10))));
}
