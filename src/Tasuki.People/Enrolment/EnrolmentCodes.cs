using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Seals;
using Tasuki.Kernel.Text;

namespace Tasuki.People;

/// <summary>
/// One-time codes that join an account to an entry of the list: 16 digits, eight to find the row and eight to be right about it, five tries. They are HMACs under a key of
/// the ring of this municipality, so a dump yields none and one of another municipality is any wrong code.
/// </summary>
internal sealed class EnrolmentCodes(TasukiDb db, ISeal seal, PeopleOptions options, TimeProvider clock)
{
    public const int MaximumTries = 5;

    private const int Digits = 16;
    private const int Finding = 8;

    /// <summary>As printed: groups of four.</summary>
    public static string Shown(string code) => string.Join(' ', code.Chunk(4).Select(c => new string(c)));

    /// <summary>A code for each entry; what was handed out for it before is void. Added to the changes of <see cref="TasukiDb"/>, and counts when they are saved.</summary>
    public async Task<IReadOnlyList<string>> Issue(StaffMember officer, IReadOnlyList<EligibleRow> entries, CodeWay way, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var ends = now + (way is CodeWay.Counter ? options.EnrolmentCodeAtCounterLife : options.EnrolmentCodeByLetterLife);
        var numbers = entries.Select(e => e.No).ToList();
        await db.Set<EnrolmentCodeRow>().Where(c => numbers.Contains(c.EligibleNo) && c.Used == null).ExecuteDeleteAsync(cancel);
        var codes = await Unused(entries.Count, cancel);
        for (var i = 0; i < entries.Count; i++)
        {
            var no = AccountSeals.RandomNo();
            var row = new EnrolmentCodeRow
            {
                No = no, EligibleNo = entries[i].No, Way = way, Locator = Locator(codes[i]), CodeMac = CodeMac(no, codes[i]), Tries = 0, Created = now, Ends = ends, IssuedBy = officer.No, Mac = [],
            };
            row.Mac = seal.MacOf(row);
            db.Add(row);
        }

        return codes;
    }

    /// <summary>The row of a code that is right, unused and in its time; null for everything else, and a try is counted.</summary>
    public async Task<EnrolmentCodeRow?> Find(string? typed, CancellationToken cancel)
    {
        var code = new string([.. JapaneseText.Fold(typed ?? "").Where(char.IsAsciiDigit)]);
        if (code.Length != Digits)
            return null;
        var locator = Locator(code);
        while (await db.Set<EnrolmentCodeRow>().AsNoTracking().SingleOrDefaultAsync(c => c.Locator == locator, cancel) is { } row)
        {
            if (!IsWhole(row) || row.Used is not null || row.Ends <= clock.GetUtcNow() || row.Tries >= MaximumTries)
                return null;
            // The try is counted before the code is looked at: guesses at the same moment count too.
            var before = row.Mac;
            row.Tries++;
            row.Mac = seal.MacOf(row);
            if (await db.Set<EnrolmentCodeRow>().Where(c => c.No == row.No && c.Mac == before).ExecuteUpdateAsync(s => s.SetProperty(c => c.Tries, row.Tries).SetProperty(c => c.Mac, row.Mac), cancel) == 1)
                return CryptographicOperations.FixedTimeEquals(row.CodeMac, CodeMac(row.No, code)) ? row : null;
        }

        return null;
    }

    /// <summary>Marks it used; false when another was faster.</summary>
    public async Task<bool> Spend(EnrolmentCodeRow row, CancellationToken cancel)
    {
        var before = row.Mac;
        row.Used = clock.GetUtcNow();
        row.Mac = seal.MacOf(row);
        return await db.Set<EnrolmentCodeRow>().Where(c => c.No == row.No && c.Mac == before).ExecuteUpdateAsync(s => s.SetProperty(c => c.Used, row.Used).SetProperty(c => c.Mac, row.Mac), cancel) == 1;
    }

    private async Task<IReadOnlyList<string>> Unused(int count, CancellationToken cancel)
    {
        var codes = new Dictionary<string, string>(count, StringComparer.Ordinal);
        while (codes.Count < count)
        {
            while (codes.Count < count)
            {
                var code = New();
                codes.TryAdd(Convert.ToHexString(Locator(code)), code);
            }

            var locators = codes.Keys.Select(Convert.FromHexString).ToList();
            foreach (var taken in await db.Set<EnrolmentCodeRow>().Where(c => locators.Contains(c.Locator)).Select(c => c.Locator).ToListAsync(cancel))
                codes.Remove(Convert.ToHexString(taken));
        }

        return [.. codes.Values];
    }

    private static string New()
    {
        var code = new StringBuilder(Digits);
        while (code.Length < Digits)
            code.Append(RandomNumberGenerator.GetInt32(10_000).ToString("D4", CultureInfo.InvariantCulture));
        return code.ToString();
    }

    private bool IsWhole(EnrolmentCodeRow row) => CryptographicOperations.FixedTimeEquals(row.Mac, seal.MacOf(row));

    private byte[] Locator(string code) => seal.SecretMac("enrolment-locator", Encoding.ASCII.GetBytes(code[..Finding]))[..16];

    private byte[] CodeMac(long no, string code) => seal.SecretMac("enrolment-code", Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{no}|{code}")));
}
