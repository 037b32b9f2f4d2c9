using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Tasuki.Cli.Keys;
using Tasuki.Kernel;
using Tasuki.Server.Municipalities;
using Tasuki.Vault;
using Tasuki.Vault.Backup;

namespace Tasuki.Cli.Backup;

/// <summary>
/// <c>tasuki backup drill</c>: puts a backup back into a scratch place, counts every table against the report, checks the access log's chain there, throws the scratch away
/// and leaves evidence of what it found in the municipality itself. A backup that was never put back is a hope.
/// </summary>
internal static class TryRestore
{
    private static readonly string[] Options = [.. NamedOperator.Options, "from-records", "from-keys", "from-ring", "key", "id", "scratch-postgres", "scratch-keys"];

    public static async Task<int> Run(string[] arguments, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        var line = CommandLine.Parse(arguments, Options, words: 0);
        var by = line.Then(NamedOperator.From);
        if (!by.IsOk)
            return await Usage.Say(errors, by.Error);
        if (line.Value["from-records"] is not { } records || line.Value["from-keys"] is not { } keys || line.Value["from-ring"] is not { } ring || line.Value["key"] is not { } key)
            return await Usage.Say(errors, new Error("usage", "--from-records, --from-keys and --from-ring name the three places, --key the private key in PEM."));
        var found = await VaultRestore.Find(new BackupTargets(records, keys, ring), line.Value["id"], key, cancel);
        if (!found.IsOk)
            return await Usage.Say(errors, found.Error);

        var scratch = Directory.CreateTempSubdirectory("tasuki-drill-").FullName;
        try
        {
            var tried = await Try(line.Value, found.Value, scratch, cancel);
            if (!tried.IsOk)
                return await Usage.Say(errors, tried.Error);
            var (rows, differences, broken) = tried.Value;
            foreach (var difference in differences)
                await output.WriteLineAsync(difference);
            if (broken is not null)
                await output.WriteLineAsync($"The access log is not whole: {broken}");
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{found.Value.Report.Id}: {rows} rows put back and counted, {differences.Count} differences, the log {(broken is null ? "whole" : "broken")}."));

            var opened = await OpenedMunicipality.Open(line.Value, create: false, cancel);
            if (!opened.IsOk)
                return await Usage.Say(errors, opened.Error);
            await using var municipality = opened.Value;
            await using var scope = municipality.Scope();
            await scope.ServiceProvider.GetRequiredService<Compliance.Comply>().NoteDrill(by.Value, found.Value.Report.Id, rows, differences.Count, broken is null, cancel);
            return differences.Count == 0 && broken is null ? 0 : 1;
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    private static async Task<Result<(long Rows, IReadOnlyList<string> Differences, string? Broken)>> Try(CommandLine line, VaultRestore backup, string scratch, CancellationToken cancel)
    {
        var described = Restore.Describe(
            line["scratch-postgres"], line["scratch-keys"], log: null, app: null, Path.Combine(scratch, "data"), Path.Combine(scratch, "ring"), backup.Report);
        if (!described.IsOk)
            return described.Error;
        var folder = described.Value;
        var restored = await backup.Run(folder.VaultOptions(create: true), folder.Connections.App, cancel);
        if (!restored.IsOk)
            return restored.Error;

        // Counted before anything opens it: a vault that opens writes its first entry.
        var (rows, differences) = (0L, new List<string>());
        foreach (var section in backup.Report.Sections)
        {
            if (section.Name switch { "app" => folder.Connections.App, "records" => folder.Connections.Records, "keys" => folder.Connections.Keys, "log" => folder.Connections.Log, _ => null } is not { } connection)
                continue;
            foreach (var (table, reported) in section.Rows)
            {
                var there = await Count(folder.Store, connection, section.Name, table, cancel);
                rows += there;
                if (there != reported)
                    differences.Add(string.Create(CultureInfo.InvariantCulture, $"{section.Name}.{table}: {there} rows put back, {reported} reported."));
            }
        }

        var vault = await RecordVault.Start(folder.VaultOptions(create: false), TimeProvider.System, cancel);
        if (!vault.IsOk)
            return vault.Error;
        await using var open = vault.Value;
        return (rows, differences, await open.FindBreakInLog(cancel));
    }

    private static async Task<long> Count(StoreKind store, string connection, string section, string table, CancellationToken cancel)
    {
        await using DbConnection database = store is StoreKind.Sqlite
            ? new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = connection, Pooling = false }.ToString()) : new NpgsqlConnection(connection);
        await database.OpenAsync(cancel);
        await using var count = database.CreateCommand();
        // A name from the report, whose MAC was checked; quoted all the same.
        var schema = (store, section) switch { (StoreKind.Sqlite, _) => "", (_, "records") => "vault.", (_, "app") => "public.", _ => section + "." };
        count.CommandText = $"select count(*) from {schema}\"{table.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
        return (long)(await count.ExecuteScalarAsync(cancel))!;
    }
}
