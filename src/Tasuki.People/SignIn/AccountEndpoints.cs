using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Tasuki.Web;

namespace Tasuki.People;

/// <summary>The small forms of the account page, the inbox and the sign-out.</summary>
internal static class AccountEndpoints
{
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        var forms = endpoints.MapGroup("").AddEndpointFilter(FormCheck.Antiforgery);
        forms.MapPost("/sign-out", SignOut).RequireAuthorization(Policies.Anyone);
        forms.MapPost("/inbox/read", MarkRead).RequireAuthorization(Policies.Resident);
        forms.MapPost("/account/sessions/end", EndSession).RequireAuthorization(Policies.Resident);
        forms.MapPost("/account/sessions/end-others", EndOthers).RequireAuthorization(Policies.Resident);
        forms.MapPost("/account/sessions/end-all", EndAll).RequireAuthorization(Policies.Resident);
        forms.MapPost("/staff/sessions/end", EndSession).RequireAuthorization(PeoplePolicies.Staff);
        forms.MapPost("/staff/sessions/end-others", EndOthers).RequireAuthorization(PeoplePolicies.Staff);
        forms.MapPost("/staff/sessions/end-all", EndAll).RequireAuthorization(PeoplePolicies.Staff);
        forms.MapPost("/close-account/cancel", CancelClosure).RequireAuthorization(PeoplePolicies.Closing);
        forms.MapPost("/account/passkeys/rename", Rename).RequireAuthorization(Policies.ResidentFresh);
        forms.MapPost("/account/passkeys/remove", Remove).RequireAuthorization(Policies.ResidentFresh);
        forms.MapPost("/account/authenticator/remove", RemoveAuthenticator).RequireAuthorization(Policies.ResidentFresh);
    }

    private static async Task<IResult> MarkRead(HttpContext context, [FromForm] string? message, Delivery.Inbox inbox, SignedInResident resident)
    {
        if (await resident.Profile(context.RequestAborted) is { } profile && long.TryParse(message, CultureInfo.InvariantCulture, out var no))
            await inbox.MarkRead(profile.No, no, context.RequestAborted);
        return Results.LocalRedirect("/inbox");
    }

    private static async Task<IResult> SignOut(HttpContext context, SignInSessions sessions)
    {
        await sessions.SignOut(context, context.RequestAborted);
        return Results.LocalRedirect("/");
    }

    private static async Task<IResult> EndSession(HttpContext context, [FromForm] string? session, SignInSessions sessions, CurrentAccount current)
    {
        if (await current.Get(context.RequestAborted) is { } account && long.TryParse(session, CultureInfo.InvariantCulture, out var no))
            await sessions.End(account.No, no, context.RequestAborted);
        return Results.LocalRedirect(SessionsOf(context, "session-ended"));
    }

    private static async Task<IResult> EndOthers(HttpContext context, SignInSessions sessions, CurrentAccount current)
    {
        if (await current.Get(context.RequestAborted) is { } account)
            await sessions.EndAll(account.No, context.User, context.RequestAborted);
        return Results.LocalRedirect(SessionsOf(context, "sessions-ended"));
    }

    // Residents have their sessions on the account page, staff on a page of their own.
    private static string SessionsOf(HttpContext context, string done) => $"{(Claims.IsResident(context.User) ? "/account" : "/staff/sessions")}?done={done}#sessions";

    private static async Task<IResult> EndAll(HttpContext context, SignInSessions sessions, CurrentAccount current)
    {
        if (await current.Get(context.RequestAborted) is { } account)
            await sessions.EndAll(account.No, except: null, context.RequestAborted);
        await sessions.SignOut(context, context.RequestAborted);
        return Results.LocalRedirect("/");
    }

    /// <summary>One step of the same strength as the closing: a fresh factor. It ends the session; the person signs in to an open account.</summary>
    private static async Task<IResult> CancelClosure(HttpContext context, SignedInResident resident)
    {
        var cancelled = await resident.CancelClosure(context.RequestAborted);
        return cancelled switch
        {
            { IsOk: true } => Results.LocalRedirect("/sign-in"),
            { Error.Code: "people.not-fresh" } => Results.LocalRedirect("/sign-in/confirm?return=/close-account/waiting"),
            _ => Results.LocalRedirect("/close-account/waiting?problem=1"),
        };
    }

    private static async Task<IResult> Rename(HttpContext context, [FromForm] string? passkey, [FromForm] string? name, AccountStore store, CurrentAccount current)
    {
        if (await Find(context, passkey, store, current) is { } found && ShortName.Of(name) is { } given)
        {
            var info = found.Passkey.ToInfo();
            info.Name = given;
            await store.RenamePasskey(found.Account, info, context.RequestAborted);
        }

        return Results.LocalRedirect("/account?done=passkey-renamed#passkeys");
    }

    private static async Task<IResult> Remove(HttpContext context, [FromForm] string? passkey, AccountStore store, CurrentAccount current, SecurityNotices notices, TimeProvider clock)
    {
        if (await Find(context, passkey, store, current) is not { } found)
            return Results.LocalRedirect("/account#passkeys");
        // The last way in cannot be taken away: nobody could open the account again.
        var removed = await store.RemovePasskeyUnlessLast(found.Account, found.Passkey.CredentialId, context.RequestAborted);
        if (removed)
            await notices.Tell(found.Account, $"passkey removed {passkey}", "notice-passkey-removed", [clock.GetUtcNow()], "/account#passkeys", context.RequestAborted);
        return Results.LocalRedirect(removed ? "/account?done=passkey-removed#passkeys" : "/account?error=last-way#passkeys");
    }

    private static async Task<IResult> RemoveAuthenticator(HttpContext context, CurrentAccount current, ChangeFactors change) =>
        await current.Get(context.RequestAborted) is { } account && await change.RemoveAuthenticator(account, context.RequestAborted)
            ? Results.LocalRedirect("/account?done=totp-removed#recovery") : Results.LocalRedirect("/account?error=last-way#recovery");

    private static async Task<(Account Account, SealedPasskey Passkey)?> Find(HttpContext context, string? row, AccountStore store, CurrentAccount current)
    {
        if (await current.Get(context.RequestAborted) is not { } account || !long.TryParse(row, CultureInfo.InvariantCulture, out var no))
            return null;
        var found = (await store.Passkeys(account, context.RequestAborted)).FirstOrDefault(p => p.Row.No == no);
        return found.Row is null ? null : (account, found.Passkey);
    }
}
