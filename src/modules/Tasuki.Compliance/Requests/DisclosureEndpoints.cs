using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Tasuki.Kernel;
using Tasuki.People;
using Tasuki.Vault;
using Tasuki.Web;

namespace Tasuki.Compliance.Requests;

/// <summary>
/// The two buttons by which what is disclosed leaves: each with a fresh factor, and the ZIP streams into the answer while it is made. Whether it arrived nobody here can see, so
/// an officer says that it was handed over.
/// </summary>
internal static class DisclosureEndpoints
{
    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapPost("/my-requests/{number}/take", Take).RequireAuthorization(Policies.ResidentFresh);
        app.MapPost("/staff/requests/{number}/pack/take", Pack).RequireAuthorization(DeskPolicies.HandleRequestsFresh);
        app.MapPost("/staff/requests/{number}/pack/handed-over", HandedOver).RequireAuthorization(DeskPolicies.HandleRequestsFresh);
    }

    private static async Task<IResult> Take(string number, IFormCollection form, SignedInResident resident, HandOutDisclosure disclosure, IPersonExport export, HttpContext context)
    {
        var cancel = context.RequestAborted;
        var there = $"/my-requests/{Uri.EscapeDataString(number)}";
        if (await resident.Profile(cancel) is not { } person || await resident.Open(Purpose.Export, cancel) is not { IsOk: true, Value: var session })
            return Results.LocalRedirect(there);
        var classes = await disclosure.ToPerson(person, number, cancel);
        return classes.IsOk ? Zip(context, export, new Disclosed(session.Narrowed(classes.Value), person)) : Results.LocalRedirect(there);
    }

    private static async Task<IResult> Pack(string number, IFormCollection form, SignedInStaff staff, HandOutDisclosure disclosure, IPersonExport export, HttpContext context)
    {
        if (await staff.With(DeskRight.HandleRequests, context.RequestAborted) is not { } officer)
            return Results.NotFound();
        var pack = await disclosure.AsPack(officer, number, context.RequestAborted);
        return pack.IsOk ? Zip(context, export, pack.Value) : Problem(number, pack.Error);
    }

    private static async Task<IResult> HandedOver(string number, IFormCollection form, SignedInStaff staff, HandOutDisclosure disclosure, HttpContext context)
    {
        if (await staff.With(DeskRight.HandleRequests, context.RequestAborted) is not { } officer)
            return Results.NotFound();
        var done = await disclosure.PackHandedOver(officer, number, context.RequestAborted);
        return done.IsOk ? Results.LocalRedirect($"/staff/requests/{Uri.EscapeDataString(number)}?done=hand-over") : Problem(number, done.Error);
    }

    private static IResult Problem(string number, Error error) => Results.LocalRedirect($"/staff/requests/{Uri.EscapeDataString(number)}/pack?problem={Uri.EscapeDataString(error.Code)}");

    private static IResult Zip(HttpContext context, IPersonExport export, Disclosed disclosed)
    {
        context.Response.Headers.CacheControl = "no-store";
        return Results.Stream(answer => export.Stream(disclosed.Session, disclosed.Person, answer, context.RequestAborted), "application/zip", export.Name() + ".zip");
    }
}
