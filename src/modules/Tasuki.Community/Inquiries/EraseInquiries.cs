using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.People;

namespace Tasuki.Community.Inquiries;

/// <summary>
/// Of a resident whose key is destroyed no inquiry stays. Of a complaint the municipality's log keeps number, kind, days and state, without a word of it and without the
/// number of the person (ADR 32).
/// </summary>
internal sealed class EraseInquiries(TasukiDb db, InquirySeals seals, TimeProvider clock) : IResidentErasure
{
    public async Task Erase(ResidentNo resident, CancellationToken cancel)
    {
        var no = resident.Value;
        await db.Set<InquiryStepRow>().Where(s => s.ResidentNo == no).ExecuteDeleteAsync(cancel);
        await db.Set<InquiryRow>().Where(i => i.ResidentNo == no && i.Kind != InquiryKind.Complaint).ExecuteDeleteAsync(cancel);
        foreach (var row in await db.Set<InquiryRow>().AsNoTracking().Where(i => i.ResidentNo == no).ToListAsync(cancel))
        {
            // A row that was altered says nothing that is worth keeping.
            if (!seals.IsWhole(row))
            {
                await db.Set<InquiryRow>().Where(i => i.No == row.No).ExecuteDeleteAsync(cancel);
                continue;
            }

            if (row.IsActive)
                (row.State, row.Closed) = (InquiryState.Closed, clock.GetUtcNow());
            (row.ResidentNo, row.About, row.Steps) = (null, null, 0);
            row.Mac = seals.MacOf(row);
            await db.Set<InquiryRow>().Where(i => i.No == row.No).ExecuteUpdateAsync(
                s => s.SetProperty(i => i.ResidentNo, row.ResidentNo).SetProperty(i => i.About, row.About).SetProperty(i => i.Steps, row.Steps).SetProperty(i => i.State, row.State)
                    .SetProperty(i => i.Closed, row.Closed).SetProperty(i => i.Mac, row.Mac), cancel);
        }
    }
}
