using System.Security.Cryptography;
using Tasuki.Kernel;
using Tasuki.Vault.Keys;
using Tasuki.Vault.Store;

namespace Tasuki.Vault.RecordStore;

/// <summary>Part of stored bytes.</summary>
internal enum ResidentState
{
    Open = 1,

    /// <summary>Closed by the resident: hidden, and erased when the waiting period is over.</summary>
    Closing = 2,

    /// <summary>Key and rows are destroyed. The row stays so that the number is never given again.</summary>
    Erased = 3,
}

/// <summary>
/// The state of an account. It carries a MAC by a ring key: erasing destroys what no backup brings back, so a state written by SQL erases nobody and opens nothing.
/// </summary>
internal sealed record ResidentStatus(ResidentNo Resident, ResidentState State, long? ClosedAt, long? EraseAt)
{
    public const string Select = "r.state, r.closed_at, r.erase_at, r.mac";

    /// <summary>Null when the MAC does not hold.</summary>
    public static ResidentStatus? Read(VaultParts parts, ResidentNo resident, System.Data.Common.DbDataReader row, int first)
    {
        var status = new ResidentStatus(resident, (ResidentState)row.GetInt64(first), row.LongOrNull(first + 1), row.LongOrNull(first + 2));
        return CryptographicOperations.FixedTimeEquals(row.Bytes(first + 3), status.Mac(parts)) ? status : null;
    }

    public byte[] Mac(VaultParts parts) => parts.Ring.Mac(
        RingPurpose.Mac, "resident",
        new Binding(parts.Municipality, "resident").Number(Resident.Value).Number((int)State).Number(ClosedAt).Number(EraseAt).Bytes);

    public Task Store(VaultParts parts, DbWork work, CancellationToken cancel) =>
        work.Execute(
            "update resident set state = @state, closed_at = @closed, erase_at = @erase, mac = @mac where resident_no = @resident", cancel,
            ("@state", (long)State), ("@closed", ClosedAt), ("@erase", EraseAt), ("@mac", Mac(parts)), ("@resident", Resident.Value));
}

/// <summary>
/// The resident's row. Its lock is the resident's write lock; every write moves <see cref="NextSeq"/> or <see cref="LastUpdated"/>, so the two together tell
/// whether anything was written since they were read.
/// </summary>
internal sealed record ResidentRow(ResidentState? State, long NextSeq, long LastUpdated)
{
    // State 1 is Open.
    private const string AsSeen = "resident_no = @resident and next_seq = @seenseq and last_updated = @seenupdated and state = 1";

    private const string MoveOnSql = $"update resident set next_seq = @next, last_updated = @updated where {AsSeen}";

    /// <summary>How far the resident's records have come.</summary>
    public const string Place = "r.next_seq, r.last_updated";

    private const string Sql = $"select {Place}, {ResidentStatus.Select} from resident r where r.resident_no = @resident";

    /// <summary>Null when there is no such resident; <see cref="State"/> is null when its MAC does not hold.</summary>
    public static async Task<ResidentRow?> Read(VaultParts parts, DbWork work, ResidentNo resident, bool locked, CancellationToken cancel)
    {
        var question = Question(work.Database, resident, locked);
        var rows = await work.Query(question.Sql, row => From(parts, resident, row), cancel, question.Parameters);
        return rows is [var one] ? one : null;
    }

    /// <summary>The same to be sent with another statement.</summary>
    public static Statement Question(Database database, ResidentNo resident, bool locked) => new(locked ? Sql + database.RowLock : Sql, ("@resident", resident.Value));

    /// <param name="place">Where the columns of <see cref="Place"/> begin.</param>
    /// <param name="status">Where those of <see cref="ResidentStatus.Select"/> do.</param>
    public static ResidentRow From(VaultParts parts, ResidentNo resident, System.Data.Common.DbDataReader row, int place = 0, int status = 2) =>
        new(ResidentStatus.Read(parts, resident, row, status)?.State, row.GetInt64(place), row.GetInt64(place + 1));

    /// <summary>Takes the lock and moves on, if the row still says what it said when it was read and the account is open. Changes one row or none.</summary>
    public Statement MoveOn(ResidentNo resident, long nextSeq, long lastUpdated) => MoveOn(MoveOnSql, resident, nextSeq, lastUpdated);

    /// <summary>The same, and none where another has the lock: who stores together with others waits for nobody.</summary>
    public Statement MoveOnIfFree(Database database, ResidentNo resident, long nextSeq, long lastUpdated) => MoveOn(
        $"update resident set next_seq = @next, last_updated = @updated where resident_no = (select resident_no from resident where {AsSeen}{database.RowLockIfFree})",
        resident, nextSeq, lastUpdated);

    private Statement MoveOn(string sql, ResidentNo resident, long nextSeq, long lastUpdated) =>
        new(sql, ("@next", nextSeq), ("@updated", lastUpdated), ("@resident", resident.Value), ("@seenseq", NextSeq), ("@seenupdated", LastUpdated));

    /// <summary>The time of the next write: now, and later than the last one whatever the clock says.</summary>
    public long NextUpdated(TimeProvider clock) => Math.Max(Time.Micros(clock.GetUtcNow()), LastUpdated + 1);

    public static Task Move(DbWork work, ResidentNo resident, long nextSeq, long lastUpdated, CancellationToken cancel) =>
        work.Execute(
            "update resident set next_seq = @next, last_updated = @updated where resident_no = @resident", cancel,
            ("@next", nextSeq), ("@updated", lastUpdated), ("@resident", resident.Value));
}
