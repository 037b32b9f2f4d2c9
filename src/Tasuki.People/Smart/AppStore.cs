using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Tasuki.People;

/// <summary>OpenIddict's applications are the approved apps of the register: one that is not approved, or suspended, is not there. What each may do follows from its kind.</summary>
internal sealed class AppStore(Apps apps) : IOpenIddictApplicationStore<SmartApp>
{
    private static readonly ImmutableArray<string> Signing =
    [
        Permissions.Endpoints.Authorization, Permissions.Endpoints.Token, Permissions.Endpoints.Revocation, Permissions.GrantTypes.AuthorizationCode,
        Permissions.GrantTypes.RefreshToken, Permissions.ResponseTypes.Code,
    ];

    private static readonly ImmutableArray<string> Backend =
        [Permissions.Endpoints.Token, Permissions.Endpoints.Revocation, Permissions.Endpoints.Introspection, Permissions.GrantTypes.ClientCredentials];

    public async ValueTask<SmartApp?> FindByIdAsync(string identifier, CancellationToken cancellationToken) =>
        long.TryParse(identifier, NumberStyles.None, CultureInfo.InvariantCulture, out var no) ? await apps.FindApproved(no, cancellationToken) : null;

    public ValueTask<SmartApp?> FindByClientIdAsync(string identifier, CancellationToken cancellationToken) => FindByIdAsync(identifier, cancellationToken);

    public ValueTask<string?> GetApplicationTypeAsync(SmartApp application, CancellationToken cancellationToken) => new(ApplicationTypes.Web);

    public ValueTask<string?> GetClientIdAsync(SmartApp application, CancellationToken cancellationToken) => new(TokenStore.Text(application.No));

    public ValueTask<string?> GetClientSecretAsync(SmartApp application, CancellationToken cancellationToken) => new((string?)null);

    public ValueTask<string?> GetClientTypeAsync(SmartApp application, CancellationToken cancellationToken) =>
        new(application.Kind is AppKind.Public ? ClientTypes.Public : ClientTypes.Confidential);

    public ValueTask<string?> GetConsentTypeAsync(SmartApp application, CancellationToken cancellationToken) => new(ConsentTypes.Explicit);

    public ValueTask<string?> GetDisplayNameAsync(SmartApp application, CancellationToken cancellationToken) => new(application.Opened?.Name);

    public ValueTask<ImmutableDictionary<CultureInfo, string>> GetDisplayNamesAsync(SmartApp application, CancellationToken cancellationToken) => new(ImmutableDictionary<CultureInfo, string>.Empty);

    public ValueTask<string?> GetIdAsync(SmartApp application, CancellationToken cancellationToken) => new(TokenStore.Text(application.No));

    public ValueTask<JsonWebKeySet?> GetJsonWebKeySetAsync(SmartApp application, CancellationToken cancellationToken) =>
        new(application.Opened?.Keys is { } keys ? JsonWebKeySet.Create(keys) : null);

    public ValueTask<ImmutableArray<string>> GetPermissionsAsync(SmartApp application, CancellationToken cancellationToken) => new(application.Kind switch
    {
        AppKind.Backend => Backend,
        AppKind.Confidential => Signing.Add(Permissions.Endpoints.Introspection),
        _ => Signing,
    });

    public ValueTask<ImmutableArray<string>> GetPostLogoutRedirectUrisAsync(SmartApp application, CancellationToken cancellationToken) => new(ImmutableArray<string>.Empty);

    public ValueTask<ImmutableDictionary<string, JsonElement>> GetPropertiesAsync(SmartApp application, CancellationToken cancellationToken) => new(ImmutableDictionary<string, JsonElement>.Empty);

    public ValueTask<ImmutableArray<string>> GetRedirectUrisAsync(SmartApp application, CancellationToken cancellationToken) => new([.. application.Opened?.RedirectUris ?? []]);

    public ValueTask<ImmutableArray<string>> GetRequirementsAsync(SmartApp application, CancellationToken cancellationToken) =>
        new([Requirements.Features.ProofKeyForCodeExchange]);

    public ValueTask<ImmutableDictionary<string, string>> GetSettingsAsync(SmartApp application, CancellationToken cancellationToken) => new(ImmutableDictionary<string, string>.Empty);

