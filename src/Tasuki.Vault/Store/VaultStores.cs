using Tasuki.Kernel;

namespace Tasuki.Vault.Store;

/// <summary>Opens the three databases of a vault and brings their schemas up to date.</summary>
internal static class VaultStores
{
    public static async Task<Result<(Database Records, Database Keys, Database Log)>> Open(VaultOptions options, CancellationToken cancel)
    {
        var opened = new List<Database>(3);
        (string Connection, string Name, IReadOnlyList<string> Scripts)[] wanted =
            [(options.Records, "vault", Schema.Records), (options.Keys, "keys", Schema.Keys), (options.Log, "log", Schema.Log)];
        foreach (var (connection, name, scripts) in wanted)
        {
            var database = options.Store is StoreKind.Sqlite
                ? (await SqliteDatabase.Open(connection, options.Create, cancel)).Map(Database (sqlite) => sqlite)
                : (await PostgresDatabase.Open(connection, name, cancel)).Map(Database (postgres) => postgres);
            if (database.IsOk)
                opened.Add(database.Value);
            var failed = database.Error ?? (await database.Value.BringUpToDate(scripts, options.Create, cancel)).Error;
            if (failed is null)
                continue;
            foreach (var one in opened)
                await one.DisposeAsync();
            return failed;
        }

        return (opened[0], opened[1], opened[2]);
    }
}
