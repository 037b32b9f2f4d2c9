using System.Collections.Concurrent;
using System.Globalization;
using System.Resources;

namespace Tasuki.Web;

/// <summary>
/// The texts of one module. <typeparamref name="TTexts"/> is an empty class in <c>Texts/</c>; beside it lie <c>NAME.resx</c> (Japanese, the neutral
/// language), <c>NAME.en.resx</c> and <c>NAME.easy.resx</c> (やさしい日本語; a key that is missing there is read from Japanese). A key that stands nowhere
/// throws: a test reads them all.
/// </summary>
public sealed class Texts<TTexts>(Language language)
{
    private static readonly ResourceManager Plain = new(typeof(TTexts).FullName!, typeof(TTexts).Assembly);
    private static readonly ResourceManager Easy = new($"{typeof(TTexts).Namespace}.Texts.{typeof(TTexts).Name}.easy", typeof(TTexts).Assembly);
    private static readonly ConcurrentDictionary<(ReadingLanguage, string), string> Known = new();
    private static readonly CultureInfo English = CultureInfo.GetCultureInfo("en");

    public string this[string key] => Known.GetOrAdd((language.Reading, key), static k => Find(k.Item1, k.Item2)
        ?? throw new MissingManifestResourceException($"{typeof(TTexts).Name} has no text '{k.Item2}'."));

    public string this[string key, params object?[] arguments] => string.Format(language.Culture, this[key], arguments);

    private static string? Find(ReadingLanguage reading, string key) => reading switch
    {
        ReadingLanguage.English => Plain.GetString(key, English),
        ReadingLanguage.EasyJapanese => Easy.GetString(key, CultureInfo.InvariantCulture) ?? Plain.GetString(key, CultureInfo.InvariantCulture),
        _ => Plain.GetString(key, CultureInfo.InvariantCulture),
    };
}
