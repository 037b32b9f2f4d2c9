using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Kernel.Seals;
using Tasuki.Vault.Keys;
using Tasuki.Vault.Log;
using Tasuki.Vault.Log.Checking;
using Tasuki.Vault.Log.Sealing;
using Tasuki.Vault.RecordStore;
using Tasuki.Vault.Shared;
using Tasuki.Vault.Store;

namespace Tasuki.Vault;

/// <summary>
/// The records of one municipality: the store, the keys, the gate, the access log. <see cref="Open"/> is the one door to a resident's records.
/// </summary>
public sealed class RecordVault : IAsyncDisposable
{
    private readonly VaultParts _parts;
    private readonly Gate _gate;
    private readonly Grants _grants;
    private readonly Enrolment _enrolment;
    private readonly RingServers _servers;

    private RecordVault(VaultParts parts, RingServers servers)
    {
        _parts = parts;
        _servers = servers;
        Rotation = new KeyRotation(parts.Options, parts.Ring, servers, parts.Keys, parts.Clock);
        _gate = new Gate(parts);
        _grants = new Grants(parts);
        Closure = new Closure(parts);
        KeyChange = new KeyChange(parts);
        Seal = new MunicipalSeal(parts.ResidentKeys, parts.Ring, parts.Municipality);
        _enrolment = new Enrolment(parts, Seal);
    }

    public ISeal Seal { get; }

    /// <summary>The newest version of each purpose that is valid: official texts, meant for everybody.</summary>
    public IReadOnlyCollection<Purpose> Purposes => [.. _parts.Purposes.Values];

    /// <summary>Who stood on the list of the erased and had come back with a restored store: gone again before this vault opened. Other floors drop their rows too.</summary>
    public IReadOnlyList<ResidentNo> ErasedAtStart { get; private set; } = [];

    internal VaultParts Parts => _parts;

    /// <summary>As <see cref="ImportShared.AfterStep"/>.</summary>
    internal Action<string>? AfterSharedStep { get; set; }

    internal Closure Closure { get; }

    internal KeyChange KeyChange { get; }

    internal Enrolment Enrolment => _enrolment;

    internal KeyRotation Rotation { get; }

    internal RingServers Servers => _servers;

    /// <summary>Opens stores, key store, key ring and log; brings the schema up to date when asked. A wrong setting is an error with a sentence.</summary>
    public static async Task<Result<RecordVault>> Start(VaultOptions options, TimeProvider clock, CancellationToken cancel)
    {
        if (options.Check() is { } wrong)
            return wrong;
        if (Dictionaries.Check() is { } unreadable)
            return unreadable;
        var ring = KeyRing.Open(options.Ring, options.Municipality, clock, options.Create, options.Root);
        if (!ring.IsOk)
            return ring.Error;
        var stores = await VaultStores.Open(options, cancel);
        if (!stores.IsOk)
            return stores.Error;

        var (records, keys, log) = stores.Value;
        var erased = new ErasureList(ring.Value, options.Municipality, clock);
        var residentKeys = new ResidentKeyStore(keys, ring.Value, erased, options.Municipality, clock);
        if (!await residentKeys.FitsTheRing(cancel))
        {
            residentKeys.Dispose();
            foreach (var store in new[] { records, keys, log })
                await store.DisposeAsync();
            return new Error("vault.keys", "The key ring does not open the keys in the key store: ring and store are of different vaults, or one is much older than the other.");
        }

        var writer = await LogWriter.Start(log, ring.Value, options.Municipality, clock, cancel);
        var parts = new VaultParts(
            options, clock, records, keys, log, ring.Value, erased, residentKeys,
            writer, new LogReader(log, ring.Value, options.Municipality), new LogSealer(log, ring.Value, writer, options, clock),
            new RecordIds(ring.Value.Key(RingPurpose.Id).ToArray()), await Vault.Purposes.Load(records, clock, options.Create, cancel));
        var vault = new RecordVault(parts, await RingServers.Join(keys, ring.Value, clock, options.Logger, cancel));
        vault.ErasedAtStart = await vault.Closure.ApplyList(cancel);
        await OriginalFiles.Sweep(records, clock, cancel);
        return vault;
    }

