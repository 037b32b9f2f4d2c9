using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Tasuki.People;

/// <summary>OpenIddict's authorizations are our connections: it asks whether one is valid, and revokes one whose refresh token came twice.</summary>
internal sealed class ConnectionStore(Connections connections) : IOpenIddictAuthorizationStore<SmartConnection>
{
    public async ValueTask<SmartConnection?> FindByIdAsync(string identifier, CancellationToken cancellationToken) =>
        long.TryParse(identifier, CultureInfo.InvariantCulture, out var no) ? (await connections.Find(no, cancellationToken))?.Connection : null;

    public async ValueTask UpdateAsync(SmartConnection authorization, CancellationToken cancellationToken)
    {
        if (!authorization.Live)
            await connections.End(authorization, Connections.ActorOf(authorization), cancellationToken);
    }

    public ValueTask<string?> GetApplicationIdAsync(SmartConnection authorization, CancellationToken cancellationToken) => new(TokenStore.Text(authorization.AppNo));

    public ValueTask<DateTimeOffset?> GetCreationDateAsync(SmartConnection authorization, CancellationToken cancellationToken) => new(authorization.Created);

    public ValueTask<string?> GetIdAsync(SmartConnection authorization, CancellationToken cancellationToken) => new(TokenStore.Text(authorization.No));

    public ValueTask<ImmutableDictionary<string, JsonElement>> GetPropertiesAsync(SmartConnection authorization, CancellationToken cancellationToken) =>
        new(ImmutableDictionary<string, JsonElement>.Empty);

    public ValueTask<ImmutableArray<string>> GetScopesAsync(SmartConnection authorization, CancellationToken cancellationToken) => new(ImmutableArray<string>.Empty);

    public ValueTask<string?> GetStatusAsync(SmartConnection authorization, CancellationToken cancellationToken) => new(authorization.Live ? Statuses.Valid : Statuses.Revoked);

    public ValueTask<string?> GetSubjectAsync(SmartConnection authorization, CancellationToken cancellationToken) => new(TokenStore.Text(authorization.AccountNo));

    public ValueTask<string?> GetTypeAsync(SmartConnection authorization, CancellationToken cancellationToken) => new(AuthorizationTypes.Permanent);

    public ValueTask SetStatusAsync(SmartConnection authorization, string? status, CancellationToken cancellationToken)
    {
        authorization.Live = authorization.Live && status is Statuses.Valid;
        return default;
    }

    // What the server of this house never asks: connections are made by a person's word on the consent page.
    public ValueTask<long> CountAsync(CancellationToken cancellationToken) => throw TokenStore.Unused();

    public ValueTask<long> CountAsync<TResult>(Func<IQueryable<SmartConnection>, IQueryable<TResult>> query, CancellationToken cancellationToken) => throw TokenStore.Unused();

    public ValueTask CreateAsync(SmartConnection authorization, CancellationToken cancellationToken) => throw TokenStore.Unused();

    public ValueTask DeleteAsync(SmartConnection authorization, CancellationToken cancellationToken) => throw TokenStore.Unused();

    public IAsyncEnumerable<SmartConnection> FindAsync(string? subject, string? client, string? status, string? type, ImmutableArray<string>? scopes, CancellationToken cancellationToken) => throw TokenStore.Unused();

    public IAsyncEnumerable<SmartConnection> FindByApplicationIdAsync(string identifier, CancellationToken cancellationToken) => throw TokenStore.Unused();

    public IAsyncEnumerable<SmartConnection> FindBySubjectAsync(string subject, CancellationToken cancellationToken) => throw TokenStore.Unused();

    public ValueTask<TResult?> GetAsync<TState, TResult>(Func<IQueryable<SmartConnection>, TState, IQueryable<TResult>> query, TState state, CancellationToken cancellationToken) => throw TokenStore.Unused();

    public ValueTask<SmartConnection> InstantiateAsync(CancellationToken cancellationToken) => throw TokenStore.Unused();

    public IAsyncEnumerable<SmartConnection> ListAsync(int? count, int? offset, CancellationToken cancellationToken) => throw TokenStore.Unused();

    public IAsyncEnumerable<TResult> ListAsync<TState, TResult>(Func<IQueryable<SmartConnection>, TState, IQueryable<TResult>> query, TState state, CancellationToken cancellationToken) => throw TokenStore.Unused();

    public ValueTask<long> PruneAsync(DateTimeOffset threshold, CancellationToken cancellationToken) => throw TokenStore.Unused();

    public ValueTask<long> RevokeAsync(string? subject, string? client, string? status, string? type, CancellationToken cancellationToken) => throw TokenStore.Unused();

    public ValueTask<long> RevokeByApplicationIdAsync(string identifier, CancellationToken cancellationToken) => throw TokenStore.Unused();

    public ValueTask<long> RevokeBySubjectAsync(string subject, CancellationToken cancellationToken) => throw TokenStore.Unused();

    public ValueTask SetApplicationIdAsync(SmartConnection authorization, string? identifier, CancellationToken cancellationToken) => throw TokenStore.Unused();

    public ValueTask SetCreationDateAsync(SmartConnection authorization, DateTimeOffset? date, CancellationToken cancellationToken) => throw TokenStore.Unused();

    public ValueTask SetPropertiesAsync(SmartConnection authorization, ImmutableDictionary<string, JsonElement> properties, CancellationToken cancellationToken) => throw TokenStore.Unused();

    public ValueTask SetScopesAsync(SmartConnection authorization, ImmutableArray<string> scopes, CancellationToken cancellationToken) => throw TokenStore.Unused();

    public ValueTask SetSubjectAsync(SmartConnection authorization, string? subject, CancellationToken cancellationToken) => throw TokenStore.Unused();

    public ValueTask SetTypeAsync(SmartConnection authorization, string? type, CancellationToken cancellationToken) => throw TokenStore.Unused();
}
