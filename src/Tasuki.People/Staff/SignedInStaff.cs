using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Vault;

namespace Tasuki.People;

/// <summary>A member of staff as colleagues see them.</summary>
/// <param name="Organisation">As the register names it; where the register is not asked, as it was written when the person was invited.</param>
public sealed record StaffMember(long No, StaffRole Role, string Name, string Organisation)
{
    /// <summary>The number in the register of organisations; null for the municipality's own staff and for clinicians of before the register.</summary>
    public long? OrganisationNo { get; init; }

    /// <summary>Whether a colleague invited them.</summary>
    internal bool IsInvited { get; init; }

    /// <summary>Who acts, for the gate and the access log. Of who is signed in; a colleague found in the directory may no longer act.</summary>
    public Actor Actor => StaffStanding.ActorOf(Role, No);

    public bool Has(DeskRight right) => DeskRights.Has(Role, right);
}

/// <summary>The member of staff who is signed in. Scoped to the request; nothing of it can be given from outside.</summary>
public sealed class SignedInStaff
{
    private readonly IHttpContextAccessor _http;
    private readonly CurrentAccount _current;
    private readonly StaffDirectory _directory;
    private readonly TimeProvider _clock;

    internal SignedInStaff(IHttpContextAccessor http, CurrentAccount current, StaffDirectory directory, TimeProvider clock) =>
        (_http, _current, _directory, _clock) = (http, current, directory, clock);

    /// <summary>Null when nobody is signed in as staff who may act.</summary>
    public async Task<StaffMember?> Get(CancellationToken cancel) =>
        _http.HttpContext is { } http && DeskRights.RoleOf(http.User) is not null && await _current.Get(cancel) is { } account ? await _directory.FindActing(account.No, cancel) : null;

    /// <summary>The member signed in when they hold the right; null otherwise.</summary>
    public async Task<StaffMember?> With(DeskRight right, CancellationToken cancel) => await Get(cancel) is { } member && member.Has(right) ? member : null;

    /// <summary>The same when every factor was proved within the last minutes: for what binds the municipality. A page shows <see cref="ProveFirst"/> beside it.</summary>
    public async Task<StaffMember?> FreshWith(DeskRight right, CancellationToken cancel) =>
        _http.HttpContext is { } http && Claims.IsFresh(http.User, _clock.GetUtcNow()) ? await With(right, cancel) : null;
}

/// <summary>The municipality's staff. A row that was altered is not there.</summary>
public sealed class StaffDirectory
{
    private readonly TasukiDb _db;
    private readonly AccountSeals _seals;
    private readonly StaffStanding _standing;
    private readonly TimeProvider _clock;

    internal StaffDirectory(TasukiDb db, AccountSeals seals, StaffStanding standing, TimeProvider clock) => (_db, _seals, _standing, _clock) = (db, seals, standing, clock);

    public async Task<StaffMember?> Find(long no, CancellationToken cancel) => await Load(no, cancel) is { } found ? await Open(found, cancel) : null;

    /// <summary>The same when the person may act at this moment.</summary>
    internal async Task<StaffMember?> FindActing(long no, CancellationToken cancel) => await Load(no, cancel) is { } found && _standing.MayAct(found) ? await Open(found, cancel) : null;

    /// <summary>Everybody who holds the right today, by name.</summary>
    public async Task<IReadOnlyList<StaffMember>> With(DeskRight right, CancellationToken cancel)
    {
        var now = _clock.GetUtcNow();
        return [.. (await All(cancel)).Where(s => (s.Ends is null || s.Ends > now) && s.Member.Has(right)).Select(s => s.Member)];
    }

    /// <summary>Everybody there ever was, by name: those whose rights have ended too.</summary>
    public async Task<IReadOnlyList<StaffMember>> Everybody(CancellationToken cancel) => [.. (await All(cancel)).Select(s => s.Member)];

    /// <summary>Everybody there ever was, by name, with the moment their rights end or ended.</summary>
    internal async Task<IReadOnlyList<(StaffMember Member, DateTimeOffset? Ends)>> All(CancellationToken cancel)
    {
        var found = new List<(StaffMember Member, DateTimeOffset? Ends)>();
        foreach (var one in await StaffStanding.Load(_db, _db.Set<StaffRow>()).AsNoTracking().ToListAsync(cancel))
        {
            if (await Open(one, cancel) is { } member)
                found.Add((member, one.Staff.Ends));
        }

        return [.. found.OrderBy(m => m.Member.Name, StringComparer.Ordinal)];
    }

    private Task<LoadedStaff?> Load(long no, CancellationToken cancel) => StaffStanding.Load(_db, _db.Set<StaffRow>().Where(s => s.AccountNo == no)).AsNoTracking().SingleOrDefaultAsync(cancel);

    private async Task<StaffMember?> Open(LoadedStaff found, CancellationToken cancel)
    {
        var row = found.Staff;
        if (!_seals.IsWhole(row) || await _seals.Open<StaffNames>(null, "staff", "names", row.AccountNo, row.Names, cancel) is not { IsOk: true } names)
            return null;
        var registered = found.Organisation is { } house ? await Organisations.NameOf(_seals, house, cancel) : null;
        return new StaffMember(row.AccountNo, row.Role, names.Value.Name, registered ?? names.Value.Organisation) { OrganisationNo = row.OrganisationNo, IsInvited = names.Value.Invited };
    }
}
