using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Vault.Keys;
using Tasuki.Vault.Log;
using Tasuki.Vault.RecordStore;
using Tasuki.Vault.Search;
using Tasuki.Vault.Store;

namespace Tasuki.Vault;

/// <summary>What a session may see and do. It is a predicate of every statement, and every opened row is held against it again.</summary>
/// <param name="PeriodFrom">Milliseconds; with <paramref name="PeriodTo"/> the record's main date must overlap the period, and a record without date is outside it.</param>
internal sealed record SessionLimit(AccessClasses Classes, long? PeriodFrom, long? PeriodTo, bool MayWrite)
{
    /// <summary>Everything: files and the log of access belong to no class and are open to such sessions alone.</summary>
    public bool IsWhole => Classes == AccessClasses.All && PeriodFrom is null && PeriodTo is null;

    /// <summary>What both leave open. Whether it may write stays as it is.</summary>
    public SessionLimit Within(SessionLimit other) => this with
    {
        Classes = Classes.Intersect(other.Classes), PeriodFrom = Later(PeriodFrom, other.PeriodFrom), PeriodTo = -Later(-PeriodTo, -other.PeriodTo),
    };

    private static long? Later(long? one, long? other) => one is null || other > one ? other : one;

    public bool Allows(AccessClass one, long? dateFrom, long? dateTo) =>
        Classes.Contains(one) && (PeriodFrom is null || dateTo > PeriodFrom) && (PeriodTo is null || dateFrom < PeriodTo);
}

/// <summary>
/// The one door to records. Here a read is allowed or refused, and nowhere else:
/// a resident has the whole of their own records for the purposes that are theirs; the operator and jobs, with a reason, the whole for the purpose of operation; a job
/// the whole, to read, for a request under the Act;
/// everybody else what the newest live grant to them for that purpose says. All other askers, and all askers for a resident who is unknown, closing or erased,
/// get one and the same answer after one and the same statement.
/// </summary>
internal sealed class Gate(VaultParts parts)
{
    private const int GrantColumns = 4;
    private const int ColumnsBehindGrant = 15;
    private static readonly string Grants = GrantsFor("= @purpose");

    private const string Record = " left join record c on c.resident_no = r.resident_no and c.seq = @seq and c.deleted = 0";

    // The limit of the grant as far as columns know it; the opened row is held against the whole of it.
    private const string WithinGrant =
        " and ((g.classes >> c.class) & 1) = 1 and (g.period_from is null or c.date_to > g.period_from) and (g.period_to is null or c.date_from < g.period_to)";

    private const string OfResident = " where r.resident_no = @resident";
    private static readonly string SqlOwn = $"select {ResidentStatus.Select} from resident r{OfResident}";
    private static readonly string SqlOwnWithRecord = $"select {ResidentStatus.Select}, {RecordRow.SelectOf("c")} from resident r{Record}{OfResident}";
    private static readonly string SqlByGrant = $"select {ResidentStatus.Select}, {GrantRow.Select} from resident r{Grants}{OfResident} order by g.grant_no desc";
    private static readonly string SqlByGrantWithRecord =
        $"select {ResidentStatus.Select}, {GrantRow.Select}, {RecordRow.SelectOf("c")} from resident r{Grants}{Record}{WithinGrant}{OfResident} order by g.grant_no desc";

    private static readonly string SqlOwnToWrite = $"select {ResidentStatus.Select}, {ResidentRow.Place} from resident r{OfResident}";
    private static readonly string SqlByGrantToWrite =
        $"select {ResidentStatus.Select}, {GrantRow.Select}, {ResidentRow.Place} from resident r{GrantsFor("in (@purpose, @writing)")}{OfResident} order by g.grant_no desc";

    private readonly LimitGuesses _guesses = new();

    public static readonly Error OnlyToRead = new("gate.only-to-read", "The gate opens to read, and not to write.");

    public static readonly Error Refused = new("gate.refused", "The gate does not open: not allowed, or no such resident.");

    /// <param name="inRun">The reads stand in an entry already (<see cref="LoggedRun"/>).</param>
    public async Task<Result<Session>> Open(Actor actor, ResidentNo resident, string purpose, CancellationToken cancel, bool inRun = false)
    {
        var asked = await Ask(actor, resident, purpose, seq: null);
        if (asked.State == ResidentState.Open && await Limit(actor, resident, purpose, asked.Grants, cancel) is { } limit)
            return new Session(parts, actor, resident, purpose, limit, inRun);

        await LogRefused(actor, resident, purpose);
        return Refused;
    }

