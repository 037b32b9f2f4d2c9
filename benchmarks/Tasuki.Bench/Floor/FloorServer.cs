using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Tasuki.Bench.Floor;

/// <summary>A bare Kestrel on loopback over <see cref="StoredRows"/>: <c>/one/RESIDENT/SEQ</c> and <c>/newest/RESIDENT/COUNT</c>.</summary>
internal sealed class FloorServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FloorServer(WebApplication app) => _app = app;

    public int Port => new Uri(_app.Urls.First()).Port;

    public static async Task<FloorServer> Start(StoredRows rows, CancellationToken cancel)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(async context =>
        {
            var parts = context.Request.Path.Value!.Split('/');
            var (resident, number) = (long.Parse(parts[2], CultureInfo.InvariantCulture), long.Parse(parts[3], CultureInfo.InvariantCulture));
            var body = parts[1] is "one" ? await rows.One(resident, number, context.RequestAborted) : await rows.Newest(resident, (int)number, context.RequestAborted);
            context.Response.StatusCode = body is null ? 404 : 200;
            context.Response.ContentLength = body?.Length ?? 0;
            await context.Response.Body.WriteAsync(body ?? [], context.RequestAborted);
        });
        await app.StartAsync(cancel);
        return new FloorServer(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
