using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Tasuki.Web;

namespace Tasuki.People;

/// <summary>The form of a clinician's page of apps. What the page showed is not trusted, and what is refused is said on the page.</summary>
internal static class StartApp
{
    public const string Page = "/staff/open-app";
    public const string Action = Page + "/start";

    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost(Action, Start).AddEndpointFilter(FormCheck.Antiforgery).RequireAuthorization(Policies.Clinician);

    private static async Task<IResult> Start(HttpContext context, [FromForm] string? person, [FromForm] string? app, OpenApp open, CurrentAccount current, SmartIssuer issuer)
    {
        var cancel = context.RequestAborted;
        if (await current.Get(cancel) is not { } account)
            return Results.LocalRedirect(Page);
        var address = await open.Start(account, person, app, SmartAddresses.Fhir(context.Request, issuer), cancel);
        // In the form a header can hold, whatever characters the app's host has.
        return address.IsOk ? Results.Redirect(UriHelper.Encode(address.Value)) : Results.LocalRedirect($"{Page}?problem={address.Error.Code}");
    }
}
