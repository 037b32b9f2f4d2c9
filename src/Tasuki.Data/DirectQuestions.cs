using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;
using Tasuki.Kernel;

namespace Tasuki.Data;

/// <summary>
/// A question past the object mapper, for the few that every request asks: one statement known by its key, at most one row. On PostgreSQL it is planned once and those who
/// ask at the same time share a round trip. Places of parameters are <c>$1</c>, <c>$2</c> … on both stores.
/// </summary>
public sealed class DirectQuestions : IAsyncDisposable
{
    private const int LargestGroup = 32;

    private readonly string? _sqlite;
    private readonly NpgsqlDataSource? _postgres;
    private readonly Lanes<Asked> _lanes;

    public DirectQuestions(DataOptions options)
    {
        _lanes = new Lanes<Asked>(LargestGroup, Answer);
        if (options.Store is DataStore.Sqlite)
            _sqlite = DataServices.Sqlite(options.Connection);
        else
            _postgres = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(DataServices.Postgres(options.Connection)) { Options = "-c plan_cache_mode=force_generic_plan" });
    }

    /// <summary>What <paramref name="read"/> makes of the row; null where there is none. The row is read at once, and others may wait behind it.</summary>
    public async Task<T?> One<T>(string sql, Func<DirectRow, T> read, params byte[][] parameters) where T : class
    {
        T? found = null;
        var asked = new Asked(sql, parameters, row => found = read(row));
        if (_postgres is null)
            await AskSqlite(asked);
        else
            await AskPostgres(asked);
        return found;
    }

    public ValueTask DisposeAsync() => _postgres?.DisposeAsync() ?? default;

    private Task AskPostgres(Asked asked)
    {
        _lanes.Enter(asked);
        return asked.Answered.Task;
    }

    private async Task AskSqlite(Asked asked)
    {
        await using var connection = new SqliteConnection(_sqlite);
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = asked.Sql;
        for (var i = 0; i < asked.Parameters.Length; i++)
            command.Parameters.AddWithValue($"${i + 1}", asked.Parameters[i]);
        await using var reader = await command.ExecuteReaderAsync();
        if (await reader.ReadAsync())
            asked.Take(new DirectRow(reader, DataStore.Sqlite));
    }

    private async Task Answer(IReadOnlyList<Asked> group)
    {
        try
        {
            await Send(group);
            Lanes<Asked>.Wake(group, static asked => asked.Answered.TrySetResult());
        }
#pragma warning disable CA1031 // Whatever it was, the askers learn it, and the lane goes on.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Lanes<Asked>.Wake(group, asked => asked.Answered.TrySetException(failure));
        }
    }

    private async Task Send(IReadOnlyList<Asked> group)
    {
        await using var connection = await _postgres!.OpenConnectionAsync();
        await using var batch = connection.CreateBatch();
        foreach (var asked in group)
        {
            var command = batch.CreateBatchCommand();
            command.CommandText = asked.Sql;
            foreach (var parameter in asked.Parameters)
                command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = parameter });
            batch.BatchCommands.Add(command);
        }

        await using var reader = await batch.ExecuteReaderAsync();
        foreach (var asked in group)
        {
            if (await reader.ReadAsync())
                asked.Take(new DirectRow(reader, DataStore.Postgres));
            await reader.NextResultAsync();
        }
    }

    private sealed record Asked(string Sql, byte[][] Parameters, Action<DirectRow> Take)
    {
        public TaskCompletionSource Answered { get; } = new();
    }
}

/// <summary>A row of <see cref="DirectQuestions"/>, read from its first column to its last.</summary>
public sealed class DirectRow(DbDataReader reader, DataStore store)
{
    private int _next;

    public long Number() => reader.GetInt64(_next++);

    public long? NumberOrNull() => IsNull() ? null : Number();

    public byte[] Bytes() => reader.GetFieldValue<byte[]>(_next++);

    public byte[]? BytesOrNull() => IsNull() ? null : Bytes();

    public string? TextOrNull() => IsNull() ? null : reader.GetString(_next++);

    public DateTimeOffset Time() => store is DataStore.Sqlite ? DateTimeOffset.UnixEpoch.AddTicks(Number() * TimeSpan.TicksPerMicrosecond) : reader.GetFieldValue<DateTimeOffset>(_next++);

    public DateTimeOffset? TimeOrNull() => IsNull() ? null : Time();

    /// <summary>Whether the joined table whose columns come now has a row: its first column is looked at, and <paramref name="columns"/> are passed over where it has none.</summary>
    public bool Has(int columns)
    {
        if (!reader.IsDBNull(_next))
            return true;
        _next += columns;
        return false;
    }

    private bool IsNull()
    {
        if (!reader.IsDBNull(_next))
            return false;
        _next++;
        return true;
    }
}