    // What the server of this house never asks: apps are registered and approved through the register.
    public ValueTask<long> CountAsync(CancellationToken cancellationToken) => throw TokenStore.Unused();

    public ValueTask<long> CountAsync<TResult>(Func<IQueryable<SmartApp>, IQueryable<TResult>> query, CancellationToken cancellationToken) => throw TokenStore.Unused();

    public ValueTask CreateAsync(SmartApp application, CancellationToken cancellationToken) => throw TokenStore.Unused();

    public ValueTask DeleteAsync(SmartApp application, CancellationToken cancellationToken) => throw TokenStore.Unused();

    public IAsyncEnumerable<SmartApp> FindByPostLogoutRedirectUriAsync(string uri, CancellationToken cancellationToken) => throw TokenStore.Unused();

    public IAsyncEnumerable<SmartApp> FindByRedirectUriAsync(string uri, CancellationToken cancellationToken) => throw TokenStore.Unused();

    public ValueTask<TResult?> GetAsync<TState, TResult>(Func<IQueryable<SmartApp>, TState, IQueryable<TResult>> query, TState state, CancellationToken cancellationToken) => throw TokenStore.Unused();

    public ValueTask<SmartApp> InstantiateAsync(CancellationToken cancellationToken) => throw TokenStore.Unused();

    public IAsyncEnumerable<SmartApp> ListAsync(int? count, int? offset, CancellationToken cancellationToken) => throw TokenStore.Unused();

    public IAsyncEnumerable<TResult> ListAsync<TState, TResult>(Func<IQueryable<SmartApp>, TState, IQueryable<TResult>> query, TState state, CancellationToken cancellationToken) => throw TokenStore.Unused();

    public ValueTask SetApplicationTypeAsync(SmartApp application, string? type, CancellationToken cancellationToken) => throw TokenStore.Unused();

    public ValueTask SetClientIdAsync(SmartApp application, string? identifier, CancellationToken cancellationToken) => throw TokenStore.Unused();

    public ValueTask SetClientSecretAsync(SmartApp application, string? secret, CancellationToken cancellationToken) => throw TokenStore.Unused();

    public ValueTask SetClientTypeAsync(SmartApp application, string? type, CancellationToken cancellationToken) => throw TokenStore.Unused();

    public ValueTask SetConsentTypeAsync(SmartApp application, string? type, CancellationToken cancellationToken) => throw TokenStore.Unused();

    public ValueTask SetDisplayNameAsync(SmartApp application, string? name, CancellationToken cancellationToken) => throw TokenStore.Unused();

    public ValueTask SetDisplayNamesAsync(SmartApp application, ImmutableDictionary<CultureInfo, string> names, CancellationToken cancellationToken) => throw TokenStore.Unused();

    public ValueTask SetJsonWebKeySetAsync(SmartApp application, JsonWebKeySet? set, CancellationToken cancellationToken) => throw TokenStore.Unused();

    public ValueTask SetPermissionsAsync(SmartApp application, ImmutableArray<string> permissions, CancellationToken cancellationToken) => throw TokenStore.Unused();

    public ValueTask SetPostLogoutRedirectUrisAsync(SmartApp application, ImmutableArray<string> uris, CancellationToken cancellationToken) => throw TokenStore.Unused();

    public ValueTask SetPropertiesAsync(SmartApp application, ImmutableDictionary<string, JsonElement> properties, CancellationToken cancellationToken) => throw TokenStore.Unused();

    public ValueTask SetRedirectUrisAsync(SmartApp application, ImmutableArray<string> uris, CancellationToken cancellationToken) => throw TokenStore.Unused();

    public ValueTask SetRequirementsAsync(SmartApp application, ImmutableArray<string> requirements, CancellationToken cancellationToken) => throw TokenStore.Unused();

    public ValueTask SetSettingsAsync(SmartApp application, ImmutableDictionary<string, string> settings, CancellationToken cancellationToken) => throw TokenStore.Unused();

    public ValueTask UpdateAsync(SmartApp application, CancellationToken cancellationToken) => throw TokenStore.Unused();
}
