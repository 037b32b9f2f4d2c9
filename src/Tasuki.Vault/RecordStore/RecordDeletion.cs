using System.Text;
using Tasuki.Vault.Keys;
using Tasuki.Vault.Log;
using Tasuki.Vault.Search;

namespace Tasuki.Vault.RecordStore;

/// <summary>Deletes a record: the version that stands goes to history, and a version without content, code, dates and tokens takes its place.</summary>
internal sealed class RecordDeletion(VaultParts parts, RecordOpener opener, SessionLimit limit)
{
    public async Task<bool> Delete(long seq, ResidentKeys keys, WriteLog log, CancellationToken cancel)
    {
        await using var work = await parts.Records.Write(cancel);
        if (await ResidentRow.Read(parts, work, opener.Resident, locked: true, cancel) is not { State: ResidentState.Open } resident)
            return false;
        var sql = new StringBuilder($"select {RecordRow.Select} from record where resident_no = @resident and seq = @seq and deleted = 0");
        var parameters = new List<(string, object?)> { ("@resident", opener.Resident.Value), ("@seq", seq) };
        LimitSql.Append(sql, parameters, limit, keys, limit.Classes.Bits);
        var rows = await work.Query(sql.ToString(), row => RecordRow.Read(opener.Resident, row), cancel, [.. parameters]);
        if (rows is not [var standing] || opener.Payload(keys, standing, RecordRow.Current) is not { } payload)
            return false;

        var updated = resident.NextUpdated(parts.Clock);
        var origin = RecordPayload.Read(standing, payload, parts.Ids).Origin;
        var gone = Emptied(standing, standing.Version + 1, updated);
        var rowsToStore = new SealedRows(
            [gone.Sealed(keys, parts.Municipality, RecordRow.Current, RecordPayload.Write(origin, [], updated, parts.Ids, opener.Resident))],
            [standing.Sealed(keys, parts.Municipality, RecordRow.History, payload)],
            [seq]);
        await log.Commit(work, rowsToStore.Tags(), () => rowsToStore.Store(work, opener.Resident, resident.NextSeq, updated, cancel), cancel);
        return true;
    }

    /// <summary>The version that says that the record is gone. Class and source stay: who saw the record may see that it went.</summary>
    public static RecordRow Emptied(RecordRow standing, long version, long updated) =>
        standing with { Version = version, Updated = updated, Code = null, DateFrom = null, DateTo = null, Tokens = [], Identity = null, OtherCode = null, Deleted = 1 };
}
