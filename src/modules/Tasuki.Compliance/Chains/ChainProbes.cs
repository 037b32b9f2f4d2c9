using Tasuki.Compliance.Controls;
using Tasuki.Kernel.Evidence;

namespace Tasuki.Compliance.Chains;

/// <summary>The chain of groups and seals of the access log.</summary>
internal sealed class LogChainProbe(LogChain chain, EvidenceBook book, WholeChains runs, TimeProvider clock) : IProbe
{
    public Task<Finding> Look(CancellationToken cancel) => new ChainProbe(chain, book, runs, clock).Look(cancel);
}

/// <summary>Whether the chain of evidence is whole and agrees with every head the access log names.</summary>
internal sealed class EvidenceChainProbe(EvidenceChain chain, EvidenceBook book, WholeChains runs, TimeProvider clock) : IProbe
{
    public Task<Finding> Look(CancellationToken cancel) => new ChainProbe(chain, book, runs, clock).Look(cancel);
}
