using System.Globalization;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Vault.Keys;
using Tasuki.Vault.Log;
using Tasuki.Vault.RecordStore;
using Tasuki.Vault.Store;

namespace Tasuki.Vault;

/// <summary>
/// Erases one resident's records of some categories, a batch in a transaction: a version without content takes the place of each, its past goes, and the entry names the rows.
/// Originals go first, since the records say which they are.
/// </summary>
internal sealed class CategoryErasure(VaultParts parts, Actor job, ResidentNo resident)
{
    /// <summary>Of <c>record c</c>: something of it is still there.</summary>
    public const string HoldsSomething = "(c.deleted = 0 or exists (select 1 from record_history h where h.resident_no = c.resident_no and h.seq = c.seq))";

    private const int Batch = 500;

    private readonly RecordOpener _opener = new(parts, job, resident, Purpose.Operation);

    /// <summary>Called after each transaction. For tests: the process dies here.</summary>
    public Action? AfterBatch { get; init; }

    /// <summary>Null where the account is not open.</summary>
    public async Task<long?> Erase(IReadOnlyCollection<DataCategory> categories, CancellationToken cancel)
    {
        await using (var work = await parts.Records.Read(cancel))
        {
            if (await ResidentRow.Read(parts, work, resident, locked: false, cancel) is not { State: ResidentState.Open })
                return null;
        }

        if (await parts.ResidentKeys.Get(resident, cancel) is not { } keys)
            return null;
        var classes = new AccessClasses(categories.Aggregate(0UL, (bits, category) => bits | 3UL << ((int)category << 1)));
        await Originals(keys, classes, cancel);
        var gone = 0L;
        for (long after = -1; ;)
        {
            if (await Records(keys, classes, after, cancel) is not { } batch)
                return null;
            gone += batch.Erased;
            AfterBatch?.Invoke();
            if (batch.Last is not { } last)
                break;
            after = last;
        }

        while (categories.Contains(DataCategory.Lifelog))
        {
            if (await Samples(cancel) is not { } days)
                return null;
            gone += days;
            AfterBatch?.Invoke();
            if (days < Batch)
                break;
        }

        return gone;
    }

    // An original goes with the first of its records, and one that stands for no record that is still needed goes too: what it holds nobody knows any more.
    private async Task Originals(ResidentKeys keys, AccessClasses classes, CancellationToken cancel)
    {
        var (needed, unneeded, any) = (new HashSet<long>(), new HashSet<long>(), false);
        for (long after = -1; ;)
        {
            List<RecordRow> rows;
            await using (var work = await parts.Records.Read(cancel))
            {
                rows = await work.Query(
                    $"select {RecordRow.SelectOf("c")} from record c where c.resident_no = @resident and c.seq > @after and {HoldsSomething} order by c.seq limit {Batch.ToString(CultureInfo.InvariantCulture)}",
                    row => RecordRow.Read(resident, row), cancel, ("@resident", resident.Value), ("@after", after));
            }

            foreach (var row in rows)
            {
                var goes = row.ClassOf(keys) is { } one && classes.Contains(one);
                any |= goes;
                if (_opener.Payload(keys, row, RecordRow.Current) is { } payload && RecordPayload.Read(row, payload, parts.Ids).Origin.FileNo is { } file && (goes || row.Deleted == 0))
                    (goes ? unneeded : needed).Add(file);
            }

            if (rows.Count < Batch)
                break;
            after = rows[^1].Seq;
        }

        if (!any)
            return;
        var files = new OriginalFiles(parts, job, resident, Purpose.Operation);
        foreach (var file in (await files.List(keys, cancel)).Where(f => unneeded.Contains(f.FileNo) || !needed.Contains(f.FileNo)))
            await files.Delete(file.FileNo, Log(LogAction.DeleteFile, string.Create(CultureInfo.InvariantCulture, $"file {file.FileNo}")), cancel);
    }

