using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Data;
using Tasuki.Delivery;
using Tasuki.Exchange.Exporting;
using Tasuki.Exchange.Importing;
using Tasuki.Exchange.Tests.Importing;
using Tasuki.Fhir;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.People;
using Tasuki.Testing;
using Tasuki.Vault;
using Tasuki.Web;
using Xunit;

namespace Tasuki.Exchange.Tests;

/// <summary>A clock that stands until it is moved.</summary>
public sealed class TestClock : TimeProvider
{
    public DateTimeOffset Now { get; set; } = new(2026, 11, 1, 3, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;
}

/// <summary>The module over a real vault and real tables, in places of its own, without HTTP.</summary>
public sealed class ExchangeHost : IAsyncDisposable
{
    private static readonly Actor Desk = Actor.Operator("test", "tests");
    private readonly TempFolder _folder;
    private readonly AsyncServiceScope _scope;
    private readonly ServiceProvider _services;

    private ExchangeHost(TempFolder folder, RecordVault vault, ServiceProvider services, TestClock clock)
    {
        (_folder, Vault, _services, Clock) = (folder, vault, services, clock);
        _scope = services.CreateAsyncScope();
    }

    public TestClock Clock { get; }

    public RecordVault Vault { get; }

    public string Spools => Path.Combine(_folder.Path, "data", "spool");

    public string Folder => _folder.Path;

    /// <summary>Where the vault lies, for who goes at its rows by SQL.</summary>
    public required VaultOptions Places { get; init; }

    public IServiceProvider Services => _scope.ServiceProvider;

    public AsyncServiceScope NewScope() => _services.CreateAsyncScope();

    /// <summary>A statement at the vault's records, past the vault; it has to change something.</summary>
    public void RecordSql(string sql)
    {
        using System.Data.Common.DbConnection database = Places.Store is StoreKind.Sqlite
            ? new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Places.Records};Pooling=False") : new Npgsql.NpgsqlConnection(Places.Records);
        database.Open();
        using var command = database.CreateCommand();
        command.CommandText = Places.Store is StoreKind.Sqlite ? sql : $"set search_path = vault; {sql}";
        Assert.True(command.ExecuteNonQuery() > 0);
    }

    public ImportFile Imports => Services.GetRequiredService<ImportFile>();

    public ExportRecords Export => Services.GetRequiredService<ExportRecords>();

    internal SweepSpools Sweep => Services.GetRequiredService<SweepSpools>();

    internal SpoolFolder SpoolFolder => Services.GetRequiredService<SpoolFolder>();

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<ExchangeHost> Start(StoreKind store = StoreKind.Sqlite, Func<ExchangeOptions, ExchangeOptions>? adjust = null, Action<IServiceCollection>? more = null)
    {
        var folder = new TempFolder();
        var clock = new TestClock();
        var places = await VaultAt(folder.Path, store);
        var vault = (await RecordVault.Start(places, clock, Cancel)).Value;
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<TimeProvider>(clock);
        services.AddSingleton(vault);
        services.AddTasukiData(store is StoreKind.Sqlite
            ? new DataOptions(DataStore.Sqlite, Path.Combine(folder.Path, "data", "tasuki.db"))
            : new DataOptions(DataStore.Postgres, await (await PostgresServer.Get()).NewDatabase("data")));
        services.AddSingleton(new Municipality(MunicipalityId.Parse("hibiki").Value, "ひびき市", "ひびき市", IsDemo: true));
        services.AddTasukiWeb();
        services.AddDelivery();
        services.AddSingleton(new PasswordHashes(rounds: 1_000));
        services.AddPeople();
        var options = new ExchangeOptions { Spools = Path.Combine(folder.Path, "data", "spool"), Scanner = ExchangeOptions.NotScanned };
        services.AddExchange(adjust is null ? options : adjust(options));
        more?.Invoke(services);
        var host = new ExchangeHost(folder, vault, services.BuildServiceProvider(validateScopes: true), clock) { Places = places };
        await host.Services.GetRequiredService<TasukiSchema>().Migrate(Cancel);
        return host;
    }

