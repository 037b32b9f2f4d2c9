using System.Data.Common;

namespace Tasuki.Vault.Store;

/// <summary>
/// The seam between the vault and its two stores. The SQL is written once, in the words both know; what differs (row lock, search in packed tokens, bulk
/// insert, who may write when) stands here.
/// </summary>
internal abstract class Database : IAsyncDisposable
{
    /// <summary>Sees every statement before it is sent. For tests: a refused read sends what a missing one sends.</summary>
    public Action<string>? Observer { get; set; }

    /// <summary>Ends a <c>select</c> that takes the resident's write lock.</summary>
    public abstract string RowLock { get; }

    /// <summary>The same, of a row that nobody holds: a held one is not found.</summary>
    public abstract string RowLockIfFree { get; }

    /// <summary>True when the 8 bytes of <paramref name="parameter"/> stand somewhere in the packed tokens. They may straddle two tokens: the matcher settles it.</summary>
    public abstract string Contains(string column, string parameter);

    /// <summary>True when the column's number stands in the list that <see cref="List"/> made of <paramref name="parameter"/>: one statement for any length.</summary>
    public abstract string AnyOf(string column, string parameter);

    public abstract object List(long[] numbers);

    /// <summary>A connection for reading, pooled, with one owner until it is given back.</summary>
    public abstract ValueTask<DbWork> Read(CancellationToken cancel);

    /// <summary>A transaction for writing. Rolls back unless committed.</summary>
    public abstract ValueTask<DbWork> Write(CancellationToken cancel);

    public abstract Task InsertMany(DbWork work, TableColumns table, IReadOnlyList<object?[]> rows, CancellationToken cancel);

    /// <summary>The same for rows of <c>record</c> and <c>record_history</c>, which come by the thousand.</summary>
    public abstract Task InsertRecords(DbWork work, TableColumns table, IReadOnlyList<RecordStore.RecordRow> rows, CancellationToken cancel);

    /// <summary>Tables and columns as the store itself lists them, with the version table.</summary>
    public abstract Task<IReadOnlyList<(string Table, string Column)>> Columns(CancellationToken cancel);

    /// <summary>Makes the place the tables lie in, where the store has one.</summary>
    public virtual Task MakeSchema(CancellationToken cancel) => Task.CompletedTask;

    /// <summary>Runs the numbered scripts that this store has not seen. Error <c>vault.schema</c> when some are missing and <paramref name="create"/> is false.</summary>
    public abstract Task<Kernel.Result<Kernel.Done>> BringUpToDate(IReadOnlyList<string> scripts, bool create, CancellationToken cancel);

    public abstract ValueTask DisposeAsync();

    /// <summary>Answers a question of few rows. Where a store is a round trip away, questions that come at the same time share one.</summary>
    public virtual async Task Ask(Question question)
    {
        await using var work = await Read(CancellationToken.None);
        for (var i = 0; i < question.Statements.Count; i++)
        {
            var place = i;
            await using var asked = await work.Ask(null, question.Statements[i], CancellationToken.None);
            while (await asked.Reader.ReadAsync())
                question.Take(place, asked.Reader);
        }
    }

    /// <summary>
    /// Stores and commits, where a commit is a round trip away together with others: true when it is on the disk, false when the guard changed nothing. Nobody calls it off once it is on its way.
    /// </summary>
    public virtual async Task<bool> Commit(GuardedInsert insert)
    {
        await using var work = await Write(CancellationToken.None);
        if (await work.ExecuteAll([insert.Guard, .. insert.Rows.Select(insert.Table.Insert)], CancellationToken.None) == 0)
            return false;
        await work.Commit(CancellationToken.None);
        return true;
    }

    public async Task<List<T>> Ask<T>(Statement statement, Func<DbDataReader, T> read)
    {
        var rows = new List<T>();
        await Ask(new Question([statement], rows.Clear, (_, row) => rows.Add(read(row))));
        return rows;
    }

    public async Task<(List<TFirst> First, List<TSecond> Second)> Ask<TFirst, TSecond>(
        Statement first, Func<DbDataReader, TFirst> readFirst, Statement second, Func<DbDataReader, TSecond> readSecond)
    {
        var (one, two) = (new List<TFirst>(1), new List<TSecond>());
        await Ask(new Question(
            [first, second],
            () =>
            {
                one.Clear();
                two.Clear();
            },
            (statement, row) =>
            {
                if (statement == 0)
                    one.Add(readFirst(row));
                else
                    two.Add(readSecond(row));
            }));
        return (one, two);
    }

    /// <summary>Releases what a <see cref="DbWork"/> held.</summary>
    internal abstract ValueTask Release(DbWork work);

    /// <summary>The statement as the store's driver takes it with the least work.</summary>
    internal virtual Statement Placed(Statement statement) => statement;

    internal abstract DbParameter Parameter(string name, object? value);

    internal void Fill(DbBatchCommand command, Statement statement)
    {
        Observer?.Invoke(statement.Sql);
        var placed = Placed(statement);
        command.CommandText = placed.Sql;
        foreach (var (name, value) in placed.Parameters)
            command.Parameters.Add(Parameter(name, value));
    }

    /// <summary>For <see cref="BringUpToDate"/>: the scripts are counted by the version table.</summary>
    protected static async Task<Kernel.Result<Kernel.Done>> RunScripts(DbWork work, IReadOnlyList<string> scripts, int seen, bool create, CancellationToken cancel)
    {
        if (seen > scripts.Count)
            return new Kernel.Error("vault.schema", $"The database has schema {seen}; this version knows {scripts.Count}. Start the newer version.");
        if (seen < scripts.Count && !create)
            return new Kernel.Error("vault.schema", $"The database has schema {seen}, this version needs {scripts.Count}. Run 'tasuki migrate'.");
        for (var script = seen; script < scripts.Count; script++)
        {
            await work.Execute(scripts[script], cancel);
            await work.Execute("insert into schema_version (script) values (@script)", cancel, ("@script", (long)(script + 1)));
        }

        await work.Commit(cancel);
        return Kernel.Done.Yes;
    }
}

