using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.People;
using Tasuki.Server.Municipalities;
using Tasuki.Testing;
using Tasuki.Vault;

namespace Tasuki.Server.Tests;

/// <summary>One municipality in a folder of its own, and servers over it as they are started for real.</summary>
internal sealed class TestMunicipality : IAsyncDisposable
{
    private readonly string _folder;

    private TestMunicipality(string folder, MunicipalityFolder described) => (_folder, Described) = (folder, described);

    public MunicipalityFolder Described { get; }

    public MovedClock Clock { get; } = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static string NewFolder() => Directory.CreateTempSubdirectory("tasuki-server-").FullName;

    public static TestMunicipality Describe(string id, StoreConnections? postgres, params string[] hosts)
    {
        var folder = NewFolder();
        var municipality = new Municipality(MunicipalityId.Parse(id).Value, "たすき市", "たすき市", IsDemo: false);
        var (data, ring) = (Path.Combine(folder, "data"), Path.Combine(folder, "ring"));
        var described = postgres is null ? MunicipalityFolder.Embedded(municipality, data, ring) : MunicipalityFolder.Postgres(municipality, data, ring, postgres);
        var test = new TestMunicipality(folder, described with { Hosts = hosts });
        Assert.True(test.Described.Create().IsOk);
        return test;
    }

    public static async Task<TestMunicipality> New(StoreKind store, string id, params string[] hosts)
    {
        StoreConnections? at = null;
        if (store is StoreKind.Postgres)
        {
            var server = await PostgresServer.Get();
            at = new StoreConnections(await server.NewDatabase("records"), await server.NewDatabase("keys"), await server.NewDatabase("log"), await server.NewDatabase("app"));
        }

        var test = Describe(id, at, hosts);
        await test.Migrate(test.Described);
        return test;
    }

    /// <summary>What <c>tasuki migrate</c> does, with the credentials of the folder that is given.</summary>
    public async Task Migrate(MunicipalityFolder folder)
    {
        await using var vault = (await RecordVault.Start(folder.VaultOptions(create: true), Clock, Cancel)).Value;
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddTasuki(folder, vault, ServerSettings.ForCommands);
        await using var provider = services.BuildServiceProvider();
        await using var scope = provider.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<TasukiSchema>().Migrate(Cancel);
    }

    public string[] Arguments(params string[] more) =>
    [
        $"--Tasuki:Data={Path.Combine(_folder, "data")}", $"--Tasuki:Ring={Path.Combine(_folder, "ring")}", "--Tasuki:Scanner=off", "--urls=http://127.0.0.1:0", .. more,
    ];

    public Task<Result<WebApplication>> Build(Action<WebApplicationBuilder>? adjust = null, params string[] more) => TasukiServer.Build(
        Arguments(more),
        builder =>
        {
            builder.Services.AddSingleton<TimeProvider>(Clock);
            builder.Services.AddSingleton(new PasswordHashes(rounds: 1_000));
            builder.Logging.ClearProviders();
            adjust?.Invoke(builder);
        },
        Cancel);

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}
