using System.Security.Claims;
using OpenIddict.Abstractions;
using Names = OpenIddict.Abstractions.OpenIddictConstants;

namespace Tasuki.People;

/// <summary>What a token says: who, which scopes, for which patient, by which connection. The subject is a number of ours.</summary>
internal static class SmartClaims
{
    public const string Patient = "patient";
    public const string FhirUser = "fhirUser";
    public const string Online = "online_access";

    public static ClaimsPrincipal Principal(long subject, IEnumerable<string> scopes, long? connection, string audience)
    {
        var identity = new ClaimsIdentity("smart", Names.Claims.Name, Names.Claims.Role);
        identity.SetClaim(Names.Claims.Subject, TokenStore.Text(subject)).SetScopes(scopes).SetResources(audience);
        if (connection is { } no)
            identity.SetAuthorizationId(TokenStore.Text(no));
        return new ClaimsPrincipal(identity);
    }

    public static IEnumerable<string> Destinations(Claim claim) => claim.Type switch
    {
        Patient => [Names.Destinations.AccessToken],
        Names.Claims.AuthenticationTime => [Names.Destinations.IdentityToken],
        FhirUser => [Names.Destinations.AccessToken, Names.Destinations.IdentityToken],
        _ => [],
    };
}
