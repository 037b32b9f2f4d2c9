using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Seals;
using Tasuki.Vault;

namespace Tasuki.People;

/// <summary>What becomes of a line of a list.</summary>
internal enum LineFate
{
    New,
    Same,
    Changed,

    /// <summary>A line above has the same reference; that one counts.</summary>
    Doubled,

    /// <summary>A problem stands in the line; nothing of it is taken.</summary>
    Refused,
}

/// <param name="Notes">Problems, and what to look at: codes of <see cref="ListLine.Problems"/>, <c>namesake</c>, <c>moved-out</c>, <c>died</c>, <c>protected</c>.</param>
internal sealed record PlannedLine(ListLine Line, LineFate Fate, IReadOnlyList<string> Notes, EligibleRow? Row);

/// <summary>A list with the fate of every line.</summary>
internal sealed record ListPlan(long No, IReadOnlyList<PlannedLine> Lines, IReadOnlyList<string> Unread)
{
    public int Count(LineFate fate) => Lines.Count(l => l.Fate == fate);
}

/// <summary>
/// Takes a list of eligible residents over: it is kept sealed, its plan is shown, and on the officer's word everything in it is done in one transaction, or nothing. A list
/// is a part or the whole of the register; who is not in it stays as they are.
/// </summary>
internal sealed class TakeList(TasukiDb db, ISeal seal, RecordVault vault, ChangeStanding standing, TimeProvider clock)
{
    public const long MostBytes = 200 << 20;

    public static readonly TimeSpan Kept = TimeSpan.FromDays(7);

    private const int Group = 2_000;

    private static readonly Error Gone = new("list.gone", "The list was taken over, discarded, or is older than a week.");

    /// <param name="by">The account of the officer; 0 for an operator at the command line.</param>
    /// <summary>Keeps the bytes. Errors of <see cref="EligibleList.Read"/>.</summary>
    public async Task<Result<long>> Bring(long by, byte[] bytes, CancellationToken cancel)
    {
        if (EligibleList.Read(bytes, clock.Today()).Error is { } error)
            return error;
        var no = AccountSeals.RandomNo();
        db.Add(new ListFileRow { No = no, BroughtBy = by, Brought = clock.GetUtcNow(), Content = seal.SealForMunicipality(Place("list_file", no), bytes) });
        await db.SaveChangesAsync(cancel);
        db.ChangeTracker.Clear();
        return no;
    }

    /// <summary>What taking it over would do now. Error <c>list.gone</c>.</summary>
    public async Task<Result<ListPlan>> Plan(long no, CancellationToken cancel)
    {
        var since = clock.GetUtcNow() - Kept;
        var file = await db.Set<ListFileRow>().AsNoTracking().SingleOrDefaultAsync(f => f.No == no && f.Brought >= since, cancel);
        if (file is null || seal.OpenForMunicipality(Place("list_file", no), file.Content) is not { IsOk: true } bytes)
            return Gone;
        var read = EligibleList.Read(bytes.Value, clock.Today());
        if (!read.IsOk)
            return read.Error;
        var planned = new List<PlannedLine>(read.Value.Lines.Count);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var people = new HashSet<string>(StringComparer.Ordinal);
        foreach (var lines in read.Value.Lines.Chunk(Group))
            planned.AddRange(await PlanGroup(lines, seen, people, cancel));
        return new ListPlan(no, planned, read.Value.Unread);
    }

    /// <summary>Does it. Errors <c>list.gone</c>; <c>list.changed</c> when it would no longer do what was shown.</summary>
    /// <param name="shown">The counts the officer saw: new, changed, refused.</param>
    public async Task<Result<ListPlan>> Take(Vault.Actor actor, long no, (int New, int Changed, int Refused) shown, CancellationToken cancel)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        // Who deletes the file takes it over: a second press of the button finds none. When anything fails, it is back.
        var plan = await Plan(no, cancel);
        if (!plan.IsOk)
            return plan.Error;
        if ((plan.Value.Count(LineFate.New), plan.Value.Count(LineFate.Changed), plan.Value.Count(LineFate.Refused)) != shown)
            return new Error("list.changed", "The register changed since the list was shown; look at it again.");
        if (await db.Set<ListFileRow>().Where(f => f.No == no).ExecuteDeleteAsync(cancel) == 0)
            return Gone;
        var follow = new List<EligibleRow>();
        foreach (var lines in plan.Value.Lines.Where(l => l.Fate is LineFate.New or LineFate.Changed).Chunk(Group))
        {
            foreach (var line in lines)
            {
                var row = line.Row is null ? NewRow(line.Line) : Changed(line.Row, line.Line);
                if (line.Row is { ResidentNo: not null })
                    follow.Add(row);
            }

            await db.SaveChangesAsync(cancel);
            db.ChangeTracker.Clear();
        }

