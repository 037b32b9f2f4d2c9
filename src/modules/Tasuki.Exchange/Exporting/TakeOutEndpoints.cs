using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Tasuki.People;
using Tasuki.Vault;
using Tasuki.Web;

namespace Tasuki.Exchange.Exporting;

/// <summary>The button of <c>/take-out</c>: a fresh factor, and the ZIP streams into the answer while it is made.</summary>
internal static class TakeOutEndpoints
{
    public static void Map(IEndpointRouteBuilder app) => app.MapPost("/take-out/zip", TakeOut).RequireAuthorization(Policies.ResidentFresh);

    private static async Task<IResult> TakeOut(IFormCollection form, SignedInResident resident, ExportRecords export, HttpContext context)
    {
        var cancel = context.RequestAborted;
        var session = await resident.Open(Purpose.Export, cancel);
        if (!session.IsOk || await resident.Profile(cancel) is not { } profile)
            return new SeeOther($"/take-out?problem={Uri.EscapeDataString(session.Error?.Code ?? "people.not-signed-in")}");
        context.Response.Headers.CacheControl = "no-store";
        return Results.Stream(async answer =>
        {
            await ((IPersonExport)export).Stream(session.Value, profile, answer, cancel);
        }, "application/zip", export.Name() + ".zip");
    }
}
