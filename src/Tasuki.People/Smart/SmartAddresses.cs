using Microsoft.AspNetCore.Http;

namespace Tasuki.People;

/// <summary>Absolute addresses of this server, from the configured name where there is one; else from the request, whose host was checked at the door.</summary>
public static class SmartAddresses
{
    public const string FhirPath = "/fhir";

    public static Uri Base(HttpRequest request, SmartIssuer issuer) => issuer.Name ?? new Uri($"{request.Scheme}://{request.Host}/");

    public static string Fhir(Uri baseUri, SmartIssuer issuer) => new Uri(issuer.Name ?? baseUri, FhirPath).AbsoluteUri;

    public static string Fhir(HttpRequest request, SmartIssuer issuer) => new Uri(Base(request, issuer), FhirPath).AbsoluteUri;
}