    private async Task<(long Erased, long? Last)?> Records(ResidentKeys keys, AccessClasses classes, long after, CancellationToken cancel)
    {
        await using var work = await parts.Records.Write(cancel);
        if (await ResidentRow.Read(parts, work, resident, locked: true, cancel) is not { State: ResidentState.Open } row)
            return null;
        var rows = await work.Query(
            $"""
            select {RecordRow.SelectOf("c")} from record c where c.resident_no = @resident and c.seq > @after and ((@classes >> c.class) & 1) <> 0 and {HoldsSomething}
            order by c.seq limit {Batch.ToString(CultureInfo.InvariantCulture)}
            """,
            reader => RecordRow.Read(resident, reader), cancel, ("@resident", resident.Value), ("@after", after), ("@classes", (long)keys.Classes.ApplyMask(classes.Bits)));
        var updated = row.NextUpdated(parts.Clock);
        var emptied = new List<RecordRow>(rows.Count);
        foreach (var standing in rows)
        {
            if (_opener.Payload(keys, standing, RecordRow.Current) is not { } payload || standing.ClassOf(keys) is not { } one || !classes.Contains(one))
                continue;
            // Of where it came from the kind stays, which the column says anyway.
            var origin = RecordPayload.Read(standing, payload, parts.Ids).Origin with { Name = null, FileNo = null, Position = null, Received = Time.FromMicros(updated) };
            emptied.Add(RecordDeletion.Emptied(standing, standing.Version + 1, updated)
                .Sealed(keys, parts.Municipality, RecordRow.Current, RecordPayload.Write(origin, [], updated, parts.Ids, resident)));
        }

        long? last = rows.Count < Batch ? null : rows[^1].Seq;
        if (emptied.Count == 0)
            return (0, last);
        var sealedRows = new SealedRows(emptied, [], [.. emptied.Select(r => r.Seq)]);
        await Log(LogAction.EraseRecords, Number(emptied.Count)).Commit(
            work, sealedRows.Tags(),
            async () =>
            {
                await work.Execute(
                    string.Create(CultureInfo.InvariantCulture, $"delete from record_history where resident_no = @resident and seq in ({string.Join(',', sealedRows.MakePlace)})"), cancel,
                    ("@resident", resident.Value));
                await sealedRows.Store(work, resident, row.NextSeq, updated, cancel);
            },
            cancel);
        return (emptied.Count, last);
    }

    private async Task<long?> Samples(CancellationToken cancel)
    {
        await using var work = await parts.Records.Write(cancel);
        if (await ResidentRow.Read(parts, work, resident, locked: true, cancel) is not { State: ResidentState.Open } row)
            return null;
        var rows = await work.Query(
            $"select metric, day, version, body from sample_chunk where resident_no = @resident order by day, metric limit {Batch.ToString(CultureInfo.InvariantCulture)}",
            reader => (Metric: reader.GetInt64(0), Day: reader.GetInt64(1), Version: reader.GetInt64(2), Body: reader.Bytes(3)), cancel, ("@resident", resident.Value));
        if (rows.Count == 0)
            return 0;
        var tags = WrittenRows.Samples();
        foreach (var one in rows)
            WrittenRows.AddSample(tags, one.Metric, one.Day, one.Version, one.Body);
        await Log(LogAction.EraseSamples, Number(rows.Count)).Commit(
            work, tags.WrittenMemory,
            async () =>
            {
                foreach (var one in rows)
                {
                    await work.Execute(
                        "delete from sample_chunk where resident_no = @resident and metric = @metric and day = @day", cancel,
                        ("@resident", resident.Value), ("@metric", one.Metric), ("@day", one.Day));
                }

                await ResidentRow.Move(work, resident, row.NextSeq, row.NextUpdated(parts.Clock), cancel);
            },
            cancel);
        return rows.Count;
    }

    private static string Number(int count) => count.ToString(CultureInfo.InvariantCulture);

    private WriteLog Log(string action, string detail) => new(parts, job, resident, Purpose.Operation, action, detail);
}