    public Task LogRefused(Actor actor, ResidentNo resident, string purpose) =>
        parts.Log.Append(new LogEntry(resident, actor, Known(purpose), LogAction.Open, Detail: null, Refused: true));

    /// <summary>
    /// To read and to write, in one round trip: what is written is found and changed only where it may be read too. The session knows how the resident's row stands, so that its first change need
    /// not ask. Errors <c>gate.refused</c>, and <c>gate.only-to-read</c>.
    /// </summary>
    public async Task<Result<Session>> OpenToWrite(Actor actor, ResidentNo resident, string reading, string writing, CancellationToken cancel)
    {
        var byGrant = ByGrant(actor);
        ResidentRow? stands = null;
        var grants = new List<GrantRow>();
        await parts.Records.Ask(new Question(
            [byGrant ? ByGrantStatement(actor, resident, reading, SqlByGrantToWrite, ("@writing", writing)) : new Statement(SqlOwnToWrite, ("@resident", resident.Value))],
            () =>
            {
                stands = null;
                grants.Clear();
            },
            (_, row) =>
            {
                stands = ResidentRow.From(parts, resident, row, place: byGrant ? ColumnsBehindGrant : GrantColumns, status: 0);
                if (byGrant && !row.IsDBNull(GrantColumns))
                    grants.Add(GrantRow.Read(resident, row, GrantColumns));
            }));
        var reads = false;
        if (stands is { State: ResidentState.Open } && await Limit(actor, resident, reading, Of(reading), cancel) is { } read)
        {
            reads = true;
            if (await Limit(actor, resident, writing, Of(writing), cancel) is { } write)
                return new Session(parts, actor, resident, writing, write.Within(read)) { Stands = stands };
        }

        await LogRefused(actor, resident, reads ? writing : reading);
        return reads ? OnlyToRead : Refused;

        List<GrantRow> Of(string purpose) => grants.FindAll(grant => string.Equals(grant.Purpose, purpose, StringComparison.Ordinal));
    }

    /// <summary>
    /// The gate and one record behind it in one statement: what <see cref="Open"/> and <see cref="Session.Read"/> do in two. Errors <c>gate.refused</c> and
    /// <c>record.missing</c>, as theirs.
    /// </summary>
    public async Task<Result<StoredRecord>> Read(Actor actor, ResidentNo resident, string purpose, string id, CancellationToken cancel)
    {
        var seq = parts.Ids.SeqOf(resident, id);
        var asked = await Ask(actor, resident, purpose, seq);
        if (asked.State != ResidentState.Open || await Limit(actor, resident, purpose, asked.Grants, cancel) is not { } limit)
        {
            await LogRefused(actor, resident, purpose);
            return Refused;
        }

        var entry = parts.Log.Append(new LogEntry(resident, actor, purpose, LogAction.Read, seq < 0 ? null : id, Refused: false));
        var record = asked.Record is { } row && await parts.ResidentKeys.Get(resident, cancel) is { } keys
            ? new RecordReads(parts, new RecordOpener(parts, actor, resident, purpose), limit).Opened(keys, row, RecordRow.Current) : null;
        await entry;
        return record is null ? Session.Missing : record;
    }

    /// <summary>The gate and the first page behind it in one round trip. Errors <c>gate.refused</c> and those of <see cref="Session.Search"/>.</summary>
    public async Task<Result<RecordPage>> Search(Actor actor, ResidentNo resident, string purpose, RecordQuery query, CancellationToken cancel)
    {
        // A chain reads before its page.
        var chained = ChainSets.In(query.Predicate).Any();
        if (ByGrant(actor))
        {
            if (!chained && await SearchAsGuessed(actor, resident, purpose, query, cancel) is { } guessed)
                return guessed;
            var granted = await Open(actor, resident, purpose, cancel);
            if (granted.IsOk)
                _guesses.Remember(actor, resident, purpose, granted.Value.Limit);
            return granted.IsOk ? await granted.Value.Search(query, cancel) : granted.Error;
        }

        if (chained)
        {
            var opened = await Open(actor, resident, purpose, cancel);
            return opened.IsOk ? await opened.Value.Search(query, cancel) : opened.Error;
        }

        ResidentState? state = null;
        var question = new GateQuestion(
            new Statement(SqlOwn, ("@resident", resident.Value)), () => state = null, row => state = ResidentStatus.Read(parts, resident, row, 0)?.State,
            () => state == ResidentState.Open);
        if (Whole(actor, resident, purpose) is { } limit)
        {
            var found = await new Session(parts, actor, resident, purpose, limit).Search(query, cancel, question);
            if (!found.IsOk || question.Opened)
                return found;
        }

        await LogRefused(actor, resident, purpose);
        return Refused;
    }

