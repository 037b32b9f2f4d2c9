using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Tasuki.Delivery;
using Tasuki.Web;

namespace Tasuki.People;

/// <summary>The small forms of the channels' page, and the worker that shows a notice in the browser.</summary>
internal static class ChannelEndpoints
{
    private const string Page = "/account/channels";

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        var forms = endpoints.MapGroup(Page).AddEndpointFilter(FormCheck.Antiforgery);
        forms.MapPost("/add", Add).RequireAuthorization(Policies.ResidentFresh);
        forms.MapPost("/check", Check).RequireAuthorization(Policies.Resident);
        forms.MapPost("/pause", Pause).RequireAuthorization(Policies.Resident);
        forms.MapPost("/resume", Resume).RequireAuthorization(Policies.Resident);
        forms.MapPost("/remove", Remove).RequireAuthorization(Policies.ResidentFresh);
        forms.MapPost("/quiet", Quiet).RequireAuthorization(Policies.Resident);
        // A browser fetches the worker anew by itself, signed in or not.
        endpoints.MapGet(Page + "/worker.js", Worker).RequireAuthorization(Policies.Anyone);
    }

    private static async Task<IResult> Add(
        HttpContext context, [FromForm] string? kind, [FromForm] string? address, Delivery.Channels channels, SignedInResident resident, CurrentAccount current, SecurityNotices notices, Language language,
        TimeProvider clock)
    {
        var cancel = context.RequestAborted;
        if (await resident.Profile(cancel) is not { } profile || await current.Get(cancel) is not { } account || !Enum.TryParse<ChannelKind>(kind, ignoreCase: true, out var asked) || !Enum.IsDefined(asked))
            return Results.LocalRedirect(Page);
        var added = await channels.Add(profile.No, asked, address, language.Reading, cancel);
        if (!added.IsOk)
            return Results.LocalRedirect($"{Page}?error={(added.Error.Code is "channel.too-many" ? "many" : "address")}");
        // The channels that are there learn of the new one; it itself is not used yet, or only just.
        await notices.Tell<ChannelTexts>(account, $"channel added {added.Value.ToString(CultureInfo.InvariantCulture)}", "notice-channel-added", [clock.GetUtcNow()], Page, cancel);
        return Results.LocalRedirect($"{Page}?done={(asked is ChannelKind.Push ? "added" : asked is ChannelKind.Letter ? "sent-letter" : "sent")}");
    }

    private static async Task<IResult> Check(HttpContext context, [FromForm] string? channel, [FromForm] string? code, Delivery.Channels channels, SignedInResident resident) =>
        await resident.Profile(context.RequestAborted) is { } profile && Number(channel) is { } no && (await channels.Check(profile.No, no, code, context.RequestAborted)).IsOk
            ? Results.LocalRedirect($"{Page}?done=checked") : Results.LocalRedirect($"{Page}?error=code");

    private static async Task<IResult> Pause(HttpContext context, [FromForm] string? channel, Delivery.Channels channels, SignedInResident resident)
    {
        if (await resident.Profile(context.RequestAborted) is { } profile && Number(channel) is { } no)
            await channels.Pause(profile.No, no, context.RequestAborted);
        return Results.LocalRedirect($"{Page}?done=paused");
    }

    private static async Task<IResult> Resume(HttpContext context, [FromForm] string? channel, Delivery.Channels channels, SignedInResident resident)
    {
        if (await resident.Profile(context.RequestAborted) is { } profile && Number(channel) is { } no)
            await channels.Resume(profile.No, no, context.RequestAborted);
        return Results.LocalRedirect($"{Page}?done=resumed");
    }

    private static async Task<IResult> Remove(
        HttpContext context, [FromForm] string? channel, Delivery.Channels channels, SignedInResident resident, CurrentAccount current, SecurityNotices notices, TimeProvider clock)
    {
        var cancel = context.RequestAborted;
        if (await resident.Profile(cancel) is { } profile && Number(channel) is { } no && await current.Get(cancel) is { } account)
        {
            // Told first, so that the one that goes hears of it too.
            if ((await channels.Of(profile.No, cancel)).Any(c => c.No == no))
                await notices.Tell<ChannelTexts>(account, $"channel removed {no.ToString(CultureInfo.InvariantCulture)}", "notice-channel-removed", [clock.GetUtcNow()], Page, cancel);
            await channels.Remove(profile.No, no, cancel);
        }

        return Results.LocalRedirect($"{Page}?done=removed");
    }

    private static async Task<IResult> Quiet(HttpContext context, [FromForm] string? from, [FromForm] string? until, [FromForm] string? never, Delivery.Channels channels, SignedInResident resident)
    {
        var hours = never is "true" ? QuietHours.None : Minutes(from) is { } start && Minutes(until) is { } end ? new QuietHours(start, end) : (QuietHours?)null;
        return await resident.Profile(context.RequestAborted) is { } profile && hours is { } quiet && (await channels.KeepQuiet(profile.No, quiet, context.RequestAborted)).IsOk
            ? Results.LocalRedirect($"{Page}?done=quiet") : Results.LocalRedirect($"{Page}?error=quiet");
    }

    /// <summary>Shows one fixed text, in the language that was read when the device was added. No name of a sender: nobody knows who looks at a locked screen.</summary>
    private static IResult Worker(HttpContext context, string? lang)
    {
        var language = new Language();
        language.Choose(lang switch { "en" => ReadingLanguage.English, "easy" => ReadingLanguage.EasyJapanese, _ => ReadingLanguage.Japanese });
        var texts = new Texts<ChannelTexts>(language);
        context.Response.Headers.CacheControl = "no-cache";
        return Results.Text($$"""
            self.addEventListener('push', event => event.waitUntil(
              self.registration.showNotification({{Text(texts["push-title"])}}, { body: {{Text(texts["push-body"])}}, tag: 'arrival', lang: '{{language.Tag}}' })));
            self.addEventListener('notificationclick', event => {
              event.notification.close();
              event.waitUntil(self.clients.openWindow('/inbox'));
            });

            """, "text/javascript");

        static string Text(string text) => JsonSerializer.Serialize(text, new JsonSerializerOptions { Encoder = JavaScriptEncoder.Default });
    }

    private static long? Number(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var no) ? no : null;

    private static int? Minutes(string? text) => TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? (time.Hour * 60) + time.Minute : null;
}
