using System.Text;
using Tasuki.Kernel;
using Tasuki.Kernel.Text;

namespace Tasuki.Community.Inquiries;

/// <summary>What may stand in an inquiry. Lengths are UTF-16 units after line ends became one character, as a browser counts them.</summary>
internal static class InquiryText
{
    public const int MaximumSubject = 100;
    public const int MaximumText = 4000;
    public const int MaximumContact = 200;

    /// <summary>Trimmed, line ends as one line feed. Errors <c>inquiry.text</c>, <c>mynumber.found</c>.</summary>
    public static Result<string> Text(string? typed) => Checked(typed, MaximumText, "inquiry.text");

    /// <summary>One line. Errors <c>inquiry.subject</c>, <c>mynumber.found</c>.</summary>
    public static Result<string> Subject(string? typed) => Checked(typed?.ReplaceLineEndings(" "), MaximumSubject, "inquiry.subject");

    /// <summary>An e-mail address or a telephone number, as far as one can tell. Errors <c>inquiry.contact</c>, <c>mynumber.found</c>.</summary>
    public static Result<string> Contact(string? typed)
    {
        var contact = Checked(typed?.ReplaceLineEndings(" "), MaximumContact, "inquiry.contact");
        return !contact.IsOk || contact.Value.IndexOf('@', StringComparison.Ordinal) > 0 || contact.Value.Count(char.IsDigit) >= 9
            ? contact : new Error("inquiry.contact", "The contact is an e-mail address or a telephone number.");
    }

    private static Result<string> Checked(string? typed, int maximum, string code)
    {
        var text = (typed ?? "").ReplaceLineEndings("\n").Trim();
        if (text.Length == 0 || text.Length > maximum)
            return new Error(code, $"There are {text.Length} characters; 1 to {maximum} are allowed.");
        return MyNumberScan.Find(Encoding.UTF8.GetBytes(text)) is not null || text.Split('\n').Any(MyNumberScan.LooksLikeMyNumber)
            ? new Error("mynumber.found", "There is an individual number (My Number) in the text.") : text;
    }
}
