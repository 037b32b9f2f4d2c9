using System.Globalization;
using Microsoft.Extensions.Options;
using Tasuki.Kernel.Evidence;
using Tasuki.Web;

namespace Tasuki.Compliance.Probes;

/// <summary>Whether answers to other machines left over TLS within the last hours, and cookies are bound to it.</summary>
internal sealed class TlsProbe(TrafficWatch traffic, IOptions<WebOptions> web) : IProbe
{
    public Task<Finding> Look(CancellationToken cancel)
    {
        var seen = traffic.Seen;
        var answers = seen.Answers.ToString(CultureInfo.InvariantCulture);
        return Task.FromResult(
            web.Value.SecureCookies is not true ? Finding.Bad("cookies")
            : seen.Bare > 0 ? Finding.Bad("bare", seen.Bare.ToString(CultureInfo.InvariantCulture), answers)
            : Finding.Good("tls", answers));
    }
}

/// <summary>Whether every answer of the last hours carried the headers that keep foreign script, frames and guessing of types out.</summary>
internal sealed class HeadersProbe(TrafficWatch traffic) : IProbe
{
    public Task<Finding> Look(CancellationToken cancel)
    {
        var seen = traffic.Seen;
        var answers = seen.Answers.ToString(CultureInfo.InvariantCulture);
        return Task.FromResult(seen.Unguarded > 0 ? Finding.Bad("missing", seen.Unguarded.ToString(CultureInfo.InvariantCulture), answers) : Finding.Good("set", answers));
    }
}
