using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tasuki.Fhir;
using Tasuki.Kernel.Records;
using Tasuki.Vault;

namespace Tasuki.Server.Tests.Issuers;

/// <summary>One process, one socket, two municipalities, each with a service provider, a ring, an issuer and cookies of its own (docs/adr/0021-many-municipalities.md).</summary>
public sealed class TwoIssuersTests
{
    private const string Verifier = "a-verifier-of-a-client-that-is-long-enough-for-rfc-7636";

    private static readonly string[] Names = ["akane", "midori"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_credential_of_one_municipality_is_taken_by_the_other_or_under_a_forged_host()
    {
        await using var door = await Door.Open();
        using var own = door.Walk("akane");
        var kept = await door.CredentialsOf(own);
        (string Where, string Site, string? Host, string? Forwarded)[] places =
        [
            ("at the other", "midori", null, null), ("at the other, forwarded as for its own", "midori", null, "akane.test"),
            ("at its own connection under the other's name", "akane", "midori.test", null), ("under an unknown name", "akane", "elsewhere.test", null),
        ];
        var taken = new List<string>();
        foreach (var (name, present) in kept)
        {
            foreach (var (where, site, host, forwarded) in places)
            {
                using var thief = door.Walk(site);
                if (forwarded is not null)
                    thief.Headers["X-Forwarded-Host"] = forwarded;
                if (await present(thief, host))
                    taken.Add($"{name} {where}");
            }

            // A control, last because some are spent by it: where it belongs it is taken, whatever host a stranger says was asked for.
            using var owner = door.Walk("akane");
            owner.Headers["X-Forwarded-Host"] = "midori.test";
            if (!await present(owner, null))
                taken.Add($"{name} is not taken where it belongs");
        }

        Assert.Empty(taken);
    }

    [Fact]
    public async Task Issuers_keys_and_cookies_are_each_municipalitys_own()
    {
        await using var door = await Door.Open();
        var keys = new List<string>();
        foreach (var name in Names)
        {
            using var walker = door.Walk(name);
            using var discovery = JsonDocument.Parse((await walker.Get("/.well-known/openid-configuration")).Body);
            Assert.Equal($"https://{name}.test/", discovery.RootElement.GetProperty("issuer").GetString());
            keys.Add((await walker.Get("/.well-known/jwks")).Body);
            await walker.Get("/sign-up");
            Assert.NotEmpty(walker.SetCookies);
            Assert.All(walker.SetCookies, cookie =>
            {
                Assert.StartsWith("__Host-", cookie, StringComparison.Ordinal);
                Assert.Contains("secure", cookie, StringComparison.OrdinalIgnoreCase);
                Assert.Contains("path=/", cookie, StringComparison.OrdinalIgnoreCase);
                Assert.DoesNotContain("domain=", cookie, StringComparison.OrdinalIgnoreCase);
            });
        }

        Assert.False(string.Equals(keys[0], keys[1], StringComparison.Ordinal), "Both sign with the same keys.");
        using var lost = door.Walk("akane");
        Assert.Equal((int)HttpStatusCode.MisdirectedRequest, (await lost.Send(HttpMethod.Get, "/", null, host: "elsewhere.test")).Status);
        Assert.Equal((int)HttpStatusCode.MisdirectedRequest, (await lost.Send(HttpMethod.Get, "/", null, host: "127.0.0.1")).Status);
    }

    private sealed class Door : IAsyncDisposable
    {
        private readonly List<(TestMunicipality Town, WebApplication App)> _behind = [];
        private readonly WebApplication _front;

        private Door(WebApplication front) => _front = front;

        private int Port => new Uri(_front.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First()).Port;

        public static async Task<Door> Open()
        {
            var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
            builder.Logging.ClearProviders();
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(Certificate())));
            var door = new Door(builder.Build());
            var behind = new Dictionary<string, Behind>(StringComparer.OrdinalIgnoreCase);
            foreach (var name in Names)
            {
                var host = $"{name}.test";
                var town = await TestMunicipality.New(StoreKind.Sqlite, name, host);
                var server = new Behind();
                var built = await town.Build(
                    one =>
                    {
                        one.Services.AddSingleton<IServer>(server);
                        one.Services.AddIssuer(host, Path.GetDirectoryName(town.Described.Data)!);
                    },
                    "--environment=Production");
                Assert.True(built.IsOk, built.Error?.ToString());
                built.Value.MapIssuer();
                door._behind.Add((town, built.Value));
                behind.Add(host, server);
                await Issuer.RegisterClient(built.Value.Services, Cancel);
                await Fill(built.Value.Services.GetRequiredService<RecordVault>());
                await built.Value.StartAsync(Cancel);
            }

            await door._front.Services.GetRequiredService<IServer>().StartAsync(new OneDoor(behind), Cancel);
            return door;
        }

