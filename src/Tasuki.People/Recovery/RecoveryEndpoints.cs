using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Tasuki.Web;

namespace Tasuki.People;

/// <summary>Stopping a recovery, by its owner from any session or by who began it, and the passkey that ends one.</summary>
internal static class RecoveryEndpoints
{
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        var forms = endpoints.MapGroup("").AddEndpointFilter(FormCheck.Antiforgery);
        // One step, no fresh factor: stopping must be easier than beginning.
        forms.MapPost("/account/recovery/stop", StopMine).RequireAuthorization(Policies.Resident);
        forms.MapPost("/recovery/stop", StopThis).RequireAuthorization(PeoplePolicies.Recovering);
        forms.MapPost("/recovery/passkey/options", PasskeyOptions).RequireAuthorization(PeoplePolicies.Recovering);
        forms.MapPost("/recovery/passkey", NewPasskey).RequireAuthorization(PeoplePolicies.Recovering);
    }

    public static long? NumberOf(ClaimsPrincipal user) => long.TryParse(user.FindFirstValue(Claims.Recovery), CultureInfo.InvariantCulture, out var no) ? no : null;

    private static async Task<IResult> StopMine(HttpContext context, Recoveries recoveries, CurrentAccount current)
    {
        if (await current.Get(context.RequestAborted) is { } account)
            await recoveries.Stop(account, except: null, context.RequestAborted);
        return Results.LocalRedirect("/account?done=recovery-stopped");
    }

    private static async Task<IResult> StopThis(HttpContext context, Recoveries recoveries, CurrentAccount current, SignInSessions sessions)
    {
        if (await current.Get(context.RequestAborted) is { } account)
            await recoveries.Stop(account, except: null, context.RequestAborted);
        await sessions.SignOut(context, context.RequestAborted);
        return Results.LocalRedirect("/sign-in/help?done=stopped");
    }

    private static async Task<IResult> PasskeyOptions(HttpContext context, Passkeys passkeys, Recoveries recoveries, CurrentAccount current, SignInSessions sessions) =>
        await current.Get(context.RequestAborted) is { } account && await Effective(context, recoveries) is not null
            ? PasskeyEndpoints.Answer(await passkeys.BeginCreation(context, account.Handle, await sessions.NameOf(account, context.RequestAborted) ?? "")) : Results.BadRequest();

    private static async Task<IResult> NewPasskey(
        HttpContext context, [FromForm] string? state, [FromForm] string? credential, Passkeys passkeys, Recoveries recoveries, CurrentAccount current, CompleteRecovery complete)
    {
        var cancel = context.RequestAborted;
        if (await current.Get(cancel) is not { } account || await Effective(context, recoveries) is not { } row)
            return Results.LocalRedirect("/recovery");
        var passkey = await passkeys.EndCreation(context, state, credential, account.Handle, cancel);
        if (!passkey.IsOk)
            return Results.LocalRedirect("/recovery?error=passkey");
        passkey.Value.Name = DeviceLabel.Of(context.Request.Headers.UserAgent);
        var completed = await complete.WithPasskey(context, account, row, passkey.Value, cancel);
        return Results.LocalRedirect(completed.IsOk ? AfterSignIn.Path(account, completed.Value, "/account?done=recovered") : "/recovery");
    }

    private static async Task<RecoveryRow?> Effective(HttpContext context, Recoveries recoveries) =>
        NumberOf(context.User) is { } no && await recoveries.Find(no, context.RequestAborted) is { } row && recoveries.IsEffective(row) ? row : null;
}
