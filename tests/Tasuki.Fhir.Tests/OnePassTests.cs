using System.Text;

namespace Tasuki.Fhir.Tests;

/// <summary>What one pass says of a resource is what a JSON tree said: over every published resource, made-up ones, and both of them damaged.</summary>
public sealed class OnePassTests
{
    [Fact]
    public void Facts_are_those_of_the_tree_with_and_without_the_check() => Each(resource =>
    {
        var tree = Text(TreeFacts.Of(resource).Code, TreeFacts.Of(resource).Date, TreeFacts.Of(resource).Codes, TreeFacts.Of(resource).Identifiers, TreeFacts.Of(resource).References, TreeCodings.Of(resource));
        Assert.Equal(tree, Text(RecordFacts.Of(resource)));
        Assert.Equal(tree, Text(ResourceScan.Of(resource).Facts));
        return true;
    });

    [Fact]
    public void The_check_says_the_same_with_and_without_the_facts() => Each(resource =>
    {
        Assert.Equal(ResourceCheck.Check(resource), ResourceScan.Of(resource).Issues);
        return true;
    });

    [Fact]
    public void Identity_and_content_have_the_bytes_of_the_tree() => Each(resource =>
    {
        Assert.Equal(TreeIdentity.Of(resource), RecordIdentity.Of(resource));
        Assert.Equal(TreeIdentity.ContentOf(resource), RecordIdentity.ContentOf(resource));
        return true;
    });

    [Fact]
    public void A_coding_comes_before_the_codings_inside_it()
    {
        var resource = CanonicalResource.Parse("""{"resourceType":"Basic","code":{"coding":[{"extension":[{"url":"u","valueCoding":{"system":"s","code":"inner"}}],"system":"s","code":"outer"}]}}"""u8.ToArray()).Value;
        Assert.Equal("outer inner", string.Join(' ', TreeCodings.Of(resource).Select(coding => coding.Code)));
        Assert.Equal(TreeCodings.Of(resource), RecordFacts.Of(resource).Codings);
        Assert.Equal(TreeCodings.Of(resource), ResourceScan.Of(resource).Facts.Codings);
    }

    private static void Each(Func<CanonicalResource, bool> holds)
    {
        var random = new Random(20261122);
        foreach (var piece in Corpus.Published().Concat(Corpus.MadeUp(40, 2)).Where(piece => piece.Json.Length < 100_000))
        {
            for (var round = 0; round < 4; round++)
            {
                var json = round == 0 ? piece.Json : Mutation.Of(piece.Json, random)?.Json;
                if (json is null || CanonicalResource.Parse(json) is not { IsOk: true } resource || HasListInList(json))
                    continue;
                Assert.True(holds(resource.Value), piece.Name);
            }
        }
    }

    // R4 has no list in a list, and the tree read its facts and its codings differently there.
    private static bool HasListInList(byte[] json) => Encoding.UTF8.GetString(json).Contains("[[", StringComparison.Ordinal);

    private static string Text(RecordFacts facts) => Text(facts.Code, facts.Date, facts.Codes, facts.Identifiers, facts.References, facts.Codings);

    private static string Text(Coding? code, FhirDate? date, IEnumerable<string> codes, IEnumerable<string> identifiers, IEnumerable<string> references, IEnumerable<Coding> codings) =>
        $"{code}\n{date}\n{string.Join('|', codes)}\n{string.Join('|', identifiers)}\n{string.Join('|', references)}\n{string.Join('\n', codings)}";
}
