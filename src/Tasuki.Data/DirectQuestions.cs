using Microsoft.Data.Sqlite;
using Npgsql;
using Tasuki.Kernel;

namespace Tasuki.Data;

/// <summary>
/// A question past the object mapper, for the few that every request asks: one statement known by its key, at most one row. On PostgreSQL it is planned once and those who
/// ask at the same time share a round trip, those who ask the same share its answer. Places of parameters are <c>$1</c>, <c>$2</c> … on both stores.
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

    private async Task Send(IReadOnlyList<Asked> waiting)
    {
        // An app that asks for many things at once comes with one token: its question is asked once, after the last of them asked.
        var group = new List<List<Asked>>(waiting.Count);
        foreach (var asked in waiting)
        {
            if (group.Find(one => one[0].IsSame(asked)) is { } same)
                same.Add(asked);
            else
                group.Add([asked]);
        }

        await using var connection = await _postgres!.OpenConnectionAsync();
        await using var batch = connection.CreateBatch();
        foreach (var asked in group)
        {
            var command = batch.CreateBatchCommand();
            command.CommandText = asked[0].Sql;
            foreach (var parameter in asked[0].Parameters)
                command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = parameter });
            batch.BatchCommands.Add(command);
        }

        await using var reader = await batch.ExecuteReaderAsync();
        foreach (var asked in group)
        {
            if (await reader.ReadAsync())
                asked.ForEach(one => one.Take(new DirectRow(reader, DataStore.Postgres)));
            await reader.NextResultAsync();
        }
    }

    private sealed record Asked(string Sql, byte[][] Parameters, Action<DirectRow> Take)
    {
        public TaskCompletionSource Answered { get; } = new();

        public bool IsSame(Asked other)
        {
            if (!ReferenceEquals(Sql, other.Sql) || Parameters.Length != other.Parameters.Length)
                return false;
            for (var i = 0; i < Parameters.Length; i++)
            {
                if (!Parameters[i].AsSpan().SequenceEqual(other.Parameters[i]))
                    return false;
            }

            return true;
        }
    }
}
