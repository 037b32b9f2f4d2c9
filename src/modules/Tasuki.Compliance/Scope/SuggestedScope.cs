using Tasuki.Compliance.Regime;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;

namespace Tasuki.Compliance.Scope;

/// <summary>What the running configuration says of the scope before anybody decided: the form is filled in with it.</summary>
internal sealed class SuggestedScope(Municipality municipality)
{
    public ScopeDecision Decision => new(
        new ServiceScope(
            municipality.OperatorName == municipality.Name ? OperatorKind.Municipality : OperatorKind.Company, ProviderType.ProvidesOnly, DeliveryForm.PublicBodyToPerson,
            ServiceFunctions.Record | ServiceFunctions.View | ServiceFunctions.Keep | ServiceFunctions.PassOn, HostingPlace.OwnMachines, Mynaportal: false, Institutions: false),
        [.. Enum.GetValues<DataCategory>().Select(c => (int)c)], "", null, new OrdinanceSettings());
}
