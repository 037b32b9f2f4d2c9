using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tasuki.Fhir;
using Tasuki.Kernel.Records;
using Tasuki.People;
using Tasuki.Server.Tests.Towns;
using Tasuki.Vault;

namespace Tasuki.Server.Tests.Issuers;

/// <summary>The one socket with its municipalities behind it, over TLS as in production.</summary>
internal sealed class Door : IAsyncDisposable
{
    private readonly List<Town> _behind = [];
    private readonly Dictionary<string, string> _clients = new(StringComparer.Ordinal);
    private readonly WebApplication _front;

    private Door(WebApplication front) => _front = front;

    private int Port => new Uri(_front.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First()).Port;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<Door> Open(IEnumerable<string> names)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(Certificate())));
        var door = new Door(builder.Build());
        var behind = new Dictionary<string, Behind>(StringComparer.OrdinalIgnoreCase);
        foreach (var name in names)
        {
            var host = $"{name}.test";
            var test = await TestMunicipality.New(StoreKind.Sqlite, name, host);
            var server = new Behind();
            IServiceCollection? registered = null;
            var built = await test.Build(
                one =>
                {
                    registered = one.Services;
                    one.Services.AddSingleton<IServer>(server);
                },
                "--environment=Production");
            Assert.True(built.IsOk, built.Error?.ToString());
            built.Value.MapIssuer();
            // A refusal must be one of the credential, never of how often it was tried.
            built.Value.Services.GetRequiredService<PeopleOptions>().TriesPerMinute = int.MaxValue;
            door._behind.Add(new Town(name, test, built.Value, registered!));
            behind.Add(host, server);
            door._clients[name] = await Issuer.RegisterClient(built.Value.Services, Cancel);
            await Fill(built.Value.Services.GetRequiredService<RecordVault>());
            await built.Value.StartAsync(Cancel);
        }

        await door._front.Services.GetRequiredService<IServer>().StartAsync(new OneDoor(behind), Cancel);
        return door;
    }

    public Town Of(string name) => _behind.Single(b => b.Name == name);

    /// <summary>The <c>client_id</c> of the app in the register of that municipality.</summary>
    public string ClientOf(string name) => _clients[name];

    public Walker Walk(string name) => new(new Uri($"https://{name}.test"), Port);

    public async ValueTask DisposeAsync()
    {
        await _front.Services.GetRequiredService<IServer>().StopAsync(CancellationToken.None);
        await _front.DisposeAsync();
        foreach (var town in _behind)
        {
            await town.App.StopAsync(CancellationToken.None);
            await town.App.DisposeAsync();
            await town.Test.DisposeAsync();
        }
    }

    private static async Task Fill(RecordVault vault)
    {
        var resident = (await vault.Enrol(Actor.Operator("test", "issuers"), Cancel)).Value;
        Assert.Equal(1, resident.Value);
        var session = (await vault.Open(Actor.Resident(resident), resident, Purpose.Import, Cancel)).Value;
        var origin = new RecordOrigin(SourceKind.Person, "x", 1, "x", DateTimeOffset.UnixEpoch);
        await session.Write([.. Enumerable.Range(0, 3).Select(i => new NewRecord(CanonicalResource.Parse(Encoding.UTF8.GetBytes($$"""{"resourceType":"Basic","code":{"text":"{{i}}"} }""")).Value, origin))], Cancel);
    }

    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        using var made = new CertificateRequest("CN=tasuki test", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }
}
