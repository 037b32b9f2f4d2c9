using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Seals;
using Tasuki.Vault;

namespace Tasuki.People;

/// <summary>An entry of the list as an officer sees it. Of a protected person the address is null unless another officer allowed it.</summary>
internal sealed record FoundEntry(EligibleRow Row, ListedPerson Person, bool HidesAddress, AddressRequestRow? Request);

/// <summary>A letter to print: who it goes to and the code in it.</summary>
internal sealed record CodeLetter(ListedPerson Person, string Code, DateTimeOffset Ends);

/// <summary>
/// The desk's view of the list: find by exact kana name and birth date or by reference, hand codes over, send them by letter, set standings and protection. Every act is an
/// entry under the officer's name, one the person sees where they have an account.
/// </summary>
internal sealed class EnrolmentDesk(TasukiDb db, ISeal seal, RecordVault vault, TakeList lists, EnrolmentCodes codes, ChangeStanding standing, TwoOfficers officers, PeopleOptions options, TimeProvider clock)
{
    /// <summary>How long a protected address is shown after another officer allowed it.</summary>
    public static readonly TimeSpan AddressShown = TimeSpan.FromMinutes(30);

    public const int MostLetters = 200_000;

    private const int Group = 2_000;

    private static readonly Error NoEntry = new("desk.no-entry", "The list has no such entry.");
    private static readonly Error NotNow = new("desk.state", "The entry is not in a state for this.");
    private static readonly Error SameOfficer = new("desk.same-officer", "Who asked cannot be the one who allows it.");
    private static readonly Error Moved = new("desk.changed", "Somebody changed the entry in this moment; look at it again.");

    /// <summary>Of protected persons only who may protect finds them; for everybody else they are not there.</summary>
    public async Task<IReadOnlyList<FoundEntry>> Find(StaffMember officer, string kana, DateOnly birthDate, CancellationToken cancel)
    {
        var token = seal.Person(kana, birthDate);
        return await Seen(officer, await db.Set<EligibleRow>().AsNoTracking().Where(e => e.Person == token).Take(20).ToListAsync(cancel), "look-up", cancel);
    }

    public async Task<FoundEntry?> FindByReference(StaffMember officer, string reference, CancellationToken cancel)
    {
        var token = seal.Reference(reference);
        return (await Seen(officer, await db.Set<EligibleRow>().AsNoTracking().Where(e => e.Reference == token).ToListAsync(cancel), "look-up", cancel)).FirstOrDefault();
    }

    public async Task<FoundEntry?> Get(StaffMember officer, long no, CancellationToken cancel) =>
        (await Seen(officer, await db.Set<EligibleRow>().AsNoTracking().Where(e => e.No == no).ToListAsync(cancel), "look-up", cancel)).FirstOrDefault();

    /// <summary>A code to print and hand over after a look at an identity document. Errors <c>desk.no-entry</c>, <c>desk.state</c> (has an account already, moved, died).</summary>
    public async Task<Result<(string Code, DateTimeOffset Ends)>> HandOver(StaffMember officer, long no, CancellationToken cancel)
    {
        if (await Row(officer, no, cancel) is not { } row)
            return NoEntry;
        if (row.State is not EligibleState.Listed)
            return NotNow;
        var code = (await codes.Issue(officer, [row], CodeWay.Counter, cancel))[0];
        await Log(officer, row, "code-counter", cancel);
        await db.SaveChangesAsync(cancel);
        return (code, clock.GetUtcNow() + options.EnrolmentCodeAtCounterLife);
    }

    /// <summary>How many letters a run now would print.</summary>
    public Task<int> CountLetters(CancellationToken cancel) => Waiting().CountAsync(cancel);

    /// <summary>
    /// Codes for everybody who has neither an account nor a code that still counts, but protected persons. All of them in one transaction: a run that fails printed nothing.
    /// The codes are in the answer and nowhere else.
    /// </summary>
    public async Task<IReadOnlyList<CodeLetter>> Letters(StaffMember officer, int most, CancellationToken cancel)
    {
        var letters = new List<CodeLetter>();
        var ends = clock.GetUtcNow() + options.EnrolmentCodeByLetterLife;
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        foreach (var rows in (await Waiting().AsNoTracking().OrderBy(e => e.No).Take(Math.Min(most, MostLetters)).ToListAsync(cancel)).Chunk(Group))
        {
            var whole = rows.Where(IsWhole).Select(r => (Row: r, Person: lists.Open(r))).Where(r => r.Person is { IsOk: true, Value.Address: not null }).ToList();
            var issued = await codes.Issue(officer, [.. whole.Select(r => r.Row)], CodeWay.Letter, cancel);
            letters.AddRange(whole.Zip(issued, (r, code) => new CodeLetter(r.Person.Value, code, ends)));
            await db.SaveChangesAsync(cancel);
            db.ChangeTracker.Clear();
        }

        await vault.LogDesk(officer.Actor, string.Create(CultureInfo.InvariantCulture, $"letters {letters.Count}"), cancel);
        await transaction.CommitAsync(cancel);
        return letters;
    }

