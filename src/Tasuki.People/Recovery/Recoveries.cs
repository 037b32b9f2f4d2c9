using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;

namespace Tasuki.People;

/// <summary>The rows of recoveries and the few ways they change. A row whose MAC fails is as if it were not there.</summary>
internal sealed class Recoveries(TasukiDb db, AccountSeals seals, SignInSessions sessions, SecurityNotices notices, TimeProvider clock)
{
    public static readonly Error Wrong = new("recovery.code", "The code is not right, has ended, or there were too many tries.");

    /// <summary>Those of the account that are not over, oldest first.</summary>
    public async Task<IReadOnlyList<RecoveryRow>> OpenOf(long account, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var rows = await db.Set<RecoveryRow>().AsNoTracking()
            .Where(r => r.AccountNo == account && (r.State == RecoveryState.HandedOver || r.State == RecoveryState.Waiting) && r.Ends > now).OrderBy(r => r.Created).ToListAsync(cancel);
        return [.. rows.Where(seals.IsWhole)];
    }

    /// <summary>Null when it is over or was written by another hand.</summary>
    public async Task<RecoveryRow?> Find(long no, CancellationToken cancel) => await Living(db.Set<RecoveryRow>().Where(r => r.No == no), cancel);

    public bool IsEffective(RecoveryRow row) => row is { State: RecoveryState.Waiting, EffectiveAt: { } at } && at <= clock.GetUtcNow();

    /// <summary>True when a recovery by the present list was stopped: whoever holds such a list opens nothing with it alone any more.</summary>
    public async Task<bool> WasStopped(long account, DateTimeOffset listMade, CancellationToken cancel) =>
        await db.Set<RecoveryRow>().AnyAsync(
            r => r.AccountNo == account && r.Way == RecoveryWay.CodeList && r.State == RecoveryState.Stopped && r.Created >= listMade, cancel);

    /// <summary>Stores a new recovery and returns its code, which stands nowhere in the open.</summary>
    public async Task<(RecoveryRow Row, string Code)> Add(
        long account, RecoveryWay way, RecoveryState state, DateTimeOffset? effectiveAt, DateTimeOffset ends, long? issuedBy, CancellationToken cancel)
    {
        var no = AccountSeals.RandomNo();
        var (code, locator) = await NewCode(cancel);
        var row = new RecoveryRow
        {
            No = no, AccountNo = account, Way = way, State = state, Locator = locator, CodeMac = RecoveryCode.Mac(seals, no, code), Created = clock.GetUtcNow(),
            EffectiveAt = effectiveAt, Ends = ends, IssuedBy = issuedBy, Mac = [],
        };
        row.Mac = seals.MacOf(row);
        db.Add(row);
        await db.SaveChangesAsync(cancel);
        db.Entry(row).State = EntityState.Detached;
        return (row, code);
    }

    /// <summary>The recovery this code belongs to. A try counts before it is made. Error <c>recovery.code</c>.</summary>
    public async Task<Result<RecoveryRow>> Prove(string? typed, CancellationToken cancel)
    {
        if (RecoveryCode.Read(typed) is not { } code)
            return Wrong;
        var locator = RecoveryCode.Locator(seals, code);
        while (await Living(db.Set<RecoveryRow>().Where(r => r.Locator == locator), cancel) is { Tries: < RecoveryCode.MaximumTries } row)
        {
            if (!await Change(row, r => r.Tries++, cancel))
                continue;
            return CryptographicOperations.FixedTimeEquals(row.CodeMac, RecoveryCode.Mac(seals, row.No, code)) ? row : Wrong;
        }

        return Wrong;
    }

    /// <summary>Puts a new code in the place of the old one, which is worth nothing from then on. Null when another was faster.</summary>
    public async Task<string?> Renew(RecoveryRow row, Action<RecoveryRow> change, CancellationToken cancel)
    {
        var (code, locator) = await NewCode(cancel);
        var changed = await Change(row, r =>
        {
            (r.Locator, r.CodeMac, r.Tries) = (locator, RecoveryCode.Mac(seals, r.No, code), 0);
            change(r);
        }, cancel);
        return changed ? code : null;
    }

    /// <summary>Changes the row if it is still as it was read; false when another was faster.</summary>
    public async Task<bool> Change(RecoveryRow row, Action<RecoveryRow> change, CancellationToken cancel)
    {
        var before = row.Mac;
        change(row);
        if (!row.IsOpen)
            (row.Locator, row.CodeMac) = (RandomNumberGenerator.GetBytes(16), []);
        row.Mac = seals.MacOf(row);
        return await db.Set<RecoveryRow>().Where(r => r.No == row.No && r.Mac == before).ExecuteUpdateAsync(
            s => s.SetProperty(r => r.State, row.State).SetProperty(r => r.Locator, row.Locator).SetProperty(r => r.CodeMac, row.CodeMac).SetProperty(r => r.Tries, row.Tries)
                .SetProperty(r => r.EffectiveAt, row.EffectiveAt).SetProperty(r => r.Ends, row.Ends).SetProperty(r => r.ConfirmedBy, row.ConfirmedBy).SetProperty(r => r.Mac, row.Mac),
            cancel) == 1;
    }

    /// <summary>Stops every open recovery of the account but, where given, one; code, receipt and sessions of each are worth nothing from then on. Returns how many.</summary>
    public async Task<int> Stop(Account account, long? except, CancellationToken cancel)
    {
        var stopped = 0;
        foreach (var open in await OpenOf(account.No, cancel))
        {
            if (open.No == except)
                continue;
            // Between reading and writing it may have gone a step; what is still open then is stopped all the same.
            var row = open;
            while (row is not null && !await Change(row, r => r.State = RecoveryState.Stopped, cancel))
                row = await Find(open.No, cancel);
            if (row is null)
                continue;
            await sessions.EndRecovering(account.No, row.No, cancel);
            await notices.Tell(account, $"recovery {row.No} stopped", "notice-recovery-stopped", [], "/account#recovery", cancel);
            stopped++;
        }

        return stopped;
    }

    /// <summary>A method that existed before was proved in the recovering session: it acts at once.</summary>
    public async Task ConfirmWithExisting(long no, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        while (await Find(no, cancel) is { State: RecoveryState.Waiting, EffectiveAt: { } at } row && at > now)
        {
            if (await Change(row, r => r.EffectiveAt = now, cancel))
                return;
        }
    }

    private async Task<(string Code, byte[] Locator)> NewCode(CancellationToken cancel)
    {
        while (true)
        {
            var code = RecoveryCode.New();
            var locator = RecoveryCode.Locator(seals, code);
            if (!await db.Set<RecoveryRow>().AnyAsync(r => r.Locator == locator, cancel))
                return (code, locator);
        }
    }

    private async Task<RecoveryRow?> Living(IQueryable<RecoveryRow> query, CancellationToken cancel) =>
        await query.AsNoTracking().SingleOrDefaultAsync(cancel) is { IsOpen: true } row && row.Ends > clock.GetUtcNow() && seals.IsWhole(row) ? row : null;
}
