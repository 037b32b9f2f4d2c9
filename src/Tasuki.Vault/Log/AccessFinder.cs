using Tasuki.Fhir;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Vault.RecordStore;
using Tasuki.Vault.Store;

namespace Tasuki.Vault.Log;

/// <summary>
/// Finds whose records were read, in the access log alone; where a category is asked for, in the classes of the rows the entries speak of, none of which is opened. What
/// people read of their own is no access. A look that does not say at which records counts for every category its person has.
/// </summary>
internal sealed class AccessFinder(VaultParts parts, AccessQuestion asked)
{
    private const int AtOnce = 2_000;

    private readonly Dictionary<long, Touched> _found = [];
    private long _unreadable;

    public async Task<AffectedPersons> Find(CancellationToken cancel)
    {
        await using (var work = await parts.LogStore.Read(cancel))
        {
            for (var (writer, entry) = (-1L, -1L); ;)
            {
                var rows = await work.Query(
                    $"""
                    select {SealedEntry.Select} from log_entry where (writer_no > @writer or (writer_no = @writer and entry_no > @entry)) and at >= @from and at < @until
                    and (resident_no is not null or residents is not null) order by writer_no, entry_no limit {AtOnce}
                    """,
                    SealedEntry.Read, cancel, ("@writer", writer), ("@entry", entry), ("@from", Time.Micros(asked.From)), ("@until", Time.Micros(asked.Until)));
                foreach (var row in rows)
                    await Take(work, row, cancel);
                if (rows.Count < AtOnce)
                    break;
                (writer, entry) = (rows[^1].WriterNo, rows[^1].EntryNo);
            }
        }

        var persons = new List<AffectedPerson>();
        foreach (var (no, touched) in _found.OrderBy(f => f.Key))
        {
            if (asked.Category is not { } category || await Holds(new ResidentNo(no), touched, category, cancel))
                persons.Add(new AffectedPerson(new ResidentNo(no), touched.Times, touched.Records));
        }

        return new AffectedPersons(persons, _unreadable);
    }

    private async Task Take(DbWork work, SealedEntry row, CancellationToken cancel)
    {
        if (LogBody.Open(parts.Ring, parts.Municipality, row) is not { } body)
        {
            _unreadable++;
            return;
        }

        if (body.Refused || body.Kind is ActorKind.Resident || !IsAsked(body) || (Reads(body.Action) is var records && !records && !LooksUp(body.Action)))
            return;
        IReadOnlyList<long> residents = row.ResidentNo is { } one ? [one] : await work.Query(
            "select resident_no from log_listed where writer_no = @writer and entry_no = @entry", r => r.GetInt64(0), cancel, ("@writer", row.WriterNo), ("@entry", row.EntryNo));
        foreach (var no in residents)
        {
            if (!_found.TryGetValue(no, out var touched))
                _found[no] = touched = new Touched();
            touched.Times++;
            touched.Records |= records;
            touched.Note(body, body.Detail is { } id ? parts.Ids.SeqOf(new ResidentNo(no), id) : -1);
        }
    }

    private bool IsAsked(OpenedBody body) => asked.By switch
    {
        AccessBy.Staff => body.Kind is ActorKind.Officer or ActorKind.Clinician && string.Equals(body.ActorId, asked.Who, StringComparison.Ordinal),
        AccessBy.App => body.Kind is ActorKind.Application
            && (string.Equals(body.ActorId, asked.Who, StringComparison.Ordinal) || body.ActorId.StartsWith($"{asked.Who}/", StringComparison.Ordinal)),
        AccessBy.Category => Reads(body.Action),
        _ => true,
    };

    private static bool Reads(string action) => action is LogAction.Read or LogAction.Search or LogAction.History or LogAction.Count or LogAction.Samples or LogAction.Files or LogAction.OpenFile
        or LogAction.AccessLog or LogAction.Grants or LogAction.BulkExport or LogAction.Disclosure;

    private static bool LooksUp(string action) => action is LogAction.Registry or LogAction.Inquiry or LogAction.LegalRequest;

    // Of somebody erased nothing can be told any more, and nobody be told.
    private async Task<bool> Holds(ResidentNo resident, Touched touched, DataCategory category, CancellationToken cancel)
    {
        if (await parts.ResidentKeys.Get(resident, cancel) is not { } keys)
            return false;
        if (touched.Samples && category is DataCategory.Lifelog)
            return true;
        await using var work = await parts.Records.Read(cancel);
        var rows = await work.Query(
            "select seq, type, class from record where resident_no = @resident", r => (Seq: r.GetInt64(0), Type: r.GetInt64(1), Class: (int)r.GetInt64(2)), cancel, ("@resident", resident.Value));
        return rows.Any(r => keys.Classes.Undo(r.Class) is >= 0 and var index && AccessClass.FromIndex(index).Category == category
            && (touched.Anything || touched.Seqs.Contains(r.Seq) || touched.Types.Contains(ResourceTypes.NameOf((short)r.Type))));
    }

    /// <summary>What the entries say of one person.</summary>
    private sealed class Touched
    {
        public int Times { get; set; }

        public bool Records { get; set; }

        public bool Anything { get; private set; }

        public bool Samples { get; private set; }

        public HashSet<long> Seqs { get; } = [];

        public HashSet<string> Types { get; } = new(StringComparer.Ordinal);

        public void Note(OpenedBody body, long seq)
        {
            var types = body.Action is LogAction.Search or LogAction.History ? (body.Detail ?? "").Split(',').Where(ResourceTypes.IsKnown).ToList() : [];
            if (body.Action is LogAction.Samples)
                Samples = true;
            else if (body.Action is LogAction.Read or LogAction.History && seq >= 0)
                Seqs.Add(seq);
            else if (types.Count > 0)
                Types.UnionWith(types);
            else if (Reads(body.Action) && body.Action is not (LogAction.AccessLog or LogAction.Grants))
                Anything = true;
        }
    }
}
