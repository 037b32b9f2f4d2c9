using System.Collections.Frozen;
using System.Globalization;
using Tasuki.Compliance.Regime;
using Tasuki.Kernel;
using Tasuki.Web;

namespace Tasuki.Compliance.Requests;

/// <summary>Keys of texts for what has a code or comes from a form.</summary>
internal static class RequestWords
{
    /// <summary>The codes that have a text, <c>problem-CODE</c>.</summary>
    public static readonly FrozenSet<string> Problems = FrozenSet.ToFrozenSet(
    [
        "request.kind", "request.name", "request.address", "request.text", "request.representative", "request.received", "request.disclosed", "request.resident", "request.missing",
        "request.settled", "request.moved", "request.identity", "request.same-person", "request.no-clock", "request.late", "request.days", "request.principal", "request.correcting",
        "request.decision", "request.grounds", "request.way", "request.own", "request.withheld", "request.no-account", "request.no-sign-in", "request.not-by-category", "request.not-taken", "request.pack-over",
        "mynumber.found",
    ], StringComparer.Ordinal);

    public static string Problem(Error error) => Problems.Contains(error.Code) ? $"problem-{error.Code}" : "problem-other";

    /// <summary>The value with this name; the default for anything else.</summary>
    public static T Of<T>(string? name)
        where T : struct, Enum => Enum.TryParse<T>(name, out var value) && Enum.IsDefined(value) ? value : default;

    public static DateOnly? Day(string? typed) => DateOnly.TryParseExact(typed, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;

    /// <summary>What a step's value says.</summary>
    public static string Value(ShownRequestStep step, Texts<RequestTexts> texts, Language language) => step.Act switch
    {
        RequestAct.IdentityChecked => texts[$"identity-{Of<IdentityCheck>(step.Value)}"],
        RequestAct.Extended => Day(step.Value) is { } to ? language.Day(to) : texts["days", step.Value],
        RequestAct.Decided => string.Join(' ', Grounds(step).Select(g => texts[$"ground-{g}"])),
        RequestAct.HandedOver => texts[$"way-{Of<RequestWay>(step.Value)}"],
        RequestAct.Released => texts[$"release-{Of<RequestRelease>(step.Value)}"],
        _ => "",
    };

    /// <summary>What stands in the first step about the fee, as the ordinance had it when the request came.</summary>
    public static string? Fee(int? yen) => yen?.ToString(CultureInfo.InvariantCulture);

    public static int? Fee(ShownRequestStep? entered) => int.TryParse(entered?.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var yen) ? yen : null;

    /// <summary>The grounds of a decision, those of the lists alone.</summary>
    public static IReadOnlyList<string> Grounds(ShownRequestStep step) =>
        [.. (step.Value ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(g => RequestGrounds.All.Any(known => string.Equals(known.Id, g, StringComparison.Ordinal)))];

    public static string Places(IEnumerable<Clause> clauses, Language language) =>
        string.Join(language.Reading is ReadingLanguage.English ? ", " : "、", clauses.Select(c => c.In(language.Reading is ReadingLanguage.English)));
}
