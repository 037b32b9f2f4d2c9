using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Evidence;

namespace Tasuki.Community.Inquiries;

/// <summary>Whether the desk is late with an answer.</summary>
internal sealed class InquiriesProbe(TasukiDb db, TimeProvider clock) : IProbe
{
    public async Task<Finding> Look(CancellationToken cancel)
    {
        var today = clock.Today();
        var turn = db.Set<InquiryRow>().AsNoTracking().Where(i => i.State == InquiryState.New || i.State == InquiryState.Open);
        var late = await turn.CountAsync(i => i.Due < today, cancel);
        var open = (await turn.CountAsync(cancel)).ToString(CultureInfo.InvariantCulture);
        return late == 0 ? Finding.Good("in-time", open) : Finding.Bad("late", late.ToString(CultureInfo.InvariantCulture), open);
    }
}
