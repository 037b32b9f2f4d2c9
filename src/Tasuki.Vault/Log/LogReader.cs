using Tasuki.Kernel;
using Tasuki.Vault.Keys;
using Tasuki.Vault.Store;

namespace Tasuki.Vault.Log;

/// <summary>Reads a resident's own lines of the access log.</summary>
internal sealed class LogReader(Database database, KeyRing ring, MunicipalityId municipality)
{
    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<AccessEntry>> Of(ResidentNo resident, int limit, CancellationToken cancel)
    {
        await using var work = await database.Read(cancel);
        var rows = await Entries(work, resident, limit, cancel);
        return [.. rows.Select(row => LogBody.Open(ring, municipality, row)?.Line(row.At)).OfType<AccessEntry>()];
    }

    /// <summary>The resident's own entries and those of runs over many that touched the resident, newest first.</summary>
    public static async Task<List<SealedEntry>> Entries(DbWork work, ResidentNo resident, int limit, CancellationToken cancel)
    {
        const string Newest = "order by at desc, writer_no desc, entry_no desc limit @limit";
        var own = await work.Query(
            $"select {SealedEntry.Select} from log_entry where resident_no = @resident {Newest}", SealedEntry.Read, cancel,
            ("@resident", resident.Value), ("@limit", (long)limit));
        var places = await work.Query(
            $"select writer_no, entry_no from log_listed where resident_no = @resident {Newest}", row => (Writer: row.GetInt64(0), Entry: row.GetInt64(1)), cancel,
            ("@resident", resident.Value), ("@limit", (long)limit));
        foreach (var (writer, entry) in places)
        {
            own.AddRange(await work.Query(
                $"select {SealedEntry.Select} from log_entry where writer_no = @writer and entry_no = @entry and residents is not null", SealedEntry.Read, cancel,
                ("@writer", writer), ("@entry", entry)));
        }

        return [.. own.OrderByDescending(e => e.At).ThenByDescending(e => e.WriterNo).ThenByDescending(e => e.EntryNo).Take(limit)];
    }
}
