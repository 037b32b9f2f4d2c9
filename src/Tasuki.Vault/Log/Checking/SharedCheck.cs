using Tasuki.Kernel;
using Tasuki.Vault.Keys;
using Tasuki.Vault.RecordStore;
using Tasuki.Vault.Shared;
using Tasuki.Vault.Store;

namespace Tasuki.Vault.Log.Checking;

/// <summary>
/// Holds the rows of <c>shared_record</c> against the entries of their imports, as <see cref="ResidentVerdict"/> does for a resident's rows: each row has its entry, and
/// of each number the newest version that was written stands. Rows are read before entries.
/// </summary>
internal sealed class SharedCheck(Database records, Database log, KeyRing ring, MunicipalityId municipality, WriterSigns signs, long floor, LogReport report)
{
    public async Task Run(CancellationToken cancel)
    {
        var rows = new Dictionary<long, StandingRow>();
        await using (var work = await records.Read(cancel))
        {
            foreach (var row in await work.Query($"select {SharedRow.Select} from {SharedRow.Table}", SharedRow.Read, cancel))
                rows[row.Number] = new StandingRow(row.Version, row.Updated, row.Body.Length < Aead.TagSize ? 0 : System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(Aead.TagOf(row.Body)));
        }

        var written = (await Imports(cancel)).SelectMany(entry => WrittenRows.ReadRecords(entry.Written.Span), (entry, row) => (Entry: entry, Row: row)).ToList();
        foreach (var of in written.GroupBy(one => one.Row.Place).OrderBy(of => of.Key))
            await Newest(of.Key, rows.TryGetValue(of.Key, out var row) ? row : null, [.. of], cancel);
        var known = written.Select(one => (one.Row.Place, one.Row.Version, one.Row.Tag)).ToHashSet();
        var older = 0;
        foreach (var (number, row) in rows.OrderBy(row => row.Key))
        {
            if (known.Contains((number, row.Version, row.Tag)))
                continue;
            if (row.Updated < floor)
                older++;
            else
                report.Add($"{SharedRow.Table} {number}, version {row.Version}: the row stands without an entry.");
        }

        if (older > 0)
            report.Note($"{older} rows of {SharedRow.Table} are older than the readable log and were not held against it.");
    }

    private async Task Newest(long number, StandingRow? row, List<(WriteEntry Entry, WrittenRow Row)> written, CancellationToken cancel)
    {
        foreach (var (entry, wrote) in written.OrderByDescending(one => one.Row.Version))
        {
            if (row is { } stands && stands.Version >= wrote.Version)
                return;
            var what = row is null ? "the row was deleted" : $"the row was rolled back to version {row.Value.Version}";
            var text = $"{SharedRow.Table} {number}, version {wrote.Version}: {what} (entry {entry.EntryNo} of writer {entry.WriterNo})";
            if (entry.IsUnconfirmed)
                continue;
            if (!await signs.MayHaveDied(entry.WriterNo, entry.At, cancel))
            {
                report.Add($"{text}.");
                return;
            }

            report.Note($"{text}: the last write before a crash, told to nobody, or rolled back.");
        }
    }

    private async Task<List<WriteEntry>> Imports(CancellationToken cancel)
    {
        await using var work = await log.Read(cancel);
        var entries = await work.Query(
            $"select {SealedEntry.Select} from log_entry where resident_no is null and residents is null order by at, writer_no, entry_no", SealedEntry.Read, cancel);
        var imports = new List<WriteEntry>();
        foreach (var entry in entries)
        {
            if (LogBody.Open(ring, municipality, entry) is not { Refused: false, Written.IsEmpty: false } body)
                continue;
            if (body.Action is LogAction.ImportShared)
                imports.Add(new WriteEntry(entry, body));
            else if (body.Action is LogAction.Unconfirmed && imports.FindLast(one => one.Written.Span.SequenceEqual(body.Written.Span)) is { } failed)
                failed.IsUnconfirmed = true;
        }

        return imports;
    }
}
