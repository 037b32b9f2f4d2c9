using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Tasuki.Web;

/// <summary>The colours and the logo as files of their own: the content security policy allows no style in a page, and a picture has its own type.</summary>
internal static class LookEndpoints
{
    public const string Stylesheet = "/service.css";
    public const string Logo = "/service-logo";

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet(Stylesheet, Css).RequireAuthorization(Policies.Anyone);
        endpoints.MapGet(Logo, Picture).RequireAuthorization(Policies.Anyone);
    }

    private static async Task<IResult> Css(HttpContext context, IServiceLook looks, string? v)
    {
        var css = Encoding.ASCII.GetBytes((await looks.Now(context.RequestAborted)).Colours.Css);
        return Kept(context, css, "text/css; charset=utf-8", v, ServiceLook.VersionOf(css));
    }

    private static async Task<IResult> Picture(HttpContext context, IServiceLook looks, string? v) =>
        (await looks.Now(context.RequestAborted)).Logo is { } logo ? Kept(context, logo.Bytes, logo.Type, v, logo.Version) : Results.NotFound();

    // Under the address of its own version it never changes. Two servers may differ for a minute: under another's address it is not kept.
    private static IResult Kept(HttpContext context, ReadOnlyMemory<byte> bytes, string type, string? asked, string version)
    {
        context.Response.Headers.CacheControl = asked == version ? "public, max-age=31536000, immutable" : "no-store";
        return Results.Bytes(bytes, type);
    }
}
