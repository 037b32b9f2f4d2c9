using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;
using Names = OpenIddict.Abstractions.OpenIddictConstants;

namespace Tasuki.People;

/// <summary>
/// RFC 6749, 4.1.2.1: whatever is wrong with an authorization request is told to the app, at its address, as long as app and address are good; OpenIddict keeps what it finds before
/// it has looked at everything on a page of ours. Only there a person is told where the app is not approved or the address is not one of its own.
/// </summary>
internal sealed class SendErrorBack(Apps apps) : IOpenIddictServerHandler<ApplyAuthorizationResponseContext>
{
    public static readonly int Order = OpenIddictServerHandlers.Authentication.InferResponseMode.Descriptor.Order + 500;

    public async ValueTask HandleAsync(ApplyAuthorizationResponseContext context)
    {
        if (string.IsNullOrEmpty(context.Error) || !string.IsNullOrEmpty(context.RedirectUri) || context.Request is not { RedirectUri: { Length: > 0 } address } request)
            return;
        if (!long.TryParse(request.ClientId, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var no)
            || await apps.FindApproved(no, context.CancellationToken) is not { Opened: { } app } || !app.ReturnsTo(address))
            return;
        context.RedirectUri = address;
        context.ResponseMode = Names.ResponseModes.Query;
    }
}
