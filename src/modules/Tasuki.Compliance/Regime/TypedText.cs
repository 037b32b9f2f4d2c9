using System.Text;
using Tasuki.Kernel;
using Tasuki.Kernel.Text;

namespace Tasuki.Compliance.Regime;

/// <summary>What officers type. Lengths are UTF-16 units after line ends became one character, as a browser counts them.</summary>
internal static class TypedText
{
    public const int MaximumLine = 200;
    public const int MaximumText = 4000;

    /// <summary>Trimmed, line ends as one line feed. Errors: the given code, <c>mynumber.found</c>.</summary>
    public static Result<string> Text(string? typed, string code, int maximum = MaximumText)
    {
        var text = (typed ?? "").ReplaceLineEndings("\n").Trim();
        if (text.Length == 0 || text.Length > maximum)
            return new Error(code, $"There are {text.Length} characters; 1 to {maximum} are allowed.");
        return MyNumberScan.Find(Encoding.UTF8.GetBytes(text)) is not null || text.Split('\n').Any(MyNumberScan.LooksLikeMyNumber)
            ? new Error("mynumber.found", "There is an individual number (My Number) in the text.") : text;
    }

    public static Result<string> Line(string? typed, string code, int maximum = MaximumLine) => Text(typed?.ReplaceLineEndings(" "), code, maximum);

    /// <summary>As <see cref="Text"/>, and null for nothing.</summary>
    public static Result<string?> Optional(string? typed, string code, int maximum = MaximumText)
    {
        if (string.IsNullOrWhiteSpace(typed))
            return Result.Of<string?>(null);
        var text = Text(typed, code, maximum);
        return text.IsOk ? Result.Of<string?>(text.Value) : text.Error;
    }
}
