using System.Globalization;
using Tasuki.Kernel;

namespace Tasuki.Web;

/// <summary>A colour of the screen (sRGB, 8 bits each), with the contrast of WCAG 2.2.</summary>
public readonly record struct Colour(byte Red, byte Green, byte Blue)
{
    public static Colour White { get; } = new(255, 255, 255);

    public static Colour Black { get; }

    /// <summary>Relative luminance, 0 for black to 1 for white.</summary>
    public double Luminance => (0.2126 * Linear(Red)) + (0.7152 * Linear(Green)) + (0.0722 * Linear(Blue));

    /// <summary><c>#1d2f5f</c>, in upper or lower case, with or without blanks around it. Error <c>colour.form</c>.</summary>
    public static Result<Colour> Parse(string? text) =>
        text?.Trim() is { Length: 7 } six && six[0] is '#' && uint.TryParse(six.AsSpan(1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            ? new Colour((byte)(value >> 16), (byte)(value >> 8), (byte)value)
            : new Error("colour.form", "A colour is # and six digits of 0 to 9 and a to f.");

    /// <summary>The contrast ratio (WCAG 2.2), 1 to 21; the same in both directions.</summary>
    public double Contrast(Colour other)
    {
        var (one, two) = (Luminance, other.Luminance);
        return (Math.Max(one, two) + 0.05) / (Math.Min(one, two) + 0.05);
    }

    /// <summary>Of the other colour so much, 0 to 1.</summary>
    public Colour Mix(Colour other, double share) => new(Between(Red, other.Red, share), Between(Green, other.Green, share), Between(Blue, other.Blue, share));

    /// <summary>As CSS writes it: <c>#1d2f5f</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"#{Red:x2}{Green:x2}{Blue:x2}");

    private static byte Between(byte one, byte two, double share) => (byte)Math.Round(one + ((two - one) * share), MidpointRounding.AwayFromZero);

    private static double Linear(byte part) => part / 255d is var c && c <= 0.04045 ? c / 12.92 : Math.Pow((c + 0.055) / 1.055, 2.4);
}
