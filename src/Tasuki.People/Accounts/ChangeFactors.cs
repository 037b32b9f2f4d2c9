using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Text;

namespace Tasuki.People;

/// <summary>Changes how a person signs in. The pages that call it ask for a fresh factor.</summary>
internal sealed class ChangeFactors(TasukiDb db, AccountSeals seals, Passwords passwords, PrintedCodes codes, AccountFactory accounts, SecurityNotices notices, TimeProvider clock)
{
    /// <summary>Sets the authenticator once its first code was shown to be right. The code counts as used.</summary>
    public async Task<bool> Authenticator(Account account, string secret, string? text, CancellationToken cancel)
    {
        var code = new string([.. JapaneseText.Fold(text ?? "").Where(char.IsAsciiDigit)]);
        if (TimeCodes.StepOf(secret, code, clock.GetUtcNow()) is not { } step)
            return false;
        var seed = await seals.Seal(account.Resident, "account", "totp_seed", account.No, secret, cancel);
        if (!seed.IsOk || await db.Set<Account>().Where(a => a.No == account.No)
                .ExecuteUpdateAsync(s => s.SetProperty(a => a.TotpSeed, seed.Value).SetProperty(a => a.TotpLastStep, step), cancel) != 1)
            return false;
        await Tell(account, "notice-totp-set", cancel);
        return true;
    }

    /// <summary>For a telephone that was lost. False when no other way would be left: no passkey, and no password with printed codes.</summary>
    public async Task<bool> RemoveAuthenticator(Account account, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        await using (var transaction = await db.Database.BeginTransactionAsync(cancel))
        {
            // The account's row is the lock, as for passkeys.
            if (await db.Set<Account>().Where(a => a.No == account.No && a.TotpSeed != null).ExecuteUpdateAsync(s => s.SetProperty(a => a.TotpSeed, (byte[]?)null), cancel) == 0)
                return true;
            var isLast = !await db.Set<PasskeyRow>().AnyAsync(p => p.AccountNo == account.No, cancel)
                && (account.PasswordHash is null || !await db.Set<PrintedCode>().AnyAsync(c => c.AccountNo == account.No && c.Used == null && c.Ends > now, cancel));
            if (isLast)
                return false;
            await transaction.CommitAsync(cancel);
        }

        await Tell(account, "notice-totp-removed", cancel);
        return true;
    }

    /// <summary>Puts a new printed list in the place of the old one.</summary>
    public async Task Codes(Account account, IEnumerable<string> list, CancellationToken cancel)
    {
        await codes.Replace(account, list, cancel);
        await Tell(account, "notice-codes-new", cancel);
    }

    /// <summary>Errors <c>password.*</c>.</summary>
    public async Task<Result<Done>> Password(Account account, string password, CancellationToken cancel)
    {
        var name = account.SignInName is null ? default : await seals.Open<string>(account.Resident, "account", "sign_in_name", account.No, account.SignInName, cancel);
        if (Passwords.Check(password, account.SignInName is not null && name.IsOk ? name.Value : null) is { } weak)
            return weak;
        var hash = passwords.Hash(account.No, password);
        await db.Set<Account>().Where(a => a.No == account.No).ExecuteUpdateAsync(s => s.SetProperty(a => a.PasswordHash, hash), cancel);
        await Tell(account, "notice-password", cancel);
        return Done.Yes;
    }

    /// <summary>Gives an account that has only passkeys a name and a password. It signs in by them once it has a second factor too. Errors of <see cref="AccountFactory.CheckNew"/>.</summary>
    public async Task<Result<Done>> AddPassword(Account account, string? name, string password, CancellationToken cancel)
    {
        var folded = await accounts.CheckNew(name, password, cancel);
        if (!folded.IsOk)
            return folded.Error;
        var token = seals.SignInToken(folded.Value);
        var kept = await seals.Seal(account.Resident, "account", "sign_in_name", account.No, name!.Trim(), cancel);
        if (!kept.IsOk)
            return kept.Error;
        var hash = passwords.Hash(account.No, password);
        await db.Set<Account>().Where(a => a.No == account.No && a.PasswordHash == null).ExecuteUpdateAsync(
            s => s.SetProperty(a => a.SignInToken, token).SetProperty(a => a.SignInName, kept.Value).SetProperty(a => a.PasswordHash, hash), cancel);
        await Tell(account, "notice-password", cancel);
        return Done.Yes;
    }

    private Task Tell(Account account, string text, CancellationToken cancel) =>
        notices.Tell(account, $"{text} {AccountSeals.RandomNo()}", text, [clock.GetUtcNow()], "/account#recovery", cancel);
}
