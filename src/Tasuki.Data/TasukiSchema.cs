using System.Data.Common;
using System.Globalization;
using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;

namespace Tasuki.Data;

/// <summary>
/// The tables as they stand in the database, made by numbered scripts that each part embeds for both databases. A script that was released is never changed: a
/// later change is the next number. To add a table: write the entity and its <see cref="IModelPart"/>, embed <c>Schema/*.sql</c> with
/// <c>LogicalName="Schema/%(Filename)%(Extension)"</c>, and paste what <see cref="Draft"/> gives (the schema test prints it) into the next number.
/// </summary>
public sealed class TasukiSchema(TasukiDb db, DataOptions options, TimeProvider clock)
{
    /// <summary>The columns of the one table that is no part's: which scripts have run.</summary>
    internal static readonly (string Column, string Reason)[] StepColumns =
    [
        ("schema_step.applied", "when a script ran"), ("schema_step.part", "the name of a part of our own"), ("schema_step.step", "the number of a script"),
    ];

    private string Suffix => options.Store is DataStore.Sqlite ? ".sqlite.sql" : ".postgres.sql";

    /// <summary>Applies what is missing, each script in a transaction of its own, two servers at once included. Returns how many were applied.</summary>
    public async Task<int> Migrate(CancellationToken cancel)
    {
        if (options.Store is DataStore.Sqlite)
        {
            if (Path.GetDirectoryName(Path.GetFullPath(options.Connection)) is { } folder)
                Directory.CreateDirectory(folder);
            await db.Database.ExecuteSqlRawAsync("PRAGMA journal_mode = WAL", cancel);
        }

        await Begin(cancel);
        await db.Database.ExecuteSqlRawAsync(
            "CREATE TABLE IF NOT EXISTS schema_step (part varchar(100) NOT NULL, step integer NOT NULL, applied varchar(40) NOT NULL, PRIMARY KEY (part, step))", cancel);
        await db.Database.CommitTransactionAsync(cancel);

        var applied = 0;
        foreach (var script in Scripts())
        {
            await Begin(cancel);
            var known = await db.Database.SqlQuery<int>(
                $"""SELECT COUNT(*) AS "Value" FROM schema_step WHERE part = {script.Part} AND step = {script.Step}""").SingleAsync(cancel);
            if (known == 0)
            {
                await Execute(script.Sql, cancel);
                var now = clock.GetUtcNow().ToString("O", CultureInfo.InvariantCulture);
                await db.Database.ExecuteSqlAsync($"INSERT INTO schema_step (part, step, applied) VALUES ({script.Part}, {script.Step}, {now})", cancel);
                applied++;
            }

            await db.Database.CommitTransactionAsync(cancel);
        }

        return applied;
    }

    /// <summary>How many scripts of this version the database has not seen. Changes nothing.</summary>
    public async Task<int> Missing(CancellationToken cancel)
    {
        var tables = new HashSet<string>(StringComparer.Ordinal);
        await Query(options.Store is DataStore.Sqlite
            ? "SELECT name FROM sqlite_master WHERE name = 'schema_step'"
            : "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'schema_step'", row => tables.Add(row.GetString(0)), cancel);
        var seen = new HashSet<(string, int)>();
        if (tables.Count > 0)
            await Query("SELECT part, step FROM schema_step", row => seen.Add((row.GetString(0), row.GetInt32(1))), cancel);
        return Scripts().Count(script => !seen.Contains((script.Part, script.Step)));
    }

