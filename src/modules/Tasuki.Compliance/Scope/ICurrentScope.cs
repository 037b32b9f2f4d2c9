using Tasuki.Compliance.Regime;

namespace Tasuki.Compliance.Scope;

/// <summary>What the operator has decided about the service: its scope, and the periods of its ordinance.</summary>
internal interface ICurrentScope
{
    Task<ServiceScope> Get(CancellationToken cancel);

    /// <summary>The law's own values where the ordinance says nothing.</summary>
    Task<OrdinanceSettings> Ordinance(CancellationToken cancel);
}
