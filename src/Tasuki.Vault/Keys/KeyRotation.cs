using Microsoft.Extensions.Logging;
using Tasuki.Kernel;
using Tasuki.Vault.Store;

namespace Tasuki.Vault.Keys;

/// <summary>
/// The day's epoch, in this order: its key is spread, used when every live server has it, the epochs before are closed to enrolments, every living key is wrapped
/// anew, and epoch keys whose time is over are destroyed. Each step finds out what is left to do, so the next run finishes one that was cut off.
/// </summary>
internal sealed class KeyRotation(VaultOptions options, KeyRing ring, RingServers servers, Database keys, TimeProvider clock)
{
    private static readonly Error Running = new("rotate.running", "A rotation or a backup is under way; run this again when it is finished.");

    /// <summary>Called after each step, with its name. For tests: the process dies here.</summary>
    public Action<string>? AfterStep { get; set; }

    public RewrapKeys Rewrap { get; } = new(keys, ring, options.Municipality);

    /// <param name="now">Makes another epoch today and destroys every older one: what was erased until now is gone from key-store copies too.</param>
    public async Task<Result<RotatedKeys>> RotateEpoch(bool now, CancellationToken cancel)
    {
        using var alone = ring.TryLockLongWork();
        if (alone is null)
            return Running;
        if (ring.SpreadEpoch(another: now) is var (number, generation))
        {
            AfterStep?.Invoke("spread");
            if (!await servers.AllHave(generation, cancel))
                return Waiting();
            ring.Use(RingPurpose.Epoch, number);
            AfterStep?.Invoke("use");
        }

        var current = ring.CurrentEpoch;
        await Fence(current, cancel);
        AfterStep?.Invoke("fence");
        var (rewrapped, broken) = await Rewrap.Run(cancel);
        // Keeping a destroyed epoch's key alive would not open them: they do not hold up the destruction others were promised.
        if (broken.Count > 0)
            options.Logger.KeysDoNotOpen(broken.Count, broken.Min());
        AfterStep?.Invoke("rewrap");

        var before = ring.List().Count;
        var over = clock.GetUtcNow().AddDays(-options.EpochDays);
        ring.Destroy(RingPurpose.Epoch, epoch => epoch.Number < current && (now || epoch.End <= over));
        // An entry lies under the key of its year in UTC (LogBody), so the year that ends is counted in UTC too.
        ring.DestroyLogKeysBefore(clock.GetUtcNow().Year - options.LogYears);
        AfterStep?.Invoke("destroy");
        await servers.Report(cancel);
        return new RotatedKeys(current, rewrapped, broken.Count, before - ring.List().Count);
    }

    /// <summary>One more key of a purpose. What older numbers closed they open.</summary>
    public async Task<Result<int>> Renew(string purpose, CancellationToken cancel)
    {
        if (!RingPurpose.Renewable.Contains(purpose, StringComparer.Ordinal))
        {
            return new Error(
                "rotate.purpose", $"Keys are renewed for: {string.Join(", ", RingPurpose.Renewable)}. '{purpose}' is permanent, or no purpose: what it made is compared, not opened.");
        }

        using var alone = ring.TryLockLongWork();
        if (alone is null)
            return Running;
        if (string.Equals(purpose, RingPurpose.Seal, StringComparison.Ordinal))
            ring.SealKey().Private.Dispose();
        var (number, generation) = ring.SpreadNext(purpose);
        AfterStep?.Invoke("spread");
        if (!await servers.AllHave(generation, cancel))
            return Waiting();
        ring.Use(purpose, number);
        await servers.Report(cancel);
        return number;
    }

    private static Error Waiting() =>
        new("rotate.waiting", "A live server has not loaded the new ring; the key waits in it unused. Run this again, and look at that server if it goes on.");

    // From its commit on nobody wraps under an older epoch, whatever ring he holds.
    private async Task Fence(int epoch, CancellationToken cancel)
    {
        await using var work = await keys.Write(cancel);
        await work.Execute("update key_fence set epoch = @epoch where one = 1 and epoch < @epoch", cancel, ("@epoch", (long)epoch));
        await work.Commit(cancel);
    }
}
