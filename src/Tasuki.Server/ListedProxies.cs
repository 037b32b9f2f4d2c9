using Microsoft.AspNetCore.HttpOverrides;

namespace Tasuki.Server;

/// <summary>
/// The client's address and scheme come from forwarded headers only when a listed proxy sent them. The host never does: a proxy passes the one it was asked for
/// (deploy/nginx.conf), and X-Forwarded-Host is read by nobody.
/// </summary>
internal static class ListedProxies
{
    public static void UseListedProxies(this WebApplication app, IReadOnlyList<System.Net.IPNetwork> proxies)
    {
        if (proxies.Count == 0)
            return;
        var options = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto, ForwardLimit = null };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var proxy in proxies)
            options.KnownIPNetworks.Add(proxy);
        app.UseForwardedHeaders(options);
    }
}
