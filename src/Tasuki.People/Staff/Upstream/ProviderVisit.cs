using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Tasuki.People;

/// <summary>What somebody goes to the provider for.</summary>
internal enum VisitFor : byte
{
    SignIn = 1,

    /// <summary>To complete an invitation.</summary>
    Join = 2,

    /// <summary>To prove themself anew, being signed in.</summary>
    Confirm = 3,
}

/// <summary>
/// One way to the provider and back: state, nonce and PKCE verifier lie in a protected cookie of this browser, for this host, ten minutes, and count once on every server.
/// </summary>
/// <param name="Account">Who confirms.</param>
/// <param name="Invitation">What somebody joins by.</param>
/// <param name="Started">Seconds of Unix time.</param>
internal sealed record ProviderVisit(VisitFor For, long? Account, ShownInvitation? Invitation, string State, string Nonce, string Verifier, long Started, string? Return)
{
    private const string Purpose = "provider-visit";
    private const string Cookie = "provider";

    private static readonly TimeSpan Life = TimeSpan.FromMinutes(10);

    /// <summary>RFC 7636, S256.</summary>
    public string Challenge => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(Verifier)));

    public static ProviderVisit New(VisitFor what, long? account, ShownInvitation? invitation, string? back, DateTimeOffset now) => new(what, account, invitation, Random(), Random(), Random(), now.ToUnixTimeSeconds(), back);

    public void Remember(HttpContext context, ProtectedState states) => ShortCookie.Set(context, Cookie, states.Protect(Purpose, this));

    /// <summary>The visit this browser is on, once: the cookie goes with the answer, and what it said is spent.</summary>
    public static async Task<ProviderVisit?> TakeBack(HttpContext context, ProtectedState states)
    {
        var text = ShortCookie.Get(context, Cookie);
        ShortCookie.Forget(context, Cookie);
        return await states.Spend<ProviderVisit>(Purpose, text, Life, context.RequestAborted);
    }

    private static string Random() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
}
