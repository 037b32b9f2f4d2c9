using System.Globalization;
using Tasuki.Vault;

namespace Tasuki.People;

/// <summary>For what a backend asked for earlier and a job does now: the app as the gate knows it, as long as it is let in.</summary>
public sealed class BackendCallers
{
    private readonly Apps _apps;

    internal BackendCallers(Apps apps) => _apps = apps;

    /// <param name="scopes">What the app's token was given when it asked.</param>
    /// <returns>Null when the app is no backend, not approved any more, or registered with less than these scopes.</returns>
    public async Task<ApiCaller?> Of(long app, SmartScopes scopes, DateTimeOffset until, CancellationToken cancel) =>
        await _apps.FindApproved(app, cancel) is { Kind: AppKind.Backend, Opened: { } content } && scopes.Within(content.Registered).IsOk
            ? new ApiCaller(ApiCallerKind.Backend, Actor.Application(app.ToString(CultureInfo.InvariantCulture)), null, null, null, app, null, scopes, until) : null;
}
