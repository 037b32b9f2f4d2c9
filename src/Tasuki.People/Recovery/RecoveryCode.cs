using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Tasuki.Kernel.Text;

namespace Tasuki.People;

/// <summary>
/// Sixteen digits a person types: six that find the row, ten that prove it. With five tries a guess has one chance in two thousand million. Digits alone, because
/// they are read aloud, printed large and typed on any telephone.
/// </summary>
internal static class RecoveryCode
{
    public const int MaximumTries = 5;
    private const int Digits = 16;
    private const int Finding = 6;

    public static string New()
    {
        var code = new StringBuilder(Digits);
        while (code.Length < Digits)
            code.Append(RandomNumberGenerator.GetInt32(10_000).ToString("D4", CultureInfo.InvariantCulture));
        return code.ToString();
    }

    /// <summary>As printed: groups of four.</summary>
    public static string Shown(string code) => string.Join(' ', code.Chunk(4).Select(c => new string(c)));

    /// <summary>What was typed, in whatever widths and groups; null when it is no such code.</summary>
    public static string? Read(string? typed)
    {
        var digits = new string([.. JapaneseText.Fold(typed ?? "").Where(char.IsAsciiDigit)]);
        return digits.Length == Digits ? digits : null;
    }

    public static byte[] Locator(AccountSeals seals, string code) => seals.Secret("recovery-locator", code[..Finding])[..16];

    public static byte[] Mac(AccountSeals seals, long recovery, string code) => seals.Secret("recovery-code", string.Create(CultureInfo.InvariantCulture, $"{recovery}|{code}"));
}
