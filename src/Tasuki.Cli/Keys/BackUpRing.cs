using System.Globalization;
using Tasuki.Kernel;
using Tasuki.Vault.Backup;

namespace Tasuki.Cli.Keys;

/// <summary><c>tasuki keys backup</c>: the ring, encrypted to a certificate whose private key is kept offline.</summary>
internal static class BackUpRing
{
    public static async Task<int> Run(string[] arguments, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        var line = CommandLine.Parse(arguments, [.. OpenedMunicipality.Options, "to", "out"], words: 0);
        if (!line.IsOk)
            return await Usage.Say(errors, line.Error);
        if (line.Value["to"] is not { } certificate || line.Value["out"] is not { } path)
            return await Usage.Say(errors, new Error("usage", "--to names the certificate, --out the file to write."));
        var opened = await OpenedMunicipality.Open(line.Value, create: false, cancel);
        if (!opened.IsOk)
            return await Usage.Say(errors, opened.Error);
        await using var municipality = opened.Value;
        var written = await RingBackup.Write(municipality.Vault, certificate, path, cancel);
        if (!written.IsOk)
            return await Usage.Say(errors, written.Error);
        var until = RingBackup.KeepUntil(TimeProvider.System.GetUtcNow(), municipality.Folder.VaultOptions(create: false).EpochDays);
        await output.WriteLineAsync($"""
            Written: {Path.GetFullPath(path)}
            It holds the epoch keys of today. Keep it apart from both stores and destroy it by {until.ToOffset(TokyoDay.Offset).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)},
            when a newer copy has taken its place: who is erased meanwhile opens with it and a key-store copy of these days.
            """);
        return 0;
    }
}
