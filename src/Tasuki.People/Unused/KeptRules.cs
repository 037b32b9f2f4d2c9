using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel.Retention;
using Tasuki.Vault;

namespace Tasuki.People;

/// <summary>Accounts that were closed: the key is destroyed at the end of the waiting period, by <see cref="EraseClosedAccounts"/>.</summary>
internal sealed class ClosedAccountsRule(RecordVault vault) : IRetentionRule
{
    public async Task<RetentionCount> Count(RetentionAsk ask, CancellationToken cancel) =>
        RetentionCount.Of("due", await vault.DueErasures(ask.At, cancel), await vault.DueErasures(ask.At.AddDays(-2), cancel));
}

/// <summary>Sessions, and forms that were sent: <see cref="SweepSpent"/>.</summary>
internal sealed class SessionsRule(TasukiDb db) : IRetentionRule
{
    public async Task<RetentionCount> Count(RetentionAsk ask, CancellationToken cancel)
    {
        var (old, late) = (ask.At.AddDays(-ask.Period), ask.At.AddDays(-ask.Period - 2));
        return RetentionCount.Of(
            "due", await db.Set<SignInSessionRow>().LongCountAsync(s => s.LastSeen < old, cancel), await db.Set<SignInSessionRow>().LongCountAsync(s => s.LastSeen < late, cancel));
    }
}

/// <summary>What connected apps were given: <see cref="SweepSmart"/>.</summary>
internal sealed class AppsRule(TasukiDb db) : IRetentionRule
{
    public async Task<RetentionCount> Count(RetentionAsk ask, CancellationToken cancel) =>
        RetentionCount.Of("due", await Over(ask.At, ask.At.AddDays(-ask.Period), cancel), await Over(ask.At.AddDays(-2), ask.At.AddDays(-ask.Period - 2), cancel));

    private async Task<long> Over(DateTimeOffset now, DateTimeOffset old, CancellationToken cancel) =>
        await db.Set<SmartToken>().LongCountAsync(t => t.Expires < now, cancel) + await db.Set<SmartConnection>().LongCountAsync(c => c.Until < old || c.Ended < old, cancel);
}

/// <summary>Lists of eligible residents that nobody took over: <see cref="SweepDesk"/>.</summary>
internal sealed class ListFilesRule(TasukiDb db) : IRetentionRule
{
    public async Task<RetentionCount> Count(RetentionAsk ask, CancellationToken cancel)
    {
        var (old, late) = (ask.At.AddDays(-ask.Period), ask.At.AddDays(-ask.Period - 2));
        return RetentionCount.Of("due", await db.Set<ListFileRow>().LongCountAsync(f => f.Brought < old, cancel), await db.Set<ListFileRow>().LongCountAsync(f => f.Brought < late, cancel));
    }
}