    /// <summary>
    /// The gate. Decides from ownership and live grants, writes the access log, and returns a session limited to classes and period.
    /// Error <c>gate.refused</c>: not allowed, no such resident, closed, erased, no such purpose: one answer for all of them.
    /// </summary>
    public Task<Result<Session>> Open(Actor actor, ResidentNo resident, string purpose, CancellationToken cancel) => _gate.Open(actor, resident, purpose, cancel);

    /// <summary>To read for one purpose and to write for another, what both leave open, in one round trip. Errors <c>gate.refused</c>, and <c>gate.only-to-read</c>.</summary>
    public Task<Result<Session>> OpenToWrite(Actor actor, ResidentNo resident, string reading, string writing, CancellationToken cancel) =>
        _gate.OpenToWrite(actor, resident, reading, writing, cancel);

    /// <summary>One record through the gate in one statement: <see cref="Open"/> and <see cref="Session.Read"/> at once, for a caller that wants nothing else. Errors as theirs.</summary>
    public Task<Result<StoredRecord>> Read(Actor actor, ResidentNo resident, string purpose, string id, CancellationToken cancel) =>
        _gate.Read(actor, resident, purpose, id, cancel);

    /// <summary>One page through the gate in one round trip: <see cref="Open"/> and <see cref="Session.Search"/> at once. Errors as theirs.</summary>
    public Task<Result<RecordPage>> Search(Actor actor, ResidentNo resident, string purpose, RecordQuery query, CancellationToken cancel) =>
        _gate.Search(actor, resident, purpose, query, cancel);

    /// <summary>One write through the gate: <see cref="Open"/> and <see cref="Session.Write"/> at once. Errors as theirs.</summary>
    public Task<Result<IReadOnlyList<WrittenRecord>>> Write(Actor actor, ResidentNo resident, string purpose, IReadOnlyList<NewRecord> records, CancellationToken cancel) =>
        _gate.Write(actor, resident, purpose, records, cancel);

    /// <summary>Whose record this is, told from the id alone; null for an id that was not made here. The gate decides who may know more.</summary>
    public ResidentNo? ResidentOf(string recordId) => _parts.Ids.ResidentOf(recordId);

    /// <summary>Whether an id is that of the first record of an account, which is the person's own Patient; told from the id alone.</summary>
    public bool IsFirst(string recordId) => ResidentOf(recordId) is { } resident && _parts.Ids.SeqOf(resident, recordId) == Enrolment.FirstSeq;

    /// <summary>Writes down that somebody was refused before they came to the gate, such as an app whose scopes do not cover what it asked.</summary>
    public Task LogRefused(Actor actor, ResidentNo resident, string purpose) => _gate.LogRefused(actor, resident, purpose);

    /// <summary>The same for the ids of <see cref="SeenAccess"/> and <see cref="SeenGrant"/>.</summary>
    public ResidentNo? ResidentOfView(string id) => _parts.Ids.ResidentOfView(id);

    /// <summary>The residents of whom somebody who lives by grants holds a live one for that purpose, in ascending order, at most that many. The gate looks at each grant again.</summary>
    public Task<IReadOnlyList<ResidentNo>> Reached(Actor actor, string purpose, int most, CancellationToken cancel) => Reached(actor, purpose, most, default, new ResidentNo(long.MaxValue), cancel);

    /// <summary>The same for those behind one and up to another.</summary>
    public Task<IReadOnlyList<ResidentNo>> Reached(Actor actor, string purpose, int most, ResidentNo after, ResidentNo upTo, CancellationToken cancel) =>
        _grants.Reached(actor, purpose, most, after, upTo, cancel);