    public static async Task<VaultOptions> VaultAt(string folder, StoreKind store)
    {
        var data = Path.Combine(folder, "data");
        var options = new VaultOptions
        {
            Municipality = MunicipalityId.Parse("hibiki").Value, Store = store, Create = true, Ring = Path.Combine(folder, "ring"),
            Records = Path.Combine(data, "records.db"), Keys = Path.Combine(data, "keys.db"), Log = Path.Combine(data, "log.db"),
        };
        if (store is StoreKind.Sqlite)
            return options;
        // Three databases of one server cost more to make than most tests take; each part has a schema of its own.
        var database = await (await PostgresServer.Get()).NewDatabase("vault");
        return options with { Records = database, Keys = database, Log = database };
    }

    /// <summary>An account as sign-up leaves it: key, and the Patient as the first record.</summary>
    public async Task<ResidentProfile> Resident(string name = "健診 太郎", string kana = "ケンシン タロウ", string birth = "1950-05-04")
    {
        var resident = (await Vault.Enrol(Desk, Cancel)).Value;
        var session = await Open(resident, Purpose.OwnUse);
        var patient = $$"""{"resourceType":"Patient","name":[{"text":"{{name}}"}],"birthDate":"{{birth}}"}""";
        Assert.True((await session.Write([new NewRecord(Json(patient), new RecordOrigin(SourceKind.Person, null, null, null, Clock.Now))], Cancel)).IsOk);
        return new ResidentProfile(resident, name, kana, DateOnly.ParseExact(birth, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture), "male", Confirmed: false);
    }

    public async Task<Session> Open(ResidentNo resident, string purpose = Purpose.Import) => (await Vault.Open(Actor.Resident(resident), resident, purpose, Cancel)).Value;

    public async Task<ReceivedFile> Receive(ResidentProfile person, string name, byte[] bytes)
    {
        var received = await Imports.Receive(await Open(person.No), name, "application/octet-stream", new MemoryStream(bytes), Cancel);
        return received.Value;
    }

    /// <summary>Receive, look, say yes.</summary>
    public async Task<ImportOutcome> BringIn(ResidentProfile person, string name, byte[] bytes, bool isMine = true)
    {
        var received = await Receive(person, name, bytes);
        Assert.Null(received.Problem);
        var stored = await Imports.Store(await Open(person.No), person, received.Id, new PersonsWord(isMine, null), Cancel);
        Assert.Null(stored.Error);
        return stored.Value;
    }

    public async Task<byte[]> TakeOut(ResidentProfile person)
    {
        using var zip = new MemoryStream();
        await TakeOut(person, zip);
        return zip.ToArray();
    }

    public async Task TakeOut(ResidentProfile person, Stream output) => await Export.Write(await Open(person.No, Purpose.Export), person, output, Cancel);

    /// <summary>Everything stored but the Patient, as (type, category, content without references), sorted.</summary>
    public async Task<IReadOnlyList<string>> Contents(ResidentProfile person)
    {
        var found = new List<string>();
        var session = await Open(person.No, Purpose.OwnUse);
        await foreach (var record in session.All(new RecordQuery { Order = RecordOrder.Stored }, Cancel))
        {
            if (record.Type != "Patient")
                found.Add($"{record.Type} {record.Class.Category} {record.Origin.Kind} {record.Origin.Name} {Convert.ToHexString(RecordIdentity.ContentOf(record.Resource))}");
        }

        found.Sort(StringComparer.Ordinal);
        return found;
    }

    public async Task<int> Count(ResidentProfile person) => (await Contents(person)).Count;

    public static CanonicalResource Json(string json) => CanonicalResource.Parse(Encoding.UTF8.GetBytes(json)).Value;

    public async ValueTask DisposeAsync()
    {
        await _scope.DisposeAsync();
        await _services.DisposeAsync();
        await Vault.DisposeAsync();
        _folder.Dispose();
    }
}
