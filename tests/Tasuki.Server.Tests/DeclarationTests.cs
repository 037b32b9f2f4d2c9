using Npgsql;
using Microsoft.Data.Sqlite;
using Tasuki.Vault;

namespace Tasuki.Server.Tests;

/// <summary>What stands in the databases is what the declarations say, no column more.</summary>
public sealed class DeclarationTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(StoreKind.Sqlite)]
    [InlineData(StoreKind.Postgres)]
    public async Task Every_column_of_a_whole_municipality_stands_in_the_data_map(StoreKind store)
    {
        await using var town = await TestMunicipality.New(store, "declared");
        var map = DataMapPage.Markdown();
        var at = town.Described.Connections;
        var columns = new List<string>();
        foreach (var connection in new[] { at.Records, at.Keys, at.Log, at.App })
            columns.AddRange(store is StoreKind.Sqlite ? await Sqlite(connection) : await Postgres(connection));
        Assert.Contains("record.body", columns, StringComparer.Ordinal);
        Assert.Contains("account.totp_seed", columns, StringComparer.Ordinal);
        Assert.DoesNotContain(columns, c => !map.Contains($"| {c} | ", StringComparison.Ordinal));
    }

    private static async Task<List<string>> Sqlite(string file)
    {
        await using var connection = new SqliteConnection($"Data Source={file};Mode=ReadOnly;Pooling=False");
        await connection.OpenAsync(Cancel);
        await using var command = connection.CreateCommand();
        command.CommandText = "select m.name || '.' || c.name from sqlite_master m, pragma_table_info(m.name) c where m.type = 'table' and m.name not like 'sqlite_%'";
        return await Read(command);
    }

    private static async Task<List<string>> Postgres(string text)
    {
        await using var connection = new NpgsqlConnection(text);
        await connection.OpenAsync(Cancel);
        await using var command = connection.CreateCommand();
        command.CommandText = "select table_name || '.' || column_name from information_schema.columns where table_schema not in ('pg_catalog', 'information_schema')";
        return await Read(command);
    }

    private static async Task<List<string>> Read(System.Data.Common.DbCommand command)
    {
        await using var reader = await command.ExecuteReaderAsync(Cancel);
        var rows = new List<string>();
        while (await reader.ReadAsync(Cancel))
            rows.Add(reader.GetString(0));
        return rows;
    }
}
