using Tasuki.Compliance.Controls;
using Tasuki.Kernel;
using Tasuki.Vault;

namespace Tasuki.Compliance.Chains;

/// <summary>
/// Checks of whole chains. A long one is checked in stretches, by a job that lets others work in between; how far it has come is evidence, so that a restart goes on and
/// nobody moves it unseen.
/// </summary>
internal sealed class WholeChains(EvidenceBook book, TimeProvider clock)
{
    /// <summary>A run begins in every day.</summary>
    public static readonly TimeSpan Every = TimeSpan.FromHours(23);

    private static readonly Actor By = Actor.Job(CheckWholeChains.Name, "A check of the whole chain.");

    /// <summary>The newest run that came to its end. Altered: what is stored of it is not what was kept.</summary>
    public async Task<KeptPiece<ChainRun>?> Ended(IChain chain, CancellationToken cancel) =>
        await book.Kept<ChainRun>(EvidenceKind.Check, chain.Id, cancel) is not { } kept ? null
            : kept.Piece is { } run && (run.Content.Ended is null || run.Holds != run.Content.Broken is null) ? kept with { Piece = null } : kept;

    /// <summary>Whether the chain is to be checked from its beginning: one run goes on, none ended for a day, or a look found that its point does not fit.</summary>
    public async Task<bool> IsDue(IChain chain, CancellationToken cancel)
    {
        if (await Ended(chain, cancel) is not { Piece: { } ended } last || clock.GetUtcNow() - ended.At >= Every || await Going(chain, last.No, cancel) is not null)
            return true;
        return ended.Holds && await book.Newest<ProbeContent>(EvidenceKind.Probe, chain.Id, cancel) is { Holds: false, Content.Code: "broken" or "point" } red && red.No > last.No;
    }

    /// <summary>Goes on with the run that is under way or begins one, until it ends or <paramref name="rest"/> says so.</summary>
    public async Task<ChainRun> Continue(IChain chain, Func<bool> rest, CancellationToken cancel)
    {
        var last = (await Ended(chain, cancel))?.No ?? 0;
        var run = await Going(chain, last, cancel) ?? ChainRun.Begin(clock.GetUtcNow());
        run = run.With(await chain.Check(run.Point, since: null, rest, cancel), clock.GetUtcNow());
        await book.Add(EvidenceKind.Check, run.Ended is null ? Under(chain) : chain.Id, run, By, null, cancel, holds: run.Broken is null);
        return run;
    }

    // One that was altered is none: the next begins at the beginning, and the chain of evidence tells of it.
    private async Task<ChainRun?> Going(IChain chain, long after, CancellationToken cancel) =>
        await book.Kept<ChainRun>(EvidenceKind.Check, Under(chain), cancel) is { Piece: { } going } && going.No > after && going.Content.Ended is null ? going.Content : null;

    private static string Under(IChain chain) => chain.Id + ".going";
}
