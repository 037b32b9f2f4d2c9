using Microsoft.AspNetCore.Http;

namespace Tasuki.Exchange;

/// <summary>303: the browser fetches the next page with GET, whatever it sent.</summary>
internal sealed class SeeOther(string path) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
        httpContext.Response.Headers.Location = path;
        return Task.CompletedTask;
    }
}
