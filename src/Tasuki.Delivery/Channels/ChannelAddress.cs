using System.Text;
using System.Text.RegularExpressions;
using MimeKit;
using Tasuki.Kernel;

namespace Tasuki.Delivery;

/// <summary>What a person may enter as an address of each kind, and how it is kept.</summary>
internal static partial class ChannelAddress
{
    public static readonly Error Invalid = new("channel.address", "This is no address of that kind.");

    public static Result<string> Read(ChannelKind kind, string? text, Egresses egresses)
    {
        var plain = (text ?? "").Normalize(NormalizationForm.FormKC).Trim();
        return kind switch
        {
            ChannelKind.Mail when IsMail(plain) => plain,
            ChannelKind.Sms when Mobile().Match(plain.Replace("-", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal)) is { Success: true } m => "0" + m.Groups["number"].Value,
            ChannelKind.Line when Linked().IsMatch(plain) => plain,
            ChannelKind.Push when Uri.TryCreate(plain, UriKind.Absolute, out var endpoint) && plain.Length <= 2_000 && egresses.AllowsPush(endpoint) => plain,
            ChannelKind.Letter => Letter(plain),
            _ => Invalid,
        };
    }

    private static bool IsMail(string text) => text.Length <= 254 && MailShape().IsMatch(text) && MailboxAddress.TryParse(text, out var parsed) && string.Equals(parsed.Address, text, StringComparison.Ordinal);

    /// <summary>Postal code, address and name as they stand on the envelope: three to six lines.</summary>
    private static Result<string> Letter(string text)
    {
        var lines = text.ReplaceLineEndings("\n").Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return lines.Length is >= 3 and <= 6 && PostalCode().IsMatch(lines[0]) && Array.TrueForAll(lines, l => l.Length <= 60 && !l.Any(char.IsControl)) ? string.Join('\n', lines) : Invalid;
    }

    [GeneratedRegex(@"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex MailShape();

    [GeneratedRegex(@"^(\+81|0)(?<number>[6789]0[0-9]{8})$", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Mobile();

    [GeneratedRegex(@"^[A-Za-z0-9]{6,64}$", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Linked();

    [GeneratedRegex(@"^〒? ?[0-9]{3}-?[0-9]{4}$", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex PostalCode();
}
