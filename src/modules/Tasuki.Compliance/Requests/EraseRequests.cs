using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.People;

namespace Tasuki.Compliance.Requests;

/// <summary>Of a resident whose key is destroyed the register keeps number, kind, days and decision of a request, without a word of it and without the number of the person.</summary>
internal sealed class EraseRequests(TasukiDb db, RequestSeals seals, TimeProvider clock) : IResidentErasure
{
    public async Task Erase(ResidentNo resident, CancellationToken cancel)
    {
        var no = resident.Value;
        await db.Set<RequestStepRow>().Where(s => s.ResidentNo == no).ExecuteDeleteAsync(cancel);
        foreach (var row in await db.Set<RequestRow>().AsNoTracking().Where(r => r.ResidentNo == no).ToListAsync(cancel))
        {
            // A row that was altered says nothing that is worth keeping.
            if (!seals.IsWhole(row))
            {
                await db.Set<RequestRow>().Where(r => r.No == row.No).ExecuteDeleteAsync(cancel);
                continue;
            }

            if (row.State is not (RequestState.Done or RequestState.Withdrawn or RequestState.PassedOn))
                (row.State, row.Settled) = (row.Decision is RequestDecision.None ? RequestState.Withdrawn : RequestState.Done, clock.Today());
            (row.ResidentNo, row.About, row.Steps) = (null, null, 0);
            row.Mac = seals.MacOf(row);
            await db.Set<RequestRow>().Where(r => r.No == row.No).ExecuteUpdateAsync(
                s => s.SetProperty(r => r.ResidentNo, row.ResidentNo).SetProperty(r => r.About, row.About).SetProperty(r => r.Steps, row.Steps).SetProperty(r => r.State, row.State)
                    .SetProperty(r => r.Settled, row.Settled).SetProperty(r => r.Mac, row.Mac), cancel);
        }
    }
}
