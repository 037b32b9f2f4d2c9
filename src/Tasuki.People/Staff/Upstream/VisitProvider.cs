using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;
using Tasuki.Web;

namespace Tasuki.People;

/// <summary>
/// Sends somebody to the provider: authorization code with PKCE, bound to this browser, asking for <c>openid</c> alone, since we want neither name nor address. Who confirms is asked to
/// prove themself anew.
/// </summary>
internal sealed class VisitProvider(
    StaffProviderOptions options, ProviderDoor door, SmartIssuer issuer, ProtectedState states, CurrentAccount current, SignInThrottle throttle, TimeProvider clock, ILogger<VisitProvider> log)
{
    public async Task<IResult> Go(HttpContext context, VisitFor what, string? back)
    {
        // The cookie and the answer must meet at one name.
        if (issuer.Name is { } name && !string.Equals(name.Host, context.Request.Host.Host, StringComparison.OrdinalIgnoreCase))
            return Results.Redirect(new Uri(name, ProviderEndpoints.Start(what, back)).AbsoluteUri);
        if (!throttle.Allows(context))
            return ProviderEndpoints.Refuse(what, back, "busy");
        var invitation = what is VisitFor.Join ? JoinTicket.Remembered(context, states)?.Invitation : null;
        var account = what is VisitFor.Confirm ? (await current.Get(context.RequestAborted))?.No : null;
        if (invitation is null && account is null && what is not VisitFor.SignIn)
            return ProviderEndpoints.Refuse(what is VisitFor.Confirm ? VisitFor.SignIn : what, back, "provider");
        var provider = await door.Describe(context.RequestAborted);
        if (!provider.IsOk)
        {
            log.Away(provider.Error.Code);
            return ProviderEndpoints.Refuse(what, back, "provider-away");
        }

        var visit = ProviderVisit.New(what, account, invitation, LocalPath.IsLocal(back) ? back : null, clock.GetUtcNow());
        visit.Remember(context, states);
        return Results.Redirect(Question(provider.Value, visit, ProviderEndpoints.Answer(context, issuer)));
    }

    private string Question(ProviderDescription provider, ProviderVisit visit, Uri answer)
    {
        var asked = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["response_type"] = "code", ["client_id"] = options.ClientId, ["redirect_uri"] = answer.AbsoluteUri, ["scope"] = "openid", ["state"] = visit.State, ["nonce"] = visit.Nonce,
            ["code_challenge"] = visit.Challenge, ["code_challenge_method"] = "S256",
        };
        if (options.Acr.Count > 0)
            asked["acr_values"] = string.Join(' ', options.Acr);
        if (visit.For is VisitFor.Confirm)
            (asked["prompt"], asked["max_age"]) = ("login", "0");
        return QueryHelpers.AddQueryString(provider.Authorize.AbsoluteUri, asked);
    }
}

/// <summary>What the operator reads: a code, and neither a subject, a name nor a token.</summary>
internal static partial class ProviderMessages
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "The staff provider cannot be asked ({Code}).")]
    public static partial void Away(this ILogger log, string code);

    [LoggerMessage(Level = LogLevel.Warning, Message = "An answer of the staff provider was refused ({Code}).")]
    public static partial void Refused(this ILogger log, string code);
}
