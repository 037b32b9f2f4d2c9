using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;

namespace Tasuki.Compliance.Incidents;

/// <summary>Every change of an incident is one step of its timeline, in one transaction with it. Of two from the same row one is done.</summary>
internal sealed class IncidentSteps(TasukiDb db, IncidentSeals seals, TimeProvider clock)
{
    /// <summary>Error <c>incident.moved</c>.</summary>
    /// <param name="change">What becomes of the row.</param>
    /// <param name="found">Whom it affects, as this step found.</param>
    public async Task<Result<Done>> Do(IncidentRow row, IncidentStep step, Action<IncidentRow> change, CancellationToken cancel, Func<IncidentRow, IncidentAffectedRow>? found = null)
    {
        var seen = row.Mac;
        row.Steps++;
        change(row);
        row.Mac = seals.MacOf(row);
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        var changed = await db.Set<IncidentRow>().Where(i => i.No == row.No && i.Mac == seen).ExecuteUpdateAsync(
            s => s.SetProperty(i => i.Event, row.Event).SetProperty(i => i.Cause, row.Cause).SetProperty(i => i.Suspected, row.Suspected).SetProperty(i => i.Protected, row.Protected)
                .SetProperty(i => i.Sensitive, row.Sensitive).SetProperty(i => i.PropertyDamage, row.PropertyDamage).SetProperty(i => i.ImproperPurpose, row.ImproperPurpose)
                .SetProperty(i => i.OrdinanceSensitive, row.OrdinanceSensitive).SetProperty(i => i.Persons, row.Persons).SetProperty(i => i.Categories, row.Categories)
                .SetProperty(i => i.Decision, row.Decision).SetProperty(i => i.Preliminary, row.Preliminary).SetProperty(i => i.Final, row.Final).SetProperty(i => i.Notice, row.Notice)
                .SetProperty(i => i.Told, row.Told).SetProperty(i => i.ToldPersons, row.ToldPersons).SetProperty(i => i.Closed, row.Closed).SetProperty(i => i.Steps, row.Steps)
                .SetProperty(i => i.About, row.About).SetProperty(i => i.Mac, row.Mac), cancel);
        if (changed != 1)
            return new Error("incident.moved", "Somebody else changed the incident meanwhile.");
        db.Add(Entry(row, step));
        if (found is not null)
            db.Add(found(row));
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        return Done.Yes;
    }

    /// <summary>The row of the step the incident stands at.</summary>
    public IncidentStepRow Entry(IncidentRow row, IncidentStep step) =>
        new() { IncidentNo = row.No, Step = row.Steps, At = clock.GetUtcNow(), Content = seals.Seal(row.No, row.Steps, step) };
}
