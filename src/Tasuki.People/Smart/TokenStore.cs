using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using OpenIddict.Abstractions;
using Tasuki.Data;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Tasuki.People;

/// <summary>
/// OpenIddict's tokens in our table. What a token says is sealed, what is presented is found by its SHA-256, and the row carries a MAC that decides before anything
/// else is looked at: with the database and without the ring none can be made, revived or prolonged.
/// </summary>
internal sealed class TokenStore(TasukiDb db, SmartSeals seals, Connections connections, UseDays use, TimeProvider clock) : IOpenIddictTokenStore<SmartToken>
{
    public const byte AccessToken = 1;

    public const byte Valid = 1;

    private const byte Redeemed = 2;

    private const string Table = "smart_token";

    // The places are part of stored rows.
    private static readonly string[] Types =
    [
        "", TokenTypeIdentifiers.AccessToken, TokenTypeIdentifiers.RefreshToken, TokenTypeIdentifiers.Private.AuthorizationCode, TokenTypeIdentifiers.IdentityToken,
    ];

    private static readonly string[] States = ["", Statuses.Valid, Statuses.Redeemed, Statuses.Revoked, Statuses.Inactive, Statuses.Rejected];

    public async ValueTask CreateAsync(SmartToken token, CancellationToken cancellationToken)
    {
        if (token.ConnectionNo is { } connection)
        {
            var whose = await db.Set<SmartConnection>().Where(c => c.No == connection).Select(c => new { c.ResidentNo, c.AccountNo }).SingleOrDefaultAsync(cancellationToken);
            token.ResidentNo = whose?.ResidentNo;
            if (token.Type is AccessToken)
            {
                // Access for an app that the person connected is a use of the account.
                if (whose is { ResidentNo: not null })
                    await use.Note(whose.AccountNo, cancellationToken);

                var now = clock.GetUtcNow();
                await db.Set<SmartConnection>().Where(c => c.No == connection).ExecuteUpdateAsync(s => s.SetProperty(c => c.LastUsed, now), cancellationToken);
            }
        }

        await Close(token, cancellationToken);
        db.Add(token);
        await db.SaveChangesAsync(cancellationToken);
        db.Entry(token).State = EntityState.Detached;
    }

    public async ValueTask UpdateAsync(SmartToken token, CancellationToken cancellationToken)
    {
        var before = token.Mac;
        await Close(token, cancellationToken);
        var rows = db.Set<SmartToken>().Where(t => t.No == token.No && t.Mac == before);
        // Who finds it redeemed already has lost, however fresh the row was read: its MAC alone would be that of the winner.
        if (token.State is Redeemed)
            rows = rows.Where(t => t.State == Valid);
        var changed = await rows.ExecuteUpdateAsync(
            s => s.SetProperty(t => t.State, token.State).SetProperty(t => t.Expires, token.Expires).SetProperty(t => t.Redeemed, token.Redeemed)
                .SetProperty(t => t.Reference, token.Reference).SetProperty(t => t.Payload, token.Payload).SetProperty(t => t.Mac, token.Mac), cancellationToken);
        if (changed == 0)
            throw new OpenIddictExceptions.ConcurrencyException("The token was changed by another request.");
    }

    public async ValueTask<SmartToken?> FindByIdAsync(string identifier, CancellationToken cancellationToken) =>
        long.TryParse(identifier, CultureInfo.InvariantCulture, out var no)
            ? await Opened(await db.Set<SmartToken>().AsNoTracking().SingleOrDefaultAsync(t => t.No == no, cancellationToken), cancellationToken) : null;

    public async ValueTask<SmartToken?> FindByReferenceIdAsync(string identifier, CancellationToken cancellationToken)
    {
        var reference = Bytes(identifier);
        return reference is null ? null : await Opened(await db.Set<SmartToken>().AsNoTracking().SingleOrDefaultAsync(t => t.Reference == reference, cancellationToken), cancellationToken);
    }

    /// <summary>A code or refresh token came twice: one of the two who hold it stole it, so the whole connection ends, not its tokens alone.</summary>
    public async ValueTask<long> RevokeByAuthorizationIdAsync(string identifier, CancellationToken cancellationToken)
    {
        if (!long.TryParse(identifier, CultureInfo.InvariantCulture, out var no) || await connections.Find(no, cancellationToken) is not { } found)
            return 0;
        await connections.End(found.Connection, Connections.ActorOf(found.Connection), cancellationToken);
        return 1;
    }