    /// <summary>Sets or lifts the protection flag; it acts on the next request. Errors <c>desk.no-entry</c>, <c>desk.changed</c>.</summary>
    /// <remarks>Lifting shows the address again, so it takes what seeing the address takes: <c>desk.same-officer</c> until another officer allowed it.</remarks>
    public async Task<Result<Done>> Protect(StaffMember officer, long no, bool protect, CancellationToken cancel) =>
        protect || IsAllowed(officer, await NewestRequest(no, cancel)) ? await Change(officer, no, row => row.Protected = protect, protect ? "protect" : "unprotect", cancel) : SameOfficer;

    /// <summary>
    /// Corrects what the list says of a person, after a look at a document; an account of theirs follows and its person is told. What is not shown is not changed: the address of a
    /// protected person stays. Errors <c>desk.no-entry</c>, <c>desk.changed</c>, and <c>desk.person</c> with the problem of a line that could not be taken.
    /// </summary>
    /// <param name="field">By the names of the columns of a list.</param>
    public async Task<Result<Done>> Correct(StaffMember officer, long no, Func<string, string> field, CancellationToken cancel)
    {
        if (await Row(officer, no, cancel) is not { } row || lists.Open(row) is not { IsOk: true, Value: var known })
            return NoEntry;
        var line = EligibleList.One(name => name is "reference" ? known.Reference : field(name).Trim(), clock.Today());
        if (line.Person is not { } said)
            return new Error("desk.person", line.Problems[0]);
        var hides = row.Protected && !IsAllowed(officer, await NewestRequest(no, cancel));
        return await Change(officer, no, entry => lists.Put(entry, hides ? said with { PostalCode = known.PostalCode, Address = known.Address } : said), "corrected", cancel);
    }

    /// <summary>Moved out, died, or back. Errors <c>desk.no-entry</c>, <c>desk.changed</c>.</summary>
    public Task<Result<Done>> SetState(StaffMember officer, long no, EligibleState state, CancellationToken cancel) =>
        Change(officer, no, row => row.State = state is EligibleState.Listed && row.ResidentNo is not null ? EligibleState.Enrolled : state, ChangeStanding.Word(state), cancel);

    /// <summary>Asks to see a protected address. Errors <c>desk.no-entry</c>, <c>desk.state</c>.</summary>
    public async Task<Result<Done>> AskForAddress(StaffMember officer, long no, string reason, CancellationToken cancel)
    {
        if (await Row(officer, no, cancel) is not { } row)
            return NoEntry;
        if (!row.Protected || string.IsNullOrWhiteSpace(reason))
            return NotNow;
        var number = AccountSeals.RandomNo();
        var request = new AddressRequestRow
        {
            No = number, EligibleNo = no, AskedBy = officer.No, Asked = clock.GetUtcNow(), Mac = [],
            Reason = seal.SealForMunicipality(new SealPlace("address_request", "reason", number.ToString(CultureInfo.InvariantCulture)), System.Text.Encoding.UTF8.GetBytes(reason)),
        };
        request.Mac = seal.MacOf(request);
        db.Add(request);
        await Log(officer, row, "address-asked", cancel);
        await db.SaveChangesAsync(cancel);
        return Done.Yes;
    }

    /// <summary>Allows the newest open request for an address: another officer than who asked. Errors <c>desk.no-entry</c>, <c>desk.state</c>, <c>desk.same-officer</c>, <c>desk.changed</c>.</summary>
    public async Task<Result<Done>> AllowAddress(StaffMember officer, long no, CancellationToken cancel)
    {
        if (await Row(officer, no, cancel) is not { } row)
            return NoEntry;
        if (await OpenRequest(no, cancel) is not { } request)
            return NotNow;
        if (await officers.MayBeOne(request.AskedBy, officer.No, cancel))
            return SameOfficer;
        var before = request.Mac;
        (request.AllowedBy, request.Until) = (officer.No, clock.GetUtcNow() + AddressShown);
        request.Mac = seal.MacOf(request);
        await Log(officer, row, "address-allowed", cancel);
        return await db.Set<AddressRequestRow>().Where(r => r.No == request.No && r.Mac == before).ExecuteUpdateAsync(
            s => s.SetProperty(r => r.AllowedBy, request.AllowedBy).SetProperty(r => r.Until, request.Until).SetProperty(r => r.Mac, request.Mac), cancel) == 1 ? Done.Yes : Moved;
    }

