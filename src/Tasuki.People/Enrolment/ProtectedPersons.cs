using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Delivery;
using Tasuki.Kernel;

namespace Tasuki.People;

/// <summary>Who is protected, for the messages outside the app. A row that was altered counts as protected: a notice without a sender harms nobody.</summary>
internal sealed class ProtectedPersons(TasukiDb db, AccountSeals seals) : IProtectedPersons
{
    public async ValueTask<bool> IsProtected(ResidentNo resident, CancellationToken cancel) =>
        await db.Set<ResidentRow>().AsNoTracking().SingleOrDefaultAsync(r => r.ResidentNo == resident.Value, cancel) is { } row && (row.Protected || !seals.IsWhole(row));
}
