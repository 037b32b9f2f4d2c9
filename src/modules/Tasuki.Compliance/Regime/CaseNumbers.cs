using System.Security.Cryptography;
using Tasuki.Kernel.Text;

namespace Tasuki.Compliance.Regime;

/// <summary>Numbers of requests and incidents: a letter that says what it is, and six random letters and digits that say nothing.</summary>
internal static class CaseNumbers
{
    /// <summary>No I, L, O and U: letters that look alike are one.</summary>
    private const string Letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    /// <summary>A number for a row, so that sealed columns know their row before it is stored.</summary>
    public static long NewRow() => BitConverter.ToInt64(RandomNumberGenerator.GetBytes(8)) & long.MaxValue;

    /// <summary><c>R-7F3K-29</c>.</summary>
    public static string New(char kind) => RandomNumberGenerator.GetString(Letters, 6) is var six ? $"{kind}-{six[..4]}-{six[4..]}" : "";

    /// <summary>The number as it is stored, however it was typed; null for what is none.</summary>
    public static string? Parse(string? typed)
    {
        if (typed is not { Length: > 0 and <= 100 })
            return null;
        var plain = string.Concat(JapaneseText.FoldKana(typed).Where(c => c is not ('-' or 'ー' or ' ')).Select(c => c switch { 'O' => '0', 'I' or 'L' => '1', _ => c }));
        // The kind is a letter that may itself be one of those that look alike.
        var kind = char.ToUpperInvariant(typed.TrimStart()[0]);
        return plain is [_, .. { Length: 6 } six] && char.IsAsciiLetterUpper(kind) && six.All(Letters.Contains) ? $"{kind}-{six[..4]}-{six[4..]}" : null;
    }
}
