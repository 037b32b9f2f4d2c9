using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Text;

namespace Tasuki.People;

/// <summary>An invitation whose code somebody showed. Only that very one is used up by it: after a new code for the account it is worth nothing.</summary>
internal sealed record ShownInvitation(long Account, byte[] CodeMac);

/// <summary>An invited member of staff chooses a password and a second factor, or is joined to an account at the municipality's provider. Until one of both is there the account signs nobody in.</summary>
internal sealed class JoinStaff(TasukiDb db, AccountSeals seals, InviteStaff invitations, StaffBindings bindings, Passwords passwords, CheckPassword rights, TimeProvider clock)
{
    private static readonly Error Wrong = new("staff.invitation", "Name and code belong to no open invitation.");
    private static readonly Error WrongCode = new("staff.code", "The code of the authenticator is not right.");

    /// <summary>The invitation of a right name and code. Every try counts; after five the invitation is void. Error <c>staff.invitation</c>.</summary>
    public async Task<Result<ShownInvitation>> Check(string? name, string? code, CancellationToken cancel)
    {
        var token = seals.SignInToken(Passwords.Folded(name ?? ""));
        var digits = Digits(code);
        while (await Invitation(token, cancel) is { } found)
        {
            var (account, row) = found;
            if (!seals.IsWhole(row) || !seals.IsWhole(account) || row.Ends <= clock.GetUtcNow() || row.Tries >= InviteStaff.MaximumTries || account.PasswordHash is not null)
                return Wrong;
            // The try is counted before the code is looked at.
            var before = row.Mac;
            row.Tries++;
            row.Mac = seals.MacOf(row);
            if (await db.Set<StaffInvitationRow>().Where(i => i.AccountNo == row.AccountNo && i.Mac == before)
                .ExecuteUpdateAsync(s => s.SetProperty(i => i.Tries, row.Tries).SetProperty(i => i.Mac, row.Mac), cancel) == 1)
                return CryptographicOperations.FixedTimeEquals(row.CodeMac, invitations.CodeMac(account.No, digits)) ? new ShownInvitation(account.No, row.CodeMac) : Wrong;
        }

        return Wrong;
    }

    /// <summary>Password and authenticator together; the invitation is used up. Errors <c>staff.invitation</c>, <c>staff.code</c>, <c>password.*</c>.</summary>
    public async Task<Result<Done>> Join(ShownInvitation shown, string password, string secret, string? firstCode, CancellationToken cancel)
    {
        var no = shown.Account;
        if (await Invited(no, cancel) is not { SignInName: { } sealedName })
            return Wrong;
        var name = await seals.Open<string>(null, "account", "sign_in_name", no, sealedName, cancel);
        if (Passwords.Check(password, name.IsOk ? name.Value : null) is { } weak)
            return weak;
        if (TimeCodes.StepOf(secret, Digits(firstCode), clock.GetUtcNow()) is not { } step)
            return WrongCode;
        var seed = await seals.Seal(null, "account", "totp_seed", no, secret, cancel);
        var hash = passwords.Hash(no, password);
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        if (!await UseUp(shown, cancel)
            || await db.Set<Account>().Where(a => a.No == no && a.PasswordHash == null).ExecuteUpdateAsync(
                s => s.SetProperty(a => a.PasswordHash, hash).SetProperty(a => a.TotpSeed, seed.Value).SetProperty(a => a.TotpLastStep, step), cancel) != 1)
            return Wrong;
        await transaction.CommitAsync(cancel);
        return Done.Yes;
    }

    /// <summary>
    /// Binds the account to who signed in at the provider; the invitation is used up. Where the provider proved no second factor, ours comes with it. Errors <c>staff.invitation</c> (also
    /// where the subject belongs to a colleague), <c>staff.code</c>.
    /// </summary>
    public async Task<Result<Account>> Bind(ShownInvitation shown, byte[] subject, string? secret, string? firstCode, CancellationToken cancel)
    {
        var no = shown.Account;
        if (await Invited(no, cancel) is not { } account || !await rights.IsAlive(account, cancel))
            return Wrong;
        var step = secret is null ? null : TimeCodes.StepOf(secret, Digits(firstCode), clock.GetUtcNow());
        if (secret is not null && step is null)
            return WrongCode;
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        if (!await UseUp(shown, cancel))
            return Wrong;
        if (secret is not null)
        {
            var seed = await seals.Seal(null, "account", "totp_seed", no, secret, cancel);
            await db.Set<Account>().Where(a => a.No == no).ExecuteUpdateAsync(s => s.SetProperty(a => a.TotpSeed, seed.Value).SetProperty(a => a.TotpLastStep, step!.Value), cancel);
        }

        bindings.Add(no, subject);
        try
        {
            await db.SaveChangesAsync(cancel);
        }
        catch (DbUpdateException) when (!cancel.IsCancellationRequested)
        {
            db.ChangeTracker.Clear();
            return Wrong;
        }

        await transaction.CommitAsync(cancel);
        return await db.Set<Account>().AsNoTracking().SingleAsync(a => a.No == no, cancel);
    }

    // Who deletes the invitation joins: a second form of the same invitation finds none.
    private async Task<bool> UseUp(ShownInvitation shown, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        return await db.Set<StaffInvitationRow>().Where(i => i.AccountNo == shown.Account && i.CodeMac == shown.CodeMac && i.Ends > now).ExecuteDeleteAsync(cancel) == 1
            && !await bindings.IsBound(shown.Account, cancel);
    }

    private async Task<Account?> Invited(long no, CancellationToken cancel) =>
        await db.Set<Account>().AsNoTracking().SingleOrDefaultAsync(a => a.No == no, cancel) is { Kind: AccountKind.Staff, PasswordHash: null } account && seals.IsWhole(account) ? account : null;

    private async Task<(Account Account, StaffInvitationRow Row)?> Invitation(byte[] token, CancellationToken cancel) =>
        await db.Set<Account>().AsNoTracking().Where(a => a.SignInToken == token && a.Kind == AccountKind.Staff)
            .Join(db.Set<StaffInvitationRow>().AsNoTracking(), a => a.No, i => i.AccountNo, (a, i) => new { Account = a, Row = i }).SingleOrDefaultAsync(cancel) is { } found
            ? (found.Account, found.Row) : null;

    private static string Digits(string? text) => new([.. JapaneseText.Fold(text ?? "").Where(char.IsAsciiDigit)]);
}
