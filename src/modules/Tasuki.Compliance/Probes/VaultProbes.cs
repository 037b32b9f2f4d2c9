using System.Globalization;
using Tasuki.Kernel;
using Tasuki.Kernel.Evidence;
using Tasuki.Vault;

namespace Tasuki.Compliance.Probes;

/// <summary>The form of a hundred stored rows, drawn by chance. None is opened.</summary>
internal sealed class RowFormProbe(RecordVault vault) : IProbe
{
    public async Task<Finding> Look(CancellationToken cancel)
    {
        var report = await vault.LookAtRowForm(100, cancel);
        var (looked, odd) = (report.Looked.ToString(CultureInfo.InvariantCulture), report.Odd.ToString(CultureInfo.InvariantCulture));
        return report.Odd == 0 ? Finding.Good("sealed", looked) : Finding.Bad("clear", looked, odd);
    }
}

/// <summary>Whether the key that wraps residents' keys is of today or yesterday, and none has outlived its end: erased people's key-store copies become noise by that.</summary>
internal sealed class KeyAgeProbe(RecordVault vault, TimeProvider clock) : IProbe
{
    private static readonly TimeSpan Oldest = TimeSpan.FromDays(2);

    public Task<Finding> Look(CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var epochs = vault.RingKeys.Where(k => k.Purpose == "epoch").ToList();
        if (epochs.Where(k => k.State is RingKeyState.InUse).Select(k => k.Birth).DefaultIfEmpty().Max() is var newest && now - newest > Oldest)
            return Task.FromResult(Finding.Bad("old", Day(newest)));
        var overdue = epochs.Count(k => k.End is { } end && now - end > Oldest);
        return Task.FromResult(overdue > 0 ? Finding.Bad("outlived", overdue.ToString(CultureInfo.InvariantCulture)) : Finding.Good("young", Day(newest)));
    }

    private static string Day(DateTimeOffset at) => TokyoDay.Of(at).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}

/// <summary>People who closed their account and should be erased by now.</summary>
internal sealed class ErasureProbe(RecordVault vault) : IProbe
{
    public async Task<Finding> Look(CancellationToken cancel) =>
        await vault.OverdueErasures(cancel) is > 0 and var overdue ? Finding.Bad("overdue", overdue.ToString(CultureInfo.InvariantCulture)) : Finding.Good("done");
}
