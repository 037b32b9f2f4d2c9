using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;
using Names = OpenIddict.Abstractions.OpenIddictConstants;

namespace Tasuki.People;

/// <summary>The answer of the token address: a backend's principal, the launched patient, and always the scopes, also where they are what was asked for.</summary>
internal sealed class AnswerToken(SmartIssuer issuer) : IOpenIddictServerHandler<HandleTokenRequestContext>
{
    public ValueTask HandleAsync(HandleTokenRequestContext context)
    {
        if (context.Request.IsClientCredentialsGrantType())
        {
            // Checked by CheckToken; a request of version 1 is answered in the words of version 2.
            var scopes = SmartScopes.Parse(context.Request.Scope).Value.Working();
            context.Principal = SmartClaims.Principal(TokenStore.Number(context.ClientId)!.Value, scopes.ToList(), connection: null, SmartAddresses.Fhir(context.BaseUri!, issuer));
        }

        if (context.Principal?.GetClaim(SmartClaims.Patient) is { } patient)
        {
            context.Parameters[SmartClaims.Patient] = patient;
            context.Parameters["need_patient_banner"] = false;
        }

        if (context.Principal is { } principal)
            context.Parameters[Names.Parameters.Scope] = NarrowToken.Asked(context.Request)?.ToString() ?? string.Join(' ', principal.GetScopes());
        return default;
    }
}

/// <summary>A code or a refresh token that comes with scopes gives a token of those alone (<see cref="CheckToken"/> has found them within what was granted); the next one may be of all again.</summary>
internal sealed class NarrowToken : IOpenIddictServerHandler<ProcessSignInContext>
{
    public static readonly int Order = OpenIddictServerHandlers.PrepareAccessTokenPrincipal.Descriptor.Order + 500;

    public ValueTask HandleAsync(ProcessSignInContext context)
    {
        if (context.EndpointType is OpenIddictServerEndpointType.Token && Asked(context.Request) is { } narrower)
            context.AccessTokenPrincipal?.SetScopes(narrower.ToList());
        return default;
    }

    /// <summary>Null where all is asked for that was granted.</summary>
    public static SmartScopes? Asked(OpenIddictRequest request) =>
        !request.IsClientCredentialsGrantType() && !string.IsNullOrEmpty(request.Scope) && SmartScopes.Parse(request.Scope) is { IsOk: true } scopes ? scopes.Value : null;
}

/// <summary>An app whose assertion is not good is an unknown client (RFC 6749, section 5.2), whatever about it was wrong.</summary>
internal sealed class NameTheClient : IOpenIddictServerHandler<ApplyTokenResponseContext>
{
    public const int Order = int.MinValue + 50_000;

    public ValueTask HandleAsync(ApplyTokenResponseContext context)
    {
        // The assertion is looked at before code and refresh token are: where it was not found good, it is what was wrong.
        var unproved = context.Transaction.GetProperty<ProcessAuthenticationContext>(typeof(ProcessAuthenticationContext).FullName!) is { ClientAssertion: not null, ClientAssertionPrincipal: null };
        if ((unproved || context.Request?.IsClientCredentialsGrantType() is true) && context.Response.Error is Names.Errors.InvalidToken or Names.Errors.InvalidGrant)
            context.Response.Error = Names.Errors.InvalidClient;
        return default;
    }
}

/// <summary>The discovery document names the ways an app may prove itself that really are open: a signed assertion, or for one without a key PKCE alone. And what signs identity tokens.</summary>
internal sealed class TellMethods : IOpenIddictServerHandler<HandleConfigurationRequestContext>
{
    public ValueTask HandleAsync(HandleConfigurationRequestContext context)
    {
        foreach (var methods in new[] { context.TokenEndpointAuthenticationMethods, context.IntrospectionEndpointAuthenticationMethods, context.RevocationEndpointAuthenticationMethods })
        {
            methods.Clear();
            methods.Add(Names.ClientAuthenticationMethods.PrivateKeyJwt);
        }

        context.IdTokenSigningAlgorithms.Clear();
        context.IdTokenSigningAlgorithms.Add(Names.Algorithms.RsaSha256);
        context.TokenEndpointAuthenticationMethods.Add(Names.ClientAuthenticationMethods.None);
        context.RevocationEndpointAuthenticationMethods.Add(Names.ClientAuthenticationMethods.None);
        return default;
    }
}

/// <summary><c>online_access</c>: the app may renew its tokens as long as the person stays signed in; the connection ends with that sign-in.</summary>
internal sealed class RenewWhileSignedIn : IOpenIddictServerHandler<ProcessSignInContext>
{
    public static readonly int Order = OpenIddictServerHandlers.EvaluateGeneratedTokens.Descriptor.Order + 500;

    public ValueTask HandleAsync(ProcessSignInContext context)
    {
        if (context.EndpointType is OpenIddictServerEndpointType.Token && context.Principal?.HasScope(SmartScopes.Online) is true)
            context.GenerateRefreshToken = context.IncludeRefreshToken = true;
        return default;
    }
}

/// <summary>RFC 7009: with the refresh token, or the last thing that lives of it, the app gives back the whole connection, its grant at the gate included.</summary>
internal sealed class GiveBack(Connections connections) : IOpenIddictServerHandler<HandleRevocationRequestContext>
{
    public async ValueTask HandleAsync(HandleRevocationRequestContext context)
    {
        if (context.GenericTokenPrincipal is { } token && token.GetTokenType() is Names.TokenTypeIdentifiers.RefreshToken
            && TokenStore.Number(token.GetAuthorizationId()) is { } no && await connections.Find(no, context.CancellationToken) is { } found)
        {
            await connections.End(found.Connection, Connections.ActorOf(found.Connection), context.CancellationToken);
        }
    }
}

/// <summary>RFC 7662, as SMART wants it: scopes, launched patient and user of a token to the app it was given to.</summary>
internal sealed class TellScopes : IOpenIddictServerHandler<HandleIntrospectionRequestContext>
{
    public ValueTask HandleAsync(HandleIntrospectionRequestContext context)
    {
        if (context.GenericTokenPrincipal is not { } token || token.GetTokenType() is not Names.TokenTypeIdentifiers.AccessToken)
            return default;
        context.Scopes.UnionWith(token.GetScopes());
        foreach (var name in (string[])[SmartClaims.Patient, SmartClaims.FhirUser])
        {
            if (token.GetClaim(name) is { } value)
                context.Claims[name] = value;
        }

        return default;
    }
}
