using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Vault;

namespace Tasuki.People;

/// <summary>A member of staff with the organisation the row names, from one statement.</summary>
internal sealed record LoadedStaff(StaffRow Staff, OrganisationRow? Organisation);

/// <summary>
/// Whether a member of staff may act, and the one place a clinician becomes an actor. Asked at every request of a page and of an app and never cached: the row is whole, its last
/// day has not passed, and a clinician's organisation is confirmed at this moment.
/// </summary>
internal sealed class StaffStanding(TasukiDb db, AccountSeals seals, TimeProvider clock)
{
    /// <summary>What the account may act as; null when it may not.</summary>
    public async Task<StaffRole?> RoleOf(long account, CancellationToken cancel) =>
        await Load(db, db.Set<StaffRow>().Where(s => s.AccountNo == account)).AsNoTracking().SingleOrDefaultAsync(cancel) is { } found && MayAct(found) ? found.Staff.Role : null;

    /// <summary>The clinician of the account, for the gate; null when the account may not act, or is no clinician's.</summary>
    public async Task<Actor?> Clinician(long account, CancellationToken cancel) => await RoleOf(account, cancel) is StaffRole.Clinician ? ActorOf(StaffRole.Clinician, account) : null;

    public bool MayAct(LoadedStaff found) => IsInTime(clock.GetUtcNow(), found.Staff) && IsWhole(seals, found.Staff, found.Organisation);

    /// <summary>The clinician of rows that were read with a token; null where there are none, or they do not hold. Whether they are in time is <see cref="IsInTime"/>.</summary>
    public static Actor? Clinician(AccountSeals seals, StaffRow? staff, OrganisationRow? organisation) =>
        staff is { Role: StaffRole.Clinician } && IsWhole(seals, staff, organisation) ? ActorOf(staff.Role, staff.AccountNo) : null;

    public static bool IsInTime(DateTimeOffset now, StaffRow? staff) => staff is not { Ends: { } ends } || ends > now;

    // Clinicians of before the register name no organisation. Who has been given one stands and falls with it.
    private static bool IsWhole(AccountSeals seals, StaffRow staff, OrganisationRow? organisation) =>
        seals.IsWhole(staff)
        && (staff is not { Role: StaffRole.Clinician, OrganisationNo: { } no } || (organisation is { State: OrganisationState.Confirmed } house && house.No == no && seals.IsWhole(house)));

    /// <summary>Who acts, for the gate and the access log.</summary>
    internal static Actor ActorOf(StaffRole role, long account)
    {
        var id = account.ToString(CultureInfo.InvariantCulture);
        return role is StaffRole.Clinician ? Actor.Clinician(id) : Actor.Officer(id);
    }

    internal static IQueryable<LoadedStaff> Load(TasukiDb db, IQueryable<StaffRow> rows) =>
        from s in rows
        join o in db.Set<OrganisationRow>() on s.OrganisationNo equals (long?)o.No into organisations
        from o in organisations.DefaultIfEmpty()
        select new LoadedStaff(s, o);
}