    /// <summary>Records that no purpose needs any more: who holds them, and their erasure by a job.</summary>
    public UnneededRecords Unneeded => new(_parts);

    /// <summary>What is about nobody, for any actor alike.</summary>
    public SharedSession OpenShared(Actor actor) => new(_parts, actor);

    /// <summary>Whether an id is of the shared kind. Says nothing of whether it is there.</summary>
    public bool IsShared(string recordId) => _parts.Ids.SharedOf(recordId) is not null;

    /// <summary>
    /// Brings records about nobody in, all or none, in one transaction with one entry under the operator's name; what is there already is recognised. Errors:
    /// <c>gate.refused</c> (no operator with a reason), <c>shared.refused</c>, <c>shared.reference</c>, <c>shared.twice</c>, <c>shared.broken</c>, <c>shared.size</c>.
    /// </summary>
    /// <param name="keepStanding">What is recognised stays as it is, whatever is said of it now.</param>
    public Task<Result<IReadOnlyList<WrittenRecord>>> ImportShared(Actor by, IReadOnlyList<NewSharedRecord> records, CancellationToken cancel, bool keepStanding = false) =>
        new ImportShared(_parts, by) { AfterStep = AfterSharedStep, KeepStanding = keepStanding }.Run(records, cancel);

    /// <summary>Every shared record by number, also those that do not open.</summary>
    public Task<IReadOnlyList<SharedLine>> ListShared(Actor by, CancellationToken cancel) => new SharedRecords(_parts, by).List(cancel);

    /// <summary>
    /// One entry for a run over these residents (at least one), durable when this returns. What follows goes through <see cref="LoggedRun.Open"/>, and so through the gate for each.
    /// </summary>
    /// <param name="what">Words and numbers of ours.</param>
    public async Task<LoggedRun> BeginRun(Actor actor, IReadOnlyList<ResidentNo> residents, string purpose, string what, CancellationToken cancel)
    {
        await _parts.Log.Append(LogEntry.OfMany(residents, actor, purpose, LogAction.BulkExport, what)).WaitAsync(cancel);
        return new LoggedRun(_gate, actor, purpose, residents);
    }

    /// <summary>Makes a resident: the key is durable before this returns. Look-up tokens are the caller's (<see cref="AddLookup"/>).</summary>
    public async Task<Result<ResidentNo>> Enrol(Actor actor, CancellationToken cancel) => (await _enrolment.Enrol(actor, 1, cancel)).Map(residents => residents[0]);

    /// <summary>The same for 1 to 10,000 at once, in ascending order.</summary>
    public Task<Result<IReadOnlyList<ResidentNo>>> EnrolMany(Actor actor, int count, CancellationToken cancel) => _enrolment.Enrol(actor, count, cancel);

    public Task AddLookup(ResidentNo resident, LookupKind kind, ReadOnlyMemory<byte> value, CancellationToken cancel) =>
        _enrolment.AddLookup(resident, kind, value, cancel);

    /// <summary>For an address or number that changed. What is not there is no error.</summary>
    public Task RemoveLookup(ResidentNo resident, LookupKind kind, ReadOnlyMemory<byte> value, CancellationToken cancel) =>
        _enrolment.RemoveLookup(resident, kind, value, cancel);

    public Task<IReadOnlyList<ResidentNo>> Find(LookupKind kind, ReadOnlyMemory<byte> value, CancellationToken cancel) => _enrolment.Find(kind, value, cancel);

    /// <summary>Gives a grantee live access. The row carries a MAC; a row that was widened by SQL is not honoured.</summary>
    public Task<Result<long>> Grant(Actor owner, NewGrant grant, CancellationToken cancel) => _grants.Give(owner, grant, cancel);

    public Task<Result<Done>> Revoke(Actor owner, ResidentNo resident, long grantNo, CancellationToken cancel) => _grants.Revoke(owner, resident, grantNo, cancel);

