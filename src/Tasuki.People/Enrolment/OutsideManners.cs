using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Delivery;
using Tasuki.Kernel;

namespace Tasuki.People;

/// <summary>How somebody is written to outside the app, by the standing of the desk. A row that was altered counts as protected: a notice without a sender harms nobody, and silence might.</summary>
internal sealed class OutsideManners(TasukiDb db, AccountSeals seals) : IOutsideManners
{
    public async ValueTask<OutsideManner> Of(ResidentNo resident, CancellationToken cancel) =>
        await db.Set<ResidentRow>().AsNoTracking().SingleOrDefaultAsync(r => r.ResidentNo == resident.Value, cancel) switch
        {
            null => OutsideManner.Named,
            var row when !seals.IsWhole(row) => OutsideManner.Neutral,
            { Standing: ResidentStanding.Died } => OutsideManner.Silent,
            { Protected: true } => OutsideManner.Neutral,
            _ => OutsideManner.Named,
        };
}
