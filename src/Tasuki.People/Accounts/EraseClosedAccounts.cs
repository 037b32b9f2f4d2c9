using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Delivery;
using Tasuki.Kernel;
using Tasuki.Vault;

namespace Tasuki.People;

/// <summary>Deletes the rows a floor or module keeps of a resident whose key is destroyed. Idempotent; registered scoped.</summary>
public interface IResidentErasure
{
    Task Erase(ResidentNo resident, CancellationToken cancel);
}

/// <summary>
/// Every hour and at each start: the vault destroys the keys and rows of those whose waiting period is over; each floor then drops what it kept, by a job of its
/// own for each resident, so that a crash between the two leaves nothing behind.
/// </summary>
internal sealed class EraseClosedAccounts(RecordVault vault, JobQueue queue, TasukiDb db, NoteProvisions provisions, TimeProvider clock) : IJobHandler
{
    public const string Name = "people.erase-closed";

    public string Kind => Name;

    public async Task<Result<Done>> Run(JobWork work, CancellationToken cancel)
    {
        // What was given of them stays, and can be found only while their rows are there.
        if (await vault.DueErasures(clock.GetUtcNow(), cancel) > 0)
            await provisions.CatchUp(cancel);
        foreach (var resident in await vault.EraseDue(Actor.Job(Name, "The waiting period of a closed account is over."), cancel))
            await queue.Add(EraseResidentRows.Name, resident.ToString(), cancel, resident);
        await db.SaveChangesAsync(cancel);
        return Done.Yes;
    }
}

/// <summary>
/// Taken on when the keys were destroyed, and already when an account is closed, for the end of its waiting period: so that a crash right after the destruction
/// leaves no rows behind. Does nothing while the resident's key lives.
/// </summary>
internal sealed class EraseResidentRows(IEnumerable<IResidentErasure> erasures, TasukiDb db, AccountSeals seals, RecordVault vault) : IJobHandler
{
    public const string Name = "people.erase-rows";

    public string Kind => Name;

    public async Task<Result<Done>> Run(JobWork work, CancellationToken cancel)
    {
        var no = work.Resident!.Value;
        var row = await db.Set<ResidentRow>().AsNoTracking().SingleOrDefaultAsync(r => r.ResidentNo == no.Value, cancel);
        if (row is not null)
        {
            var profile = await seals.Open<SealedProfile>(no, "resident", "profile", no.Value, row.Profile, cancel);
            if (profile.Error?.Code is not "seal.gone")
                return await vault.ClosingAt(no, cancel) is null ? Done.Yes : new Error("people.key-lives", "The key of this resident is not destroyed yet.");
        }

        foreach (var erasure in erasures)
            await erasure.Erase(no, cancel);
        return Done.Yes;
    }
}

internal sealed class ErasePeopleRows(TasukiDb db, Inbox inbox, Kernel.Seals.ISeal seal) : IResidentErasure
{
    public async Task Erase(ResidentNo resident, CancellationToken cancel)
    {
        var no = resident.Value;
        var accounts = db.Set<Account>().Where(a => a.ResidentNo == no).Select(a => a.No);
        await db.Set<SignInSessionRow>().Where(s => accounts.Contains(s.AccountNo)).ExecuteDeleteAsync(cancel);
        await db.Set<RecoveryRow>().Where(r => accounts.Contains(r.AccountNo)).ExecuteDeleteAsync(cancel);
        await db.Set<PasskeyRow>().Where(p => accounts.Contains(p.AccountNo)).ExecuteDeleteAsync(cancel);
        await db.Set<UseRow>().Where(u => accounts.Contains(u.AccountNo)).ExecuteDeleteAsync(cancel);
        await db.Set<PrintedCode>().Where(c => accounts.Contains(c.AccountNo)).ExecuteDeleteAsync(cancel);
        await db.Set<ConsentRow>().Where(c => c.ResidentNo == no).ExecuteDeleteAsync(cancel);
        await db.Set<ResidentRow>().Where(r => r.ResidentNo == no).ExecuteDeleteAsync(cancel);
        // The municipality's list keeps its entry, as one who has no account; a new code may be asked for.
        foreach (var entry in await db.Set<EligibleRow>().AsNoTracking().Where(e => e.ResidentNo == no).ToListAsync(cancel))
        {
            (entry.ResidentNo, entry.State) = (null, entry.State is EligibleState.Enrolled ? EligibleState.Listed : entry.State);
            var mac = seal.MacOf(entry);
            await db.Set<EligibleRow>().Where(e => e.No == entry.No).ExecuteUpdateAsync(s => s.SetProperty(e => e.ResidentNo, (long?)null).SetProperty(e => e.State, entry.State).SetProperty(e => e.Mac, mac), cancel);
        }

        await inbox.Erase(resident, cancel);
        // Last, so that a crash before leaves the account by which the rest is found.
        await db.Set<Account>().Where(a => a.ResidentNo == no).ExecuteDeleteAsync(cancel);
    }
}
