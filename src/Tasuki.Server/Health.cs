using Tasuki.Web;

namespace Tasuki.Server;

/// <summary>What a starter or a balancer asks. The server listens only after vault and tables have opened, so an answer means ready; it tells nothing else.</summary>
internal static class Health
{
    public static void MapHealth(this IEndpointRouteBuilder app) =>
        app.MapGet("/health/ready", () => TypedResults.Text("ready")).RequireAuthorization(Policies.Anyone);
}
