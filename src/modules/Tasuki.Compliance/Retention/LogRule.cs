using Tasuki.Kernel;
using Tasuki.Kernel.Retention;
using Tasuki.Vault;

namespace Tasuki.Compliance.Retention;

/// <summary>
/// Entries of the access log, whole years at a time. They end by hand, with a role of the database that may delete (<c>tasuki log retire</c>): a server may only add. Late is what a
/// quarter of a year was not enough for.
/// </summary>
internal sealed class LogRule(RecordVault vault) : IRetentionRule
{
    public const string Id = "log";

    private const int Patience = 90;

    public async Task<RetentionCount> Count(RetentionAsk ask, CancellationToken cancel) =>
        RetentionCount.Of("due", await Before(ask.At, ask.Period, cancel), await Before(ask.At.AddDays(-Patience), ask.Period, cancel));

    private Task<long> Before(DateTimeOffset at, int years, CancellationToken cancel) => vault.RetirableLogEntries(TokyoDay.Of(at).Year - years, cancel);
}
