using System.Data.Common;
using Tasuki.Vault.RecordStore;
using Tasuki.Vault.Store;

namespace Tasuki.Vault.Log;

/// <summary>
/// The number of a writer and how long it counts as living. The lease is rows that are only ever inserted: whoever inserts the next one decides, the writer by
/// renewing it or a seal by closing it, never both. A writer commits only while its lease runs.
/// </summary>
internal sealed class WriterLease
{
    public static readonly TimeSpan Length = TimeSpan.FromMinutes(10);

    /// <summary>How much longer a seal waits before it closes a writer: clocks differ.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    private readonly Database _database;
    private readonly TimeProvider _clock;
    private long _beat;
    private long _at;
    private long _until;

    private WriterLease(Database database, TimeProvider clock)
    {
        _database = database;
        _clock = clock;
    }

    public long WriterNo { get; private set; }

    public bool IsDue => Now + (Length / 2).Ticks / TimeSpan.TicksPerMicrosecond >= Volatile.Read(ref _until);

    public bool IsOver => Now >= Volatile.Read(ref _until);

    private long Now => Time.Micros(_clock.GetUtcNow());

    public static async Task<WriterLease> Take(Database database, TimeProvider clock, CancellationToken cancel)
    {
        var lease = new WriterLease(database, clock);
        await lease.TakeNumber(cancel);
        return lease;
    }

    /// <summary>Under a new number when a seal closed this writer in the meantime.</summary>
    /// <param name="owes">
    /// The writer has still to say that a change is not confirmed. Then the lease runs on, and its time stays that of the one before: a time says that up to it nothing
    /// was left unsaid, and the check of the records takes a process for dead that says no more.
    /// </param>
    public async Task Renew(bool owes)
    {
        try
        {
            await Insert(owes ? _at : Now, Now + Micros(Length));
        }
        catch (DbException taken) when (Taken.Says(taken))
        {
            await TakeNumber(CancellationToken.None);
        }
    }

    public async Task End()
    {
        try
        {
            await Insert(Now, Now);
        }
        catch (DbException)
        {
            // The store is away, or a seal closed this writer already: then the next seal says that it vanished.
        }
    }

    private static long Micros(TimeSpan span) => span.Ticks / TimeSpan.TicksPerMicrosecond;

    private async Task TakeNumber(CancellationToken cancel)
    {
        while (true)
        {
            await using var work = await _database.Write(cancel);
            var number = await work.Number("select coalesce(max(writer_no), 0) + 1 from log_writer", cancel) ?? 1;
            try
            {
                var now = Now;
                await work.Execute(VaultColumns.LogWriter.InsertSql, cancel, ("@p0", number), ("@p1", now));
                await work.Execute(VaultColumns.LogBeat.InsertSql, cancel, ("@p0", number), ("@p1", 1L), ("@p2", now), ("@p3", now + Micros(Length)), ("@p4", null));
                await work.Commit(cancel);
                (WriterNo, _beat, _at) = (number, 1, now);
                Volatile.Write(ref _until, now + Micros(Length));
                return;
            }
            catch (DbException taken) when (Taken.Says(taken))
            {
                // Another server started at the same moment and took the number: take the next.
            }
        }
    }

    private async Task Insert(long at, long until)
    {
        await using var work = await _database.Write(CancellationToken.None);
        await work.Execute(
            VaultColumns.LogBeat.InsertSql, CancellationToken.None, ("@p0", WriterNo), ("@p1", _beat + 1), ("@p2", at), ("@p3", until), ("@p4", null));
        await work.Commit(CancellationToken.None);
        (_beat, _at) = (_beat + 1, at);
        Volatile.Write(ref _until, until);
    }
}

internal static class Taken
{
    private const int SqliteConstraint = 19;

    /// <summary>Whether somebody else inserted a row of that key first.</summary>
    public static bool Says(DbException failure) =>
        failure is Npgsql.PostgresException { SqlState: Npgsql.PostgresErrorCodes.UniqueViolation }
            or Microsoft.Data.Sqlite.SqliteException { SqliteErrorCode: SqliteConstraint };
}
