using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Tasuki.Kernel;
using Tasuki.Vault;

namespace Tasuki.People;

/// <summary>
/// From the bearer token of a request to the caller, in one statement found by the token's hash: token, connection, app, account, sign-in and, of a clinician, the organisation are read together and
/// hold or fall together. Cookies are not looked at.
/// </summary>
public sealed class ApiCallers
{
    private static readonly Error NoToken = new("api.no-token", "An access token is needed.");
    private static readonly Error TwoTokens = new("api.two-tokens", "One access token, in the Authorization header and nowhere else.");
    private static readonly Error BadToken = new("api.token", "The access token is not known, has ended, or was taken back.");

    private readonly TokenLookup _tokens;
    private readonly SmartSeals _seals;
    private readonly RecordVault _vault;
    private readonly TimeProvider _clock;
    private readonly CheckedTokens _checked = new();

    internal ApiCallers(TokenLookup tokens, SmartSeals seals, RecordVault vault, TimeProvider clock) => (_tokens, _seals, _vault, _clock) = (tokens, seals, vault, clock);

    /// <summary>Errors <c>api.no-token</c>, <c>api.two-tokens</c>, <c>api.token</c>: give them to <see cref="Refuse"/>.</summary>
    public async Task<Result<ApiCaller>> Of(HttpContext context, CancellationToken cancel)
    {
        var authorization = context.Request.Headers.Authorization;
        // RFC 6750 forbids more than one way; a token in an address would stand in logs.
        if (context.Request.Query.ContainsKey("access_token") || authorization.Count > 1)
            return TwoTokens;
        var header = authorization.ToString();
        if (!header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
            return NoToken;
        return await Find(header["Bearer ".Length..].Trim(), cancel) is { } caller ? caller : BadToken;
    }

    /// <summary>The gate for the launched patient. Errors of <see cref="RecordVault.Open"/>, and <c>api.no-patient</c>.</summary>
    public async Task<Result<Session>> Open(ApiCaller caller, bool write, CancellationToken cancel) =>
        caller.Resident is { } resident
            ? await _vault.Open(caller.Actor, resident, write ? caller.WritePurpose : caller.ReadPurpose, cancel)
            : new Error("api.no-patient", "The token was given out for no patient.");

    /// <summary>Status and <c>WWW-Authenticate</c> (RFC 6750, section 3). The body is the caller's.</summary>
    public static void Refuse(HttpContext context, Error error)
    {
        (context.Response.StatusCode, var word) = error.Code switch
        {
            "api.no-token" => (StatusCodes.Status401Unauthorized, (string?)null),
            "api.two-tokens" => (StatusCodes.Status400BadRequest, "invalid_request"),
            "api.token" => (StatusCodes.Status401Unauthorized, "invalid_token"),
            _ => (StatusCodes.Status403Forbidden, "insufficient_scope"),
        };
        context.Response.Headers.WWWAuthenticate = word is null ? "Bearer realm=\"fhir\"" : $"Bearer realm=\"fhir\", error=\"{word}\", error_description=\"{error.Message.Replace('"', '\'')}\"";
    }

    private async Task<ApiCaller?> Find(string token, CancellationToken cancel)
    {
        if (token.Length != 43)
            return null;
        if (await _tokens.Find(SHA256.HashData(Encoding.UTF8.GetBytes(token))) is not { } found)
            return null;
        var now = _clock.GetUtcNow();
        if (found.Token.Expires is not { } until || until <= now || (found.Connection is { } c && !Connections.IsInTime(now, c, found.Session, found.Staff)))
            return null;
        if (_checked.Find(found) is { } known)
            return known;
        var caller = await Check(found, until, cancel);
        if (caller is not null)
            _checked.Add(found, caller);
        return caller;
    }

    // What the rows say for themselves; whether they are still in time was looked at.
    private async Task<ApiCaller?> Check(LoadedToken found, DateTimeOffset until, CancellationToken cancel)
    {
        if (found.Token is not { Type: TokenStore.AccessToken, State: TokenStore.Valid } row || !_seals.IsWhole(row)
            || found.App is not { State: AppState.Approved } app || !_seals.IsWhole(app) || await TokenStore.Payload(_seals, row, cancel) is not { } payload)
        {
            return null;
        }

        var (scopes, patient) = Read(payload);
        if (row.ConnectionNo is null)
            return app.Kind is AppKind.Backend ? new ApiCaller(ApiCallerKind.Backend, Actor.Application(app.No.ToString(CultureInfo.InvariantCulture)), null, null, null, app.No, null, scopes, until) : null;
        if (found.Connection is not { } c || found.Account is not { } account || !Connections.IsWhole(_seals, new LoadedConnection(c, account, app, found.Session, found.Recoveries, found.Staff, found.Organisation)))
            return null;
        if (c.ResidentNo is { } resident)
            return new ApiCaller(ApiCallerKind.ResidentApp, Connections.ActorOf(c), new ResidentNo(resident), patient, null, app.No, c.GrantNo, scopes, until);
        if (StaffStanding.Clinician(_seals.Accounts, found.Staff, found.Organisation) is not { } clinician)
            return null;
        var about = (await Connections.Content(_seals, c, cancel))?.LaunchResident;
        return new ApiCaller(ApiCallerKind.ClinicianApp, clinician.Through(app.No), SmartSeals.Resident(about), patient, account.No, app.No, null, scopes, until);
    }

    // The payload was sealed and bound to its row: what it says needs no second proof.
    private static (SmartScopes Scopes, string? Patient) Read(string payload)
    {
        using var claims = JsonDocument.Parse(WebEncoders.Base64UrlDecode(payload.Split('.')[1]));
        var scope = claims.RootElement.TryGetProperty("scope", out var text) ? text.GetString() : null;
        return (SmartScopes.Parse(scope) is { IsOk: true } scopes ? scopes.Value : new SmartScopes([], []), claims.RootElement.TryGetProperty(SmartClaims.Patient, out var patient) ? patient.GetString() : null);
    }
}
