using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Evidence;

namespace Tasuki.People;

/// <summary>Whether every member of staff who may sign in has a second factor: one-time codes or a passkey.</summary>
internal sealed class SecondFactorProbe(TasukiDb db, TimeProvider clock) : IProbe
{
    public async Task<Finding> Look(CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var living = db.Set<StaffRow>().AsNoTracking().Where(s => s.Ends == null || s.Ends > now).Select(s => s.AccountNo);
        // Who has not joined yet has no password either: nobody can sign in as them.
        var able = db.Set<Account>().AsNoTracking().Where(a => living.Contains(a.No) && a.PasswordHash != null);
        var all = await able.CountAsync(cancel);
        var without = await able.CountAsync(a => a.TotpSeed == null && !db.Set<PasskeyRow>().Any(p => p.AccountNo == a.No), cancel);
        return without == 0
            ? Finding.Good("all", all.ToString(CultureInfo.InvariantCulture)) : Finding.Bad("without", without.ToString(CultureInfo.InvariantCulture), all.ToString(CultureInfo.InvariantCulture));
    }
}

/// <summary>Whether a staff account that could sign in was not used for ninety days.</summary>
internal sealed class UnusedStaffProbe(TasukiDb db, TimeProvider clock) : IProbe
{
    public const int Days = 90;

    public async Task<Finding> Look(CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var since = now.AddDays(-Days);
        var living = db.Set<StaffRow>().AsNoTracking().Where(s => s.Ends == null || s.Ends > now).Select(s => s.AccountNo);
        var unused = await db.Set<Account>().AsNoTracking().CountAsync(
            a => living.Contains(a.No) && a.Created < since && !db.Set<SignInSessionRow>().Any(s => s.AccountNo == a.No && s.LastSeen >= since), cancel);
        var days = Days.ToString(CultureInfo.InvariantCulture);
        return unused == 0 ? Finding.Good("none", days) : Finding.Bad("unused", unused.ToString(CultureInfo.InvariantCulture), days);
    }
}

/// <summary>Whether the review of everybody's rights was signed and is not due.</summary>
internal sealed class RightsReviewProbe(ChangeStaff change, TimeProvider clock) : IProbe
{
    public async Task<Finding> Look(CancellationToken cancel)
    {
        if (await change.ReviewDue(cancel) is not { } due)
            return Finding.Bad("never");
        var day = TokyoDay.Of(due).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        return due <= clock.GetUtcNow() ? Finding.Bad("due", day) : Finding.Good("until", day);
    }
}
