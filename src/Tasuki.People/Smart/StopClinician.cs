using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Tasuki.Vault;
using Tasuki.Web;

namespace Tasuki.People;

/// <summary>A resident no longer lets a clinician look. One step and no fresh factor, as with an app; it counts at the clinician's next request, through whatever app.</summary>
internal static class StopClinician
{
    public const string Action = SmartServer.ConnectedAppsPath + "/stop";

    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost(Action, Stop).AddEndpointFilter(FormCheck.Antiforgery).RequireAuthorization(Policies.Resident);

    private static async Task<IResult> Stop(HttpContext context, [FromForm] string? grant, LookingClinicians clinicians, SignedInResident resident)
    {
        var cancel = context.RequestAborted;
        if (grant is not null && await resident.Open(Purpose.OwnUse, cancel) is { IsOk: true } own)
            await clinicians.Stop(own.Value, grant, cancel);
        return Results.LocalRedirect(SmartServer.ConnectedAppsPath + "?stopped=1");
    }
}
