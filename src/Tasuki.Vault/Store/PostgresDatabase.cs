using System.Data;
using System.Data.Common;
using Npgsql;
using NpgsqlTypes;
using Tasuki.Kernel;

namespace Tasuki.Vault.Store;

/// <summary>One schema of a PostgreSQL database. Statements name no schema: the connection's search path does, so SQL is the same text on both stores.</summary>
internal sealed class PostgresDatabase : Database
{
    // From here on a COPY is cheaper than an insert for each.
    private const int FewRows = 4;

    private readonly NpgsqlDataSource _source;
    private readonly string _schema;
    private readonly QuestionGroups _questions;
    private readonly CommitGroups _commits;
    private readonly PlacedTexts _texts = new();

    private PostgresDatabase(NpgsqlDataSource source, string schema)
    {
        _source = source;
        _schema = schema;
        _questions = new QuestionGroups(this, source);
        _commits = new CommitGroups(this, source);
    }

    public override string RowLock => " for update";

    public override string RowLockIfFree => " for update skip locked";

    public override string Contains(string column, string parameter) => $"position({parameter} in {column}) > 0";

    public override string AnyOf(string column, string parameter) => $"{column} = any({parameter})";

    public override object List(long[] numbers) => numbers;

    public static async Task<Result<PostgresDatabase>> Open(string connection, string schema, CancellationToken cancel)
    {
        // No session here changes anything that a next user of the connection would meet, and telling the server to reset seven things costs as much as a read.
        // Every statement is keyed by the resident first: one plan serves all values, and planning each anew cost as much as running it.
        var text = new NpgsqlConnectionStringBuilder(connection) { NoResetOnClose = true, Options = "-c plan_cache_mode=force_generic_plan", SearchPath = schema, MaxAutoPrepare = 60, AutoPrepareMinUsages = 2, IncludeErrorDetail = false };
        var source = NpgsqlDataSource.Create(text);
        try
        {
            await using var probe = await source.OpenConnectionAsync(cancel);
            return new PostgresDatabase(source, schema);
        }
        catch (NpgsqlException unreachable)
        {
            await source.DisposeAsync();
            return new Error("vault.store", $"The vault's PostgreSQL for '{schema}' cannot be reached ({unreachable.SqlState ?? "no connection"}). Check host, port, database and credentials.");
        }
    }

    public override async ValueTask<DbWork> Read(CancellationToken cancel) => new(this, await _source.OpenConnectionAsync(cancel), null);

    public override async ValueTask<DbWork> Write(CancellationToken cancel)
    {
        var connection = await _source.OpenConnectionAsync(cancel);
        try
        {
            return new DbWork(this, connection, await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancel));
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public override Task Ask(Question question) => _questions.Ask(question);

    public override Task<bool> Commit(GuardedInsert insert) => _commits.Commit(insert);

    internal override ValueTask Release(DbWork work) => work.Connection.DisposeAsync();

    internal override Statement Placed(Statement statement) => _texts.Place(statement);

    internal override DbParameter Parameter(string name, object? value) => value switch
    {
        long number => new NpgsqlParameter<long>(name, number),
        byte[] bytes => new NpgsqlParameter<byte[]>(name, bytes),
        string text => new NpgsqlParameter<string>(name, text),
        _ => new NpgsqlParameter(name, value ?? DBNull.Value),
    };

    public override async Task InsertMany(DbWork work, TableColumns table, IReadOnlyList<object?[]> rows, CancellationToken cancel)
    {
        if (rows.Count == 0)
            return;
        if (rows.Count < FewRows)
        {
            foreach (var row in rows)
                await work.Execute(table.InsertSql, cancel, [.. row.Select((value, i) => ($"@p{i}", value))]);
            return;
        }

        var copy = $"copy {table.Name} ({table.Names}) from stdin (format binary)";
        Observer?.Invoke(copy);
        await using var import = await ((NpgsqlConnection)work.Connection).BeginBinaryImportAsync(copy, cancel);
        foreach (var row in rows)
        {
            await import.StartRowAsync(cancel);
            for (var i = 0; i < row.Length; i++)
                await Write(import, row[i], table.Columns[i].Type, cancel);
        }

        await import.CompleteAsync(cancel);
    }

    public override async Task InsertRecords(DbWork work, TableColumns table, IReadOnlyList<RecordStore.RecordRow> rows, CancellationToken cancel)
    {
        if (rows.Count < FewRows)
        {
            await InsertMany(work, table, [.. rows.Select(row => row.Values())], cancel);
            return;
        }

        var copy = $"copy {table.Name} ({table.Names}) from stdin (format binary)";
        Observer?.Invoke(copy);
        await using var import = await ((NpgsqlConnection)work.Connection).BeginRawBinaryCopyAsync(copy, cancel);
        await RecordCopy.Write(import, rows, cancel);
    }

    public override async Task<IReadOnlyList<(string Table, string Column)>> Columns(CancellationToken cancel)
    {
        await using var work = await Read(cancel);
        return await work.Query(
            "select table_name::text, column_name::text from information_schema.columns where table_schema = @schema order by 1, 2",
            row => (row.GetString(0), row.GetString(1)), cancel, ("@schema", _schema));
    }

    public override async Task MakeSchema(CancellationToken cancel)
    {
        await using var work = await Write(cancel);
        await work.Execute($"create schema if not exists {_schema}", cancel);
        await work.Commit(cancel);
    }

    public override async Task<Result<Done>> BringUpToDate(IReadOnlyList<string> scripts, bool create, CancellationToken cancel)
    {
        await using var work = await Write(cancel);
        if (create)
        {
            // Two servers may start at once.
            await work.Execute($"select pg_advisory_xact_lock(hashtext('tasuki {_schema}'))", cancel);
            await work.Execute($"create schema if not exists {_schema}", cancel);
            await work.Execute("create table if not exists schema_version (script bigint primary key)", cancel);
        }

        var known = await work.Number("select count(*) from information_schema.tables where table_schema = @schema and table_name = 'schema_version'", cancel, ("@schema", _schema)) == 1;
        var seen = known ? await work.Number("select coalesce(max(script), 0) from schema_version", cancel) : 0;
        return await RunScripts(work, scripts, (int)seen!.Value, create, cancel);
    }

    public override ValueTask DisposeAsync() => _source.DisposeAsync();

    private static Task Write(NpgsqlBinaryImporter import, object? value, ColumnType type, CancellationToken cancel) => (value, type) switch
    {
        (null, _) => import.WriteNullAsync(cancel),
        (long number, ColumnType.Small) => import.WriteAsync((short)number, NpgsqlDbType.Smallint, cancel),
        (long number, ColumnType.Int) => import.WriteAsync((int)number, NpgsqlDbType.Integer, cancel),
        (long number, _) => import.WriteAsync(number, NpgsqlDbType.Bigint, cancel),
        (byte[] bytes, _) => import.WriteAsync(bytes, NpgsqlDbType.Bytea, cancel),
        (string text, _) => import.WriteAsync(text, NpgsqlDbType.Text, cancel),
        _ => throw new InvalidOperationException($"A column of type {type} takes no {value.GetType().Name}."),
    };
}
