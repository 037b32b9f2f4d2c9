using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Vault;

namespace Tasuki.People;

/// <summary>
/// Tells, and closes. The word goes out before the mark that it did: after a crash it is sent again under the same key, which is sent once, and nobody counts as told who was not.
/// </summary>
internal sealed class CloseUnused(TasukiDb db, UseDays days, SecurityNotices notices, SignInSessions sessions, RecordVault vault, JobQueue jobs, TimeProvider clock)
{
    private static Actor Job => Actor.Job(UnusedAccounts.Id, "Nobody has used the account for the period, and its person was told twice.");

    /// <summary>False when the account was used meanwhile, or another hand was faster.</summary>
    public async Task<bool> Do(UnusedCandidate one, DateOnly today, CancellationToken cancel)
    {
        switch (one.Step.Act)
        {
            case UnusedAct.TellFirst:
                await Tell(one, "notice-unused-first", one.Step.Closes, cancel);
                return await days.Change(one.Use, u => (u.FirstTold, u.SecondTold, u.Closes) = (today, null, one.Step.Closes), cancel);
            case UnusedAct.TellSecond:
                await Tell(one, "notice-unused-second", one.Step.Closes, cancel);
                return await days.Change(one.Use, u => (u.SecondTold, u.Closes) = (today, one.Step.Closes), cancel);
            case UnusedAct.Close:
                return await Close(one, today, cancel);
            default:
                return await days.Change(one.Use, u => (u.FirstTold, u.SecondTold, u.Closes) = (null, null, null), cancel);
        }
    }

    private async Task<bool> Close(UnusedCandidate one, DateOnly today, CancellationToken cancel)
    {
        // Signing in writes the row anew: who came back since it was read stays.
        if (!await db.Set<UseRow>().AnyAsync(u => u.AccountNo == one.Use.AccountNo && u.Mac == one.Use.Mac, cancel))
            return false;
        await Tell(one, "notice-unused-closed", today, cancel);
        var resident = one.Account.Resident!.Value;
        var until = await vault.CloseUnused(Job, resident, cancel);
        if (!until.IsOk)
            return false;
        await jobs.Add(EraseResidentRows.Name, string.Create(CultureInfo.InvariantCulture, $"{resident} {until.Value.UtcTicks}"), cancel, resident, due: until.Value);
        await db.SaveChangesAsync(cancel);
        await sessions.EndAll(one.Account.No, except: null, cancel);
        return true;
    }

    private Task Tell(UnusedCandidate one, string text, DateOnly closes, CancellationToken cancel)
    {
        var erased = (text is "notice-unused-closed" ? TokyoDay.Of(clock.GetUtcNow()) : closes).AddDays(vault.WaitingDays);
        return notices.TellDays(one.Account, string.Create(CultureInfo.InvariantCulture, $"{text} {closes:yyyy-MM-dd}"), text, [closes, erased], "/take-out", cancel);
    }
}
