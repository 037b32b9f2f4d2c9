using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tasuki.Data;
using Tasuki.Delivery;
using Tasuki.Kernel;
using Tasuki.Testing;
using Tasuki.Vault;
using Tasuki.Web;
using Xunit;

namespace Tasuki.People.Tests;

/// <summary>The floors of People on a real server, with a real vault, over real HTTP on a free port.</summary>
internal sealed class TestSite : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly RecordVault _vault;

    private TestSite(WebApplication app, RecordVault vault, string folder, MovedClock clock)
    {
        (_app, _vault, Folder, Clock) = (app, vault, folder, clock);
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First().Replace("127.0.0.1", "localhost", StringComparison.Ordinal));
    }

    public Uri Address { get; }

    public string Folder { get; }

    public MovedClock Clock { get; }

    // Where the vault's records lie: a file, or a connection.
    private string Records { get; init; } = "";

    public IServiceProvider Services => _app.Services;

    public List<string> Log { get; } = [];

    /// <param name="delivery">The channels on offer; tests hand over themselves.</param>
    /// <param name="dump">An app.db taken from elsewhere, to be served with another key ring.</param>
    public static async Task<TestSite> Start(DataStore store, CancellationToken cancel, Action<PeopleOptions>? configure = null, Action<IServiceCollection>? more = null, string? dump = null, DeliveryOptions? delivery = null,
        MovedClock? clock = null, string name = "midori")
    {
        var folder = Directory.CreateTempSubdirectory("tasuki-site-").FullName;
        if (dump is not null)
            File.Copy(dump, Path.Combine(folder, "app.db"));
        var vaultFolder = Path.Combine(folder, "vault");
        Directory.CreateDirectory(vaultFolder);
        clock ??= new MovedClock();
        var postgres = store is DataStore.Postgres ? await PostgresServer.Get() : null;
        // Four databases of one server cost more to make than most tests take; each floor has schemas of its own.
        var database = postgres is null ? "" : await postgres.NewDatabase("site");
        var records = postgres is null ? Path.Combine(vaultFolder, "records.db") : database;
        var municipality = new Municipality(MunicipalityId.Parse(name).Value, "みどり市", "みどり市", IsDemo: true);
        var vault = (await RecordVault.Start(new VaultOptions
        {
            Municipality = municipality.Id,
            Store = postgres is null ? StoreKind.Sqlite : StoreKind.Postgres,
            Records = records,
            Keys = postgres is null ? Path.Combine(vaultFolder, "keys.db") : database,
            Log = postgres is null ? Path.Combine(vaultFolder, "log.db") : database,
            Ring = Path.Combine(folder, "ring"),
            Create = true,
        }, clock, cancel)).Value;

        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = "Testing", ContentRootPath = folder });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<TimeProvider>(clock);
        builder.Services.AddSingleton(vault);
        builder.Services.AddSingleton(municipality);
        builder.Services.AddTasukiWeb();
        builder.Services.AddTasukiData(postgres is null ? new DataOptions(store, Path.Combine(folder, "app.db")) : new DataOptions(store, database));
        // Tests run due jobs themselves: a runner in the background would be at the same job in the same moment.
        builder.Services.Remove(builder.Services.Last(s => s.ServiceType == typeof(Microsoft.Extensions.Hosting.IHostedService)));
        builder.Services.AddDelivery(delivery);
        if (delivery is not null)
            builder.Services.Remove(builder.Services.Last(s => s.ServiceType == typeof(Microsoft.Extensions.Hosting.IHostedService)));
        builder.Services.AddSingleton(new PasswordHashes(rounds: 1_000));
        builder.Services.AddPeople(configure);
        more?.Invoke(builder.Services);
        var log = new ListLogger();
        builder.Logging.AddProvider(log);

        var app = builder.Build();
        await using (var scope = app.Services.CreateAsyncScope())
            await scope.ServiceProvider.GetRequiredService<TasukiSchema>().Migrate(cancel);
        app.UsePeople();
        app.UseTasukiWeb();
        app.MapRazorComponents<App>().AddAdditionalAssemblies(typeof(PeopleServices).Assembly);
        app.MapPeople();
        // Pages of other modules stand in as one line each.
        app.MapGet("/home", (HttpContext context) => context.User.Identity?.Name ?? "").RequireAuthorization(Policies.Resident);
        app.MapGet("/fresh-only", () => "fresh").RequireAuthorization(Policies.ResidentFresh);
        app.MapGet("/test/close", async (SignedInResident resident, CancellationToken stop) => (await resident.CloseAccount(stop)).Error?.Code ?? "closed").RequireAuthorization(Policies.ResidentFresh);
        app.MapGet("/test/cancel", async (SignedInResident resident, CancellationToken stop) => (await resident.CancelClosure(stop)).Error?.Code ?? "cancelled").RequireAuthorization(PeoplePolicies.Closing);
        app.MapGet("/test/open", async (SignedInResident resident, CancellationToken stop) => (await resident.Open(Purpose.OwnUse, stop)).Error?.Code ?? "opened").RequireAuthorization(Policies.Resident);
        app.MapGet("/test/open-anyhow", async (SignedInResident resident, CancellationToken stop) => (await resident.Open(Purpose.OwnUse, stop)).Error?.Code ?? "opened").RequireAuthorization(Policies.Anyone);
        app.MapGet("/test/officer", () => "officer").RequireAuthorization(Policies.Officer);
        app.MapGet("/_content/{floor}/{**file}", (string floor, string file) => Asset(floor, file)).RequireAuthorization(Policies.Anyone);
        SmartProbe.Map(app);
        app.MapGet("/{**other}", () => Results.NotFound()).RequireAuthorization(Policies.Anyone);
        await app.StartAsync(cancel);
        var site = new TestSite(app, vault, folder, clock) { Records = records };
        log.Lines = site.Log;
        return site;
    }

    public Visitor NewVisitor(string userAgent = "Mozilla/5.0 (Linux; Android 14) Chrome/156.0") => new(Address, userAgent);

    public async Task<TOut> Do<TService, TOut>(Func<TService, Task<TOut>> act) where TService : notnull
    {
        await using var scope = _app.Services.CreateAsyncScope();
        return await act(scope.ServiceProvider.GetRequiredService<TService>());
    }

    public Task Do<TService>(Func<TService, Task> act) where TService : notnull => Do<TService, int>(async service =>
    {
        await act(service);
        return 0;
    });

    /// <summary>Goes at the vault's own rows. On PostgreSQL they stand in the schema <c>vault</c>.</summary>
    public async Task InVault(CancellationToken cancel, params string[] statements)
    {
        await using System.Data.Common.DbConnection vault = Records.EndsWith(".db", StringComparison.Ordinal)
            ? new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Records};Pooling=False") : new Npgsql.NpgsqlConnection(Records);
        await vault.OpenAsync(cancel);
        foreach (var statement in statements)
        {
            await using var command = vault.CreateCommand();
            command.CommandText = statement;
            await command.ExecuteNonQueryAsync(cancel);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        await _vault.DisposeAsync();
    }

    // Static assets straight from the source tree: a test project has no manifest of them.
    private static IResult Asset(string floor, string file)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, "src", floor, "wwwroot", file);
            if (File.Exists(path))
                return Results.File(path, Path.GetExtension(path) switch { ".js" => "text/javascript", ".css" => "text/css", _ => "image/svg+xml" });
        }

        return Results.NotFound();
    }

    private sealed class ListLogger : ILoggerProvider, ILogger
    {
        public List<string> Lines { get; set; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (this)
            {
                if (logLevel >= LogLevel.Error)
                    TestContext.Current.TestOutputHelper?.WriteLine($"{formatter(state, exception)} {exception}");
                Lines.Add($"{logLevel} {formatter(state, exception)} {exception}");
            }
        }

        public void Dispose()
        {
        }
    }
}
