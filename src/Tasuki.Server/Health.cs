using Tasuki.Web;

namespace Tasuki.Server;

/// <summary>What a starter or a balancer asks. It says ready only when the vault and the tables answered; it tells nothing else.</summary>
internal static class Health
{
    public static void MapHealth(this IEndpointRouteBuilder app) =>
        app.MapGet("/health/ready", () => TypedResults.Text("ready")).RequireAuthorization(Policies.Anyone);
}
