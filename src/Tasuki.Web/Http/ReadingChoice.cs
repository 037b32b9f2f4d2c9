using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Tasuki.Web;

/// <summary>How large the person wants to read. One for each scope.</summary>
public sealed class TextSize
{
    public const string Cookie = "tasuki.size";

    /// <summary>1 ordinary, 2 large, 3 largest.</summary>
    public int Step { get; private set; } = 1;

    internal void Choose(string? text) => Step = text switch { "2" => 2, "3" => 3, _ => 1 };
}

/// <summary>Language and text size: read from cookies (the language else from Accept-Language), chosen by two small forms that work without script.</summary>
internal static class ReadingChoice
{
    private static readonly TimeSpan Kept = TimeSpan.FromDays(365);

    public static Task Apply(HttpContext context, RequestDelegate next)
    {
        var language = context.RequestServices.GetRequiredService<Language>();
        language.Choose(FromName(context.Request.Cookies[Language.Cookie]) ?? FromAccepted(context.Request));
        context.RequestServices.GetRequiredService<TextSize>().Choose(context.Request.Cookies[TextSize.Cookie]);

        // The culture follows the language: `Accept-Language: en-GB` must not give English words with Japanese dates.
        CultureInfo.CurrentCulture = language.Culture;
        CultureInfo.CurrentUICulture = language.Culture;
        return next(context);
    }

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        // The form binding makes the antiforgery middleware validate both.
        endpoints.MapPost("/language", (HttpContext context, [FromForm] string language, [FromForm(Name = "return")] string? back) =>
            Keep(context, Language.Cookie, FromName(language) is null ? "ja" : language, back)).RequireAuthorization(Policies.Anyone);
        endpoints.MapPost("/text-size", (HttpContext context, [FromForm] string size, [FromForm(Name = "return")] string? back) =>
            Keep(context, TextSize.Cookie, size is "2" or "3" ? size : "1", back)).RequireAuthorization(Policies.Anyone);
    }

    public static string NameOf(ReadingLanguage reading) => reading switch
    {
        ReadingLanguage.English => "en",
        ReadingLanguage.EasyJapanese => "easy",
        _ => "ja",
    };

    private static IResult Keep(HttpContext context, string cookie, string value, string? back)
    {
        context.Response.Cookies.Append(cookie, value, new CookieOptions
        {
            MaxAge = Kept,
            HttpOnly = true,
            SameSite = SameSiteMode.Lax,
            Secure = context.RequestServices.GetRequiredService<IOptions<WebOptions>>().Value.SecureCookies is true,
            IsEssential = true,
        });
        return Results.LocalRedirect(LocalPath.OrHome(back));
    }

    private static ReadingLanguage? FromName(string? name) => name switch
    {
        "ja" => ReadingLanguage.Japanese,
        "en" => ReadingLanguage.English,
        "easy" => ReadingLanguage.EasyJapanese,
        _ => null,
    };

    /// <summary>The first language of the list that we have, by quality; Japanese when there is none.</summary>
    private static ReadingLanguage FromAccepted(HttpRequest request)
    {
        foreach (var accepted in request.GetTypedHeaders().AcceptLanguage.OrderByDescending(language => language.Quality ?? 1))
        {
            if (accepted.Value.StartsWith("ja", StringComparison.OrdinalIgnoreCase))
                return ReadingLanguage.Japanese;
            if (accepted.Value.StartsWith("en", StringComparison.OrdinalIgnoreCase))
                return ReadingLanguage.English;
        }

        return ReadingLanguage.Japanese;
    }
}
