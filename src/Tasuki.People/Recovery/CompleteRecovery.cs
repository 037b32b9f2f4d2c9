using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Text;

namespace Tasuki.People;

/// <summary>The last step: a new passkey, or a password with an authenticator. Before it nothing else opens; with it every other session ends.</summary>
internal sealed class CompleteRecovery(
    TasukiDb db, AccountSeals seals, AccountStore store, AccountFactory accounts, Passwords passwords, Recoveries recoveries, SignInSessions sessions, SecurityNotices notices,
    TimeProvider clock)
{
    private static readonly Error NotYet = new("recovery.not-effective", "The recovery has not taken effect, or is over.");
    private static readonly Error WrongCode = new("sign-in.code", "The code is not that of the new authenticator.");

    /// <summary>Returns whether the account is closing. Error <c>recovery.not-effective</c>.</summary>
    public Task<Result<bool>> WithPasskey(HttpContext context, Account account, RecoveryRow row, UserPasskeyInfo passkey, CancellationToken cancel) =>
        Complete(context, account, row, SignInWay.Passkey, () => store.AddOrUpdatePasskeyAsync(account, passkey, cancel), cancel);

    /// <summary>Errors <c>recovery.not-effective</c>, <c>sign-in.code</c>, and those of <see cref="AccountFactory.CheckNew"/>.</summary>
    public async Task<Result<bool>> WithPassword(HttpContext context, Account account, RecoveryRow row, string? name, string password, string secret, string? text, CancellationToken cancel)
    {
        var known = account.SignInName is { } old ? await seals.Open<string>(account.Resident, "account", "sign_in_name", account.No, old, cancel) : default;
        var wanted = account.SignInName is not null && known.IsOk ? known.Value : name?.Trim();
        if (account.SignInToken is null && await accounts.CheckNew(wanted, password, cancel) is { IsOk: false } refused)
            return refused.Error!;
        if (Passwords.Check(password, wanted) is { } weak)
            return weak;
        var code = new string([.. JapaneseText.Fold(text ?? "").Where(char.IsAsciiDigit)]);
        if (TimeCodes.StepOf(secret, code, clock.GetUtcNow()) is not { } step)
            return WrongCode;

        var token = account.SignInToken ?? seals.SignInToken(Passwords.Folded(wanted!));
        var sealedName = await seals.Seal(account.Resident, "account", "sign_in_name", account.No, wanted, cancel);
        var seed = await seals.Seal(account.Resident, "account", "totp_seed", account.No, secret, cancel);
        if (!sealedName.IsOk || !seed.IsOk)
            return NotYet;
        var hash = passwords.Hash(account.No, password);
        return await Complete(context, account, row, SignInWay.Password, () => db.Set<Account>().Where(a => a.No == account.No).ExecuteUpdateAsync(
            s => s.SetProperty(a => a.SignInToken, token).SetProperty(a => a.SignInName, sealedName.Value).SetProperty(a => a.PasswordHash, hash)
                .SetProperty(a => a.TotpSeed, seed.Value).SetProperty(a => a.TotpLastStep, step)
                .SetProperty(a => a.FailedTries, 0).SetProperty(a => a.LockedUntil, (DateTimeOffset?)null), cancel), cancel);
    }

    private async Task<Result<bool>> Complete(HttpContext context, Account account, RecoveryRow row, SignInWay way, Func<Task> setFactor, CancellationToken cancel)
    {
        if (!recoveries.IsEffective(row))
            return NotYet;
        // The end of the recovery and the new factor are one change: neither stands without the other.
        await using (var transaction = await db.Database.BeginTransactionAsync(cancel))
        {
            if (!await recoveries.Change(row, r => r.State = RecoveryState.Done, cancel))
                return NotYet;
            await setFactor();
            await transaction.CommitAsync(cancel);
        }

        await recoveries.Stop(account, except: null, cancel);
        await sessions.EndAll(account.No, except: null, cancel);
        await notices.Tell(account, $"recovery {row.No} done", "notice-recovery-done", [clock.GetUtcNow()], "/account", cancel);
        return await sessions.Begin(context, account, way, cancel);
    }
}
