using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using Tasuki.Web;

namespace Tasuki.Community.Inquiries;

/// <summary>Limits what visitors of one network send and try, in memory of this server.</summary>
internal sealed class InquiryThrottle(InquiryOptions options) : IDisposable
{
    private readonly PartitionedRateLimiter<string> _asking = Limiter(options.VisitorsPerHour, TimeSpan.FromHours(1));
    private readonly PartitionedRateLimiter<string> _trying = Limiter(options.TriesPerMinute, TimeSpan.FromMinutes(1));

    public bool AllowsAsking(HttpContext context) => Allows(_asking, context);

    public bool AllowsTrying(HttpContext context) => Allows(_trying, context);

    public void Dispose()
    {
        _asking.Dispose();
        _trying.Dispose();
    }

    private static bool Allows(PartitionedRateLimiter<string> limiter, HttpContext context)
    {
        using var lease = limiter.AttemptAcquire(ClientNetwork.Of(context.Connection.RemoteIpAddress));
        return lease.IsAcquired;
    }

    private static PartitionedRateLimiter<string> Limiter(int permits, TimeSpan window) => PartitionedRateLimiter.Create<string, string>(network =>
        RateLimitPartition.GetFixedWindowLimiter(network, _ => new FixedWindowRateLimiterOptions { PermitLimit = permits, Window = window }));
}
