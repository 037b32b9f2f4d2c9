using Microsoft.AspNetCore.Diagnostics;
using Tasuki.FhirApi;

namespace Tasuki.Server.Logs;

/// <summary>Says that a request failed: its route template and trace id, the exception's types and places. The answer is made by others.</summary>
internal sealed class SayFault(ILogger<SayFault> log) : IExceptionHandler
{
    public ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        log.FailedIn(Template(httpContext), httpContext.TraceIdentifier, exception);
        return ValueTask.FromResult(false);
    }

    /// <summary>Outermost: what no page answers for. Nothing of it reaches the caller but 500.</summary>
    public static async Task Catch(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (Exception broken) when (!context.RequestAborted.IsCancellationRequested)
        {
            context.RequestServices.GetRequiredService<ILogger<SayFault>>().FailedIn(Template(context), context.TraceIdentifier, broken);
            if (context.Response.HasStarted)
                context.Abort();
            else
            {
                context.Response.Clear();
                context.Response.StatusCode = broken is BadHttpRequestException bad ? bad.StatusCode : StatusCodes.Status500InternalServerError;
                await context.AnswerFhirFault();
            }
        }
    }

    // The page for faults is routed anew; where the request was going stands in the feature.
    private static string Template(HttpContext context) =>
        ((context.Features.Get<IExceptionHandlerFeature>()?.Endpoint ?? context.GetEndpoint()) as RouteEndpoint)?.RoutePattern.RawText ?? "(no route)";
}

internal static partial class FaultMessages
{
    [LoggerMessage(Level = LogLevel.Error, Message = "A request to {Route} failed ({Request}).")]
    public static partial void FailedIn(this ILogger logger, string route, string request, Exception fault);
}
