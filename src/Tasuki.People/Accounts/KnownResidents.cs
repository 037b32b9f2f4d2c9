using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Seals;

namespace Tasuki.People;

/// <summary>Name and address on a letter.</summary>
public sealed record PostalAddress(string Name, string? PostalCode, string Address);

/// <summary>What is known of residents apart from records, for an act of staff or of a job that concerns them.</summary>
public sealed class KnownResidents
{
    private readonly TasukiDb _db;
    private readonly AccountSeals _seals;

    private readonly TakeList _lists;
    private readonly ISeal _seal;

    internal KnownResidents(TasukiDb db, AccountSeals seals, TakeList lists, ISeal seal) => (_db, _seals, _lists, _seal) = (db, seals, lists, seal);

    /// <summary>Whoever calls has <paramref name="log"/> write the person's access log before anything is opened. Null when nothing is known of the person, or nothing opens.</summary>
    public async Task<ResidentProfile?> Profile(ResidentNo resident, Func<ResidentNo, Task> log, CancellationToken cancel)
    {
        if (await _db.Set<ResidentRow>().AsNoTracking().SingleOrDefaultAsync(r => r.ResidentNo == resident.Value, cancel) is not { } row)
            return null;
        await log(resident);
        return await _seals.Open<SealedProfile>(resident, "resident", "profile", resident.Value, row.Profile, cancel) is { IsOk: true, Value: var p }
            ? new ResidentProfile(resident, p.FullName, p.FullKana, p.BirthDate, p.Gender, row.State is ResidentState.Confirmed && _seals.IsWhole(row)) : null;
    }

    /// <summary>
    /// Where a letter goes: by the municipality's list where an entry of it is the person's, else as the person said. Logged as <see cref="Profile"/> is. Null where no address is
    /// known, and of protected persons unless <paramref name="protectedToo"/>: their addresses are for named officers.
    /// </summary>
    public async Task<PostalAddress?> Address(ResidentNo resident, bool protectedToo, Func<ResidentNo, Task> log, CancellationToken cancel)
    {
        var no = resident.Value;
        var row = await _db.Set<ResidentRow>().AsNoTracking().SingleOrDefaultAsync(r => r.ResidentNo == no, cancel);
        var entry = await _db.Set<EligibleRow>().AsNoTracking().SingleOrDefaultAsync(e => e.ResidentNo == no, cancel);
        // A row that was altered counts as protected.
        var isProtected = (row is not null && (row.Protected || !_seals.IsWhole(row))) || (entry is not null && (entry.Protected || !entry.Mac.AsSpan().SequenceEqual(_seal.MacOf(entry))));
        if ((row is null && entry is null) || (isProtected && !protectedToo))
            return null;
        await log(resident);
        if (entry is not null && _lists.Open(entry) is { IsOk: true, Value: { Address: { } there } listed })
            return new PostalAddress(listed.FullName, listed.PostalCode, there);
        return row is not null && await _seals.Open<SealedProfile>(resident, "resident", "profile", no, row.Profile, cancel) is { IsOk: true, Value: { Address: { } said } profile }
            ? new PostalAddress(profile.FullName, null, said) : null;
    }

    /// <summary>Whether anybody has an account, so that something of somebody is held.</summary>
    public Task<bool> Any(CancellationToken cancel) => _db.Set<Account>().AnyAsync(a => a.Kind == AccountKind.Resident, cancel);

    /// <summary>Those of them who have an account and can sign in to it: of somebody who died nobody can.</summary>
    public async Task<IReadOnlySet<ResidentNo>> WithAccount(IReadOnlyCollection<ResidentNo> residents, CancellationToken cancel)
    {
        const int AtOnce = 1_000;
        var found = new HashSet<ResidentNo>();
        foreach (var some in residents.Select(r => (long?)r.Value).Chunk(AtOnce))
        {
            var accounts = _db.Set<Account>().AsNoTracking().Where(
                a => a.Kind == AccountKind.Resident && some.Contains(a.ResidentNo) && !_db.Set<ResidentRow>().Any(r => r.ResidentNo == a.ResidentNo && r.Standing == ResidentStanding.Died));
            foreach (var account in await accounts.ToListAsync(cancel))
            {
                if (_seals.IsWhole(account))
                    found.Add(new ResidentNo(account.ResidentNo!.Value));
            }
        }

        return found;
    }
}
