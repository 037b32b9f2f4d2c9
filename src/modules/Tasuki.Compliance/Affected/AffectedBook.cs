using Microsoft.EntityFrameworkCore;
using Tasuki.Compliance.Incidents;
using Tasuki.Data;

namespace Tasuki.Compliance.Affected;

/// <summary>The lists that were found, for reading.</summary>
internal sealed class AffectedBook(TasukiDb db, IncidentSeals seals)
{
    /// <summary>The newest list. Null when none was found yet; missing when the timeline says one was, and it is not there or does not open.</summary>
    public async Task<(AffectedList? List, bool Missing)> Newest(IncidentRow row, CancellationToken cancel)
    {
        var steps = await db.Set<IncidentStepRow>().AsNoTracking().Where(s => s.IncidentNo == row.No && s.Step <= row.Steps).OrderByDescending(s => s.Step).ToListAsync(cancel);
        if (steps.FirstOrDefault(s => seals.Open(s) is { IsOk: true, Value.Act: IncidentAct.AffectedFound }) is not { } found)
            return (null, false);
        var there = await db.Set<IncidentAffectedRow>().AsNoTracking().SingleOrDefaultAsync(a => a.IncidentNo == row.No && a.Step == found.Step, cancel);
        return there is not null && seals.Open(there) is { IsOk: true, Value: var list } ? (list, false) : (null, true);
    }
}
