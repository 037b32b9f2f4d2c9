using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Tasuki.Fhir.Tests.Medplum;

/// <summary>The base validator against that of @medplum/core, error or no error for each published resource.</summary>
public sealed class MedplumTests
{
    [Fact]
    public async Task Medplum_and_the_validator_take_and_refuse_the_same_resources_or_the_difference_is_explained()
    {
        var script = Path.Combine(Repository(), "eng", "r4");
        if (!Directory.Exists(Path.Combine(script, "node_modules", "@medplum", "core")))
            Assert.Skip("the npm package @medplum/core is not here: npm ci in eng/r4");
        var pieces = Corpus.Published().ToDictionary(piece => piece.Name, piece => piece.Json, StringComparer.Ordinal);
        if (pieces.Count == 0)
            Assert.Skip("samples not here");
        var found = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        var compared = 0;
        await foreach (var (name, theirs) in Theirs(script, pieces))
        {
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

    private static async IAsyncEnumerable<(string Name, List<string> Faults)> Theirs(string script, Dictionary<string, byte[]> pieces)
    {
        var start = new ProcessStartInfo("node", ["medplum.mjs"])
        {
            WorkingDirectory = script,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            StandardOutputEncoding = Encoding.UTF8,
        };
        using var node = Process.Start(start)!;
        var writing = Task.Run(async () =>
        {
            foreach (var (name, json) in pieces)
                await node.StandardInput.WriteLineAsync(JsonSerializer.Serialize(new { name, text = Encoding.UTF8.GetString(json) }));
            node.StandardInput.Close();
        });
        while (await node.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            using var answer = JsonDocument.Parse(line);
            yield return (answer.RootElement.GetProperty("name").GetString()!, [.. answer.RootElement.GetProperty("faults").EnumerateArray().Select(one => one.GetString()!)]);
        }

        await writing;
        await node.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, node.ExitCode);
    }

    // What it says, without the places: "error structure Patient.name[0] Missing ..." is told by its code and the words without path.
    private static string Kind(string fault)
    {
        var words = fault.Split(' ');
        return string.Join(' ', words.Take(2).Concat(words.Skip(3).Where(word => !word.Contains('.', StringComparison.Ordinal) && !word.Contains('(', StringComparison.Ordinal)).Take(4)));
    }

    private static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Tasuki.slnx")))
            folder = folder.Parent;
        return folder.FullName;
    }
}
