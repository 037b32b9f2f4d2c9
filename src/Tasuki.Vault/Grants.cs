using System.Text.Json;
using Tasuki.Kernel;
using Tasuki.Vault.Keys;
using Tasuki.Vault.Log;
using Tasuki.Vault.RecordStore;
using Tasuki.Vault.Store;

namespace Tasuki.Vault;

/// <summary>Giving and taking back access. One grantee has at most one live grant for one purpose: a new one takes the old one's place.</summary>
internal sealed class Grants(VaultParts parts)
{
    public async Task<Result<long>> Give(Actor owner, NewGrant grant, CancellationToken cancel)
    {
        if (owner.Kind is not ActorKind.Resident || owner.Self != grant.Resident || await parts.ResidentKeys.Get(grant.Resident, cancel) is not { } keys)
            return await Refuse(owner, grant.Resident, LogAction.Grant);
        if (Wrong(grant) is { } wrong)
            return wrong;

        await using var work = await parts.Records.Write(cancel);
        if (await ResidentRow.Read(parts, work, grant.Resident, locked: true, cancel) is not { State: ResidentState.Open })
            return await Refuse(owner, grant.Resident, LogAction.Grant);
        var number = await work.Number("select next_grant_no from resident where resident_no = @resident", cancel, ("@resident", grant.Resident.Value)) ?? 1;
        await work.Execute("update resident set next_grant_no = @next where resident_no = @resident", cancel, ("@next", number + 1), ("@resident", grant.Resident.Value));

        var row = Row(owner, grant, number, keys);
        foreach (var old in await Live(work, grant.Resident, cancel))
        {
            if (old.Grantee.AsSpan().SequenceEqual(row.Grantee) && string.Equals(old.Purpose, row.Purpose, StringComparison.Ordinal))
                await Store(work, old with { State = GrantState.Revoked }, cancel);
        }

        await new WriteLog(parts, owner, grant.Resident, grant.Purpose, LogAction.Grant, $"grant {number}")
            .Commit(work, row.Mac, () => parts.Records.InsertMany(work, VaultColumns.AccessGrant, [row.Values()], cancel), cancel);
        return number;
    }

    public async Task<Result<Done>> Revoke(Actor owner, ResidentNo resident, long grantNo, CancellationToken cancel)
    {
        // A job that says why ends what somebody gave who can end nothing any more.
        var own = owner.Kind is ActorKind.Resident ? owner.Self == resident : owner.Kind is ActorKind.Job && !string.IsNullOrWhiteSpace(owner.Reason);
        if (!own && owner.Kind is not ActorKind.Application)
            return (await Refuse(owner, resident, LogAction.Revoke)).Map(_ => Done.Yes);
        await using var work = await parts.Records.Write(cancel);
        await ResidentRow.Read(parts, work, resident, locked: true, cancel);
        // Who was given something may give it back, and nothing else.
        var given = GrantRow.GranteeToken(parts.Ring, owner.Kind, owner.Id);
        if ((await Live(work, resident, cancel)).Find(one => one.GrantNo == grantNo && (own || one.Grantee.AsSpan().SequenceEqual(given))) is not { } grant)
            return new Error("grant.missing", "No such live grant.");
        await Ending(owner, grant).Commit(work, grant.Mac, () => EndIn(work, grant, cancel), cancel);
        return Done.Yes;
    }

    /// <summary>On behalf of the resident; the session has settled that this may be. False: no such live grant.</summary>
    public async Task<bool> End(Actor actor, ResidentNo resident, long grantNo, CancellationToken cancel)
    {
        await using var work = await parts.Records.Write(cancel);
        if (await ResidentRow.Read(parts, work, resident, locked: true, cancel) is not { State: ResidentState.Open })
            return false;
        if ((await Live(work, resident, cancel)).Find(one => one.GrantNo == grantNo) is not { } grant)
            return false;
        await Ending(actor, grant).Commit(work, grant.Mac, () => EndIn(work, grant, cancel), cancel);
        return true;
    }

    /// <summary>Those of these numbers that live, in a transaction that holds the resident; null when one does not.</summary>
    public async Task<IReadOnlyList<GrantRow>?> Living(DbWork work, ResidentNo resident, IReadOnlyList<long> numbers, CancellationToken cancel)
    {
        var living = (await Live(work, resident, cancel)).Where(grant => numbers.Contains(grant.GrantNo)).ToList();
        return living.Count == numbers.Count ? living : null;
    }

    /// <summary>Ends one in that transaction; the entry of it is <see cref="Ending"/>.</summary>
    public Task EndIn(DbWork work, GrantRow grant, CancellationToken cancel) => Store(work, grant with { State = GrantState.Revoked }, cancel);

    public WriteLog Ending(Actor actor, GrantRow grant) => new(parts, actor, grant.Resident, grant.Purpose, LogAction.Revoke, $"grant {grant.GrantNo}");

    /// <summary>All of a resident's, newest first, as they lie there.</summary>
    public async Task<IReadOnlyList<GrantRow>> Of(ResidentNo resident, CancellationToken cancel)
    {
        await using var work = await parts.Records.Read(cancel);
        return await work.Query(
            $"select {GrantRow.Select} from access_grant g where g.resident_no = @resident order by g.grant_no desc", row => GrantRow.Read(resident, row, first: 0), cancel, ("@resident", resident.Value));
    }

