using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Tasuki.Kernel;
using Tasuki.Kernel.Http;

namespace Tasuki.People;

/// <summary>What the provider says of itself, as far as we use it.</summary>
/// <param name="SecretInBody">The token endpoint wants the client's secret in the form and not in the header.</param>
/// <param name="NamesItself">Its answers carry <c>iss</c> (RFC 9207).</param>
internal sealed record ProviderDescription(Uri Authorize, Uri Token, Uri Keys, bool SecretInBody, bool NamesItself, DateTimeOffset Read);

/// <summary>
/// Every call to the staff's provider: discovery, keys, and the code for a token. All of them leave through <see cref="Egress"/> to the issuer's host alone. What was read is kept for an
/// hour. Errors: those of <see cref="Egress"/>, and <c>provider.status</c>, <c>provider.document</c>, <c>provider.issuer</c>.
/// </summary>
internal sealed class ProviderDoor : IDisposable
{
    private static readonly TimeSpan Kept = TimeSpan.FromHours(1);
    private static readonly TimeSpan AssertionLife = TimeSpan.FromMinutes(2);

    private readonly StaffProviderOptions _options;
    private readonly TimeProvider _clock;
    private readonly Egress _egress;

    private ProviderDescription? _description;
    private KnownKeys? _keys;

    public ProviderDoor(StaffProviderOptions options, TimeProvider clock) => (_options, _clock, _egress) = (options, clock, new Egress(clock, options.Sandbox));

    private EgressPurpose Purpose => new("staff-provider", [_options.Issuer.IdnHost], 256 * 1024, _options.Patience);

    private sealed record KnownKeys(IReadOnlyList<JsonWebKey> Keys, DateTimeOffset Read);

