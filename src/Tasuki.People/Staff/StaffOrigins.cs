using Microsoft.EntityFrameworkCore;
using Tasuki.Data;

namespace Tasuki.People;

/// <summary>Where an account of staff came from.</summary>
/// <param name="IsWhole">False where the row was altered or taken away by SQL: nothing it says counts then.</param>
/// <param name="InvitedBy">Null where the operator made the account at the server, or somebody invited it before this was kept.</param>
internal sealed record StaffOrigin(bool IsWhole, long? InvitedBy = null, DateTimeOffset? Invited = null, long? VouchedBy = null, DateTimeOffset? Vouched = null);

/// <summary>Who invited whom, kept for good. What a row says changes by a new code and by <see cref="VouchForStaff"/> alone.</summary>
internal sealed class StaffOrigins(TasukiDb db, AccountSeals seals, TimeProvider clock)
{
    public async Task<StaffOrigin> Of(StaffMember member, CancellationToken cancel) => Read(member, await Row(member.No, cancel));

    public async Task<IReadOnlyDictionary<long, StaffOrigin>> Of(IReadOnlyList<StaffMember> members, CancellationToken cancel)
    {
        var rows = await db.Set<StaffOriginRow>().AsNoTracking().ToDictionaryAsync(o => o.AccountNo, cancel);
        return members.ToDictionary(m => m.No, m => Read(m, rows.GetValueOrDefault(m.No)));
    }

    public Task<StaffOriginRow?> Row(long account, CancellationToken cancel) => db.Set<StaffOriginRow>().AsNoTracking().SingleOrDefaultAsync(o => o.AccountNo == account, cancel);

    /// <summary>Of an account that is made: added to the changes, not saved.</summary>
    public void Add(long account, long by)
    {
        var row = new StaffOriginRow { AccountNo = account, InvitedBy = by, Invited = clock.GetUtcNow(), Mac = [] };
        row.Mac = seals.MacOf(row);
        db.Add(row);
    }

    /// <summary>
    /// Of an account that gets a new code: whoever made that may join as it, and nobody else may any more. What was vouched before is not said of them. Written at once, in the caller's
    /// transaction.
    /// </summary>
    public async Task Renew(long account, long by, CancellationToken cancel)
    {
        await db.Set<StaffOriginRow>().Where(o => o.AccountNo == account).ExecuteDeleteAsync(cancel);
        Add(account, by);
    }

    private StaffOrigin Read(StaffMember member, StaffOriginRow? row) => row switch
    {
        null => new StaffOrigin(IsWhole: !member.IsInvited),
        _ when !seals.IsWhole(row) => new StaffOrigin(IsWhole: false),
        _ => new StaffOrigin(IsWhole: true, row.InvitedBy, row.Invited, row.VouchedBy, row.Vouched),
    };
}
