using System.Globalization;

namespace Tasuki.Web;

/// <summary>Opening hours and telephone numbers as people read and dial them.</summary>
internal static class DeskHours
{
    /// <summary>月曜日〜金曜日 8:30〜17:15, and one line for all days on which it is closed.</summary>
    public static IReadOnlyList<string> Lines(Texts<WebTexts> texts, OpeningHours hours)
    {
        var lines = new List<string>();
        var closed = new List<string>();
        foreach (var (first, last, open) in hours.Runs())
        {
            var days = first == last ? Day(texts, first) : texts[last - first == 1 ? "desk-two-days" : "desk-days", Day(texts, first), Day(texts, last)];
            if (open is null)
                closed.Add(days);
            else
                lines.Add(texts["desk-open", days, Of(texts, open)]);
        }

        if (hours.ClosedOnHolidays)
            closed.Add(texts["desk-holidays"]);
        if (closed.Count > 0)
            lines.Add(texts["desk-open", string.Join(texts["desk-and"], closed), texts["desk-closed"]]);
        return lines;
    }

    public static string Of(Texts<WebTexts> texts, DayHours? hours) => hours is null
        ? texts["desk-closed"] : texts["desk-from-until", hours.From.ToString("H:mm", CultureInfo.InvariantCulture), hours.Until.ToString("H:mm", CultureInfo.InvariantCulture)];

    public static string Call(string telephone) => "tel:" + string.Concat(telephone.Where(c => char.IsAsciiDigit(c) || c is '+'));

    private static string Day(Texts<WebTexts> texts, int day) => texts["desk-day-" + day.ToString(CultureInfo.InvariantCulture)];
}
