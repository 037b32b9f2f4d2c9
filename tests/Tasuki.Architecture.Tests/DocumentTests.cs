using System.Text.RegularExpressions;
using Tasuki.Data;
using Tasuki.Server;
using Tasuki.Testing;
using Xunit;

namespace Tasuki.Architecture.Tests;

/// <summary>What the documents say about the code is there.</summary>
public sealed partial class DocumentTests
{
    private static string Guide(string name) => File.ReadAllText(Path.Combine(Tree.Root, "docs", "guide", name));

    [Fact]
    public void The_table_of_requirements_is_the_one_the_code_gives()
    {
        var made = RequirementsPage.Markdown();
        Assert.True(made == Guide("requirements.md"), "docs/guide/requirements.md is out of date. Make it anew: ./tasuki comply table > docs/guide/requirements.md");
    }

    [Fact]
    public void The_data_map_is_what_the_declarations_say()
    {
        var made = DataMapPage.Markdown();
        Assert.True(made == Guide("data-map.md"), "docs/guide/data-map.md is out of date. Make it anew: ./tasuki database map > docs/guide/data-map.md");
    }

    [Fact]
    public void Every_column_of_every_part_is_declared_and_clear_text_has_a_reason() => Assert.Empty(DataMap.Undeclared(DataMapPage.Model()));

    [Fact]
    public void A_change_of_a_residents_key_reaches_every_sealed_column_of_every_part() => Assert.Empty(DataMapPage.NotReachedByKeyChanges());

    [Fact]
    public void Every_test_and_every_file_the_security_page_names_is_there()
    {
        var named = Named().Matches(Guide("security.md")).Select(m => m.Groups["name"].Value).Distinct(StringComparer.Ordinal).ToList();
        var classes = Directory.EnumerateFiles(Path.Combine(Tree.Root, "tests"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(f => Classes().Matches(File.ReadAllText(f)).Select(m => m.Groups["name"].Value)).ToHashSet(StringComparer.Ordinal);
        Assert.Contains(named, n => n.EndsWith("Tests", StringComparison.Ordinal));
        Assert.Contains(named, n => n.Contains('/', StringComparison.Ordinal));
        Assert.DoesNotContain(named, n => n.Contains('/', StringComparison.Ordinal)
            ? !File.Exists(Path.Combine(Tree.Root, n)) && !Directory.Exists(Path.Combine(Tree.Root, n))
            : (n.EndsWith("Tests", StringComparison.Ordinal) || n.EndsWith("Contract", StringComparison.Ordinal)) && !classes.Contains(n));
    }

    [GeneratedRegex("`(?<name>[A-Za-z][A-Za-z0-9_./-]*)`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Named();

    [GeneratedRegex(@"\bclass (?<name>\w+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Classes();
}
