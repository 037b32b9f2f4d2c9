using System.Collections.Frozen;
using System.Globalization;
using Tasuki.Kernel;
using Tasuki.Vault;
using Tasuki.Web;

namespace Tasuki.Compliance.Incidents;

/// <summary>Keys of texts for what has a code or comes from a form.</summary>
internal static class IncidentWords
{
    /// <summary>The codes that have a text, <c>problem-CODE</c>.</summary>
    public static readonly FrozenSet<string> Problems = FrozenSet.ToFrozenSet(
    [
        "incident.title", "incident.text", "incident.known", "incident.missing", "incident.closed", "incident.moved", "incident.class", "incident.persons", "incident.decision",
        "incident.must-report", "incident.no-report", "incident.sent", "incident.day", "incident.preliminary", "incident.items", "incident.notice", "incident.open", "incident.span", "incident.who", "incident.category", "incident.list", "incident.told-items", "mynumber.found",
    ], StringComparer.Ordinal);

    /// <summary>What may apply to an incident, <c>mark-NAME</c>.</summary>
    public static readonly string[] Marks = ["suspected", "protected", "sensitive", "property", "improper", "ordinance"];

    public static string Problem(Error error) => Problems.Contains(error.Code) ? $"problem-{error.Code}" : "problem-other";

    /// <summary>The value with this name; the default for anything else.</summary>
    public static T Of<T>(string? name)
        where T : struct, Enum => Enum.TryParse<T>(name, out var value) && Enum.IsDefined(value) ? value : default;

    public static DateOnly? Day(string? typed) => DateOnly.TryParseExact(typed, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;

    /// <summary>A moment of Tokyo as a form gives it.</summary>
    public static DateTimeOffset? Moment(string? typed) =>
        DateTime.TryParseExact(typed, "yyyy-MM-dd'T'HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var at) ? new DateTimeOffset(at, TokyoDay.Offset) : null;

    /// <summary>What a step's value says.</summary>
    public static string Value(ShownIncidentStep step, Texts<IncidentTexts> texts, Language language)
    {
        var parts = (step.Value ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return step.Act switch
        {
            IncidentAct.Classified => string.Join(' ',
            [
                texts[$"event-{Of<IncidentEvent>(parts.ElementAtOrDefault(0))}"], texts[$"cause-{Of<IncidentCause>(parts.ElementAtOrDefault(1))}"],
                .. parts.Skip(2).Take(1).Where(p => p is not "-").Select(p => texts["persons-of", p]), .. parts.Skip(3).Where(Marks.Contains).Select(m => $"［{texts[$"mark-{m}"]}］"),
            ]),
            IncidentAct.Decided => texts[$"decision-{Of<IncidentDecision>(step.Value)}"],
            IncidentAct.PreliminarySent or IncidentAct.FinalSent => Day(step.Value) is { } day ? language.Day(day) : "",
            IncidentAct.Told => $"{texts[$"notice-{Of<IncidentNotice>(parts.ElementAtOrDefault(0))}"]}{(parts.ElementAtOrDefault(1) is { } persons ? texts["persons-of", persons] : "")}",
            IncidentAct.AffectedFound => $"{texts[$"found-{Of<AccessBy>(parts.ElementAtOrDefault(0))}"]} {texts["found-persons", parts.ElementAtOrDefault(1), parts.ElementAtOrDefault(2)]}",
            IncidentAct.NoticesSent => texts[parts.ElementAtOrDefault(2) is "drill" ? "notices-drill" : "notices-sent", parts.ElementAtOrDefault(0), parts.ElementAtOrDefault(1)],
            _ => "",
        };
    }
}
