using System.Globalization;
using Tasuki.Compliance.Regime;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.People;

namespace Tasuki.Compliance.Incidents;

/// <summary>What an officer says happened.</summary>
public sealed record IncidentClass(IncidentEvent Event, IncidentCause Cause, bool Suspected, BreachFacts Facts, IReadOnlyList<DataCategory> Data)
{
    /// <summary>What applies, by the names of the form.</summary>
    public IEnumerable<string> Marks => new (string Name, bool Applies)[]
    {
        ("suspected", Suspected), ("protected", Facts.Protected), ("sensitive", Facts.Sensitive), ("property", Facts.PropertyDamage), ("improper", Facts.ImproperPurpose),
        ("ordinance", Facts.OrdinanceSensitive),
    }.Where(m => m.Applies).Select(m => m.Name);
}

/// <summary>
/// What officers do with an incident. Errors of all: <c>incident.missing</c>, <c>incident.closed</c>, <c>incident.moved</c>, and those named; of texts <c>incident.text</c>,
/// <c>mynumber.found</c>.
/// </summary>
internal sealed class WorkOnIncident(IncidentBook book, IncidentSeals seals, IncidentSteps steps, TimeProvider clock)
{
    private static readonly Error Missing = new("incident.missing", "No such incident.");

    /// <summary>A decision that the law asks no report falls where the new class asks one. Errors <c>incident.class</c>, <c>incident.persons</c>.</summary>
    public Task<Result<Done>> Classify(StaffMember officer, string number, IncidentClass stated, CancellationToken cancel) => Act(officer, number, cancel, row =>
    {
        if (stated.Event is IncidentEvent.None || !Enum.IsDefined(stated.Event) || !Enum.IsDefined(stated.Cause))
            return new Error("incident.class", "The event and its cause are of the list.");
        if (stated.Facts.Persons is < 0 or > 200_000_000)
            return new Error("incident.persons", "The number of persons is 0 or more.");
        return new Planned(new IncidentStep(IncidentAct.Classified, officer.No, null, string.Join(' ', [$"{stated.Event}", $"{stated.Cause}", stated.Facts.Persons?.ToString(CultureInfo.InvariantCulture) ?? "-", .. stated.Marks])), r =>
        {
            var facts = stated.Facts;
            (r.Event, r.Cause, r.Suspected) = (stated.Event, stated.Cause, stated.Suspected);
            (r.Protected, r.Sensitive, r.PropertyDamage, r.ImproperPurpose, r.OrdinanceSensitive, r.Persons) =
                (facts.Protected, facts.Sensitive, facts.PropertyDamage, facts.ImproperPurpose, facts.OrdinanceSensitive, facts.Persons);
            r.Categories = stated.Data.Aggregate(0, (bits, c) => bits | 1 << (int)c);
            if (r.Decision is IncidentDecision.NoReport && r.Triggers.Count > 0)
                r.Decision = IncidentDecision.None;
        });
    });

    /// <summary>The nine items, as far as known; an empty one is not known yet. The outline stays. Errors <c>incident.title</c>.</summary>
    public Task<Result<Done>> Write(StaffMember officer, string number, string? title, IReadOnlyList<string?> items, CancellationToken cancel) => Act(officer, number, cancel, row =>
    {
        var line = TypedText.Line(title, "incident.title", 100);
        if (!line.IsOk)
            return line.Error;
        var written = new string?[Enum.GetValues<IncidentItem>().Length];
        for (var i = 0; i < written.Length; i++)
        {
            var text = i == (int)IncidentItem.Outline ? TypedText.Text(items.ElementAtOrDefault(i), "incident.text").Map(t => (string?)t) : TypedText.Optional(items.ElementAtOrDefault(i), "incident.text");
            if (!text.IsOk)
                return text.Error;
            written[i] = text.Value;
        }

        return new Planned(new IncidentStep(IncidentAct.Written, officer.No, null, null), r => r.About = seals.Seal(r, new IncidentAbout(line.Value, written)));
    });

    /// <summary>Errors <c>incident.class</c> (that comes first), <c>incident.decision</c>, <c>incident.must-report</c>: where the law asks a report nobody decides otherwise.</summary>
    public Task<Result<Done>> Decide(StaffMember officer, string number, IncidentDecision decision, string? reason, CancellationToken cancel) => Act(officer, number, cancel, row =>
    {
        if (row.Event is IncidentEvent.None)
            return new Error("incident.class", "The incident is classified first.");
        if (decision is IncidentDecision.None || !Enum.IsDefined(decision))
            return new Error("incident.decision", "The decision is one of two.");
        if (decision is IncidentDecision.NoReport && row.Triggers.Count > 0)
            return new Error("incident.must-report", $"The law asks a report: {string.Join(", ", row.Triggers)}.");
        if (decision is IncidentDecision.NoReport && row.Preliminary is not null)
            return new Error("incident.decision", "A report was made already; it is ended by the final one.");
        return TypedText.Text(reason, "incident.text").Map(text => new Planned(new IncidentStep(IncidentAct.Decided, officer.No, text, decision.ToString()), r => r.Decision = decision));
    });

