using System.Data.Common;
using System.Text;
using Tasuki.Fhir;
using Tasuki.Kernel;
using Tasuki.Vault.Keys;
using Tasuki.Vault.Log;
using Tasuki.Vault.Search;
using Tasuki.Vault.Store;

namespace Tasuki.Vault.RecordStore;

/// <summary>
/// Changes of records by id, all or none. Planned without the resident's lock like every write: what stands is read together with the resident's row, conditions
/// are searched after it, and the commit holds only if nothing was written since. After a few tries the lock is taken first.
/// </summary>
internal sealed class RecordChanges(VaultParts parts, RecordOpener opener, SessionLimit limit)
{
    private const int TriesWithoutLock = 3;
    private static readonly Error Missing = new("record.missing", "No such record.");
    private static readonly Error NoGrant = new("record.missing", "No such grant.");
    private static readonly Error NotNew = new("change.version", "What the condition found nothing for was created at the same time: ask once more.");
    private static readonly Error Twice = new("change.twice", "The same record is changed twice in one request.");
    private readonly ResidentNo _resident = opener.Resident;

    /// <param name="permit">Asked of each record that is to be changed, as it stands when it is changed; an error refuses all.</param>
    /// <param name="ends">Grants that end with these changes.</param>
    /// <param name="stood">The resident's row as it stood some time ago: what was written since only makes the first try a vain one.</param>
    public async Task<Result<IReadOnlyList<ChangedRecord>>> Apply(
        IReadOnlyList<RecordChange> changes, Func<StoredRecord, RecordChange, Error?>? permit, IReadOnlyList<long> ends, ResidentKeys keys, Func<WriteLog> log, CancellationToken cancel,
        ResidentRow? stood = null)
    {
        if (ends.Distinct().Count() < ends.Count)
            return Twice;
        var incoming = new Incoming?[changes.Count];
        await ManyThreads.ForEach(changes.Count, i => incoming[i] = RecordOf(changes[i]) is { } record ? Incoming.Of(record, keys) : null);
        // A grant is no record: whether it lives is seen under the lock alone.
        for (var tries = ends.Count > 0 ? TriesWithoutLock : 0; tries < TriesWithoutLock; tries++)
        {
            var (residents, rows) = await Look(changes, tries == 0 ? stood : null, keys);
            var planned = await Plan(changes, incoming, residents, rows, permit, keys, cancel);
            if (!planned.IsOk)
                return planned.Error;
            var sealedRows = await Seal(planned.Value, changes, incoming, keys);
            if (planned.Value.Plan.Versions.Count == 0)
                await log().Nothing();
            else if (!await sealedRows.TryCommit(log(), parts.Records, planned.Value.Plan, _resident, together: tries == 0, cancel))
                continue;
            return Changed(planned.Value, sealedRows, keys);
        }

        return await ApplyUnderLock(changes, incoming, permit, ends, keys, log(), cancel);
    }

    private async Task<(List<ResidentRow> Residents, List<RecordRow> Rows)> Look(IReadOnlyList<RecordChange> changes, ResidentRow? stood, ResidentKeys keys)
    {
        var question = ResidentRow.Question(parts.Records, _resident, locked: false);
        // What is only created stands on nothing.
        if (changes.All(change => change is RecordChange.Create))
            return (stood is null ? await parts.Records.Ask(question, Resident) : [stood], []);
        return stood is null ? await parts.Records.Ask(question, Resident, Standing(changes, keys), Row) : ([stood], await parts.Records.Ask(Standing(changes, keys), Row));

        ResidentRow Resident(DbDataReader row) => ResidentRow.From(parts, _resident, row);

        RecordRow Row(DbDataReader row) => RecordRow.Read(_resident, row);
    }

