using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Tasuki.Data;

namespace Tasuki.People;

/// <summary>A passkey as it lies sealed: what ASP.NET Core Identity needs to check an assertion, and the name its owner gave it.</summary>
internal sealed record SealedPasskey(
    byte[] CredentialId, byte[] PublicKey, DateTimeOffset Created, uint SignCount, string[]? Transports,
    bool UserVerified, bool BackupEligible, bool BackedUp, byte[] Attestation, byte[] ClientData, string? Name)
{
    public static SealedPasskey Of(UserPasskeyInfo p) => new(
        p.CredentialId, p.PublicKey, p.CreatedAt, p.SignCount, p.Transports, p.IsUserVerified, p.IsBackupEligible, p.IsBackedUp, p.AttestationObject, p.ClientDataJson, p.Name);

    public UserPasskeyInfo ToInfo() =>
        new(CredentialId, PublicKey, Created, SignCount, Transports, UserVerified, BackupEligible, BackedUp, Attestation, ClientData) { Name = Name };
}

/// <summary>
/// Our tables behind the passkey machinery of ASP.NET Core Identity, which finds an account by its WebAuthn handle or by a credential. Every column is a token or
/// sealed, so the stores that come with Identity do not fit; passwords, locks and codes are our own files, for what Identity does not do (a code counts once, a
/// pepper from the ring, a delay that rises).
/// </summary>
internal sealed class AccountStore(TasukiDb db, AccountSeals seals, TimeProvider clock) : IUserPasskeyStore<Account>
{
    public async Task<Account?> FindByIdAsync(string userId, CancellationToken cancellationToken)
    {
        var handle = new byte[16];
        if (!Convert.TryFromBase64String(userId, handle, out var length) || length != 16)
            return null;
        return await Whole(db.Set<Account>().Where(a => a.Handle == handle), cancellationToken);
    }

    public Task<Account?> FindByPasskeyIdAsync(byte[] credentialId, CancellationToken cancellationToken)
    {
        var token = seals.CredentialToken(credentialId);
        return Whole(db.Set<PasskeyRow>().Where(p => p.CredentialToken == token).Join(db.Set<Account>(), p => p.AccountNo, a => a.No, (_, a) => a), cancellationToken);
    }

    public async Task<IList<UserPasskeyInfo>> GetPasskeysAsync(Account user, CancellationToken cancellationToken) =>
        [.. (await Passkeys(user, cancellationToken)).Select(p => p.Passkey.ToInfo())];

    /// <summary>The passkeys of an account with their rows, oldest first. One that does not open is left out.</summary>
    public async Task<IReadOnlyList<(PasskeyRow Row, SealedPasskey Passkey)>> Passkeys(Account user, CancellationToken cancel)
    {
        var opened = new List<(PasskeyRow, SealedPasskey)>();
        foreach (var row in await db.Set<PasskeyRow>().AsNoTracking().Where(p => p.AccountNo == user.No).OrderBy(p => p.Created).ToListAsync(cancel))
        {
            var passkey = await seals.Open<SealedPasskey>(user.Resident, "passkey", "credential", row.No, row.Credential, cancel);
            if (passkey.IsOk)
                opened.Add((row, passkey.Value));
        }

        return opened;
    }

    public async Task<UserPasskeyInfo?> FindPasskeyAsync(Account user, byte[] credentialId, CancellationToken cancellationToken) =>
        (await Passkeys(user, cancellationToken)).Select(p => p.Passkey).FirstOrDefault(p => p.CredentialId.AsSpan().SequenceEqual(credentialId))?.ToInfo();

    public Task AddOrUpdatePasskeyAsync(Account user, UserPasskeyInfo passkey, CancellationToken cancellationToken) => Keep(user, passkey, used: true, cancellationToken);

    /// <summary>Stores the passkey with another name.</summary>
    public Task RenamePasskey(Account user, UserPasskeyInfo passkey, CancellationToken cancel) => Keep(user, passkey, used: false, cancel);

