using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Tasuki.Web;

namespace Tasuki.People;

/// <summary>A cookie between two steps of signing in, for this host alone. What it carries is protected by <see cref="ProtectedState"/>, which says how long it counts.</summary>
internal static class ShortCookie
{
    public static void Set(HttpContext context, string name, string value) => context.Response.Cookies.Append(NameOf(context, name), value, Options(context));

    public static string? Get(HttpContext context, string name) => context.Request.Cookies[NameOf(context, name)];

    public static void Forget(HttpContext context, string name) => context.Response.Cookies.Delete(NameOf(context, name), Options(context));

    private static string NameOf(HttpContext context, string name) => Secure(context) ? $"__Host-tasuki.{name}" : $"tasuki.{name}";

    private static bool Secure(HttpContext context) => context.RequestServices.GetRequiredService<IOptions<WebOptions>>().Value.SecureCookies is true;

    // Lax and no stricter: an answer of the staff's provider is a link from another site.
    private static CookieOptions Options(HttpContext context) =>
        new() { HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = Secure(context), Path = "/", IsEssential = true };
}
