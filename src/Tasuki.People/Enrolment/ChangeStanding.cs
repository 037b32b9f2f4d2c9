using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Seals;
using Tasuki.Vault;

namespace Tasuki.People;

/// <summary>
/// What follows for an account when its person moves out, dies, or is protected, or is called something else. The account's own row carries it, under a MAC: sign-in and every
/// request read it there.
/// </summary>
internal sealed class ChangeStanding(TasukiDb db, ISeal seal, AccountSeals seals, RecordVault vault, SignInSessions sessions, Connections connections, RegistryFacts facts)
{
    private const int MostAtOnce = 5_000;

    private static readonly Actor Death = Actor.Job("standing.died", "The municipality's list says that the person died.");
    private static readonly Actor TakenBack = Actor.Job("standing.taken-back", "The municipality's list does not say any more that the person died.");

    /// <summary>
    /// Brings the resident's row to what the list's entry says; of somebody who died, every session ends and every app is cut off, of others the details follow. May be done twice. A mark of
    /// death, and that it was taken back, stands in the person's access history before it acts.
    /// </summary>
    /// <param name="isLogged">Who changed the entry has written that there under their own name.</param>
    public async Task FollowUp(EligibleRow row, CancellationToken cancel, bool isLogged = false)
    {
        if (row.ResidentNo is not { } resident)
            return;
        var wanted = row.State switch { EligibleState.MovedOut => ResidentStanding.MovedOut, EligibleState.Died => ResidentStanding.Died, _ => ResidentStanding.Living };
        while (await db.Set<ResidentRow>().AsNoTracking().SingleOrDefaultAsync(r => r.ResidentNo == resident, cancel) is { } there
            && (there.Standing != wanted || there.Protected != row.Protected || !seals.IsWhole(there)))
        {
            if (!isLogged && (there.Standing is ResidentStanding.Died) != (wanted is ResidentStanding.Died))
            {
                await vault.LogRegistry(wanted is ResidentStanding.Died ? Death : TakenBack, new ResidentNo(resident), Word(row.State), cancel, Purpose.Operation);
                isLogged = true;
            }

            var before = there.Mac;
            (there.Standing, there.Protected) = (wanted, row.Protected);
            there.Mac = seals.MacOf(there);
            if (await db.Set<ResidentRow>().Where(r => r.ResidentNo == resident && r.Mac == before)
                .ExecuteUpdateAsync(s => s.SetProperty(r => r.Standing, there.Standing).SetProperty(r => r.Protected, there.Protected).SetProperty(r => r.Mac, there.Mac), cancel) == 1)
                break;
        }

        if (wanted is ResidentStanding.Died)
        {
            foreach (var account in await db.Set<Account>().AsNoTracking().Where(a => a.ResidentNo == resident).Select(a => a.No).ToListAsync(cancel))
                await sessions.EndAll(account, except: null, cancel);
            // Where it was a mistake, the person lets the apps in again.
            foreach (var connection in await db.Set<SmartConnection>().AsNoTracking().Where(c => c.ResidentNo == resident && c.Ended == null).ToListAsync(cancel))
                await connections.End(connection, Death, cancel);
            return;
        }

        await facts.FollowUp(row, cancel);
    }

    /// <summary>The word of the access history for a standing.</summary>
    public static string Word(EligibleState state) => $"state-{state.ToString().ToLowerInvariant()}";

    /// <summary>Entries whose account lags behind, after a cut. Returns how many there were.</summary>
    public async Task<int> Sweep(CancellationToken cancel)
    {
        var lagging = await db.Set<EligibleRow>().AsNoTracking().Join(db.Set<ResidentRow>(), e => e.ResidentNo, r => (long?)r.ResidentNo, (e, r) => new { Entry = e, Resident = r })
            .Where(x => x.Entry.Protected != x.Resident.Protected
                || (x.Entry.State == EligibleState.Died) != (x.Resident.Standing == ResidentStanding.Died)
                || (x.Resident.Standing == ResidentStanding.Died && db.Set<SmartConnection>().Any(c => c.ResidentNo == x.Resident.ResidentNo && c.Ended == null))
                || (x.Entry.State == EligibleState.MovedOut) != (x.Resident.Standing == ResidentStanding.MovedOut)
                || (x.Entry.State != EligibleState.Died && (x.Resident.FactsOf == null || x.Resident.FactsOf < x.Entry.Changed)))
            .OrderBy(x => x.Entry.Changed).Select(x => x.Entry).Take(MostAtOnce).ToListAsync(cancel);
        foreach (var row in lagging.Where(r => r.Mac.AsSpan().SequenceEqual(seal.MacOf(r))))
            await FollowUp(row, cancel);
        return lagging.Count;
    }
}
