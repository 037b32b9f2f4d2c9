using Tasuki.Server.Municipalities;

namespace Tasuki.Cli.Municipalities;

/// <summary>
/// <c>tasuki migrate</c>: brings vault and tables of a municipality up to this version. Running it again does nothing. <c>--owner CREDENTIALS</c> names the
/// PostgreSQL role that owns the tables (<see cref="Database.MakeRoles"/>).
/// </summary>
internal static class Migrate
{
    public static async Task<int> Run(string[] arguments, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        var line = CommandLine.Parse(arguments, [.. OpenedMunicipality.Options, "owner"], words: 0);
        if (!line.IsOk)
            return await Usage.Say(errors, line.Error);
        var folder = MunicipalityFolder.Load(line.Value.Get("data", "data"), line.Value.Get("ring", "data.ring"), line.Value["municipality"]);
        if (folder.IsOk && line.Value["owner"] is { } owner)
            folder = folder.Value.As(owner);
        if (!folder.IsOk)
            return await Usage.Say(errors, folder.Error);
        var opened = await OpenedMunicipality.Open(folder.Value, create: true, cancel);
        if (!opened.IsOk)
            return await Usage.Say(errors, opened.Error);
        await using var municipality = opened.Value;
        await output.WriteLineAsync($"{municipality.Folder.Municipality.Id} is up to date.");
        return 0;
    }
}
