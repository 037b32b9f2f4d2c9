using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Tasuki.Data;
using Xunit;

namespace Tasuki.People.Tests;

/// <summary>Backend services and confidential apps: who they are is proved by a signed assertion, each once.</summary>
public sealed class BackendTests
{
    private const string Scope = "system/Observation.rs system/Immunization.rs";

    [Theory]
    [InlineData(DataStore.Sqlite, "ES384")]
    [InlineData(DataStore.Postgres, "RS384")]
    public async Task A_backend_gets_a_token_with_a_good_assertion_and_with_each_one_once(DataStore store, string algorithm)
    {
        await using var world = await SmartWorld.Start(store);
        using var key = new ClientKey(algorithm);
        var app = await world.Register(Scope, AppKind.Backend, key.Set);
        var assertion = key.Assertion(world, app);

        var tokens = await Ask(world, assertion);
        Assert.True(tokens.Status == 200, tokens.Json.ToString());
        Assert.Equal("system/Observation.rs", tokens.Scope);
        Assert.Null(tokens.Refresh);
        var (_, json) = await world.Probe(tokens.Access);
        Assert.Equal("Backend", json.GetProperty("kind").GetString());
        Assert.Equal(app, json.GetProperty("app").GetInt64());
        Assert.Equal("system/Observation.rs", json.GetProperty("scopes").GetString());

        Assert.Equal("invalid_client", (await Ask(world, assertion)).Error);
        Assert.Equal(200, (await Ask(world, key.Assertion(world, app, aud: world.Site.Address.AbsoluteUri))).Status);
        Assert.Equal("system/Observation.rs", (await Ask(world, key.Assertion(world, app), "system/Observation.read")).Scope);
        world.Site.Clock.Advance(TimeSpan.FromMinutes(11));
        Assert.Equal(401, (await world.Probe(tokens.Access)).Status);
    }

    [Fact]
    public async Task An_assertion_that_is_wrong_in_any_part_proves_nothing()
    {
        await using var world = await SmartWorld.Start(DataStore.Sqlite);
        using var key = new ClientKey("ES384");
        using var wrong = new ClientKey("ES384");
        using var weak = new ClientKey("ES256");
        var app = await world.Register(Scope, AppKind.Backend, key.Set);
        var other = await world.Register(Scope, AppKind.Backend, wrong.Set);
        var cases = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["another key"] = wrong.Assertion(world, app), ["another audience"] = key.Assertion(world, app, aud: "https://elsewhere.test/connect/token"),
            ["ended"] = key.Assertion(world, app, life: TimeSpan.FromSeconds(-400)), ["too long"] = key.Assertion(world, app, life: TimeSpan.FromMinutes(6)),
            ["no jti"] = key.Assertion(world, app, jti: ""), ["another algorithm"] = weak.Assertion(world, app), ["another app"] = key.Assertion(world, other),
            ["issuer and subject apart"] = key.Assertion(world, app, subject: other), ["no signature"] = string.Join('.', key.Assertion(world, app).Split('.')[..2]) + ".",
        };
        foreach (var (name, assertion) in cases)
        {
            var refused = await Ask(world, assertion);
            Assert.True(refused.Status is 400 or 401 && refused.Error is "invalid_client" or "invalid_request", $"{name}: {refused.Status} {refused.Json}");
        }