    /// <summary>Closes at once: from now on the gate refuses everybody but <see cref="CancelClosure"/>. The key is destroyed after the waiting period. Returns that time.</summary>
    public Task<Result<DateTimeOffset>> Close(Actor owner, ResidentNo resident, CancellationToken cancel) => Closure.Close(owner, resident, cancel);

    public Task<Result<Done>> CancelClosure(Actor owner, ResidentNo resident, CancellationToken cancel) => Closure.Cancel(owner, resident, cancel);

    /// <summary>
    /// The same for an account nobody has used for the period the municipality has laid down, whose person was told beforehand: by a job that says so. Errors as of <see cref="Close"/>.
    /// The person takes it back as one they closed themselves.
    /// </summary>
    public Task<Result<DateTimeOffset>> CloseUnused(Actor job, ResidentNo resident, CancellationToken cancel) => Closure.CloseUnused(job, resident, cancel);

    /// <summary>When the account of this resident will be erased; null when it is open.</summary>
    public Task<DateTimeOffset?> ClosingAt(ResidentNo resident, CancellationToken cancel) => Closure.ClosingAt(resident, cancel);

    /// <summary>Whether the resident is here, and neither closing nor erased.</summary>
    public Task<bool> IsOpen(ResidentNo resident, CancellationToken cancel) => Closure.IsOpen(resident, cancel);

    /// <summary>
    /// Erases every resident whose waiting period is over: list, key, rows, in that order, resumable after a crash at any point. Returns those erased, so that
    /// other floors drop their rows too.
    /// </summary>
    public Task<IReadOnlyList<ResidentNo>> EraseDue(Actor job, CancellationToken cancel) => Closure.EraseDue(job, cancel);

    /// <summary>
    /// For somebody whose account is closing and who stands at the counter with an identity document: erased at once instead of at the end of the waiting period.
    /// Other floors drop their rows as after <see cref="EraseDue"/>. The reason stands in the log.
    /// </summary>
    public Task<Result<Done>> EraseAtCounter(Actor officer, ResidentNo resident, string reason, CancellationToken cancel) => Closure.EraseAtCounter(officer, resident, reason, cancel);

    /// <summary>From when on no copy of the records, and no copy of the key store, opens for somebody erased at that time.</summary>
    public ErasureDates ErasureDates(DateTimeOffset erased) => Vault.ErasureDates.Of(erased, _parts.Options.EpochDays);

    /// <summary>The keys of the ring with their dates.</summary>
    public IReadOnlyList<RingKeyInfo> RingKeys => _parts.Ring.List();

    /// <summary>
    /// The day's epoch: every living resident's key is wrapped under it, and epoch keys whose time is over are destroyed. Nothing to do is no error; with
    /// <paramref name="now"/> there is always one more epoch, and every older one is destroyed at once. Errors: <c>rotate.running</c>, <c>rotate.waiting</c>.
    /// </summary>
    public async Task<Result<RotatedKeys>> RotateEpoch(Actor actor, bool now, CancellationToken cancel)
    {
        var rotated = await Rotation.RotateEpoch(now, cancel);
        if (rotated.IsOk && (rotated.Value.Rewrapped > 0 || rotated.Value.Destroyed > 0))
            await LogOperation(actor, KeyActions.Rotate, $"epoch {rotated.Value.Epoch}");
        return rotated;
    }

    /// <summary>One more key for <c>field</c>, <c>cookie</c>, <c>signing</c> or <c>seal</c>; returns its number.</summary>
    public async Task<Result<int>> RenewKey(Actor actor, string purpose, CancellationToken cancel)
    {
        var renewed = await Rotation.Renew(purpose, cancel);
        if (renewed.IsOk)
            await LogOperation(actor, KeyActions.Renew, $"{purpose} {renewed.Value}");
        return renewed;
    }

