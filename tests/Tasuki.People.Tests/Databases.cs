using Xunit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tasuki.Data;
using Tasuki.Delivery;
using Tasuki.Kernel.Seals;
using Tasuki.Testing;

namespace Tasuki.People.Tests;

/// <summary>The stores every contract test runs on.</summary>
public static class Stores
{
    public static TheoryData<DataStore> All => [DataStore.Sqlite, DataStore.Postgres];

    public static async Task<DataOptions> New(DataStore store, string hint) => store is DataStore.Sqlite
        ? new DataOptions(store, Path.Combine(Directory.CreateTempSubdirectory("tasuki-people-").FullName, "app.db"))
        : new DataOptions(store, await (await PostgresServer.Get()).NewDatabase(hint));
}

/// <summary>The data floor with the parts of People and Delivery, migrated, and no web server.</summary>
internal sealed class DataHost : IAsyncDisposable
{
    private DataHost(ServiceProvider services, DataOptions options)
    {
        Services = services;
        Options = options;
    }

    public ServiceProvider Services { get; }

    public DataOptions Options { get; }

    public static async Task<DataHost> Start(DataStore store, TimeProvider clock, CancellationToken cancel, Action<IServiceCollection>? more = null) =>
        await Start(await Stores.New(store, "data"), clock, cancel, more);

    public static async Task<DataHost> Start(DataOptions options, TimeProvider clock, CancellationToken cancel, Action<IServiceCollection>? more = null)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(clock);
        services.AddTasukiData(options);
        services.AddSingleton<ISeal, TestSeal>();
        services.AddDelivery();
        services.AddSingleton<IModelPart, PeopleTables>();
        more?.Invoke(services);
        var host = new DataHost(services.BuildServiceProvider(), options);
        await host.Do<TasukiSchema, int>(s => s.Migrate(cancel));
        return host;
    }

    public async Task<TOut> Do<TService, TOut>(Func<TService, Task<TOut>> act) where TService : notnull
    {
        await using var scope = Services.CreateAsyncScope();
        return await act(scope.ServiceProvider.GetRequiredService<TService>());
    }

    public async Task Do<TService>(Func<TService, Task> act) where TService : notnull
    {
        await using var scope = Services.CreateAsyncScope();
        await act(scope.ServiceProvider.GetRequiredService<TService>());
    }

    public ValueTask DisposeAsync() => Services.DisposeAsync();
}
