using System.Collections.Frozen;
using Tasuki.Kernel;

namespace Tasuki.Server;

/// <summary>
/// The names a municipality's server answers to; any other gets 421 before anything else is asked. Where none is configured, as on a developer's machine, these are
/// the names of the loopback; a production server needs one.
/// </summary>
internal sealed class KnownHosts
{
    private static readonly string[] Loopback = ["localhost", "127.0.0.1", "[::1]"];

    private readonly FrozenSet<string> _names;

    private KnownHosts(IEnumerable<string> names) => _names = names.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Error <c>settings.hosts</c>.</summary>
    public static Result<KnownHosts> From(IReadOnlyList<string> names, bool production)
    {
        if (production && names.Count == 0)
            return new Error("settings.hosts", "A production server needs the host names it answers to: 'hosts' in municipality.json (tasuki municipality add --host), or Tasuki:Hosts.");
        if (names.Any(name => Uri.CheckHostName(name.Trim('[', ']')) is UriHostNameType.Unknown))
            return new Error("settings.hosts", "Host names are written without scheme, port and path, such as 'phr.example.lg.jp'.");
        return new KnownHosts(names.Count > 0 ? names : Loopback);
    }

    public Task Check(HttpContext context, RequestDelegate next)
    {
        if (_names.Contains(context.Request.Host.Host))
            return next(context);
        context.Response.StatusCode = StatusCodes.Status421MisdirectedRequest;
        return Task.CompletedTask;
    }
}
