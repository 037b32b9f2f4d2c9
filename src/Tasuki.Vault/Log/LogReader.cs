using Tasuki.Kernel;
using Tasuki.Vault.Keys;
using Tasuki.Vault.Store;

namespace Tasuki.Vault.Log;

/// <summary>Reads the access log: a resident's own lines, and the chain of a writer.</summary>
internal sealed class LogReader(Database database, KeyRing ring, MunicipalityId municipality)
{
    private const string Columns = "writer_no, entry_no, group_no, resident_no, at, actor, body";

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<AccessEntry>> Of(ResidentNo resident, int limit, CancellationToken cancel)
    {
        await using var work = await database.Read(cancel);
        var rows = await work.Query(
            $"select {Columns} from log_entry where resident_no = @resident order by at desc, writer_no desc, entry_no desc limit @limit",
            Entry, cancel, ("@resident", resident.Value), ("@limit", (long)limit));
        return [.. rows.Select(row => LogBody.Open(ring, municipality, row)).OfType<(AccessEntry Entry, byte[] Written)>().Select(opened => opened.Entry)];
    }

    /// <summary>Null when every group of every writer follows from the one before and no entry lacks; else what is wrong, with numbers only.</summary>
    public async Task<string?> FindBreak(CancellationToken cancel)
    {
        await using var work = await database.Read(cancel);
        var writers = await work.Query("select writer_no from log_writer order by 1", row => row.GetInt64(0), cancel);
        foreach (var writer in writers)
        {
            var groups = await work.Query(
                "select group_no, first_entry, last_entry, previous, hash from log_group where writer_no = @writer order by group_no",
                row => (No: row.GetInt64(0), First: row.GetInt64(1), Last: row.GetInt64(2), Previous: row.Bytes(3), Hash: row.Bytes(4)), cancel, ("@writer", writer));
            var previous = new byte[32];
            long expectedGroup = 1, expectedEntry = 1;
            foreach (var group in groups)
            {
                var entries = await work.Query(
                    $"select {Columns} from log_entry where writer_no = @writer and entry_no between @first and @last order by entry_no",
                    Entry, cancel, ("@writer", writer), ("@first", group.First), ("@last", group.Last));
                if (group.No != expectedGroup || group.First != expectedEntry || entries.Count != group.Last - group.First + 1)
                    return $"Writer {writer}: group {expectedGroup} or an entry of it is missing.";
                if (!group.Previous.AsSpan().SequenceEqual(previous) || !group.Hash.AsSpan().SequenceEqual(LogWriter.HashOf(previous, writer, group.No, entries)))
                    return $"Writer {writer}: group {group.No} was altered.";
                previous = group.Hash;
                expectedGroup++;
                expectedEntry = group.Last + 1;
            }

            var beyond = await work.Number("select count(*) from log_entry where writer_no = @writer and entry_no >= @next", cancel, ("@writer", writer), ("@next", expectedEntry));
            if (beyond != 0)
                return $"Writer {writer}: {beyond} entries stand behind the last group.";
        }

        return null;
    }

    private static SealedEntry Entry(System.Data.Common.DbDataReader row) =>
        new(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.LongOrNull(3), row.GetInt64(4), row.GetInt64(5), row.Bytes(6));
}