    /// <summary>
    /// Changes a resident's body key on suspicion. Each call does what can be done now (<see cref="KeyChangeState"/>) and continues what was cut off: two minutes after
    /// the first everything is rewritten, an hour later the old key is destroyed. The entries stand in the resident's history under the actor's name. The index key
    /// stays (<see cref="KeyVersion"/>). Errors: <c>gate.refused</c> (no operator or job, no such resident, erased), <c>keys.unopened</c>, <c>keys.last</c>.
    /// </summary>
    /// <param name="others">Every sealed column outside the vault: what is not offered is lost with the old key.</param>
    public async Task<Result<ChangedKey>> ChangeResidentKey(Actor actor, ResidentNo resident, ResealColumns others, CancellationToken cancel)
    {
        if (actor.Kind is ActorKind.Operator or ActorKind.Job && !string.IsNullOrWhiteSpace(actor.Reason))
            return await KeyChange.Run(actor, resident, others, cancel);
        await _parts.Log.Append(new LogEntry(resident, actor, Purpose.Operation, LogAction.ChangeKey, null, Refused: true));
        return Gate.Refused;
    }

    /// <summary>Who has two versions of the key: changes that <see cref="ChangeResidentKey"/> continues.</summary>
    public async Task<IReadOnlyList<ResidentNo>> ChangingKeys(CancellationToken cancel) => await _parts.ResidentKeys.Changing(cancel);

    /// <summary>Wraps key material of other floors under a ring key, bound to the purpose: <c>cookie</c> for what protects cookies, <c>signing</c> for what signs tokens.</summary>
    public byte[] ProtectRing(string purpose, ReadOnlySpan<byte> plain) => NumberedKey.Seal(_parts.Ring, Wrapping(purpose), plain, RingBound(purpose));

    /// <summary>Error <c>seal.broken</c>: altered, or wrapped for another purpose or municipality.</summary>
    public Result<byte[]> UnprotectRing(string purpose, ReadOnlySpan<byte> wrapped) =>
        NumberedKey.Open(_parts.Ring, Wrapping(purpose), wrapped, RingBound(purpose)) is { } plain
            ? plain : new Error("seal.broken", "The wrapped key was altered or belongs elsewhere.");

    /// <summary>Writes that staff looked a resident up in the registry, or acted on the account there: an entry like that of a read, which the resident sees. Durable when this returns.</summary>
    /// <param name="what">A word of ours, no value of a person.</param>
    public async Task LogRegistry(Actor staff, ResidentNo resident, string what, CancellationToken cancel, string purpose = Purpose.AccountRecovery) =>
        await _parts.Log.Append(new LogEntry(resident, staff, purpose, LogAction.Registry, what, Refused: false)).WaitAsync(cancel);

    /// <summary>Writes that staff opened an inquiry of the resident, or worked on it: an entry the resident sees. Durable when this returns.</summary>
    /// <param name="what">A word of ours, nothing of the inquiry.</param>
    public async Task LogInquiry(Actor staff, ResidentNo resident, string what, CancellationToken cancel) =>
        await _parts.Log.Append(new LogEntry(resident, staff, Purpose.Operation, LogAction.Inquiry, what, Refused: false)).WaitAsync(cancel);

    /// <summary>Writes that staff opened a request under the Act that is about the resident, or worked on it: an entry the resident sees. Durable when this returns.</summary>
    /// <param name="what">A word of ours, nothing of the request.</param>
    public async Task LogLegalRequest(Actor staff, ResidentNo resident, string what, CancellationToken cancel) =>
        await _parts.Log.Append(new LogEntry(resident, staff, Purpose.LegalRequest, LogAction.LegalRequest, what, Refused: false)).WaitAsync(cancel);

    /// <summary>Writes that an officer takes the file of what was disclosed by a request under the Act: an entry the resident sees. Durable when this returns.</summary>
    public async Task LogDisclosure(Actor staff, ResidentNo resident, CancellationToken cancel) =>
        await _parts.Log.Append(new LogEntry(resident, staff, Purpose.LegalRequest, LogAction.Disclosure, null, Refused: false)).WaitAsync(cancel);