    private IQueryable<EligibleRow> Waiting()
    {
        var now = clock.GetUtcNow();
        return db.Set<EligibleRow>().Where(e => e.State == EligibleState.Listed && !e.Protected && !db.Set<EnrolmentCodeRow>().Any(c => c.EligibleNo == e.No && c.Used == null && c.Ends > now));
    }

    private async Task<Result<Done>> Change(StaffMember officer, long no, Action<EligibleRow> change, string word, CancellationToken cancel)
    {
        if (await Row(officer, no, cancel) is not { } row)
            return NoEntry;
        var before = row.Mac;
        change(row);
        row.Changed = clock.GetUtcNow();
        row.Mac = seal.MacOf(row);
        // The entry of the log stands before the change, so that none happens unseen.
        await Log(officer, row, word, cancel);
        var changed = await db.Set<EligibleRow>().Where(e => e.No == no && e.Mac == before).ExecuteUpdateAsync(
            s => s.SetProperty(e => e.State, row.State).SetProperty(e => e.Protected, row.Protected).SetProperty(e => e.Changed, row.Changed)
                .SetProperty(e => e.Person, row.Person).SetProperty(e => e.Content, row.Content).SetProperty(e => e.Mac, row.Mac), cancel);
        if (changed != 1)
            return Moved;
        if (row is { Protected: true } or { State: not EligibleState.Listed })
            await db.Set<EnrolmentCodeRow>().Where(c => c.EligibleNo == no && c.Used == null && (row.State != EligibleState.Listed || c.Way == CodeWay.Letter)).ExecuteDeleteAsync(cancel);
        await standing.FollowUp(row, cancel, isLogged: true);
        return Done.Yes;
    }

    private async Task<EligibleRow?> Row(StaffMember officer, long no, CancellationToken cancel) =>
        await db.Set<EligibleRow>().AsNoTracking().SingleOrDefaultAsync(e => e.No == no, cancel) is { } row && IsWhole(row) && MaySee(officer, row) ? row : null;

    private async Task<IReadOnlyList<FoundEntry>> Seen(StaffMember officer, IReadOnlyList<EligibleRow> rows, string word, CancellationToken cancel)
    {
        var found = new List<FoundEntry>();
        foreach (var row in rows)
        {
            if (!IsWhole(row))
                continue;
            // Whoever looks for a protected person is an entry too, found or not.
            await Log(officer, row, word, cancel);
            if (!MaySee(officer, row) || lists.Open(row) is not { IsOk: true } person)
                continue;
            var request = row.Protected ? await NewestRequest(row.No, cancel) : null;
            var shown = !row.Protected || IsAllowed(officer, request);
            if (row.Protected && shown)
                await Log(officer, row, "address-seen", cancel);
            found.Add(new FoundEntry(row, shown ? person.Value : person.Value with { Address = null, PostalCode = null }, !shown, request));
        }

        return found;
    }

    private async Task<AddressRequestRow?> NewestRequest(long no, CancellationToken cancel)
    {
        var since = clock.GetUtcNow().AddDays(-1);
        return await db.Set<AddressRequestRow>().AsNoTracking().Where(r => r.EligibleNo == no && r.Asked >= since).OrderByDescending(r => r.Asked).FirstOrDefaultAsync(cancel) is { } request
            && request.Mac.AsSpan().SequenceEqual(seal.MacOf(request)) ? request : null;
    }

    private async Task<AddressRequestRow?> OpenRequest(long no, CancellationToken cancel) => await NewestRequest(no, cancel) is { AllowedBy: null } request ? request : null;

    private bool IsAllowed(StaffMember officer, AddressRequestRow? request) => request is { AllowedBy: not null } && request.AskedBy == officer.No && request.Until > clock.GetUtcNow();

    private static bool MaySee(StaffMember officer, EligibleRow row) => !row.Protected || officer.Has(DeskRight.Protect);

    private bool IsWhole(EligibleRow row) => row.Mac.AsSpan().SequenceEqual(seal.MacOf(row));

    private Task Log(StaffMember officer, EligibleRow row, string word, CancellationToken cancel) => row.ResidentNo is { } resident
        ? vault.LogRegistry(officer.Actor, new ResidentNo(resident), word, cancel, Purpose.Operation)
        : vault.LogDesk(officer.Actor, string.Create(CultureInfo.InvariantCulture, $"entry {row.No} {word}"), cancel);
}
