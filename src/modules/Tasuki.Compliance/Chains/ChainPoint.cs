namespace Tasuki.Compliance.Chains;

/// <summary>How far a chain was checked: a number in it and the hash that stands there, which stands for everything before.</summary>
/// <param name="Head">Hex.</param>
/// <param name="Aside">Where a check goes on with what it holds the chain against; of the chain's own form, null where it has not come to that.</param>
internal sealed record ChainPoint(long Position, string Head, string? Aside = null);

/// <summary>What one stretch of a check found.</summary>
/// <param name="Reached">Null while the chain is empty.</param>
/// <param name="Read">Entries or pieces of this stretch.</param>
/// <param name="Broken">What is wrong first, in numbers.</param>
/// <param name="AtEnd">False when it rested before the end.</param>
internal sealed record ChainStretch(ChainPoint? Reached, long Read, string? Broken, bool AtEnd);

/// <summary>A check of a whole chain, from its beginning to its end, as far as it has come.</summary>
/// <param name="Ended">Null while it goes on.</param>
/// <param name="Read">Entries or pieces so far.</param>
internal sealed record ChainRun(DateTimeOffset Began, DateTimeOffset? Ended, ChainPoint? Point, long Read, string? Broken)
{
    /// <summary>Nothing stands behind the next stretch, or the next is the first.</summary>
    public static ChainRun Begin(DateTimeOffset now) => new(now, null, null, 0, null);

    public ChainRun With(ChainStretch part, DateTimeOffset now) =>
        this with { Ended = part.AtEnd ? now : null, Point = part.Reached ?? Point, Read = Read + part.Read, Broken = Broken ?? part.Broken };
}
