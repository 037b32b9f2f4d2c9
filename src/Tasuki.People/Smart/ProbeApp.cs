using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
using OpenIddict.Abstractions;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;

namespace Tasuki.People;

/// <summary>
/// The app the synthetic resident connects for the probe of withdrawals. Its kind, bound by its row's MAC, keeps it out of the register: no officer sees or decides it, the
/// OAuth server does not know it, so no request from outside can name it. Made when first needed, once. What a look connects ends by itself with the token's ten minutes.
/// </summary>
internal sealed class ProbeApp(TasukiDb db, SmartSeals seals, WriteConnection write, IOpenIddictTokenStore<SmartToken> tokens, TimeProvider clock)
{
    /// <summary>Numbers of registered apps are odd (<see cref="AccountSeals.RandomNo"/>).</summary>
    public const long No = 2;

    private static readonly SmartScopes Asked = SmartScopes.Parse($"{SmartScopes.LaunchPatient} patient/Patient.rs").Value;

    /// <summary>Connects it to that resident, as <see cref="ConnectApp"/> does after somebody agreed, and gives it an access token. Errors of the vault.</summary>
    /// <param name="patient">The id of the resident's Patient, which is all it may read.</param>
    public async Task<Result<(long Connection, string Token)>> Connect(Account account, string patient, CancellationToken cancel)
    {
        var app = await App(cancel);
        var (connection, until) = (AccountSeals.RandomNo(), clock.GetUtcNow() + SmartServer.AccessLife);
        DataCategory[] chosen = [DataCategory.Other];
        var choice = new ConsentChoice(chosen, [], Write: false, KeptFor.Once);
        var grants = await write.Grant(account.Resident!.Value, Connections.GranteeOf(app.No, connection), Asked, chosen, choice, until, cancel);
        if (!grants.IsOk)
            return grants.Error;
        var written = await write.Row(
            connection, app, account, session: null, grants.Value, until, new ConnectionContent(Asked.ToString(), chosen, [], Write: false, choice.Kept, patient, null), cancel);
        return written.IsOk ? (connection, await Token(account, connection, patient, until, cancel)) : written.Error;
    }

    /// <summary>Takes away what is left of a connection, and of those that a look broke off.</summary>
    public async Task Sweep(long connection, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        await db.Set<SmartToken>().Where(t => t.AppNo == No && (t.ConnectionNo == connection || t.Expires < now)).ExecuteDeleteAsync(cancel);
        await db.Set<SmartConnection>().Where(c => c.AppNo == No && (c.No == connection || c.Until < now)).ExecuteDeleteAsync(cancel);
    }

    private async Task<string> Token(Account account, long connection, string patient, DateTimeOffset until, CancellationToken cancel)
    {
        var value = WebEncoders.Base64UrlEncode(RandomNumberGenerator.GetBytes(32));
        var claims = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string>(StringComparer.Ordinal) { ["scope"] = Asked.ToString(), [SmartClaims.Patient] = patient });
        var token = await tokens.InstantiateAsync(cancel);
        (token.AppNo, token.ConnectionNo, token.Subject, token.Type, token.State) = (No, connection, account.No, TokenStore.AccessToken, TokenStore.Valid);
        (token.Created, token.Expires) = (clock.GetUtcNow(), until);
        // The form OpenIddict gives a token's contents; who it was made by is proved by the row's MAC.
        token.Plain = $"e30.{WebEncoders.Base64UrlEncode(claims)}.";
        token.ReferenceId = Convert.ToBase64String(SHA256.HashData(Encoding.ASCII.GetBytes(value)));
        await tokens.CreateAsync(token, cancel);
        return value;
    }

    private async Task<SmartApp> App(CancellationToken cancel)
    {
        if (await Find(cancel) is { } there)
            return there;
        var now = clock.GetUtcNow();
        var content = new AppContent("試験用アプリ", "Tasuki", "-", "サービス自身の点検のため", "-", [], null, null, Asked.ToString());
        var app = new SmartApp
        {
            No = No, Kind = AppKind.Probe, State = AppState.Approved, Registered = now, Changed = now, Mac = [],
            Content = (await seals.Seal(null, "smart_app", "content", No, JsonSerializer.Serialize(content), cancel)).Value,
        };
        app.Mac = seals.MacOf(app);
        db.Add(app);
        try
        {
            await db.SaveChangesAsync(cancel);
        }
        catch (DbUpdateException) when (!cancel.IsCancellationRequested)
        {
            // Another server was first.
            db.Entry(app).State = EntityState.Detached;
            if (await Find(cancel) is not { } first)
                throw;
            return first;
        }

        db.Entry(app).State = EntityState.Detached;
        return app;
    }

    private Task<SmartApp?> Find(CancellationToken cancel) => db.Set<SmartApp>().AsNoTracking().SingleOrDefaultAsync(a => a.No == No, cancel);
}
