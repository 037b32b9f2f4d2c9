using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Web;

namespace Tasuki.People;

/// <summary>What the passkey script asks for. The answers of the authenticator come back as ordinary form posts.</summary>
internal static class PasskeyEndpoints
{
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        var forms = endpoints.MapGroup("").AddEndpointFilter(FormCheck.Antiforgery);
        forms.MapPost("/sign-in/passkey/options", OptionsForSignIn).RequireAuthorization(Policies.Anyone);
        forms.MapPost("/sign-in/passkey", SignIn).RequireAuthorization(Policies.Anyone);
        forms.MapPost("/sign-in/confirm/passkey/options", OptionsForConfirm).RequireAuthorization(PeoplePolicies.SignedIn);
        forms.MapPost("/sign-in/confirm/passkey", Confirm).RequireAuthorization(PeoplePolicies.SignedIn);
        forms.MapPost("/sign-up/passkey/options", OptionsForSignUp).RequireAuthorization(Policies.Anyone);
        forms.MapPost("/account/passkeys/options", OptionsForNew).RequireAuthorization(Policies.ResidentFresh);
        forms.MapPost("/account/passkeys", Add).RequireAuthorization(Policies.ResidentFresh);
    }

    private static async Task<IResult> OptionsForSignIn(HttpContext context, SignInThrottle throttle, Passkeys passkeys) =>
        throttle.Allows(context) ? Answer(await passkeys.BeginAssertion(context, null)) : Results.StatusCode(StatusCodes.Status429TooManyRequests);

    private static async Task<IResult> SignIn(
        HttpContext context, [FromForm] string? state, [FromForm] string? credential, [FromForm(Name = "return")] string? back, SignInThrottle throttle, Passkeys passkeys, SignInSessions sessions)
    {
        if (!throttle.Allows(context))
            return Results.LocalRedirect("/sign-in?error=busy");
        var account = await passkeys.EndAssertion(context, state, credential, null, context.RequestAborted);
        if (!account.IsOk)
            return Results.LocalRedirect("/sign-in?error=passkey");
        var closing = await sessions.Begin(context, account.Value, SignInWay.Passkey, context.RequestAborted);
        return Results.LocalRedirect(AfterSignIn.Path(account.Value, closing, back));
    }

    private static async Task<IResult> OptionsForConfirm(HttpContext context, Passkeys passkeys, CurrentAccount current) =>
        await current.Get(context.RequestAborted) is { } account
            ? Answer(await passkeys.BeginAssertion(context, account)) : Results.BadRequest();

    private static async Task<IResult> Confirm(
        HttpContext context, [FromForm] string? state, [FromForm] string? credential, [FromForm(Name = "return")] string? back, Passkeys passkeys, CurrentAccount current, SignInSessions sessions, Recoveries recoveries)
    {
        if (await current.Get(context.RequestAborted) is not { } account
            || !(await passkeys.EndAssertion(context, state, credential, account, context.RequestAborted)).IsOk)
            return Results.LocalRedirect($"/sign-in/confirm?error=passkey&return={Uri.EscapeDataString(LocalPath.OrHome(back))}");
        await sessions.Refresh(context, account);
        if (RecoveryEndpoints.NumberOf(context.User) is { } recovery)
            await recoveries.ConfirmWithExisting(recovery, context.RequestAborted);
        return Results.LocalRedirect(LocalPath.OrHome(back));
    }

    private static async Task<IResult> OptionsForSignUp(HttpContext context, SignInThrottle throttle, Passkeys passkeys, ProtectedState states)
    {
        if (!throttle.Allows(context))
            return Results.StatusCode(StatusCodes.Status429TooManyRequests);
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        return states.Open<SignUpState>(SignUpState.Purpose, form["State"], SignUpState.Life) is { Agreed: true, Profile: { } profile } wanted
            ? Answer(await passkeys.BeginCreation(context, wanted.Handle, $"{profile.Family} {profile.Given}")) : Results.BadRequest();
    }

    private static async Task<IResult> OptionsForNew(HttpContext context, Passkeys passkeys, CurrentAccount current, SignedInResident resident) =>
        await current.Get(context.RequestAborted) is { } account && await resident.Profile(context.RequestAborted) is { } profile
            ? Answer(await passkeys.BeginCreation(context, account.Handle, profile.Name)) : Results.BadRequest();

    private static async Task<IResult> Add(
        HttpContext context, [FromForm] string? state, [FromForm] string? credential, [FromForm] string? name, Passkeys passkeys, AccountStore store, CurrentAccount current, SecurityNotices notices, TimeProvider clock)
    {
        if (await current.Get(context.RequestAborted) is not { } account)
            return Results.BadRequest();
        var passkey = await passkeys.EndCreation(context, state, credential, account.Handle, context.RequestAborted);
        if (!passkey.IsOk)
            return Results.LocalRedirect("/account?error=passkey");
        passkey.Value.Name = ShortName.Of(name) ?? DeviceLabel.Of(context.Request.Headers.UserAgent);
        await store.AddOrUpdatePasskeyAsync(account, passkey.Value, context.RequestAborted);
        await notices.Tell(account, $"passkey added {Convert.ToHexString(passkey.Value.CredentialId)}", "notice-passkey-added", [clock.GetUtcNow()], "/account#passkeys", context.RequestAborted);
        return Results.LocalRedirect("/account?done=passkey-added");
    }

    internal static IResult Answer(Passkeys.Ceremony ceremony) => Results.Json(new { options = ceremony.Options, state = ceremony.State });
}

/// <summary>Every form that changes something carries the antiforgery token. Nothing checks it by itself in an endpoint that binds no form, so this does.</summary>
internal static class FormCheck
{
    /// <summary>A page that was open for longer than its sign-in is answered by a page; what a script asks for is not.</summary>
    public static async ValueTask<object?> Antiforgery(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        await IsOurs(context.HttpContext) ? await next(context)
        : context.HttpContext.Request.GetTypedHeaders().Accept.Any(one => one.MediaType == "text/html") ? Results.LocalRedirect(ExpiredPage) : Results.BadRequest();

    public static Task<bool> IsOurs(HttpContext context) => context.RequestServices.GetRequiredService<IAntiforgery>().IsRequestValidAsync(context);

    public const string ExpiredPage = "/expired";
}

/// <summary>A name a person gives a passkey: trimmed, at most 40 characters.</summary>
internal static class ShortName
{
    public static string? Of(string? text) => text?.Trim() is { Length: > 0 } name ? name[..Math.Min(40, name.Length)] : null;
}

/// <summary>Where a person goes after signing in.</summary>
internal static class AfterSignIn
{
    public static string Path(Account account, bool closing, string? back) => (closing, account.Kind) switch
    {
        (true, _) => "/close-account/waiting",
        _ when LocalPath.IsLocal(back) => back!,
        (_, AccountKind.Staff) => "/staff",
        _ => "/",
    };
}
