using Tasuki.Vault;

namespace Tasuki.Compliance.Chains;

/// <summary>Entries, groups and seals of the access log. Its points are seals.</summary>
internal sealed class LogChain(RecordVault vault) : IChain
{
    public const string Probe = "log.chain";

    public string Id => Probe;

    public async Task<ChainStretch> Check(ChainPoint? after, DateTimeOffset? since, Func<bool> rest, CancellationToken cancel)
    {
        // What is new stands under a seal then, and the next look need not read it again. Not at every rest: each leaves an entry behind.
        if (after is null || since is not null)
            await vault.SealLog(cancel);
        var part = await vault.CheckLog(after is null ? null : new LogPoint(after.Position, after.Head), whole: since is null, rest, cancel);
        return new ChainStretch(part.Reached is { } reached ? new ChainPoint(reached.Seal, reached.Hash) : null, part.Entries, part.Broken, part.AtEnd);
    }
}
