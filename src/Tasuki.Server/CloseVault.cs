using Tasuki.Vault;

namespace Tasuki.Server;

/// <summary>Closes the vault when the server stops. Registered first, so it is stopped last: after the last request and the last job.</summary>
internal sealed class CloseVault(RecordVault vault) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken) => await vault.DisposeAsync();
}
