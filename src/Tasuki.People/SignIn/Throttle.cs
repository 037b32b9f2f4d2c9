using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using Tasuki.Web;

namespace Tasuki.People;

/// <summary>
/// Limits the tries of one network (IPv4 /24, IPv6 /56), in memory of this server: guessing over many accounts is slowed where a lock on one account does not
/// help. Wide enough for a waiting room behind one address.
/// </summary>
internal sealed class SignInThrottle : IDisposable
{
    private readonly PartitionedRateLimiter<string> _limiter;

    public SignInThrottle(PeopleOptions options) => _limiter = PartitionedRateLimiter.Create<string, string>(network =>
        RateLimitPartition.GetFixedWindowLimiter(network, _ => new FixedWindowRateLimiterOptions { PermitLimit = options.TriesPerMinute, Window = TimeSpan.FromMinutes(1) }));

    public bool Allows(HttpContext context)
    {
        using var lease = _limiter.AttemptAcquire(ClientNetwork.Of(context.Connection.RemoteIpAddress));
        return lease.IsAcquired;
    }

    public void Dispose() => _limiter.Dispose();
}
