using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Vault;

namespace Tasuki.Server.Keys;

/// <summary>
/// Residents' keys that are being changed (<see cref="RecordVault.ChangeResidentKey"/>): what an operator began goes on here by itself, after crashes too. One that cannot
/// be finished does not hold up the others.
/// </summary>
internal sealed class ContinueKeyChanges(RecordVault vault, SealedTables tables) : IJobHandler
{
    public const string Name = "server.continue-key-changes";

    public string Kind => Name;

    public async Task<Result<Done>> Run(JobWork work, CancellationToken cancel)
    {
        Error? wrong = null;
        foreach (var resident in await vault.ChangingKeys(cancel))
            wrong ??= (await vault.ChangeResidentKey(Actor.Job(Name, "A change of this resident's key is not finished."), resident, tables.Reseal, cancel)).Error;
        return wrong is null ? Done.Yes : wrong;
    }
}
