using Tasuki.Kernel;
using Tasuki.Server.Municipalities;

namespace Tasuki.Cli.Municipalities;

/// <summary>
/// <c>tasuki municipality add</c>: an empty municipality with its first administrator. What that person needs to sign in is printed once and stands nowhere
/// in the open afterwards.
/// </summary>
internal static class AddMunicipality
{
    private static readonly string[] Options = [.. OpenedMunicipality.Options, "id", "name", "operator", "administrator", "host", "postgres", "keys", "log", "app", "owner"];

    public static async Task<int> Run(string[] arguments, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        var line = CommandLine.Parse(arguments, Options, words: 0);
        if (!line.IsOk)
            return await Usage.Say(errors, line.Error);
        var described = Describe(line.Value);
        if (!described.IsOk)
            return await Usage.Say(errors, described.Error);
        var owned = line.Value["owner"] is { } owner ? described.Value.As(owner) : described;
        if (!owned.IsOk)
            return await Usage.Say(errors, owned.Error);
        var created = described.Value.Create();
        if (!created.IsOk)
            return await Usage.Say(errors, created.Error);

        var opened = await OpenedMunicipality.Open(owned.Value, create: true, cancel);
        if (!opened.IsOk)
            return await Usage.Say(errors, opened.Error);
        await using var municipality = opened.Value;
        var signInName = line.Value.Get("administrator", "admin");
        var account = await NewAdministrator.Make(municipality, signInName, signInName, cancel);
        if (!account.IsOk)
            return await Usage.Say(errors, account.Error);
        await output.WriteLineAsync($"""
            Made {described.Value.Municipality.Name} in {described.Value.Data}; its key ring is in {described.Value.Ring}.
            Keep a copy of the key ring apart from the data: without it no record can be opened.

            The first administrator signs in with
            {account.Value}
            """);
        return 0;
    }

    private static Result<MunicipalityFolder> Describe(CommandLine line)
    {
        var id = MunicipalityId.Parse(line["id"]);
        if (!id.IsOk)
            return id.Error;
        if (line["name"] is not { Length: > 0 } name)
            return new Error("usage", "--name says what the municipality is called.");
        var municipality = new Municipality(id.Value, name, line.Get("operator", name), IsDemo: false);
        var (data, ring) = (line.Get("data", "data"), line.Get("ring", "data.ring"));
        string[] hosts = line["host"] is { } host ? [host] : [];
        if (line["postgres"] is not { } records)
            return MunicipalityFolder.Embedded(municipality, data, ring) with { Hosts = hosts };
        if (line["keys"] is not { } keys)
            return new Error("usage", "With --postgres, --keys names the database of the key store: another database, with credentials and backups of its own.");
        return MunicipalityFolder.Postgres(municipality, data, ring, new StoreConnections(records, keys, line.Get("log", records), line.Get("app", records))) with { Hosts = hosts };
    }
}
