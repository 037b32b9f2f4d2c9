using Tasuki.Vault.Store;
using static Tasuki.Vault.Tests.TestVault;

namespace Tasuki.Vault.Tests;

/// <summary>Every row of a database as it lies there, as somebody's backup would hold it.</summary>
internal sealed class RawCopy
{
    private readonly Dictionary<TableColumns, List<object?[]>> _rows = [];

    public static async Task<RawCopy> Of(Database database)
    {
        var copy = new RawCopy();
        await using var work = await database.Read(Cancel);
        foreach (var table in await Tables(database))
        {
            copy._rows[table] = await work.Query(
                $"select {table.Names} from {table.Name}",
                row => Enumerable.Range(0, table.Columns.Count).Select(i => row.IsDBNull(i) ? null : row.GetValue(i) switch { short small => (long)small, int middle => (long)middle, var value => value }).ToArray(), Cancel);
        }

        return copy;
    }

    public IReadOnlyList<object?[]> Rows(string table) => _rows.Single(r => r.Key.Name == table).Value;

    public async Task PutBack(Database database)
    {
        await using var work = await database.Write(Cancel);
        foreach (var (table, rows) in _rows)
        {
            await work.Execute($"delete from {table.Name}", Cancel);
            await database.InsertMany(work, table, rows, Cancel);
        }

        await work.Commit(Cancel);
    }

    private static async Task<TableColumns[]> Tables(Database database)
    {
        var names = (await database.Columns(Cancel)).Select(c => c.Table).ToHashSet(StringComparer.Ordinal);
        return [.. VaultColumns.All.Where(t => t.Name is not "schema_version" && names.Contains(t.Name))];
    }
}
