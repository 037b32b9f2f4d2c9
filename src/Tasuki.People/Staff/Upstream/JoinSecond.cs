using Microsoft.AspNetCore.Http;

namespace Tasuki.People;

/// <summary>Somebody whom the provider named, without a second factor, and who sets ours up to complete the invitation.</summary>
internal sealed record JoinSecond(ShownInvitation Invitation, byte[] Subject, string Secret, DateTimeOffset? Authenticated)
{
    private const string Purpose = "provider-joining-second";
    private const string Cookie = "join-second";

    private static readonly TimeSpan Life = TimeSpan.FromMinutes(30);

    public void Remember(HttpContext context, ProtectedState states) => ShortCookie.Set(context, Cookie, states.Protect(Purpose, this));

    public static JoinSecond? Remembered(HttpContext context, ProtectedState states) => states.Open<JoinSecond>(Purpose, ShortCookie.Get(context, Cookie), Life);

    public static void Forget(HttpContext context) => ShortCookie.Forget(context, Cookie);
}
