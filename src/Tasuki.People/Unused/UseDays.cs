using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;

namespace Tasuki.People;

/// <summary>Keeps the day on which a resident's account was used last. Any use takes back what was begun because there was none.</summary>
internal sealed class UseDays(TasukiDb db, AccountSeals seals, TimeProvider clock)
{
    private const int Group = 500;

    /// <summary>The account is used now.</summary>
    public async Task Note(long account, CancellationToken cancel)
    {
        var used = New(account);
        var there = await db.Set<UseRow>().AsNoTracking().SingleOrDefaultAsync(u => u.AccountNo == account, cancel);
        if (there is { Closes: null } && there.LastUsed == used.LastUsed && seals.IsWhole(there))
            return;
        if (there is null && await Add([used], cancel))
            return;
        await db.Set<UseRow>().Where(u => u.AccountNo == account).ExecuteUpdateAsync(
            s => s.SetProperty(u => u.LastUsed, used.LastUsed).SetProperty(u => u.FirstTold, (DateOnly?)null).SetProperty(u => u.SecondTold, (DateOnly?)null)
                .SetProperty(u => u.Closes, (DateOnly?)null).SetProperty(u => u.Mac, used.Mac), cancel);
    }

    /// <summary>
    /// Begins to count for residents' accounts of which no use is known: from today, though they may have been unused for longer. When they were used last nobody knows.
    /// </summary>
    public async Task BeginCounting(CancellationToken cancel)
    {
        while (true)
        {
            var unknown = await db.Set<Account>().AsNoTracking().Where(a => a.Kind == AccountKind.Resident && !db.Set<UseRow>().Any(u => u.AccountNo == a.No))
                .OrderBy(a => a.No).Select(a => a.No).Take(Group).ToListAsync(cancel);
            // Where somebody signs in at this moment the next round finds one less.
            if (unknown.Count == 0 || (await Add([.. unknown.Select(New)], cancel) && unknown.Count < Group))
                return;
        }
    }

    /// <summary>Changes the row if it is still as it was read; false when it was used meanwhile.</summary>
    public async Task<bool> Change(UseRow row, Action<UseRow> change, CancellationToken cancel)
    {
        var before = row.Mac;
        change(row);
        row.Mac = seals.MacOf(row);
        return await db.Set<UseRow>().Where(u => u.AccountNo == row.AccountNo && u.Mac == before).ExecuteUpdateAsync(
            s => s.SetProperty(u => u.FirstTold, row.FirstTold).SetProperty(u => u.SecondTold, row.SecondTold).SetProperty(u => u.Closes, row.Closes).SetProperty(u => u.Mac, row.Mac), cancel) == 1;
    }

    private UseRow New(long account)
    {
        var row = new UseRow { AccountNo = account, LastUsed = clock.Today(), Mac = [] };
        row.Mac = seals.MacOf(row);
        return row;
    }

    private async Task<bool> Add(List<UseRow> rows, CancellationToken cancel)
    {
        db.AddRange(rows);
        try
        {
            await db.SaveChangesAsync(cancel);
            return true;
        }
        catch (DbUpdateException) when (!cancel.IsCancellationRequested)
        {
            return false;
        }
        finally
        {
            rows.ForEach(r => db.Entry(r).State = EntityState.Detached);
        }
    }
}

/// <summary>Every day: accounts whose use is not known yet are counted from today.</summary>
internal sealed class CountUse(UseDays days) : IJobHandler
{
    public const string Name = "people.count-use";

    public string Kind => Name;

    public async Task<Result<Done>> Run(JobWork work, CancellationToken cancel)
    {
        await days.BeginCounting(cancel);
        return Done.Yes;
    }
}
