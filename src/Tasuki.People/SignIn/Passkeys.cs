using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Tasuki.Kernel;

namespace Tasuki.People;

/// <summary>
/// Passkeys (WebAuthn) by the handler of ASP.NET Core Identity. The challenge travels in a protected state that counts once, so an assertion seen on the way
/// cannot be sent again.
/// </summary>
internal sealed class Passkeys(IPasskeyHandler<Account> handler, AccountStore store, ProtectedState states)
{
    private const string Creation = "passkey-creation";
    private const string Assertion = "passkey-assertion";

    private static readonly TimeSpan Life = TimeSpan.FromMinutes(5);
    private static readonly Error Refused = new("passkey.refused", "The passkey could not be checked.");

    internal sealed record Ceremony(string Options, string State);

    private sealed record Kept(string State, long? Account);

    /// <summary>
    /// The page that asked the authenticator was ours, by the origin the authenticator signed. The usual check wants the Origin header to say the same, and
    /// under <c>Referrer-Policy: no-referrer</c> a browser sends a form with <c>Origin: null</c>.
    /// </summary>
    public static bool IsOurOrigin(PasskeyOriginValidationContext context)
    {
        var request = context.HttpContext.Request;
        return !context.CrossOrigin && Uri.TryCreate(context.Origin, UriKind.Absolute, out var origin)
            && (origin.Scheme == Uri.UriSchemeHttps || origin.Scheme == request.Scheme)
            && string.Equals(origin.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase);
    }

    /// <param name="label">What the authenticator shows its owner.</param>
    public async Task<Ceremony> BeginCreation(HttpContext context, byte[] handle, string label)
    {
        var options = await handler.MakeCreationOptionsAsync(new PasskeyUserEntity { Id = AccountStore.IdOf(handle), Name = label, DisplayName = label }, context);
        return new Ceremony(options.CreationOptionsJson, states.Protect(Creation, new Kept(options.AttestationState!, null)));
    }

    /// <summary>The new passkey, not yet stored. Error <c>passkey.refused</c>.</summary>
    public async Task<Result<UserPasskeyInfo>> EndCreation(HttpContext context, string? state, string? credential, byte[] owner, CancellationToken cancel)
    {
        if (await states.Spend<Kept>(Creation, state, Life, cancel) is not { } kept || string.IsNullOrEmpty(credential))
            return Refused;
        var result = await handler.PerformAttestationAsync(new PasskeyAttestationContext { HttpContext = context, CredentialJson = credential, AttestationState = kept.State });
        return result.Succeeded && result.UserEntity.Id == AccountStore.IdOf(owner) ? result.Passkey : Refused;
    }

    /// <param name="account">Whose passkeys are asked for; null when the person is not known yet.</param>
    public async Task<Ceremony> BeginAssertion(HttpContext context, Account? account)
    {
        var options = await handler.MakeRequestOptionsAsync(account, context);
        return new Ceremony(options.RequestOptionsJson, states.Protect(Assertion, new Kept(options.AssertionState!, account?.No)));
    }

    /// <summary>Who holds the passkey. Error <c>passkey.refused</c>.</summary>
    public async Task<Result<Account>> EndAssertion(HttpContext context, string? state, string? credential, Account? expected, CancellationToken cancel)
    {
        if (await states.Spend<Kept>(Assertion, state, Life, cancel) is not { } kept || kept.Account != expected?.No || string.IsNullOrEmpty(credential))
            return Refused;
        var result = await handler.PerformAssertionAsync(new PasskeyAssertionContext { HttpContext = context, CredentialJson = credential, AssertionState = kept.State });
        if (!result.Succeeded || (expected is not null && result.User.No != expected.No))
            return Refused;
        // The counter and the flags that came with the assertion; the name given by the owner stays.
        if (await store.FindPasskeyAsync(result.User, result.Passkey.CredentialId, cancel) is { } known)
            result.Passkey.Name = known.Name;
        await store.AddOrUpdatePasskeyAsync(result.User, result.Passkey, cancel);
        return result.User;
    }
}
