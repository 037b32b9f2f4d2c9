using System.Globalization;
using Tasuki.Kernel;
using Tasuki.Vault.Backup;

namespace Tasuki.Cli.Keys;

/// <summary><c>tasuki keys recover</c>: puts a copy of the ring back where none stands.</summary>
internal static class RecoverRing
{
    public static async Task<int> Run(string[] arguments, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        var line = CommandLine.Parse(arguments, ["from", "key", "ring"], words: 0);
        if (!line.IsOk)
            return await Usage.Say(errors, line.Error);
        if (line.Value["from"] is not { } path || line.Value["key"] is not { } key || line.Value["ring"] is not { } ring)
            return await Usage.Say(errors, new Error("usage", "--from names the copy, --key the private key in PEM, --ring the folder of the key rings."));
        var recovered = await RingBackup.Recover(path, key, ring, cancel);
        if (!recovered.IsOk)
            return await Usage.Say(errors, recovered.Error);
        await output.WriteLineAsync($"""
            The key ring of {recovered.Value.Municipality} as of {recovered.Value.Made.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} UTC is in {Path.GetFullPath(Path.Combine(ring, recovered.Value.Municipality))}.
            Its erasure list is of that time too: whoever was erased later must be erased again.
            """);
        return 0;
    }
}
