using System.Globalization;
using Tasuki.Vault;

namespace Tasuki.Cli.Shared;

/// <summary><c>tasuki shared list</c>: number, type and version of each shared record. No name. Exit code 1 when a row does not open.</summary>
internal static class ListSharedRecords
{
    public static async Task<int> Run(string[] arguments, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        var line = CommandLine.Parse(arguments, OpenedMunicipality.Options, words: 0);
        if (!line.IsOk)
            return await Usage.Say(errors, line.Error);
        var opened = await OpenedMunicipality.Open(line.Value, create: false, cancel);
        if (!opened.IsOk)
            return await Usage.Say(errors, opened.Error);
        await using var municipality = opened.Value;
        var broken = 0;
        foreach (var one in await municipality.Vault.ListShared(Actor.Job("shared.list", "The list of the shared records."), cancel))
        {
            broken += one.Opens ? 0 : 1;
            await output.WriteLineAsync(one.Opens
                ? string.Create(CultureInfo.InvariantCulture, $"{one.Number} {one.Type} {one.Version}")
                : string.Create(CultureInfo.InvariantCulture, $"{one.Number} does not open: it was altered or moved, and is not served"));
        }

        return broken == 0 ? 0 : 1;
    }
}
