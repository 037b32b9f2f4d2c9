using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.People;
using Tasuki.Vault;

namespace Tasuki.Server.Tests.Issuers;

/// <summary>The issuer is the municipality's own; here are an app in its register, and two addresses that take an access token and a page token.</summary>
internal static class Issuer
{
    public const string Scope = "launch/patient offline_access patient/*.rs";
    public static readonly Uri Callback = new("https://app.test/callback");

    public static void MapIssuer(this WebApplication app)
    {
        app.MapGet("/test/token", async (HttpContext context, ApiCallers callers, CancellationToken cancel) =>
            (await callers.Of(context, cancel)).IsOk ? Results.Ok() : Results.Unauthorized()).AllowAnonymous();
        app.MapGet("/test/record", async (string id, RecordVault vault, CancellationToken cancel) =>
            (await vault.Read(Actor.Resident(new ResidentNo(1)), new ResidentNo(1), Purpose.OwnUse, id, cancel)).IsOk ? Results.Ok() : Results.NotFound()).AllowAnonymous();
        app.MapGet("/test/page", async (string after, RecordVault vault, CancellationToken cancel) =>
        {
            var session = (await vault.Open(Actor.Resident(new ResidentNo(1)), new ResidentNo(1), Purpose.OwnUse, cancel)).Value;
            var page = await session.Search(new RecordQuery { Limit = 1, After = after.Length > 0 ? after : null }, cancel);
            return page.IsOk ? Results.Text(page.Value.Next) : Results.BadRequest(page.Error.Code);
        }).AllowAnonymous();
    }

    /// <summary>Registered, looked at and approved. Returns the app's <c>client_id</c>.</summary>
    public static async Task<string> RegisterClient(IServiceProvider services, CancellationToken cancel)
    {
        await using var scope = services.CreateAsyncScope();
        var content = new AppContent("歩数ノート", "合同会社みかん", "dev@app.test", "健診を見るため", "https://app.test/privacy", [Callback.AbsoluteUri], null, null, Scope, "たすき市北1-2-3 代表 青木守");
        var no = (await scope.ServiceProvider.GetRequiredService<RegisterApp>().Register(AppKind.Public, content, null, cancel)).Value;
        var decide = scope.ServiceProvider.GetRequiredService<DecideApp>();
        Assert.True((await decide.Check(await Officer(scope.ServiceProvider, "青木 守", "officer1", cancel), no, cancel)).IsOk);
        Assert.True((await decide.Approve(await Officer(scope.ServiceProvider, "森 育子", "officer2", cancel), no, cancel)).IsOk);
        return no.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    private static async Task<Account> Officer(IServiceProvider services, string name, string signIn, CancellationToken cancel)
    {
        var made = await services.GetRequiredService<AccountFactory>().CreateStaff(StaffRole.Desk, name, "たすき市", signIn, "役場の庭の大きな楠の木陰で昼寝", cancel);
        return await services.GetRequiredService<TasukiDb>().Set<Account>().AsNoTracking().SingleAsync(a => a.No == made.Value.AccountNo, cancel);
    }
}
