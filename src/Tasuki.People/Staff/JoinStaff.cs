using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Text;

namespace Tasuki.People;

/// <summary>An invited member of staff chooses a password and a second factor. Until both are there the account signs nobody in.</summary>
internal sealed class JoinStaff(TasukiDb db, AccountSeals seals, InviteStaff invitations, Passwords passwords, TimeProvider clock)
{
    private static readonly Error Wrong = new("staff.invitation", "Name and code belong to no open invitation.");

    /// <summary>The account of a right name and code. Every try counts; after five the invitation is void. Error <c>staff.invitation</c>.</summary>
    public async Task<Result<Account>> Check(string? name, string? code, CancellationToken cancel)
    {
        var token = seals.SignInToken(Passwords.Folded(name ?? ""));
        var digits = new string([.. JapaneseText.Fold(code ?? "").Where(char.IsAsciiDigit)]);
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
                return CryptographicOperations.FixedTimeEquals(row.CodeMac, invitations.CodeMac(account.No, digits)) ? account : Wrong;
        }

        return Wrong;
    }

    /// <summary>Password and authenticator together; the invitation is used up. Errors <c>staff.invitation</c>, <c>staff.code</c>, <c>password.*</c>.</summary>
    public async Task<Result<Done>> Join(long no, string password, string secret, string? firstCode, CancellationToken cancel)
    {
        if (await db.Set<Account>().AsNoTracking().SingleOrDefaultAsync(a => a.No == no, cancel) is not { PasswordHash: null, SignInName: { } sealedName } account || !seals.IsWhole(account))
            return Wrong;
        var name = await seals.Open<string>(null, "account", "sign_in_name", no, sealedName, cancel);
        if (Passwords.Check(password, name.IsOk ? name.Value : null) is { } weak)
            return weak;
        var digits = new string([.. JapaneseText.Fold(firstCode ?? "").Where(char.IsAsciiDigit)]);
        if (TimeCodes.StepOf(secret, digits, clock.GetUtcNow()) is not { } step)
            return new Error("staff.code", "The code of the authenticator is not right.");
        var seed = await seals.Seal(null, "account", "totp_seed", no, secret, cancel);
        var hash = passwords.Hash(no, password);
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        // Who deletes the invitation joins: a second form of the same invitation finds none.
        var now = clock.GetUtcNow();
        if (await db.Set<StaffInvitationRow>().Where(i => i.AccountNo == no && i.Ends > now).ExecuteDeleteAsync(cancel) != 1
            || await db.Set<Account>().Where(a => a.No == no && a.PasswordHash == null).ExecuteUpdateAsync(
                s => s.SetProperty(a => a.PasswordHash, hash).SetProperty(a => a.TotpSeed, seed.Value).SetProperty(a => a.TotpLastStep, step), cancel) != 1)
            return Wrong;
        await transaction.CommitAsync(cancel);
        return Done.Yes;
    }

    private async Task<(Account Account, StaffInvitationRow Row)?> Invitation(byte[] token, CancellationToken cancel) =>
        await db.Set<Account>().AsNoTracking().Where(a => a.SignInToken == token && a.Kind == AccountKind.Staff)
            .Join(db.Set<StaffInvitationRow>().AsNoTracking(), a => a.No, i => i.AccountNo, (a, i) => new { Account = a, Row = i }).SingleOrDefaultAsync(cancel) is { } found
            ? (found.Account, found.Row) : null;
}
