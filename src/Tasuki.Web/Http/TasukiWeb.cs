using System.Text.Encodings.Web;
using System.Text.Unicode;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Tasuki.Web;

/// <summary>The face of the web floor: services, the order of the pipeline, and the endpoints of pages, static files and reading choices.</summary>
public static class TasukiWeb
{
    public static IServiceCollection AddTasukiWeb(this IServiceCollection services, Action<WebOptions>? configure = null)
    {
        services.AddOptions<WebOptions>()
            .Configure<IHostEnvironment>((options, host) => options.SecureCookies ??= host.IsProduction())
            .PostConfigure(options => configure?.Invoke(options));
        services.AddOptions<AntiforgeryOptions>().Configure<IOptions<WebOptions>>((antiforgery, web) =>
        {
            var secure = web.Value.SecureCookies is true;
            antiforgery.Cookie.Name = secure ? "__Host-tasuki.form" : "tasuki.form";
            antiforgery.Cookie.SecurePolicy = secure ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest;
            antiforgery.Cookie.Path = "/";
            antiforgery.Cookie.SameSite = SameSiteMode.Strict;
            antiforgery.Cookie.HttpOnly = true;
        });

        services.AddRazorComponents();
        services.AddCascadingAuthenticationState();
        services.AddHttpContextAccessor();
        services.AddAntiforgery();
        services.AddAuthorizationBuilder().AddPolicy(Policies.Anyone, policy => policy.RequireAssertion(static _ => true));
        services.TryAddSingleton(TimeProvider.System);

        // Without this every kanji leaves as &#x5E74;, several times the bytes.
        services.AddSingleton(HtmlEncoder.Create(UnicodeRanges.All));
        services.AddSingleton<TrafficWatch>();
        services.AddScoped<Language>();
        services.AddScoped<TextSize>();
        services.TryAddSingleton<IServiceLook, PlainLook>();
        services.AddScoped<CurrentLook>();
        services.TryAddScoped<IStatedPurposes, NoStatedPurposes>();
        services.AddScoped(typeof(Texts<>));
        services.AddScoped<ReceiveUpload>();
        return services;
    }

    /// <summary>
    /// The pipeline in its order: headers, the page for what went wrong, the page for what is not there, reading choices, the look of the service, sign-in, policies, antiforgery.
    /// Nothing else needs to be added for pages to work.
    /// </summary>
    public static WebApplication UseTasukiWeb(this WebApplication app)
    {
        app.Use(SecurityHeaders.Add);
        app.UseWhen(WantsPage, pages => pages.UseExceptionHandler("/error", createScopeForErrors: true));
        // A form that was refused is not sent again to the page for what is missing: antiforgery would meet its own refusal and throw.
        app.UseWhen(context => WantsPage(context) && HttpMethods.IsGet(context.Request.Method),
            pages => pages.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true));
        // Routing stands after the error pages, so that their path is routed when they take over.
        app.UseRouting();
        app.Use(ReadingChoice.Apply);
        app.Use(CurrentLook.Read);
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseAntiforgery();
        return app;
    }

    /// <summary>Maps static files, the choices of language and text size, colours and logo, and the pages of every registered <see cref="PageAssembly"/>.</summary>
    public static WebApplication MapTasukiWeb(this WebApplication app)
    {
        app.MapStaticAssets().RequireAuthorization(Policies.Anyone).AllowAnonymous();
        ReadingChoice.Map(app);
        LookEndpoints.Map(app);
        app.MapRazorComponents<App>().AddAdditionalAssemblies([.. Pages(app.Services)]);
        return app;
    }

    internal static IEnumerable<System.Reflection.Assembly> Pages(IServiceProvider services) =>
        services.GetServices<PageAssembly>().Select(page => page.Assembly).Where(assembly => assembly != typeof(App).Assembly).Distinct();

    private static bool WantsPage(HttpContext context) =>
        context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);
}
