using Tasuki.Kernel;

namespace Tasuki.Vault;

/// <summary>What a rotation did: the epoch in use, keys wrapped anew, keys that do not open, ring keys destroyed.</summary>
public sealed record RotatedKeys(int Epoch, long Rewrapped, int Broken, int Destroyed);

/// <summary>
/// The two dates a person is told who closes the account: from <paramref name="RecordCopies"/> no copy of the records opens, whoever kept it; from
/// <paramref name="KeyCopies"/> no copy of the key store opens either.
/// </summary>
public sealed record ErasureDates(DateTimeOffset RecordCopies, DateTimeOffset KeyCopies)
{
    /// <summary>
    /// The epoch of that day ends with the day, its key is destroyed so many days later, by a job that runs every hour of that day: so the day after is promised. It
    /// holds where the server runs daily, and not for copies of the key ring that an operator keeps longer.
    /// </summary>
    internal static ErasureDates Of(DateTimeOffset erased, int epochDays) => new(erased, TokyoDay.StartOf(TokyoDay.Of(erased).AddDays(epochDays + 2)));
}
