using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Routing;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;
using Tasuki.Kernel.Records;
using Tasuki.Web;
using Names = OpenIddict.Abstractions.OpenIddictConstants;

namespace Tasuki.People;

/// <summary>
/// The form of the consent page. It carries the whole request again, which OpenIddict has checked a second time when this runs: what the page showed is not trusted.
/// </summary>
internal static class DecideConsent
{
    public const string CategoryField = "c-";
    public const string SensitiveField = "s-";
    public const string WriteField = "may-write";
    public const string TimeField = "kept";
    public const string AnswerField = "answer";

    /// <summary>When the person was last sent to prove who they are because of <c>max_age</c>, in seconds since 1970.</summary>
    public const string AskedAgainField = "asked-again";

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost(SmartServer.DecidePath, Decide).AddEndpointFilter(Antiforgery).RequireAuthorization(Policies.Anyone);
        // OpenID Connect Core, 3.1.2.1: a request may be posted. It is shown where every request is; the order puts this before the page, which takes forms of its own alone.
        endpoints.MapPost(SmartServer.AuthorizePath, ToPage).WithOrder(-1).RequireAuthorization(Policies.Anyone);
    }

    private static IResult ToPage(HttpContext context) => Results.LocalRedirect(PageOf(context.GetOpenIddictServerRequest()));

    // A form that outlived its sign-in, or came from elsewhere, decides nothing: the request is shown again, after signing in where that is needed.
    private static async ValueTask<object?> Antiforgery(EndpointFilterInvocationContext call, EndpointFilterDelegate next) =>
        await FormCheck.IsOurs(call.HttpContext) ? await next(call) : ToPage(call.HttpContext);

    private static async Task<IResult> Decide(HttpContext context, Apps apps, ConnectApp connect, CurrentAccount current, SmartIssuer issuer, TimeProvider clock)
    {
        var cancel = context.RequestAborted;
        if (context.GetOpenIddictServerRequest() is not { } request || context.GetOpenIddictServerResponse()?.Error is not null
            || TokenStore.Number(request.ClientId) is not { } no || await apps.FindApproved(no, cancel) is not { } app)
        {
            return ToPage(context);
        }

        var form = await context.Request.ReadFormAsync(cancel);
        if (form[AnswerField] != "yes")
            return Refuse(Names.Errors.AccessDenied, "The person did not agree.");
        // Letting somebody in needs a fresh factor; the way to it leads back to the page with the request.
        if (!Claims.IsFresh(context.User, clock.GetUtcNow()) || await current.Get(cancel) is not { } account)
            return Results.LocalRedirect(PageOf(request));

        var scopes = SmartScopes.Parse(request.Scope).Value;
        var fhir = SmartAddresses.Fhir(context.Request, issuer);
        var connected = Claims.IsResident(context.User)
            ? await connect.AsResident(account, context.User, app, scopes, Choice(form), fhir, cancel)
            : context.User.HasClaim(Claims.Role, nameof(StaffRole.Clinician))
                ? await connect.AsClinician(account, context.User, app, scopes, (string?)request["launch"], fhir, cancel)
                : new Kernel.Error("consent.person", "Nobody is signed in who can agree.");
        if (connected.IsOk)
            return Results.SignIn(WithTime(connected.Value, context.User, request), properties: null, OpenIddictServerAspNetCoreDefaults.AuthenticationScheme);
        return connected.Error.Code == ConnectApp.NothingChosen.Code
            ? Results.LocalRedirect(PageOf(request) + "&nothing=1") : Refuse(Names.Errors.AccessDenied, "The request is not one this person can agree to.");
    }

    private static ConsentChoice Choice(IFormCollection form) => new(
        [.. Ticked(form, CategoryField)], [.. Ticked(form, SensitiveField)], form[WriteField] == "true",
        Enum.TryParse<KeptFor>(form[TimeField], out var kept) && Enum.IsDefined(kept) ? kept : KeptFor.Once);

    private static IEnumerable<DataCategory> Ticked(IFormCollection form, string prefix) =>
        Enum.GetValues<DataCategory>().Where(c => form[prefix + ((int)c).ToString(CultureInfo.InvariantCulture)] == "true");

    // OpenID Connect Core, 2: asked for by max_age, the identity token says when the person last proved who they are.
    private static ClaimsPrincipal WithTime(ClaimsPrincipal connected, ClaimsPrincipal person, OpenIddictRequest request) => request.MaxAge is null ? connected
        : connected.SetClaim(Names.Claims.AuthenticationTime, Claims.ProvedAt(person)!.Value.ToUnixTimeSeconds()).SetDestinations(SmartClaims.Destinations);

    private static string PageOf(OpenIddictRequest? request)
    {
        var query = new QueryBuilder();
        foreach (var (name, value) in (request ?? new OpenIddictRequest()).GetParameters())
        {
            if (IsOfProtocol(name) && (string?)value is { } text)
                query.Add(name, text);
        }

        return SmartServer.AuthorizePath + query.ToQueryString();
    }

    /// <summary>The parameters the form carries on; everything else a client sends is left behind.</summary>
    public static bool IsOfProtocol(string name) => name is "response_type" or "client_id" or "redirect_uri" or "scope" or "state" or "nonce" or "aud" or "launch"
        or "code_challenge" or "code_challenge_method" or "response_mode" or "prompt" or "max_age" or AskedAgainField;

    private static IResult Refuse(string error, string description) => Results.Forbid(
        new AuthenticationProperties(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            [OpenIddictServerAspNetCoreConstants.Properties.Error] = error, [OpenIddictServerAspNetCoreConstants.Properties.ErrorDescription] = description,
        }), [OpenIddictServerAspNetCoreDefaults.AuthenticationScheme]);
}
