using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Kernel.Seals;

namespace Tasuki.Vault;

/// <summary>
/// The records of one municipality: the store, the keys, the gate, the access log. <see cref="Open"/> is the one door to a resident's records.
/// </summary>
public sealed class RecordVault : IAsyncDisposable
{
    private RecordVault()
    {
    }

    /// <summary>Opens stores, key store, key ring and log; brings the schema up to date when asked. A wrong setting is an error with a sentence.</summary>
    public static Task<Result<RecordVault>> Start(VaultOptions options, TimeProvider clock, CancellationToken cancel) => throw new NotImplementedException();

    public ISeal Seal => throw new NotImplementedException();

    /// <summary>
    /// The gate. Decides from ownership and live grants, writes the access log, and returns a session limited to classes and period.
    /// Error <c>gate.refused</c>: not allowed, no such resident, closed, erased, no such purpose: one answer for all of them.
    /// </summary>
    public Task<Result<Session>> Open(Actor actor, ResidentNo resident, string purpose, CancellationToken cancel) => throw new NotImplementedException();

    /// <summary>Makes a resident: the key is durable before this returns. Look-up tokens are the caller's (<see cref="AddLookup"/>).</summary>
    public Task<Result<ResidentNo>> Enrol(Actor actor, CancellationToken cancel) => throw new NotImplementedException();

    public Task AddLookup(ResidentNo resident, LookupKind kind, ReadOnlyMemory<byte> value, CancellationToken cancel) => throw new NotImplementedException();

    public Task<IReadOnlyList<ResidentNo>> Find(LookupKind kind, ReadOnlyMemory<byte> value, CancellationToken cancel) => throw new NotImplementedException();

    /// <summary>Gives a grantee live access. The row carries a MAC; a row that was widened by SQL is not honoured.</summary>
    public Task<Result<long>> Grant(Actor owner, NewGrant grant, CancellationToken cancel) => throw new NotImplementedException();

    public Task<Result<Done>> Revoke(Actor owner, ResidentNo resident, long grantNo, CancellationToken cancel) => throw new NotImplementedException();

    /// <summary>Closes at once: from now on the gate refuses everybody but <see cref="CancelClosure"/>. The key is destroyed after the waiting period. Returns that time.</summary>
    public Task<Result<DateTimeOffset>> Close(Actor owner, ResidentNo resident, CancellationToken cancel) => throw new NotImplementedException();

    public Task<Result<Done>> CancelClosure(Actor owner, ResidentNo resident, CancellationToken cancel) => throw new NotImplementedException();

    /// <summary>When the account of this resident will be erased; null when it is open.</summary>
    public Task<DateTimeOffset?> ClosingAt(ResidentNo resident, CancellationToken cancel) => throw new NotImplementedException();

    /// <summary>
    /// Erases every resident whose waiting period is over: list, key, rows, in that order, resumable after a crash at any point. Returns those erased, so that
    /// other floors drop their rows too.
    /// </summary>
    public Task<IReadOnlyList<ResidentNo>> EraseDue(Actor job, CancellationToken cancel) => throw new NotImplementedException();

    public ValueTask DisposeAsync() => throw new NotImplementedException();
}

/// <summary>A permission to be given: who, for which purpose, which classes, records of which period, until when.</summary>
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

    /// <summary>Makes what is missing (database files, tables, ring) instead of refusing to start.</summary>
    public bool Create { get; init; }

    /// <summary>Days from closing an account to the destruction of its key, 0 to 30.</summary>
    public int WaitingDays { get; init; } = 14;
}
