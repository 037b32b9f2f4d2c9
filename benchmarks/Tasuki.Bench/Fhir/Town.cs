using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Tasuki.Bench.Vault;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.People;
using Tasuki.Server;
using Tasuki.Server.Municipalities;
using Tasuki.Vault;

namespace Tasuki.Bench.Fhir;

/// <summary>
/// A whole server of one municipality on PostgreSQL, as it is started for real, filled with residents who each gave a backend app a live grant; the app holds an ordinary
/// access token that it got with a signed assertion.
/// </summary>
internal sealed class Town : IAsyncDisposable
{
    private static readonly Actor Desk = Actor.Operator("bench", "measuring");
    private readonly List<string> _databases = [];
    private readonly string _server = Environment.GetEnvironmentVariable("TASUKI_BENCH_POSTGRES") ?? throw new InvalidOperationException("TASUKI_BENCH_POSTGRES is not set: start the benchmark with ./bench.");
    private readonly string _folder = Directory.CreateTempSubdirectory("tasuki-bench-fhir-").FullName;
    private WebApplication _app = null!;

    private Town()
    {
    }

    public string Records { get; private set; } = "";

    public IReadOnlyList<Person> People { get; private set; } = [];

    public string Data => Path.Combine(_folder, "data");

    public string Ring => Path.Combine(_folder, "ring");

    public int Port => new Uri(_app.Urls.First()).Port;

    public static async Task<Town> Make(int residents, int each, CancellationToken cancel)
    {
        var town = new Town();
        await town.Start(cancel);
        var vault = town._app.Services.GetRequiredService<RecordVault>();
        town.People = await town.Fill(vault, residents, each, cancel);
        return town;
    }

    public long SeqOf(Person person, string id) => _app.Services.GetRequiredService<RecordVault>().Parts.Ids.SeqOf(person.Resident, id);

    /// <summary>Residents with nothing yet.</summary>
    public async Task<IReadOnlyList<long>> Enrol(int count, CancellationToken cancel) =>
        [.. (await _app.Services.GetRequiredService<RecordVault>().EnrolMany(Desk, count, cancel)).Value.Select(resident => resident.Value)];

    /// <summary>An access token of ten minutes for the app.</summary>
    public async Task<string> Token(CancellationToken cancel)
    {
        var asked = new FormUrlEncodedContent(
        [
            KeyValuePair.Create("grant_type", "client_credentials"), KeyValuePair.Create("scope", "system/*.cruds"), KeyValuePair.Create("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            KeyValuePair.Create("client_assertion", Assertion()),
        ]);
#pragma warning disable RS0030 // The client of a benchmark, to a server of its own on loopback.
        using var client = new HttpClient(new SocketsHttpHandler { UseCookies = false });
#pragma warning restore RS0030
        var answer = await client.PostAsync(new Uri($"http://127.0.0.1:{Port}/connect/token"), asked, cancel);
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(cancel));
        return json.RootElement.TryGetProperty("access_token", out var token) ? token.GetString()! : throw new InvalidOperationException($"No token: {json.RootElement}");
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        _key.Dispose();
        NpgsqlConnection.ClearAllPools();
        foreach (var database in _databases)
            await City.Run(_server, $"drop database {database} with (force)", CancellationToken.None);
        Directory.Delete(_folder, recursive: true);
    }

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
    private long _client;

    private async Task Start(CancellationToken cancel)
    {
        var at = new StoreConnections(await Database("records"), await Database("keys"), await Database("log"), await Database("app"));
        Records = at.Records;
        var folder = MunicipalityFolder.Postgres(new Municipality(MunicipalityId.Parse("hibiki").Value, "たすき市", "たすき市", IsDemo: false), Data, Ring, at);
        _ = folder.Create().Value;
        await using (var vault = (await RecordVault.Start(folder.VaultOptions(create: true), TimeProvider.System, cancel)).Value)
        {
            var services = new ServiceCollection();
            services.AddLogging();
            services.AddTasuki(folder, vault, ServerSettings.ForCommands);
            await using var provider = services.BuildServiceProvider();
            await using var scope = provider.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<TasukiSchema>().Migrate(cancel);
        }

        string[] arguments = [$"--Tasuki:Data={Data}", $"--Tasuki:Ring={Ring}", "--Tasuki:Scanner=off", "--urls=http://127.0.0.1:0", "--environment=Development"];
        _app = (await TasukiServer.Build(arguments, builder => builder.Logging.ClearProviders(), cancel)).Value;
        await _app.StartAsync(cancel);
        _client = await Register(cancel);
    }

