using System.Globalization;
using Tasuki.Kernel;
using Tasuki.Kernel.Seals;
using Tasuki.Vault.Log;
using Tasuki.Vault.RecordStore;

namespace Tasuki.Vault.Keys;

/// <summary>
/// Changes one resident's body key, in this order: the new version is durable and opens; when every server must have read it, it closes; all that lies under the old
/// one is rewritten; when nobody can be writing under the old one any more, what is left is rewritten and the old one destroyed. Each run does what can be done now
/// and finds out by looking, so one that was cut off anywhere is continued by the next. An erasure comes before all of it.
/// </summary>
internal sealed class KeyChange(VaultParts parts)
{
    /// <summary>From the new version's birth until it closes: twice as long as a key lives unwrapped on any server, clocks that differ included.</summary>
    public static readonly TimeSpan Spreading = TimeSpan.FromMinutes(2);

    /// <summary>From then until the old version goes: no request that took the old key earlier is still writing.</summary>
    public static readonly TimeSpan Settling = TimeSpan.FromHours(1);

    private static readonly Error Unopened =
        new("keys.unopened", "Something of this resident does not open under any key; the old key stays until it is put back or removed. The server's log names the rows.");

    /// <summary>Called after each step, with its name. For tests: the process dies here.</summary>
    public Action<string>? AfterStep { get; set; }

    /// <param name="others">Sealed columns outside the vault, all of them.</param>
    public async Task<Result<ChangedKey>> Run(Actor actor, ResidentNo resident, ResealColumns others, CancellationToken cancel)
    {
        var versions = await parts.ResidentKeys.Versions(resident);
        if (versions is [{ Number: KeyVersion.Last }])
            return new Error("keys.last", "This resident's key was changed 254 times; there is no further version.");
        if ((versions.Count == 1 ? await Begin(actor, resident, cancel) : versions.LastOrDefault()) is not { } newest)
            return Gate.Refused;

        var now = parts.Clock.GetUtcNow();
        var settled = newest.UsedFrom + Settling;
        if (now < newest.UsedFrom)
            return new ChangedKey(newest.Number, KeyChangeState.Spreading, newest.UsedFrom, 0);
        parts.ResidentKeys.Forget(resident);
        var rewritten = await RewriteAll(actor, resident, newest.Number, others, cancel);
        if (!rewritten.IsOk)
            return rewritten.Error;
        if (now < settled)
            return new ChangedKey(newest.Number, KeyChangeState.Settling, settled, rewritten.Value);
        // A backup under way holds rows under the old version and may have yet to come to the keys.
        using var alone = parts.Ring.TryLockLongWork();
        if (alone is null)
            return new ChangedKey(newest.Number, KeyChangeState.Settling, now, rewritten.Value);
        return await Finish(actor, resident, newest.Number, cancel)
            ? new ChangedKey(newest.Number, KeyChangeState.Finished, now, rewritten.Value) : Gate.Refused;
    }

    // Under the resident's lock: an erasure lists the resident under it, so it comes before, and there is no key to follow, or after, and takes both.
    private async Task<KeyVersion?> Begin(Actor actor, ResidentNo resident, CancellationToken cancel)
    {
        await using var work = await parts.Records.Write(cancel);
        if (!await IsAlive(work, resident, cancel))
            return null;
        // Somebody else may have begun before the lock was ours.
        var versions = await parts.ResidentKeys.Versions(resident);
        if (versions is not [var old])
            return versions.LastOrDefault();
        var next = old.Next(Time.FromMicros(Time.Micros(parts.Clock.GetUtcNow() + Spreading)));
        await Say(actor, resident, $"version {next.Number}");
        AfterStep?.Invoke("log");
        await parts.ResidentKeys.Add(resident, next, cancel);
        AfterStep?.Invoke("key");
        return next;
    }

    private async Task<Result<long>> RewriteAll(Actor actor, ResidentNo resident, byte version, ResealColumns others, CancellationToken cancel)
    {
        var rewrite = new RewriteRows(parts, actor, resident, version) { AfterBatch = AfterStep };
        if (await rewrite.All(cancel) is not { } rows)
            return Gate.Refused;
        var values = await others(resident, (place, value, stop) => Reseal(resident, version, place, value, stop), cancel);
        AfterStep?.Invoke("columns");
        return rows.Broken + values.Broken > 0 ? Unopened : rows.Values + values.Values;
    }

    private async ValueTask<Result<byte[]?>> Reseal(ResidentNo resident, byte version, SealPlace place, ReadOnlyMemory<byte> value, CancellationToken cancel)
    {
        if (value.Length > 1 && value.Span[1] == version)
            return (byte[]?)null;
        if (await parts.ResidentKeys.Get(resident, cancel) is not { } keys)
            return MunicipalSeal.Gone;
        return BodyFormat.Reseal(keys, value.Span, MunicipalSeal.Bound(parts.Municipality, place).Number(resident.Value)) is { } resealed ? resealed : MunicipalSeal.Broken;
    }

    private async Task<bool> Finish(Actor actor, ResidentNo resident, byte version, CancellationToken cancel)
    {
        await using var work = await parts.Records.Write(cancel);
        if (!await IsAlive(work, resident, cancel))
            return false;
        await Say(actor, resident, $"before version {version}, destroyed");
        AfterStep?.Invoke("said");
        await parts.ResidentKeys.Destroy(resident, below: version, cancel);
        AfterStep?.Invoke("destroyed");
        return true;
    }

    private async Task<bool> IsAlive(Store.DbWork work, ResidentNo resident, CancellationToken cancel) =>
        await ResidentRow.Read(parts, work, resident, locked: true, cancel) is { State: ResidentState.Open or ResidentState.Closing } && !parts.Erased.Contains(resident);

    private Task Say(Actor actor, ResidentNo resident, FormattableString what) => parts.Log.Append(
        new LogEntry(resident, actor, Purpose.Operation, LogAction.ChangeKey, what.ToString(CultureInfo.InvariantCulture), Refused: false));
}
