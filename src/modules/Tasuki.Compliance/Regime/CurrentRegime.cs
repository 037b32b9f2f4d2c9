using Tasuki.Compliance.Scope;

namespace Tasuki.Compliance.Regime;

/// <summary>The rules the operator is under now.</summary>
internal sealed class CurrentRegime(ICurrentScope scope)
{
    public async Task<LegalRegime> Get(CancellationToken cancel) => LegalRegime.For(await scope.Get(cancel), await scope.Ordinance(cancel));
}
