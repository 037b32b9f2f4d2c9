using Tasuki.Kernel;

namespace Tasuki.Web;

/// <summary>From when until when a desk is open on a day.</summary>
public sealed record DayHours(TimeOnly From, TimeOnly Until);

/// <summary>When a desk is open.</summary>
/// <param name="Week">Seven days from Monday; null where it is closed.</param>
/// <param name="ClosedOnHolidays">On national holidays and from 29 December to 3 January.</param>
/// <param name="Note">What else is to be said, such as an evening desk; empty for nothing.</param>
public sealed record OpeningHours(IReadOnlyList<DayHours?> Week, bool ClosedOnHolidays, string Note, string NoteEnglish)
{
    /// <summary>The hours of that very day; null where it is closed.</summary>
    public DayHours? On(DateOnly day) => ClosedOnHolidays && BusinessDays.IsHoliday(day) ? null : Week[((int)day.DayOfWeek + 6) % 7];

    /// <summary>The week in runs of days with the same hours; days count from Monday, 0.</summary>
    public IReadOnlyList<(int First, int Last, DayHours? Hours)> Runs()
    {
        var runs = new List<(int First, int Last, DayHours? Hours)>();
        for (var day = 0; day < Week.Count; day++)
        {
            if (runs is [.., var (first, _, hours)] && hours == Week[day])
                runs[^1] = (first, day, hours);
            else
                runs.Add((day, day, Week[day]));
        }

        return runs;
    }
}

/// <summary>The desk where people ask, as the municipality names it.</summary>
/// <param name="NameEnglish">As the others in English; empty: the Japanese one is shown.</param>
/// <param name="Telephone">Null where there is none; there is always a telephone or an address for mail.</param>
public sealed record ContactDesk(string Name, string NameEnglish, string Place, string PlaceEnglish, string? Telephone, string? Mail, OpeningHours Hours)
{
    public string NameIn(ReadingLanguage reading) => In(reading, Name, NameEnglish);

    public string PlaceIn(ReadingLanguage reading) => In(reading, Place, PlaceEnglish);

    public string NoteIn(ReadingLanguage reading) => In(reading, Hours.Note, Hours.NoteEnglish);

    private static string In(ReadingLanguage reading, string japanese, string english) => reading is ReadingLanguage.English && english.Length > 0 ? english : japanese;
}
