using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Tasuki.Sandbox.Receivers;

/// <summary>A request as it came.</summary>
public sealed record ReceivedRequest(string Method, string Path, IReadOnlyDictionary<string, string> Headers, string Body);

/// <summary>
/// A push service (<c>/push/…</c>) and an SMS and LINE gateway (<c>/sms</c>, <c>/line</c>) on the loopback over real HTTP that keep what they get. The gateways check their secret and
/// answer 409 to an id they know, as the guide asks of one.
/// </summary>
public sealed class HttpReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<ReceivedRequest> _received = new();
    private readonly ConcurrentDictionary<string, byte> _ids = new(StringComparer.Ordinal);

    private HttpReceiver(WebApplication app, string secret)
    {
        _app = app;
        app.Run(context => Take(context, secret));
    }

    public Uri Address { get; private set; } = null!;

    /// <summary>What every request gets instead of its usual answer; null for that.</summary>
    public int? Status { get; set; }

    /// <summary>Ends the connection without an answer, after the request was kept.</summary>
    public bool Breaks { get; set; }

    /// <summary>The body of usual answers.</summary>
    public string Answer { get; set; } = "";

    public IReadOnlyCollection<ReceivedRequest> Received => _received;

    public static async Task<HttpReceiver> Start(string secret, CancellationToken cancel)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var receiver = new HttpReceiver(builder.Build(), secret);
        await receiver._app.StartAsync(cancel);
        receiver.Address = new Uri(receiver._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        return receiver;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }

    private async Task Take(HttpContext context, string secret)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        var headers = context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        var request = new ReceivedRequest(context.Request.Method, context.Request.Path, headers, body);
        var gateway = !request.Path.StartsWith("/push/", StringComparison.Ordinal);
        if (Status is null && gateway && !string.Equals(context.Request.Headers.Authorization, $"Bearer {secret}", StringComparison.Ordinal))
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }

        if (Status is { } status)
        {
            context.Response.StatusCode = status;
            if (status is StatusCodes.Status302Found)
                context.Response.Headers.Location = "/elsewhere";
            if (status is StatusCodes.Status429TooManyRequests)
                context.Response.Headers.RetryAfter = 600.ToString(CultureInfo.InvariantCulture);
            return;
        }

        if (gateway && !_ids.TryAdd(System.Text.Json.JsonDocument.Parse(body).RootElement.GetProperty("id").GetString()!, 0))
        {
            context.Response.StatusCode = StatusCodes.Status409Conflict;
            return;
        }

        _received.Enqueue(request);
        if (Breaks)
        {
            context.Abort();
            return;
        }

        context.Response.StatusCode = gateway ? StatusCodes.Status202Accepted : StatusCodes.Status201Created;
        await context.Response.WriteAsync(Answer, context.RequestAborted);
    }
}