    private async Task<Result<IReadOnlyList<ChangedRecord>>> ApplyUnderLock(
        IReadOnlyList<RecordChange> changes, Incoming?[] incoming, Func<StoredRecord, RecordChange, Error?>? permit, IReadOnlyList<long> ends, ResidentKeys keys, WriteLog log,
        CancellationToken cancel)
    {
        await using var work = await parts.Records.Write(cancel);
        var (residents, rows) = await work.Query(
            ResidentRow.Question(work.Database, _resident, locked: true), row => ResidentRow.From(parts, _resident, row),
            Standing(changes, keys), row => RecordRow.Read(_resident, row), cancel);
        var planned = await Plan(changes, incoming, residents, rows, permit, keys, cancel);
        if (!planned.IsOk)
            return planned.Error;
        var sealedRows = await Seal(planned.Value, changes, incoming, keys);
        var plan = planned.Value.Plan;
        var grants = new Grants(parts);
        if (await grants.Living(work, _resident, ends, cancel) is not { } ended)
            return NoGrant;
        var entries = ended.Select(grant => (grants.Ending(opener.Actor, grant), (ReadOnlyMemory<byte>)grant.Mac)).ToList();
        if (plan.Versions.Count > 0)
            entries.Add((log, sealedRows.Tags()));
        if (entries.Count == 0)
            await log.Nothing();
        else
            await WriteLog.Commit(work, entries, Store, cancel);
        return Changed(planned.Value, sealedRows, keys);

        async Task Store()
        {
            if (plan.Versions.Count > 0)
                await sealedRows.Store(work, _resident, plan.NextSeq, plan.LastUpdated, cancel);
            foreach (var grant in ended)
                await grants.EndIn(work, grant, cancel);
        }
    }

    private async Task<Result<Planned>> Plan(
        IReadOnlyList<RecordChange> changes, Incoming?[] incoming, List<ResidentRow> residents, List<RecordRow> rows, Func<StoredRecord, RecordChange, Error?>? permit,
        ResidentKeys keys, CancellationToken cancel)
    {
        if (residents is not [{ State: ResidentState.Open } resident])
            return Gate.Refused;
        var standing = new Dictionary<long, (KnownRecord Known, StoredRecord Record)>();
        foreach (var row in rows)
        {
            if (opener.Payload(keys, row, RecordRow.Current) is not { } payload || row.ClassOf(keys) is not { } access || !limit.Allows(access, row.DateFrom, row.DateTo))
                continue;
            var (origin, resource) = RecordPayload.Read(row, payload, parts.Ids);
            standing[row.Seq] = (new KnownRecord(row, payload, []), new OpenedRow(access, origin, resource).Record(parts.Ids, row));
        }

        var taken = new HashSet<long>();
        var found = new StoredRecord?[changes.Count];
        var planned = new List<(string Type, KnownRecord? Standing)>(changes.Count);
        var places = new List<int>(changes.Count);
        for (var i = 0; i < changes.Count; i++)
        {
            KnownRecord? known = null;
            if (changes[i] is RecordChange.Create { IfNoneExist: { } query })
            {
                var there = await Twins(query, keys, cancel);
                if (!there.IsOk)
                    return there.Error with { At = i };
                if ((found[i] = there.Value) is not null && changes[i] is RecordChange.Create { MustBeNew: true })
                    return NotNew with { At = i };
                if (found[i] is not null)
                    continue;
            }
            else if (changes[i] is RecordChange.Update or RecordChange.Delete)
            {
                var (id, version) = changes[i] is RecordChange.Update update ? (update.Id, update.IfVersion) : (((RecordChange.Delete)changes[i]).Id, ((RecordChange.Delete)changes[i]).IfVersion);
                if (!standing.TryGetValue(parts.Ids.SeqOf(_resident, id), out var stands))
                    return Missing with { At = i };
                if (!taken.Add(stands.Known.Row.Seq))
                    return Twice with { At = i };
                if (version is { } wanted && wanted != stands.Known.Row.Version)
                    return new Error("change.version", $"Version {wanted} was to be changed, and version {stands.Known.Row.Version} stands.") { At = i };
                if (incoming[i] is { } one && !string.Equals(one.Resource.Type, stands.Record.Type, StringComparison.Ordinal))
                    return Missing with { At = i };
                if (permit?.Invoke(stands.Record, changes[i]) is { } refused)
                    return refused with { At = i };
                known = stands.Known;
            }

            // Who was given some classes writes those, and nothing else.
            if (incoming[i] is { } written && !limit.Classes.Contains(written.Class))
                return Gate.Refused with { At = i };
            planned.Add((incoming[i]?.Resource.Type ?? known!.Row.TypeName, known));
            places.Add(i);
        }

        return new Planned(WritePlan.Make(resident, planned, parts.Clock), places, [.. planned.Select(one => one.Standing)], found);
    }

    // A conditional create looks at what the session sees: a hidden twin is no twin.
    private async Task<Result<StoredRecord?>> Twins(RecordQuery query, ResidentKeys keys, CancellationToken cancel)
    {
        if (RecordSearch.Check(query) is { } wrong)
            return wrong;
        var search = new RecordSearch(parts, opener, limit, query.BeforeOpening);
        var (records, _) = await search.Page(query, keys, null, 2, cancel);
        if (search.Stopped is { } stopped)
            return stopped;
        return records.Count > 1 ? new Error("change.ambiguous", "More than one record is like the one to be created.") : Result.Of(records.FirstOrDefault());
    }

