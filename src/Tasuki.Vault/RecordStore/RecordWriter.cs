using System.Buffers;
using System.Data.Common;
using System.Globalization;
using System.Text;
using Tasuki.Fhir;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Vault.Classes;
using Tasuki.Vault.Keys;
using Tasuki.Vault.Log;
using Tasuki.Vault.Search;
using Tasuki.Vault.Store;

namespace Tasuki.Vault.RecordStore;

/// <summary>
/// Stores records, all or none, and none twice. In steps: look at each (<see cref="Incoming"/>); plan against what is there (which are known, which id each new
/// one gets); seal; commit. Planning and sealing need no lock: the commit takes the resident's lock and asks whether anything was written since the plan. If so
/// the plan is made again with the lock in hand.
/// </summary>
internal sealed class RecordWriter(VaultParts parts, RecordOpener opener, SessionLimit limit)
{
    private const int WorthManyThreads = 24;
    private const string UniqueViolation = "23505";
    private readonly ResidentNo _resident = opener.Resident;

    /// <summary>Null when the resident takes no more records.</summary>
    public async Task<IReadOnlyList<WrittenRecord>?> Write(
        IReadOnlyList<NewRecord> records, ResidentKeys keys, WriteLog log, CancellationToken cancel)
    {
        var incoming = await Look(records, keys);
        WritePlan? plan;
        await using (var reading = await parts.Records.Read(cancel))
            plan = await Plan(reading, incoming, keys, locked: false, cancel);
        if (plan is null)
            return null;
        var sealedRows = await Seal(plan, incoming, keys);
        if (plan.Versions.Count == 0)
        {
            await log.Nothing();
            return plan.Written(parts.Ids, _resident);
        }

        if (await log.TryCommit(sealedRows.Tags(), () => StoreUnlessForestalled(sealedRows, plan, cancel), cancel))
            return plan.Written(parts.Ids, _resident);
        return await WriteUnderLock(incoming, keys, log, cancel);
    }

    /// <summary>The transaction to commit; null when something was written since the plan was made.</summary>
    private async Task<DbWork?> StoreUnlessForestalled(SealedRows rows, WritePlan plan, CancellationToken cancel)
    {
        var work = await parts.Records.Write(cancel);
        var stored = false;
        try
        {
            stored = await rows.StoreUnlessForestalled(work, plan, _resident, cancel);
        }
        catch (DbException taken) when (string.Equals(taken.SqlState, UniqueViolation, StringComparison.Ordinal))
        {
            // The rows went with the question; another write has taken the seq.
        }
        finally
        {
            if (!stored)
                await work.DisposeAsync();
        }

        return stored ? work : null;
    }

    private async Task<IReadOnlyList<WrittenRecord>?> WriteUnderLock(Incoming[] incoming, ResidentKeys keys, WriteLog log, CancellationToken cancel)
    {
        await using var work = await parts.Records.Write(cancel);
        if (await Plan(work, incoming, keys, locked: true, cancel) is not { } plan)
            return null;
        var rows = await Seal(plan, incoming, keys);
        if (plan.Versions.Count == 0)
            await log.Nothing();
        else
            await log.Commit(work, rows.Tags(), () => rows.Store(work, _resident, plan.NextSeq, plan.LastUpdated, cancel), cancel);
        return plan.Written(parts.Ids, _resident);
    }

    public async Task<IReadOnlyList<(WriteOutcome, AccessClass)>> Preview(IReadOnlyList<NewRecord> records, ResidentKeys keys, CancellationToken cancel)
    {
        var incoming = await Look(records, keys);
        await using var reading = await parts.Records.Read(cancel);
        var plan = await Plan(reading, incoming, keys, locked: false, cancel);
        return plan is null ? [] : [.. incoming.Select((one, i) => (plan.Targets[i].Outcome, one.Class))];
    }

    private static async Task<Incoming[]> Look(IReadOnlyList<NewRecord> records, ResidentKeys keys)
    {
        var incoming = new Incoming[records.Count];
        await ForEach(records.Count, i => incoming[i] = Incoming.Of(records[i], keys));
        return incoming;
    }

    private async Task<WritePlan?> Plan(DbWork work, Incoming[] incoming, ResidentKeys keys, bool locked, CancellationToken cancel)
    {
        var (residents, rows) = await work.Query(
            ResidentRow.Question(work.Database, _resident, locked), row => ResidentRow.From(parts, _resident, row),
            Recognise(incoming, keys), row => RecordRow.Read(_resident, row), cancel);
        if (residents is not [{ State: ResidentState.Open } resident])
            return null;
        var known = await Known(rows, keys);
        await ForEach(incoming.Length, i => _ = known.ContainsKey(incoming[i].Identity) ? incoming[i].Content : null);
        return WritePlan.Make(resident, incoming, known, parts.Clock);
    }

    /// <summary>
    /// Asks for the stored records that carry the identity of an incoming one, as far as this session may see them: what is hidden is not recognised. By an
    /// index, so that a write costs what it brings and not what is there.
    /// </summary>
    internal Statement Recognise(Incoming[] incoming, ResidentKeys keys)
    {
        var wanted = incoming.Select(one => RecordRow.IdentityOf(_resident, one.IdentityToken)).Distinct().ToArray();
        var sql = new StringBuilder($"select {RecordRow.Select} from record where resident_no = @resident and {parts.Records.AnyOf("identity", "@wanted")} and deleted = 0");
        var parameters = new List<(string, object?)> { ("@resident", _resident.Value), ("@wanted", parts.Records.List(wanted)) };
        LimitSql.Append(sql, parameters, limit, keys, limit.Classes.Bits);
        return new Statement(sql.Append(" order by seq").ToString(), [.. parameters]);
    }

