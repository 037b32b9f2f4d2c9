using Microsoft.AspNetCore.Http;

namespace Tasuki.People;

/// <summary>
/// Apps in browsers come from other origins: FHIR, token, discovery and keys answer every origin, without cookies. Nothing else of the house does. Stands before
/// sign-in, because the protocol is answered there, and for the pre-flight requests, which carry nothing to sign in with.
/// </summary>
internal static class SmartCors
{
    private const string Headers = "Authorization, Content-Type, Accept, If-Match, If-None-Match, If-None-Exist, If-Modified-Since, Prefer";

    private static readonly string[] Open = [SmartServer.TokenPath, SmartServer.KeysPath, "/.well-known/openid-configuration"];

    public static Task Answer(HttpContext context, RequestDelegate next)
    {
        var path = context.Request.Path;
        if (!path.StartsWithSegments(SmartAddresses.FhirPath, StringComparison.Ordinal) && !Open.Contains(path.Value, StringComparer.Ordinal))
            return next(context);
        context.Response.OnStarting(static state =>
        {
            var headers = ((HttpContext)state).Response.Headers;
            headers.AccessControlAllowOrigin = "*";
            headers.AccessControlExposeHeaders = "ETag, Location, Content-Location, Last-Modified, WWW-Authenticate";
            headers["Cross-Origin-Resource-Policy"] = "cross-origin";
            return Task.CompletedTask;
        }, context);
        if (!HttpMethods.IsOptions(context.Request.Method) || !context.Request.Headers.ContainsKey("Access-Control-Request-Method"))
            return next(context);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        context.Response.Headers.AccessControlAllowMethods = "GET, POST, PUT, PATCH, DELETE";
        context.Response.Headers.AccessControlAllowHeaders = Headers;
        context.Response.Headers.AccessControlMaxAge = "600";
        return Task.CompletedTask;
    }
}
