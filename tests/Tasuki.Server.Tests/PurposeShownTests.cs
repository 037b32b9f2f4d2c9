using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.People;
using Tasuki.Vault;
using Tasuki.Web;

namespace Tasuki.Server.Tests;

/// <summary>What a form is for is said before it is filled in: on every page of the whole house on which a person, signed in or not, types something or hands in a file.</summary>
public sealed partial class PurposeShownTests
{
    /// <summary>
    /// Where nothing of the person is taken: what somebody signs in or proves a factor with, which was taken before with its purpose; a word typed to confirm; a page of staff.
    /// </summary>
    private static readonly string[] NothingTaken =
    [
        "/sign-in", "/sign-in/code", "/sign-in/confirm", "/account/password", "/account/authenticator", "/account/codes", "/account/new-passkey", "/close-account", "/staff/join",
    ];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_page_takes_anything_from_a_person_without_saying_before_what_for()
    {
        await using var town = await TestMunicipality.New(StoreKind.Sqlite, "purpose");
        await using var app = (await town.Build(null, "--environment=Development", "--Tasuki:Delivery:Letters=on")).Value;
        await app.StartAsync(Cancel);
        var site = new Uri(app.Urls.First());
        using var visitor = new Walker(site, site.Port);
        using var person = new Walker(site, site.Port);
        await person.SignUp("緑山", "花子", "hanako", "正しい馬の電池ホチキス印刷", town.Clock.GetUtcNow());

        var asked = await person.Submit(await person.Get("/inquiry"), "name=\"Text\"", ("Kind", "Question"), ("Subject", "開く時間"), ("Text", "日曜は開いていますか。"));
        var filed = await person.Submit(await person.Get("/my-requests/new"), "name=\"Address\"", ("Kind", "Disclosure"), ("Text", "健診の記録"), ("Address", "たすき市東1-2-3"));
        Assert.StartsWith("/inquiry/", asked.Path, StringComparison.Ordinal);
        Assert.StartsWith("/my-requests/", filed.Path, StringComparison.Ordinal);
        string[] more = [asked.Path, filed.Path, "/account/channels/new/letter"];

        var (taking, silent) = (new List<string>(), new List<string>());
        foreach (var path in Pages(app, Policies.Anyone))
            await Look(visitor, path);
        foreach (var path in Pages(app, Policies.Resident, Policies.ResidentFresh, PeoplePolicies.SignedIn).Concat(more))
            await Look(person, path);

        Assert.Empty(silent);
        Assert.Empty(NothingTaken.Except(Pages(app, Policies.Anyone, Policies.Resident, Policies.ResidentFresh, PeoplePolicies.SignedIn), StringComparer.Ordinal));
        // The looks are no empty ones.
        foreach (var path in new[] { "/sign-up", "/inquiry", "/apps/register", "/organisation/confirm", "/bring-in", "/my-requests/new", "/account/confirm", "/account/channels/new/letter", asked.Path })
            Assert.Contains(path, taking, StringComparer.Ordinal);

        async Task Look(Walker who, string path)
        {
            var page = await who.Get(path);
            if (NothingTaken.Contains(path, StringComparer.Ordinal) || !Same(page.Path, path) || Takes(page.Body) is not { } at)
                return;
            taking.Add(path);
            var said = Said().Match(page.Body);
            if (!said.Success || said.Index > at || !WebUtility.HtmlDecode(said.Value).Contains("たすき市", StringComparison.Ordinal)
                || !said.Value.Contains("href=\"/purposes\"", StringComparison.Ordinal))
                silent.Add(path);
        }
    }

    private static bool Same(string path, string asked) => string.Equals(path.Split('?')[0], asked.Split('?')[0], StringComparison.Ordinal);

    private static IEnumerable<string> Pages(WebApplication app, params string[] policies) => app.Services.GetServices<EndpointDataSource>().SelectMany(s => s.Endpoints).OfType<RouteEndpoint>()
        .Where(e => e.Metadata.GetMetadata<ComponentTypeMetadata>() is not null && e.RoutePattern.Parameters.Count == 0 && e.Metadata.GetOrderedMetadata<IAuthorizeData>().Any(a => policies.Contains(a.Policy, StringComparer.Ordinal)))
        .Select(e => "/" + e.RoutePattern.RawText!.Trim('/')).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    /// <summary>Where the first form stands in which something is typed or a file is chosen.</summary>
    private static int? Takes(string body)
    {
        foreach (Match form in Forms().Matches(body))
        {
            if (form.Value.Contains("method=\"post\"", StringComparison.OrdinalIgnoreCase) && Fields().Matches(form.Value).Any(f => Type().Match(f.Value) is not { Success: true, Groups: [_, { Value: "hidden" or "checkbox" or "radio" or "submit" }] }))
                return form.Index;
        }

        return null;
    }

    [GeneratedRegex("<form.*?</form>", RegexOptions.Singleline, 1000)]
    private static partial Regex Forms();

    [GeneratedRegex("<(input|textarea)[^>]*>", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Fields();

    [GeneratedRegex("\\stype=\"(?<type>[a-z]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Type();

    [GeneratedRegex("<div data-tk-purpose=\"[A-Za-z]+\">.*?</div>\\s*</div>\\s*</div>", RegexOptions.Singleline, 1000)]
    private static partial Regex Said();
}
