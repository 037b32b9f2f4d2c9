using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Tasuki.Compliance.Regime;
using Tasuki.Data;
using Tasuki.People;
using Tasuki.Vault;

namespace Tasuki.Compliance.Incidents;

/// <summary>A step as a page shows it. Public because components of pages are.</summary>
public sealed record ShownIncidentStep(IncidentAct Act, DateTimeOffset At, long By, string? Text, string? Value);

/// <summary>An incident with what is written of it.</summary>
/// <param name="Missing">Steps that are not there or do not open, though the row counts them.</param>
internal sealed record OpenedIncident(IncidentRow Row, IncidentAbout About, IReadOnlyList<ShownIncidentStep> Steps, int Missing);

/// <summary>All incidents, exercises among them and always told apart. A row that was altered in the database is not there.</summary>
internal sealed class IncidentBook(TasukiDb db, IncidentSeals seals, StaffDirectory directory, RecordVault vault)
{
    public async Task<IncidentRow?> Find(string? number, CancellationToken cancel)
    {
        var stored = CaseNumbers.Parse(number);
        return stored is not null && await db.Set<IncidentRow>().AsNoTracking().SingleOrDefaultAsync(i => i.Number == stored, cancel) is { } row && seals.IsWhole(row) ? row : null;
    }

    /// <summary>The newest first: what happened, what was an exercise; and how many rows were left out because they were altered.</summary>
    public async Task<(IReadOnlyList<IncidentRow> Real, IReadOnlyList<IncidentRow> Drills, int Altered)> All(CancellationToken cancel)
    {
        var rows = await db.Set<IncidentRow>().AsNoTracking().OrderByDescending(i => i.Known).ToListAsync(cancel);
        var whole = rows.Where(seals.IsWhole).ToList();
        return ([.. whole.Where(i => !i.Drill)], [.. whole.Where(i => i.Drill)], rows.Count - whole.Count);
    }

    /// <summary>Opens an incident for an officer, with an entry under the officer's name. Null when there is none, or the right is missing.</summary>
    /// <param name="what">A word of ours: what it is opened for.</param>
    public async Task<OpenedIncident?> Open(StaffMember officer, string number, string what, CancellationToken cancel)
    {
        if (!officer.Has(DeskRight.HandleIncidents) || await Find(number, cancel) is not { } row || seals.Open(row) is not { IsOk: true, Value: var about })
            return null;
        await vault.LogDesk(officer.Actor, string.Create(CultureInfo.InvariantCulture, $"incident {row.Number} {what}"), cancel);
        var steps = new List<ShownIncidentStep>();
        foreach (var step in await db.Set<IncidentStepRow>().AsNoTracking().Where(s => s.IncidentNo == row.No).OrderBy(s => s.Step).ToListAsync(cancel))
        {
            if (seals.Open(step) is { IsOk: true, Value: var opened })
                steps.Add(new ShownIncidentStep(opened.Act, step.At, opened.By, opened.Text, opened.Value));
        }

        return new OpenedIncident(row, about, steps, row.Steps - steps.Count);
    }

    /// <summary>Names of the officers who did something. One who is no longer here has none.</summary>
    public async Task<IReadOnlyDictionary<long, string>> NamesOf(IEnumerable<long> accounts, CancellationToken cancel)
    {
        var names = new Dictionary<long, string>();
        foreach (var no in accounts.Distinct())
        {
            if (await directory.Find(no, cancel) is { } member)
                names[no] = member.Name;
        }

        return names;
    }
}
