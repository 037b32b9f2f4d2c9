using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Tasuki.Data;

namespace Tasuki.People;

/// <summary>Between the first factor and the code: a protected cookie of five minutes that says whose password was right, or whom the provider named. It opens nothing but the question for the code.</summary>
internal static class SecondStep
{
    private const string Purpose = "second-step";
    private const string Cookie = "step";

    private static readonly TimeSpan Life = TimeSpan.FromMinutes(5);

    /// <param name="Proved">When the first factor was proved, where that was not just now.</param>
    internal sealed record Waiting(long Account, SignInWay Way, DateTimeOffset? Proved);

    public static void Remember(HttpContext context, ProtectedState states, Account account, SignInWay way, DateTimeOffset? proved = null) =>
        ShortCookie.Set(context, Cookie, states.Protect(Purpose, new Waiting(account.No, way, proved)));

    public static Waiting? Remembered(HttpContext context, ProtectedState states) => states.Open<Waiting>(Purpose, ShortCookie.Get(context, Cookie), Life);

    public static async Task<Account?> Account(HttpContext context, ProtectedState states, TasukiDb db) =>
        Remembered(context, states) is { } waiting
            ? await db.Set<Account>().AsNoTracking().SingleOrDefaultAsync(a => a.No == waiting.Account, context.RequestAborted) : null;

    public static void Forget(HttpContext context) => ShortCookie.Forget(context, Cookie);
}
