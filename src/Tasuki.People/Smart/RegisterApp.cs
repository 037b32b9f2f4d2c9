using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.IdentityModel.Tokens;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Text;

namespace Tasuki.People;

/// <summary>
/// An app asks to be let in: by its developer, or by an officer for one. Everything it will be held to is checked here, once; what an approved app says of itself
/// does not change afterwards, a change is a new registration. Nothing is fetched from addresses that were given.
/// </summary>
internal sealed class RegisterApp(TasukiDb db, SmartSeals seals, TimeProvider clock)
{
    public const string Path = "/apps/register";

    /// <summary>What can be registered.</summary>
    public static readonly IReadOnlyList<AppKind> Kinds = [AppKind.Public, AppKind.Confidential, AppKind.Backend];

    public const int MostSeat = 200;

    /// <summary>Registrations that nobody here vouches for and no officer has looked at yet, in all.</summary>
    public const int MostWaiting = 200;

    private const int MostAddresses = 10;

    /// <summary>The number, which is the <c>client_id</c>. Errors <c>app.kind</c>, <c>app.text</c>, <c>app.address</c>, <c>app.redirect</c>, <c>app.keys</c>, <c>app.scopes</c>, <c>app.many</c>.</summary>
    public async Task<Result<long>> Register(AppKind kind, AppContent content, long? officer, CancellationToken cancel)
    {
        if (Wrong(kind, content) is { } wrong)
            return wrong;
        if (officer is null && await db.Set<SmartApp>().CountAsync(a => a.State == AppState.Asked && a.RegisteredBy == null, cancel) is >= MostWaiting and var waiting)
            return new Error("app.many", $"{waiting} registrations wait for the municipality's word, at most {MostWaiting} may: it is possible again when some have been decided.");
        var (no, now) = (AccountSeals.RandomNo(), clock.GetUtcNow());
        // The keys as they were understood, so that nothing else of what was pasted is kept.
        var kept = content with { Keys = content.Keys is { } keys && kind is not AppKind.Public ? PublicHalf(keys) : null, Scopes = SmartScopes.Parse(content.Scopes).Value.ToString() };
        var app = new SmartApp
        {
            No = no, Kind = kind, State = AppState.Asked, Registered = now, Changed = now, RegisteredBy = officer, Mac = [],
            Content = (await seals.Seal(null, "smart_app", "content", no, JsonSerializer.Serialize(kept), cancel)).Value,
        };
        app.Mac = seals.MacOf(app);
        db.Add(app);
        await db.SaveChangesAsync(cancel);
        db.Entry(app).State = EntityState.Detached;
        return no;
    }

    /// <summary>What keeps it from being registered, whoever asks; null when nothing does.</summary>
    public static Error? Wrong(AppKind kind, AppContent content)
    {
        if (!Kinds.Contains(kind))
            return new Error("app.kind", "An app is public, confidential or a backend.");
        (string Text, int Most)[] texts = [(content.Name, 80), (content.Operator, 120), (content.Contact, 200), (content.Purpose, 1000), (content.Seat ?? "", MostSeat)];
        if (texts.Any(t => string.IsNullOrWhiteSpace(t.Text) || t.Text.Length > t.Most))
            return new Error("app.text", "Name (80), operator (120), its address (200), contact (200) and purpose (1,000 characters) are all needed, without line breaks.");
        // What is not seen changes how the rest is read: a name turned round by it is another's.
        if (texts.Select(t => t.Text).Concat([content.PrivacyPolicy, content.Launch ?? "", .. content.RedirectUris]).Any(t => !ReferenceEquals(VisibleText.Of(t), t)))
            return new Error("app.text", "Name, operator, its address, contact, purpose and addresses hold characters that are seen: no line breaks, and none that turn the direction of writing or show nothing.");
        if (!IsWeb(content.PrivacyPolicy, loopback: false) || (content.Launch is { } launch && !IsWeb(launch, loopback: true)))
            return new Error("app.address", "The privacy policy needs an https address; so does the launch address, when there is one.");
        if (kind is AppKind.Backend ? content.RedirectUris.Length > 0 : content.RedirectUris.Length is 0 or > MostAddresses || !content.RedirectUris.All(IsRedirect))
            return new Error("app.redirect", $"An app with people needs 1 to {MostAddresses} redirect addresses: https, http on the loopback, or a scheme of its own with a dot, none with a fragment. A backend has none.");
        if (kind is not AppKind.Public && (content.Keys is null || !AreKeys(content.Keys)))
            return new Error("app.keys", "The key set must hold public signing keys, 1 to 5: EC P-384 or RSA of 2,048 bits and more, each with 'kid'.");
        var scopes = SmartScopes.Parse(content.Scopes);
        if (!scopes.IsOk)
            return new Error("app.scopes", scopes.Error.Message);
        if (scopes.Value.Resources.Any(r => r.Working().Actions != r.Actions))
            return new Error("app.scopes", "A scope with a condition reads and searches: the letters c, u and d go without one.");
        return scopes.Value.Resources.Length > 0 && scopes.Value.Resources.All(r => (r.Context is ScopeContext.System) == (kind is AppKind.Backend)) && (kind is not AppKind.Backend || scopes.Value.Words.Length == 0)
            ? null : new Error("app.scopes", "At least one resource scope; those of a system are for backends, and backends have no others.");
    }

    private static bool IsWeb(string text, bool loopback) =>
        text.Length <= 500 && Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.UserInfo.Length == 0 && uri.Fragment.Length == 0 && uri.Host.Length > 0
        && (uri.Scheme == Uri.UriSchemeHttps || (loopback && uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback));

    // RFC 8252: the loopback, or a scheme after a domain name turned round.
    private static bool IsRedirect(string text) =>
        IsWeb(text, loopback: true)
        || (text.Length <= 500 && Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme.Contains('.', StringComparison.Ordinal) && uri.Fragment.Length == 0);

    private static bool AreKeys(string text)
    {
        if (text.Length > 20_000)
            return false;
        try
        {
            var keys = JsonWebKeySet.Create(text).Keys;
            return keys.Count is >= 1 and <= 5 && keys.All(k => !string.IsNullOrEmpty(k.Kid) && !k.HasPrivateKey && (k.Use is null or "sig")
                && (k is { Kty: JsonWebAlgorithmsKeyTypes.EllipticCurve, Crv: "P-384", X.Length: > 0, Y.Length: > 0 } || k is { Kty: JsonWebAlgorithmsKeyTypes.RSA, KeySize: >= 2048, N.Length: > 0, E.Length: > 0 }));
        }
        catch (ArgumentException)
        {
            return false;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string PublicHalf(string text) => JsonSerializer.Serialize(new
    {
        keys = JsonWebKeySet.Create(text).Keys.Select(k => new Dictionary<string, string>(
            new[] { ("kty", k.Kty), ("kid", k.Kid), ("use", "sig"), ("crv", k.Crv), ("x", k.X), ("y", k.Y), ("n", k.N), ("e", k.E) }
                .Where(p => !string.IsNullOrEmpty(p.Item2)).Select(p => KeyValuePair.Create(p.Item1, p.Item2)), StringComparer.Ordinal)),
    });
}