        await vault.LogDesk(actor, string.Create(
            CultureInfo.InvariantCulture, $"list new {plan.Value.Count(LineFate.New)} changed {plan.Value.Count(LineFate.Changed)} refused {plan.Value.Count(LineFate.Refused)}"), cancel);
        await transaction.CommitAsync(cancel);
        // What follows for accounts is brought about again by the sweep when this is cut off.
        foreach (var row in follow)
            await standing.FollowUp(row, cancel);
        return plan;
    }

    public Task Discard(long no, CancellationToken cancel) => db.Set<ListFileRow>().Where(f => f.No == no).ExecuteDeleteAsync(cancel);

    public Task<int> Sweep(CancellationToken cancel)
    {
        var since = clock.GetUtcNow() - Kept;
        return db.Set<ListFileRow>().Where(f => f.Brought < since).ExecuteDeleteAsync(cancel);
    }

    /// <summary>Writes a person into an entry, with the tokens it is found by. The caller makes the MAC.</summary>
    public void Put(EligibleRow row, ListedPerson person) =>
        (row.Person, row.Content) = (seal.Person(person.FamilyKana + person.GivenKana, person.BirthDate), Sealed(row.No, person));

    public Result<ListedPerson> Open(EligibleRow row) => seal.OpenForMunicipality(Place("eligible", row.No), row.Content).Map(p => System.Text.Json.JsonSerializer.Deserialize<ListedPerson>(p)!);

    private async Task<IReadOnlyList<PlannedLine>> PlanGroup(IReadOnlyList<ListLine> lines, HashSet<string> seen, HashSet<string> people, CancellationToken cancel)
    {
        var tokens = lines.Select(l => l.Person is { } p ? (Reference: seal.Reference(p.Reference), Person: seal.Person(p.FamilyKana + p.GivenKana, p.BirthDate)) : default).ToList();
        var references = tokens.Where(t => t.Reference is not null).Select(t => t.Reference).ToList();
        var persons = tokens.Where(t => t.Person is not null).Select(t => t.Person).ToList();
        var known = (await db.Set<EligibleRow>().AsNoTracking().Where(r => references.Contains(r.Reference)).ToListAsync(cancel)).ToDictionary(r => Convert.ToHexString(r.Reference), StringComparer.Ordinal);
        var namesakes = (await db.Set<EligibleRow>().AsNoTracking().Where(r => persons.Contains(r.Person)).Select(r => new { r.Person, r.Reference }).ToListAsync(cancel))
            .ToLookup(r => Convert.ToHexString(r.Person), r => Convert.ToHexString(r.Reference), StringComparer.Ordinal);
        var planned = new List<PlannedLine>(lines.Count);
        for (var i = 0; i < lines.Count; i++)
        {
            var line = lines[i];
            if (line.Person is null)
            {
                planned.Add(new PlannedLine(line, LineFate.Refused, line.Problems, null));
                continue;
            }

            var (reference, person) = (Convert.ToHexString(tokens[i].Reference), Convert.ToHexString(tokens[i].Person));
            if (!seen.Add(reference))
            {
                planned.Add(new PlannedLine(line, LineFate.Doubled, ["doubled"], null));
                continue;
            }

            var notes = new List<string>(line.Problems);
            if (!people.Add(person) || namesakes[person].Any(r => r != reference))
                notes.Add("namesake");
            if (line.Movement is EligibleState.MovedOut or EligibleState.Died)
                notes.Add(line.Movement is EligibleState.Died ? "died" : "moved-out");
            if (line.Protected)
                notes.Add("protected");
            var row = known.GetValueOrDefault(reference);
            planned.Add(new PlannedLine(line, row is null ? LineFate.New : IsSame(row, line) ? LineFate.Same : LineFate.Changed, notes, row));
        }

        return planned;
    }

    // A list may set a protection flag and never lifts one: that is done by hand, with a reason.
    private bool IsSame(EligibleRow row, ListLine line) =>
        Open(row) is { IsOk: true } there && there.Value == line.Person && StateOf(row, line) == row.State && (row.Protected || !line.Protected);

    private static EligibleState StateOf(EligibleRow row, ListLine line) => line.Movement switch
    {
        EligibleState.MovedOut or EligibleState.Died => line.Movement.Value,
        // Who moved in again is where they were: with an account or without.
        EligibleState.Listed when row.State is EligibleState.MovedOut => row.ResidentNo is null ? EligibleState.Listed : EligibleState.Enrolled,
        _ => row.State,
    };

    private EligibleRow NewRow(ListLine line)
    {
        var person = line.Person!;
        var no = AccountSeals.RandomNo();
        var row = new EligibleRow
        {
            No = no, Reference = seal.Reference(person.Reference), Person = seal.Person(person.FamilyKana + person.GivenKana, person.BirthDate),
            State = line.Movement ?? EligibleState.Listed, Protected = line.Protected, ResidentNo = null, Changed = clock.GetUtcNow(), Mac = [], Content = Sealed(no, person),
        };
        row.Mac = seal.MacOf(row);
        db.Add(row);
        return row;
    }

    private EligibleRow Changed(EligibleRow row, ListLine line)
    {
        db.Attach(row);
        var person = line.Person!;
        (row.State, row.Protected, row.Changed) = (StateOf(row, line), row.Protected || line.Protected, clock.GetUtcNow());
        Put(row, person);
        row.Mac = seal.MacOf(row);
        return row;
    }

    private byte[] Sealed(long no, ListedPerson person) => seal.SealForMunicipality(Place("eligible", no), System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(person));

    internal static SealPlace Place(string table, long no) => new(table, "content", no.ToString(CultureInfo.InvariantCulture));
}
