namespace Tasuki.Fhir.Tests.Medplum;

/// <summary>The base validator against that of @medplum/core, error or no error for each published resource.</summary>
public sealed class MedplumTests
{
    [Fact]
    public async Task Medplum_and_the_validator_take_and_refuse_the_same_resources_or_the_difference_is_explained()
    {
        NodeOracle.SkipWithout("@medplum/core");
        var pieces = Corpus.Published().ToDictionary(piece => piece.Name, piece => piece.Json, StringComparer.Ordinal);
        if (pieces.Count == 0)
            Assert.Skip("samples not here");
        var found = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        var compared = 0;
        await foreach (var (name, answer) in NodeOracle.Ask("medplum.mjs", pieces))
        {
            List<string> theirs = [.. answer.GetProperty("faults").EnumerateArray().Select(one => one.GetString()!)];
            compared++;
            var ours = ResourceValidator.Check(pieces[name]);
            if (ours.Count > 0 == theirs.Count > 0)
                continue;
            var key = ours.Count > 0 ? $"ours: {ours[0].Code} {ours[0].Type}".TrimEnd() : $"medplum: {Kind(theirs[0])}";
            if (!found.TryGetValue(key, out var list))
                found[key] = list = [];
            list.Add($"{name}: {(ours.Count > 0 ? ours[0].Path + " " + ours[0].Sentence : theirs[0])}");
        }

        foreach (var (key, list) in found)
            TestContext.Current.TestOutputHelper!.WriteLine($"{list.Count} {key}: {list[0]}");
        Assert.Equal(pieces.Count, compared);
        Assert.True(compared > 1000, $"{compared} compared");
        Assert.Equal(MedplumDifferences.Explained.Keys.Order(StringComparer.Ordinal), found.Keys.Order(StringComparer.Ordinal));
    }

    // What it says, without the places: "error structure Patient.name[0] Missing ..." is told by its code and the words without path.
    private static string Kind(string fault)
    {
        var words = fault.Split(' ');
        return string.Join(' ', words.Take(2).Concat(words.Skip(3).Where(word => !word.Contains('.', StringComparison.Ordinal) && !word.Contains('(', StringComparison.Ordinal)).Take(4)));
    }
}
