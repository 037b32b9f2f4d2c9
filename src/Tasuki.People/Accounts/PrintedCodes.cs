using System.Globalization;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Tasuki.Data;

namespace Tasuki.People;

/// <summary>
/// A printed list of ten one-time codes of eight digits. In the database each is a keyed hash bound to its account; a dump cannot try them. A list ends after five
/// years or twenty wrong tries.
/// </summary>
internal sealed class PrintedCodes(TasukiDb db, AccountSeals seals, TimeProvider clock)
{
    public const int Count = 10;
    public const int Digits = 8;
    public const int MaximumTries = 20;
    private const int Years = 5;

    public static string[] NewList()
    {
        var codes = new HashSet<string>(StringComparer.Ordinal);
        while (codes.Count < Count)
            codes.Add(RandomNumberGenerator.GetInt32(100_000_000).ToString("D8", CultureInfo.InvariantCulture));
        return [.. codes];
    }

    /// <summary>As printed: two groups of four.</summary>
    public static string Shown(string code) => $"{code[..4]} {code[4..]}";

    /// <summary>Adds the list to the changes of the database.</summary>
    public void Add(long account, IEnumerable<string> codes)
    {
        var ends = clock.GetUtcNow().AddYears(Years);
        db.AddRange(codes.Select(c => new PrintedCode { AccountNo = account, Mac = MacOf(account, c), Ends = ends }));
    }

    /// <summary>Puts a new list in the place of the old one, whose codes are worth nothing from then on.</summary>
    public async Task Replace(Account account, IEnumerable<string> codes, CancellationToken cancel)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        await db.Set<PrintedCode>().Where(c => c.AccountNo == account.No).ExecuteDeleteAsync(cancel);
        await db.Set<Account>().Where(a => a.No == account.No).ExecuteUpdateAsync(s => s.SetProperty(a => a.CodeTries, 0), cancel);
        Add(account.No, codes);
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
    }

    public Task<int> Left(long account, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        return db.Set<PrintedCode>().CountAsync(c => c.AccountNo == account && c.Used == null && c.Ends > now, cancel);
    }

    /// <summary>When the present list was made; null when there is none.</summary>
    public async Task<DateTimeOffset?> Made(long account, CancellationToken cancel) =>
        await db.Set<PrintedCode>().Where(c => c.AccountNo == account).Select(c => (DateTimeOffset?)c.Ends).MinAsync(cancel) is { } ends ? ends.AddYears(-Years) : null;

    /// <summary>True once for each code.</summary>
    public async Task<bool> Use(Account account, string code, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        // The try is counted before it is made, so that many at once do not get more than their number.
        if (await db.Set<Account>().Where(a => a.No == account.No && a.CodeTries < MaximumTries)
                .ExecuteUpdateAsync(s => s.SetProperty(a => a.CodeTries, a => a.CodeTries + 1), cancel) == 0)
            return false;
        var mac = MacOf(account.No, code);
        var used = await db.Set<PrintedCode>().Where(c => c.AccountNo == account.No && c.Mac == mac && c.Used == null && c.Ends > now)
            .ExecuteUpdateAsync(s => s.SetProperty(c => c.Used, now), cancel) == 1;
        if (used)
            await db.Set<Account>().Where(a => a.No == account.No).ExecuteUpdateAsync(s => s.SetProperty(a => a.CodeTries, a => a.CodeTries - 1), cancel);
        return used;
    }

    private byte[] MacOf(long account, string code) => seals.Secret("printed-code", string.Create(CultureInfo.InvariantCulture, $"{account}|{code}"));
}
