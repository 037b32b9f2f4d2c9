using System.Globalization;
using Tasuki.Compliance.Controls;
using Tasuki.Kernel;
using Tasuki.Kernel.Evidence;

namespace Tasuki.Compliance.Chains;

/// <summary>
/// Looks at what is new in a chain since the point the newest look reached, and at when the whole of it was checked last. The point is part of what that look found, and so
/// of the chain of evidence, sealed and under its MAC. Where the whole was never checked it begins with that itself.
/// </summary>
internal sealed class ChainProbe(IChain chain, EvidenceBook book, WholeChains runs, TimeProvider clock) : IProbe
{
    /// <summary>A chain whose whole was checked longer ago is red.</summary>
    public static readonly TimeSpan OldestWhole = TimeSpan.FromDays(2);

    public async Task<Finding> Look(CancellationToken cancel)
    {
        var ended = await runs.Ended(chain, cancel);
        if (ended is null)
            return await First(cancel);
        var looked = await book.Kept<ProbeContent>(EvidenceKind.Probe, chain.Id, cancel, holding: true);
        if (ended.Piece is not { } whole || (looked is { Piece: null } && looked.No > ended.No))
            return Finding.Bad("point");
        if (whole.Content.Broken is { } before)
            return Finding.Bad("broken", before);
        var (point, since) = looked is { Piece: { } newest } && newest.No > ended.No && PointOf(newest.Content) is { } reached ? (reached, newest.At) : (whole.Content.Point, whole.At);
        var part = await chain.Check(point, since, () => false, cancel);
        if (part.Broken is { } broken)
            return Finding.Bad("broken", broken);
        return clock.GetUtcNow() - whole.At > OldestWhole ? Finding.Bad("overdue", Day(whole.At)) : Finding.Good("part", Values(part.Read, whole.At, part.Reached ?? point));
    }

    private async Task<Finding> First(CancellationToken cancel)
    {
        var run = await runs.Continue(chain, CheckWholeChains.Clock(clock), cancel);
        if (run.Broken is { } broken)
            return Finding.Bad("broken", broken);
        if (run.Ended is { } ended)
            return Finding.Good("whole", Values(run.Read, ended, run.Point));
        return clock.GetUtcNow() - run.Began > OldestWhole ? Finding.Bad("overdue", Day(run.Began)) : Finding.Good("begun", Values(run.Read, run.Began, null));
    }

    private static IReadOnlyList<string> Values(long read, DateTimeOffset whole, ChainPoint? point) =>
        [read.ToString(CultureInfo.InvariantCulture), Day(whole), .. point is null ? [] : (string[])[point.Position.ToString(CultureInfo.InvariantCulture), point.Head]];

    private static ChainPoint? PointOf(ProbeContent found) =>
        found.Values is [_, _, var position, var head] && long.TryParse(position, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? new ChainPoint(number, head) : null;

    private static string Day(DateTimeOffset at) => TokyoDay.Of(at).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
