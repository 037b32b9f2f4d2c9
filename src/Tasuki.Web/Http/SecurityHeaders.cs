using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Tasuki.Web;

/// <summary>
/// Headers of every answer. They are set when the answer starts, so that the error page, which clears what was there, has them too. An endpoint that needs
/// another policy sets its own header before and is left alone.
/// </summary>
public static class SecurityHeaders
{
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; manifest-src 'self'; " +
        "form-action 'self'; base-uri 'self'; frame-ancestors 'none'";

    /// <summary>The policy of a page whose form ends at other addresses: a browser follows the redirect of a form only to where the policy lets forms go. Their origins; of a scheme that has none, the scheme.</summary>
    public static string WithFormsTo(params IEnumerable<Uri> targets) =>
        ContentSecurityPolicy.Replace("form-action 'self'", string.Join(' ', ["form-action 'self'", .. targets.Select(Source).Distinct(StringComparer.Ordinal)]), StringComparison.Ordinal);

    // A header holds no characters beyond ASCII: a host has its other name. A policy has no word for an address of version 6.
    private static string Source(Uri target) => target.Scheme is not ("https" or "http") || target.HostNameType is UriHostNameType.IPv6 ? target.Scheme + ":"
        : new UriBuilder(target.Scheme, target.IdnHost, target.IsDefaultPort ? -1 : target.Port).Uri.GetLeftPart(UriPartial.Authority);

    internal static Task Add(HttpContext context, RequestDelegate next)
    {
        context.Response.OnStarting(static state =>
        {
            var context = (HttpContext)state;
            var headers = context.Response.Headers;
            headers.ContentSecurityPolicy = Or(headers.ContentSecurityPolicy, ContentSecurityPolicy);
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "no-referrer";
            headers["Cross-Origin-Opener-Policy"] = "same-origin";
            headers["Cross-Origin-Resource-Policy"] = Or(headers["Cross-Origin-Resource-Policy"], "same-origin");
            headers["Permissions-Policy"] = Or(headers["Permissions-Policy"], "camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()");

            // What a signed-in person sees is not kept by the browser or anything on the way.
            if (context.User.Identity?.IsAuthenticated is true)
                headers.CacheControl = Or(headers.CacheControl, "no-store");
            context.RequestServices.GetService<TrafficWatch>()?.Note(context);
            return Task.CompletedTask;
        }, context);
        return next(context);
    }

    private static Microsoft.Extensions.Primitives.StringValues Or(Microsoft.Extensions.Primitives.StringValues set, string usual) => set.Count > 0 ? set : usual;
}