    /// <summary>
    /// Whose records were read in a span of time, from the access log. The look itself is an entry under the officer's name, about nobody: an inquiry into an insider is not
    /// told before it has found anything.
    /// </summary>
    /// <param name="what">Words and numbers of ours.</param>
    public async Task<AffectedPersons> WhoseWereRead(Actor staff, AccessQuestion asked, string what, CancellationToken cancel)
    {
        await LogDesk(staff, what, cancel);
        return await new AccessFinder(_parts, asked).Find(cancel);
    }

    /// <summary>
    /// What apps and clinicians were given after the marks, from the access log alone: the next few thousand entries, and whether there are more. It makes no entry: it tells nobody anything
    /// but the records of provision the person reads.
    /// </summary>
    public Task<ProvidedDays> ProvidedSince(IReadOnlyDictionary<long, long> marks, CancellationToken cancel) => new ProvisionFinder(_parts).After(marks, cancel);

    /// <summary>The same of one resident's newest entries.</summary>
    public Task<IReadOnlyList<ProvidedDay>> ProvidedOf(ResidentNo resident, CancellationToken cancel) => new ProvisionFinder(_parts).Of(resident, cancel);

    /// <summary>Writes that staff opened the list of those an incident affects (at least one), or told them: one entry that each of them sees. Durable when this returns.</summary>
    /// <param name="what">Words and numbers of ours.</param>
    public async Task LogIncident(Actor staff, IReadOnlyList<ResidentNo> residents, string what, CancellationToken cancel) =>
        await _parts.Log.Append(LogEntry.OfMany(residents, staff, Purpose.Operation, LogAction.Incident, what)).WaitAsync(cancel);

    /// <summary>Writes what an officer did in the register of apps: an entry about no resident, under the officer's name. Durable when this returns.</summary>
    /// <param name="what">Words and numbers of ours.</param>
    public async Task LogAppRegister(Actor officer, string what, CancellationToken cancel) =>
        await _parts.Log.Append(new LogEntry(null, officer, Purpose.Operation, LogAction.AppRegister, what, Refused: false)).WaitAsync(cancel);

    /// <summary>Writes what staff did at the desk: an entry about no resident, under their own name. Durable when this returns.</summary>
    /// <param name="what">Words and numbers of ours.</param>
    public async Task LogDesk(Actor staff, string what, CancellationToken cancel) =>
        await _parts.Log.Append(new LogEntry(null, staff, Purpose.Operation, LogAction.Desk, what, Refused: false)).WaitAsync(cancel);

    /// <summary>Writes the head of the chain of evidence into the log, whose seals and witness then hold it. Durable when this returns.</summary>
    public async Task LogEvidence(Actor by, string head, CancellationToken cancel) =>
        await _parts.Log.Append(new LogEntry(null, by, Purpose.Operation, LogAction.Evidence, head, Refused: false)).WaitAsync(cancel);

    /// <summary>
    /// A page of what was done that is about no resident: at the desk, on keys, by commands and jobs; newest first. An entry that was altered, or whose year has ended, is
    /// left out: <see cref="LogAudit"/> finds those.
    /// </summary>
    public Task<PageOfActs> ActsAboutNobody(ActsQuestion asked, CancellationToken cancel) => Reader.AboutNobody(asked, cancel);

    /// <summary>The next heads of the chain of evidence the log holds, oldest first: one page, which may hold none and still not be the last.</summary>
    public Task<EvidenceHeadsPage> EvidenceHeads(LogPlace after, CancellationToken cancel) => Reader.Heads(after, cancel);

    /// <summary>Draws so many rows of records by chance and looks at their form; opens none.</summary>
    public Task<RowFormReport> LookAtRowForm(int rows, CancellationToken cancel) => new RowForm(_parts.Records).Look(rows, cancel);

    /// <summary>From where the stores of the vault can be reached now.</summary>
    public Task<IReadOnlyList<StoreDoor>> LookAtDoors(CancellationToken cancel) => new StoreDoors(_parts).Look(cancel);

