using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Tasuki.Data;
using Tasuki.Delivery;
using Tasuki.Fhir;
using Tasuki.FhirApi.Bulk;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.People;
using Tasuki.Testing;
using Tasuki.Vault;
using Tasuki.Web;

namespace Tasuki.FhirApi.Tests;

/// <summary>The interface on a real server with vault, sign-in of apps and jobs, over HTTP on a free port. Jobs run when the test says so.</summary>
internal sealed class BulkWorld : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string _folder;
    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false });
    private (Account First, Account Second)? _officers;

    private BulkWorld(WebApplication app, RecordVault vault, string folder, MovedClock clock)
    {
        (_app, Vault, _folder, Clock) = (app, vault, folder, clock);
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First().Replace("127.0.0.1", "localhost", StringComparison.Ordinal));
    }

    public RecordVault Vault { get; }

    public MovedClock Clock { get; }

    public Uri Address { get; }

    public string Root => new Uri(Address, "/fhir").AbsoluteUri;

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<BulkWorld> Start(DataStore store)
    {
        var folder = Directory.CreateTempSubdirectory("tasuki-bulk-").FullName;
        var postgres = store is DataStore.Postgres ? await PostgresServer.Get() : null;
        // Four databases of one server cost more to make than most tests take; each floor has schemas of its own.
        var database = postgres is null ? "" : await postgres.NewDatabase("bulk");
        string At(string name) => postgres is null ? Path.Combine(folder, "data", name + ".db") : database;
        var clock = new MovedClock();
        var municipality = new Municipality(MunicipalityId.Parse("hibiki").Value, "ひびき市", "ひびき市", IsDemo: true);
        var vault = (await RecordVault.Start(new VaultOptions
        {
            Municipality = municipality.Id, Store = postgres is null ? StoreKind.Sqlite : StoreKind.Postgres, Create = true, Ring = Path.Combine(folder, "ring"),
            Records = At("records"), Keys = At("keys"), Log = At("log"),
        }, clock, Cancel)).Value;

        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = "Testing", ContentRootPath = folder });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<TimeProvider>(clock);
        builder.Services.AddSingleton(vault);
        builder.Services.AddSingleton(municipality);
        builder.Services.AddTasukiWeb();
        builder.Services.AddTasukiData(new DataOptions(store, At("app")));
        builder.Services.Remove(builder.Services.Last(s => s.ServiceType == typeof(Microsoft.Extensions.Hosting.IHostedService)));
        builder.Services.AddDelivery();
        builder.Services.AddSingleton(new PasswordHashes(rounds: 1_000));
        builder.Services.AddPeople();
        builder.Services.AddFhirApi(new FhirApiOptions());
        var app = builder.Build();
        await using (var scope = app.Services.CreateAsyncScope())
            await scope.ServiceProvider.GetRequiredService<TasukiSchema>().Migrate(Cancel);
        app.UsePeople();
        app.UseFhirApi();
        app.UseTasukiWeb();
        app.MapPeople();
        await app.StartAsync(Cancel);
        return new BulkWorld(app, vault, folder, clock);
    }

    public async Task<TOut> Do<TService, TOut>(Func<TService, Task<TOut>> act) where TService : notnull
    {
        await using var scope = _app.Services.CreateAsyncScope();
        return await act(scope.ServiceProvider.GetRequiredService<TService>());
    }

    public Task<int> RunJobs() => _app.Services.GetRequiredService<JobRunner>().RunDue(Cancel);

    /// <summary>An approved backend with a key of its own.</summary>
    public async Task<BulkApp> App(string scopes = "system/*.rs")
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var q = key.ExportParameters(false).Q;
        var set = JsonSerializer.Serialize(new { keys = new[] { new { kty = "EC", kid = "k1", crv = "P-384", x = WebEncoders.Base64UrlEncode(q.X!), y = WebEncoders.Base64UrlEncode(q.Y!) } } });
        var content = new AppContent("統計ノート", "合同会社みかん", "dev@app.test", "保健事業のため", "https://app.test/privacy", [], null, set, scopes, "たすき市北1-2-3 代表 青木守");
        var no = await Do<RegisterApp, Result<long>>(r => r.Register(AppKind.Backend, content, null, Cancel));
        Assert.True(no.IsOk, no.Error?.Message);
        var (first, second) = _officers ??= (await Officer("青木 守", "officer1"), await Officer("森 育子", "officer2"));
        Assert.True((await Do<DecideApp, Result<Done>>(d => d.Check(first, no.Value, Cancel))).IsOk);
        Assert.True((await Do<DecideApp, Result<Done>>(d => d.Approve(second, no.Value, Cancel))).IsOk);
        return new BulkApp(this, no.Value, key);
    }

    /// <summary>A resident with a Patient and one Observation, who shares with these apps.</summary>
    public async Task<ResidentNo> Resident(AccessClasses classes, params BulkApp[] apps)
    {
        var resident = (await Vault.Enrol(Actor.Operator("test", "tests"), Cancel)).Value;
        await Write(resident, """{"resourceType":"Patient","name":[{"family":"山田","given":["花子"]}]}""");
        await Write(resident, Weight(60));
        foreach (var app in apps)
            await Grant(resident, app, classes);
        return resident;
    }

    public async Task<long> Grant(ResidentNo resident, BulkApp app, AccessClasses classes) => (await Vault.Grant(
        Actor.Resident(resident), new NewGrant(resident, ActorKind.Application, app.No.ToString(CultureInfo.InvariantCulture), Purpose.AppUse, classes, null, null, Clock.GetUtcNow().AddDays(30)), Cancel)).Value;

    public async Task<string> Write(ResidentNo resident, string json)
    {
        var own = (await Vault.Open(Actor.Resident(resident), resident, Purpose.OwnUse, Cancel)).Value;
        return (await own.Write([new NewRecord(CanonicalResource.Parse(Encoding.UTF8.GetBytes(json)).Value, new RecordOrigin(SourceKind.Person, null, null, null, Clock.GetUtcNow()))], Cancel)).Value[0].Id;
    }

    public static string Weight(int kilograms) =>
        $$$"""{"resourceType":"Observation","status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs"}]}],"code":{"coding":[{"system":"http://loinc.org","code":"29463-7"}]},"effectiveDateTime":"2026-04-01","valueQuantity":{"value":{{{kilograms}}},"unit":"kg"}}""";

    public async Task<BulkReply> Send(HttpMethod method, string address, string? token, HttpContent? content = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, address.StartsWith("http", StringComparison.Ordinal) ? new Uri(address) : new Uri($"{Root}/{address}")) { Content = content };
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var answer = await _http.SendAsync(request, Cancel);
        return new BulkReply((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancel), answer.Content.Headers.ContentType?.MediaType,
            answer.Headers.Concat(answer.Content.Headers).ToDictionary(one => one.Key, one => string.Join(',', one.Value), StringComparer.OrdinalIgnoreCase));
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        await Vault.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<Account> Officer(string name, string signIn)
    {
        var made = await Do<AccountFactory, Result<CreatedAccount>>(f => f.CreateStaff(StaffRole.Desk, name, "ひびき市", signIn, "みかんの皮は橙色でまるい", Cancel));
        return await Do<TasukiDb, Account>(db => db.Set<Account>().AsNoTracking().SingleAsync(a => a.No == made.Value.AccountNo, Cancel));
    }
}

