using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;

namespace Tasuki.People;

/// <summary>Every hour: tells owners whose waiting recovery has taken effect, and closes those nobody finished. The clock decides what is open; this only tidies and tells.</summary>
internal sealed class ExpireRecoveries(TasukiDb db, AccountSeals seals, Recoveries recoveries, SecurityNotices notices, TimeProvider clock) : IJobHandler
{
    public const string Name = "people.recoveries";

    public string Kind => Name;

    public async Task<Result<Done>> Run(JobWork work, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var rows = await db.Set<RecoveryRow>().AsNoTracking()
            .Where(r => (r.State == RecoveryState.HandedOver && r.Ends <= now) || (r.State == RecoveryState.Waiting && r.EffectiveAt <= now)).ToListAsync(cancel);
        foreach (var row in rows.Where(seals.IsWhole))
        {
            var account = await db.Set<Account>().AsNoTracking().SingleOrDefaultAsync(a => a.No == row.AccountNo, cancel);
            if (account is null || !seals.IsWhole(account))
                continue;
            if (row.Ends > now)
                await notices.Tell(account, $"recovery {row.No} effective", "notice-recovery-effective", [row.EffectiveAt!.Value], "/account#recovery", cancel);
            else if (await recoveries.Change(row, r => r.State = RecoveryState.Expired, cancel))
                await notices.Tell(account, $"recovery {row.No} expired", "notice-recovery-expired", [], "/account#recovery", cancel);
        }

        return Done.Yes;
    }
}
