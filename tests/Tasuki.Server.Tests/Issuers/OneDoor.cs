using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Tasuki.Server.Tests.Issuers;

/// <summary>One request on its way, and what ends it behind the door.</summary>
internal sealed class Passing(IFeatureCollection features)
{
    public IFeatureCollection Features => features;

    public Action<Exception?>? End { get; set; }
}

/// <summary>The one socket of a process: hands each request to the municipality of its host name, whole, before anything of it is looked at.</summary>
internal sealed class OneDoor(IReadOnlyDictionary<string, Behind> behind) : IHttpApplication<Passing>
{
    public Passing CreateContext(IFeatureCollection contextFeatures) => new(contextFeatures);

    public Task ProcessRequestAsync(Passing context)
    {
        var host = new HostString(context.Features.GetRequiredFeature<IHttpRequestFeature>().Headers.Host.ToString()).Host;
        if (behind.TryGetValue(host, out var municipality))
            return municipality.Handle(context);
        context.Features.GetRequiredFeature<IHttpResponseFeature>().StatusCode = StatusCodes.Status421MisdirectedRequest;
        return Task.CompletedTask;
    }

    // Not before: what runs when an answer without a body starts still needs the request.
    public void DisposeContext(Passing context, Exception? exception) => context.End?.Invoke(exception);
}

/// <summary>Stands where a municipality's own Kestrel would: its requests come through the one door.</summary>
internal sealed class Behind : IServer
{
    private Func<Passing, Task>? _handle;

    public IFeatureCollection Features { get; } = new FeatureCollection();

    public Task Handle(Passing request) => _handle!(request);

    public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
        where TContext : notnull
    {
        _handle = request =>
        {
            var context = application.CreateContext(request.Features);
            request.End = exception => application.DisposeContext(context, exception);
            return application.ProcessRequestAsync(context);
        };
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
    }
}
