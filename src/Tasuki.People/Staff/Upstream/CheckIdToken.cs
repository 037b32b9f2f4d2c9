using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Tasuki.Kernel;

namespace Tasuki.People;

/// <summary>What a checked id_token says.</summary>
/// <param name="SecondFactor">By the values of <c>acr</c> and <c>amr</c> that the settings name.</param>
/// <param name="Authenticated">When the person last proved themself to the provider; null where it does not say.</param>
internal sealed record ProvedPerson(string Subject, bool SecondFactor, DateTimeOffset? Authenticated);

/// <summary>
/// An id_token in the order it is checked: its form, the key, the signature with issuer and audience (Microsoft.IdentityModel), then each claim by a step of its own. Errors
/// <c>token.form</c>, <c>token.algorithm</c>, <c>token.key</c>, <c>token.signature</c>, <c>token.issuer</c>, <c>token.audience</c>, <c>token.party</c>, <c>token.expired</c>, <c>token.early</c>,
/// <c>token.issued</c>, <c>token.nonce</c>, <c>token.subject</c>, <c>token.authenticated</c>, and those of <see cref="ProviderDoor"/>.
/// </summary>
internal sealed class CheckIdToken(StaffProviderOptions options, ProviderDoor door, TimeProvider clock)
{
    private const int LongestToken = 16 * 1024;

    /// <summary>By which two clocks may differ.</summary>
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(1);

    /// <summary>A token is for now: it was issued while the person was on the way.</summary>
    private static readonly TimeSpan Oldest = TimeSpan.FromMinutes(10);

    private static readonly Func<Asked, Error?>[] Steps =
    [
        OfAuthorizedParty, OfExpiry, OfNotBefore, OfIssue, OfNonce, OfSubject, OfAuthentication,
    ];

    private sealed record Asked(JsonWebToken Token, StaffProviderOptions Options, ProviderVisit Visit, DateTimeOffset Now);

    public async Task<Result<ProvedPerson>> Check(ProviderDescription provider, string text, ProviderVisit visit, CancellationToken cancel)
    {
        if (Read(text) is not { } token)
            return new Error("token.form", "The id_token is no signed token.");
        if (token.Alg is not (SecurityAlgorithms.RsaSha256 or SecurityAlgorithms.EcdsaSha256))
            return new Error("token.algorithm", "The id_token is signed with RS256 or ES256.");
        var key = await KeyOf(provider, token, cancel);
        if (!key.IsOk)
            return key.Error;
        if (await Signature(text, key.Value) is { } forged)
            return forged;
        var asked = new Asked(token, options, visit, clock.GetUtcNow());
        foreach (var step in Steps)
        {
            if (step(asked) is { } wrong)
                return wrong;
        }

        var proved = (Text(token, "acr") is { } acr && options.Acr.Contains(acr, StringComparer.Ordinal))
            || (token.TryGetPayloadValue<string[]>("amr", out var ways) && ways is not null && ways.Any(w => options.Amr.Contains(w, StringComparer.Ordinal)));
        return new ProvedPerson(token.Subject, proved, Time(token, "auth_time"));
    }

    private static JsonWebToken? Read(string text)
    {
        if (text.Length > LongestToken || text.Count(c => c == '.') != 2)
            return null;
        try
        {
            // A header that demands understanding of anything is not understood.
            return new JsonWebToken(text) is var token && !token.TryGetHeaderValue<object>("crit", out _) ? token : null;
        }
        catch (Exception broken) when (broken is ArgumentException or SecurityTokenException)
        {
            return null;
        }
    }