/// <summary>A backend as its makers run it: proves itself by a signed assertion, asks, waits, fetches.</summary>
internal sealed class BulkApp(BulkWorld world, long no, ECDsa key)
{
    private static readonly (string, string)[] KickOffHeaders = [("Accept", "application/fhir+json"), ("Prefer", "respond-async")];

    public long No => no;

    public async Task<string> Token(string scope = "system/*.rs")
    {
        var end = new Uri(world.Address, "/connect/token").AbsoluteUri;
        var assertion = new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = $"{no}", Audience = end, Expires = world.Clock.GetUtcNow().AddMinutes(4).UtcDateTime, SigningCredentials = new SigningCredentials(new ECDsaSecurityKey(key) { KeyId = "k1" }, "ES384"),
            Claims = new Dictionary<string, object>(StringComparer.Ordinal) { ["sub"] = $"{no}", ["jti"] = WebEncoders.Base64UrlEncode(RandomNumberGenerator.GetBytes(16)) },
        });
        using var form = new FormUrlEncodedContent(
        [
            KeyValuePair.Create("grant_type", "client_credentials"), KeyValuePair.Create("scope", scope), KeyValuePair.Create("client_assertion", assertion),
            KeyValuePair.Create("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        ]);
        var answer = await world.Send(HttpMethod.Post, end, null, form);
        Assert.True(answer.Status == 200, answer.Body);
        return answer.Json.GetProperty("access_token").GetString()!;
    }

    public async Task<BulkReply> KickOff(string address = "Patient/$export", string? scope = null, params (string, string)[] headers) =>
        await world.Send(HttpMethod.Get, address, await Token(scope ?? "system/*.rs"), null, headers.Length > 0 ? headers : KickOffHeaders);

    public async Task<BulkReply> Get(string address, string scope = "system/*.rs") => await world.Send(HttpMethod.Get, address, await Token(scope), null, ("Accept", "application/json, application/fhir+ndjson"));

    public async Task<BulkReply> Delete(string address) => await world.Send(HttpMethod.Delete, address, await Token());

    /// <summary>Kick-off, the work, the manifest.</summary>
    public async Task<(string At, JsonElement Manifest)> Export(string address = "Patient/$export", string? scope = null)
    {
        var begun = await KickOff(address, scope);
        Assert.True(begun.Status == 202, begun.Body);
        await world.RunJobs();
        var at = begun.Headers["Content-Location"];
        var done = await Get(at);
        Assert.True(done.Status == 200, done.Body);
        return (at, done.Json);
    }

    /// <summary>The lines of all files of a type.</summary>
    public async Task<IReadOnlyList<JsonElement>> Lines(JsonElement manifest, string type, string list = "output")
    {
        var lines = new List<JsonElement>();
        foreach (var file in manifest.GetProperty(list).EnumerateArray().Where(one => one.GetProperty("type").GetString() == type))
        {
            var answer = await Get(file.GetProperty("url").GetString()!);
            Assert.True(answer.Status == 200, answer.Body);
            lines.AddRange(answer.Lines);
        }

        return lines;
    }
}

internal sealed record BulkReply(int Status, string Body, string? Form, IReadOnlyDictionary<string, string> Headers)
{
    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    public IReadOnlyList<JsonElement> Lines => [.. Body.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

    public string Sentence => Json.GetProperty("issue")[0].GetProperty("diagnostics").GetString()!;
}