    public async ValueTask<long> PruneAsync(DateTimeOffset threshold, CancellationToken cancellationToken) =>
        await db.Set<SmartToken>().Where(t => t.Expires < threshold).ExecuteDeleteAsync(cancellationToken);

    public async ValueTask DeleteAsync(SmartToken token, CancellationToken cancellationToken) =>
        await db.Set<SmartToken>().Where(t => t.No == token.No).ExecuteDeleteAsync(cancellationToken);

    public ValueTask<SmartToken> InstantiateAsync(CancellationToken cancellationToken) => new(new SmartToken { No = AccountSeals.RandomNo(), Mac = [] });

    public ValueTask<string?> GetApplicationIdAsync(SmartToken token, CancellationToken cancellationToken) => new(Text(token.AppNo));

    public ValueTask<string?> GetAuthorizationIdAsync(SmartToken token, CancellationToken cancellationToken) => new(Text(token.ConnectionNo));

    public ValueTask<DateTimeOffset?> GetCreationDateAsync(SmartToken token, CancellationToken cancellationToken) => new(token.Created);

    public ValueTask<DateTimeOffset?> GetExpirationDateAsync(SmartToken token, CancellationToken cancellationToken) => new(token.Expires);

    public ValueTask<string?> GetIdAsync(SmartToken token, CancellationToken cancellationToken) => new(Text(token.No));

    public ValueTask<string?> GetPayloadAsync(SmartToken token, CancellationToken cancellationToken) => new(token.Plain);

    public ValueTask<ImmutableDictionary<string, JsonElement>> GetPropertiesAsync(SmartToken token, CancellationToken cancellationToken) => new(ImmutableDictionary<string, JsonElement>.Empty);

    public ValueTask<DateTimeOffset?> GetRedemptionDateAsync(SmartToken token, CancellationToken cancellationToken) => new(token.Redeemed);

    public ValueTask<string?> GetReferenceIdAsync(SmartToken token, CancellationToken cancellationToken) => new(token.ReferenceId);

    public ValueTask<string?> GetStatusAsync(SmartToken token, CancellationToken cancellationToken) => new(States[token.State]);

    public ValueTask<string?> GetSubjectAsync(SmartToken token, CancellationToken cancellationToken) => new(Text(token.Subject));

    public ValueTask<string?> GetTypeAsync(SmartToken token, CancellationToken cancellationToken) => new(Types[token.Type]);

    public ValueTask SetApplicationIdAsync(SmartToken token, string? identifier, CancellationToken cancellationToken) => Set(() => token.AppNo = Number(identifier));

    public ValueTask SetAuthorizationIdAsync(SmartToken token, string? identifier, CancellationToken cancellationToken) => Set(() => token.ConnectionNo = Number(identifier));

    public ValueTask SetCreationDateAsync(SmartToken token, DateTimeOffset? date, CancellationToken cancellationToken) => Set(() => token.Created = date);

    public ValueTask SetExpirationDateAsync(SmartToken token, DateTimeOffset? date, CancellationToken cancellationToken) => Set(() => token.Expires = date);

    public ValueTask SetPayloadAsync(SmartToken token, string? payload, CancellationToken cancellationToken) => Set(() => token.Plain = payload);

    public ValueTask SetPropertiesAsync(SmartToken token, ImmutableDictionary<string, JsonElement> properties, CancellationToken cancellationToken) => properties.IsEmpty ? default : throw Unused();

    public ValueTask SetRedemptionDateAsync(SmartToken token, DateTimeOffset? date, CancellationToken cancellationToken) => Set(() => token.Redeemed = date);

    public ValueTask SetReferenceIdAsync(SmartToken token, string? identifier, CancellationToken cancellationToken) => Set(() => token.ReferenceId = identifier);

    public ValueTask SetStatusAsync(SmartToken token, string? status, CancellationToken cancellationToken) => Set(() => token.State = Place(States, status));

    public ValueTask SetSubjectAsync(SmartToken token, string? subject, CancellationToken cancellationToken) => Set(() => token.Subject = Number(subject));