/// <summary>One of several statements that are sent together.</summary>
internal readonly record struct Statement(string Sql, params (string Name, object? Value)[] Parameters);

/// <summary>One connection in one hand, inside a transaction when it writes.</summary>
internal sealed class DbWork(Database database, DbConnection connection, DbTransaction? transaction) : IAsyncDisposable
{
    public DbConnection Connection => connection;

    public DbTransaction? Transaction { get; private set; } = transaction;

    public Database Database => database;

    public DbCommand Command(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        database.Observer?.Invoke(sql);
        var command = connection.CreateCommand();
        command.Transaction = Transaction;
        var statement = parameters.IsEmpty ? new Statement(sql) : database.Placed(new Statement(sql, [.. parameters]));
        command.CommandText = statement.Sql;
        foreach (var (name, value) in statement.Parameters)
            command.Parameters.Add(database.Parameter(name, value));
        return command;
    }

    public async Task<int> Execute(string sql, CancellationToken cancel, params (string Name, object? Value)[] parameters)
    {
        await using var command = Command(sql, parameters);
        return await command.ExecuteNonQueryAsync(cancel);
    }

    public async Task<long?> Number(string sql, CancellationToken cancel, params (string Name, object? Value)[] parameters)
    {
        await using var command = Command(sql, parameters);
        return await command.ExecuteScalarAsync(cancel) switch
        {
            null or DBNull => null,
            var value => Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture),
        };
    }

    public async Task<List<T>> Query<T>(string sql, Func<DbDataReader, T> read, CancellationToken cancel, params (string Name, object? Value)[] parameters)
    {
        await using var command = Command(sql, parameters);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancel))
            rows.Add(read(reader));
        return rows;
    }

    /// <summary>One question, or two in one round trip whose answers follow each other in the reader.</summary>
    public async Task<OpenReader> Ask(Statement? first, Statement second, CancellationToken cancel)
    {
        if (first is not { } before)
        {
            var one = Command(second.Sql, second.Parameters);
            return new OpenReader(one, await one.ExecuteReaderAsync(cancel));
        }

        if (connection.CanCreateBatch)
        {
            var batch = Batch([before, second]);
            return new OpenReader(batch, await batch.ExecuteReaderAsync(cancel));
        }

        // A name that both use has one value.
        var both = Command($"{before.Sql};{second.Sql}", [.. before.Parameters.Concat(second.Parameters).DistinctBy(parameter => parameter.Name, StringComparer.Ordinal)]);
        return new OpenReader(both, await both.ExecuteReaderAsync(cancel));
    }

    /// <summary>Two questions in one round trip, the second asked after the first was answered.</summary>
    public async Task<(List<TFirst> First, List<TSecond> Second)> Query<TFirst, TSecond>(
        Statement first, Func<DbDataReader, TFirst> readFirst, Statement second, Func<DbDataReader, TSecond> readSecond, CancellationToken cancel)
    {
        if (!connection.CanCreateBatch)
            return (await Query(first.Sql, readFirst, cancel, first.Parameters), await Query(second.Sql, readSecond, cancel, second.Parameters));
        await using var batch = Batch([first, second]);
        await using var reader = await batch.ExecuteReaderAsync(cancel);
        var one = new List<TFirst>();
        while (await reader.ReadAsync(cancel))
            one.Add(readFirst(reader));
        await reader.NextResultAsync(cancel);
        var two = new List<TSecond>();
        while (await reader.ReadAsync(cancel))
            two.Add(readSecond(reader));
        return (one, two);
    }

    /// <summary>Changes in one round trip, in this order. How many rows the first one changed.</summary>
    public async Task<int> ExecuteAll(IReadOnlyList<Statement> statements, CancellationToken cancel)
    {
        if (connection.CanCreateBatch)
        {
            await using var batch = Batch(statements);
            await batch.ExecuteNonQueryAsync(cancel);
            return batch.BatchCommands[0].RecordsAffected;
        }

        var changed = 0;
        for (var i = 0; i < statements.Count; i++)
        {
            var some = await Execute(statements[i].Sql, cancel, statements[i].Parameters);
            if (i == 0 && (changed = some) == 0)
                break;
        }

        return changed;
    }

    public async Task Commit(CancellationToken cancel)
    {
        await Transaction!.CommitAsync(cancel);
        await Transaction.DisposeAsync();
        Transaction = null;
    }

    private DbBatch Batch(IReadOnlyList<Statement> statements)
    {
        var batch = connection.CreateBatch();
        batch.Transaction = Transaction;
        foreach (var statement in statements)
        {
            var command = batch.CreateBatchCommand();
            database.Fill(command, statement);
            batch.BatchCommands.Add(command);
        }

        return batch;
    }

    public async ValueTask DisposeAsync()
    {
        if (Transaction is not null)
        {
            await Transaction.DisposeAsync();
            Transaction = null;
        }

        await database.Release(this);
    }
}

/// <summary>A reader and the command behind it, released together.</summary>
internal readonly struct OpenReader(IAsyncDisposable command, DbDataReader reader) : IAsyncDisposable
{
    public DbDataReader Reader => reader;

    public async ValueTask DisposeAsync()
    {
        await reader.DisposeAsync();
        await command.DisposeAsync();
    }
}

internal static class Columns
{
    public static long? LongOrNull(this DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetInt64(column);

    public static byte[] Bytes(this DbDataReader reader, int column) => reader.GetFieldValue<byte[]>(column);
}
