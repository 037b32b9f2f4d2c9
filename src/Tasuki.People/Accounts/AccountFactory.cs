using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Vault;

namespace Tasuki.People;

/// <summary>What a new account's owner must be told, once: it stands nowhere in the open.</summary>
/// <param name="TotpSecret">Base32, for an authenticator; null when there is none.</param>
/// <param name="Codes">The printed list; empty when there is none.</param>
public sealed record CreatedAccount(long AccountNo, ResidentNo? Resident, string? SignInName, string? TotpSecret, IReadOnlyList<string> Codes);

/// <summary>Makes accounts: for the sign-up pages, and for the command line (demo, first administrator).</summary>
public sealed class AccountFactory
{
    private readonly TasukiDb _db;
    private readonly AccountSeals _seals;
    private readonly Passwords _passwords;
    private readonly PrintedCodes _codes;
    private readonly RecordVault _vault;
    private readonly Outbox _outbox;
    private readonly AcceptTerms _terms;
    private readonly ISignUpAge _age;
    private readonly TimeProvider _clock;

    internal AccountFactory(TasukiDb db, AccountSeals seals, Passwords passwords, PrintedCodes codes, RecordVault vault, Outbox outbox, AcceptTerms terms, ISignUpAge age, TimeProvider clock)
    {
        (_db, _seals, _passwords, _codes, _vault, _outbox, _terms, _age, _clock) = (db, seals, passwords, codes, vault, outbox, terms, age, clock);
    }

    /// <summary>
    /// A resident with key, profile, consent and a Patient as the first record. With neither secret nor codes given, a secret is made. Errors: those of
    /// <see cref="CheckNew"/>, <c>sign-up.age</c>, and of the vault.
    /// </summary>
    public Task<Result<CreatedAccount>> CreateResident(
        NewProfile profile, string signInName, string password, CancellationToken cancel, string? totpSecret = null, IReadOnlyList<string>? codes = null) =>
        Create(new NewResident
        {
            Profile = profile, SignInName = signInName, Password = password, TotpSecret = totpSecret ?? (codes is null ? TimeCodes.NewSecret() : null), Codes = codes ?? [], Language = "ja",
        }, cancel);

    /// <summary>A member of staff, with an authenticator. Errors: those of <see cref="CheckNew"/>.</summary>
    /// <param name="organisationNo">The number in the register of organisations, of a clinician.</param>
    public async Task<Result<CreatedAccount>> CreateStaff(
        StaffRole role, string name, string organisation, string signInName, string password, CancellationToken cancel, string? totpSecret = null, long? organisationNo = null)
    {
        var folded = await CheckNew(signInName, password, cancel);
        if (!folded.IsOk)
            return folded.Error;
        var secret = totpSecret ?? TimeCodes.NewSecret();
        var account = NewAccount(AccountKind.Staff, null, RandomNumberGenerator.GetBytes(16));
        await AddSecrets(account, signInName, folded.Value, password, secret, [], cancel);
        await AddStaff(account, role, new StaffNames(name, organisation), organisationNo, cancel);
        await _db.SaveChangesAsync(cancel);
        return new CreatedAccount(account.No, null, signInName, secret, []);
    }

    /// <summary>A member of staff who still has to choose a password and a second factor: added to the changes, not saved. Errors <c>sign-in-name.length</c>, <c>sign-in-name.taken</c>.</summary>
    internal async Task<Result<long>> AddInvited(StaffRole role, string name, string organisation, long? organisationNo, string signInName, CancellationToken cancel)
    {
        var folded = Passwords.Name(signInName);
        if (!folded.IsOk)
            return folded.Error;
        var token = _seals.SignInToken(folded.Value);
        if (await _db.Set<Account>().AnyAsync(a => a.SignInToken == token, cancel))
            return new Error("sign-in-name.taken", "The sign-in name is in use.");
        var account = NewAccount(AccountKind.Staff, null, RandomNumberGenerator.GetBytes(16));
        account.SignInToken = token;
        account.SignInName = (await _seals.Seal(null, "account", "sign_in_name", account.No, signInName.Trim(), cancel)).Value;
        await AddStaff(account, role, new StaffNames(name, organisation, Invited: true), organisationNo, cancel);
        return account.No;
    }

