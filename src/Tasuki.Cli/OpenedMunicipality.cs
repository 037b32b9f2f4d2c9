using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Server;
using Tasuki.Server.Municipalities;
using Tasuki.Vault;

namespace Tasuki.Cli;

/// <summary>A municipality opened by a command: its vault and the same services the server has, without the web.</summary>
internal sealed class OpenedMunicipality : IAsyncDisposable
{
    public static readonly string[] Options = ["data", "ring", "municipality"];

    private readonly ServiceProvider _services;

    private OpenedMunicipality(MunicipalityFolder folder, RecordVault vault, ServiceProvider services)
    {
        (Folder, Vault, _services) = (folder, vault, services);
    }

    public MunicipalityFolder Folder { get; }

    public RecordVault Vault { get; }

    public AsyncServiceScope Scope() => _services.CreateAsyncScope();

    /// <summary>Opens what is there, <c>./data</c> and <c>./data.ring</c> unless options say otherwise.</summary>
    public static async Task<Result<OpenedMunicipality>> Open(CommandLine line, bool create, CancellationToken cancel)
    {
        var folder = MunicipalityFolder.Load(line.Get("data", "data"), line.Get("ring", "data.ring"), line["municipality"]);
        return folder.IsOk ? await Open(folder.Value, create, cancel) : folder.Error;
    }

    /// <param name="create">Makes databases, tables and ring where they are missing.</param>
    public static async Task<Result<OpenedMunicipality>> Open(MunicipalityFolder folder, bool create, CancellationToken cancel)
    {
        var vault = await RecordVault.Start(folder.VaultOptions(create), TimeProvider.System, cancel);
        if (!vault.IsOk)
            return vault.Error;
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning).AddSimpleConsole());
        services.AddSingleton(TimeProvider.System);
        services.AddTasuki(folder, vault.Value, ServerSettings.ForCommands);
        var opened = new OpenedMunicipality(folder, vault.Value, services.BuildServiceProvider());
        if (create)
        {
            await using var scope = opened.Scope();
            await scope.ServiceProvider.GetRequiredService<TasukiSchema>().Migrate(cancel);
        }

        return opened;
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await Vault.DisposeAsync();
    }
}
