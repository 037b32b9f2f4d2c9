using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Vault;

namespace Tasuki.People;

/// <summary>
/// An administrator or auditor says, once, that a colleague is a real person who uses the account themself. From then on who invited the colleague stands behind the account no more
/// (<see cref="TwoOfficers"/>). Nobody says it of an account that may be their own, and of none that has not been joined: who invited it still holds the code.
/// </summary>
internal sealed class VouchForStaff(TasukiDb db, AccountSeals seals, StaffDirectory directory, StaffOrigins origins, StaffBindings bindings, TwoOfficers officers, RecordVault vault, TimeProvider clock)
{
    private static readonly Error NoRight = new("staff.right", "Administrators and auditors vouch for staff.");
    private static readonly Error NoSuch = new("staff.missing", "There is no such member of staff.");
    private static readonly Error NothingToSay = new("staff.vouched", "Nobody vouches for who was not invited, or was vouched for already.");
    private static readonly Error NotJoined = new("staff.not-joined", "Who invited them still holds the code.");
    private static readonly Error SamePerson = new("staff.same-person", "Who vouches may be one person with who they vouch for.");
    private static readonly Error Moved = new("staff.changed", "Somebody changed the account in this moment; look at it again.");

    /// <summary>Errors <c>staff.changed</c> and those of <see cref="Refusal"/>.</summary>
    public async Task<Result<Done>> Vouch(StaffMember colleague, long no, CancellationToken cancel)
    {
        if (await Refusal(colleague, no, cancel) is { } refused)
            return refused;
        var row = (await origins.Row(no, cancel))!;
        var before = row.Mac;
        (row.VouchedBy, row.Vouched) = (colleague.No, clock.GetUtcNow());
        row.Mac = seals.MacOf(row);
        await vault.LogDesk(colleague.Actor, string.Create(CultureInfo.InvariantCulture, $"staff {no} vouched"), cancel);
        return await db.Set<StaffOriginRow>().Where(o => o.AccountNo == no && o.Mac == before).ExecuteUpdateAsync(
            s => s.SetProperty(o => o.VouchedBy, row.VouchedBy).SetProperty(o => o.Vouched, row.Vouched).SetProperty(o => o.Mac, row.Mac), cancel) == 1 ? Done.Yes : Moved;
    }

    /// <summary>Why the colleague may not vouch for that account; null when they may. Errors <c>staff.right</c>, <c>staff.missing</c>, <c>staff.vouched</c>, <c>staff.not-joined</c>, <c>staff.same-person</c>.</summary>
    public async Task<Error?> Refusal(StaffMember colleague, long no, CancellationToken cancel)
    {
        if (!colleague.Has(DeskRight.VouchForStaff))
            return NoRight;
        if (await directory.Find(no, cancel) is not { } member)
            return NoSuch;
        if (await origins.Of(member, cancel) is { IsWhole: true } origin && (origin.InvitedBy is null || origin.Vouched is not null))
            return NothingToSay;
        if (!await HasJoined(no, cancel))
            return NotJoined;
        return await officers.MayBeOne(colleague.No, no, cancel) ? SamePerson : null;
    }

    private async Task<bool> HasJoined(long no, CancellationToken cancel) =>
        await db.Set<Account>().AnyAsync(a => a.No == no && a.PasswordHash != null, cancel) || await bindings.IsBound(no, cancel);
}
