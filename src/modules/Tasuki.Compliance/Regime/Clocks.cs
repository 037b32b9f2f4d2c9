using Tasuki.Kernel;

namespace Tasuki.Compliance.Regime;

/// <summary>How sure a rule is.</summary>
public enum Certainty
{
    /// <summary>Read in the text of the law or of the commission's guideline.</summary>
    Read,

    /// <summary>Known without the text at hand, or a choice of ours where it says nothing: to be checked against the original.</summary>
    ToBeChecked,
}

/// <summary>Which day of a period is its day one.</summary>
public enum FirstDay
{
    /// <summary>The day after: the day on which it begins is not counted (Civil Code art. 140).</summary>
    NotCounted,

    /// <summary>The day itself.</summary>
    Counted,
}

/// <summary>What becomes of a last day on which public offices are closed.</summary>
public enum LastDay
{
    Stands,

    /// <summary>To the next day on which they are open.</summary>
    Moves,
}

/// <summary>A last day, and how it was found. Public because components of pages are.</summary>
/// <param name="Counted">The last day before it moved.</param>
public sealed record Deadline(DateOnly Day, DateOnly Counted, FirstDay First, LastDay Last, Certainty Certainty)
{
    public bool IsMoved => Day != Counted;

    public bool IsPast(DateOnly today) => today > Day;
}

/// <summary>While the person corrects a request, the clock stands.</summary>
/// <param name="Asked">The day the correction was asked for. It is still counted.</param>
/// <param name="Corrected">The day it came; null while it is awaited. It is not counted.</param>
public readonly record struct ClockStop(DateOnly Asked, DateOnly? Corrected);

/// <summary>The periods of the Act, day by day. Days are days in Asia/Tokyo (<see cref="TokyoDay"/>).</summary>
public static class Clocks
{
    /// <summary>Days of a preliminary report: about three to five (通則編 3-5-3).</summary>
    public const int PreliminaryEarly = 3;
    public const int PreliminaryLate = 5;

    /// <summary>
    /// Until when a request is decided (art. 83, 94, 102). Neither the day it came nor the days a correction took are counted. A last day on which offices are closed
    /// stands: whether it would move is to be checked, and the earlier day is the safe one. Null while a correction is awaited.
    /// </summary>
    public static Deadline? Decision(DateOnly received, IReadOnlyList<ClockStop> stops, int days)
    {
        var day = received;
        for (var left = days; left > 0;)
        {
            day = day.AddDays(1);
            // An awaited correction stops the clock from the day after it was asked for, unless the period was over by then.
            if (stops.Any(s => s.Corrected is null && s.Asked < day))
                return null;
            if (!stops.Any(s => day > s.Asked && day <= s.Corrected))
                left--;
        }

        return new Deadline(day, day, FirstDay.NotCounted, LastDay.Stands, Certainty.ToBeChecked);
    }

    /// <summary>Days of the period that are used up at the end of this day.</summary>
    public static int Used(DateOnly received, IReadOnlyList<ClockStop> stops, DateOnly today)
    {
        var used = 0;
        for (var day = received.AddDays(1); day <= today; day = day.AddDays(1))
        {
            if (!stops.Any(s => day > s.Asked && (s.Corrected is null || day <= s.Corrected)))
                used++;
        }

        return used;
    }

    /// <summary>
    /// The last day on which correction or stop of what was disclosed may be asked (art. 90(3), 98(3)). The day of the disclosure is not counted; a last day on which
    /// offices are closed moves, in the person's favour, which is to be checked.
    /// </summary>
    public static Deadline AfterDisclosure(DateOnly disclosed, int days)
    {
        var last = disclosed.AddDays(days);
        return new Deadline(NextOpen(last), last, FirstDay.NotCounted, LastDay.Moves, Certainty.ToBeChecked);
    }

    /// <summary>
    /// From when to when a preliminary report is due: about three to five days from the day any unit knew. That day is counted as the first and the last day stands,
    /// the stricter reading, which is to be checked.
    /// </summary>
    public static (Deadline Early, Deadline Late) Preliminary(DateOnly known) => (Strict(known, PreliminaryEarly), Strict(known, PreliminaryLate));

    /// <summary>
    /// Until when the final report is due. The day any unit knew is the first day, Saturdays and holidays count, and a last day on which offices are closed moves to the
    /// next open one: so the commission's general guideline; for chapter 5 its own guideline is to be checked.
    /// </summary>
    public static Deadline Final(DateOnly known, int days, Certainty certainty)
    {
        var last = known.AddDays(days - 1);
        return new Deadline(NextOpen(last), last, FirstDay.Counted, LastDay.Moves, certainty);
    }

    private static Deadline Strict(DateOnly known, int days)
    {
        var last = known.AddDays(days - 1);
        return new Deadline(last, last, FirstDay.Counted, LastDay.Stands, Certainty.ToBeChecked);
    }

    private static DateOnly NextOpen(DateOnly day)
    {
        while (!BusinessDays.Is(day))
            day = day.AddDays(1);
        return day;
    }
}
