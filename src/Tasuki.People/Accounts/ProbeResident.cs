using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Vault;

namespace Tasuki.People;

/// <summary>
/// The one resident of a municipality who is nobody: kept for the probes that need records, made when the first of them asks. Key, rows, records and entries of the access
/// log are ordinary ones, written by its own actor through the gate. It has no way to sign in, stands in no list and no look-up, agreed to no terms and gets no message.
/// The kind in its account's row says what it is, bound by the row's MAC; every record of it bears <see cref="Label"/>. A backup holds it like anybody.
/// </summary>
public sealed class ProbeResident
{
    /// <summary>The security label of HL7 for test data (v3-ActReason), as JSON.</summary>
    public const string Label = """{"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":"HTEST","display":"test health data"}""";

    /// <summary>Numbers of people's accounts are odd (<see cref="AccountSeals.RandomNo"/>), so this one is free, and its key lets only one in.</summary>
    internal const long AccountNo = 2;

    private static readonly NewProfile Nobody = new("試験用", "住民", "シケンヨウ", "ジュウミン", new DateOnly(2000, 1, 1), "unknown");
    private static readonly Error Altered = new("synthetic.altered", "The row of the synthetic resident's account was altered.");

    private readonly TasukiDb _db;
    private readonly AccountSeals _seals;
    private readonly RecordVault _vault;
    private readonly TimeProvider _clock;

    internal ProbeResident(TasukiDb db, AccountSeals seals, RecordVault vault, TimeProvider clock) => (_db, _seals, _vault, _clock) = (db, seals, vault, clock);

    /// <summary>Makes it when there is none. Error <c>synthetic.altered</c>, and those of the vault.</summary>
    public async Task<Result<ResidentProfile>> Get(CancellationToken cancel) =>
        (await Account(cancel)).Map(account => new ResidentProfile(
            account.Resident!.Value, $"{Nobody.Family} {Nobody.Given}", $"{Nobody.FamilyKana} {Nobody.GivenKana}", Nobody.BirthDate, Nobody.Gender, Confirmed: false));

    /// <summary>Opens the gate to its own records, as it opens for a resident who signed in. Errors of <see cref="Get"/> and of <see cref="RecordVault.Open"/>.</summary>
    public async Task<Result<Session>> Open(string purpose, CancellationToken cancel)
    {
        var account = await Account(cancel);
        return account.IsOk ? await _vault.Open(Actor.Resident(account.Value.Resident!.Value), account.Value.Resident.Value, purpose, cancel) : account.Error;
    }

    /// <summary>Its number where it was made already, so that it is counted among no people; null where it was not.</summary>
    public async Task<ResidentNo?> Number(CancellationToken cancel) => (await Find(cancel))?.Resident;

    internal async Task<Result<Account>> Account(CancellationToken cancel) =>
        await Find(cancel) is { } account ? Whole(account) : await Make(cancel);

    private async Task<Result<Account>> Make(CancellationToken cancel)
    {
        var enrolled = await _vault.Enrol(Actor.Job("probes.resident", "The service makes the resident its own probes need."), cancel);
        if (!enrolled.IsOk)
            return enrolled.Error;
        var (resident, now, handle) = (enrolled.Value, _clock.GetUtcNow(), RandomNumberGenerator.GetBytes(16));
        var opened = await _vault.Open(Actor.Resident(resident), resident, Purpose.OwnUse, cancel);
        if (!opened.IsOk)
            return opened.Error;
        var written = await opened.Value.Write([PatientOf.Record(Nobody, now, synthetic: true)], cancel);
        if (!written.IsOk)
            return written.Error;
        var account = new Account
        {
            No = AccountNo, Kind = AccountKind.Synthetic, ResidentNo = resident.Value, Handle = handle, Mac = _seals.MacOf(AccountNo, AccountKind.Synthetic, resident.Value, handle), Created = now,
        };
        var profile = await _seals.Seal(resident, "resident", "profile", resident.Value, SealedProfile.Of(Nobody), cancel);
        if (!profile.IsOk)
            return profile.Error;
        var row = new ResidentRow { ResidentNo = resident.Value, State = ResidentState.SelfRegistered, Mac = [], Profile = profile.Value };
        row.Mac = _seals.MacOf(row);
        _db.AddRange(account, row);
        try
        {
            await _db.SaveChangesAsync(cancel);
            return account;
        }
        catch (DbUpdateException) when (!cancel.IsCancellationRequested)
        {
            (_db.Entry(account).State, _db.Entry(row).State) = (EntityState.Detached, EntityState.Detached);
            if (await Find(cancel) is not { } first)
                throw;
            // Another server was first. What was enrolled here goes the way of every account that is closed.
            await _vault.Close(Actor.Resident(resident), resident, cancel);
            return Whole(first);
        }
    }

    private Task<Account?> Find(CancellationToken cancel) => _db.Set<Account>().AsNoTracking().SingleOrDefaultAsync(a => a.No == AccountNo, cancel);

    private Result<Account> Whole(Account account) =>
        account is { Kind: AccountKind.Synthetic, ResidentNo: not null } && _seals.IsWhole(account) ? account : Altered;
}
