using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Tasuki.Compliance.Regime;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.People;
using Tasuki.Vault;

namespace Tasuki.Compliance.Incidents;

/// <param name="Known">When the first unit knew.</param>
/// <param name="Drill">An exercise. It stays one.</param>
public sealed record NewIncident(string? Title, string? Outline, DateTimeOffset? Known, bool Drill);

/// <summary>Takes an incident in, under the law in force. An exercise has a number of its own kind (<c>D-</c>).</summary>
internal sealed class ReportIncident(TasukiDb db, IncidentSeals seals, IncidentSteps steps, CurrentRegime current, RecordVault vault, TimeProvider clock)
{
    private const int LatestDays = 365;

    /// <summary>Its number. Errors <c>incident.right</c>, <c>incident.title</c>, <c>incident.text</c>, <c>incident.known</c>, <c>mynumber.found</c>.</summary>
    public async Task<Result<string>> Report(StaffMember officer, NewIncident told, CancellationToken cancel)
    {
        if (!officer.Has(DeskRight.HandleIncidents))
            return new Error("incident.right", "Incidents are taken in by those who handle them.");
        var title = TypedText.Line(told.Title, "incident.title", 100);
        if (!title.IsOk)
            return title.Error;
        var outline = TypedText.Text(told.Outline, "incident.text");
        if (!outline.IsOk)
            return outline.Error;
        var now = clock.GetUtcNow();
        if (told.Known is not { } known || known > now || known < now.AddDays(-LatestDays))
            return new Error("incident.known", $"The moment it was known is not after now and at most {LatestDays} days before.");
        var regime = await current.Get(cancel);
        var items = new string?[Enum.GetValues<IncidentItem>().Length];
        items[(int)IncidentItem.Outline] = outline.Value;
        for (var draw = 1; ; draw++)
        {
            var row = new IncidentRow
            {
                No = CaseNumbers.NewRow(), Number = CaseNumbers.New(told.Drill ? 'D' : 'I'), Drill = told.Drill, Operator = regime.Operator, Known = known.ToUniversalTime(), Entered = now, Steps = 1,
                About = [], Mac = [],
            };
            row.About = seals.Seal(row, new IncidentAbout(title.Value, items));
            row.Mac = seals.MacOf(row);
            var entry = steps.Entry(row, new IncidentStep(IncidentAct.Entered, officer.No, null, null));
            if (draw == 1)
                await vault.LogDesk(officer.Actor, string.Create(CultureInfo.InvariantCulture, $"incident {row.Number} entered"), cancel);
            db.Add(row);
            db.Add(entry);
            try
            {
                await db.SaveChangesAsync(cancel);
                return row.Number;
            }
            catch (DbUpdateException) when (draw < 3 && !cancel.IsCancellationRequested)
            {
                // Somebody drew the same number.
                db.Entry(row).State = EntityState.Detached;
                db.Entry(entry).State = EntityState.Detached;
            }
        }
    }
}