    public ValueTask SetTypeAsync(SmartToken token, string? type, CancellationToken cancellationToken) => Set(() => token.Type = Place(Types, type));

    // What the server of this house never asks.
    public ValueTask<long> CountAsync(CancellationToken cancellationToken) => throw Unused();

    public ValueTask<long> CountAsync<TResult>(Func<IQueryable<SmartToken>, IQueryable<TResult>> query, CancellationToken cancellationToken) => throw Unused();

    public IAsyncEnumerable<SmartToken> FindAsync(string? subject, string? client, string? status, string? type, CancellationToken cancellationToken) => throw Unused();

    public IAsyncEnumerable<SmartToken> FindByApplicationIdAsync(string identifier, CancellationToken cancellationToken) => throw Unused();

    public IAsyncEnumerable<SmartToken> FindByAuthorizationIdAsync(string identifier, CancellationToken cancellationToken) => throw Unused();

    public IAsyncEnumerable<SmartToken> FindBySubjectAsync(string subject, CancellationToken cancellationToken) => throw Unused();

    public ValueTask<TResult?> GetAsync<TState, TResult>(Func<IQueryable<SmartToken>, TState, IQueryable<TResult>> query, TState state, CancellationToken cancellationToken) => throw Unused();

    public IAsyncEnumerable<SmartToken> ListAsync(int? count, int? offset, CancellationToken cancellationToken) => throw Unused();

    public IAsyncEnumerable<TResult> ListAsync<TState, TResult>(Func<IQueryable<SmartToken>, TState, IQueryable<TResult>> query, TState state, CancellationToken cancellationToken) => throw Unused();

    public ValueTask<long> RevokeAsync(string? subject, string? client, string? status, string? type, CancellationToken cancellationToken) => throw Unused();

    public ValueTask<long> RevokeByApplicationIdAsync(string identifier, CancellationToken cancellationToken = default) => throw Unused();

    public ValueTask<long> RevokeBySubjectAsync(string subject, CancellationToken cancellationToken = default) => throw Unused();

    private async Task Close(SmartToken token, CancellationToken cancel)
    {
        if (token.Plain is not null)
        {
            var payload = await seals.Seal(SmartSeals.Resident(token.ResidentNo), Table, "payload", token.No, token.Plain, cancel);
            token.Payload = payload.IsOk ? payload.Value : throw new InvalidOperationException("A token was asked for a resident whose key is gone.");
        }

        token.Reference = token.ReferenceId is null ? null : Bytes(token.ReferenceId) ?? throw new InvalidOperationException("A token would be stored as it is presented.");
        token.Mac = seals.MacOf(token);
    }

    private async Task<SmartToken?> Opened(SmartToken? token, CancellationToken cancel)
    {
        if (token is null || !seals.IsWhole(token))
            return null;
        token.Plain = await Payload(seals, token, cancel);
        token.ReferenceId = token.Reference is null ? null : Convert.ToBase64String(token.Reference);
        return token.Payload is null || token.Plain is not null ? token : null;
    }

    /// <summary>What a token says, once its MAC was found good; null when it does not open.</summary>
    public static async ValueTask<string?> Payload(SmartSeals seals, SmartToken token, CancellationToken cancel) =>
        token.Payload is not null && await seals.Open(SmartSeals.Resident(token.ResidentNo), Table, "payload", token.No, token.Payload, cancel) is { IsOk: true } plain ? plain.Value : null;

    internal static string? Text(long? no) => no?.ToString(CultureInfo.InvariantCulture);

    internal static long? Number(string? text) => text is null ? null : long.Parse(text, CultureInfo.InvariantCulture);

    private static byte Place(string[] known, string? word) =>
        Array.IndexOf(known, word) is > 0 and var at ? (byte)at : throw new InvalidOperationException("A kind of token this server does not give out.");

    private static byte[]? Bytes(string base64)
    {
        var bytes = new byte[32];
        return Convert.TryFromBase64String(base64, bytes, out var length) && length == 32 ? bytes : null;
    }

    private static ValueTask Set(Action set)
    {
        set();
        return default;
    }

    internal static NotSupportedException Unused() => new("The register and the connections of apps have their own doors.");
}