    private async Task AddStaff(Account account, StaffRole role, StaffNames who, long? organisationNo, CancellationToken cancel)
    {
        var names = await _seals.Seal(null, "staff", "names", account.No, who, cancel);
        var row = new StaffRow { AccountNo = account.No, Role = role, OrganisationNo = organisationNo, Mac = [], Names = names.Value };
        row.Mac = _seals.MacOf(row);
        _db.Add(row);
    }

    /// <summary>The folded sign-in name when name and password may be used. Errors <c>sign-in-name.length</c>, <c>sign-in-name.taken</c>, <c>password.short</c>, <c>password.long</c>, <c>password.common</c>.</summary>
    public async Task<Result<string>> CheckNew(string? signInName, string password, CancellationToken cancel)
    {
        var folded = Passwords.Name(signInName);
        if (!folded.IsOk)
            return folded.Error;
        if (Passwords.Check(password, signInName) is { } weak)
            return weak;
        var token = _seals.SignInToken(folded.Value);
        return await _db.Set<Account>().AnyAsync(a => a.SignInToken == token, cancel)
            ? new Error("sign-in-name.taken", "The sign-in name is in use.") : folded;
    }

    internal async Task<Result<CreatedAccount>> Create(NewResident wanted, CancellationToken cancel)
    {
        if (await _age.From(cancel) is > 0 and var age && !SignUpAge.IsReached(wanted.Profile.BirthDate, age, _clock.Today()))
            return new Error("sign-up.age", $"An account of one's own is made from the age of {age.ToString(CultureInfo.InvariantCulture)}.");
        string? folded = null;
        if (wanted is { SignInName: { } signInName, Password: { } password })
        {
            var name = await CheckNew(signInName, password, cancel);
            if (!name.IsOk)
                return name.Error;
            folded = name.Value;
        }

        // The key is durable before anything is sealed under it. A crash from here to the commit leaves a resident number nobody can reach.
        var enrolled = await _vault.Enrol(Actor.Job("sign-up", "A person makes an account of their own."), cancel);
        if (!enrolled.IsOk)
            return enrolled.Error;
        var resident = enrolled.Value;
        var account = NewAccount(AccountKind.Resident, resident, wanted.Handle);
        await AddSecrets(account, wanted.SignInName, folded, wanted.Password, wanted.TotpSecret, wanted.Codes, cancel);
        await AddPerson(resident, wanted, cancel);
        if (wanted.Passkey is { } passkey)
            await AddPasskey(account, passkey, cancel);
        _outbox.Add("people.enrolled", resident);

        var opened = await _vault.Open(Actor.Resident(resident), resident, Purpose.OwnUse, cancel);
        if (!opened.IsOk)
            return opened.Error;
        var written = await opened.Value.Write([PatientOf.Record(wanted.Profile, _clock.GetUtcNow())], cancel);
        if (!written.IsOk)
            return written.Error;
        await _vault.AddLookup(resident, Kernel.Seals.LookupKind.KanaNameWithBirthDate, LookupValue(wanted.Profile), cancel);
        try
        {
            await _db.SaveChangesAsync(cancel);
        }
        catch (DbUpdateException) when (folded is not null && !cancel.IsCancellationRequested)
        {
            // Another took the name between the look and the insert.
            return new Error("sign-in-name.taken", "The sign-in name is in use.");
        }

        return new CreatedAccount(account.No, resident, wanted.SignInName, wanted.TotpSecret, wanted.Codes);
    }

    /// <summary>The one-time code of an authenticator with that secret at that moment: what a demo prints in place of a telephone.</summary>
    public static string OneTimeCode(string totpSecret, DateTimeOffset when) => TimeCodes.CodeAt(totpSecret, when);