    /// <summary>The one key the token names. One that is not known is looked for once more, since the provider may have changed its keys.</summary>
    private async Task<Result<JsonWebKey>> KeyOf(ProviderDescription provider, JsonWebToken token, CancellationToken cancel)
    {
        foreach (var anew in new[] { false, true })
        {
            var keys = await door.Keys(provider, anew, cancel);
            if (!keys.IsOk)
                return keys.Error;
            var type = token.Alg is SecurityAlgorithms.RsaSha256 ? JsonWebAlgorithmsKeyTypes.RSA : JsonWebAlgorithmsKeyTypes.EllipticCurve;
            var fitting = keys.Value.Where(k => k.Kty == type && (string.IsNullOrEmpty(token.Kid) || k.Kid == token.Kid)).ToList();
            if (fitting.Count == 1)
                return fitting[0];
        }

        return new Error("token.key", "The id_token names no key of the provider.");
    }

    private async Task<Error?> Signature(string text, JsonWebKey key)
    {
        var checkedToken = await new JsonWebTokenHandler { MapInboundClaims = false }.ValidateTokenAsync(text, new TokenValidationParameters
        {
            ValidAlgorithms = [SecurityAlgorithms.RsaSha256, SecurityAlgorithms.EcdsaSha256], RequireSignedTokens = true, IssuerSigningKey = key, ValidateIssuerSigningKey = true,
            ValidIssuer = options.IssuerAsWritten, ValidAudience = options.ClientId,
            // Times are checked by steps of our own, against our own clock.
            ValidateLifetime = false,
            // Kept nowhere: the cache of the library is one for the whole process.
            CryptoProviderFactory = new CryptoProviderFactory { CacheSignatureProviders = false },
        });
        return checkedToken.IsValid ? null : checkedToken.Exception switch
        {
            SecurityTokenInvalidIssuerException => new Error("token.issuer", "The id_token is of another issuer."),
            SecurityTokenInvalidAudienceException => new Error("token.audience", "The id_token is for somebody else."),
            _ => new Error("token.signature", "The signature of the id_token is not right."),
        };
    }

    private static Error? OfAuthorizedParty(Asked a)
    {
        var alone = a.Token.Audiences.Count() == 1 && !a.Token.TryGetPayloadValue<object>("azp", out _);
        return alone || Text(a.Token, "azp") == a.Options.ClientId ? null : new Error("token.party", "The id_token was made for another party.");
    }

    private static Error? OfExpiry(Asked a) => Time(a.Token, "exp") > a.Now - Skew ? null : new Error("token.expired", "The id_token has ended.");

    private static Error? OfNotBefore(Asked a) => !a.Token.TryGetPayloadValue<object>("nbf", out _) || Time(a.Token, "nbf") <= a.Now + Skew ? null : new Error("token.early", "The id_token does not count yet.");

    private static Error? OfIssue(Asked a) => Time(a.Token, "iat") is { } issued && issued >= a.Now - Oldest && issued <= a.Now + Skew ? null : new Error("token.issued", "The id_token was not issued just now.");

    private static Error? OfNonce(Asked a) =>
        Text(a.Token, "nonce") is { } nonce && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(nonce), Encoding.UTF8.GetBytes(a.Visit.Nonce)) ? null : new Error("token.nonce", "The id_token answers another question.");

    private static Error? OfSubject(Asked a) => Text(a.Token, "sub") is { Length: > 0 and <= 255 } ? null : new Error("token.subject", "The id_token names nobody.");

    /// <summary>Who is asked to prove themself anew did so after they were asked.</summary>
    private static Error? OfAuthentication(Asked a)
    {
        var at = Time(a.Token, "auth_time");
        var wrong = at > a.Now + Skew || (a.Visit.For is VisitFor.Confirm && (at is null || at < DateTimeOffset.FromUnixTimeSeconds(a.Visit.Started) - Skew));
        return wrong ? new Error("token.authenticated", "The person did not prove themself anew.") : null;
    }

    private static string? Text(JsonWebToken token, string claim) => token.TryGetPayloadValue<string>(claim, out var value) ? value : null;

    private static DateTimeOffset? Time(JsonWebToken token, string claim) =>
        token.TryGetPayloadValue<long>(claim, out var seconds) && seconds is > 0 and < 253_402_300_800 ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;
}
