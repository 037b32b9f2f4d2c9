using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using Tasuki.Web;

namespace Tasuki.People;

/// <summary>
/// How many apps one network may ask to be registered in a day, on each server. Who knows nobody here fills the officers' list otherwise, which holds
/// <see cref="RegisterApp.MostWaiting"/> in all.
/// </summary>
internal sealed class RegistrationThrottle : IDisposable
{
    public const int PerDay = 10;

    private readonly PartitionedRateLimiter<string> _limiter = PartitionedRateLimiter.Create<string, string>(static network =>
        RateLimitPartition.GetFixedWindowLimiter(network, static _ => new FixedWindowRateLimiterOptions { PermitLimit = PerDay, Window = TimeSpan.FromDays(1) }));

    public bool Allows(HttpContext context)
    {
        using var lease = _limiter.AttemptAcquire(ClientNetwork.Of(context.Connection.RemoteIpAddress));
        return lease.IsAcquired;
    }

    public void Dispose() => _limiter.Dispose();
}
