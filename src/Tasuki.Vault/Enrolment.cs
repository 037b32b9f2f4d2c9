using Tasuki.Kernel;
using Tasuki.Kernel.Seals;
using Tasuki.Vault.Log;
using Tasuki.Vault.RecordStore;
using Tasuki.Vault.Store;

namespace Tasuki.Vault;

/// <summary>Making residents, and finding them by municipal tokens. Number, key, row, in that order: no row ever stands without a durable key.</summary>
internal sealed class Enrolment(VaultParts parts, ISeal seal)
{
    /// <summary>Of the first record of an account.</summary>
    public const long FirstSeq = 1;

    // Five bytes of every record id hold the number.
    private const long LargestNumber = (1L << 40) - 1;

    /// <summary>Called after each step of an enrolment, with its name. For tests: the process dies here.</summary>
    public Action<string>? AfterStep { get; set; }

    public async Task<Result<IReadOnlyList<ResidentNo>>> Enrol(Actor actor, int count, CancellationToken cancel)
    {
        if (actor.Kind is not (ActorKind.Officer or ActorKind.Job or ActorKind.Operator))
            return Gate.Refused;
        if (count is < 1 or > 10_000)
            return new Error("enrol.count", $"1 to 10,000 residents are enrolled at once; {count} were asked for.");

        var residents = await Numbers(count, cancel);
        AfterStep?.Invoke("number");
        await parts.ResidentKeys.Create(residents, cancel);
        AfterStep?.Invoke("key");
        await parts.Log.Append(LogEntry.OfMany(residents, actor, Purpose.Operation, LogAction.Enrol, null));
        AfterStep?.Invoke("log");

        var created = Time.Micros(parts.Clock.GetUtcNow());
        await using var work = await parts.Records.Write(cancel);
        await parts.Records.InsertMany(
            work, VaultColumns.Resident, [.. residents.Select(r => Row(r, created))], cancel);
        await work.Commit(cancel);
        AfterStep?.Invoke("row");
        return Result.Of(residents);
    }

    public async Task AddLookup(ResidentNo resident, LookupKind kind, ReadOnlyMemory<byte> value, CancellationToken cancel)
    {
        await using var work = await parts.Records.Write(cancel);
        // Nothing is written for somebody who is gone.
        if (await ResidentRow.Read(parts, work, resident, locked: true, cancel) is not { State: ResidentState.Open or ResidentState.Closing })
            return;
        await work.Execute(
            $"{VaultColumns.ResidentLookup.InsertSql} on conflict (token, kind, resident_no) do nothing", cancel,
            ("@p0", seal.LookupToken(kind, value.Span)), ("@p1", (long)kind), ("@p2", resident.Value));
        await work.Commit(cancel);
    }

    public async Task RemoveLookup(ResidentNo resident, LookupKind kind, ReadOnlyMemory<byte> value, CancellationToken cancel)
    {
        await using var work = await parts.Records.Write(cancel);
        await work.Execute(
            "delete from resident_lookup where token = @token and kind = @kind and resident_no = @resident", cancel,
            ("@token", seal.LookupToken(kind, value.Span)), ("@kind", (long)kind), ("@resident", resident.Value));
        await work.Commit(cancel);
    }

    public async Task<IReadOnlyList<ResidentNo>> Find(LookupKind kind, ReadOnlyMemory<byte> value, CancellationToken cancel)
    {
        await using var work = await parts.Records.Read(cancel);
        return await work.Query(
            "select resident_no from resident_lookup where token = @token and kind = @kind order by resident_no", row => new ResidentNo(row.GetInt64(0)), cancel,
            ("@token", seal.LookupToken(kind, value.Span)), ("@kind", (long)kind));
    }

    // A counter's row: no sequence, so it works on every tier, and numbers are never given twice.
    private async Task<IReadOnlyList<ResidentNo>> Numbers(int count, CancellationToken cancel)
    {
        await using var work = await parts.Records.Write(cancel);
        await work.Execute("update counter set next = next + @count where name = 'resident'", cancel, ("@count", (long)count));
        var next = await work.Number("select next from counter where name = 'resident'", cancel) ?? throw new InvalidOperationException("The counter of residents is missing.");
        if (next > LargestNumber)
            throw new InvalidOperationException("No more resident numbers.");
        await work.Commit(cancel);
        return [.. Enumerable.Range(0, count).Select(i => new ResidentNo(next - count + i))];
    }

    private object?[] Row(ResidentNo resident, long created) =>
        [resident.Value, (long)ResidentState.Open, FirstSeq, created, 1L, 1L, created, null, null, new ResidentStatus(resident, ResidentState.Open, null, null).Mac(parts)];
}
