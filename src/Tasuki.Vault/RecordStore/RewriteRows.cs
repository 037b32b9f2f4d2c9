using System.Data.Common;
using Tasuki.Kernel;
using Tasuki.Kernel.Seals;
using Tasuki.Vault.Keys;
using Tasuki.Vault.Log;
using Tasuki.Vault.Store;

namespace Tasuki.Vault.RecordStore;

/// <summary>
/// Closes every row of one resident anew under the newest key, in batches, each a transaction under the resident's lock with an entry of its tags. A row's version and
/// times stay as they are: nobody wrote anything. Which rows are left stands in their bodies' second byte, so there is nothing to remember between two runs.
/// </summary>
internal sealed class RewriteRows(VaultParts parts, Actor actor, ResidentNo resident, byte version)
{
    private const string UnderOld = "resident_no = @resident and length(body) > 1 and substr(body, 2, 1) <> @version";
    private long _rewritten;
    private long _broken;

    /// <summary>Called after each batch with its table. For tests: the process dies here.</summary>
    public Action<string>? AfterBatch { get; set; }

    /// <summary>Null when the resident is erased meanwhile.</summary>
    public async Task<Resealed?> All(CancellationToken cancel)
    {
        foreach (var table in RewrittenTable.All)
        {
            // Rows that do not open stay, so each batch begins behind the one before.
            object?[]? after = null;
            do
            {
                var (alive, last) = await Batch(table, after, cancel);
                if (!alive)
                    return null;
                after = last;
                AfterBatch?.Invoke(table.Name);
            }
            while (after is not null);
        }

        return new Resealed(_rewritten, _broken);
    }

    private async Task<(bool Alive, object?[]? Last)> Batch(RewrittenTable table, object?[]? after, CancellationToken cancel)
    {
        await using var work = await parts.Records.Write(cancel);
        if (await ResidentRow.Read(parts, work, resident, locked: true, cancel) is not { State: ResidentState.Open or ResidentState.Closing }
            || await parts.ResidentKeys.Get(resident, cancel) is not { } keys || keys.Version != version)
            return (false, null);

        List<(string, object?)> parameters = [("@resident", resident.Value), ("@version", new[] { version })];
        var behind = "";
        if (after is not null)
        {
            behind = $" and ({table.Keys}) > ({string.Join(", ", after.Select((_, i) => $"@a{i}"))})";
            parameters.AddRange(after.Select((value, i) => ($"@a{i}", value)));
        }

        var rows = await work.Query(
            $"select {table.Columns} from {table.From} where {UnderOld}{behind} order by {table.Keys} limit {table.AtOnce}", row => table.Read(resident, row), cancel, [.. parameters]);
        var changes = new List<Statement>(rows.Count);
        var tags = table.NewTags();
        foreach (var row in rows)
        {
            if (row.Change(parts, keys, tags) is { } change)
                changes.Add(change);
            else
                Broken(table, row);
        }

        if (changes.Count > 0)
        {
            await new WriteLog(parts, actor, resident, Purpose.Operation, LogAction.Rewrite, table.Name)
                .Commit(work, tags.WrittenMemory, () => work.ExecuteAll(changes, cancel), cancel);
            _rewritten += changes.Count;
        }

        return (true, rows.Count == table.AtOnce ? rows[^1].Key : null);
    }

    private void Broken(RewrittenTable table, RewrittenRow row)
    {
        _broken++;
        parts.Alarm(actor, resident, Purpose.Operation, table.Name, (long)row.Key[0]!);
    }
}
