using System.Security.Cryptography;
using Tasuki.Kernel;
using Tasuki.Vault.Store;

namespace Tasuki.Vault;

/// <summary>What a look at a sample of stored rows found. Nothing was opened.</summary>
/// <param name="Looked">How many rows were drawn: fewer than asked for where there are fewer.</param>
/// <param name="Odd">How many have not the form of something sealed: unknown format, wrong length, or bytes that are too even to be cipher.</param>
public sealed record RowFormReport(int Looked, int Odd);

/// <summary>Looks at the form of rows drawn by chance: a record that lies in clear shows by it. No key is used.</summary>
internal sealed class RowForm(Database records)
{
    private const int HeadSize = 3 + 12;
    private const int TagSize = 16;
    private const int Step = 32;
    private const int StepsUpTo = 2048;

    public async Task<RowFormReport> Look(int rows, CancellationToken cancel)
    {
        await using var work = await records.Read(cancel);
        if (await work.Number("select max(resident_no) from record", cancel) is not { } highest || await work.Number("select min(resident_no) from record", cancel) is not { } lowest)
            return new RowFormReport(0, 0);
        var (looked, odd) = (0, 0);
        for (var draw = 0; draw < rows; draw++)
        {
            // The next resident at or after a number drawn evenly, and one of the newest of their rows.
            var from = lowest + (long)(RandomNumberGenerator.GetInt32(int.MaxValue) / (double)int.MaxValue * (highest - lowest));
            var found = await work.Query(
                "select body from record where resident_no = (select min(resident_no) from record where resident_no >= @from) and deleted = 0 order by seq desc limit 20",
                row => row.GetFieldValue<byte[]>(0), cancel, ("@from", from));
            if (found.Count == 0)
                continue;
            looked++;
            if (!IsSealed(found[RandomNumberGenerator.GetInt32(found.Count)]))
                odd++;
        }

        return new RowFormReport(looked, odd);
    }

    internal static bool IsSealed(ReadOnlySpan<byte> body)
    {
        if (body.Length < HeadSize + Step + TagSize || body[0] is < 1 or > 4)
            return false;
        var cipher = body[HeadSize..^TagSize];
        // Padded in steps of 32 below 2 kB; above in steps of 5 % that any length may be.
        if (cipher.Length <= StepsUpTo && cipher.Length % Step != 0)
            return false;
        // Cipher looks like noise: of 32 bytes about half have the highest bit, text in clear has it in almost none or almost all.
        var high = 0;
        foreach (var one in cipher)
            high += one >> 7;
        var (expected, spread) = (cipher.Length / 2.0, 6 * Math.Sqrt(cipher.Length) / 2);
        return Math.Abs(high - expected) <= spread;
    }
}
