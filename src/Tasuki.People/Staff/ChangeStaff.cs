using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Seals;
using Tasuki.Vault;

namespace Tasuki.People;

/// <summary>Who had which role on the day of a review.</summary>
internal sealed record ReviewedRights(IReadOnlyList<ReviewedMember> Members);

internal sealed record ReviewedMember(long No, string Name, string Organisation, StaffRole Role, DateTimeOffset? Ends);

/// <summary>A signed review as it is shown again.</summary>
internal sealed record SignedReview(DateTimeOffset Signed, string? SignedBy, ReviewedRights Rights);

/// <summary>Changes a role, ends rights on a day, and signs reviews. What changes acts on the next request; nobody changes their own account.</summary>
internal sealed class ChangeStaff(TasukiDb db, AccountSeals seals, ISeal seal, SignInSessions sessions, StaffDirectory directory, Organisations organisations, RecordVault vault, TimeProvider clock)
{
    /// <summary>A review is due this long after the last.</summary>
    public static readonly TimeSpan ReviewEvery = TimeSpan.FromDays(182);

    private static readonly Error NoSuch = new("staff.missing", "There is no such member of staff.");
    private static readonly Error Own = new("staff.own", "Nobody changes their own rights.");
    private static readonly Error NotRegistered = new("staff.organisation", "A clinician belongs to a confirmed organisation of the register.");
    private static readonly Error Moved = new("staff.changed", "Somebody changed the account in this moment; look at it again.");

    /// <summary>Errors <c>staff.missing</c>, <c>staff.own</c>, <c>staff.changed</c>, <c>staff.organisation</c>.</summary>
    /// <param name="organisation">Of a clinician: one of the register that is confirmed. Another role has none.</param>
    public async Task<Result<Done>> SetRole(StaffMember administrator, long no, StaffRole role, long? organisation, CancellationToken cancel)
    {
        if (role is not StaffRole.Clinician)
            return await Change(administrator, no, row => (row.Role, row.OrganisationNo) = (role, null), $"role {role}", cancel);
        return organisation is { } house && await organisations.FindConfirmed(house, cancel) is not null
            ? await Change(administrator, no, row => (row.Role, row.OrganisationNo) = (role, house), string.Create(CultureInfo.InvariantCulture, $"role {role} organisation {house}"), cancel) : NotRegistered;
    }

    /// <summary>Rights end with the end of that day in Tokyo; null takes a day that was set back. Errors as <see cref="SetRole"/>.</summary>
    public Task<Result<Done>> EndOn(StaffMember administrator, long no, DateOnly? lastDay, CancellationToken cancel) =>
        Change(administrator, no, row => row.Ends = lastDay is { } day ? TokyoDay.StartOf(day.AddDays(1)).ToUniversalTime() : null, lastDay is null ? "no end" : "end", cancel);

    /// <summary>Rights end at once. Errors as <see cref="SetRole"/>.</summary>
    public Task<Result<Done>> EndNow(StaffMember administrator, long no, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        return Change(administrator, no, row => row.Ends = now, "ended", cancel);
    }

    /// <summary>When the next review is due: at once where none was signed.</summary>
    public async Task<DateTimeOffset?> ReviewDue(CancellationToken cancel) =>
        await db.Set<RightsReviewRow>().AsNoTracking().OrderByDescending(r => r.Signed).FirstOrDefaultAsync(cancel) is { } newest && seals.IsWhole(newest) ? newest.Signed + ReviewEvery : null;

    /// <summary>Signs what everybody's rights are now.</summary>
    public async Task<ReviewedRights> Sign(StaffMember administrator, CancellationToken cancel)
    {
        var rights = new ReviewedRights([.. (await directory.All(cancel)).Select(s => new ReviewedMember(s.Member.No, s.Member.Name, s.Member.Organisation, s.Member.Role, s.Ends))]);
        var no = AccountSeals.RandomNo();
        var row = new RightsReviewRow
        {
            No = no, SignedBy = administrator.No, Signed = clock.GetUtcNow(), Mac = [], Content = seal.SealForMunicipality(Place(no), JsonSerializer.SerializeToUtf8Bytes(rights)),
        };
        row.Mac = seals.MacOf(row);
        db.Add(row);
        await vault.LogDesk(administrator.Actor, string.Create(CultureInfo.InvariantCulture, $"rights reviewed {rights.Members.Count}"), cancel);
        await db.SaveChangesAsync(cancel);
        return rights;
    }

    /// <summary>Newest first, at most 20.</summary>
    public async Task<IReadOnlyList<SignedReview>> Reviews(CancellationToken cancel)
    {
        var reviews = new List<SignedReview>();
        foreach (var row in await db.Set<RightsReviewRow>().AsNoTracking().OrderByDescending(r => r.Signed).Take(20).ToListAsync(cancel))
        {
            if (seals.IsWhole(row) && seal.OpenForMunicipality(Place(row.No), row.Content) is { IsOk: true } content)
                reviews.Add(new SignedReview(row.Signed, (await directory.Find(row.SignedBy, cancel))?.Name, JsonSerializer.Deserialize<ReviewedRights>(content.Value)!));
        }

        return reviews;
    }

    private async Task<Result<Done>> Change(StaffMember administrator, long no, Action<StaffRow> change, string word, CancellationToken cancel)
    {
        if (no == administrator.No)
            return Own;
        if (await db.Set<StaffRow>().AsNoTracking().SingleOrDefaultAsync(s => s.AccountNo == no, cancel) is not { } row || !seals.IsWhole(row))
            return NoSuch;
        var before = row.Mac;
        change(row);
        row.Mac = seals.MacOf(row);
        await vault.LogDesk(administrator.Actor, string.Create(CultureInfo.InvariantCulture, $"staff {no} {word}"), cancel);
        if (await db.Set<StaffRow>().Where(s => s.AccountNo == no && s.Mac == before)
            .ExecuteUpdateAsync(s => s.SetProperty(x => x.Role, row.Role).SetProperty(x => x.OrganisationNo, row.OrganisationNo).SetProperty(x => x.Ends, row.Ends).SetProperty(x => x.Mac, row.Mac), cancel) != 1)
            return Moved;
        await sessions.EndAll(no, except: null, cancel);
        return Done.Yes;
    }

    private static SealPlace Place(long no) => new("rights_review", "content", no.ToString(CultureInfo.InvariantCulture));
}
