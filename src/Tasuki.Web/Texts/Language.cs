using System.Globalization;

namespace Tasuki.Web;

/// <summary>What the person reads: Japanese, English, or やさしい日本語, which is a reading mode of Japanese and no culture of its own.</summary>
public enum ReadingLanguage
{
    Japanese,
    English,
    EasyJapanese,
}

/// <summary>The language of the request. One for each scope; set by the language middleware before anything is rendered.</summary>
public sealed class Language
{
    public const string Cookie = "tasuki.lang";

    public ReadingLanguage Reading { get; private set; } = ReadingLanguage.Japanese;

    /// <summary>The value of the <c>lang</c> attribute.</summary>
    public string Tag => Reading is ReadingLanguage.English ? "en" : "ja";

    public CultureInfo Culture => Reading is ReadingLanguage.English ? English : Japanese;

    private static readonly CultureInfo Japanese = CultureInfo.GetCultureInfo("ja-JP");
    private static readonly CultureInfo English = CultureInfo.GetCultureInfo("en-US");

    /// <summary>A day as people read it: 2026年4月1日, April 1, 2026.</summary>
    public string Day(DateOnly day) => day.ToString(Reading is ReadingLanguage.English ? "MMMM d, yyyy" : "yyyy年M月d日", Culture);

    public void Choose(ReadingLanguage reading) => Reading = reading;
}
