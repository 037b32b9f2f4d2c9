using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;
using Names = OpenIddict.Abstractions.OpenIddictConstants;

namespace Tasuki.People;

/// <summary>
/// Where an app may be answered: at an address of its own (<see cref="AppContent.ReturnsTo"/>), or where the request names none, at the only one it has. Stands in the place of OpenIddict's own
/// step, which knows no ports of native apps.
/// </summary>
internal sealed class CheckReturnAddress(Apps apps) : IOpenIddictServerHandler<ValidateAuthorizationRequestContext>
{
    public static readonly int Order = OpenIddictServerHandlers.Authentication.ValidateClientRedirectUri.Descriptor.Order;

    public async ValueTask HandleAsync(ValidateAuthorizationRequestContext context)
    {
        var own = TokenStore.Number(context.ClientId) is { } no && await apps.FindApproved(no, context.CancellationToken) is { Opened: { } app } ? app : null;
        if (own is not null && !string.IsNullOrEmpty(context.RedirectUri) && own.ReturnsTo(context.RedirectUri))
            return;
        if (string.IsNullOrEmpty(context.RedirectUri) && own?.RedirectUris is [var only])
            context.SetRedirectUri(only);
        else
            context.Reject(Names.Errors.InvalidRequest, "The 'redirect_uri' is not one the app is registered with.");
    }
}
