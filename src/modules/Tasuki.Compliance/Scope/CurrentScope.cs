using Tasuki.Compliance.Regime;

namespace Tasuki.Compliance.Scope;

/// <summary>The scope as it was decided last; until somebody decides, what the configuration suggests.</summary>
internal sealed class CurrentScope(ScopeBook book) : ICurrentScope
{
    public async Task<ServiceScope> Get(CancellationToken cancel) => (await book.Now(cancel)).Decision.Scope;

    public async Task<OrdinanceSettings> Ordinance(CancellationToken cancel) => (await book.Now(cancel)).Decision.Ordinance;
}