    /// <summary>
    /// A resident as the municipality enrols one who has no account yet: key, confirmed profile, look-up, a Patient as the first record. Errors: those of the vault.
    /// </summary>
    public async Task<Result<ResidentNo>> EnrolResident(NewProfile profile, Actor enroller, CancellationToken cancel)
    {
        var enrolled = await _vault.Enrol(enroller, cancel);
        if (!enrolled.IsOk)
            return enrolled.Error;
        var resident = enrolled.Value;
        await AddProfile(resident, profile, ResidentState.Confirmed, cancel);
        var opened = await _vault.Open(enroller, resident, Purpose.Operation, cancel);
        if (!opened.IsOk)
            return opened.Error;
        var written = await opened.Value.Write([PatientOf.Record(profile, _clock.GetUtcNow())], cancel);
        if (!written.IsOk)
            return written.Error;
        await _vault.AddLookup(resident, Kernel.Seals.LookupKind.KanaNameWithBirthDate, LookupValue(profile), cancel);
        await _db.SaveChangesAsync(cancel);
        return resident;
    }

    /// <summary>What the desk looks a person up by: folded kana name and birth date together, never one alone.</summary>
    internal static byte[] LookupValue(NewProfile profile) =>
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{profile.KanaName}|{profile.BirthDate:yyyy-MM-dd}"));

    private Account NewAccount(AccountKind kind, ResidentNo? resident, byte[] handle)
    {
        var no = AccountSeals.RandomNo();
        var account = new Account { No = no, Kind = kind, ResidentNo = resident?.Value, Handle = handle, Mac = _seals.MacOf(no, kind, resident?.Value, handle), Created = _clock.GetUtcNow() };
        _db.Add(account);
        return account;
    }

    private async Task AddSecrets(Account account, string? name, string? folded, string? password, string? totpSecret, IReadOnlyList<string> codes, CancellationToken cancel)
    {
        if (folded is not null)
        {
            account.SignInToken = _seals.SignInToken(folded);
            account.SignInName = (await _seals.Seal(account.Resident, "account", "sign_in_name", account.No, name, cancel)).Value;
            account.PasswordHash = _passwords.Hash(account.No, password!);
        }

        if (totpSecret is not null)
            account.TotpSeed = (await _seals.Seal(account.Resident, "account", "totp_seed", account.No, totpSecret, cancel)).Value;
        _codes.Add(account.No, codes);
    }

    private async Task AddPerson(ResidentNo resident, NewResident wanted, CancellationToken cancel)
    {
        await AddProfile(resident, wanted.Profile, ResidentState.SelfRegistered, cancel);
        _db.Add((await _terms.Row(resident, wanted.Language, cancel)).Value);
    }

    private async Task AddProfile(ResidentNo resident, NewProfile profile, ResidentState state, CancellationToken cancel)
    {
        var sealedProfile = await _seals.Seal(resident, "resident", "profile", resident.Value, SealedProfile.Of(profile), cancel);
        var row = new ResidentRow { ResidentNo = resident.Value, State = state, Mac = [], Profile = sealedProfile.Value };
        row.Mac = _seals.MacOf(row);
        _db.Add(row);
    }

    private async Task AddPasskey(Account account, SealedPasskey passkey, CancellationToken cancel)
    {
        var no = AccountSeals.RandomNo();
        var credential = await _seals.Seal(account.Resident, "passkey", "credential", no, passkey, cancel);
        _db.Add(new PasskeyRow
        {
            No = no, AccountNo = account.No, CredentialToken = _seals.CredentialToken(passkey.CredentialId), Credential = credential.Value, Created = _clock.GetUtcNow(),
        });
    }
}

/// <summary>All that an account is made of: either a name and a password with a second factor, or a passkey, or both.</summary>
internal sealed record NewResident
{
    public required NewProfile Profile { get; init; }

    public byte[] Handle { get; init; } = RandomNumberGenerator.GetBytes(16);

    public string? SignInName { get; init; }

    public string? Password { get; init; }

    public string? TotpSecret { get; init; }

    public IReadOnlyList<string> Codes { get; init; } = [];

    public SealedPasskey? Passkey { get; init; }

    public required string Language { get; init; }
}
