using System.Security.Cryptography;
using System.Text;
using Tasuki.Kernel;
using Tasuki.Vault.Keys;
using Tasuki.Vault.Search;
using Tasuki.Vault.Shared;

namespace Tasuki.Vault;

/// <summary>
/// What every actor may read alike: records about nobody. Like any session it is handed out by the vault to somebody who was signed in, and has no public constructor;
/// it writes no entries, because no resident's data is in it.
/// </summary>
public sealed class SharedSession
{
    private readonly VaultParts _parts;
    private readonly Actor _actor;
    private readonly ReferredFrom? _persons;

    internal SharedSession(VaultParts parts, Actor actor, ReferredFrom? persons = null) => (_parts, _actor, _persons) = (parts, actor, persons);

    /// <summary>Whether a search by this predicate also asks who refers to a record: then what persons' records refer to counts too (<see cref="Beside"/>).</summary>
    public static bool AsksWhoRefers(RecordPredicate predicate) => ChainSets.AllReverse(predicate).Any();

    /// <summary>This session for searches by that predicate, in which records of these persons refer to shared ones too. Error: what <paramref name="beforeOpening"/> says.</summary>
    public async Task<Result<SharedSession>> Beside(IReadOnlyList<Session> persons, RecordPredicate predicate, Func<ResidentNo, Func<Error?>> beforeOpening, CancellationToken cancel) =>
        (await ReferredFrom.Of(predicate, persons, beforeOpening, cancel)).Map(referred => new SharedSession(_parts, _actor, referred));

    /// <summary>Error <c>record.missing</c> for an unknown or forged id, one of a resident's record, and a row that does not open.</summary>
    public async Task<Result<StoredRecord>> Read(string id, CancellationToken cancel) =>
        _parts.Ids.SharedOf(id) is { } number && (await Set(cancel)).Find(number) is { } found ? found.Record : Session.Missing;

    /// <summary>As <see cref="Session.Search"/>; <see cref="RecordQuery.BeforeOpening"/> is not asked, since nothing has to be opened.</summary>
    public async Task<Result<RecordPage>> Search(RecordQuery query, CancellationToken cancel)
    {
        if (RecordSearch.Check(query) is { } wrong)
            return wrong;
        PagePosition? after = null;
        if (query.After is { } token && (after = PageToken.Open(_parts.Ring, Bound(query), token)) is null)
            return new Error("query.page", "The page token does not belong to this session and query.");
        var found = (await Matching(query, after, cancel)).Take(query.Limit + 1).ToList();
        if (found.Count <= query.Limit)
            return new RecordPage(found.ConvertAll(one => one.Record), Next: null);
        found.RemoveAt(query.Limit);
        return new RecordPage(found.ConvertAll(one => one.Record), PageToken.Seal(_parts.Ring, Bound(query), SharedSearch.PositionOf(query.Order, found[^1])));
    }

    /// <summary>How many <see cref="Search"/> would find over all pages. The same errors.</summary>
    public async Task<Result<int>> Count(RecordQuery query, CancellationToken cancel) =>
        RecordSearch.Check(query) is { } wrong ? wrong : (await Matching(query, after: null, cancel)).Count();

    /// <summary>All that match, in one go. <see cref="RecordQuery.Limit"/> and <see cref="RecordQuery.After"/> are not looked at.</summary>
    public async Task<Result<Done>> Each(RecordQuery query, Action<StoredRecord> take, CancellationToken cancel)
    {
        if (RecordSearch.Check(query with { Limit = 1 }) is { } wrong)
            return wrong;
        foreach (var one in await Matching(query, after: null, cancel))
            take(one.Record);
        return Done.Yes;
    }

    private async Task<IEnumerable<OpenedShared>> Matching(RecordQuery query, PagePosition? after, CancellationToken cancel) =>
        (await Set(cancel)).Search(_parts.Ids, _persons).Matching(query.Predicate, query.Order, after);

    private Task<SharedSet> Set(CancellationToken cancel) => new SharedRecords(_parts, _actor).Now(cancel);

    private Binding Bound(RecordQuery query) => new Binding(_parts.Municipality, "shared page").Number((int)_actor.Kind).Text(_actor.Id)
        .Blob(SHA256.HashData(Encoding.UTF8.GetBytes($"{(int)query.Order};{PredicateText.Of(query.Predicate)}")));
}
