using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Vault;

namespace Tasuki.People;

/// <summary>A recovery that was begun or gone on with.</summary>
/// <param name="Receipt">With it the person comes back; shown once. Null when they came back with it just now.</param>
internal sealed record BegunRecovery(Account Account, RecoveryRow Row, string? Receipt);

/// <summary>
/// The two ways into a recovery, and the way back to one: a code of the printed list alone (takes effect after the delay), a code from the counter (at once where
/// nothing is kept yet, else after the delay, a second officer or an existing method), the receipt of either.
/// </summary>
internal sealed class BeginRecovery(
    TasukiDb db, AccountSeals seals, CheckPassword check, PrintedCodes codes, Recoveries recoveries, SignInSessions sessions, SecurityNotices notices, RecordVault vault,
    PeopleOptions options, TimeProvider clock)
{
    private static readonly Error ListStopped = new("recovery.list-stopped", "A recovery with this list was stopped by the owner; the list opens none again.");
    private static readonly Error Other = new("recovery.other", "A recovery by the counter is under way.");

    /// <summary>Errors <c>sign-in.code</c>, <c>recovery.list-stopped</c>, <c>recovery.other</c>.</summary>
    public async Task<Result<BegunRecovery>> ByList(string? name, string? code, CancellationToken cancel)
    {
        var proved = await check.NameAndPrintedCode(name, code, cancel);
        if (!proved.IsOk)
            return proved.Error;
        var account = proved.Value;
        if (await codes.Made(account.No, cancel) is not { } made || await recoveries.WasStopped(account.No, made, cancel))
            return ListStopped;
        var open = await recoveries.OpenOf(account.No, cancel);
        if (open.Any(r => r is { Way: RecoveryWay.Counter, State: RecoveryState.Waiting }))
            return Other;
        if (open.FirstOrDefault(r => r.Way is RecoveryWay.CodeList) is { } under && await recoveries.Renew(under, _ => { }, cancel) is { } renewed)
        {
            // Who lost the receipt comes back with another code of the list; the delay goes on from where it was.
            await sessions.EndRecovering(account.No, under.No, cancel);
            return new BegunRecovery(account, under, renewed);
        }

        var effectiveAt = clock.GetUtcNow() + options.RecoveryDelay;
        var (row, receipt) = await recoveries.Add(account.No, RecoveryWay.CodeList, RecoveryState.Waiting, effectiveAt, effectiveAt + options.RecoveryKept, null, cancel);
        await notices.Tell(account, $"recovery {row.No} begun", "notice-recovery-list", [effectiveAt], "/account#recovery", cancel);
        return new BegunRecovery(account, row, receipt);
    }

    /// <summary>A code from the counter, or a receipt. Errors <c>recovery.code</c>.</summary>
    public async Task<Result<BegunRecovery>> ByCode(string? typed, CancellationToken cancel)
    {
        var proved = await recoveries.Prove(typed, cancel);
        if (!proved.IsOk)
            return proved.Error;
        var row = proved.Value;
        var account = await db.Set<Account>().AsNoTracking().SingleOrDefaultAsync(a => a.No == row.AccountNo, cancel);
        if (account?.Resident is not { } resident || !seals.IsWhole(account))
            return Recoveries.Wrong;
        if (row.State is RecoveryState.Waiting)
        {
            await recoveries.Change(row, r => r.Tries = 0, cancel);
            return new BegunRecovery(account, row, null);
        }

        var now = clock.GetUtcNow();
        var effectiveAt = await HoldsRecords(resident, cancel) ? now + options.RecoveryDelay : now;
        var receipt = await recoveries.Renew(row, r => (r.State, r.EffectiveAt, r.Ends) = (RecoveryState.Waiting, effectiveAt, effectiveAt + options.RecoveryKept), cancel);
        if (receipt is null)
            return Recoveries.Wrong;
        await recoveries.Stop(account, except: row.No, cancel);
        await notices.Tell(account, $"recovery {row.No} begun", "notice-recovery-counter", [effectiveAt], "/account#recovery", cancel);
        return new BegunRecovery(account, row, receipt);
    }

    // What cannot be counted (an account that is closing) counts as holding records. The look is an entry in the person's access log.
    private async Task<bool> HoldsRecords(ResidentNo resident, CancellationToken cancel)
    {
        var opened = await vault.Open(Actor.Job("people.recovery", "Whether the account of a code from the counter holds records."), resident, Purpose.Operation, cancel);
        if (!opened.IsOk || (await opened.Value.Count(cancel)).Any(c => c.Type is not "Patient") || (await opened.Value.Files(cancel)).Count > 0)
            return true;
        await foreach (var _ in opened.Value.Samples(null, null, null, cancel))
            return true;
        return false;
    }
}
