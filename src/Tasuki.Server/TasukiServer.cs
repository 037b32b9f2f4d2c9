using Microsoft.AspNetCore.Hosting.StaticWebAssets;
using Tasuki.Data;
using Tasuki.Kernel;
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
        // Request lines carry query strings, which may carry what a person typed; the framework's own are not written at any level a default starts with.
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.EntityFrameworkCore", LogLevel.Warning);
        // The cookie keys are wrapped by the key ring on their way to the table, which the framework cannot know (People: CookieKeys).
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection.KeyManagement.XmlKeyManager", LogLevel.Error);
        adjust?.Invoke(builder);

        var settings = ServerSettings.From(builder.Configuration, builder.Environment.IsProduction());
        if (!settings.IsOk)
            return settings.Error;
        var folder = MunicipalityFolder.Load(settings.Value.Data, settings.Value.Ring, settings.Value.Municipality);
        if (!folder.IsOk)
            return folder.Error;
        if (builder.Environment.IsProduction() && folder.Value.Municipality.IsDemo)
            return new Error("settings.demo", $"{folder.Value.Data} was made by tasuki demo: its accounts are public. A production server does not start with it.");

        var clock = builder.Services.FirstOrDefault(s => s.ServiceType == typeof(TimeProvider))?.ImplementationInstance as TimeProvider ?? TimeProvider.System;
        var vault = await RecordVault.Start(folder.Value.VaultOptions(create: false), clock, cancel);
        if (!vault.IsOk)
            return vault.Error;

        builder.Services.AddHostedService<CloseVault>();
        builder.Services.AddTasuki(folder.Value, vault.Value, settings.Value);
        var app = builder.Build();
        await using (var scope = app.Services.CreateAsyncScope())
            await scope.ServiceProvider.GetRequiredService<TasukiSchema>().Migrate(cancel);
        app.MapTasuki();
        return app;
    }
}
