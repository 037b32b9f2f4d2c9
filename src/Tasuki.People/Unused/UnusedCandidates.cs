using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Retention;
using Tasuki.Vault;

namespace Tasuki.People;

/// <param name="Held">Why nothing is done though something is due; null when it is done.</param>
internal sealed record UnusedCandidate(UseRow Use, Account Account, UnusedStep Step, string? Held);

/// <summary>Accounts about which something may be due, with what it is and what speaks against it.</summary>
internal sealed class UnusedCandidates(TasukiDb db, AccountSeals seals, RecordVault vault, IEnumerable<IOpenMatter> matters, TimeProvider clock)
{
    private HashSet<long>? _open;

    /// <summary>By account number, those above <paramref name="after"/>; and the number to go on after, null at the end.</summary>
    public async Task<(IReadOnlyList<UnusedCandidate> Found, long? Next)> Batch(RetentionAsk ask, long after, int most, CancellationToken cancel)
    {
        var today = TokyoDay.Of(ask.At);
        // A day more than can be due: years are not of one length.
        var used = today.AddDays(UnusedPlan.FirstNotice + 1).AddYears(-ask.Period).AddDays(1);
        var rows = await db.Set<UseRow>().AsNoTracking().Where(u => u.AccountNo > after && (u.LastUsed <= used || u.Closes != null))
            .Join(db.Set<Account>().AsNoTracking().Where(a => a.Kind == AccountKind.Resident), u => u.AccountNo, a => a.No, (u, a) => new { Use = u, Account = a })
            .OrderBy(x => x.Use.AccountNo).Take(most).ToListAsync(cancel);
        var numbers = rows.Select(r => r.Account.ResidentNo).OfType<long>().ToList();
        var residents = await db.Set<ResidentRow>().AsNoTracking().Where(r => numbers.Contains(r.ResidentNo)).ToDictionaryAsync(r => r.ResidentNo, cancel);
        var recovering = await Recovering([.. rows.Select(r => r.Account.No)], cancel);
        var found = new List<UnusedCandidate>(rows.Count);
        foreach (var row in rows)
        {
            var step = UnusedPlan.Of(row.Use, today, ask.Period);
            var resident = row.Account.ResidentNo is { } no ? residents.GetValueOrDefault(no) : null;
            if (step.Act is UnusedAct.None || resident?.Standing is ResidentStanding.Died || await IsClosed(row.Account, cancel))
                continue;
            found.Add(new UnusedCandidate(row.Use, row.Account, step, await WhyHeld(row.Use, row.Account, resident, recovering, cancel)));
        }

        return (found, rows.Count < most ? null : rows[^1].Use.AccountNo);
    }

    // Closing already, or erased with rows that are still to go: the vault says so.
    private async Task<bool> IsClosed(Account account, CancellationToken cancel) => account.Resident is { } resident && !await vault.IsOpen(resident, cancel);

    private async Task<string?> WhyHeld(UseRow use, Account account, ResidentRow? resident, HashSet<long> recovering, CancellationToken cancel)
    {
        if (resident is null || !seals.IsWhole(use) || !seals.IsWhole(account) || !seals.IsWhole(resident))
            return "altered";
        if (resident.Protected)
            return "protected";
        if (recovering.Contains(account.No))
            return "recovery";
        return (await Open(cancel)).Contains(resident.ResidentNo) ? "matter" : null;
    }

    private async Task<HashSet<long>> Recovering(IReadOnlyList<long> accounts, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        return (await db.Set<RecoveryRow>().AsNoTracking()
            .Where(r => accounts.Contains(r.AccountNo) && (r.State == RecoveryState.HandedOver || r.State == RecoveryState.Waiting) && r.Ends > now)
            .Select(r => r.AccountNo).ToListAsync(cancel)).ToHashSet();
    }

    // Once for the batches of a scope.
    private async Task<HashSet<long>> Open(CancellationToken cancel)
    {
        if (_open is null)
        {
            var open = new HashSet<long>();
            foreach (var matter in matters)
                open.UnionWith(await matter.Residents(cancel));
            _open = open;
        }

        return _open;
    }
}