    /// <summary>The preliminary report went out on that day. Errors <c>incident.no-report</c>, <c>incident.sent</c>, <c>incident.day</c>.</summary>
    public Task<Result<Done>> SendPreliminary(StaffMember officer, string number, DateOnly? day, CancellationToken cancel) => Act(officer, number, cancel, row =>
    {
        if (row.Decision is not IncidentDecision.Report)
            return new Error("incident.no-report", "No report was decided.");
        if (row.Preliminary is not null)
            return new Error("incident.sent", "It went out already.");
        return Within(row.KnownDay, day).Map(d => new Planned(new IncidentStep(IncidentAct.PreliminarySent, officer.No, null, Text(d)), r => r.Preliminary = d));
    });

    /// <summary>Errors <c>incident.preliminary</c> (that comes first), <c>incident.sent</c>, <c>incident.items</c> (an item is empty), <c>incident.day</c>.</summary>
    public Task<Result<Done>> SendFinal(StaffMember officer, string number, DateOnly? day, CancellationToken cancel) => Act(officer, number, cancel, row =>
    {
        if (row.Preliminary is not { } preliminary)
            return new Error("incident.preliminary", "The preliminary report comes first.");
        if (row.Final is not null)
            return new Error("incident.sent", "It went out already.");
        var about = seals.Open(row);
        if (!about.IsOk)
            return about.Error;
        if (!about.Value.IsComplete)
            return new Error("incident.items", "The final report has all nine items.");
        return Within(preliminary, day).Map(d => new Planned(new IncidentStep(IncidentAct.FinalSent, officer.No, null, Text(d)), r => r.Final = d));
    });

    /// <summary>The persons were told, or protected otherwise, with a word how. Errors <c>incident.notice</c>, <c>incident.persons</c>, <c>incident.day</c>.</summary>
    public Task<Result<Done>> Tell(StaffMember officer, string number, IncidentNotice notice, int? persons, DateOnly? day, string? how, CancellationToken cancel) => Act(officer, number, cancel, row =>
    {
        if (notice is IncidentNotice.None || !Enum.IsDefined(notice))
            return new Error("incident.notice", "The way the persons were told is one of two.");
        if (notice is IncidentNotice.Each && persons is null or < 0)
            return new Error("incident.persons", "The number of persons told is 0 or more.");
        var on = Within(row.KnownDay, day);
        if (!on.IsOk)
            return on.Error;
        return TypedText.Text(how, "incident.text").Map(text => new Planned(
            new IncidentStep(IncidentAct.Told, officer.No, text, $"{notice} {persons?.ToString(CultureInfo.InvariantCulture)}".TrimEnd()), r => (r.Notice, r.Told, r.ToldPersons) = (notice, on.Value, persons)));
    });

    public Task<Result<Done>> Note(StaffMember officer, string number, string? text, CancellationToken cancel) =>
        Act(officer, number, cancel, _ => TypedText.Text(text, "incident.text").Map(t => new Planned(new IncidentStep(IncidentAct.Noted, officer.No, t, null), static _ => { })));

    /// <summary>Errors <c>incident.open</c>: it is decided; what is to be reported has both reports, and the persons were told or protected otherwise.</summary>
    public Task<Result<Done>> Close(StaffMember officer, string number, string? word, CancellationToken cancel) => Act(officer, number, cancel, row =>
        row.Decision is IncidentDecision.None || (row.Decision is IncidentDecision.Report && (row.Final is null || (row.Triggers.Count > 0 && row.Notice is IncidentNotice.None)))
            ? new Error("incident.open", "It is closed once it is decided, reported in full where a report was decided, and the persons were told where the law asks it.")
            : TypedText.Text(word, "incident.text").Map(text => new Planned(new IncidentStep(IncidentAct.Closed, officer.No, text, null), r => r.Closed = clock.Today())));

    private Result<DateOnly> Within(DateOnly from, DateOnly? day) =>
        day is { } there && there >= from && there <= clock.Today() ? there : new Error("incident.day", "The day is not before the one it follows and not after today.");

    private static string Text(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private async Task<Result<Done>> Act(StaffMember officer, string number, CancellationToken cancel, Func<IncidentRow, Result<Planned>> plan)
    {
        if (!officer.Has(DeskRight.HandleIncidents) || await book.Find(number, cancel) is not { } row)
            return Missing;
        if (row.Closed is not null)
            return new Error("incident.closed", "The incident is closed.");
        var planned = plan(row);
        return planned.IsOk ? await steps.Do(row, planned.Value.Step, planned.Value.Change, cancel) : planned.Error;
    }

    private sealed record Planned(IncidentStep Step, Action<IncidentRow> Change);
}
