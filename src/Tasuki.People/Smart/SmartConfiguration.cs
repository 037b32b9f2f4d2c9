using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Tasuki.Web;

namespace Tasuki.People;

/// <summary><c>/fhir/.well-known/smart-configuration</c> (SMART App Launch 2.2, conformance): what works, and nothing that does not.</summary>
internal static class SmartConfiguration
{
    private static readonly string[] Methods = ["private_key_jwt"];
    private static readonly string[] Algorithms = ["ES384", "RS384"];
    private static readonly string[] Grants = ["authorization_code", "refresh_token", "client_credentials"];
    private static readonly string[] ResponseTypes = ["code"];
    private static readonly string[] Challenges = ["S256"];

    private static readonly string[] Capabilities =
    [
        "launch-ehr", "launch-standalone", "client-public", "client-confidential-asymmetric", "context-ehr-patient", "context-standalone-patient", "sso-openid-connect",
        "permission-offline", "permission-online", "permission-patient", "permission-user", "permission-v1", "permission-v2",
    ];

    private static readonly string[] Scopes = [.. SmartScopes.KnownWords, "patient/*.cruds", "user/*.cruds", "system/*.cruds"];

    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapMethods(SmartAddresses.FhirPath + "/.well-known/smart-configuration", [HttpMethods.Get, HttpMethods.Head], Tell).RequireAuthorization(Policies.Anyone);

    private static IResult Tell(HttpContext context, SmartIssuer issuer)
    {
        var root = SmartAddresses.Base(context.Request, issuer);
        string At(string path) => new Uri(root, path).AbsoluteUri;
        return Results.Json(new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["issuer"] = root.AbsoluteUri, ["jwks_uri"] = At(SmartServer.KeysPath), ["authorization_endpoint"] = At(SmartServer.AuthorizePath),
            ["token_endpoint"] = At(SmartServer.TokenPath), ["introspection_endpoint"] = At(SmartServer.IntrospectPath), ["revocation_endpoint"] = At(SmartServer.RevokePath),
            ["management_endpoint"] = At(SmartServer.ConnectedAppsPath),
            ["token_endpoint_auth_methods_supported"] = Methods, ["token_endpoint_auth_signing_alg_values_supported"] = Algorithms,
            ["grant_types_supported"] = Grants, ["response_types_supported"] = ResponseTypes, ["code_challenge_methods_supported"] = Challenges,
            ["scopes_supported"] = Scopes, ["capabilities"] = Capabilities,
        });
    }
}
