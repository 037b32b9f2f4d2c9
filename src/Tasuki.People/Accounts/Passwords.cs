using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using Tasuki.Kernel;
using Tasuki.Kernel.Text;

namespace Tasuki.People;

/// <summary>
/// Sign-in names and passwords. A password is hashed twice: keyed by the ring together with its account (a dump alone cannot try guesses, and a hash copied to
/// another row opens nothing), then as <see cref="PasswordHashes"/> says.
/// </summary>
internal sealed class Passwords(AccountSeals seals, PasswordHashes hashes)
{
    public const int MinimumLength = 12;
    public const int MaximumLength = 128;

    private static readonly FrozenSet<string> Common = ReadCommon();

    public string Hash(long account, string password) => hashes.Hash(Peppered(account, password));

    /// <summary>Takes the same time whether there is an account or not.</summary>
    public bool Verify(Account? account, string password) => hashes.Verify(account?.PasswordHash, Peppered(account?.No ?? 0, password));

    /// <summary>Errors <c>password.short</c>, <c>password.long</c>, <c>password.common</c>. Any characters, Japanese too, no rules of composition (NIST SP 800-63B 5.1.1).</summary>
    public static Error? Check(string password, string? signInName)
    {
        var length = new StringInfo(password).LengthInTextElements;
        if (length < MinimumLength)
            return new Error("password.short", $"The password has {length} characters; at least {MinimumLength} are wanted.");
        if (password.Length > MaximumLength)
            return new Error("password.long", $"The password has more than {MaximumLength} characters.");
        var folded = JapaneseText.Fold(password);
        var isCommon = Common.Contains(folded) || folded.Distinct().Count() < 4 || IsRun(folded)
            || (signInName is { Length: > 0 } && folded.Replace(Folded(signInName), "", StringComparison.Ordinal).Length < 4);
        return isCommon ? new Error("password.common", "The password is one of those that are tried first.") : null;
    }

    /// <summary>4 to 64 characters after folding widths, blanks and case. Error <c>sign-in-name.length</c>.</summary>
    public static Result<string> Name(string? name)
    {
        var folded = Folded(name ?? "");
        return folded.Length is >= 4 and <= 64 ? folded
            : new Error("sign-in-name.length", $"The sign-in name has {folded.Length} characters; 4 to 64 are wanted.");
    }

    public static string Folded(string name) => JapaneseText.Fold(name);

    private string Peppered(long account, string password) =>
        Convert.ToBase64String(seals.Secret("password", string.Create(CultureInfo.InvariantCulture, $"{account}|{password.Normalize(NormalizationForm.FormKC)}")));

    private static bool IsRun(string text) => Enumerable.Range(1, text.Length - 1).All(i => text[i] - text[i - 1] is >= -2 and <= 2);

    // The list holds words; a common password is one of them, repeated or followed by digits.
    private static FrozenSet<string> ReadCommon()
    {
        using var reader = new StreamReader(typeof(Passwords).Assembly.GetManifestResourceStream("common-passwords.txt")!);
        var words = reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(JapaneseText.Fold);
        string[] tails = ["", "1", "12", "123", "1234", "12345", "123456", "1234567", "12345678", "123456789", "0123", "2024", "2025", "2026", "2027", "!", "!!", "1!", "123!", "1234!"];
        return words.SelectMany(w => tails.SelectMany(t => new[] { w + t, w + w + t, w + w + w + t })).ToFrozenSet(StringComparer.Ordinal);
    }
}