    /// <summary>How many people whose account is closed should have been erased by now and are not.</summary>
    public Task<int> OverdueErasures(CancellationToken cancel) => Closure.Due(_parts.Clock.GetUtcNow().AddDays(-1), cancel);

    /// <summary>How many people whose account is closed are to be erased by then.</summary>
    public Task<int> DueErasures(DateTimeOffset by, CancellationToken cancel) => Closure.Due(by, cancel);

    /// <summary>Days from the closing of an account to the destruction of its key.</summary>
    public int WaitingDays => _parts.Options.WaitingDays;

    /// <summary>Years after which entries of the access log may end.</summary>
    public static int LogRetentionYears => Retirement.RetentionYears;

    /// <summary>How many entries of the access log <see cref="LogAudit.Retire"/> would take away for that year.</summary>
    public async Task<long> RetirableLogEntries(int beforeYear, CancellationToken cancel)
    {
        await using var work = await _parts.LogStore.Read(cancel);
        return await Retirement.Count(work, beforeYear, cancel);
    }

    /// <summary>Null when the access log's chain of groups and seals is whole; else what is wrong first, in numbers. <see cref="LogAudit"/> says more.</summary>
    public async Task<string?> FindBreakInLog(CancellationToken cancel)
    {
        var report = await new ChainCheck(_parts.LogStore, _parts.Ring, _parts.Municipality, []).Run(cancel);
        return report.Findings is [var first, ..] ? first : null;
    }

    /// <summary>
    /// Checks the access log's chain from a seal that was checked before, and rests at a seal when <paramref name="rest"/> says so: a large log is checked in stretches. What
    /// stands before the point is not looked at: that is for a run from the start, null.
    /// </summary>
    /// <param name="whole">This stretch belongs to a run from the start: at its end retirements are held against their time.</param>
    public Task<LogStretch> CheckLog(LogPoint? after, bool whole, Func<bool> rest, CancellationToken cancel) =>
        new ChainCheck(_parts.LogStore, _parts.Ring, _parts.Municipality, []).Run(after, whole, rest, cancel);

    /// <summary>Seals what is new in the log now instead of within seconds; where another server holds the lease, that one does it.</summary>
    public async Task SealLog(CancellationToken cancel) => await _parts.Sealer.SealNow(cancel);

    private LogReader Reader => new(_parts.LogStore, _parts.Ring, _parts.Municipality);

    public async ValueTask DisposeAsync()
    {
        await _parts.Log.DisposeAsync();
        await _parts.Sealer.Finish();
        await Close();
    }

    /// <summary>For tests: the process dies here. Nothing is flushed, said or sealed any more.</summary>
    internal async ValueTask Abandon()
    {
        await _parts.Log.Abandon();
        await Close();
    }

    private async ValueTask Close()
    {
        await _parts.Sealer.DisposeAsync();
        await _servers.DisposeAsync();
        _parts.ResidentKeys.Dispose();
        _parts.Ids.Dispose();
        await _parts.Records.DisposeAsync();
        await _parts.Keys.DisposeAsync();
        await _parts.LogStore.DisposeAsync();
    }

    /// <summary>An entry about no resident: work on keys, a backup.</summary>
    internal Task LogOperation(Actor actor, string action, string detail) =>
        _parts.Log.Append(new LogEntry(null, actor, Purpose.Operation, action, detail, Refused: false));

    private static string Wrapping(string purpose) =>
        purpose is RingPurpose.Cookie or RingPurpose.Signing ? purpose : throw new ArgumentException($"The ring wraps for '{RingPurpose.Cookie}' and '{RingPurpose.Signing}'.", nameof(purpose));

    private byte[] RingBound(string purpose) => new Binding(_parts.Municipality, "ring").Text(purpose).Bytes.ToArray();
}

