using Microsoft.EntityFrameworkCore;
using Tasuki.Compliance.Requests;
using Tasuki.Data;
using Tasuki.People;

namespace Tasuki.Compliance.Retention;

/// <summary>A resident whose request under the Act is not settled is not closed for want of use.</summary>
internal sealed class OpenRequests(TasukiDb db) : IOpenMatter
{
    public async Task<IReadOnlyCollection<long>> Residents(CancellationToken cancel) => await db.Set<RequestRow>()
        .Where(r => r.ResidentNo != null && r.State != RequestState.Done && r.State != RequestState.Withdrawn && r.State != RequestState.PassedOn)
        .Select(r => r.ResidentNo!.Value).Distinct().ToListAsync(cancel);
}