    private async Task Keep(Account user, UserPasskeyInfo passkey, bool used, CancellationToken cancellationToken)
    {
        var token = seals.CredentialToken(passkey.CredentialId);
        var row = await db.Set<PasskeyRow>().SingleOrDefaultAsync(p => p.CredentialToken == token && p.AccountNo == user.No, cancellationToken);
        var no = row?.No ?? AccountSeals.RandomNo();
        var credential = (await seals.Seal(user.Resident, "passkey", "credential", no, SealedPasskey.Of(passkey), cancellationToken)).Value;
        if (row is null)
            db.Add(new PasskeyRow { No = no, AccountNo = user.No, CredentialToken = token, Credential = credential, Created = clock.GetUtcNow() });
        else
            (row.Credential, row.LastUsed) = (credential, used ? clock.GetUtcNow() : row.LastUsed);
        await db.SaveChangesAsync(cancellationToken);
    }

    public async Task RemovePasskeyAsync(Account user, byte[] credentialId, CancellationToken cancellationToken)
    {
        var token = seals.CredentialToken(credentialId);
        await db.Set<PasskeyRow>().Where(p => p.AccountNo == user.No && p.CredentialToken == token).ExecuteDeleteAsync(cancellationToken);
    }

    /// <summary>False when it is the last way to sign in: no other passkey, and no password with a second factor.</summary>
    public async Task<bool> RemovePasskeyUnlessLast(Account user, byte[] credentialId, CancellationToken cancel)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        // The account's row is the lock: two removals at once would each see the other's passkey.
        await db.Set<Account>().Where(a => a.No == user.No).ExecuteUpdateAsync(s => s.SetProperty(a => a.TotpLastStep, a => a.TotpLastStep), cancel);
        var now = clock.GetUtcNow();
        var hasPassword = user.PasswordHash is not null
            && (user.TotpSeed is not null || await db.Set<PrintedCode>().AnyAsync(c => c.AccountNo == user.No && c.Used == null && c.Ends > now, cancel));
        if (!hasPassword && await db.Set<PasskeyRow>().CountAsync(p => p.AccountNo == user.No, cancel) < 2)
            return false;
        await RemovePasskeyAsync(user, credentialId, cancel);
        await transaction.CommitAsync(cancel);
        return true;
    }

    public Task<string> GetUserIdAsync(Account user, CancellationToken cancellationToken) => Task.FromResult(IdOf(user.Handle));

    // Identity wants a name for its logs and its own look-ups; ours stays sealed.
    public Task<string?> GetUserNameAsync(Account user, CancellationToken cancellationToken) => Task.FromResult<string?>(IdOf(user.Handle));

    public Task<string?> GetNormalizedUserNameAsync(Account user, CancellationToken cancellationToken) => GetUserNameAsync(user, cancellationToken);

    public Task SetUserNameAsync(Account user, string? userName, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task SetNormalizedUserNameAsync(Account user, string? normalizedName, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<IdentityResult> UpdateAsync(Account user, CancellationToken cancellationToken) => Task.FromResult(IdentityResult.Success);

    public Task<IdentityResult> CreateAsync(Account user, CancellationToken cancellationToken) => throw new NotSupportedException("Accounts are made by AccountFactory.");

    public Task<IdentityResult> DeleteAsync(Account user, CancellationToken cancellationToken) => throw new NotSupportedException("Accounts are closed and erased.");

    public Task<Account?> FindByNameAsync(string normalizedUserName, CancellationToken cancellationToken) => FindByIdAsync(normalizedUserName, cancellationToken);

    public static string IdOf(byte[] handle) => Convert.ToBase64String(handle);

    public void Dispose()
    {
    }

    private async Task<Account?> Whole(IQueryable<Account> query, CancellationToken cancel) =>
        await query.AsNoTracking().SingleOrDefaultAsync(cancel) is { } account && seals.IsWhole(account) ? account : null;
}
