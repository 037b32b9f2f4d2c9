using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Vault;

namespace Tasuki.People;

/// <summary>In a demo a resident has opened their records to a clinician for care, all but the especially sensitive. In a municipality that is no demo it does nothing.</summary>
public sealed class DemoSharing
{
    private static readonly TimeSpan Length = TimeSpan.FromDays(365);

    private readonly Municipality _municipality;
    private readonly RecordVault _vault;
    private readonly StaffStanding _standing;
    private readonly TimeProvider _clock;

    internal DemoSharing(Municipality municipality, RecordVault vault, StaffStanding standing, TimeProvider clock) => (_municipality, _vault, _standing, _clock) = (municipality, vault, standing, clock);

    /// <summary>Errors <c>demo.only</c>, <c>demo.clinician</c>, and those of <see cref="RecordVault.Grant"/>.</summary>
    public async Task<Result<long>> Make(ResidentNo resident, long clinician, CancellationToken cancel)
    {
        if (!_municipality.IsDemo)
            return new Error("demo.only", "Residents open their records themselves.");
        if (await _standing.Clinician(clinician, cancel) is not { } actor)
            return new Error("demo.clinician", "There is no such clinician.");
        return await _vault.Grant(
            Actor.Resident(resident),
            new NewGrant(resident, actor.Kind, actor.Id, Purpose.Care, AccessClasses.Of(Enum.GetValues<DataCategory>()), null, null, _clock.GetUtcNow() + Length), cancel);
    }
}
