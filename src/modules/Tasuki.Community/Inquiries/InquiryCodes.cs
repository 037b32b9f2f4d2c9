using System.Security.Cryptography;
using System.Text;
using Tasuki.Kernel.Text;

namespace Tasuki.Community.Inquiries;

/// <summary>The receipt's number, which everybody may see, and the code that opens the answer to whoever was not signed in. Letters that look alike are one letter.</summary>
internal static class InquiryCodes
{
    /// <summary>No I, L, O and U.</summary>
    private const string Letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    // 26 letters of 5 bits: 130.
    private const int CodeLength = 26;

    /// <summary><c>Q-7F3K-29</c>.</summary>
    public static string NewNumber() => RandomNumberGenerator.GetString(Letters, 6) is var six ? $"Q-{six[..4]}-{six[4..]}" : "";

    /// <summary>The number as it is stored, however it was typed; null for what is none.</summary>
    public static string? Number(string? typed) =>
        Plain(typed) is ['Q', .. { Length: 6 } six] && six.All(Letters.Contains) ? $"Q-{six[..4]}-{six[4..]}" : null;

    public static string NewCode() => RandomNumberGenerator.GetString(Letters, CodeLength);

    /// <summary>In groups of four, to be written down.</summary>
    public static string Shown(string code) => string.Join('-', code.Chunk(4).Select(group => new string(group)));

    /// <summary>Null for what is no code.</summary>
    public static byte[]? HashOf(string? typed) => Plain(typed) is { Length: CodeLength } code ? SHA256.HashData(Encoding.ASCII.GetBytes(code)) : null;

    private static string Plain(string? typed)
    {
        if (typed is not { Length: > 0 and <= 100 })
            return "";
        var plain = new StringBuilder(typed.Length);
        foreach (var c in JapaneseText.FoldKana(typed))
        {
            if (c is not ('-' or 'ー' or '_' or '.'))
                plain.Append(c switch { 'O' => '0', 'I' or 'L' => '1', _ => c });
        }

        return plain.ToString();
    }
}
