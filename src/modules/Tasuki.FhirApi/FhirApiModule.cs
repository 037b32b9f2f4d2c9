using Microsoft.AspNetCore.Builder;

namespace Tasuki.FhirApi;

/// <summary>FHIR R4 at <c>/fhir</c>, by access token alone: cookies are not looked at.</summary>
public static class FhirApiModule
{
    /// <summary>
    /// Stands before pages, routing and sign-in: a request here needs none of them. The addresses of SMART below <c>/fhir/.well-known</c> are People's.
    /// </summary>
    public static IApplicationBuilder UseFhirApi(this IApplicationBuilder app) => app.MapWhen(
        static context => context.Request.Path.StartsWithSegments(FhirEndpoint.Base, StringComparison.Ordinal, out var rest) && !rest.StartsWithSegments("/.well-known", StringComparison.Ordinal),
        static branch => branch.Run(FhirEndpoint.Answer));
}
