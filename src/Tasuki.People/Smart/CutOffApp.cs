using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Tasuki.Vault;
using Tasuki.Web;

namespace Tasuki.People;

/// <summary>A resident cuts an app off. One step and no fresh factor: ending must be easier than letting in. It counts at the app's next request.</summary>
internal static class CutOffApp
{
    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost(SmartServer.ConnectedAppsPath + "/cut-off", CutOff).AddEndpointFilter(FormCheck.Antiforgery).RequireAuthorization(Policies.Resident);

    private static async Task<IResult> CutOff(HttpContext context, Connections connections, CurrentAccount current)
    {
        var cancel = context.RequestAborted;
        // Read here: a form that is bound is refused, with an empty answer, before FormCheck can lead to a page.
        var form = await context.Request.ReadFormAsync(cancel);
        if (await current.Get(cancel) is { Resident: { } resident } && long.TryParse(form["connection"], CultureInfo.InvariantCulture, out var no)
            && await connections.Find(no, cancel) is { } found && found.Connection.ResidentNo == resident.Value)
        {
            await connections.End(found.Connection, Actor.Resident(resident), cancel);
        }

        return Results.LocalRedirect(SmartServer.ConnectedAppsPath + "?done=1");
    }
}