        // A secret is offered to nobody, and a backend's number alone is no proof.
        Assert.NotEqual(200, (await world.Token(("grant_type", "client_credentials"), ("client_id", $"{app}"), ("client_secret", "x"), ("scope", "system/Observation.rs"))).Status);
        Assert.NotEqual(200, (await world.Token(("grant_type", "client_credentials"), ("client_id", $"{app}"), ("scope", "system/Observation.rs"))).Status);
        foreach (var scope in new[] { "system/*.rs", "patient/Observation.rs", "system/Observation.cruds", "openid", "" })
            Assert.Equal("invalid_scope", (await Ask(world, key.Assertion(world, app), scope)).Error);
    }

    public static TheoryData<string, string, string> Shapes => new()
    {
        { "no kid", """{"alg":"ES384","typ":"JWT"}""", "" },
        { "unknown kid", """{"alg":"ES384","typ":"JWT","kid":"k2"}""", "" },
        { "kid of another kind", """{"alg":"ES384","typ":"JWT","kid":1}""", "" },
        { "kid twice", """{"alg":"ES384","typ":"JWT","kid":"k2","kid":"k1"}""", "" },
        { "jku", """{"alg":"ES384","typ":"JWT","kid":"k1","jku":"https://app.test/keys"}""", "" },
        { "x5u", """{"alg":"ES384","typ":"JWT","kid":"k1","x5u":"https://app.test/keys"}""", "" },
        { "crit", """{"alg":"ES384","typ":"JWT","kid":"k1","crit":["x"],"x":1}""", "" },
        { "not yet", Usual, "\"nbf\":NOW+31536000," },
        { "made in a year", Usual, "\"iat\":NOW+31536000," },
        { "the end of times", Usual, "\"exp\":1000000000000," },
        { "after the end of times", Usual, "\"exp\":1000000000000000000," },
        { "before all times", Usual, "\"exp\":-1000000000000000000," },
        { "for another server too", Usual, "\"aud\":[\"TOKEN\",\"https://app.test/token\"]," },
        { "for nobody", Usual, "\"aud\":[]," },
        { "for another server", Usual, "\"aud\":[\"https://app.test/token\"]," },
        { "no number", Usual, "\"exp\":\"soon\"," },
        { "more than a number", Usual, "\"exp\":1e400," },
        { "made after the end of times", Usual, "\"iat\":1000000000000000000," },
        { "holds after the end of times", Usual, "\"nbf\":1000000000000000000," },
    };

    private const string Usual = """{"alg":"ES384","typ":"JWT","kid":"k1"}""";

    [Theory, MemberData(nameof(Shapes))]
    public async Task A_well_signed_assertion_counts_only_with_a_registered_key_and_within_its_times(string name, string header, string claims)
    {
        await using var world = await SmartWorld.Start(DataStore.Sqlite);
        using var key = new ClientKey("ES384");
        var app = await world.Register(Scope, AppKind.Backend, key.Set);
        Assert.Equal(200, (await Ask(world, key.Signed(world, app, Usual, ""))).Status);
        Assert.Equal(200, (await Ask(world, key.Signed(world, app, Usual, "\"nbf\":NOW,\"iat\":NOW,"))).Status);
        Assert.Equal(200, (await Ask(world, key.Signed(world, app, Usual, "\"aud\":[\"TOKEN\"],"))).Status);

        var refused = await Ask(world, key.Signed(world, app, header, claims));

        Assert.True(refused is { Status: 400 or 401, Error: "invalid_client" }, $"{name}: {refused.Status} {refused.Json}");
        Assert.DoesNotContain("app.test", refused.Text("error_description") ?? "", StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_confidential_app_proves_itself_at_each_step_and_may_ask_about_its_own_tokens(DataStore store)
    {
        await using var world = await SmartWorld.Start(store);
        using var key = new ClientKey("ES384");
        using var otherKey = new ClientKey("ES384");
        var app = await world.Register("launch/patient offline_access patient/*.rs", AppKind.Confidential, key.Set);
        var other = await world.Register("launch/patient offline_access patient/*.rs", AppKind.Confidential, otherKey.Set);
        using var visitor = await world.SignIn();
        var code = (await world.Agree(visitor, app, "launch/patient offline_access patient/*.rs", ("kept", "Month")))["code"];
        Assert.Equal("invalid_client", (await world.Code(app, code)).Error);
        var tokens = await world.Code(app, code, Proof(key.Assertion(world, app)));
        Assert.True(tokens.Status == 200, tokens.Json.ToString());

        var told = await Introspect(world, tokens.Access, key.Assertion(world, app));
        Assert.True(told.GetProperty("active").GetBoolean());
        Assert.Equal("launch/patient offline_access patient/*.rs", told.GetProperty("scope").GetString());
        Assert.Equal(tokens.Text("patient"), told.GetProperty("patient").GetString());
        Assert.Equal($"{app}", told.GetProperty("client_id").GetString());
        Assert.False((await Introspect(world, tokens.Access, otherKey.Assertion(world, other))).TryGetProperty("active", out var active) && active.GetBoolean());
        await visitor.Submit(await visitor.Get("/connected-apps", TestContext.Current.CancellationToken), "/connected-apps/cut-off", Walk.Fields(), TestContext.Current.CancellationToken);
        Assert.False((await Introspect(world, tokens.Access, key.Assertion(world, app))).GetProperty("active").GetBoolean());
        // What lives only because it was connected does not survive the loss of the key either.
        Assert.Equal("invalid_client", (await world.Refresh(app, tokens.Refresh)).Error);
    }

    [Fact]
    public async Task A_token_of_one_municipality_is_nothing_at_another()
    {
        await using var world = await SmartWorld.Start(DataStore.Sqlite);
        await using var elsewhere = await SmartWorld.Start(DataStore.Sqlite);
        using var key = new ClientKey("ES384");
        var app = await world.Register();
        using var visitor = await world.SignIn();
        var tokens = await world.Connect(visitor, app, "launch/patient offline_access patient/*.rs", ("kept", "Month"));

        Assert.Equal(401, (await elsewhere.Probe(tokens.Access)).Status);
        Assert.NotEqual(200, (await elsewhere.Refresh(app, tokens.Refresh)).Status);
        var there = await elsewhere.Register(Scope, AppKind.Backend, key.Set);
        Assert.Equal("invalid_client", (await Ask(elsewhere, key.Assertion(world, there))).Error);
        Assert.Equal(200, (await Ask(elsewhere, key.Assertion(elsewhere, there))).Status);
    }

    private static (string Name, string Value)[] Proof(string assertion) => [("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"), ("client_assertion", assertion)];

    private static Task<Tokens> Ask(SmartWorld world, string assertion, string scope = "system/Observation.rs") =>
        world.Token([("grant_type", "client_credentials"), ("scope", scope), .. Proof(assertion)]);

    private static async Task<JsonElement> Introspect(SmartWorld world, string token, string assertion) =>
        JsonDocument.Parse((await world.Post("/connect/introspect", [("token", token), .. Proof(assertion)])).Body).RootElement;

    private sealed class ClientKey : IDisposable
    {
        private readonly AsymmetricAlgorithm _key;
        private readonly string _algorithm;

        public ClientKey(string algorithm)
        {
            _algorithm = algorithm;
            _key = algorithm is "RS384" ? RSA.Create(2048) : ECDsa.Create(algorithm is "ES256" ? ECCurve.NamedCurves.nistP256 : ECCurve.NamedCurves.nistP384);
        }

        public string Set => JsonSerializer.Serialize(new { keys = new[] { Public() } });

        public string Assertion(SmartWorld world, long app, string? aud = null, TimeSpan? life = null, string? jti = null, long? subject = null)
        {
            var now = world.Site.Clock.GetUtcNow();
            var claims = new Dictionary<string, object>(StringComparer.Ordinal) { ["sub"] = $"{subject ?? app}", ["jti"] = jti ?? WebEncoders.Base64UrlEncode(RandomNumberGenerator.GetBytes(16)) };
            if (jti is { Length: 0 })
                claims.Remove("jti");
            return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
            {
                Issuer = $"{app}", Audience = aud ?? new Uri(world.Site.Address, "/connect/token").AbsoluteUri, Expires = (now + (life ?? TimeSpan.FromMinutes(4))).UtcDateTime, Claims = claims,
                SigningCredentials = new SigningCredentials(_key is RSA rsa ? new RsaSecurityKey(rsa) { KeyId = "k1" } : new ECDsaSecurityKey((ECDsa)_key) { KeyId = "k1" }, _algorithm),
            });
        }

        /// <summary>Signed by hand, so that any header and any claims can stand in it; what is given stands in the place of what is usual.</summary>
        public string Signed(SmartWorld world, long app, string header, string claims)
        {
            var now = world.Site.Clock.GetUtcNow().ToUnixTimeSeconds();
            var given = Regex.Replace(
                claims, @"NOW(\+(?<more>\d+))?", m => $"{now + (m.Groups["more"].Success ? long.Parse(m.Groups["more"].Value, CultureInfo.InvariantCulture) : 0)}", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
            var end = claims.Contains("\"exp\"", StringComparison.Ordinal) ? "" : $"\"exp\":{now + 240},";
            var address = new Uri(world.Site.Address, "/connect/token").AbsoluteUri;
            var audience = claims.Contains("\"aud\"", StringComparison.Ordinal) ? "" : $"\"aud\":\"{address}\",";
            var text = $"{{{given.Replace("TOKEN", address, StringComparison.Ordinal)}{end}\"iss\":\"{app}\",\"sub\":\"{app}\",{audience}\"jti\":\"{WebEncoders.Base64UrlEncode(RandomNumberGenerator.GetBytes(16))}\"}}";
            var said = $"{WebEncoders.Base64UrlEncode(Encoding.UTF8.GetBytes(header))}.{WebEncoders.Base64UrlEncode(Encoding.UTF8.GetBytes(text))}";
            return $"{said}.{WebEncoders.Base64UrlEncode(((ECDsa)_key).SignData(Encoding.ASCII.GetBytes(said), HashAlgorithmName.SHA384))}";
        }

        public void Dispose() => _key.Dispose();

        private Dictionary<string, string> Public()
        {
            if (_key is RSA rsa)
            {
                var p = rsa.ExportParameters(false);
                return new(StringComparer.Ordinal) { ["kty"] = "RSA", ["kid"] = "k1", ["n"] = WebEncoders.Base64UrlEncode(p.Modulus!), ["e"] = WebEncoders.Base64UrlEncode(p.Exponent!) };
            }

            var point = ((ECDsa)_key).ExportParameters(false).Q;
            return new(StringComparer.Ordinal) { ["kty"] = "EC", ["kid"] = "k1", ["crv"] = "P-384", ["x"] = WebEncoders.Base64UrlEncode(point.X!), ["y"] = WebEncoders.Base64UrlEncode(point.Y!) };
        }
    }
}