    private async Task<Dictionary<Identity, KnownRecord>> Known(List<RecordRow> rows, ResidentKeys keys)
    {
        var known = new Dictionary<Identity, KnownRecord>(rows.Count);
        var opened = new (Identity Identity, KnownRecord Record)?[rows.Count];
        await ForEach(rows.Count, i => opened[i] = Open(rows[i], keys));
        foreach (var one in opened)
        {
            if (one is { } stored)
                known.TryAdd(stored.Identity, stored.Record);
        }

        return known;
    }

    private (Identity, KnownRecord)? Open(RecordRow row, ResidentKeys keys)
    {
        if (opener.Payload(keys, row, RecordRow.Current) is not { } payload)
            return null;
        var resource = RecordPayload.Read(row, payload, parts.Ids).Resource;
        return (new Identity(RecordIdentity.Of(resource)), new KnownRecord(row, payload, RecordIdentity.ContentOf(resource)));
    }

    private async Task<SealedRows> Seal(WritePlan plan, Incoming[] incoming, ResidentKeys keys)
    {
        var references = plan.References(incoming, parts.Ids, _resident);
        var versions = plan.Versions;
        var rows = new RecordRow[versions.Count];
        await ForEach(versions.Count, i =>
        {
            rows[i] = incoming[versions[i].Index].Row(parts, _resident, versions[i], keys, references);
        });
        var replaced = plan.Replaced;
        var past = new RecordRow[replaced.Count];
        await ForEach(replaced.Count, i => past[i] = replaced[i].Row.Sealed(keys, parts.Municipality, RecordRow.History, replaced[i].Payload));
        return new SealedRows(
            [.. rows.Where((_, i) => string.Equals(versions[i].Table, RecordRow.Current, StringComparison.Ordinal))],
            [.. past, .. rows.Where((_, i) => !string.Equals(versions[i].Table, RecordRow.Current, StringComparison.Ordinal))],
            [.. replaced.Select(one => one.Row.Seq)]);
    }

    private static Task ForEach(int count, Action<int> act)
    {
        if (count >= WorthManyThreads)
            return Task.Run(() => Parallel.For(0, count, act));
        for (var i = 0; i < count; i++)
            act(i);
        return Task.CompletedTask;
    }
}

/// <summary>Rows ready to be stored: the ones that stand, the ones that are past, and the seqs whose row makes place.</summary>
internal sealed record SealedRows(IReadOnlyList<RecordRow> Current, IReadOnlyList<RecordRow> Past, IReadOnlyList<long> MakePlace)
{
    private const int TagPart = 8;
    private const int FewRows = 8;

    public async Task Store(DbWork work, ResidentNo resident, long nextSeq, long lastUpdated, CancellationToken cancel)
    {
        await StoreRows(work, resident, cancel);
        await ResidentRow.Move(work, resident, nextSeq, lastUpdated, cancel);
    }

    /// <summary>Takes the resident's lock and stores, if nothing was written since the plan: few rows in the same round trip. False when something was.</summary>
    public async Task<bool> StoreUnlessForestalled(DbWork work, WritePlan plan, ResidentNo resident, CancellationToken cancel)
    {
        var moveOn = plan.Seen.MoveOn(resident, plan.NextSeq, plan.LastUpdated);
        if (Current.Count + Past.Count > FewRows)
        {
            if (await work.Execute(moveOn.Sql, cancel, moveOn.Parameters) == 0)
                return false;
            await StoreRows(work, resident, cancel);
            return true;
        }

        List<Statement> statements = [moveOn, .. MakePlace.Select(seq => new Statement("delete from record where resident_no = @resident and seq = @seq", ("@resident", resident.Value), ("@seq", seq)))];
        statements.AddRange(Current.Select(row => VaultColumns.Record.Insert(row.Values())));
        statements.AddRange(Past.Select(row => VaultColumns.RecordHistory.Insert(row.Values())));
        return await work.ExecuteAll(statements, cancel) == 1;
    }

    private async Task StoreRows(DbWork work, ResidentNo resident, CancellationToken cancel)
    {
        foreach (var some in MakePlace.Chunk(500))
        {
            await work.Execute(
                string.Create(CultureInfo.InvariantCulture, $"delete from record where resident_no = @resident and seq in ({string.Join(',', some)})"), cancel,
                ("@resident", resident.Value));
        }

        await work.Database.InsertRecords(work, VaultColumns.Record, Current, cancel);
        await work.Database.InsertRecords(work, VaultColumns.RecordHistory, Past, cancel);
    }

    /// <summary>For the log: seq and version of each row that now stands, with the start of its tag.</summary>
    public ReadOnlyMemory<byte> Tags()
    {
        var tags = new ArrayBufferWriter<byte>(Current.Count * 12);
        foreach (var row in Current)
        {
            Varint.Write(tags, (ulong)row.Seq);
            Varint.Write(tags, (ulong)row.Version);
            tags.Write(Aead.TagOf(row.Body)[..TagPart]);
        }

        return tags.WrittenMemory;
    }
}
