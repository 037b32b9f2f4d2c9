using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.FhirApi.Searching;

namespace Tasuki.FhirApi;

/// <summary>FHIR R4 at <c>/fhir</c>, by access token alone: cookies are not looked at.</summary>
public static class FhirApiModule
{
    public static IServiceCollection AddFhirApi(this IServiceCollection services, SearchLimits searches) =>
        services.AddSingleton(provider => new SearchBudget(searches, provider.GetRequiredService<TimeProvider>()));

    /// <summary>
    /// Stands before pages, routing and sign-in: a request here needs none of them. The addresses of SMART below <c>/fhir/.well-known</c> are People's.
    /// </summary>
    public static IApplicationBuilder UseFhirApi(this IApplicationBuilder app) => app.MapWhen(
        static context => IsHere(context.Request),
        static branch => branch.Run(FhirEndpoint.Answer));

    /// <summary>Answers a request that ended in a fault as this interface does, where it is one of this interface. The status is set by who caught the fault.</summary>
    public static Task AnswerFhirFault(this HttpContext context) => IsHere(context.Request) ? FhirEndpoint.AnswerFault(context) : Task.CompletedTask;

    private static bool IsHere(HttpRequest request) =>
        request.Path.StartsWithSegments(FhirEndpoint.Base, StringComparison.Ordinal, out var rest) && !rest.StartsWithSegments("/.well-known", StringComparison.Ordinal);
}
