using Tasuki.Vault;

namespace Tasuki.Cli.Municipalities;

/// <summary><c>tasuki migrate</c>: brings vault and tables of a municipality up to this version. Running it again does nothing.</summary>
internal static class Migrate
{
    public static async Task<int> Run(string[] arguments, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        var line = CommandLine.Parse(arguments, OpenedMunicipality.Options, words: 0);
        if (!line.IsOk)
            return await Usage.Say(errors, line.Error);
        var opened = await OpenedMunicipality.Open(line.Value, create: true, cancel);
        if (!opened.IsOk)
            return await Usage.Say(errors, opened.Error);
        await using var municipality = opened.Value;
        await output.WriteLineAsync($"{municipality.Folder.Municipality.Id} is up to date.");
        return 0;
    }
}
