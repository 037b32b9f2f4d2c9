namespace Tasuki.People;

internal enum UnusedAct
{
    None,

    /// <summary>What was told counts no more: the period was lengthened.</summary>
    Forget,
    TellFirst,
    TellSecond,
    Close,
}

/// <param name="Closes">The day on which the account closes when nobody uses it; a notice names it.</param>
/// <param name="Since">The day on which the act became due.</param>
internal readonly record struct UnusedStep(UnusedAct Act, DateOnly Closes, DateOnly Since);

/// <summary>
/// What is to be done about an account on a day. Nobody is closed who was not told twice: ninety days and thirty days before at the least, with the day named. A notice that is late
/// moves the day; notices whose day has long passed are sent anew.
/// </summary>
internal static class UnusedPlan
{
    public const int FirstNotice = 90;
    public const int SecondNotice = 30;

    // As long after its day an account still closes: a server may have stood still.
    private const int Stale = 30;

    public static UnusedStep Of(UseRow row, DateOnly today, int years)
    {
        var ends = row.LastUsed.AddYears(years);
        var first = ends.AddDays(-FirstNotice);
        if (today < first)
            return new UnusedStep(row.Closes is null ? UnusedAct.None : UnusedAct.Forget, ends, today);
        if (row.Closes is not { } closes || IsStale(row, closes, today))
            return new UnusedStep(UnusedAct.TellFirst, Later(ends, today.AddDays(FirstNotice)), first);
        var second = closes.AddDays(-SecondNotice);
        if (row.SecondTold is null)
            return today >= second ? new UnusedStep(UnusedAct.TellSecond, Later(closes, today.AddDays(SecondNotice)), second) : new UnusedStep(UnusedAct.None, closes, today);
        return new UnusedStep(today >= closes ? UnusedAct.Close : UnusedAct.None, closes, closes);
    }

    private static bool IsStale(UseRow row, DateOnly closes, DateOnly today) => row.SecondTold is null ? today > closes : today > closes.AddDays(Stale);

    private static DateOnly Later(DateOnly one, DateOnly other) => one > other ? one : other;
}