    private Statement Standing(IReadOnlyList<RecordChange> changes, ResidentKeys keys)
    {
        var seqs = changes.Select(change => change switch
        {
            RecordChange.Update update => parts.Ids.SeqOf(_resident, update.Id),
            RecordChange.Delete delete => parts.Ids.SeqOf(_resident, delete.Id),
            _ => -1,
        }).Where(seq => seq >= 0).Distinct().ToArray();
        var sql = new StringBuilder($"select {RecordRow.Select} from record where resident_no = @resident and {parts.Records.AnyOf("seq", "@seqs")} and deleted = 0");
        var parameters = new List<(string, object?)> { ("@resident", _resident.Value), ("@seqs", parts.Records.List(seqs)) };
        LimitSql.Append(sql, parameters, limit, keys, limit.Classes.Bits);
        return new Statement(sql.ToString(), [.. parameters]);
    }

    private Task<SealedRows> Seal(Planned planned, IReadOnlyList<RecordChange> changes, Incoming?[] incoming, ResidentKeys keys)
    {
        var references = References(planned, changes);
        return SealedRows.Make(planned.Plan, parts, keys, version =>
        {
            var change = planned.Places[version.Index];
            return incoming[change] is { } one ? one.Row(parts, _resident, version, keys, Linked(one.Resource, RecordOf(changes[change])!.Links, references))
                : Gone(planned.Standing[version.Index]!, version, keys);
        });
    }

    // What is stored for each change, a record that was found among them; nothing where no record asks for it.
    private string[] References(Planned planned, IReadOnlyList<RecordChange> changes)
    {
        if (!changes.Any(change => RecordOf(change)?.Links is not null))
            return [];
        var references = new string[changes.Count];
        for (var i = 0; i < references.Length; i++)
            references[i] = planned.Found[i]?.Reference ?? "";
        for (var i = 0; i < planned.Places.Count; i++)
            references[planned.Places[i]] = $"{planned.Plan.Targets[i].Type}/{parts.Ids.Encode(_resident, planned.Plan.Targets[i].Seq)}";
        return references;
    }

    private static CanonicalResource Linked(CanonicalResource resource, IReadOnlyDictionary<string, int>? links, string[] references) =>
        links is null ? resource : CanonicalResource.FromStore(
            resource.Type, ResourceLinks.Rewrite(resource.Json, link => links.TryGetValue(link.Text, out var change) ? references[change] : null));

    private RecordRow Gone(KnownRecord standing, NewVersion version, ResidentKeys keys)
    {
        var gone = RecordDeletion.Emptied(standing.Row, version.Version, version.Updated);
        var origin = RecordPayload.Read(standing.Row, standing.Payload, parts.Ids).Origin;
        return gone.Sealed(keys, parts.Municipality, RecordRow.Current, RecordPayload.Write(origin, [], version.Updated, parts.Ids, _resident));
    }

    private Result<IReadOnlyList<ChangedRecord>> Changed(Planned planned, SealedRows rows, ResidentKeys keys)
    {
        var bySeq = rows.Current.ToDictionary(row => row.Seq);
        var results = new ChangedRecord[planned.Found.Count];
        for (var i = 0; i < results.Length; i++)
        {
            if (planned.Found[i] is { } there)
                results[i] = new ChangedRecord(there.Id, there.Type, there.Version, there.Updated, ChangeOutcome.Found, there);
        }

        for (var i = 0; i < planned.Places.Count; i++)
        {
            var target = planned.Plan.Targets[i];
            var row = bySeq[target.Seq];
            var outcome = row.Deleted != 0 ? ChangeOutcome.Deleted : planned.Standing[i] is null ? ChangeOutcome.Created : ChangeOutcome.Updated;
            results[planned.Places[i]] = new ChangedRecord(
                parts.Ids.Encode(_resident, row.Seq), target.Type, (int)row.Version, Time.FromMicros(row.Updated), outcome,
                row.Deleted != 0 ? null : opener.Open(keys, row, RecordRow.Current));
        }

        return results;
    }

    private static NewRecord? RecordOf(RecordChange change) => change switch
    {
        RecordChange.Create create => create.Record,
        RecordChange.Update update => update.Record,
        _ => null,
    };

    /// <param name="Places">Of each change in the plan, which of those asked for it is; the others were found to be there.</param>
    private sealed record Planned(WritePlan Plan, IReadOnlyList<int> Places, IReadOnlyList<KnownRecord?> Standing, IReadOnlyList<StoredRecord?> Found);
}
