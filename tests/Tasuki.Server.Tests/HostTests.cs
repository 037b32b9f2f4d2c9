using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Tasuki.Vault;

namespace Tasuki.Server.Tests;

/// <summary>Which names a server answers to, and whose forwarded headers it believes.</summary>
public sealed class HostTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Only_configured_names_are_answered_and_only_listed_proxies_are_believed()
    {
        await using var town = await TestMunicipality.New(StoreKind.Sqlite, "hosts", "phr.hosts.test");
        foreach (var (proxies, believed) in new[] { ("", false), ("10.0.0.0/8", false), ("127.0.0.0/8 ::1", true) })
        {
            var built = await town.Build(null, "--environment=Production", $"--Tasuki:Proxies={proxies}");
            Assert.True(built.IsOk, built.Error?.ToString());
            await using var app = built.Value;
            app.MapGet("/test/who", (HttpContext context) => $"{context.Connection.RemoteIpAddress} {context.Request.Scheme} {context.Request.Host}").AllowAnonymous();
            await app.StartAsync(Cancel);
            var port = new Uri(app.Urls.First()).Port;
            using var walker = new Walker(new Uri($"http://phr.hosts.test:{port}"), port);
            (walker.Headers["X-Forwarded-For"], walker.Headers["X-Forwarded-Proto"], walker.Headers["X-Forwarded-Host"]) = ("203.0.113.9", "https", "elsewhere.test");
            var who = (await walker.Get("/test/who")).Body;
            Assert.Equal(believed, who.StartsWith("203.0.113.9 https ", StringComparison.Ordinal));
            Assert.EndsWith($" phr.hosts.test:{port}", who, StringComparison.Ordinal);
            foreach (var name in new[] { "elsewhere.test", "localhost", "127.0.0.1", "phr.hosts.test.elsewhere.test" })
                Assert.Equal((int)HttpStatusCode.MisdirectedRequest, (await walker.Send(HttpMethod.Get, "/test/who", null, host: name)).Status);
            // Addresses are of the configured name, whatever port or name a request is said to be for.
            var stated = (await walker.Send(HttpMethod.Get, "/fhir/metadata", null, host: "phr.hosts.test:9999")).Body;
            Assert.Contains("\"https://phr.hosts.test/fhir\"", stated, StringComparison.Ordinal);
            Assert.DoesNotContain("9999", stated, StringComparison.Ordinal);
            await app.StopAsync(Cancel);
        }
    }

    [Theory]
    [InlineData("settings.hosts", "--environment=Production")]
    [InlineData("settings.hosts", "--Tasuki:Hosts=https://phr.test")]
    [InlineData("settings.proxies", "--Tasuki:Proxies=everybody")]
    [InlineData("settings.search", "--Tasuki:Search:Most=many")]
    [InlineData("settings.search", "--Tasuki:Search:Most=10")]
    [InlineData("settings.search", "--Tasuki:Search:Heavy=20001")]
    [InlineData("settings.search", "--Tasuki:Search:AtOnce=0")]
    [InlineData("settings.search", "--Tasuki:Search:Hevay=1000")]
    [InlineData("settings.forwarded", "--FORWARDEDHEADERS_ENABLED=true")]
    [InlineData("settings.profiles", "--Tasuki:Profiles=perhaps")]
    [InlineData("settings.staff-provider", "--Tasuki:StaffProvider:Issuer=https://login.hosts.test")]
    [InlineData("settings.staff-provider", "--Tasuki:StaffProvider:Name=みどり")]
    [InlineData("settings.packages", "--Tasuki:Profiles=strict")]
    [InlineData("settings.packages", "--Tasuki:Packages=/nowhere/packages")]
    public async Task A_wrong_setting_stops_the_start(string code, string setting)
    {
        await using var town = await TestMunicipality.New(StoreKind.Sqlite, "wrong");
        Assert.Equal(code, (await town.Build(null, setting)).Error?.Code);
    }
}