    public async Task<Result<ProviderDescription>> Describe(CancellationToken cancel)
    {
        var now = _clock.GetUtcNow();
        if (_description is { } known && now - known.Read < Kept)
            return known;
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_options.IssuerAsWritten.TrimEnd('/') + "/.well-known/openid-configuration"));
        var answer = await Send(request, cancel);
        if (!answer.IsOk)
            return answer.Error;
        var read = Description(answer.Value, now);
        if (read.IsOk)
            _description = read.Value;
        return read;
    }

    /// <summary>The keys a token may be signed with: RSA of 2048 bits and more, and P-256.</summary>
    /// <param name="anew">A key was met that is not among those known.</param>
    public async Task<Result<IReadOnlyList<JsonWebKey>>> Keys(ProviderDescription provider, bool anew, CancellationToken cancel)
    {
        var now = _clock.GetUtcNow();
        if (!anew && _keys is { } known && now - known.Read < Kept)
            return Result.Of(known.Keys);
        using var request = new HttpRequestMessage(HttpMethod.Get, provider.Keys);
        var answer = await Send(request, cancel);
        if (!answer.IsOk)
            return answer.Error;
        try
        {
            var keys = new JsonWebKeySet(Encoding.UTF8.GetString(answer.Value)).Keys.Where(MaySign).ToList();
            _keys = new KnownKeys(keys, now);
            return keys;
        }
        catch (ArgumentException)
        {
            return Unreadable("The keys");
        }
    }

    /// <summary>Gives the code back for the id_token.</summary>
    public async Task<Result<string>> Redeem(ProviderDescription provider, string code, string verifier, Uri redirect, CancellationToken cancel)
    {
        var form = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["grant_type"] = "authorization_code", ["code"] = code, ["redirect_uri"] = redirect.AbsoluteUri, ["code_verifier"] = verifier,
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, provider.Token);
        request.Headers.Accept.ParseAdd("application/json");
        if (_options.Key is not null)
        {
            form["client_id"] = _options.ClientId;
            form["client_assertion_type"] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
            form["client_assertion"] = Assertion(provider);
        }
        else if (provider.SecretInBody)
        {
            form["client_id"] = _options.ClientId;
            form["client_secret"] = _options.Secret!;
        }
        else
        {
            // RFC 6749, 2.3.1: both parts are encoded as in a form before they are joined.
            var pair = $"{Uri.EscapeDataString(_options.ClientId)}:{Uri.EscapeDataString(_options.Secret!)}";
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(pair)));
        }

        request.Content = new FormUrlEncodedContent(form);
        var answer = await Send(request, cancel);
        if (!answer.IsOk)
            return answer.Error;
        using var document = Parse(answer.Value);
        return document?.RootElement is { ValueKind: JsonValueKind.Object } root && Text(root, "id_token") is { } token ? token : Unreadable("The answer to a code");
    }

    /// <summary>The same of an address the browser is sent to.</summary>
    private bool IsOurs(Uri address) => _egress.Refuse(Purpose, address) is null;

    public void Dispose() => _egress.Dispose();

    private Result<ProviderDescription> Description(byte[] bytes, DateTimeOffset now)
    {
        using var document = Parse(bytes);
        if (document?.RootElement is not { ValueKind: JsonValueKind.Object } root)
            return Unreadable("The description");
        if (!string.Equals(Text(root, "issuer"), _options.IssuerAsWritten, StringComparison.Ordinal))
            return new Error("provider.issuer", "The provider calls itself otherwise than Tasuki:StaffProvider:Issuer.");
        if (Address(root, "authorization_endpoint") is not { } authorize || Address(root, "token_endpoint") is not { } token || Address(root, "jwks_uri") is not { } keys)
            return new Error("provider.document", "The provider names an address that is missing, not https, or of another host than the issuer's.");
        var methods = root.TryGetProperty("token_endpoint_auth_methods_supported", out var named) && named.ValueKind is JsonValueKind.Array
            ? named.EnumerateArray().Where(m => m.ValueKind is JsonValueKind.String).Select(m => m.GetString()).ToList() : [];
        return new ProviderDescription(
            authorize, token, keys, methods.Contains("client_secret_post", StringComparer.Ordinal) && !methods.Contains("client_secret_basic", StringComparer.Ordinal),
            root.TryGetProperty("authorization_response_iss_parameter_supported", out var names) && names.ValueKind is JsonValueKind.True, now);
    }

    private Uri? Address(JsonElement root, string name) => Uri.TryCreate(Text(root, name), UriKind.Absolute, out var address) && address.Fragment.Length == 0 && IsOurs(address) ? address : null;

    private async Task<Result<byte[]>> Send(HttpRequestMessage request, CancellationToken cancel)
    {
        var answer = await _egress.Send(Purpose, request, cancel);
        if (!answer.IsOk)
            return answer.Error;
        return answer.Value.Status == 200 ? answer.Value.Body : new Error("provider.status", $"The provider answered {answer.Value.Status}.");
    }

    private string Assertion(ProviderDescription provider)
    {
        var now = _clock.GetUtcNow().UtcDateTime;
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = _options.ClientId, Audience = provider.Token.AbsoluteUri, IssuedAt = now, NotBefore = now, Expires = now + AssertionLife, SigningCredentials = _options.Key,
            Claims = new Dictionary<string, object>(StringComparer.Ordinal) { ["sub"] = _options.ClientId, ["jti"] = Convert.ToHexString(RandomNumberGenerator.GetBytes(16)) },
        });
    }

    private static bool MaySign(JsonWebKey key) => key.Use is null or "sig" && key switch
    {
        { Kty: JsonWebAlgorithmsKeyTypes.RSA, Alg: null or SecurityAlgorithms.RsaSha256 } => key.KeySize >= 2048,
        { Kty: JsonWebAlgorithmsKeyTypes.EllipticCurve, Crv: JsonWebKeyECTypes.P256, Alg: null or SecurityAlgorithms.EcdsaSha256 } => true,
        _ => false,
    };

    private static JsonDocument? Parse(byte[] bytes)
    {
        try
        {
            return JsonDocument.Parse(bytes);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement root, string name) => root.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;

    private static Error Unreadable(string what) => new("provider.document", $"{what} of the provider cannot be read.");
}
