using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Vault.Log;
using Tasuki.Vault.RecordStore;

namespace Tasuki.Vault;

/// <summary>What a session may see and do. It is a predicate of every statement, and every opened row is held against it again.</summary>
/// <param name="PeriodFrom">Milliseconds; with <paramref name="PeriodTo"/> the record's main date must overlap the period, and a record without date is outside it.</param>
internal sealed record SessionLimit(AccessClasses Classes, long? PeriodFrom, long? PeriodTo, bool MayWrite)
{
    /// <summary>Everything: files and the log of access belong to no class and are open to such sessions alone.</summary>
    public bool IsWhole => Classes == AccessClasses.All && PeriodFrom is null && PeriodTo is null;

    public bool Allows(AccessClass one, long? dateFrom, long? dateTo) =>
        Classes.Contains(one) && (PeriodFrom is null || dateTo > PeriodFrom) && (PeriodTo is null || dateFrom < PeriodTo);
}

/// <summary>
/// The one door to records. Here a read is allowed or refused, and nowhere else:
/// a resident has the whole of their own records for the purposes that are theirs; the operator and jobs, with a reason, the whole for the purpose of operation;
/// everybody else what the newest live grant to them for that purpose says. All other askers, and all askers for a resident who is unknown, closing or erased,
/// get one and the same answer after one and the same statement.
/// </summary>
internal sealed class Gate(VaultParts parts)
{
    public static readonly Error Refused = new("gate.refused", "The gate does not open: not allowed, or no such resident.");

    public async Task<Result<Session>> Open(Actor actor, ResidentNo resident, string purpose, CancellationToken cancel)
    {
        var (state, grants) = await Ask(actor, resident, purpose, cancel);
        if (state == ResidentState.Open && await Limit(actor, resident, purpose, grants, cancel) is { } limit)
            return new Session(parts, actor, resident, purpose, limit);

        await parts.Log.Append(new LogEntry(resident, actor, Known(purpose), LogAction.Open, Detail: null, Refused: true));
        return Refused;
    }

    private async ValueTask<SessionLimit?> Limit(Actor actor, ResidentNo resident, string code, List<GrantRow> grants, CancellationToken cancel)
    {
        if (!parts.Purposes.TryGetValue(code, out var purpose))
            return null;

        if (actor.Kind is ActorKind.Resident)
        {
            return code is Purpose.OwnUse or Purpose.Import or Purpose.Export or Purpose.Closure
                && actor.Self == resident
                ? new SessionLimit(purpose.Classes, null, null, MayWrite: code is Purpose.OwnUse or Purpose.Import) : null;
        }

        if (actor.Kind is ActorKind.Operator or ActorKind.Job)
        {
            return code is Purpose.Operation && !string.IsNullOrWhiteSpace(actor.Reason)
                ? new SessionLimit(purpose.Classes, null, null, MayWrite: true) : null;
        }

        return await ByGrant(actor, resident, purpose, grants, cancel);
    }

    private async ValueTask<SessionLimit?> ByGrant(Actor actor, ResidentNo resident, Purpose purpose, List<GrantRow> grants, CancellationToken cancel)
    {
        var now = Time.Micros(parts.Clock.GetUtcNow());
        foreach (var grant in grants)
        {
            if (!grant.MacHolds(parts.Ring, parts.Municipality))
            {
                parts.Alarm(actor, resident, purpose.Code, "access_grant", grant.GrantNo);
                continue;
            }

            if (now >= grant.Until || await parts.ResidentKeys.Get(resident, cancel) is not { } keys)
                return null;
            var classes = new AccessClasses(keys.Classes.UndoMask((ulong)grant.Classes)).Intersect(purpose.Classes);
            return new SessionLimit(classes, grant.PeriodFrom, grant.PeriodTo, MayWrite: false);
        }

        return null;
    }

    // One statement whoever asks and whatever is there: who is refused learns nothing from the time it took.
    private async Task<(ResidentState? State, List<GrantRow> Grants)> Ask(Actor actor, ResidentNo resident, string purpose, CancellationToken cancel)
    {
        await using var work = await parts.Records.Read(cancel);
        ResidentState? state = null;
        var grants = new List<GrantRow>();
        await using var command = work.Command(
            $"""
            select {ResidentStatus.Select}, {GrantRow.Select} from resident r
            left join access_grant g on g.resident_no = r.resident_no and g.grantee = @grantee and g.purpose = @purpose and g.state = {(int)GrantState.Live}
            where r.resident_no = @resident order by g.grant_no desc
            """,
            ("@grantee", GrantRow.GranteeToken(parts.Ring, actor.Kind, actor.Id)), ("@purpose", purpose), ("@resident", resident.Value));
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
        {
            state = ResidentStatus.Read(parts, resident, reader, first: 0)?.State;
            if (!reader.IsDBNull(4))
                grants.Add(GrantRow.Read(resident, reader, first: 4));
        }

        return (state, grants);
    }

    // What a caller calls a purpose is not written down unless it is one.
    private string Known(string purpose) => parts.Purposes.ContainsKey(purpose) ? purpose : "";
}
