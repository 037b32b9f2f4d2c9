using Tasuki.Kernel.Retention;

namespace Tasuki.Compliance.Retention;

/// <summary>What an officer decided about a rule, as evidence keeps it.</summary>
internal sealed record RetentionDecision(int Period, bool On);

/// <summary>What a dry run found: what a run of that moment with that period would do.</summary>
internal sealed record RetentionLook(DateTimeOffset At, int Period, RetentionCount Found);

/// <summary>
/// A run. It leaves two pieces of evidence: one before the first row is touched and one when it ended. The first without the second is a run that was cut off: the next one
/// finishes it, as of the moment it went by.
/// </summary>
/// <param name="Run">Names both pieces.</param>
/// <param name="At">The moment the run goes by.</param>
/// <param name="Before">The dry run right before.</param>
/// <param name="Done">What this run did, counted row by row.</param>
/// <param name="CutOff">What a run that was cut off had done before, by the difference of two counts as of the same moment.</param>
/// <param name="After">The dry run right after, as of the same moment.</param>
internal sealed record RetentionRun(
    string Run, bool Ended, DateTimeOffset At, int Period, RetentionCount Before, IReadOnlyList<RetentionPart> Done, IReadOnlyList<RetentionPart> CutOff, RetentionCount? After)
{
    /// <summary>Everything that was there before was done, by this run or the one that was cut off.</summary>
    public bool IsWhole => Ended && After is { Total: 0 } && Before.Total == Done.Sum(p => p.Number);

    public long Went => Done.Sum(p => p.Number) + CutOff.Sum(p => p.Number);
}
