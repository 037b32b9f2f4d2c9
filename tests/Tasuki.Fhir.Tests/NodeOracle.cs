using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Tasuki.Fhir.Tests;

/// <summary>A script of <c>eng/r4</c> that says what another house's code makes of resources, a line for each.</summary>
internal static class NodeOracle
{
    private static string Folder
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(folder!.FullName, "Tasuki.slnx")))
                folder = folder.Parent;
            return Path.Combine(folder.FullName, "eng", "r4");
        }
    }

    public static void SkipWithout(string package)
    {
        if (!Directory.Exists(Path.Combine([Folder, "node_modules", .. package.Split('/')])))
            Assert.Skip($"the npm package {package} is not here: npm ci in eng/r4");
    }

    public static async IAsyncEnumerable<(string Name, JsonElement Answer)> Ask(string script, IReadOnlyDictionary<string, byte[]> pieces)
    {
        var start = new ProcessStartInfo("node", [script])
        {
            WorkingDirectory = Folder,
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
            yield return (answer.RootElement.GetProperty("name").GetString()!, answer.RootElement);
        }

        await writing;
        await node.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, node.ExitCode);
    }
}