/// <summary>A permission to be given: who, for which purpose, which classes, records of which period, until when.</summary>
/// <param name="PeriodFrom">Records whose main date overlaps the days from here to <paramref name="PeriodTo"/>, both included, in Tokyo; with a period, records without a date are not seen.</param>
public sealed record NewGrant(
    ResidentNo Resident, ActorKind GranteeKind, string GranteeId, string Purpose, AccessClasses Classes,
    DateOnly? PeriodFrom, DateOnly? PeriodTo, DateTimeOffset Until);

public enum StoreKind
{
    Sqlite,
    Postgres,
}

/// <summary>Where one municipality's vault lives. For SQLite the three connections are file paths, for PostgreSQL connection strings.</summary>
public sealed record VaultOptions
{
    public required MunicipalityId Municipality { get; init; }

    public required StoreKind Store { get; init; }

    /// <summary>Records, history, samples, files, grants, purposes.</summary>
    public required string Records { get; init; }

    /// <summary>Wrapped resident keys, apart from the records and their backups.</summary>
    public required string Keys { get; init; }

    /// <summary>The access log.</summary>
    public required string Log { get; init; }

    /// <summary>The folder of the key ring: root key file, ring, erasure list. Outside the data folder.</summary>
    public required string Ring { get; init; }

    /// <summary>Where the newest seal of the access log is put once a day; null for nowhere. It belongs into other hands than the operator's.</summary>
    public string? WitnessFolder { get; init; }
    /// <summary>The file of the root key when it does not lie in <see cref="Ring"/>: a systemd credential, a medium of its own. It is made by who keeps it.</summary>
    public string? Root { get; init; }

    /// <summary>The municipality's data folder, where the stores are databases elsewhere: the ring may not lie in it either.</summary>
    public string? DataFolder { get; init; }

    /// <summary>Makes what is missing (database files, tables, ring) instead of refusing to start.</summary>
    public bool Create { get; init; }

    /// <summary>Days from closing an account to the destruction of its key, 0 to 30.</summary>
    public int WaitingDays { get; init; } = 14;

    /// <summary>Days an epoch key outlives its epoch, 0 to 30: as long a backup of the key store is of use, and opens for those erased meanwhile.</summary>
    public int EpochDays { get; init; } = 7;

    /// <summary>Whole years after its own that the access log of a year can be read, 1 to 30.</summary>
    public int LogYears { get; init; } = 3;

    /// <summary>Takes the alarms: rows that do not open. Ids and numbers only.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    internal Error? Check()
    {
        if (WaitingDays is < 0 or > 30)
            return new Error("vault.waiting", $"The waiting period is 0 to 30 days; {WaitingDays} is set.");
        if (EpochDays is < 0 or > 30)
            return new Error("vault.epoch", $"An epoch key outlives its epoch by 0 to 30 days; {EpochDays} is set.");
        if (LogYears is < 1 or > 30)
            return new Error("vault.log", $"The access log is kept for 1 to 30 years; {LogYears} is set.");
        foreach (var data in new[] { DataFolder, Store is StoreKind.Sqlite ? Path.GetDirectoryName(Path.GetFullPath(Records)) : null })
        {
            if (data is not null && (LiesIn(Ring, data) || (Root is not null && LiesIn(Root, data))))
                return new Error("vault.ring", "The key ring's folder lies inside the folder of the records: whoever copies the one has the other. Put the ring elsewhere.");
        }

        if (Store is StoreKind.Sqlite && new[] { Records, Keys, Log }.Select(Path.GetFullPath).Distinct(StringComparer.Ordinal).Count() < 3)
            return new Error("vault.files", "Records, keys and log are three files; two of the settings name the same one.");
        return null;
    }

    private static bool LiesIn(string path, string folder)
    {
        var (inner, outer) = (Path.GetFullPath(path), Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        return string.Equals(inner, outer, StringComparison.Ordinal) || inner.StartsWith(outer + Path.DirectorySeparatorChar, StringComparison.Ordinal);
    }
}
