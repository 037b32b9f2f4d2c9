using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Tasuki.Data;
using Tasuki.Web;

namespace Tasuki.People;

/// <summary>Between password and code: a protected cookie of five minutes that says whose password was right. It opens nothing but the question for the code.</summary>
internal static class SecondStep
{
    private const string Purpose = "second-step";

    private static readonly TimeSpan Life = TimeSpan.FromMinutes(5);

    internal sealed record Waiting(long Account);

    public static void Remember(HttpContext context, ProtectedState states, Account account) =>
        context.Response.Cookies.Append(NameOf(context), states.Protect(Purpose, new Waiting(account.No)), Options(context));

    public static Waiting? Remembered(HttpContext context, ProtectedState states) =>
        states.Open<Waiting>(Purpose, context.Request.Cookies[NameOf(context)], Life);

    public static async Task<Account?> Account(HttpContext context, ProtectedState states, TasukiDb db) =>
        Remembered(context, states) is { } waiting
            ? await db.Set<Account>().AsNoTracking().SingleOrDefaultAsync(a => a.No == waiting.Account, context.RequestAborted) : null;

    public static void Forget(HttpContext context) => context.Response.Cookies.Delete(NameOf(context), Options(context));

    private static string NameOf(HttpContext context) => Secure(context) ? "__Host-tasuki.step" : "tasuki.step";

    private static bool Secure(HttpContext context) => context.RequestServices.GetRequiredService<IOptions<WebOptions>>().Value.SecureCookies is true;

    private static CookieOptions Options(HttpContext context) =>
        new() { HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = Secure(context), Path = "/", IsEssential = true };
}
