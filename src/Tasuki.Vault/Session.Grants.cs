using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Vault.Log;
using Tasuki.Vault.RecordStore;

namespace Tasuki.Vault;

/// <summary>What the resident gave to whom.</summary>
public sealed partial class Session
{
    private static readonly Error NoGrant = new("record.missing", "No such grant.");

    // The log and the grants belong to no record: the resident's own, and an app's that stands in for them, which the consent page asks for with the category of all that is neither.
    private bool StandsIn => _actor.Kind is ActorKind.Resident or ActorKind.Application && _limit.Classes.Contains(new AccessClass(DataCategory.Other, Sensitive: false));

    /// <summary>Newest first, the ended ones too.</summary>
    /// <param name="ofOthers">Also what was given to others: for the resident, and an app that stands in for them. Without it only what was given to this very actor.</param>
    public async Task<IReadOnlyList<SeenGrant>> Grants(bool ofOthers, CancellationToken cancel)
    {
        await Log(LogAction.Grants, null);
        if (await KeysNow(cancel) is not { } keys)
            return [];
        var now = Time.Micros(_parts.Clock.GetUtcNow());
        var token = GrantRow.GranteeToken(_parts.Ring, _actor.Kind, _actor.Id);
        var found = new List<SeenGrant>();
        foreach (var grant in await new Grants(_parts).Of(Resident, cancel))
        {
            if (!(ofOthers && StandsIn) && !grant.Grantee.AsSpan().SequenceEqual(token))
                continue;
            if (!grant.MacHolds(_parts.Ring, _parts.Municipality) || Vault.Grants.Detail(_parts, keys, grant) is not { } detail)
            {
                _parts.Alarm(_actor, Resident, _purpose, "access_grant", grant.GrantNo);
                continue;
            }

            found.Add(new SeenGrant(
                _parts.Ids.EncodeGrant(Resident, grant.GrantNo), detail.GranteeKind, detail.GranteeId, grant.Purpose, new AccessClasses(keys.Classes.UndoMask((ulong)grant.Classes)),
                grant.PeriodFrom is { } from ? Time.FromMillis(from) : null, grant.PeriodTo is { } to ? Time.FromMillis(to) : null, Time.FromMicros(grant.Created),
                Time.FromMicros(grant.Until), grant.State is GrantState.Live && now < grant.Until));
        }

        return found;
    }

    /// <summary>
    /// Ends a grant: it counts at the grantee's next request. For the resident, and for an app that the resident lets write, in the category of consents. Errors
    /// <c>gate.refused</c> and <c>record.missing</c>.
    /// </summary>
    public async Task<Result<Done>> EndGrant(string id, CancellationToken cancel)
    {
        if (!StandsIn || await KeysToWrite(LogAction.Revoke, cancel) is null)
            return Gate.Refused;
        return _parts.Ids.GrantOf(Resident, id) is { } grantNo && await new Grants(_parts).End(_actor, Resident, grantNo, cancel) ? Done.Yes : NoGrant;
    }
}

/// <summary>A grant as it is shown outside.</summary>
/// <param name="PeriodFrom">Of the records it opens: from here to before <paramref name="PeriodTo"/>.</param>
/// <param name="IsLive">It opens the gate now.</param>
public sealed record SeenGrant(
    string Id, ActorKind GranteeKind, string GranteeId, string Purpose, AccessClasses Classes, DateTimeOffset? PeriodFrom, DateTimeOffset? PeriodTo, DateTimeOffset Created,
    DateTimeOffset Until, bool IsLive);
