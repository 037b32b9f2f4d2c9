using Microsoft.AspNetCore.Http;

namespace Tasuki.People;

/// <summary>Somebody who showed a right invitation code and may go to the provider to complete it.</summary>
internal sealed record JoinTicket(ShownInvitation Invitation)
{
    private const string Purpose = "provider-joining";
    private const string Cookie = "join";

    private static readonly TimeSpan Life = TimeSpan.FromMinutes(30);

    public static void Remember(HttpContext context, ProtectedState states, ShownInvitation invitation) => ShortCookie.Set(context, Cookie, states.Protect(Purpose, new JoinTicket(invitation)));

    public static JoinTicket? Remembered(HttpContext context, ProtectedState states) => states.Open<JoinTicket>(Purpose, ShortCookie.Get(context, Cookie), Life);

    public static void Forget(HttpContext context) => ShortCookie.Forget(context, Cookie);
}