    /// <summary>Who was given it; null when it does not open.</summary>
    public static GrantDetail? Detail(VaultParts parts, ResidentKeys keys, GrantRow grant) =>
        BodyFormat.Open(keys, grant.Body, GrantRow.Bound(parts.Municipality, grant.Resident, grant.GrantNo)) is { } plain ? JsonSerializer.Deserialize(plain, VaultJson.Default.GrantDetail) : null;

    public async Task<IReadOnlyList<ResidentNo>> Reached(Actor actor, string purpose, int most, ResidentNo after, ResidentNo upTo, CancellationToken cancel)
    {
        await using var work = await parts.Records.Read(cancel);
        return await work.Query(
            $"select distinct resident_no from access_grant where grantee = @grantee and purpose = @purpose and state = {(int)GrantState.Live} and until > @now and resident_no > @after and resident_no <= @upto order by resident_no limit @most",
            row => new ResidentNo(row.GetInt64(0)), cancel,
            ("@grantee", GrantRow.GranteeToken(parts.Ring, actor.Kind, actor.Id)), ("@purpose", purpose), ("@now", Time.Micros(parts.Clock.GetUtcNow())), ("@most", (long)most),
            ("@after", after.Value), ("@upto", upTo.Value));
    }

    private Error? Wrong(NewGrant grant)
    {
        // Own purposes and operation are never given away.
        if (grant.Purpose is not (Purpose.Care or Purpose.CareEntry or Purpose.AppUse or Purpose.AppEntry) || !parts.Purposes.ContainsKey(grant.Purpose))
            return new Error("grant.purpose", "Access is given for the purposes of care, care-entry, app-use and app-entry only.");
        if (grant.Purpose is Purpose.AppUse or Purpose.AppEntry && grant.GranteeKind is not ActorKind.Application)
            return new Error("grant.purpose", "The purposes of apps are given to applications only.");
        if (grant.GranteeKind is ActorKind.Resident or ActorKind.Job or ActorKind.Operator)
            return new Error("grant.grantee", "Access is given to clinicians, proxies, officers and applications only.");
        if (grant.Until <= parts.Clock.GetUtcNow())
            return new Error("grant.until", "The end of a grant lies in the future.");
        return grant.PeriodFrom > grant.PeriodTo ? new Error("grant.period", "The period ends before it starts.") : null;
    }

    private GrantRow Row(Actor owner, NewGrant grant, long number, ResidentKeys keys)
    {
        var detail = JsonSerializer.SerializeToUtf8Bytes(new GrantDetail(grant.GranteeKind, grant.GranteeId, owner.Kind, owner.Id), VaultJson.Default.GrantDetail);
        var bound = GrantRow.Bound(parts.Municipality, grant.Resident, number);
        return new GrantRow(
            grant.Resident, number, GrantRow.GranteeToken(parts.Ring, grant.GranteeKind, grant.GranteeId), grant.Purpose,
            (long)keys.Classes.ApplyMask(grant.Classes.Bits), grant.PeriodFrom is { } from ? Time.MillisDown(First(from)) : null,
            grant.PeriodTo is { } to ? Time.MillisDown(Behind(to)) : null, Time.Micros(grant.Until), GrantState.Live,
            Time.Micros(parts.Clock.GetUtcNow()), BodyFormat.Seal(keys, detail, bound), []).WithMac(parts.Ring, parts.Municipality);
    }

    // The edges of the calendar mean always and for ever; they have no other offset and no next day, and no record is dated beyond them (FhirDate).
    private static DateTimeOffset First(DateOnly day) => TokyoDay.StartOf(day == DateOnly.MinValue ? day.AddDays(1) : day);

    private static DateTimeOffset Behind(DateOnly day) => day == DateOnly.MaxValue ? new DateTimeOffset(9999, 12, 31, 0, 0, 0, TimeSpan.Zero) : TokyoDay.StartOf(day.AddDays(1));

    private static Task<List<GrantRow>> Live(DbWork work, ResidentNo resident, CancellationToken cancel) =>
        work.Query(
            $"select {GrantRow.Select} from access_grant g where g.resident_no = @resident and g.state = {(int)GrantState.Live}",
            row => GrantRow.Read(resident, row, first: 0), cancel, ("@resident", resident.Value));

    private Task Store(DbWork work, GrantRow changed, CancellationToken cancel)
    {
        // A row whose MAC does not hold must not get a good one by being revoked: it keeps its state of no effect.
        var stored = (changed with { State = GrantState.Live }).MacHolds(parts.Ring, parts.Municipality) ? changed.WithMac(parts.Ring, parts.Municipality) : changed;
        return work.Execute(
            "update access_grant set state = @state, mac = @mac where resident_no = @resident and grant_no = @grant", cancel,
            ("@state", (long)stored.State), ("@mac", stored.Mac), ("@resident", stored.Resident.Value), ("@grant", stored.GrantNo));
    }

    private async Task<Result<long>> Refuse(Actor actor, ResidentNo resident, string action)
    {
        await parts.Log.Append(new LogEntry(resident, actor, "", action, null, Refused: true));
        return Gate.Refused;
    }
}
