using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Resources;

namespace Tasuki.MyHealth.Tests;

/// <summary>What must hold of the texts of any module: the same keys in Japanese and English, no key that is its own text, placeholders that agree.</summary>
internal static class TextTables
{
    public static IReadOnlyList<string> Faults(Type texts)
    {
        var faults = new List<string>();
        var plain = new ResourceManager(texts.FullName!, texts.Assembly);
        var japanese = Read(plain, CultureInfo.InvariantCulture);
        var english = Read(plain, CultureInfo.GetCultureInfo("en"));
        var easy = Read(new ResourceManager($"{texts.Namespace}.Texts.{texts.Name}.easy", texts.Assembly), CultureInfo.InvariantCulture);
        if (japanese.Count == 0)
            faults.Add($"{texts.Name} has no texts.");
        faults.AddRange(japanese.Keys.Except(english.Keys, StringComparer.Ordinal).Select(key => $"{texts.Name}: '{key}' is missing in English."));
        faults.AddRange(english.Keys.Except(japanese.Keys, StringComparer.Ordinal).Select(key => $"{texts.Name}: '{key}' is missing in Japanese."));
        faults.AddRange(easy.Keys.Except(japanese.Keys, StringComparer.Ordinal).Select(key => $"{texts.Name}: '{key}' stands in easy Japanese alone."));
        foreach (var (language, table) in new[] { ("Japanese", japanese), ("English", english), ("easy Japanese", easy) })
        {
            foreach (var (key, text) in table)
            {
                if (text == key || string.IsNullOrWhiteSpace(text))
                    faults.Add($"{texts.Name}: '{key}' has no words in {language}.");
                if (japanese.TryGetValue(key, out var original) && Holes(text) != Holes(original))
                    faults.Add($"{texts.Name}: '{key}' takes {Holes(original)} in Japanese and {Holes(text)} in {language}.");
            }
        }

        return faults;
    }

    public static IReadOnlySet<string> Keys(Type texts) => Read(new ResourceManager(texts.FullName!, texts.Assembly), CultureInfo.InvariantCulture).Keys.ToHashSet(StringComparer.Ordinal);

    private static Dictionary<string, string> Read(ResourceManager manager, CultureInfo culture)
    {
        try
        {
            // Without parents: a text that only Japanese has must not count as English.
            return manager.GetResourceSet(culture, createIfNotExists: true, tryParents: false) is { } set
                ? set.Cast<DictionaryEntry>().ToDictionary(entry => (string)entry.Key, entry => (string)entry.Value!, StringComparer.Ordinal) : [];
        }
        catch (MissingManifestResourceException)
        {
            return [];
        }
    }

    private static string Holes(string text) =>
        string.Join(',', System.Text.RegularExpressions.Regex.Matches(text, @"\{\d", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1)).Select(hole => hole.Value).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
}

public sealed class TextTests
{
    [Fact]
    public void Every_text_of_the_web_floor_stands_in_every_language() => Assert.Empty(TextTables.Faults(typeof(Tasuki.Web.WebTexts)));

    [Fact]
    public void Every_text_of_my_health_stands_in_every_language() => Assert.Empty(TextTables.Faults(typeof(MyHealthTexts)));

    [Fact]
    public void Words_that_pages_build_from_codes_have_texts()
    {
        var keys = TextTables.Keys(typeof(MyHealthTexts));
        var wanted = RecordFields.Elements.Select(element => $"el-{element}")
            .Concat(RecordWords.Types.Select(type => $"type-{type}"))
            .Concat(RecordWords.Codes.Select(code => $"code-{code}"))
            .Concat(AccessHistory.KnownActions.Append("other").Select(action => $"action-{action}"))
            .Concat(Enum.GetValues<Tasuki.Kernel.Records.DataCategory>().Select(category => $"category-{(int)category}"))
            .Concat(Enum.GetValues<Tasuki.Kernel.Records.SourceKind>().Select(source => $"source-{(int)source}"))
            .Concat(Enum.GetValues<Tasuki.Vault.ActorKind>().Select(kind => $"actor-{kind.ToString().ToLowerInvariant()}"))
            .Concat(Tasuki.Formats.SpecificCheckup.CheckupMeasures.All.Select(measure => $"group-{measure.Group}"))
            .Concat(Enum.GetValues<MedicineKind>().Select(kind => $"medicine-kind-{kind.ToString().ToLowerInvariant()}"));
        Assert.Empty(wanted.Except(keys, StringComparer.Ordinal));
    }

    [Fact]
    public void Every_icon_that_a_page_names_is_drawn()
    {
        foreach (var category in Enum.GetValues<Tasuki.Kernel.Records.DataCategory>())
            Assert.NotNull(Tasuki.Web.Icons.Find(CategoryIcons.Of(category)));
        Assert.All(Tasuki.Web.Icons.Names, name => Assert.DoesNotContain("style=", Tasuki.Web.Icons.Find(name)!, StringComparison.Ordinal));
    }
}
