using Tasuki.Compliance.Controls;
using Tasuki.Vault;

namespace Tasuki.Compliance.Chains;

/// <summary>The pieces of evidence, and then the heads the access log names: each must be the piece that stands there.</summary>
internal sealed class EvidenceChain(EvidenceBook book, RecordVault vault) : IChain
{
    public const string Probe = "evidence.chain";

    private const int PiecesAtOnce = 500;

    // A head is written right after its piece; another server's clock may be behind.
    private static readonly TimeSpan Slack = TimeSpan.FromMinutes(10);

    public string Id => Probe;

    public async Task<ChainStretch> Check(ChainPoint? after, DateTimeOffset? since, Func<bool> rest, CancellationToken cancel)
    {
        var (point, read) = (after ?? new ChainPoint(0, Convert.ToHexString(new byte[32])), 0L);
        var broken = point is { Position: > 0, Aside: null } && !await book.StandsAt(point.Position, point.Head, cancel) ? $"Evidence {point.Position} is not the one that was checked before." : null;
        for (var more = point.Aside is null; more;)
        {
            var pieces = await book.CheckAfter(point.Position, point.Head, PiecesAtOnce, cancel);
            (point, read, broken) = (new ChainPoint(pieces.No, pieces.Hash), read + pieces.Rows, broken ?? pieces.Broken);
            // The piece a rest leaves behind is no reason for another.
            more = pieces.Rows == PiecesAtOnce;
            if (more && rest())
                return new ChainStretch(point, read, broken, AtEnd: false);
        }

        var place = LogPlace.Read(point.Aside) ?? (since is { } from ? LogPlace.Before(from - Slack) : LogPlace.Start);
        while (true)
        {
            var page = await vault.EvidenceHeads(place, cancel);
            broken ??= await book.CheckHeads(page.Heads, cancel);
            if (page.AtEnd)
                return new ChainStretch(point.Position > 0 ? point with { Aside = null } : null, read, broken, AtEnd: true);
            place = page.Next;
            if (rest())
                return new ChainStretch(point with { Aside = place.ToString() }, read, broken, AtEnd: false);
        }
    }
}
