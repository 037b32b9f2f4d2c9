using Tasuki.Web;

namespace Tasuki.Compliance.Tests.Regime;

/// <summary>Texts outside a request.</summary>
internal static class TextsIn
{
    public static Texts<T> Of<T>(ReadingLanguage reading = ReadingLanguage.Japanese)
    {
        var language = new Language();
        language.Choose(reading);
        return new Texts<T>(language);
    }

    public static IEnumerable<Texts<T>> All<T>() => Enum.GetValues<ReadingLanguage>().Select(Of<T>);
}