        public Walker Walk(string name) => new(new Uri($"https://{name}.test"), Port);

        /// <summary>Everything a person or their client holds after signing in, and how each is presented. True: it was taken.</summary>
        public async Task<List<(string Name, Func<Walker, string?, Task<bool>> Present)>> CredentialsOf(Walker owner)
        {
            var (page, _) = await owner.SignUp("緑山", "花子", "hanako", "正しい馬の電池ホチキス印刷", _behind[0].Town.Clock.GetUtcNow());
            Assert.True(page.Status == 200, $"{page.Path} {page.Status} {page.Body}");
            Assert.Equal("/account", (await owner.Get("/account")).Path);
            var tokens = await Token(owner, null, [("grant_type", "authorization_code"), ("code", await Code(owner)), ("redirect_uri", Issuer.Callback.ToString()), ("code_verifier", Verifier)]);
            Assert.True(tokens.Status == 200, tokens.Body);
            using var answer = JsonDocument.Parse(tokens.Body);
            var (access, refresh) = (answer.RootElement.GetProperty("access_token").GetString()!, answer.RootElement.GetProperty("refresh_token").GetString()!);
            var (code, next) = (await Code(owner), (await owner.Get("/test/page?after=")).Body);
            Assert.NotEmpty(next);
            var form = await owner.Get("/account");
            var cookies = owner.Cookies.ToList();
            void WithCookies(Walker walker) => cookies.ForEach(c => walker.Cookies[c.Key] = c.Value);
            return
            [
                ("cookie", async (walker, host) =>
                {
                    WithCookies(walker);
                    return await walker.Send(HttpMethod.Get, "/account", null, host) is { Status: 200, Path: "/account" };
                }),
                ("form token", async (walker, host) =>
                {
                    WithCookies(walker);
                    var token = System.Text.RegularExpressions.Regex.Match(form.Body, "name=\"__RequestVerificationToken\" value=\"(?<t>[^\"]+)\"", System.Text.RegularExpressions.RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Groups["t"].Value;
                    Assert.NotEmpty(token);
                    var posted = await walker.Send(HttpMethod.Post, "/bring-in/none/give-up", new FormUrlEncodedContent([KeyValuePair.Create("__RequestVerificationToken", token)]), host);
                    return posted.Status is not (400 or 421) && !posted.Path.StartsWith("/sign-in", StringComparison.Ordinal);
                }),
                ("access token", async (walker, host) =>
                {
                    walker.Headers["Authorization"] = $"Bearer {access}";
                    return (await walker.Send(HttpMethod.Get, "/test/token", null, host)).Status == 200;
                }),
                ("refresh token", async (walker, host) => (await Token(walker, host, [("grant_type", "refresh_token"), ("refresh_token", refresh)])).Status == 200),
                ("authorization code", async (walker, host) =>
                    (await Token(walker, host, [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", Issuer.Callback.ToString()), ("code_verifier", Verifier)])).Status == 200),
                ("page token", async (walker, host) => (await walker.Send(HttpMethod.Get, $"/test/page?after={Uri.EscapeDataString(next)}", null, host)).Status == 200),
            ];
        }

        public async ValueTask DisposeAsync()
        {
            await _front.Services.GetRequiredService<IServer>().StopAsync(CancellationToken.None);
            await _front.DisposeAsync();
            foreach (var (town, app) in _behind)
            {
                await app.StopAsync(CancellationToken.None);
                await app.DisposeAsync();
                await town.DisposeAsync();
            }
        }

        private static async Task<string> Code(Walker owner)
        {
            var challenge = WebEncoders.Base64UrlEncode(SHA256.HashData(Encoding.ASCII.GetBytes(Verifier)));
            var answer = await owner.Get($"/connect/authorize?response_type=code&client_id={Issuer.Client}&redirect_uri={Uri.EscapeDataString(Issuer.Callback.ToString())}&scope=offline_access&state=s&code_challenge={challenge}&code_challenge_method=S256");
            Assert.StartsWith(Issuer.Callback.ToString(), answer.Path, StringComparison.Ordinal);
            return QueryHelpers.ParseQuery(new Uri(answer.Path).Query)["code"].ToString();
        }

        private static Task<Answer> Token(Walker walker, string? host, (string Name, string Value)[] fields) => walker.Send(
            HttpMethod.Post, "/connect/token", new FormUrlEncodedContent([.. fields.Select(f => KeyValuePair.Create(f.Name, f.Value)), KeyValuePair.Create("client_id", Issuer.Client)]), host);

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
}
