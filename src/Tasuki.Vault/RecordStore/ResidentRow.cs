using Tasuki.Kernel;
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
/// The resident's row. Its lock is the resident's write lock; every write moves <see cref="NextSeq"/> or <see cref="LastUpdated"/>, so the two together tell
/// whether anything was written since they were read.
/// </summary>
internal sealed record ResidentRow(ResidentState State, long NextSeq, long LastUpdated)
{
    private const string Sql = "select state, next_seq, last_updated from resident where resident_no = @resident";

    public static async Task<ResidentRow?> Read(DbWork work, ResidentNo resident, bool locked, CancellationToken cancel)
    {
        var rows = await work.Query(
            locked ? Sql + work.Database.RowLock : Sql,
            row => new ResidentRow((ResidentState)row.GetInt64(0), row.GetInt64(1), row.GetInt64(2)), cancel, ("@resident", resident.Value));
        return rows is [var one] ? one : null;
    }

    /// <summary>The time of the next write: now, and later than the last one whatever the clock says.</summary>
    public long NextUpdated(TimeProvider clock) => Math.Max(Time.Micros(clock.GetUtcNow()), LastUpdated + 1);

    public static Task Move(DbWork work, ResidentNo resident, long nextSeq, long lastUpdated, CancellationToken cancel) =>
        work.Execute(
            "update resident set next_seq = @next, last_updated = @updated where resident_no = @resident", cancel,
            ("@next", nextSeq), ("@updated", lastUpdated), ("@resident", resident.Value));
}
