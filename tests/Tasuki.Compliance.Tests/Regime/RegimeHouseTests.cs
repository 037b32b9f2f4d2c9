using System.Collections;
using System.Globalization;
using System.Resources;
using System.Text.RegularExpressions;
using Tasuki.Compliance.Purposes;
using Tasuki.Compliance.Regime;
using Tasuki.Compliance.Scope;
using Tasuki.Compliance.Unneeded;
using Tasuki.Data;
using Tasuki.Kernel.Records;
using Tasuki.Testing;
using Xunit;
using static Tasuki.Compliance.Tests.RegimeSite;

namespace Tasuki.Compliance.Tests.Regime;

/// <summary>Tables and texts of the law and of what is done under it.</summary>
public sealed class RegimeHouseTests
{
    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task The_scripts_make_what_the_model_says(DataStore store)
    {
        await using var site = await Start(store);
        var differences = await site.Do<TasukiSchema, IReadOnlyList<string>>(s => s.Differences(Cancel));
        Assert.True(differences.Count == 0, $"{string.Join('\n', differences)}\n\n{await site.Do<TasukiSchema, string>(s => Task.FromResult(s.Draft()))}");
        Assert.Empty(await site.Do<TasukiDb, IReadOnlyList<string>>(db => Task.FromResult<IReadOnlyList<string>>([.. DataMap.Undeclared(db.Model)])));
        Assert.Empty(await site.Do<SealedTables, IReadOnlyList<string>>(t => Task.FromResult(t.Missing)));
    }

    [Fact]
    public void Every_text_of_law_and_purposes_is_there_and_asked_for() => TextsHold<RegimeTexts>(
        ["Regime", "Purposes"], ["Purposes", "RegimeDifference"],
        [
            .. Enum.GetNames<RegimeArea>().Select(n => $"area-{n}"), .. Enum.GetNames<OperatorKind>().Select(n => $"operator-{n}"), .. Enum.GetNames<DataCategory>().Select(n => $"category-{n}"),
            .. Enum.GetNames<BasisKind>().Select(n => $"basis-{n}"), .. Enum.GetNames<OtherUseGround>().Skip(1).Select(n => $"ground-{n}"), .. Enum.GetNames<PurposeState>().Select(n => $"purpose-{n}"), .. PurposesWords.Problems.Select(p => $"problem-{p}"),
            .. Enum.GetValues<OperatorKind>().SelectMany(k => LegalRegime.For(k, new OrdinanceSettings()).Rules).Select(r => $"rule-{r.Id}"),
            "did-state", "did-change", "did-end", "did-erasure-ask", "did-erasure-confirm", "did-erasure-keep", .. Enum.GetNames<ErasureStep>().Select(n => $"erasure-{n}"), "problem-other", .. new[] { "", "-none", "-uncovered", "-covered" }.Select(c => $"probe-purposes.cover{c}"),
        ]);

    /// <summary>All three ways of reading hold the same keys and places; every key of the code is there, and every key there is asked for.</summary>
    internal static void TextsHold<TTexts>(string[] folders, string[] pages, IEnumerable<string> made)
    {
        var assembly = typeof(TTexts).Assembly;
        var plain = new ResourceManager(typeof(TTexts).FullName!, assembly);
        var japanese = All(plain, CultureInfo.InvariantCulture);
        var english = All(plain, CultureInfo.GetCultureInfo("en"));
        var easy = All(new ResourceManager($"Tasuki.Compliance.Texts.{typeof(TTexts).Name}.easy", assembly), CultureInfo.InvariantCulture);
        Assert.True(japanese.Keys.ToHashSet(StringComparer.Ordinal).SetEquals(english.Keys));
        Assert.True(japanese.Keys.ToHashSet(StringComparer.Ordinal).SetEquals(easy.Keys), string.Join(' ', japanese.Keys.Except(easy.Keys, StringComparer.Ordinal)));
        foreach (var (key, text) in japanese)
        {
            Assert.Equal(Places(text), Places(english[key]));
            Assert.Equal(Places(text), Places(easy[key]));
        }

        var root = Path.Combine(Tree.Root, "src", "modules", "Tasuki.Compliance");
        var files = folders.SelectMany(f => Directory.EnumerateFiles(Path.Combine(root, f), "*.cs", SearchOption.AllDirectories))
            .Concat(pages.SelectMany(p => Directory.EnumerateFiles(Path.Combine(root, "Pages"), $"{p}*.razor")));
        var code = string.Concat(files.Select(File.ReadAllText));
        var composed = made.Distinct(StringComparer.Ordinal).ToList();
        var named = Regex.Matches(code, "\"(?<key>[a-z][a-zA-Z0-9.-]*)\"", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5)).Select(m => m.Groups["key"].Value).ToHashSet(StringComparer.Ordinal);
        var asked = Regex.Matches(code, "\\b(?:T|texts)\\[\"(?<key>[a-z0-9.-]+)\"[\\],]", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5)).Select(m => m.Groups["key"].Value);
        Assert.Empty(composed.Concat(asked).Except(japanese.Keys, StringComparer.Ordinal));
        Assert.Empty(japanese.Keys.Except(named, StringComparer.Ordinal).Except(composed, StringComparer.Ordinal));
    }

    private static Dictionary<string, string> All(ResourceManager manager, CultureInfo culture) => manager.GetResourceSet(culture, createIfNotExists: true, tryParents: false)!
        .Cast<DictionaryEntry>().ToDictionary(e => (string)e.Key, e => (string)e.Value!, StringComparer.Ordinal);

    private static string Places(string text) =>
        string.Join(' ', Regex.Matches(text, @"\{[0-9]+\}", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Select(m => m.Value).Order(StringComparer.Ordinal));
}
