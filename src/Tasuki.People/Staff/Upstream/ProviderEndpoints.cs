using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Web;

namespace Tasuki.People;

/// <summary>The way to the staff's provider and back. Where none is set there are no such addresses.</summary>
internal static class ProviderEndpoints
{
    public const string StartPath = "/sign-in/provider";
    public const string AnswerPath = "/sign-in/provider/answer";

    public static void Add(IServiceCollection services, PeopleOptions options)
    {
        if (options.StaffProvider is not { } provider)
            return;
        services.AddSingleton(provider);
        services.AddSingleton<ProviderDoor>();
        services.AddScoped<CheckIdToken>();
        services.AddScoped<VisitProvider>();
        services.AddScoped<ReturnFromProvider>();
    }

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        if (endpoints.ServiceProvider.GetService<StaffProviderOptions>() is null)
            return;
        // Both are links and change nothing that the browser's own cookie of this visit does not stand for.
        endpoints.MapGet(StartPath, (HttpContext context, [FromQuery(Name = "for")] string? what, [FromQuery(Name = "return")] string? back, VisitProvider visit) =>
            visit.Go(context, what switch { "join" => VisitFor.Join, "confirm" => VisitFor.Confirm, _ => VisitFor.SignIn }, back)).RequireAuthorization(Policies.Anyone);
        endpoints.MapGet(AnswerPath, (HttpContext context, ReturnFromProvider back) => back.Take(context)).RequireAuthorization(Policies.Anyone);
    }

    /// <summary>The link that begins a visit.</summary>
    public static string Start(VisitFor what, string? back)
    {
        var asked = what switch { VisitFor.Join => "?for=join", VisitFor.Confirm => "?for=confirm", _ => "?for=sign-in" };
        return $"{StartPath}{asked}{(LocalPath.IsLocal(back) ? $"&return={Uri.EscapeDataString(back!)}" : null)}";
    }

    /// <summary>The page that says what went wrong: <c>provider</c>, <c>provider-away</c> or <c>busy</c>, and nothing nearer.</summary>
    public static IResult Refuse(VisitFor what, string? back, string word)
    {
        var page = what switch { VisitFor.Join => "/staff/join", VisitFor.Confirm => "/sign-in/confirm", _ => "/sign-in" };
        return Results.LocalRedirect($"{page}?error={word}{(LocalPath.IsLocal(back) ? $"&return={Uri.EscapeDataString(back!)}" : null)}");
    }

    /// <summary>Whether a page has such a sentence to say.</summary>
    public static bool IsRefusal(PeopleOptions options, string? word) => options.StaffProvider is not null && word is "provider" or "provider-away";

    /// <summary>Where the provider sends people back to: by the configured name, as SMART addresses are.</summary>
    public static Uri Answer(HttpContext context, SmartIssuer issuer) => new(SmartAddresses.Base(context.Request, issuer), AnswerPath);
}
