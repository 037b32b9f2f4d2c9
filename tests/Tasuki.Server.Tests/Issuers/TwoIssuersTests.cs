using System.Net;
using System.Text.Json;

namespace Tasuki.Server.Tests.Issuers;

/// <summary>
/// One process, one socket, two municipalities, each with a service provider, a ring, an issuer and cookies of its own (docs/adr/0021-many-municipalities.md). What is held
/// stands in <see cref="Held"/>; keys and states that no page shows are tried by <see cref="Towns.KeysOfTwoTests"/>. Not tried over HTTP: a code from the counter and the
/// receipt of a recovery (their MACs are), file numbers (no credential: small numbers that both have), and anything of parts that do not exist yet.
/// </summary>
public sealed class TwoIssuersTests
{
    private static readonly string[] Names = ["akane", "midori"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_credential_of_one_municipality_is_taken_by_the_other_or_under_a_forged_host()
    {
        await using var door = await Door.Open(Names);
        var held = await Held.After(door);
        Assert.Equal(held.Count, held.Select(h => h.Name).Distinct(StringComparer.Ordinal).Count());
        (string Where, string Site, string? Host, (string Name, string Value)? Header)[] places =
        [
            ("at the other", "midori", null, null),
            .. Forged("akane.test").Select(h => ($"at the other with {h.Name}", "midori", (string?)null, ((string, string)?)h)),
            ("at its own connection under the other's name", "akane", "midori.test", null), ("under an unknown name", "akane", "elsewhere.test", null),
        ];
        var taken = new List<string>();
        foreach (var (name, present) in held)
        {
            foreach (var (where, site, host, header) in places)
            {
                using var thief = door.Walk(site);
                thief.Host = host;
                if (header is var (field, value))
                    thief.Headers[field] = value;
                if (await present(thief, site))
                    taken.Add($"{name} {where}");
            }

            // A control, last because some are spent by it: where it belongs it is taken, whatever host a stranger says was asked for, since nobody reads those headers.
            using var owner = door.Walk("akane");
            foreach (var (field, value) in Forged("midori.test"))
                owner.Headers[field] = value;
            if (!await present(owner, "akane"))
                taken.Add($"{name} is not taken where it belongs");
        }

        Assert.Empty(taken);
    }

    [Fact]
    public async Task Issuers_keys_and_cookies_are_each_municipalitys_own()
    {
        await using var door = await Door.Open(Names);
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

    private static (string Name, string Value)[] Forged(string host) =>
        [("X-Forwarded-Host", host), ("Forwarded", $"host={host};proto=https"), ("X-Original-Host", host), ("X-Host", host), ("X-Forwarded-Server", host)];
}