    /// <summary>The gate and a write behind it: the write's own first question is the gate's. Errors as <see cref="Session.Write"/>.</summary>
    public async Task<Result<IReadOnlyList<WrittenRecord>>> Write(
        Actor actor, ResidentNo resident, string purpose, IReadOnlyList<NewRecord> records, CancellationToken cancel)
    {
        if (Whole(actor, resident, purpose) is { MayWrite: true } limit && records.Count > 0)
        {
            var written = await new Session(parts, actor, resident, purpose, limit).Write(records, cancel);
            if (written.IsOk)
                return written;
        }
        else if (await Open(actor, resident, purpose, cancel) is { IsOk: true } opened)
        {
            return await opened.Value.Write(records, cancel);
        }
        else
        {
            return Refused;
        }

        await LogRefused(actor, resident, purpose);
        return Refused;
    }

    // The limit of a grantee stands in the grant, which the page's statement must know: it is written with what the grantee had last, and counts only where the
    // grant that came in the same round trip says the very same. Null: ask one after the other.
    private async Task<Result<RecordPage>?> SearchAsGuessed(Actor actor, ResidentNo resident, string code, RecordQuery query, CancellationToken cancel)
    {
        if (!parts.Purposes.TryGetValue(code, out var purpose) || _guesses.Of(actor, resident, code) is not { } guess || await parts.ResidentKeys.Get(resident, cancel) is not { } keys)
            return null;
        ResidentState? state = null;
        var grants = new List<GrantRow>();
        var question = new GateQuestion(
            ByGrantStatement(actor, resident, code, SqlByGrant),
            () =>
            {
                state = null;
                grants.Clear();
            },
            row =>
            {
                state = ResidentStatus.Read(parts, resident, row, first: 0)?.State;
                if (!row.IsDBNull(GrantColumns))
                    grants.Add(GrantRow.Read(resident, row, GrantColumns));
            },
            () => state == ResidentState.Open && Granted(actor, resident, purpose, grants, keys) == guess);
        var found = await new Session(parts, actor, resident, code, guess).Search(query, cancel, question);
        if (!found.IsOk || question.Opened)
            return found;
        _guesses.Forget(actor, resident, code);
        return null;
    }

    private async ValueTask<SessionLimit?> Limit(Actor actor, ResidentNo resident, string code, List<GrantRow> grants, CancellationToken cancel) =>
        !ByGrant(actor) ? Whole(actor, resident, code)
        : parts.Purposes.TryGetValue(code, out var purpose) ? await ByGrant(actor, resident, purpose, grants, cancel) : null;

    private static bool ByGrant(Actor actor) => actor.Kind is not (ActorKind.Resident or ActorKind.Operator or ActorKind.Job);

    // What somebody has by what they are, if the account is open.
    private SessionLimit? Whole(Actor actor, ResidentNo resident, string code)
    {
        if (!parts.Purposes.TryGetValue(code, out var purpose))
            return null;

        if (actor.Kind is ActorKind.Resident)
        {
            return code is Purpose.OwnUse or Purpose.Import or Purpose.Export or Purpose.Closure
                && actor.Self == resident
                ? new SessionLimit(purpose.Classes, null, null, MayWrite: code is Purpose.OwnUse or Purpose.Import) : null;
        }

        // What is disclosed by a decision is read by a job that names the request, and by nobody at a desk.
        if (actor.Kind is ActorKind.Job && code is Purpose.LegalRequest)
            return string.IsNullOrWhiteSpace(actor.Reason) ? null : new SessionLimit(purpose.Classes, null, null, MayWrite: false);

        if (actor.Kind is ActorKind.Operator or ActorKind.Job)
        {
            return code is Purpose.Operation && !string.IsNullOrWhiteSpace(actor.Reason)
                ? new SessionLimit(purpose.Classes, null, null, MayWrite: true) : null;
        }

        return null;
    }

