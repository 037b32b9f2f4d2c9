using System.Globalization;
using Tasuki.Compliance.Incidents;
using Tasuki.Kernel;
using Tasuki.People;
using Tasuki.Vault;

namespace Tasuki.Compliance.Affected;

/// <summary>
/// Finds whom an incident affects: the access log of a span of time, by an account of staff, an app, a category, or everything. The list is kept sealed with the incident, and the
/// number counts for the thresholds of its law; a greater one that was known before stays.
/// </summary>
internal sealed class FindAffected(IncidentBook book, IncidentSteps steps, IncidentSeals seals, StaffDirectory directory, KnownApps apps, ProbeResident nobody, RecordVault vault, TimeProvider clock)
{
    public const int LongestDays = 366;

    /// <summary>
    /// How many. Errors <c>incident.missing</c>, <c>incident.closed</c>, <c>incident.moved</c>, <c>incident.span</c>, <c>incident.who</c> (no such account of staff or app),
    /// <c>incident.category</c>.
    /// </summary>
    public async Task<Result<int>> Find(StaffMember officer, string number, AccessQuestion asked, CancellationToken cancel)
    {
        if (!officer.Has(DeskRight.HandleIncidents) || await book.Find(number, cancel) is not { } row)
            return new Error("incident.missing", "No such incident.");
        if (row.Closed is not null)
            return new Error("incident.closed", "The incident is closed.");
        if (asked.From >= asked.Until || asked.Until > clock.GetUtcNow().AddMinutes(1) || asked.Until - asked.From > TimeSpan.FromDays(LongestDays))
            return new Error("incident.span", $"The span begins before it ends, ends by now and is at most {LongestDays} days long.");
        var wrong = asked.By switch
        {
            AccessBy.Staff => asked.Who is { } no && Number(no) is { } account && await directory.Find(account, cancel) is not null ? null : NoSuch,
            AccessBy.App => asked.Who?.Split('/') is [var app, .. var connection] && connection.Length <= 1 && connection.All(c => Number(c) is not null)
                && (await apps.All(cancel)).Any(a => a.No == Number(app)) ? null : NoSuch,
            AccessBy.Category => asked.Category is { } c && Enum.IsDefined(c) ? null : new Error("incident.category", "The category is one of the list."),
            AccessBy.Everything => null,
            _ => NoSuch,
        };
        if (wrong is not null)
            return wrong;

        var found = await vault.WhoseWereRead(officer.Actor, asked, string.Create(CultureInfo.InvariantCulture, $"incident {row.Number} affected {asked.By}"), cancel);
        // The resident of the probes is no person.
        var own = await nobody.Number(cancel);
        var persons = found.Persons.Where(p => p.Resident != own).ToList();
        var list = new AffectedList(asked.By, asked.From, asked.Until, asked.Who, asked.Category, [.. persons.Select(p => p.Resident.Value)], persons.Count(p => p.Records), found.Unreadable);
        var step = new IncidentStep(IncidentAct.AffectedFound, officer.No, null, string.Create(CultureInfo.InvariantCulture, $"{asked.By} {list.Persons.Length} {list.OfRecords}"));
        var done = await steps.Do(row, step, r =>
        {
            r.Persons = Math.Max(r.Persons ?? 0, list.Persons.Length);
            if (r.Decision is IncidentDecision.NoReport && r.Triggers.Count > 0)
                r.Decision = IncidentDecision.None;
        }, cancel, r => new IncidentAffectedRow { IncidentNo = r.No, Step = r.Steps, Content = seals.Seal(r.No, r.Steps, list) });
        return done.Map(_ => list.Persons.Length);
    }

    private static readonly Error NoSuch = new("incident.who", "There is no such account of staff, app or connection.");

    private static long? Number(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var no) ? no : null;
}
