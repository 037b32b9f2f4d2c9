using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Tasuki.Sandbox.Upstream;

/// <summary>Somebody who does not exist and can sign in at the sandbox's provider.</summary>
/// <param name="Acr">Left out of the token where null.</param>
public sealed record ProviderPerson(string Subject, string Name, string? Acr = null, IReadOnlyList<string>? Amr = null);

/// <summary>A service that may ask: with a secret, or with the public half of its key in PEM.</summary>
public sealed record ProviderClient(string Id, string? Secret, string? PublicKey = null);

/// <summary>
/// A municipality's OpenID Connect provider on the loopback over real HTTP: discovery, keys, a page on which one chooses who to be, and the token endpoint, which checks client, code,
/// redirect address and PKCE as a real one does. <see cref="Fault"/> makes it do one thing wrong. There is no password: whoever reaches it is whoever they choose, so it is for tests and
/// the demo alone.
/// </summary>
public sealed class IdentityProvider : IAsyncDisposable
{
    private static readonly TimeSpan CodeLife = TimeSpan.FromMinutes(1);

    private readonly WebApplication _app;
    private readonly ProviderClient _client;
    private readonly IReadOnlyList<ProviderPerson> _people;
    private readonly TimeProvider _clock;
    private readonly ConcurrentDictionary<string, Granted> _codes = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<IReadOnlyDictionary<string, string>> _questions = new();
    private SigningKey _key;
    private bool _ended;

    private IdentityProvider(WebApplication app, ProviderClient client, IReadOnlyList<ProviderPerson> people, TimeProvider clock, bool curve)
    {
        (_app, _client, _people, _clock, _key) = (app, client, people, clock, new SigningKey(curve));
        app.Use(async (context, next) =>
        {
            if (Down)
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            else
                await next(context);
        });
        app.MapGet("/.well-known/openid-configuration", Describe);
        app.MapGet("/keys", () =>
        {
            KeysRead++;
            return Results.Text($$"""{"keys":[{{_key.Public}}]}""", "application/json");
        });
        app.MapGet("/authorize", Authorize);
        app.MapPost("/token", Token);
    }

    private sealed record Granted(ProviderPerson Person, string Redirect, string Nonce, string Challenge, bool Anew, DateTimeOffset At);

    /// <summary>Without a slash at the end, as it writes itself.</summary>
    public string Issuer { get; private set; } = "";

    public ProviderFault Fault { get; set; }

    /// <summary>Answers 503 to everything.</summary>
    public bool Down { get; set; }

    /// <summary>Null: any on the loopback.</summary>
    public Uri? Redirect { get; set; }

    /// <summary>Tells services to put their secret into the form.</summary>
    public bool WantsSecretInForm { get; set; }

    /// <summary>Answers with <c>iss</c> (RFC 9207), of another issuer where a test says so.</summary>
    public string? NamesItself { get; set; }

    /// <summary>How long ago people proved themselves, where they are not asked to do it anew.</summary>
    public TimeSpan SignedInFor { get; set; }

    /// <summary>Claims in the place of, or beside, those of the token.</summary>
    public IReadOnlyDictionary<string, object?> Claims { get; set; } = new Dictionary<string, object?>(StringComparer.Ordinal);

    public int KeysRead { get; private set; }

    /// <summary>What was asked at the page, newest last.</summary>
    public IReadOnlyCollection<IReadOnlyDictionary<string, string>> Questions => _questions;

