using Tasuki.Fhir;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Vault.Keys;
using Tasuki.Vault.RecordStore;
using Tasuki.Vault.Store;

namespace Tasuki.Vault.Log;

/// <summary>
/// Finds what was given to apps and clinicians, in the access log. Every read is an entry before its first byte leaves, so nothing that was given is missing here. What an
/// entry was about is found in the classes of the rows, none of which is opened; a look that names no record counts for all that its grant opens and the person has.
/// </summary>
internal sealed class ProvisionFinder(VaultParts parts)
{
    private const int OfOne = 10_000;

    private static readonly AccessClasses AboutAccess = AccessClasses.Of(DataCategory.Other);

    /// <summary>Entries of a stretch: what they say is held in memory.</summary>
    public int AtOnce { get; init; } = 2_000;

    /// <summary>
    /// What came after the marks, one stretch of it: whoever keeps it and its marks asks again until the end, and goes on from there after a stop. Of somebody erased nothing is found any
    /// more: whoever erases looks before.
    /// </summary>
    public async Task<ProvidedDays> After(IReadOnlyDictionary<long, long> marks, CancellationToken cancel)
    {
        var (reached, found, read) = (new Dictionary<long, long>(marks), new Dictionary<long, List<Opening>>(), 0);
        await using (var work = await parts.LogStore.Read(cancel))
        {
            foreach (var writer in await work.Query("select writer_no from log_writer order by writer_no", r => r.GetInt64(0), cancel))
            {
                var rows = await work.Query(
                    "select " + SealedEntry.Select + " from log_entry where writer_no = @writer and entry_no > @entry order by entry_no limit @limit", SealedEntry.Read, cancel,
                    ("@writer", writer), ("@entry", marks.TryGetValue(writer, out var mark) ? mark : -1), ("@limit", (long)(AtOnce - read)));
                foreach (var row in rows)
                    await Take(work, row, found, cancel);
                if (rows.Count > 0)
                    reached[writer] = rows[^1].EntryNo;
                if ((read += rows.Count) == AtOnce)
                    break;
            }
        }

        var days = new List<ProvidedDay>();
        foreach (var (resident, openings) in found)
            days.AddRange(await Days(new ResidentNo(resident), openings, cancel));
        return new ProvidedDays(days, reached, AtEnd: read < AtOnce);
    }

    /// <summary>Of the resident's newest entries.</summary>
    public async Task<IReadOnlyList<ProvidedDay>> Of(ResidentNo resident, CancellationToken cancel)
    {
        await using var work = await parts.LogStore.Read(cancel);
        var entries = await LogReader.Entries(work, resident, OfOne, cancel);
        return await Days(resident, [.. entries.Select(Opened).OfType<Opening>()], cancel);
    }

    private async Task Take(DbWork work, SealedEntry row, Dictionary<long, List<Opening>> found, CancellationToken cancel)
    {
        if ((row.ResidentNo is null && row.Residents is null) || Opened(row) is not { } opening)
            return;
        IReadOnlyList<long> residents = row.ResidentNo is { } one ? [one] : await work.Query(
            "select resident_no from log_listed where writer_no = @writer and entry_no = @entry", r => r.GetInt64(0), cancel, ("@writer", row.WriterNo), ("@entry", row.EntryNo));
        foreach (var resident in residents)
        {
            if (!found.TryGetValue(resident, out var openings))
                found[resident] = openings = [];
            openings.Add(opening);
        }
    }

    private Opening? Opened(SealedEntry row) =>
        LogBody.Open(parts.Ring, parts.Municipality, row) is { Refused: false, Kind: ActorKind.Application or ActorKind.Clinician } body && Gives(body.Action) ? new Opening(row.At, body) : null;

    private static bool Gives(string action) => action is LogAction.Read or LogAction.Search or LogAction.History or LogAction.Count or LogAction.Samples or LogAction.Files or LogAction.OpenFile
        or LogAction.AccessLog or LogAction.Grants or LogAction.BulkExport;

    private async Task<IReadOnlyList<ProvidedDay>> Days(ResidentNo resident, IReadOnlyList<Opening> openings, CancellationToken cancel)
    {
        if (openings.Count == 0 || await parts.ResidentKeys.Get(resident, cancel) is not { } keys)
            return [];
        var held = await Held(resident, keys, cancel);
        var grants = (await new Grants(parts).Of(resident, cancel)).Where(g => g.MacHolds(parts.Ring, parts.Municipality)).ToList();
        var days = new Dictionary<(ActorKind, string, DateOnly, long), ProvidedDay>();
        foreach (var (at, body) in openings)
        {
            var token = GrantRow.GranteeToken(parts.Ring, body.Kind, body.ActorId);
            if (grants.Find(g => g.Created <= at && string.Equals(g.Purpose, body.Purpose, StringComparison.Ordinal) && g.Grantee.AsSpan().SequenceEqual(token)) is not { } grant)
                continue;
            var classes = Given(resident, body, held.Where(r => !r.Deleted || r.Updated > at)).Intersect(new AccessClasses(keys.Classes.UndoMask((ulong)grant.Classes)));
            if (classes == AccessClasses.None)
                continue;
            var day = new ProvidedDay(resident, body.Kind, body.ActorId, TokyoDay.Of(Time.FromMicros(at)), body.Purpose, classes, grant.GrantNo, Time.FromMicros(grant.Created));
            var place = (day.To, day.ToId, day.Day, day.GrantNo);
            days[place] = days.TryGetValue(place, out var known) ? known with { Classes = new AccessClasses(known.Classes.Bits | classes.Bits) } : day;
        }

        return [.. days.Values];
    }

    private AccessClasses Given(ResidentNo resident, OpenedBody body, IEnumerable<HeldRow> held)
    {
        if (body.Action is LogAction.Samples)
            return AccessClasses.Of(DataCategory.Lifelog);
        if (body.Action is LogAction.AccessLog or LogAction.Grants)
            return AboutAccess;
        var seq = body is { Action: LogAction.Read or LogAction.History, Detail: { } id } ? parts.Ids.SeqOf(resident, id) : -1;
        if (body.Action is LogAction.Read && seq < 0)
            return AccessClasses.None;
        var types = body.Action is LogAction.Search or LogAction.History && seq < 0 ? (body.Detail ?? "").Split(',').Where(ResourceTypes.IsKnown).ToHashSet(StringComparer.Ordinal) : [];
        var bits = held.Where(r => seq >= 0 ? r.Seq == seq : types.Count == 0 || types.Contains(r.Type)).Aggregate(0UL, (all, r) => all | 1UL << r.Class);
        return new AccessClasses(bits);
    }

    private async Task<List<HeldRow>> Held(ResidentNo resident, ResidentKeys keys, CancellationToken cancel)
    {
        await using var work = await parts.Records.Read(cancel);
        var rows = await work.Query(
            "select seq, type, class, deleted, updated from record where resident_no = @resident",
            r => new HeldRow(r.GetInt64(0), ResourceTypes.NameOf((short)r.GetInt64(1)), keys.Classes.Undo((int)r.GetInt64(2)), r.GetInt64(3) != 0, r.GetInt64(4)), cancel, ("@resident", resident.Value));
        return [.. rows.Where(r => r.Class >= 0)];
    }

    private sealed record Opening(long At, OpenedBody Body);

    private readonly record struct HeldRow(long Seq, string Type, int Class, bool Deleted, long Updated);
}
