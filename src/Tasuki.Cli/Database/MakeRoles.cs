using Tasuki.Kernel;
using Tasuki.Server.Municipalities;
using Tasuki.Vault;
using Tasuki.Vault.Store;

namespace Tasuki.Cli.Database;

/// <summary>
/// <c>tasuki database roles</c>: the SQL that gives vault, keys, log and app of a municipality a PostgreSQL role each and a fifth that owns the tables. Printed to
/// be read and run with psql; with <c>--apply CREDENTIALS</c> it is run. The databases are there before; the municipality may come after.
/// </summary>
internal static class MakeRoles
{
    private static readonly string[] Options = [.. OpenedMunicipality.Options, "id", "postgres", "keys", "log", "app", "apply"];

    public static async Task<int> Run(string[] arguments, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        var line = CommandLine.Parse(arguments, Options, words: 0);
        if (!line.IsOk)
            return await Usage.Say(errors, line.Error);
        var scripts = Scripts(line.Value);
        if (!scripts.IsOk)
            return await Usage.Say(errors, scripts.Error);
        foreach (var script in scripts.Value)
        {
            if (line.Value["apply"] is not { } credentials)
            {
                await output.WriteAsync(script.Sql);
                continue;
            }

            var ran = await PostgresRoles.Run(script, credentials, cancel);
            if (!ran.IsOk)
                return await Usage.Say(errors, ran.Error);
            await output.WriteLineAsync($"The roles stand in database {script.Database}.");
        }

        return 0;
    }

    private static Result<IReadOnlyList<RoleScript>> Scripts(CommandLine line)
    {
        if (line["postgres"] is { } records)
        {
            var id = MunicipalityId.Parse(line["id"]);
            if (!id.IsOk)
                return id.Error;
            return line["keys"] is { } keys
                ? PostgresRoles.Scripts(id.Value, records, keys, line.Get("log", records), line.Get("app", records))
                : new Error("usage", "With --postgres, --keys names the database of the key store.");
        }

        var folder = MunicipalityFolder.Load(line.Get("data", "data"), line.Get("ring", "data.ring"), line["municipality"]);
        if (!folder.IsOk)
            return folder.Error;
        if (folder.Value.Store is not StoreKind.Postgres)
            return new Error("usage", $"{folder.Value.Municipality.Id} is embedded: its files are the server's alone, and roles are for PostgreSQL.");
        var at = folder.Value.Connections;
        return PostgresRoles.Scripts(folder.Value.Municipality.Id, at.Records, at.Keys, at.Log, at.App);
    }
}
