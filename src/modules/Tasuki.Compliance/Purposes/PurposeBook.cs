using Microsoft.EntityFrameworkCore;
using Tasuki.Compliance.Regime;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Seals;

namespace Tasuki.Compliance.Purposes;

/// <summary>A purpose at its newest version.</summary>
/// <param name="Refusal">Why it may not be stated under the law in force; null when it may.</param>
internal sealed record KeptPurpose(PurposeRow Row, IReadOnlyList<PurposeRow> Earlier, Error? Refusal)
{
    public bool IsInForce => Row.State is PurposeState.Stated && Refusal is null;
}

/// <summary>The operator's purposes, for reading. One of which a version was altered or taken away is not there.</summary>
internal sealed class PurposeBook(TasukiDb db, ISeal seal)
{
    /// <summary>By code; and how many were left out. A purpose that was stated under another law is judged by the law in force.</summary>
    public async Task<(IReadOnlyList<KeptPurpose> Purposes, int Altered)> All(LegalRegime regime, CancellationToken cancel)
    {
        var kept = new List<KeptPurpose>();
        var altered = 0;
        var rows = await db.Set<PurposeRow>().AsNoTracking().ToListAsync(cancel);
        foreach (var versions in rows.OrderBy(r => r.Version).GroupBy(r => r.Code, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            if (!versions.Select((r, i) => r.Version == i + 1 && RowMac.Holds(r.Mac, MacOf(r))).All(whole => whole))
            {
                altered++;
                continue;
            }

            var newest = versions.Last();
            kept.Add(new KeptPurpose(newest, [.. versions.Take(newest.Version - 1).Reverse()], As(newest).Under(regime).Error));
        }

        return (kept, altered);
    }

    /// <summary>What may be published: stated, and allowed by the law in force.</summary>
    public async Task<IReadOnlyList<KeptPurpose>> InForce(LegalRegime regime, CancellationToken cancel) => [.. (await All(regime, cancel)).Purposes.Where(p => p.IsInForce)];

    public async Task<KeptPurpose?> Find(string code, LegalRegime regime, CancellationToken cancel) =>
        (await All(regime, cancel)).Purposes.FirstOrDefault(p => string.Equals(p.Row.Code, code, StringComparison.Ordinal));

    /// <summary>A version without a ground has the MAC it always had.</summary>
    public byte[] MacOf(PurposeRow r) => RowMac.Of(seal, "purpose-row",
    [
        r.Code, r.Version, r.At, r.Officer, r.State, r.Operator, r.Japanese, r.English, r.Easy, r.Basis, r.BasisName, r.BasisPlace, r.Duty, r.Relation, r.Categories,
        .. r is { Ground: OtherUseGround.None, GroundWhy: null } ? Array.Empty<object?>() : [r.Ground, r.GroundWhy],
    ]);

    public static StatedPurpose As(PurposeRow r) => new(
        r.Japanese, r.English, r.Easy, r.Basis, r.BasisName, r.BasisPlace, r.Duty, [.. r.Needs], r.Ground is OtherUseGround.None ? null : new OtherUse(r.Ground, r.GroundWhy, Harms: false));
}
