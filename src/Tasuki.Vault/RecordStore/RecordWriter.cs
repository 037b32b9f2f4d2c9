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
    private const int FewRecords = 16;
    private readonly ResidentNo _resident = opener.Resident;

    /// <summary>Null when the resident takes no more records.</summary>
    public async Task<IReadOnlyList<WrittenRecord>?> Write(
        IReadOnlyList<NewRecord> records, ResidentKeys keys, WriteLog log, CancellationToken cancel)
    {
        var incoming = await Look(records, keys);
        // Who was given some classes writes those, and nothing else.
        if (limit.Classes != AccessClasses.All && Array.Exists(incoming, one => !limit.Classes.Contains(one.Class)))
            return null;
        if (await Plan(incoming, keys, cancel) is not { } plan)
            return null;
        var sealedRows = await Seal(plan, incoming, keys);
        if (plan.Versions.Count == 0)
        {
            await log.Nothing();
            return plan.Written(parts.Ids, _resident);
        }

        if (await sealedRows.TryCommit(log, parts.Records, plan, _resident, together: true, cancel))
            return plan.Written(parts.Ids, _resident);
        return await WriteUnderLock(incoming, keys, log, cancel);
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
        var plan = await Plan(incoming, keys, cancel);
        return plan is null ? [] : [.. incoming.Select((one, i) => (plan.Targets[i].Outcome, one.Class))];
    }

    private static async Task<Incoming[]> Look(IReadOnlyList<NewRecord> records, ResidentKeys keys)
    {
        var incoming = new Incoming[records.Count];
        await ManyThreads.ForEach(records.Count, i => incoming[i] = Incoming.Of(records[i], keys));
        return incoming;
    }

    // Without the lock. Few records make a short question; many make a long one, and take a connection of their own.
    private async Task<WritePlan?> Plan(Incoming[] incoming, ResidentKeys keys, CancellationToken cancel)
    {
        if (incoming.Length <= FewRecords)
        {
            var (residents, rows) = await parts.Records.Ask(
                ResidentRow.Question(parts.Records, _resident, locked: false), row => ResidentRow.From(parts, _resident, row),
                Recognise(incoming, keys), row => RecordRow.Read(_resident, row));
            return await Plan(residents, rows, incoming, keys);
        }

        await using var reading = await parts.Records.Read(cancel);
        return await Plan(reading, incoming, keys, locked: false, cancel);
    }

    private async Task<WritePlan?> Plan(DbWork work, Incoming[] incoming, ResidentKeys keys, bool locked, CancellationToken cancel)
    {
        var (residents, rows) = await work.Query(
            ResidentRow.Question(work.Database, _resident, locked), row => ResidentRow.From(parts, _resident, row),
            Recognise(incoming, keys), row => RecordRow.Read(_resident, row), cancel);
        return await Plan(residents, rows, incoming, keys);
    }

    private async Task<WritePlan?> Plan(List<ResidentRow> residents, List<RecordRow> rows, Incoming[] incoming, ResidentKeys keys)
    {
        if (residents is not [{ State: ResidentState.Open } resident])
            return null;
        var known = await Known(rows, keys);
        await ManyThreads.ForEach(incoming.Length, i => _ = known.ContainsKey(incoming[i].Identity) ? incoming[i].Content : null);
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
        await ManyThreads.ForEach(rows.Count, i => opened[i] = Open(rows[i], keys));
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
        return await SealedRows.Make(plan, parts, keys, version => incoming[version.Index].Row(parts, _resident, version, keys, references));
    }
}
