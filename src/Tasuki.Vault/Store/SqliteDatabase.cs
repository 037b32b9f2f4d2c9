using System.Collections.Concurrent;
using System.Data;
using System.Data.Common;
using Microsoft.Data.Sqlite;
using Tasuki.Kernel;

namespace Tasuki.Vault.Store;

/// <summary>
/// One SQLite file in WAL mode. Writers of this process stand in line before they begin immediate, so none waits in SQLite's own busy loop; a commit is on the
/// disk when it returns (synchronous=FULL). Readers see the last commit and never wait.
/// </summary>
internal sealed class SqliteDatabase : Database
{
    private readonly string _readConnection;
    private readonly SqliteConnection _writer;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly ConcurrentBag<SqliteConnection> _readers = [];
    private volatile bool _disposed;

    private SqliteDatabase(string readConnection, SqliteConnection writer)
    {
        _readConnection = readConnection;
        _writer = writer;
    }

    public override string RowLock => "";

    public override string RowLockIfFree => "";

    public override string Contains(string column, string parameter) => $"instr({column}, {parameter}) > 0";

    public override string AnyOf(string column, string parameter) => $"{column} in (select value from json_each({parameter}))";

    public override object List(long[] numbers) => $"[{string.Join(',', numbers)}]";

    public static async Task<Result<SqliteDatabase>> Open(string path, bool create, CancellationToken cancel)
    {
        if (!create && !File.Exists(path))
            return new Error("vault.store", "A database file of the vault is missing. Name the right path, or start with Create to make a new one.");
        if (create && Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder && !Directory.Exists(folder))
        {
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(folder);
            else
                Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        var writer = new SqliteConnection(Text(path, SqliteOpenMode.ReadWriteCreate));
        await writer.OpenAsync(cancel);
        // secure_delete: what is erased is overwritten in the file, not only unlinked.
        await Pragma(writer, "pragma page_size=8192; pragma journal_mode=wal; pragma synchronous=full; pragma secure_delete=on; pragma foreign_keys=off; pragma journal_size_limit=67108864", cancel);
        return new SqliteDatabase(Text(path, SqliteOpenMode.ReadWrite), writer);
    }

    public override async ValueTask<DbWork> Read(CancellationToken cancel)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_readers.TryTake(out var idle))
            return new DbWork(this, idle, null);
        var reader = new SqliteConnection(_readConnection);
        await reader.OpenAsync(cancel);
        await Pragma(reader, "pragma query_only=on", cancel);
        return new DbWork(this, reader, null);
    }

    public override async ValueTask<DbWork> Write(CancellationToken cancel)
    {
        await _writing.WaitAsync(cancel);
        try
        {
            return new DbWork(this, _writer, _writer.BeginTransaction(IsolationLevel.Serializable, deferred: false));
        }
        catch
        {
            _writing.Release();
            throw;
        }
    }

    internal override DbParameter Parameter(string name, object? value) => new SqliteParameter(name, value ?? DBNull.Value);

    internal override async ValueTask Release(DbWork work)
    {
        if (ReferenceEquals(work.Connection, _writer))
            _writing.Release();
        else if (_disposed)
            await work.Connection.DisposeAsync();
        else
            _readers.Add((SqliteConnection)work.Connection);
    }

    public override async Task InsertMany(DbWork work, TableColumns table, IReadOnlyList<object?[]> rows, CancellationToken cancel)
    {
        if (rows.Count == 0)
            return;
        await using var command = work.Command(table.InsertSql);
        var parameters = new DbParameter[table.Columns.Count];
        for (var i = 0; i < parameters.Length; i++)
        {
            parameters[i] = command.CreateParameter();
            parameters[i].ParameterName = $"@p{i}";
            command.Parameters.Add(parameters[i]);
        }

        command.Prepare();
        foreach (var row in rows)
        {
            for (var i = 0; i < parameters.Length; i++)
                parameters[i].Value = row[i] ?? DBNull.Value;
            await command.ExecuteNonQueryAsync(cancel);
        }
    }

    public override Task InsertRecords(DbWork work, TableColumns table, IReadOnlyList<RecordStore.RecordRow> rows, CancellationToken cancel) =>
        InsertMany(work, table, [.. rows.Select(row => row.Values())], cancel);

    public override async Task<IReadOnlyList<(string Table, string Column)>> Columns(CancellationToken cancel)
    {
        await using var work = await Read(cancel);
        return await work.Query(
            "select m.name, c.name from sqlite_schema m join pragma_table_info(m.name) c where m.type = 'table' and m.name not like 'sqlite_%' order by 1, 2",
            row => (row.GetString(0), row.GetString(1)), cancel);
    }

    public override async Task<Result<Done>> BringUpToDate(IReadOnlyList<string> scripts, bool create, CancellationToken cancel)
    {
        await using var work = await Write(cancel);
        if (create)
            await work.Execute("create table if not exists schema_version (script integer primary key)", cancel);
        var known = await work.Number("select count(*) from sqlite_schema where name = 'schema_version'", cancel) == 1;
        var seen = known ? await work.Number("select coalesce(max(script), 0) from schema_version", cancel) : 0;
        return await RunScripts(work, [.. scripts.Select(Dialect)], (int)seen!.Value, create, cancel);
    }

    /// <summary>Moves the write-ahead log into the file and empties it, so that what was deleted stands in neither.</summary>
    public async Task Checkpoint(CancellationToken cancel)
    {
        await _writing.WaitAsync(cancel);
        try
        {
            await Pragma(_writer, "pragma wal_checkpoint(truncate)", cancel);
        }
        finally
        {
            _writing.Release();
        }
    }

    public override async ValueTask DisposeAsync()
    {
        _disposed = true;
        await _writing.WaitAsync();
        while (_readers.TryTake(out var reader))
            await reader.DisposeAsync();
        await _writer.DisposeAsync();
        _writing.Dispose();
    }

    // The scripts are written in PostgreSQL's words; SQLite clusters a table by its key and keeps to the types only when told.
    internal static string Dialect(string script) => script
        .Replace(Schema.FirstToken, FirstToken(), StringComparison.Ordinal)
        .Replace("bytea", "blob", StringComparison.Ordinal)
        .Replace("bigint", "integer", StringComparison.Ordinal)
        .Replace("smallint", "integer", StringComparison.Ordinal)
        .Replace("/*clustered*/", "without rowid, strict", StringComparison.Ordinal)
        .Replace("/*plain*/", "strict", StringComparison.Ordinal);

    // SQLite turns no bytes into a number; sixteen hexadecimal digits, shifted into their places, do.
    private static string FirstToken() =>
        string.Join(" | ", Enumerable.Range(1, 16).Select(digit => $"((instr('0123456789ABCDEF', substr(hex(tokens), {digit}, 1)) - 1) << {64 - (4 * digit)})"));

    // Pooling is our own: a pooled handle of the provider would outlive the vault and keep the file.
    private static string Text(string path, SqliteOpenMode mode) =>
        new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false, DefaultTimeout = 30 }.ConnectionString;

    private static async Task Pragma(SqliteConnection connection, string sql, CancellationToken cancel)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(cancel);
    }
}
