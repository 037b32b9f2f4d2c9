using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Testing;
using Tasuki.Vault;
using Tasuki.Web;

namespace Tasuki.Delivery.Tests;

public static class Stores
{
    public static TheoryData<DataStore> All => [DataStore.Sqlite, DataStore.Postgres];
}

/// <summary>Stands where a test puts it.</summary>
internal sealed class TestClock : TimeProvider
{
    // Noon in Tokyo: nobody's quiet hours.
    private long _ticks = new DateTimeOffset(2026, 6, 1, 12, 0, 0, TokyoDay.Offset).UtcTicks;

    public void Advance(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);

    public void Set(DateTimeOffset at) => Interlocked.Exchange(ref _ticks, at.UtcTicks);

    public override DateTimeOffset GetUtcNow() => new(Volatile.Read(ref _ticks), TimeSpan.Zero);
}

/// <summary>What the desk knows of two people, as a test says it.</summary>
internal sealed class TestManners : IOutsideManners
{
    public ResidentNo? Protected { get; set; }

    public ResidentNo? Dead { get; set; }

    public ValueTask<OutsideManner> Of(ResidentNo resident, CancellationToken cancel) =>
        ValueTask.FromResult(resident == Dead ? OutsideManner.Silent : resident == Protected ? OutsideManner.Neutral : OutsideManner.Named);
}

/// <summary>The delivery floor with a real vault, on either store, and no web server.</summary>
internal sealed class DeliveryHost : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private DeliveryHost(ServiceProvider services, RecordVault vault, TestClock clock) => (_services, Vault, Clock) = (services, vault, clock);

    public RecordVault Vault { get; }

    public TestClock Clock { get; }

    public static async Task<DeliveryHost> Start(DataStore store, DeliveryOptions options, CancellationToken cancel, Action<IServiceCollection>? more = null)
    {
        var folder = Directory.CreateTempSubdirectory("tasuki-delivery-").FullName;
        var clock = new TestClock();
        Directory.CreateDirectory(Path.Combine(folder, "vault"));
        var municipality = new Municipality(MunicipalityId.Parse("midori").Value, "みどり市", "みどり市", IsDemo: true);
        var vault = (await RecordVault.Start(new VaultOptions
        {
            Municipality = municipality.Id, Store = StoreKind.Sqlite, Create = true, WaitingDays = 0, Ring = Path.Combine(folder, "ring"),
            Records = Path.Combine(folder, "vault", "records.db"), Keys = Path.Combine(folder, "vault", "keys.db"), Log = Path.Combine(folder, "vault", "log.db"),
        }, clock, cancel)).Value;
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<TimeProvider>(clock);
        services.AddSingleton(vault);
        services.AddSingleton(municipality);
        services.AddTasukiData(store is DataStore.Sqlite ? new DataOptions(store, Path.Combine(folder, "app.db")) : new DataOptions(store, await (await PostgresServer.Get()).NewDatabase("delivery")));
        services.AddDelivery(options);
        more?.Invoke(services);
        var host = new DeliveryHost(services.BuildServiceProvider(), vault, clock);
        await host.Do<TasukiSchema, int>(s => s.Migrate(cancel));
        return host;
    }

    public async Task<ResidentNo> Enrol(CancellationToken cancel) => (await Vault.Enrol(Actor.Operator("test", "a test"), cancel)).Value;

    /// <summary>A person with a channel that was checked. The code comes from where the check's own test reads it over the wire.</summary>
    public async Task<(ResidentNo Resident, long Channel)> WithChannel(ChannelKind kind, string address, CancellationToken cancel, ReadingLanguage language = ReadingLanguage.Japanese)
    {
        var resident = await Enrol(cancel);
        return (resident, await AddChannel(resident, kind, address, cancel, language));
    }

    public async Task<long> AddChannel(ResidentNo resident, ChannelKind kind, string address, CancellationToken cancel, ReadingLanguage language = ReadingLanguage.Japanese)
    {
        var no = (await Do<Channels, Result<long>>(c => c.Add(resident, kind, address, language, cancel))).Value;
        if (kind is ChannelKind.Push)
            return no;
        var row = await Do<TasukiDb, ChannelRow>(db => db.Set<ChannelRow>().AsNoTracking().SingleAsync(c => c.No == no, cancel));
        var code = Services.GetRequiredService<CheckCodes>().Of(row);
        Assert.True((await Do<Channels, Result<Done>>(c => c.Check(resident, no, code, cancel))).IsOk);
        // Its check mail is of no interest to whoever tests something else.
        await Do<TasukiDb, int>(db => db.Set<DeliveryRow>().Where(d => d.ChannelNo == no).ExecuteDeleteAsync(cancel));
        return no;
    }

    public IServiceProvider Services => _services;

    public Task<int> SendDue(CancellationToken cancel) => _services.GetRequiredService<DeliverySender>().SendDue(cancel);

    public Task Send(ResidentNo resident, string key, CancellationToken cancel, bool urgent = false) =>
        Do<Messages, int>(async m =>
        {
            await m.Send(resident, key, "題", "文", "/records", cancel, urgent);
            return 0;
        });

    public Task<List<DeliveryRow>> Rows(CancellationToken cancel) => Do<TasukiDb, List<DeliveryRow>>(db => db.Set<DeliveryRow>().AsNoTracking().OrderBy(d => d.Created).ToListAsync(cancel));

    public Task<ChannelRow> Channel(long no, CancellationToken cancel) => Do<TasukiDb, ChannelRow>(db => db.Set<ChannelRow>().AsNoTracking().SingleAsync(c => c.No == no, cancel));

    public async Task<TOut> Do<TService, TOut>(Func<TService, Task<TOut>> act) where TService : notnull
    {
        await using var scope = _services.CreateAsyncScope();
        return await act(scope.ServiceProvider.GetRequiredService<TService>());
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await Vault.DisposeAsync();
    }
}
