using System.Data.Common;
using System.Text;
using Microsoft.Data.Sqlite;
using Npgsql;
using Tasuki.Server.Municipalities;
using Tasuki.Testing.Marks;
using Tasuki.Vault;

namespace Tasuki.Server.Tests.Marks;

/// <summary>Every value of every table of a municipality, looked into one by one and named with its column and how that is declared.</summary>
internal static class StoredMarks
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task Search(MunicipalityFolder town, MarkSearch search)
    {
        var declared = Declared();
        var at = town.Connections;
        foreach (var (database, connection) in new[] { ("records", at.Records), ("keys", at.Keys), ("log", at.Log), ("app", at.App) })
        {
            await using var open = await Open(town.Store, connection);
            foreach (var (schema, table) in await Tables(open, town.Store))
                await Table(open, database, schema, table, declared, search);
        }
    }

    public static async Task<DbConnection> Open(StoreKind store, string connection)
    {
        DbConnection open = store is StoreKind.Sqlite
            ? new SqliteConnection($"Data Source={connection};Mode=ReadOnly;Pooling=False")
            : new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connection) { Pooling = false }.ConnectionString);
        await open.OpenAsync(Cancel);
        return open;
    }

    public static async Task<long> Number(DbConnection open, string sql)
    {
        await using var command = open.CreateCommand();
        command.CommandText = sql;
        // A checkpoint writes what all suites on the same server have changed.
        command.CommandTimeout = 600;
        return Convert.ToInt64(await command.ExecuteScalarAsync(Cancel), System.Globalization.CultureInfo.InvariantCulture);
    }

    private static async Task Table(DbConnection open, string database, string schema, string table, Dictionary<string, string> declared, MarkSearch search)
    {
        var values = new List<(string Place, byte[] Bytes)>();
        await using var command = open.CreateCommand();
        command.CommandText = $"select * from \"{schema}\".\"{table}\"";
        await using var rows = await command.ExecuteReaderAsync(Cancel);
        while (await rows.ReadAsync(Cancel))
        {
            for (var i = 0; i < rows.FieldCount; i++)
            {
                var bytes = rows.GetValue(i) switch { byte[] binary => binary, string text => Encoding.UTF8.GetBytes(text), _ => [] };
                if (bytes.Length > 0)
                    values.Add(($"{database} {table}.{rows.GetName(i)} ({declared.GetValueOrDefault($"{database} {table}.{rows.GetName(i)}", "not declared")})", bytes));
            }
        }

        Parallel.ForEach(values, one => search.Value(one.Place, one.Bytes));
    }

    private static async Task<List<(string Schema, string Table)>> Tables(DbConnection open, StoreKind store)
    {
        await using var command = open.CreateCommand();
        command.CommandText = store is StoreKind.Sqlite
            ? "select 'main', name from sqlite_master where type = 'table'"
            : "select table_schema, table_name from information_schema.tables where table_schema not in ('pg_catalog', 'information_schema')";
        await using var rows = await command.ExecuteReaderAsync(Cancel);
        var tables = new List<(string, string)>();
        while (await rows.ReadAsync(Cancel))
            tables.Add((rows.GetString(0), rows.GetString(1)));
        return tables;
    }

    // Rows of the page: '| records | record.body | sealed |' for the vault, '| account.no | clear |' for everything else.
    private static Dictionary<string, string> Declared() => DataMapPage.Markdown().Split('\n').Select(line => line.Split('|', StringSplitOptions.TrimEntries)).Where(c => c.Length > 3)
        .Select(c => c[1].Contains('.', StringComparison.Ordinal) ? ($"app {c[1]}", c[2]) : ($"{c[1]} {c[2]}", c[3]))
        .DistinctBy(c => c.Item1, StringComparer.Ordinal).ToDictionary(c => c.Item1, c => c.Item2, StringComparer.Ordinal);
}
