using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Vault;

namespace Tasuki.Server.Keys;

/// <summary>
/// The day's epoch. Asked every hour and at each start, since what people were promised hangs on the day; a day that has its epoch leaves nothing to do but to finish
/// what was cut off. A server that is slow to load the ring, or a backup under way, is an error that the next attempt finds gone.
/// </summary>
internal sealed class RotateKeys(RecordVault vault) : IJobHandler
{
    public const string Name = "server.rotate-keys";

    public string Kind => Name;

    public async Task<Result<Done>> Run(JobWork work, CancellationToken cancel) =>
        (await vault.RotateEpoch(Actor.Job(Name, "The day's epoch."), now: false, cancel)).Map(_ => Done.Yes);
}
