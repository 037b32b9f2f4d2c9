using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Tasuki.Kernel;

namespace Tasuki.People;

/// <summary>
/// Somebody comes back from the provider, read top to bottom: the visit of this browser, its state, the code, the id_token, the member of staff it is bound to, the second factor. Whatever
/// fails, the person reads one sentence and the log one code.
/// </summary>
internal sealed class ReturnFromProvider(
    StaffProviderOptions options, ProviderDoor door, CheckIdToken check, SmartIssuer issuer, StaffBindings bindings, JoinStaff joining, CheckPassword passwords, SignInSessions sessions,
    CurrentAccount current, ProtectedState states, SignInThrottle throttle, ILogger<ReturnFromProvider> log)
{
    private const int LongestCode = 2048;

    public async Task<IResult> Take(HttpContext context)
    {
        if (!throttle.Allows(context))
            return ProviderEndpoints.Refuse(VisitFor.SignIn, null, "busy");
        var visit = await ProviderVisit.TakeBack(context, states);
        var proved = visit is null ? new Error("provider.visit", "This browser is on no visit to the provider, or it was too long.") : await Proved(context, visit);
        var next = proved.IsOk ? await Next(context, visit!, proved.Value) : proved.Error;
        if (next.IsOk)
            return Results.LocalRedirect(next.Value);
        log.Refused(next.Error.Code);
        return ProviderEndpoints.Refuse(visit?.For ?? VisitFor.SignIn, visit?.Return, "provider");
    }

    private async Task<Result<ProvedPerson>> Proved(HttpContext context, ProviderVisit visit)
    {
        var cancel = context.RequestAborted;
        var query = context.Request.Query;
        if (query["state"] is not [{ } state] || !CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(state), Encoding.UTF8.GetBytes(visit.State)))
            return new Error("provider.state", "The answer belongs to another question.");
        var provider = await door.Describe(cancel);
        if (!provider.IsOk)
            return provider.Error;
        if (query["iss"] is var named && (named.Count > 0 || provider.Value.NamesItself) && (named is not [{ } name] || name != options.IssuerAsWritten))
            return new Error("provider.answer-issuer", "The answer is of another issuer.");
        if (query.ContainsKey("error"))
            return new Error("provider.error", "The provider refused.");
        if (query["code"] is not [{ Length: > 0 and <= LongestCode } code])
            return new Error("provider.code", "The answer holds no code.");
        var token = await door.Redeem(provider.Value, code, visit.Verifier, ProviderEndpoints.Answer(context, issuer), cancel);
        return token.IsOk ? await check.Check(provider.Value, token.Value, visit, cancel) : token.Error;
    }

    private async Task<Result<string>> Next(HttpContext context, ProviderVisit visit, ProvedPerson person)
    {
        var subject = bindings.TokenOf(options.IssuerAsWritten, person.Subject);
        if (visit.For is VisitFor.Join)
            return await Join(context, visit, person, subject);
        var cancel = context.RequestAborted;
        if (await bindings.Find(subject, cancel) is not { } account)
            return new Error("provider.unbound", "The person at the provider is no member of staff here.");
        if (!await passwords.IsAlive(account, cancel))
            return new Error("provider.ended", "The rights of this member of staff have ended, or the row was altered.");
        if (visit.For is VisitFor.Confirm && (account.No != visit.Account || (await current.Get(cancel))?.No != account.No))
            return new Error("provider.another", "Somebody else proved themself than is signed in.");
        if (!person.SecondFactor)
            return AskOurs(context, visit, account, person);
        if (visit.For is VisitFor.Confirm)
            await sessions.Refresh(context, account, person.Authenticated);
        else
            await sessions.Begin(context, account, SignInWay.Provider, cancel, person.Authenticated);
        return AfterSignIn.Path(account, closing: false, visit.Return);
    }

    // The code begins a new session, at a confirmation too.
    private Result<string> AskOurs(HttpContext context, ProviderVisit visit, Account account, ProvedPerson person)
    {
        if (account.TotpSeed is null)
            return new Error("provider.second-factor", "The provider proved no second factor, and this member of staff has none of ours.");
        SecondStep.Remember(context, states, account, SignInWay.Provider, person.Authenticated);
        return $"/sign-in/code{(visit.Return is { } back ? $"?return={Uri.EscapeDataString(back)}" : null)}";
    }

    private async Task<Result<string>> Join(HttpContext context, ProviderVisit visit, ProvedPerson person, byte[] subject)
    {
        var shown = visit.Invitation!;
        if (!person.SecondFactor)
        {
            new JoinSecond(shown, subject, TimeCodes.NewSecret(), person.Authenticated).Remember(context, states);
            return "/staff/join/second";
        }

        var joined = await joining.Bind(shown, subject, null, null, context.RequestAborted);
        if (!joined.IsOk)
            return joined.Error;
        JoinTicket.Forget(context);
        await sessions.Begin(context, joined.Value, SignInWay.Provider, context.RequestAborted, person.Authenticated);
        return AfterSignIn.Path(joined.Value, closing: false, null);
    }
}
