using System.Buffers;
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

        await using var work = await parts.Records.Write(cancel);
        var now = await ResidentRow.Read(parts, work, _resident, locked: true, cancel);
        if (now != plan.Seen)
        {
            plan = await Plan(work, incoming, keys, locked: true, cancel);
            if (plan is null)
                return null;
            sealedRows = await Seal(plan, incoming, keys);
        }

        await log.Commit(work, sealedRows.Tags(), () => sealedRows.Store(work, _resident, plan.NextSeq, plan.LastUpdated, cancel), cancel);
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
        if (await ResidentRow.Read(parts, work, _resident, locked, cancel) is not { State: ResidentState.Open } resident)
            return null;
        var known = await Known(work, incoming, keys, cancel);
        await ForEach(incoming.Length, i => _ = known.ContainsKey(incoming[i].Identity) ? incoming[i].Content : null);
        return WritePlan.Make(resident, incoming, known, parts.Clock);
    }

    /// <summary>The stored records that carry the identity of an incoming one, as far as this session may see them: what is hidden is not recognised.</summary>
    private async Task<Dictionary<Identity, KnownRecord>> Known(DbWork work, Incoming[] incoming, ResidentKeys keys, CancellationToken cancel)
    {
        var wanted = incoming.Select(one => one.IdentityToken).ToHashSet();
        var sql = new StringBuilder("select seq, substr(tokens, 1, 8) from record where resident_no = @resident and deleted = 0 and type in (");
        sql.AppendJoin(',', incoming.Select(one => ResourceTypes.NumberOf(one.Resource.Type)).Distinct().Order()).Append(')');
        var parameters = new List<(string, object?)> { ("@resident", _resident.Value) };
        LimitSql.Append(sql, parameters, limit, keys, limit.Classes.Bits);
        var tokens = await work.Query(
            sql.ToString(), row => (Seq: row.GetInt64(0), Token: row.Bytes(1) is { Length: 8 } bytes ? System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(bytes) : 0),
            cancel, [.. parameters]);
        var known = new Dictionary<Identity, KnownRecord>();
        foreach (var some in tokens.Where(t => wanted.Contains(t.Token)).Select(t => t.Seq).Chunk(500))
        {
            var rows = await work.Query(
                string.Create(CultureInfo.InvariantCulture, $"select {RecordRow.Select} from record where resident_no = @resident and seq in ({string.Join(',', some)}) order by seq"),
                row => RecordRow.Read(_resident, row), cancel, ("@resident", _resident.Value));
            var opened = new (Identity Identity, KnownRecord Record)?[rows.Count];
            await ForEach(rows.Count, i => opened[i] = Open(rows[i], keys));
            foreach (var one in opened)
            {
                if (one is { } stored)
                    known.TryAdd(stored.Identity, stored.Record);
            }
        }

        return known;
    }

    private (Identity, KnownRecord)? Open(RecordRow row, ResidentKeys keys)
    {
        if (opener.Payload(keys, row, RecordRow.Current) is not { } payload)
            return null;
        var resource = RecordPayload.Read(row.TypeName, payload).Resource;
        return (new Identity(RecordIdentity.Of(resource)), new KnownRecord(row, payload, RecordIdentity.ContentOf(resource)));
    }

    private async Task<SealedRows> Seal(WritePlan plan, Incoming[] incoming, ResidentKeys keys)
    {
        var references = plan.References(incoming, parts.Ids, _resident);
        var versions = plan.Versions;
        var rows = new RecordRow[versions.Count];
        await ForEach(versions.Count, i =>
        {
            var version = versions[i];
            var one = incoming[version.Index];
            rows[i] = one.Row(_resident, version, keys, references, out var payload).Sealed(keys, parts.Municipality, version.Table, payload);
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

    public async Task Store(DbWork work, ResidentNo resident, long nextSeq, long lastUpdated, CancellationToken cancel)
    {
        foreach (var some in MakePlace.Chunk(500))
        {
            await work.Execute(
                string.Create(CultureInfo.InvariantCulture, $"delete from record where resident_no = @resident and seq in ({string.Join(',', some)})"), cancel,
                ("@resident", resident.Value));
        }

        await work.Database.InsertMany(work, VaultColumns.Record, [.. Current.Select(row => row.Values())], cancel);
        await work.Database.InsertMany(work, VaultColumns.RecordHistory, [.. Past.Select(row => row.Values())], cancel);
        await ResidentRow.Move(work, resident, nextSeq, lastUpdated, cancel);
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
