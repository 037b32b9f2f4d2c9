using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;

namespace Tasuki.People;

/// <summary>Every hour: tokens and launches whose time is over go, tokens of connections that ended, connections that ended a month ago, and what was told of large exports.</summary>
internal sealed class SweepSmart(TasukiDb db, LargeExports exports, TimeProvider clock) : IJobHandler
{
    public const string Name = "people.sweep-apps";

    /// <summary>Days that a connection is kept after its end.</summary>
    public const int Kept = 30;

    public string Kind => Name;

    public async Task<Result<Done>> Run(JobWork work, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var old = now.AddDays(-Kept);
        // A redeemed refresh token stays until its own end: its return is how a theft shows.
        await db.Set<SmartToken>().Where(t => t.Expires < now || db.Set<SmartConnection>().Any(c => c.No == t.ConnectionNo && c.Ended != null)).ExecuteDeleteAsync(cancel);
        await db.Set<SmartLaunch>().Where(l => l.Until < now).ExecuteDeleteAsync(cancel);
        await db.Set<SmartConnection>().Where(c => c.Until < old || c.Ended < old).ExecuteDeleteAsync(cancel);
        await exports.Sweep(cancel);
        return Done.Yes;
    }
}

/// <summary>What apps were given of a resident whose key is destroyed.</summary>
internal sealed class EraseSmartRows(TasukiDb db) : IResidentErasure
{
    public async Task Erase(ResidentNo resident, CancellationToken cancel)
    {
        var no = resident.Value;
        await db.Set<SmartToken>().Where(t => t.ResidentNo == no).ExecuteDeleteAsync(cancel);
        await db.Set<SmartLaunch>().Where(l => l.ResidentNo == no).ExecuteDeleteAsync(cancel);
        await db.Set<SmartConnection>().Where(c => c.ResidentNo == no).ExecuteDeleteAsync(cancel);
    }
}
