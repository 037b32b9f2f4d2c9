using System.Text.RegularExpressions;
using System.Xml.Linq;
using Tasuki.Exchange.Importing;
using Tasuki.Formats;
using Tasuki.Kernel.Records;
using Tasuki.Testing;
using Tasuki.Vault;
using Xunit;

namespace Tasuki.Exchange.Tests;

public sealed class TextsTests
{
    private static readonly Lazy<Dictionary<string, string>> Japanese = new(() => Read(".resx"));

    [Fact]
    public void English_says_everything_and_easy_Japanese_nothing_else()
    {
        Assert.Equal([.. Japanese.Value.Keys.Order(StringComparer.Ordinal)], Read(".en.resx").Keys.Order(StringComparer.Ordinal).ToList());
        Assert.Empty(Read(".easy.resx").Keys.Except(Japanese.Value.Keys, StringComparer.Ordinal));
    }

    [Fact]
    public void Every_key_the_code_composes_is_there()
    {
        string[] composed =
        [
            .. Sentences.Known.Select(code => $"problem-{code}"), .. Words.KnownTypes.Select(type => $"type-{type}"), .. Enum.GetNames<DataCategory>().Select(name => $"category-{name}"),
            .. Enum.GetNames<SourceKind>().Select(name => $"source-{name}"), .. Enum.GetNames<FileFormat>().Select(name => $"file-{name}"),
            .. Enum.GetNames<ActorKind>().Select(name => $"actor-{name}"), .. new[] { ImportState.Stored, ImportState.Failed, ImportState.GivenUp }.Select(state => $"state-{state}"),
        ];
        Assert.Empty(composed.Except(Japanese.Value.Keys, StringComparer.Ordinal));
    }

    [Fact]
    public void Every_key_the_code_names_is_there_and_every_text_is_used()
    {
        var code = string.Concat(Directory.EnumerateFiles(Path.Combine(Tree.Root, "src", "modules", "Tasuki.Exchange"), "*", SearchOption.AllDirectories)
            .Where(path => path.EndsWith(".cs", StringComparison.Ordinal) || path.EndsWith(".razor", StringComparison.Ordinal)).Select(File.ReadAllText));
        var named = Regex.Matches(code, "\\b(?:T|texts)\\[\"(?<key>[a-z0-9-]+)\"", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5)).Select(m => m.Groups["key"].Value).ToHashSet(StringComparer.Ordinal);
        Assert.Empty(named.Where(key => !key.EndsWith('-')).Except(Japanese.Value.Keys, StringComparer.Ordinal));
        string[] composed = ["problem-", "type-", "category-", "source-", "file-", "actor-", "state-", "format-", "part-", "close-gone-", "close-stays-", "person-", "probe-", "keep-"];
        Assert.DoesNotContain(Japanese.Value.Keys, key => !code.Contains($"\"{key}\"", StringComparison.Ordinal) && !composed.Any(part => key.StartsWith(part, StringComparison.Ordinal)));
    }

    private static Dictionary<string, string> Read(string suffix) =>
        XDocument.Load(Path.Combine(Tree.Root, "src", "modules", "Tasuki.Exchange", "Texts", "ExchangeTexts" + suffix)).Root!.Elements("data")
            .ToDictionary(data => data.Attribute("name")!.Value, data => data.Element("value")!.Value, StringComparer.Ordinal);
}
