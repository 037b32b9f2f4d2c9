using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;
using Names = OpenIddict.Abstractions.OpenIddictConstants;

namespace Tasuki.People;

/// <summary>
/// What SMART asks of an authorization request beyond OAuth, once client and redirect address are known good: <c>aud</c> is this server's FHIR base, the scopes are
/// of our grammar, within the app's list and such that the person who is signed in could agree to them, a launch value comes with its scope, and nobody is let in without a person looking. Asked where the request is handled: what is
/// rejected earlier is not sent back to the app.
/// </summary>
internal sealed class CheckAuthorization(Apps apps, SmartIssuer issuer) : IOpenIddictServerHandler<HandleAuthorizationRequestContext>
{
    private static readonly Kernel.Error Nobody = new("scope.nobody", "None of the scopes is for records of a person: at least one of a type that is somebody's is needed.");

    public async ValueTask HandleAsync(HandleAuthorizationRequestContext context)
    {
        var request = context.Request;
        if (request.HasPromptValue(Names.PromptValues.None))
        {
            context.Reject(Names.Errors.ConsentRequired, "The person is asked each time an app is connected.");
            return;
        }

        // OAuth lets it be left out where an app has one address alone; SMART asks for it.
        if (string.IsNullOrEmpty(request.RedirectUri))
        {
            context.Reject(Names.Errors.InvalidRequest, "The parameter 'redirect_uri' is needed.");
            return;
        }

        if (context.BaseUri is null || ((string?)request["aud"])?.TrimEnd('/') != SmartAddresses.Fhir(context.BaseUri, issuer))
        {
            context.Reject(Names.Errors.InvalidRequest, "The parameter 'aud' must be the FHIR base address of this server.");
            return;
        }

        var app = TokenStore.Number(request.ClientId) is { } no ? await apps.FindApproved(no, context.CancellationToken) : null;
        if (request.GetParameter(Names.Parameters.MaxAge) is { } age && !(long.TryParse((string?)age, NumberStyles.None, CultureInfo.InvariantCulture, out _)))
        {
            context.Reject(Names.Errors.InvalidRequest, "The parameter 'max_age' is a number of seconds, 0 or more.");
            return;
        }

        var scopes = SmartScopes.Parse(request.Scope);
        if (scopes.IsOk && app?.Opened is { } content)
            scopes = scopes.Then(s => s.Within(content.Registered)).Then(s => Fits(s, request));
        if (scopes.IsOk && context.Transaction.GetHttpRequest()?.HttpContext is { } http && (await http.AuthenticateAsync()).Principal is { } person)
            scopes = scopes.Then(s => Offered(s, person));
        if (!scopes.IsOk || app is null)
            context.Reject(Names.Errors.InvalidScope, scopes.Error?.Message);
    }

    private static Kernel.Result<SmartScopes> Fits(SmartScopes scopes, OpenIddictRequest request)
    {
        if (scopes.Resources.Length + scopes.Words.Length == 0)
            return new Kernel.Error("scope.none", "No scope was asked for.");
        if (scopes.Resources.Any(r => r.Context is ScopeContext.System))
            return new Kernel.Error("scope.system", "Scopes of a system are for backend services, without a person.");
        // Without a clinician's launch it is a person who is asked, and there would be nothing to ask about.
        if (!scopes.Has(SmartScopes.Launch) && scopes.Resources.Any(r => r.Context is ScopeContext.Patient) && AskedAccess.Categories(scopes).Count == 0)
            return Nobody;
        return scopes.Has(SmartScopes.Launch) == !string.IsNullOrEmpty((string?)request["launch"])
            ? scopes : new Kernel.Error("scope.launch", "The scope 'launch' and the parameter 'launch' come together.");
    }

    // What whoever is signed in could never agree to is refused before they are asked. Nobody is, until they are: then it is looked at when they come back.
    private static Kernel.Result<SmartScopes> Offered(SmartScopes scopes, ClaimsPrincipal person) =>
        person.HasClaim(Claims.Role, nameof(StaffRole.Clinician)) ? AskedAccess.OfferedToClinician(scopes)
        : Claims.IsResident(person) ? AskedAccess.OfferedToResident(scopes).Then(SomethingOf) : scopes;

    // A resident agrees to categories, whatever the scopes are called.
    private static Kernel.Result<SmartScopes> SomethingOf(SmartScopes scopes) => scopes.Resources.Length == 0 || AskedAccess.Categories(scopes).Count > 0 ? scopes : Nobody;
}
