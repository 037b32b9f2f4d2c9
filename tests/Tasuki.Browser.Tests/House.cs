using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tasuki.Kernel;
using Tasuki.People;
using Tasuki.Server;
using Tasuki.Server.Municipalities;
using Tasuki.Testing;
using Tasuki.Vault;

namespace Tasuki.Browser.Tests;

/// <summary>A whole server on a free loopback port, with an empty municipality of its own on the store asked for.</summary>
internal sealed class House : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string _folder;

    private House(WebApplication app, string folder, MovedClock clock)
    {
        _app = app;
        _folder = folder;
        Clock = clock;
    }

    public MovedClock Clock { get; }

    public IServiceProvider Services => _app.Services;

    /// <summary>By name, not by number: passkeys need a host name.</summary>
    public string Address => $"http://localhost:{new Uri(_app.Urls.First()).Port}";

    public string DataFolder => Path.Combine(_folder, "data");

    public static async Task<House> Open(StoreKind store, CancellationToken cancel, params string[] more)
    {
        var folder = Directory.CreateTempSubdirectory("tasuki-house-").FullName;
        var municipality = new Municipality(MunicipalityId.Parse("test").Value, "たすき市", "たすき市", IsDemo: false);
        var (data, ring) = (Path.Combine(folder, "data"), Path.Combine(folder, "ring"));
        var described = MunicipalityFolder.Embedded(municipality, data, ring);
        if (store is StoreKind.Postgres)
        {
            var server = await PostgresServer.Get();
            described = MunicipalityFolder.Postgres(municipality, data, ring, new StoreConnections(
                await server.NewDatabase("records"), await server.NewDatabase("keys"), await server.NewDatabase("log"), await server.NewDatabase("app")));
        }

        Assert.True(described.Create().IsOk);
        var clock = new MovedClock();
        await using (var made = (await RecordVault.Start(described.VaultOptions(create: true), clock, cancel)).Value)
        {
        }

        var built = await TasukiServer.Build(
            [$"--Tasuki:Data={data}", $"--Tasuki:Ring={ring}", "--urls=http://127.0.0.1:0", "--environment=Test", "--Tasuki:Scanner=off", .. more],
            builder =>
            {
                builder.Services.AddSingleton<TimeProvider>(clock);
                builder.Services.AddSingleton(new PasswordHashes(rounds: 1_000));
                builder.Logging.ClearProviders();
            },
            cancel);
        Assert.True(built.IsOk, built.Error?.ToString());
        await built.Value.StartAsync(cancel);
        return new House(built.Value, folder, clock);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