    /// <summary>What the model has and the database has not, or has otherwise: tables, columns, their types, whether they may be null, indexes. Empty when they agree.</summary>
    public async Task<IReadOnlyList<string>> Differences(CancellationToken cancel)
    {
        var columns = await Columns(cancel);
        var indexes = await Indexes(cancel);
        var found = new List<string>();
        foreach (var table in db.GetService<IDesignTimeModel>().Model.GetRelationalModel().Tables)
        {
            foreach (var column in table.Columns)
            {
                var wanted = $"{Plain(column.StoreType)}{(column.IsNullable ? "" : " not null")}";
                if (!columns.Remove((table.Name, column.Name), out var there))
                    found.Add($"{table.Name}.{column.Name} is missing");
                else if (!string.Equals(there, wanted, StringComparison.Ordinal))
                    found.Add($"{table.Name}.{column.Name} is {there}, the model says {wanted}");
            }

            foreach (var index in table.Indexes.Where(i => !indexes.Remove(i.Name)))
                found.Add($"index {index.Name} is missing");
        }

        found.AddRange(columns.Keys.Select(c => $"{c.Table}.{c.Column} is in the database and not in the model"));
        found.AddRange(indexes.Select(i => $"index {i} is in the database and not in the model"));
        return found;
    }

    /// <summary>The statements that would make every table of the model, to be cut from when a script is written.</summary>
    public string Draft() => db.Database.GenerateCreateScript();

    private async Task Begin(CancellationToken cancel)
    {
        // SQLite's transaction is immediate and so excludes others by itself; PostgreSQL needs to be asked.
        await db.Database.BeginTransactionAsync(cancel);
        if (options.Store is DataStore.Postgres)
            await db.Database.ExecuteSqlRawAsync("SELECT pg_advisory_xact_lock(7236457)", cancel);
    }

    // Not through ExecuteSqlRaw, which would read braces in a script as parameters.
    private async Task Execute(string sql, CancellationToken cancel)
    {
        await using var command = db.Database.GetDbConnection().CreateCommand();
        command.Transaction = db.Database.CurrentTransaction?.GetDbTransaction();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(cancel);
    }

    private IEnumerable<(string Part, int Step, string Sql)> Scripts() =>
        from assembly in db.PartAssemblies.OrderBy(a => a.GetName().Name, StringComparer.Ordinal)
        let part = assembly.GetName().Name!
        from name in assembly.GetManifestResourceNames()
        where name.StartsWith("Schema/", StringComparison.Ordinal) && name.EndsWith(Suffix, StringComparison.Ordinal)
        let step = int.Parse(name["Schema/".Length..^Suffix.Length], CultureInfo.InvariantCulture)
        orderby step
        select (part, step, Read(assembly, name));

    private static string Read(Assembly assembly, string name)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }

    private async Task<Dictionary<(string Table, string Column), string>> Columns(CancellationToken cancel)
    {
        var sql = options.Store is DataStore.Sqlite
            ? """
              SELECT m.name, c.name, lower(c.type), c."notnull" FROM sqlite_master m, pragma_table_info(m.name) c
              WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name <> 'schema_step'
              """
            : """
              SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull::int FROM pg_class c
              JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
              WHERE n.nspname = current_schema() AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped AND c.relname <> 'schema_step'
              """;
        var columns = new Dictionary<(string, string), string>();
        await Query(sql, row => columns[(row.GetString(0), row.GetString(1))] = Plain(row.GetString(2)) + (row.GetInt32(3) == 0 ? "" : " not null"), cancel);
        return columns;
    }

    private async Task<HashSet<string>> Indexes(CancellationToken cancel)
    {
        var sql = options.Store is DataStore.Sqlite
            ? "SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
            : "SELECT indexname FROM pg_indexes WHERE schemaname = current_schema() AND indexname NOT ILIKE 'pk_%' AND tablename <> 'schema_step'";
        var indexes = new HashSet<string>(StringComparer.Ordinal);
        await Query(sql, row => indexes.Add(row.GetString(0)), cancel);
        return indexes;
    }

    private async Task Query(string sql, Action<DbDataReader> row, CancellationToken cancel)
    {
        await db.Database.OpenConnectionAsync(cancel);
        try
        {
            await using var command = db.Database.GetDbConnection().CreateCommand();
            command.CommandText = sql;
            await using var reader = await command.ExecuteReaderAsync(cancel);
            while (await reader.ReadAsync(cancel))
                row(reader);
        }
        finally
        {
            await db.Database.CloseConnectionAsync();
        }
    }

    private static string Plain(string type) => type.ToLowerInvariant();
}
