using System.Security.Claims;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using Tasuki.Kernel;
using Tasuki.Vault;
using static OpenIddict.Server.OpenIddictServerEvents;
using Names = OpenIddict.Abstractions.OpenIddictConstants;

namespace Tasuki.People;

/// <summary>
/// What is asked before tokens are given out: a backend's scopes are of a system and within its list; who comes with a code or a refresh token still finds the
/// gate open, so that an ended grant and a closing account end the tokens too.
/// </summary>
internal sealed class CheckToken(Apps apps, Connections connections, RecordVault vault) : IOpenIddictServerHandler<ValidateTokenRequestContext>
{
    public async ValueTask HandleAsync(ValidateTokenRequestContext context)
    {
        var cancel = context.CancellationToken;
        if (context.Request.IsClientCredentialsGrantType())
        {
            var app = TokenStore.Number(context.ClientId) is { } no ? await apps.FindApproved(no, cancel) : null;
            var scopes = SmartScopes.Parse(context.Request.Scope).Then(s => s.Within(app?.Opened?.Registered ?? new SmartScopes([], []))).Map(s => s.Working()).Then(Fits);
            if (!scopes.IsOk)
                context.Reject(Names.Errors.InvalidScope, scopes.Error.Message);
            return;
        }

        var presented = context.AuthorizationCodePrincipal ?? context.RefreshTokenPrincipal;
        if (TokenStore.Number(presented?.GetAuthorizationId()) is not { } authorization || await connections.Find(authorization, cancel) is not { Connection.Live: true } found)
        {
            context.Reject(Names.Errors.InvalidGrant, "The app is no longer connected.");
            return;
        }

        // RFC 6749, 6: what was granted or less of it. The refresh token is as good as before, so the error is not invalid_grant, by which an app would throw it away.
        if (!string.IsNullOrEmpty(context.Request.Scope))
        {
            var narrower = SmartScopes.Parse(context.Request.Scope).Then(s => Granted(presented!).Then(s.Within));
            if (!narrower.IsOk)
            {
                context.Reject(Names.Errors.InvalidScope, narrower.Error.Code is "scope.not-registered" ? "The scopes go beyond those that were granted." : narrower.Error.Message);
                return;
            }
        }

        var c = found.Connection;
        if (SmartSeals.Resident(c.ResidentNo) is not { } resident || c.GrantNo is null || (await vault.Open(Connections.ActorOf(c), resident, Purpose.AppUse, cancel)).IsOk)
            return;
        // Taken back at the gate: with what was to be read goes what was to be written, and the connection. Not where the account is closing, which may still be called off.
        if (!await connections.HasGrant(c, resident, cancel))
            await connections.End(c, Connections.ActorOf(c), cancel);
        context.Reject(Names.Errors.InvalidGrant, "The app is no longer connected.");
    }

    private static Result<SmartScopes> Granted(ClaimsPrincipal presented) => SmartScopes.Parse(string.Join(' ', presented.GetScopes()));

    private static Result<SmartScopes> Fits(SmartScopes scopes) =>
        scopes is { Words.Length: 0, Resources.Length: > 0 } && scopes.Resources.All(r => r.Context is ScopeContext.System)
            ? scopes : new Error("scope.system", "A backend service asks for scopes of a system, at least one, and for no others.");
}
