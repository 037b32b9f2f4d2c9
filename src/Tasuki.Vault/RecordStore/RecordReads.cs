using System.Text;
using Tasuki.Fhir;
using Tasuki.Kernel.Records;
using Tasuki.Vault.Keys;
using Tasuki.Vault.Search;
using Tasuki.Vault.Store;

namespace Tasuki.Vault.RecordStore;

/// <summary>Reads of one record by id, of one version, and counts: each under the session's limit.</summary>
internal sealed class RecordReads(VaultParts parts, RecordOpener opener, SessionLimit limit)
{
    public async Task<StoredRecord?> One(ResidentKeys keys, long seq)
    {
        var sql = new StringBuilder($"select {RecordRow.Select} from record where resident_no = @resident and seq = @seq and deleted = 0");
        var parameters = new List<(string, object?)> { ("@resident", opener.Resident.Value), ("@seq", seq) };
        LimitSql.Append(sql, parameters, limit, keys, limit.Classes.Bits);
        var rows = await parts.Records.Ask(new Statement(sql.ToString(), [.. parameters]), row => RecordRow.Read(opener.Resident, row));
        return rows is [var one] ? Opened(keys, one, RecordRow.Current) : null;
    }

    /// <summary>A version is seen only where the record as it stands today is seen: what was deleted or became sensitive hides its past.</summary>
    public async Task<StoredRecord?> Version(ResidentKeys keys, long seq, int version, CancellationToken cancel)
    {
        var sql = new StringBuilder($"select {RecordRow.Select}, 0 from record where resident_no = @resident and seq = @seq and version = @version and deleted = 0");
        var parameters = new List<(string, object?)> { ("@resident", opener.Resident.Value), ("@seq", seq), ("@version", (long)version) };
        LimitSql.Append(sql, parameters, limit, keys, limit.Classes.Bits);
        sql.Append($" union all select {RecordRow.Select}, 1 from record_history where resident_no = @resident and seq = @seq and version = @version and deleted = 0");
        LimitSql.Append(sql, [], limit, keys, limit.Classes.Bits);
        sql.Append(" and exists (select 1 from record c where c.resident_no = @resident and c.seq = @seq and c.deleted = 0");
        LimitSql.Append(sql, [], limit, keys, limit.Classes.Bits, "c.");
        sql.Append(')');
        await using var work = await parts.Records.Read(cancel);
        var rows = await work.Query(
            sql.ToString(), row => (Row: RecordRow.Read(opener.Resident, row), Table: row.GetInt64(RecordRow.Selected) == 0 ? RecordRow.Current : RecordRow.History), cancel, [.. parameters]);
        return rows is [var one, ..] ? Opened(keys, one.Row, one.Table) : null;
    }

    /// <summary>From the columns alone: a number for menus and summaries, not a proof.</summary>
    public async Task<IReadOnlyList<RecordCount>> Count(ResidentKeys keys, CancellationToken cancel)
    {
        var sql = new StringBuilder("select type, class, count(*), min(date_from), max(date_to) from record where resident_no = @resident and deleted = 0");
        var parameters = new List<(string, object?)> { ("@resident", opener.Resident.Value) };
        LimitSql.Append(sql, parameters, limit, keys, limit.Classes.Bits);
        sql.Append(" group by type, class order by type, class");
        await using var work = await parts.Records.Read(cancel);
        var rows = await work.Query(
            sql.ToString(),
            row => (Type: row.GetInt16(0), Class: keys.Classes.Undo(row.GetInt16(1)), Count: (int)row.GetInt64(2), From: row.LongOrNull(3), To: row.LongOrNull(4)),
            cancel, [.. parameters]);
        return
        [
            .. rows.Where(row => row.Class >= 0).Select(row => new RecordCount(
                ResourceTypes.NameOf(row.Type), AccessClass.FromIndex(row.Class), row.Count,
                row.From is { } from ? Time.FromMillis(from) : null, row.To is { } to ? Time.FromMillis(to) : null)),
        ];
    }

    /// <summary>Null when the row does not open or lies outside the limit.</summary>
    public StoredRecord? Opened(ResidentKeys keys, RecordRow row, string table) =>
        opener.Open(keys, row, table) is { } record && limit.Allows(record.Class, row.DateFrom, row.DateTo) ? record : null;
}
