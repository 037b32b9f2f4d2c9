using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Tasuki.Vault;
using Tasuki.Web;

namespace Tasuki.People;

/// <summary>A resident cuts an app off. One step and no fresh factor: ending must be easier than letting in. It counts at the app's next request.</summary>
internal static class CutOffApp
{
    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost(SmartServer.ConnectedAppsPath + "/cut-off", CutOff).AddEndpointFilter(FormCheck.Antiforgery).RequireAuthorization(Policies.Resident);

    private static async Task<IResult> CutOff(HttpContext context, [FromForm] string? connection, Connections connections, CurrentAccount current)
    {
        var cancel = context.RequestAborted;
        if (await current.Get(cancel) is { Resident: { } resident } && long.TryParse(connection, CultureInfo.InvariantCulture, out var no)
            && await connections.Find(no, cancel) is { } found && found.Connection.ResidentNo == resident.Value)
        {
            await connections.End(found.Connection, Actor.Resident(resident), cancel);
        }

        return Results.LocalRedirect(SmartServer.ConnectedAppsPath + "?done=1");
    }
}