    private async Task<string> Database(string hint)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"bench{Environment.ProcessId}_{Guid.CreateVersion7():N}_{hint}");
        await City.Run(_server, $"create database {name} encoding 'UTF8' lc_collate 'C' lc_ctype 'C' template template0", CancellationToken.None);
        _databases.Add(name);
        return new NpgsqlConnectionStringBuilder(_server) { Database = name, MaxPoolSize = 100 }.ConnectionString;
    }

    private async Task<long> Register(CancellationToken cancel)
    {
        await using var scope = _app.Services.CreateAsyncScope();
        var point = _key.ExportParameters(includePrivateParameters: false).Q;
        var keys = $$"""{"keys":[{"kty":"EC","crv":"P-384","kid":"1","alg":"ES384","use":"sig","x":"{{Base64Url.EncodeToString(point.X)}}","y":"{{Base64Url.EncodeToString(point.Y)}}"}]}""";
        var content = new AppContent("ベンチ", "たすき市", "dev@app.test", "測るため", "https://app.test/privacy", [], null, keys, "system/*.cruds", "たすき市北1-2-3");
        var registered = await scope.ServiceProvider.GetRequiredService<RegisterApp>().Register(AppKind.Backend, content, null, cancel);
        var decide = scope.ServiceProvider.GetRequiredService<DecideApp>();
        _ = (await decide.Check(await Officer(scope.ServiceProvider, "青木 守", "officer1", cancel), registered.Value, cancel)).Value;
        _ = (await decide.Approve(await Officer(scope.ServiceProvider, "森 育子", "officer2", cancel), registered.Value, cancel)).Value;
        return registered.Value;
    }

    private static async Task<Account> Officer(IServiceProvider services, string name, string signIn, CancellationToken cancel)
    {
        var made = await services.GetRequiredService<AccountFactory>().CreateStaff(StaffRole.Desk, name, "たすき市", signIn, "役場の庭の大きな楠の木陰で昼寝", cancel);
        return await services.GetRequiredService<TasukiDb>().Set<Account>().AsNoTracking().SingleAsync(a => a.No == made.Value.AccountNo, cancel);
    }

    private string Assertion()
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var head = Part("""{"alg":"ES384","kid":"1","typ":"JWT"}""");
        var body = Part(string.Create(CultureInfo.InvariantCulture, $$"""{"iss":"{{_client}}","sub":"{{_client}}","aud":"http://127.0.0.1:{{Port}}/connect/token","iat":{{now}},"exp":{{now + 200}},"jti":"{{Convert.ToHexString(RandomNumberGenerator.GetBytes(16))}}"}"""));
        return $"{head}.{body}.{Base64Url.EncodeToString(_key.SignData(Encoding.ASCII.GetBytes($"{head}.{body}"), HashAlgorithmName.SHA384))}";

        static string Part(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));
    }

    private async Task<IReadOnlyList<Person>> Fill(RecordVault vault, int residents, int each, CancellationToken cancel)
    {
        var filled = await City.Fill(vault, (await vault.EnrolMany(Desk, residents, cancel)).Value, each, cancel);
        var grantee = _client.ToString(CultureInfo.InvariantCulture);
        await Parallel.ForEachAsync(filled, cancel, async (person, stop) =>
        {
            foreach (var purpose in new[] { Purpose.AppUse, Purpose.AppEntry })
            {
                _ = (await vault.Grant(
                    Actor.Resident(person.Resident),
                    new NewGrant(person.Resident, ActorKind.Application, grantee, purpose, Kernel.Records.AccessClasses.All, null, null, TimeProvider.System.GetUtcNow().AddDays(1)), stop)).Value;
            }
        });
        await City.Run(Records, "vacuum (analyze) vault.record", cancel);
        return filled;
    }
}
