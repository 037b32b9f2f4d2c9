using System.Buffers;
using System.Data.Common;
using System.Globalization;
using Tasuki.Kernel;
using Tasuki.Vault.Keys;
using Tasuki.Vault.Log;
using Tasuki.Vault.Store;

namespace Tasuki.Vault.RecordStore;

/// <summary>Rows ready to be stored: the ones that stand, the ones that are past, and the seqs whose row makes place.</summary>
internal sealed record SealedRows(IReadOnlyList<RecordRow> Current, IReadOnlyList<RecordRow> Past, IReadOnlyList<long> MakePlace)
{
    private const int TagPart = 8;
    private const string UniqueViolation = "23505";

    /// <param name="row">The sealed row of a version of the plan; asked for on several threads at once.</param>
    public static async Task<SealedRows> Make(WritePlan plan, VaultParts parts, ResidentKeys keys, Func<NewVersion, RecordRow> row)
    {
        var versions = plan.Versions;
        var rows = new RecordRow[versions.Count];
        await ManyThreads.ForEach(versions.Count, i => rows[i] = row(versions[i]));
        var replaced = plan.Replaced;
        var past = new RecordRow[replaced.Count];
        await ManyThreads.ForEach(replaced.Count, i => past[i] = replaced[i].Row.Sealed(keys, parts.Municipality, RecordRow.History, replaced[i].Payload));
        return new SealedRows(
            [.. rows.Where((_, i) => string.Equals(versions[i].Table, RecordRow.Current, StringComparison.Ordinal))],
            [.. past, .. rows.Where((_, i) => !string.Equals(versions[i].Table, RecordRow.Current, StringComparison.Ordinal))],
            [.. replaced.Select(one => one.Row.Seq)]);
    }

    /// <summary>
    /// Stores and commits with an entry. False when something was written since the plan was made, or, where few new rows go together with others' (<see cref="Database.Commit"/>), somebody is
    /// at the resident's rows now.
    /// </summary>
    /// <param name="together">Not after a try that was forestalled: by itself a write waits for its turn.</param>
    public Task<bool> TryCommit(WriteLog log, Database records, WritePlan plan, ResidentNo resident, bool together, CancellationToken cancel)
    {
        if (!together || Past.Count + MakePlace.Count > 0 || Current.Count > GuardedInsert.MostRows)
            return log.TryCommit(Tags(), () => StoreUnlessForestalled(records, plan, resident, cancel), cancel);
        var insert = new GuardedInsert(
            resident, plan.Seen.MoveOnIfFree(records, resident, plan.NextSeq, plan.LastUpdated), VaultColumns.Record, [.. Current.Select(row => row.Values())]);
        return log.TryCommit(Tags(), () => CommitUnlessForestalled(records, insert));
    }

    private static async Task<bool> CommitUnlessForestalled(Database records, GuardedInsert insert)
    {
        try
        {
            return await records.Commit(insert);
        }
        catch (DbException taken) when (string.Equals(taken.SqlState, UniqueViolation, StringComparison.Ordinal))
        {
            return false;
        }
    }

    /// <summary>The transaction to commit; null when something was written since the plan was made.</summary>
    private async Task<DbWork?> StoreUnlessForestalled(Database records, WritePlan plan, ResidentNo resident, CancellationToken cancel)
    {
        var work = await records.Write(cancel);
        var stored = false;
        try
        {
            stored = await StoreUnlessForestalled(work, plan, resident, cancel);
        }
        catch (DbException taken) when (string.Equals(taken.SqlState, UniqueViolation, StringComparison.Ordinal))
        {
            // The rows went with the question; another write has taken the seq.
        }
        finally
        {
            if (!stored)
                await work.DisposeAsync();
        }

        return stored ? work : null;
    }

    public async Task Store(DbWork work, ResidentNo resident, long nextSeq, long lastUpdated, CancellationToken cancel)
    {
        await StoreRows(work, resident, cancel);
        await ResidentRow.Move(work, resident, nextSeq, lastUpdated, cancel);
    }

    /// <summary>Takes the resident's lock and stores, if nothing was written since the plan: few rows in the same round trip. False when something was.</summary>
    private async Task<bool> StoreUnlessForestalled(DbWork work, WritePlan plan, ResidentNo resident, CancellationToken cancel)
    {
        var moveOn = plan.Seen.MoveOn(resident, plan.NextSeq, plan.LastUpdated);
        if (Current.Count + Past.Count > GuardedInsert.MostRows)
        {
            if (await work.Execute(moveOn.Sql, cancel, moveOn.Parameters) == 0)
                return false;
            await StoreRows(work, resident, cancel);
            return true;
        }

        List<Statement> statements = [moveOn, .. MakePlace.Select(seq => new Statement("delete from record where resident_no = @resident and seq = @seq", ("@resident", resident.Value), ("@seq", seq)))];
        statements.AddRange(Current.Select(row => VaultColumns.Record.Insert(row.Values())));
        statements.AddRange(Past.Select(row => VaultColumns.RecordHistory.Insert(row.Values())));
        return await work.ExecuteAll(statements, cancel) == 1;
    }

    private async Task StoreRows(DbWork work, ResidentNo resident, CancellationToken cancel)
    {
        foreach (var some in MakePlace.Chunk(500))
        {
            await work.Execute(
                string.Create(CultureInfo.InvariantCulture, $"delete from record where resident_no = @resident and seq in ({string.Join(',', some)})"), cancel,
                ("@resident", resident.Value));
        }

        await work.Database.InsertRecords(work, VaultColumns.Record, Current, cancel);
        await work.Database.InsertRecords(work, VaultColumns.RecordHistory, Past, cancel);
    }

    /// <summary>For the log: seq and version of each row that now stands, with the start of its tag.</summary>
    public ReadOnlyMemory<byte> Tags()
    {
        var tags = new ArrayBufferWriter<byte>(Current.Count * 12);
        foreach (var row in Current)
        {
            Varint.Write(tags, (ulong)row.Seq);
            Varint.Write(tags, (ulong)row.Version);
            tags.Write(Aead.TagOf(row.Body)[..TagPart]);
        }

        return tags.WrittenMemory;
    }
}
