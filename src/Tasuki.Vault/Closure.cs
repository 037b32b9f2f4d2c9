using Tasuki.Kernel;
using Tasuki.Vault.Log;
using Tasuki.Vault.RecordStore;
using Tasuki.Vault.Store;

namespace Tasuki.Vault;

/// <summary>
/// Closing an account and erasing a person. Erasing runs in the order list, key, rows, state; every step can be repeated, so a run that was cut off anywhere is
/// finished by the next one. From the first step the gate refuses, on every server.
/// </summary>
internal sealed class Closure(VaultParts parts)
{
    private static readonly TableColumns[] RowsOfAResident =
    [
        VaultColumns.Record, VaultColumns.RecordHistory, VaultColumns.SampleChunk, VaultColumns.FileChunk, VaultColumns.File, VaultColumns.AccessGrant,
        VaultColumns.ResidentLookup,
    ];

    /// <summary>Called after each step of an erasure, with its name. For tests: the process dies here.</summary>
    public Action<string>? AfterStep { get; set; }

    public async Task<Result<DateTimeOffset>> Close(Actor owner, ResidentNo resident, CancellationToken cancel) =>
        owner.Kind is ActorKind.Resident && owner.Self == resident ? await Begin(owner, resident, null, cancel) : await Refuse(owner, resident, LogAction.Close);

    public async Task<Result<DateTimeOffset>> CloseUnused(Actor job, ResidentNo resident, CancellationToken cancel) =>
        job.Kind is ActorKind.Job && !string.IsNullOrWhiteSpace(job.Reason) ? await Begin(job, resident, job.Reason, cancel) : await Refuse(job, resident, LogAction.Close);

    private async Task<Result<DateTimeOffset>> Begin(Actor owner, ResidentNo resident, string? why, CancellationToken cancel)
    {
        var now = parts.Clock.GetUtcNow();
        var eraseAt = now.AddDays(parts.Options.WaitingDays);
        await using var work = await parts.Records.Write(cancel);
        if (await ResidentRow.Read(parts, work, resident, locked: true, cancel) is not { State: ResidentState.Open })
            return await Refuse(owner, resident, LogAction.Close);
        await new ResidentStatus(resident, ResidentState.Closing, Time.Micros(now), Time.Micros(eraseAt)).Store(parts, work, cancel);
        await parts.Log.Append(new LogEntry(resident, owner, Purpose.Closure, LogAction.Close, why, Refused: false));
        await work.Commit(cancel);
        return Time.FromMicros(Time.Micros(eraseAt));
    }

    public async Task<Result<Done>> Cancel(Actor owner, ResidentNo resident, CancellationToken cancel)
    {
        if (owner.Kind is not ActorKind.Resident || owner.Self != resident)
            return (await Refuse(owner, resident, LogAction.CancelClosure)).Map(_ => Done.Yes);
        await using var work = await parts.Records.Write(cancel);
        // After the first step of an erasure there is no way back, whatever the row says.
        if (await ResidentRow.Read(parts, work, resident, locked: true, cancel) is not { State: ResidentState.Closing } || parts.Erased.Contains(resident))
            return (await Refuse(owner, resident, LogAction.CancelClosure)).Map(_ => Done.Yes);
        await new ResidentStatus(resident, ResidentState.Open, null, null).Store(parts, work, cancel);
        await parts.Log.Append(new LogEntry(resident, owner, Purpose.Closure, LogAction.CancelClosure, null, Refused: false));
        await work.Commit(cancel);
        return Done.Yes;
    }

    public async Task<DateTimeOffset?> ClosingAt(ResidentNo resident, CancellationToken cancel)
    {
        await using var work = await parts.Records.Read(cancel);
        var rows = await work.Query(
            $"select {ResidentStatus.Select} from resident r where r.resident_no = @resident", row => ResidentStatus.Read(parts, resident, row, 0), cancel,
            ("@resident", resident.Value));
        return rows is [{ State: ResidentState.Closing, EraseAt: { } at }] ? Time.FromMicros(at) : null;
    }

    public async Task<bool> IsOpen(ResidentNo resident, CancellationToken cancel)
    {
        await using var work = await parts.Records.Read(cancel);
        return await ResidentRow.Read(parts, work, resident, locked: false, cancel) is { State: ResidentState.Open };
    }

    public async Task<IReadOnlyList<ResidentNo>> EraseDue(Actor job, CancellationToken cancel)
    {
        var now = Time.Micros(parts.Clock.GetUtcNow());
        List<ResidentNo> due;
        await using (var reading = await parts.Records.Read(cancel))
        {
            due = await reading.Query(
                $"select resident_no from resident where state = {(int)ResidentState.Closing} and erase_at <= @now order by resident_no",
                row => new ResidentNo(row.GetInt64(0)), cancel, ("@now", now));
        }

        var erased = new List<ResidentNo>(due.Count);
        foreach (var resident in due)
        {
            if (await MarkAsErased(job, resident, now, cancel))
            {
                await parts.Log.Append(new LogEntry(resident, job, Purpose.Closure, LogAction.Erase, null, Refused: false));
                await Destroy(resident, cancel);
                erased.Add(resident);
            }
        }

        return erased;
    }

