using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Tasuki.Web;

/// <summary>The look of the service as this request shows it. One for each scope; read by the pipeline before a page is rendered, so that no component waits for it.</summary>
public sealed class CurrentLook(Language language)
{
    public ServiceLook Now { get; private set; } = ServiceLook.Plain;

    /// <summary>The name of the service in the language of the request.</summary>
    public string Name => Now.Names.In(language.Reading);

    public string ShortName => Now.Names.ShortIn(language.Reading);

    internal static Task Read(HttpContext context, RequestDelegate next) =>
        context.GetEndpoint()?.Metadata.GetMetadata<ComponentTypeMetadata>() is null ? next(context) : ReadForPage(context, next);

    private static async Task ReadForPage(HttpContext context, RequestDelegate next)
    {
        var services = context.RequestServices;
        try
        {
            services.GetRequiredService<CurrentLook>().Now = await services.GetRequiredService<IServiceLook>().Now(context.RequestAborted);
        }
        catch (Exception) when (context.Features.Get<IExceptionHandlerFeature>() is not null)
        {
            // The page that says that something broke is shown even where the store is what broke: plainly.
        }

        await next(context);
    }
}
