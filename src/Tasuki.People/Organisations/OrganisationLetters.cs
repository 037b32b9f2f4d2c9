using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel.Text;

namespace Tasuki.People;

/// <summary>A letter to print: where it goes and the code in it, which stands nowhere else.</summary>
internal sealed record OrganisationLetter(OrganisationDetails To, string Code, DateTimeOffset Ends);

/// <summary>
/// Codes of letters to organisations: 16 digits, eight to find the row and eight to be right about it, five tries, 30 days. They are HMACs under a key of the ring of this
/// municipality, so a dump yields none and one of another municipality is any wrong code.
/// </summary>
internal sealed class OrganisationLetters(TasukiDb db, AccountSeals seals, TimeProvider clock)
{
    public const int MaximumTries = 5;

    public static readonly TimeSpan Life = TimeSpan.FromDays(30);

    private const int Digits = 16;
    private const int Finding = 8;

    /// <summary>A new code; the one before is void.</summary>
    public async Task<OrganisationLetter> Print(StaffMember officer, Organisation one, CancellationToken cancel)
    {
        var (code, now) = (await Unused(cancel), clock.GetUtcNow());
        var row = new OrganisationCodeRow
        {
            OrganisationNo = one.No, Locator = Locator(code), CodeMac = CodeMac(one.No, code), Tries = 0, Printed = now, Ends = now + Life, PrintedBy = officer.No, Mac = [],
        };
        row.Mac = seals.MacOf(row);
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        await Void(one.No, cancel);
        db.Add(row);
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        db.Entry(row).State = EntityState.Detached;
        return new OrganisationLetter(one.Details, code, row.Ends);
    }

    /// <summary>The row of a code that counts; null for everything else, and a try is counted.</summary>
    public async Task<OrganisationCodeRow?> Find(string? typed, CancellationToken cancel)
    {
        var code = new string([.. JapaneseText.Fold(typed ?? "").Where(char.IsAsciiDigit)]);
        if (code.Length != Digits)
            return null;
        var locator = Locator(code);
        while (await db.Set<OrganisationCodeRow>().AsNoTracking().SingleOrDefaultAsync(c => c.Locator == locator, cancel) is { } row)
        {
            if (!IsOpen(row))
                return null;
            // The try is counted before the code is looked at: guesses at the same moment count too.
            var before = row.Mac;
            row.Tries++;
            row.Mac = seals.MacOf(row);
            if (await db.Set<OrganisationCodeRow>().Where(c => c.OrganisationNo == row.OrganisationNo && c.Mac == before)
                .ExecuteUpdateAsync(s => s.SetProperty(c => c.Tries, row.Tries).SetProperty(c => c.Mac, row.Mac), cancel) == 1)
                return CryptographicOperations.FixedTimeEquals(row.CodeMac, CodeMac(row.OrganisationNo, code)) ? row : null;
        }

        return null;
    }

    /// <summary>The letter that is on its way; null when there is none, or its code no longer counts.</summary>
    public async Task<OrganisationCodeRow?> Open(long organisation, CancellationToken cancel) =>
        await db.Set<OrganisationCodeRow>().AsNoTracking().SingleOrDefaultAsync(c => c.OrganisationNo == organisation, cancel) is { } row && IsOpen(row) ? row : null;

    /// <summary>Uses the code up; false when another was faster.</summary>
    public async Task<bool> Spend(OrganisationCodeRow row, CancellationToken cancel) =>
        await db.Set<OrganisationCodeRow>().Where(c => c.OrganisationNo == row.OrganisationNo && c.Mac == row.Mac).ExecuteDeleteAsync(cancel) == 1;

    public Task Void(long organisation, CancellationToken cancel) => db.Set<OrganisationCodeRow>().Where(c => c.OrganisationNo == organisation).ExecuteDeleteAsync(cancel);

    /// <summary>Takes away codes that have ended.</summary>
    public Task Sweep(CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        return db.Set<OrganisationCodeRow>().Where(c => c.Ends <= now).ExecuteDeleteAsync(cancel);
    }

    private bool IsOpen(OrganisationCodeRow row) => seals.IsWhole(row) && row.Ends > clock.GetUtcNow() && row.Tries < MaximumTries;

    private async Task<string> Unused(CancellationToken cancel)
    {
        while (true)
        {
            var code = new StringBuilder(Digits);
            while (code.Length < Digits)
                code.Append(RandomNumberGenerator.GetInt32(10_000).ToString("D4", CultureInfo.InvariantCulture));
            var locator = Locator(code.ToString());
            if (!await db.Set<OrganisationCodeRow>().AnyAsync(c => c.Locator == locator, cancel))
                return code.ToString();
        }
    }

    private byte[] Locator(string code) => seals.Secret("organisation-locator", code[..Finding])[..16];

    private byte[] CodeMac(long organisation, string code) => seals.Secret("organisation-code", string.Create(CultureInfo.InvariantCulture, $"{organisation}|{code}"));
}