    /// <summary>How many should have been erased by then and are not.</summary>
    public async Task<int> Due(DateTimeOffset by, CancellationToken cancel)
    {
        var before = Time.Micros(by);
        await using var reading = await parts.Records.Read(cancel);
        return (int)(await reading.Number($"select count(*) from resident where state = {(int)ResidentState.Closing} and erase_at <= @before", cancel, ("@before", before)) ?? 0);
    }

    public async Task<Result<Done>> EraseAtCounter(Actor officer, ResidentNo resident, string reason, CancellationToken cancel)
    {
        if (officer.Kind is not ActorKind.Officer || string.IsNullOrWhiteSpace(reason))
            return (await Refuse(officer, resident, LogAction.Erase)).Map(_ => Done.Yes);
        // Only who closed the account themselves, with their strongest sign-in, can be erased at once; the waiting period then is the only thing left out.
        if (!await MarkAsErased(officer, resident, due: long.MaxValue, cancel))
            return (await Refuse(officer, resident, LogAction.Erase)).Map(_ => Done.Yes);
        await parts.Log.Append(new LogEntry(resident, officer, Purpose.Closure, LogAction.Erase, reason, Refused: false));
        await Destroy(resident, cancel);
        return Done.Yes;
    }

    /// <summary>Before a server opens: whoever stands on the erasure list and has come back with a restored store goes again. Returns those.</summary>
    public async Task<IReadOnlyList<ResidentNo>> ApplyList(CancellationToken cancel)
    {
        if (parts.Erased.IsEmpty)
            return [];
        var returned = await Listed(parts.Records, $"select resident_no from resident where state <> {(int)ResidentState.Erased} order by resident_no", cancel);
        foreach (var resident in returned)
            await Destroy(resident, cancel);
        // A key store restored by itself brings keys of people whose rows are long gone.
        foreach (var resident in await Listed(parts.Keys, "select distinct resident_no from resident_key", cancel))
            await parts.ResidentKeys.Destroy(resident, cancel);
        return returned;
    }

    private async Task<List<ResidentNo>> Listed(Database database, string sql, CancellationToken cancel)
    {
        await using var reading = await database.Read(cancel);
        await using var command = reading.Command(sql);
        await using var rows = await command.ExecuteReaderAsync(cancel);
        var listed = new List<ResidentNo>();
        while (await rows.ReadAsync(cancel))
        {
            if (parts.Erased.Contains(new ResidentNo(rows.GetInt64(0))))
                listed.Add(new ResidentNo(rows.GetInt64(0)));
        }

        return listed;
    }

    // Under the resident's lock, so that a cancellation either comes before this or finds the door closed.
    private async Task<bool> MarkAsErased(Actor job, ResidentNo resident, long due, CancellationToken cancel)
    {
        await using var work = await parts.Records.Write(cancel);
        var rows = await work.Query(
            $"select {ResidentStatus.Select} from resident r where r.resident_no = @resident{work.Database.RowLock}",
            row => ResidentStatus.Read(parts, resident, row, 0), cancel, ("@resident", resident.Value));
        if (rows is [null])
            parts.Alarm(job, resident, Purpose.Closure, "resident", resident.Value);
        if (rows is not [{ State: ResidentState.Closing, EraseAt: { } eraseAt }] || eraseAt > due)
            return false;
        parts.Erased.Add(resident);
        AfterStep?.Invoke("list");
        return true;
    }

    private async Task Destroy(ResidentNo resident, CancellationToken cancel)
    {
        await parts.ResidentKeys.Destroy(resident, cancel);
        AfterStep?.Invoke("key");
        foreach (var table in RowsOfAResident)
        {
            await using (var work = await parts.Records.Write(cancel))
            {
                await work.Execute($"delete from {table.Name} where resident_no = @resident", cancel, ("@resident", resident.Value));
                await work.Commit(cancel);
            }

            AfterStep?.Invoke(table.Name);
        }

        await using (var work = await parts.Records.Write(cancel))
        {
            await new ResidentStatus(resident, ResidentState.Erased, null, null).Store(parts, work, cancel);
            await work.Commit(cancel);
        }

        AfterStep?.Invoke("state");
    }

    private async Task<Result<DateTimeOffset>> Refuse(Actor actor, ResidentNo resident, string action)
    {
        await parts.Log.Append(new LogEntry(resident, actor, Purpose.Closure, action, null, Refused: true));
        return Gate.Refused;
    }
}
