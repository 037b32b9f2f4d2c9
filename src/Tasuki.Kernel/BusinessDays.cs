namespace Tasuki.Kernel;

/// <summary>Days on which Japanese public offices are open: not Saturdays, Sundays and national holidays, nor 29 December to 3 January (Act on Holidays of Administrative Organs).</summary>
public static class BusinessDays
{
    public static bool Is(DateOnly day) =>
        day.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday) && !IsHoliday(day);

    /// <summary>A national holiday, or a day from 29 December to 3 January.</summary>
    public static bool IsHoliday(DateOnly day) => day is { Month: 12, Day: >= 29 } or { Month: 1, Day: <= 3 } || NationalHolidays.Is(day);

    /// <summary>The day on which a period of so many business days ends. The day it begins with is not counted (Civil Code art. 140).</summary>
    public static DateOnly After(DateOnly day, int count)
    {
        for (var left = count; left > 0;)
        {
            day = day.AddDays(1);
            if (Is(day))
                left--;
        }

        return day;
    }
}

/// <summary>
/// National holidays (国民の祝日) by the rules of the Act as it stands since 2022, substitutes and days between two holidays included. The equinoxes are announced each
/// February for the year after; the rule of thumb for them holds until 2099. Before 2022 and after 2099, or when the Act changes, the answer may be wrong.
/// </summary>
public static class NationalHolidays
{
    public static bool Is(DateOnly day) => IsNamed(day) || IsSubstitute(day) || (IsNamed(day.AddDays(-1)) && IsNamed(day.AddDays(1)));

    private static bool IsNamed(DateOnly day) => (day.Month, day.Day) switch
    {
        (1, 1) or (2, 11) or (2, 23) or (4, 29) or (5, 3) or (5, 4) or (5, 5) or (8, 11) or (11, 3) or (11, 23) => true,
        (1, _) or (10, _) => IsMonday(day, second: true),
        (7, _) => IsMonday(day, second: false),
        (3, var number) => number == Equinox(20.8431, day.Year),
        (9, var number) => number == Equinox(23.2488, day.Year) || IsMonday(day, second: false),
        _ => false,
    };

    // When a holiday falls on a Sunday, the next day that is none is free.
    private static bool IsSubstitute(DateOnly day)
    {
        for (var before = day.AddDays(-1); IsNamed(before); before = before.AddDays(-1))
        {
            if (before.DayOfWeek is DayOfWeek.Sunday)
                return true;
        }

        return false;
    }

    private static bool IsMonday(DateOnly day, bool second) => day.DayOfWeek is DayOfWeek.Monday && (day.Day - 1) / 7 == (second ? 1 : 2);

    private static int Equinox(double day1980, int year) => (int)(day1980 + (0.242194 * (year - 1980))) - ((year - 1980) / 4);
}
