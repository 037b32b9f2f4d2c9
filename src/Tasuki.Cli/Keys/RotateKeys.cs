using Tasuki.Kernel;
using Tasuki.Vault;

namespace Tasuki.Cli.Keys;

/// <summary>
/// <c>tasuki keys rotate</c>: what the server does every day by itself. With <c>--now</c> another epoch begins and every older one ends at once: whoever was erased until
/// now is gone from copies of the key store too, and every copy made until now is of no more use.
/// </summary>
internal static class RotateKeys
{
    private const string Now = "--now";

    public static async Task<int> Run(string[] arguments, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        var line = CommandLine.Parse(arguments.Where(a => a is not Now).ToArray(), NamedOperator.Options, words: 0);
        var by = line.Then(NamedOperator.From);
        if (!by.IsOk)
            return await Usage.Say(errors, by.Error);
        var opened = await OpenedMunicipality.Open(line.Value, create: false, cancel);
        if (!opened.IsOk)
            return await Usage.Say(errors, opened.Error);
        await using var municipality = opened.Value;
        var rotated = await municipality.Vault.RotateEpoch(by.Value, arguments.Contains(Now, StringComparer.Ordinal), cancel);
        if (!rotated.IsOk)
            return await Usage.Say(errors, rotated.Error);
        await output.WriteLineAsync($"Epoch {rotated.Value.Epoch}: {rotated.Value.Rewrapped} keys wrapped anew, {rotated.Value.Destroyed} ring keys destroyed.");
        if (rotated.Value.Broken == 0)
            return 0;
        return await Usage.Say(errors, new Error("rotate.broken", $"{rotated.Value.Broken} keys do not open and were left as they are; the server's log names the first."));
    }
}