    /// <param name="curve">Signs with ES256 instead of RS256.</param>
    /// <param name="port">0 for any that is free.</param>
    public static async Task<IdentityProvider> Start(ProviderClient client, IReadOnlyList<ProviderPerson> people, TimeProvider clock, CancellationToken cancel, bool curve = false, int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));
        builder.Logging.ClearProviders();
        var provider = new IdentityProvider(builder.Build(), client, people, clock, curve);
        await provider._app.StartAsync(cancel);
        provider.Issuer = provider._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return provider;
    }

    /// <summary>New keys in the place of the old ones.</summary>
    public void ChangeKeys(bool curve = false) => _key = new SigningKey(curve);

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _ended, true))
            return;
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        _key.Dispose();
    }

    private IResult Describe() => Results.Json(new Dictionary<string, object>(StringComparer.Ordinal)
    {
        ["issuer"] = Issuer, ["authorization_endpoint"] = $"{Issuer}/authorize", ["token_endpoint"] = $"{Issuer}/token", ["jwks_uri"] = $"{Issuer}/keys",
        ["response_types_supported"] = new[] { "code" }, ["subject_types_supported"] = new[] { "public" }, ["id_token_signing_alg_values_supported"] = new[] { "RS256", "ES256" },
        ["code_challenge_methods_supported"] = new[] { "S256" },
        ["token_endpoint_auth_methods_supported"] = _client.PublicKey is not null ? ["private_key_jwt"] : WantsSecretInForm ? ["client_secret_post"] : new[] { "client_secret_basic" },
        ["authorization_response_iss_parameter_supported"] = NamesItself is not null,
    });

    private IResult Authorize(HttpContext context)
    {
        var asked = context.Request.Query.ToDictionary(q => q.Key, q => q.Value.ToString(), StringComparer.Ordinal);
        string Asked(string name) => asked.GetValueOrDefault(name, "");
        var redirect = Uri.TryCreate(Asked("redirect_uri"), UriKind.Absolute, out var given) ? given : null;
        if (Asked("client_id") != _client.Id || redirect is null || (Redirect is null ? !redirect.IsLoopback : Redirect != redirect))
            return Results.BadRequest("client_id or redirect_uri is not known here");
        if (Asked("response_type") != "code" || Asked("scope") != "openid" || Asked("state").Length < 20 || Asked("nonce").Length < 20 || Asked("code_challenge").Length != 43 || Asked("code_challenge_method") != "S256")
            return Back(redirect, asked, ("error", "invalid_request"));
        if (!asked.TryGetValue("person", out var chosen))
        {
            _questions.Enqueue(asked);
            return Results.Content(Page(asked), "text/html; charset=utf-8");
        }

        if (_people.FirstOrDefault(p => p.Subject == chosen) is not { } person)
            return Back(redirect, asked, ("error", "access_denied"));
        var code = Random();
        _codes[code] = new Granted(person, Asked("redirect_uri"), Asked("nonce"), Asked("code_challenge"), Asked("prompt") == "login", _clock.GetUtcNow());
        return Back(redirect, asked, ("code", code));
    }

    private IResult Back(Uri redirect, Dictionary<string, string> asked, (string Name, string Value) answer)
    {
        var query = new Dictionary<string, string?>(StringComparer.Ordinal) { [answer.Name] = answer.Value, ["state"] = asked.GetValueOrDefault("state", "") };
        if (NamesItself is not null)
            query["iss"] = NamesItself;
        return Results.Redirect(QueryHelpers.AddQueryString(redirect.AbsoluteUri, query));
    }

    private string Page(Dictionary<string, string> asked)
    {
        var page = new StringBuilder("<!doctype html><html lang=\"ja\"><head><meta charset=\"utf-8\"><title>職員認証（見本）</title><link rel=\"icon\" href=\"data:,\"></head><body><h1>職員認証（見本）</h1><p>だれとして入るかを選んでください。</p><form method=\"get\" action=\"/authorize\">");
        foreach (var (name, value) in asked)
            page.Append("<input type=\"hidden\" name=\"").Append(WebUtility.HtmlEncode(name)).Append("\" value=\"").Append(WebUtility.HtmlEncode(value)).Append("\">");
        foreach (var person in _people)
            page.Append("<p><button name=\"person\" value=\"").Append(WebUtility.HtmlEncode(person.Subject)).Append("\">").Append(WebUtility.HtmlEncode(person.Name)).Append("</button></p>");
        return page.Append("<p><button name=\"person\" value=\"\">やめる</button></p></form></body></html>").ToString();
    }

    private async Task<IResult> Token(HttpContext context, CancellationToken cancel)
    {
        var form = await context.Request.ReadFormAsync(cancel);
        switch (Fault)
        {
            case ProviderFault.Slow:
                await Task.Delay(Timeout.InfiniteTimeSpan, cancel);
                break;
            case ProviderFault.ServerError:
                return Results.StatusCode(StatusCodes.Status500InternalServerError);
            case ProviderFault.Huge:
                return Results.Text($$"""{"id_token":"{{new string('x', 1 << 20)}}"}""", "application/json");
            case ProviderFault.NoToken:
                return Results.Json(new { access_token = Random(), token_type = "Bearer" });
            case ProviderFault.NotJson:
                return Results.Text("<html>", "text/html");
        }

        if (!IsClient(context, form))
            return Results.Json(new { error = "invalid_client" }, statusCode: StatusCodes.Status401Unauthorized);
        var challenge = System.Buffers.Text.Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString())));
        if (form["grant_type"] != "authorization_code" || !_codes.TryRemove(form["code"].ToString(), out var granted) || granted.Redirect != form["redirect_uri"] || granted.Challenge != challenge
            || _clock.GetUtcNow() - granted.At > CodeLife)
            return Results.Json(new { error = "invalid_grant" }, statusCode: StatusCodes.Status400BadRequest);
        return Results.Json(new { access_token = Random(), token_type = "Bearer", expires_in = 60, id_token = IdToken(granted) });
    }

    private bool IsClient(HttpContext context, IFormCollection form)
    {
        if (_client.PublicKey is { } pem)
            return form["client_id"] == _client.Id && ClientAssertion.IsRight(form["client_assertion"].ToString(), pem, _client.Id, $"{Issuer}/token", _clock.GetUtcNow());
        if (WantsSecretInForm)
            return form["client_id"] == _client.Id && form["client_secret"] == _client.Secret;
        var pair = $"{Uri.EscapeDataString(_client.Id)}:{Uri.EscapeDataString(_client.Secret!)}";
        return string.Equals(context.Request.Headers.Authorization, $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(pair))}", StringComparison.Ordinal);
    }

    private string IdToken(Granted granted)
    {
        var now = _clock.GetUtcNow();
        long At(double minutes) => now.AddMinutes(minutes).ToUnixTimeSeconds();
        var claims = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["iss"] = Issuer, ["sub"] = granted.Person.Subject, ["aud"] = _client.Id, ["iat"] = At(0), ["exp"] = At(5), ["nonce"] = granted.Nonce,
            ["auth_time"] = (granted.Anew ? now : now - SignedInFor).ToUnixTimeSeconds(), ["name"] = granted.Person.Name,
        };
        if (granted.Person.Acr is { } acr)
            claims["acr"] = acr;
        if (granted.Person.Amr is { Count: > 0 } amr)
            claims["amr"] = amr;
        switch (Fault)
        {
            case ProviderFault.WrongNonce: claims["nonce"] = Random(); break;
            case ProviderFault.NoNonce: claims.Remove("nonce"); break;
            case ProviderFault.WrongAudience: claims["aud"] = "another-service"; break;
            case ProviderFault.WrongIssuer: claims["iss"] = "https://login.elsewhere.test"; break;
            case ProviderFault.OtherParty: (claims["aud"], claims["azp"]) = (new[] { _client.Id, "another-service" }, "another-service"); break;
            case ProviderFault.Expired: (claims["iat"], claims["exp"]) = (At(-8), At(-3)); break;
            case ProviderFault.NotYet: claims["nbf"] = At(5); break;
            case ProviderFault.IssuedLongAgo: claims["iat"] = At(-60); break;
            case ProviderFault.IssuedInTheFuture: claims["iat"] = At(5); break;
            case ProviderFault.NoExpiry: claims.Remove("exp"); break;
            case ProviderFault.NoSubject: claims.Remove("sub"); break;
            case ProviderFault.OddTypes: (claims["exp"], claims["nonce"], claims["amr"], claims["auth_time"]) = ("soon", new[] { granted.Nonce }, 7, true); break;
            case ProviderFault.NoSecondFactor:
                claims.Remove("acr");
                claims.Remove("amr");
                break;
            case ProviderFault.OldAuthentication: claims["auth_time"] = At(-60); break;
            case ProviderFault.NoAuthenticationTime: claims.Remove("auth_time"); break;
        }

        foreach (var (name, value) in Claims)
            claims[name] = value;
        var header = new Dictionary<string, object>(StringComparer.Ordinal) { ["typ"] = "JWT", ["alg"] = _key.Algorithm, ["kid"] = _key.Id };
        using var other = new SigningKey(_key.Algorithm == "ES256");
        switch (Fault)
        {
            case ProviderFault.NoSignature:
                header["alg"] = "none";
                header.Remove("kid");
                return $"{Part(header)}.{Part(claims)}.";
            case ProviderFault.HmacWithPublicKey:
                header["alg"] = "HS256";
                return Signed(header, claims, text => HMACSHA256.HashData(Encoding.ASCII.GetBytes(_key.Pem), text));
            case ProviderFault.ForeignKey:
                return Signed(header, claims, other.Sign);
            case ProviderFault.UnknownKey:
                header["kid"] = other.Id;
                return Signed(header, claims, other.Sign);
            case ProviderFault.CriticalHeader:
                (header["crit"], header["b64"]) = (new[] { "b64" }, true);
                return Signed(header, claims, _key.Sign);
            default:
                return Signed(header, claims, _key.Sign);
        }
    }

    private static string Signed(object header, object claims, Func<byte[], byte[]> sign)
    {
        var text = $"{Part(header)}.{Part(claims)}";
        return $"{text}.{System.Buffers.Text.Base64Url.EncodeToString(sign(Encoding.ASCII.GetBytes(text)))}";
    }

    private static string Part(object value) => System.Buffers.Text.Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(value));

    private static string Random() => System.Buffers.Text.Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
}
