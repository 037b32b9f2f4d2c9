namespace Tasuki.Kernel.Retention;

/// <summary>
/// How long one kind of data is kept. Every part brings the rules of what it keeps. A rule whose data another job takes away reads what that job does and counts what it left
/// lying; it changes nothing.
/// </summary>
public interface IRetentionRule
{
    /// <summary>What would be done, and what is overdue. Changes nothing.</summary>
    Task<RetentionCount> Count(RetentionAsk ask, CancellationToken cancel);
}

/// <summary>A rule that is carried out by the daily run, once an officer has switched it on.</summary>
public interface IRetentionErasure : IRetentionRule
{
    /// <summary>
    /// Does what <see cref="IRetentionRule.Count"/> counted, for one batch: rows with numbers above <paramref name="after"/>, at most so many. Each row is done whole and may be
    /// done again: a run that was cut off is begun anew from the first row.
    /// </summary>
    Task<RetentionBatch> Erase(RetentionAsk ask, long after, int most, CancellationToken cancel);
}

/// <param name="At">The moment the rule goes by. A run that was cut off is finished as of the moment it began.</param>
/// <param name="Period">In the unit of the rule.</param>
public sealed record RetentionAsk(DateTimeOffset At, int Period);

/// <summary>So many of one thing; the code is a word of the rule's own, the text is of the part it belongs to.</summary>
public sealed record RetentionPart(string Code, long Number);

/// <param name="Due">What a run does now.</param>
/// <param name="Overdue">How many should have been done more than two days ago.</param>
/// <param name="Held">What is past its period and stays all the same, and why.</param>
public sealed record RetentionCount(IReadOnlyList<RetentionPart> Due, long Overdue, IReadOnlyList<RetentionPart> Held)
{
    public static RetentionCount Of(string code, long due, long overdue) => new([new RetentionPart(code, due)], overdue, []);

    public long Total => Due.Sum(p => p.Number);
}

/// <param name="Done">By the codes of <see cref="RetentionCount.Due"/>.</param>
/// <param name="Next">The number to go on after; null when no row is left.</param>
public sealed record RetentionBatch(IReadOnlyList<RetentionPart> Done, long? Next);
