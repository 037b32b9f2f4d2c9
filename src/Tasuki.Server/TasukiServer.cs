using Microsoft.AspNetCore.Hosting.StaticWebAssets;
using Tasuki.Data;
using Tasuki.FhirApi;
using Tasuki.Kernel;
using Tasuki.Server.Logs;
using Tasuki.Server.Municipalities;
using Tasuki.Vault;

namespace Tasuki.Server;

/// <summary>Builds the server of one municipality from its settings. A wrong setting stops it with a sentence that says what to change.</summary>
public static class TasukiServer
{
    /// <summary>Settings: see <see cref="ServerSettings"/>.</summary>
    public static async Task<Result<WebApplication>> Build(string[] args, Action<WebApplicationBuilder>? adjust, CancellationToken cancel)
    {
        // Named and placed by hand: the assets' manifest is found by that name, and assets are empty without a word when a server is started from another folder.
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args, ApplicationName = typeof(TasukiServer).Assembly.GetName().Name, ContentRootPath = AppContext.BaseDirectory,
        });
        // From build output the assets are found through the manifest; a published folder has them in wwwroot and no manifest.
        if (File.Exists(Path.Combine(AppContext.BaseDirectory, "Tasuki.Server.staticwebassets.runtime.json")))
            StaticWebAssetsLoader.UseStaticWebAssets(builder.Environment, builder.Configuration);
        adjust?.Invoke(builder);

        var settings = ServerSettings.From(builder.Configuration, builder.Environment.IsProduction());
        if (!settings.IsOk)
            return settings.Error;
        var profiles = WrittenProfiles.Load(settings.Value.Profiles, settings.Value.Packages);
        if (!profiles.IsOk)
            return profiles.Error;
        var folder = MunicipalityFolder.Load(settings.Value.Data, settings.Value.Ring, settings.Value.Municipality);
        if (!folder.IsOk)
            return folder.Error;
        if (builder.Environment.IsProduction() && folder.Value.Municipality.IsDemo)
            return new Error("settings.demo", $"{folder.Value.Data} was made by tasuki demo: its accounts are public. A production server does not start with it.");

        var hosts = KnownHosts.From(settings.Value.Hosts is { Count: > 0 } named ? named : folder.Value.Hosts, builder.Environment.IsProduction());
        if (!hosts.IsOk)
            return hosts.Error;

        var clock = builder.Services.FirstOrDefault(s => s.ServiceType == typeof(TimeProvider))?.ImplementationInstance as TimeProvider ?? TimeProvider.System;
        var vaultLog = new VaultLog();
        var vault = await RecordVault.Start(folder.Value.VaultOptions(create: false) with { Logger = vaultLog, WitnessFolder = settings.Value.Witness }, clock, cancel);
        if (!vault.IsOk)
            return vault.Error;

        builder.Services.AddQuietLogging();
        builder.Services.AddHostedService<CloseVault>();
        builder.Services.AddTasuki(folder.Value, vault.Value, settings.Value, profiles.Value);
        var app = builder.Build();
        vaultLog.GoesTo(app.Services.GetRequiredService<ILoggerFactory>());
        if (await BringUpToDate(app, cancel) is { } behind)
        {
            await app.DisposeAsync();
            await vault.Value.DisposeAsync();
            return behind;
        }

        app.Use(SayFault.Catch);
        app.UseListedProxies(settings.Value.Proxies);
        app.Use(hosts.Value.Check);
        app.MapTasuki();
        return app;
    }

    // Tables of a production server are made by 'tasuki migrate', under a role that may; the server's own may not.
    private static async Task<Error?> BringUpToDate(WebApplication app, CancellationToken cancel)
    {
        await using var scope = app.Services.CreateAsyncScope();
        var schema = scope.ServiceProvider.GetRequiredService<TasukiSchema>();
        if (!app.Environment.IsProduction())
        {
            await schema.Migrate(cancel);
            return null;
        }

        return await schema.Missing(cancel) is > 0 and var missing
            ? new Error("settings.schema", $"The tables lack {missing} script(s) of this version. Run 'tasuki migrate'.") : null;
    }
}
