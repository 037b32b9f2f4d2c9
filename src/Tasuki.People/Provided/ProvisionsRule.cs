using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Retention;

namespace Tasuki.People;

/// <summary>Records of what was given to others: <see cref="NoteProvisions"/>.</summary>
internal sealed class ProvisionsRule(TasukiDb db) : IRetentionRule
{
    public async Task<RetentionCount> Count(RetentionAsk ask, CancellationToken cancel)
    {
        var old = TokyoDay.Of(ask.At).AddYears(-ask.Period);
        var late = old.AddDays(-2);
        return RetentionCount.Of("due", await db.Set<ProvisionRow>().LongCountAsync(p => p.Day < old, cancel), await db.Set<ProvisionRow>().LongCountAsync(p => p.Day < late, cancel));
    }
}
