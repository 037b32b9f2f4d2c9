using System.Globalization;

namespace Tasuki.Compliance.Catalogue;

/// <summary>A text of the catalogue in both languages; neither is ever empty.</summary>
public sealed record Wording(string Ja, string En)
{
    /// <summary>English for an English culture, Japanese for every other: Japanese is the product's first language.</summary>
    public string For(CultureInfo culture) => culture.TwoLetterISOLanguageName == "en" ? En : Ja;
}
