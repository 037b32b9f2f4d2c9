using System.Collections.Concurrent;
using System.Text;
using Npgsql;
using Tasuki.Kernel;

namespace Tasuki.Vault.Store;

/// <summary>Inserts that wait at the same time share a transaction: one round trip and one commit for all of them (see <see cref="Lanes{T}"/>).</summary>
internal sealed class CommitGroups
{
    private const int LargestGroup = 32;

    private static readonly IReadOnlyList<string> Names = [.. Enumerable.Range(0, GuardedInsert.MostRows * 16).Select(i => $"@v{i}")];

    private readonly PostgresDatabase _database;
    private readonly NpgsqlDataSource _source;
    private readonly Lanes<Waiting> _lanes;
    private readonly ConcurrentDictionary<(string Guard, string Table, int Rows), string> _texts = new();

    public CommitGroups(PostgresDatabase database, NpgsqlDataSource source) =>
        (_database, _source, _lanes) = (database, source, new Lanes<Waiting>(LargestGroup, Commit));

    public Task<bool> Commit(GuardedInsert insert)
    {
        var waiting = new Waiting(insert.Resident, InOneStatement(insert));
        _lanes.Enter(waiting);
        return waiting.Stored;
    }

    private async Task Commit(IReadOnlyList<Waiting> group)
    {
        try
        {
            // In one order, so that no two groups wait for each other.
            var ordered = group.OrderBy(one => one.Resident.Value).ToList();
            await Send(ordered);
            Lanes<Waiting>.Wake(ordered, static one => one.Done());
        }
        catch (PostgresException refused) when (group.Count > 1 && IsOfOneStatement(refused))
        {
            // One statement failed and took the others with it: whose it was shows when each goes alone.
            foreach (var one in group)
                await Commit([one]);
        }
#pragma warning disable CA1031 // Whatever it was, those who wait learn it, and the lane goes on.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Lanes<Waiting>.Wake(group, one => one.Failed(failure));
        }
    }

    // A batch outside a transaction is one.
    private async Task Send(List<Waiting> group)
    {
        await using var connection = await _source.OpenConnectionAsync();
        await using var batch = connection.CreateBatch();
        foreach (var one in group)
        {
            var command = batch.CreateBatchCommand();
            _database.Fill(command, one.Statement);
            batch.BatchCommands.Add(command);
        }

        await batch.ExecuteNonQueryAsync();
        for (var i = 0; i < group.Count; i++)
            group[i].Changed = batch.BatchCommands[i].RecordsAffected > 0;
    }

    // Of a server that goes down nobody knows whether the commit arrived.
    private static bool IsOfOneStatement(PostgresException refused) => refused.Severity is "ERROR" && refused.SqlState[..2] is not ("08" or "57" or "58" or "XX");

    private Statement InOneStatement(GuardedInsert insert)
    {
        var sql = _texts.GetOrAdd((insert.Guard.Sql, insert.Table.Name, insert.Rows.Count), static (_, wanted) => Text(wanted), insert);
        var parameters = new List<(string, object?)>(insert.Guard.Parameters);
        for (var row = 0; row < insert.Rows.Count; row++)
        {
            for (var i = 0; i < insert.Table.Columns.Count; i++)
                parameters.Add((Names[(row * insert.Table.Columns.Count) + i], insert.Rows[row][i]));
        }

        return new Statement(sql, [.. parameters]);
    }

    // The last insert is the statement, so that the number of rows it stored is the answer; those before stand beside it.
    private static string Text(GuardedInsert insert)
    {
        var sql = new StringBuilder($"with moved as ({insert.Guard.Sql} returning 1)");
        for (var row = 0; row < insert.Rows.Count; row++)
        {
            var last = row == insert.Rows.Count - 1;
            sql.Append(last ? " " : $", r{row} as (").Append($"insert into {insert.Table.Name} ({insert.Table.Names}) select ");
            sql.AppendJoin(", ", insert.Table.Columns.Select((column, i) => $"{Names[(row * insert.Table.Columns.Count) + i]}::{TypeOf(column.Type)}")).Append(" from moved").Append(last ? "" : ")");
        }

        return sql.ToString();
    }

    // As parameters come: the column takes them as narrow as it is.
    private static string TypeOf(ColumnType type) => type switch
    {
        ColumnType.Bytes => "bytea",
        ColumnType.Text => "text",
        _ => "bigint",
    };

    private sealed class Waiting(ResidentNo resident, Statement statement)
    {
        private readonly TaskCompletionSource<bool> _stored = new();

        public ResidentNo Resident => resident;

        public Statement Statement => statement;

        public Task<bool> Stored => _stored.Task;

        public bool Changed { get; set; }

        public void Done() => _stored.TrySetResult(Changed);

        public void Failed(Exception failure) => _stored.TrySetException(failure);
    }
}
