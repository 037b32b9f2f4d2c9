using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;

namespace Tasuki.People;

/// <summary>Every hour: forgets states that are too old to be sent again, and sessions that ended a month ago.</summary>
internal sealed class SweepSpent(TasukiDb db, TimeProvider clock) : IJobHandler
{
    public const string Name = "people.sweep";

    /// <summary>Days that a session is kept after its last request.</summary>
    public const int Kept = 30;

    public string Kind => Name;

    public async Task<Result<Done>> Run(JobWork work, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        await db.Set<SpentState>().Where(s => s.Until < now).ExecuteDeleteAsync(cancel);
        var old = now.AddDays(-Kept);
        await db.Set<SignInSessionRow>().Where(s => s.LastSeen < old).ExecuteDeleteAsync(cancel);
        return Done.Yes;
    }
}
