using System.Text.Json;
using System.Text.Json.Serialization;
using Tasuki.Vault.Store;

namespace Tasuki.Vault.Backup;

/// <summary>A table with the statements that make it, and those that come after its rows.</summary>
internal sealed record TableShape(string Name, IReadOnlyList<string> Columns, IReadOnlyList<string> Make, IReadOnlyList<string> Finish);

/// <summary>A counter of the database itself: where it stood, though its last rows may be gone.</summary>
internal sealed record SequenceState(string Table, string Column, long Last);

[JsonSerializable(typeof(TableShape))]
[JsonSerializable(typeof(List<SequenceState>))]
internal sealed partial class DumpJson : JsonSerializerContext;

/// <summary>
/// Every table of one database, made, filled and counted: to parts from one snapshot, and back in one transaction. Rows are as they lie there, so sealed stays sealed;
/// the database comes back in the schema it had, and is brought up to date by whoever opens it.
/// </summary>
internal abstract class TableDump
{
    public static TableDump For(Database database) => database is SqliteDatabase ? new SqliteDump() : new PostgresDump();

    /// <summary>Returns the number of rows of each table.</summary>
    public async Task<SortedDictionary<string, long>> Save(Database database, PartWriter to, CancellationToken cancel)
    {
        var rows = new SortedDictionary<string, long>(StringComparer.Ordinal);
        await using var work = await database.Read(cancel);
        await work.Execute(BeginSnapshot, cancel);
        try
        {
            foreach (var table in await Shapes(work, cancel))
            {
                await to.Block(JsonSerializer.SerializeToUtf8Bytes(table, DumpJson.Default.TableShape), cancel);
                rows[table.Name] = await SaveRows(work, table, to, cancel);
                await to.Block(default, cancel);
                await to.Number(rows[table.Name], cancel);
            }

            await to.Block(default, cancel);
            await to.Block(JsonSerializer.SerializeToUtf8Bytes(await Sequences(work, cancel), DumpJson.Default.ListSequenceState), cancel);
        }
        finally
        {
            await work.Execute("rollback", CancellationToken.None);
        }

        return rows;
    }

    /// <summary>All or nothing. Returns the number of rows of each table as loaded.</summary>
    public async Task<SortedDictionary<string, long>> Load(Database database, PartReader from, CancellationToken cancel)
    {
        var rows = new SortedDictionary<string, long>(StringComparer.Ordinal);
        await using var work = await database.Write(cancel);
        var finish = new List<string>();
        while (await from.Block(cancel) is { Length: > 0 } shape)
        {
            var table = JsonSerializer.Deserialize(shape, DumpJson.Default.TableShape)!;
            foreach (var make in table.Make)
                await work.Execute(make, cancel);
            await LoadRows(work, table, from, cancel);
            var saved = await from.Number(cancel);
            rows[table.Name] = await work.Number($"select count(*) from {Quoted(table.Name)}", cancel) ?? 0;
            if (rows[table.Name] != saved)
                throw new InvalidOperationException($"Table {table.Name} was saved with {saved} rows and {rows[table.Name]} came back.");
            finish.AddRange(table.Finish);
        }

        // A foreign key needs the other table's own key first.
        foreach (var last in finish.OrderBy(sql => sql.Contains(" FOREIGN KEY ", StringComparison.Ordinal)))
            await work.Execute(last, cancel);
        foreach (var sequence in JsonSerializer.Deserialize(await from.Block(cancel), DumpJson.Default.ListSequenceState)!)
            await Set(work, sequence, cancel);
        await work.Commit(cancel);
        return rows;
    }

    protected abstract string BeginSnapshot { get; }

    protected abstract Task<List<TableShape>> Shapes(DbWork work, CancellationToken cancel);

    protected abstract Task<long> SaveRows(DbWork work, TableShape table, PartWriter to, CancellationToken cancel);

    /// <summary>Takes blocks until an empty one.</summary>
    protected abstract Task LoadRows(DbWork work, TableShape table, PartReader from, CancellationToken cancel);

    protected abstract Task<List<SequenceState>> Sequences(DbWork work, CancellationToken cancel);

    protected abstract Task Set(DbWork work, SequenceState sequence, CancellationToken cancel);

    protected static string Quoted(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    protected static string Quoted(IEnumerable<string> names) => string.Join(", ", names.Select(Quoted));
}
