using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;
using Names = OpenIddict.Abstractions.OpenIddictConstants;

namespace Tasuki.People;

/// <summary>
/// A code and a refresh token are redeemed once, before anything is given out for them. Of many who bring one in the same moment a single statement lets one win
/// (<see cref="TokenStore.UpdateAsync"/>); each of the others is somebody it was stolen from or by, so the connection ends, with what the winner is just being given.
/// Stands in the place of OpenIddict's own step, which lets a refresh token pass that could not be redeemed.
/// </summary>
internal sealed class RedeemOnce(IOpenIddictTokenManager tokens, Connections connections) : IOpenIddictServerHandler<ProcessSignInContext>
{
    public static readonly int Order = OpenIddictServerHandlers.RedeemTokenEntry.Descriptor.Order;

    public async ValueTask HandleAsync(ProcessSignInContext context)
    {
        if (context.EndpointType is not OpenIddictServerEndpointType.Token || !(context.Request.IsAuthorizationCodeGrantType() || context.Request.IsRefreshTokenGrantType()))
            return;
        var cancel = context.CancellationToken;
        var checkedNow = context.Transaction.GetProperty<ProcessAuthenticationContext>(typeof(ProcessAuthenticationContext).FullName!);
        var presented = context.Request.IsRefreshTokenGrantType() ? checkedNow?.RefreshTokenPrincipal : checkedNow?.AuthorizationCodePrincipal;
        if (presented?.GetTokenId() is { } id && await tokens.FindByIdAsync(id, cancel) is { } token && await tokens.TryRedeemAsync(token, cancel))
            return;
        if (TokenStore.Number(presented?.GetAuthorizationId()) is { } no && await connections.Find(no, cancel) is { } found)
            await connections.End(found.Connection, Connections.ActorOf(found.Connection), cancel);
        context.Reject(Names.Errors.InvalidGrant, "The code or refresh token was used before: the app is no longer connected.");
    }
}
