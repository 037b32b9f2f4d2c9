using System.Net;
using Microsoft.AspNetCore.Http;

namespace Tasuki.Web;

/// <summary>How answers left this server in this hour and the one before: numbers alone.</summary>
/// <param name="Bare">Went to another machine without TLS.</param>
/// <param name="Unguarded">Went without the headers every answer has.</param>
public sealed record SeenTraffic(long Answers, long Bare, long Unguarded);

/// <summary>Counts answers as they leave. It knows no address, path or person.</summary>
public sealed class TrafficWatch(TimeProvider clock)
{
    private readonly Lock _counting = new();
    private long _hour;
    private SeenTraffic _now = new(0, 0, 0);
    private SeenTraffic _before = new(0, 0, 0);

    public SeenTraffic Seen
    {
        get
        {
            lock (_counting)
            {
                Turn();
                return new SeenTraffic(_now.Answers + _before.Answers, _now.Bare + _before.Bare, _now.Unguarded + _before.Unguarded);
            }
        }
    }

    internal void Note(HttpContext context)
    {
        var headers = context.Response.Headers;
        var bare = !context.Request.IsHttps && context.Connection.RemoteIpAddress is { } from && !IPAddress.IsLoopback(from);
        var unguarded = headers.ContentSecurityPolicy.Count == 0 || headers.XContentTypeOptions != "nosniff";
        lock (_counting)
        {
            Turn();
            _now = new SeenTraffic(_now.Answers + 1, _now.Bare + (bare ? 1 : 0), _now.Unguarded + (unguarded ? 1 : 0));
        }
    }

    private void Turn()
    {
        var hour = clock.GetUtcNow().UtcTicks / TimeSpan.TicksPerHour;
        if (hour == _hour)
            return;
        _before = hour == _hour + 1 ? _now : new SeenTraffic(0, 0, 0);
        (_hour, _now) = (hour, new SeenTraffic(0, 0, 0));
    }
}