    private async ValueTask<SessionLimit?> ByGrant(Actor actor, ResidentNo resident, Purpose purpose, List<GrantRow> grants, CancellationToken cancel) =>
        grants.Count > 0 ? Granted(actor, resident, purpose, grants, await parts.ResidentKeys.Get(resident, cancel)) : null;

    // What the newest grant with a good MAC says.
    private SessionLimit? Granted(Actor actor, ResidentNo resident, Purpose purpose, List<GrantRow> grants, ResidentKeys? keys)
    {
        var now = Time.Micros(parts.Clock.GetUtcNow());
        foreach (var grant in grants)
        {
            if (!grant.MacHolds(parts.Ring, parts.Municipality))
            {
                parts.Alarm(actor, resident, purpose.Code, "access_grant", grant.GrantNo);
                continue;
            }

            if (now >= grant.Until || keys is null)
                return null;
            var classes = new AccessClasses(keys.Classes.UndoMask((ulong)grant.Classes)).Intersect(purpose.Classes);
            return new SessionLimit(classes, grant.PeriodFrom, grant.PeriodTo, MayWrite: purpose.Code is Purpose.AppEntry or Purpose.CareEntry);
        }

        return null;
    }

    // One statement whatever is there: who is refused learns nothing from the time it took. Who has the whole by what they are needs no grant, so none is looked for.
    private async Task<Asked> Ask(Actor actor, ResidentNo resident, string purpose, long? seq)
    {
        var byGrant = ByGrant(actor);
        (string, object?)[] bySeq = seq is null ? [] : [("@seq", seq)];
        var statement = byGrant ? ByGrantStatement(actor, resident, purpose, seq is null ? SqlByGrant : SqlByGrantWithRecord, bySeq)
            : new Statement(seq is null ? SqlOwn : SqlOwnWithRecord, [("@resident", resident.Value), .. bySeq]);
        var recordColumns = byGrant ? ColumnsBehindGrant : GrantColumns;
        ResidentState? state = null;
        RecordRow? record = null;
        var grants = new List<GrantRow>();
        await parts.Records.Ask(new Question(
            [statement],
            () =>
            {
                (state, record) = (null, null);
                grants.Clear();
            },
            (_, row) =>
            {
                state = ResidentStatus.Read(parts, resident, row, first: 0)?.State;
                if (byGrant && !row.IsDBNull(GrantColumns))
                    grants.Add(GrantRow.Read(resident, row, GrantColumns));
                if (seq is not null && !row.IsDBNull(recordColumns))
                    record ??= RecordRow.Read(resident, row, recordColumns);
            }));
        return new Asked(state, grants, record);
    }

    private Statement ByGrantStatement(Actor actor, ResidentNo resident, string purpose, string sql, params (string, object?)[] more) => new(
        sql, [("@resident", resident.Value), ("@grantee", GrantRow.GranteeToken(parts.Ring, actor.Kind, actor.Id)), ("@purpose", purpose), .. more]);

    private static string GrantsFor(string purpose) =>
        $" left join access_grant g on g.resident_no = r.resident_no and g.grantee = @grantee and g.purpose {purpose} and g.state = {(int)GrantState.Live}";

    // What a caller calls a purpose is not written down unless it is one.
    private string Known(string purpose) => parts.Purposes.ContainsKey(purpose) ? purpose : "";

    private sealed record Asked(ResidentState? State, List<GrantRow> Grants, RecordRow? Record);
}

/// <summary>What the gate asks in the round trip of somebody else's question, and what it makes of the answer.</summary>
/// <param name="forget">Called before the question is asked once more: what was looked at so far does not count.</param>
/// <param name="look">Called for each row of the answer.</param>
/// <param name="opens">Asked once all rows were looked at.</param>
internal sealed class GateQuestion(Statement statement, Action forget, Action<System.Data.Common.DbDataReader> look, Func<bool> opens)
{
    private bool? _opened;

    public Statement Statement => statement;

    /// <summary>False as long as nobody has asked.</summary>
    public bool Opened => _opened is true;

    public void Forget() => forget();

    public void Look(System.Data.Common.DbDataReader row) => look(row);

    /// <summary>Decides, when all rows of the answer were looked at.</summary>
    public bool Decide() => _opened ??= opens();

    /// <summary>Reads the answer and leads the reader to the next one.</summary>
    public async Task<bool> Opens(System.Data.Common.DbDataReader reader, CancellationToken cancel)
    {
        while (await reader.ReadAsync(cancel))
            Look(reader);
        return Decide() && await reader.NextResultAsync(cancel);
    }
}
