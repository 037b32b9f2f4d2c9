using System.Text.Json;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Testing;
using Tasuki.Vault;

namespace Tasuki.Browser.Tests;

/// <summary>What holds for every page and every endpoint of the whole house.</summary>
public sealed class PageTests(Chromium chromium) : IClassFixture<Chromium>
{
    private static readonly string[] Public = ["/", "/sign-in", "/sign-up", "/apps/register", "/organisations", "/organisation/confirm", "/terms", "/privacy", "/inquiry", "/inquiry/read", "/staff/join", "/trust", "/purposes"];

    private static readonly string[] Own =
    [
        "/home", "/timeline", "/checkups", "/checkups/trend/sbp", "/medicines", "/vaccinations", "/diary", "/conditions", "/expenses", "/who-looked", "/provided",
        "/bring-in", "/files", "/inbox", "/connected-apps", "/account", "/account/confirm", "/account/channels", "/take-out", "/close-account",
    ];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_endpoint_names_its_policy()
    {
        await using var house = await House.Open(StoreKind.Sqlite, Cancel);
        var unnamed = house.Services.GetServices<EndpointDataSource>().SelectMany(s => s.Endpoints).OfType<RouteEndpoint>()
            .Where(e => !e.Metadata.GetOrderedMetadata<IAuthorizeData>().Any(a => a.Policy is { Length: > 0 }))
            .Select(e => e.RoutePattern.RawText ?? "")
            // The framework's own: its script, its answer to an enhanced form, and the static file that is looked for last.
            .Where(route => !route.TrimStart('/').StartsWith("_framework/", StringComparison.Ordinal) && route is not "{**path:file}")
            .Distinct(StringComparer.Ordinal);
        Assert.Empty(unnamed);
    }

    [Fact]
    public async Task A_page_of_a_resident_sends_a_stranger_to_sign_in()
    {
        await using var house = await House.Open(StoreKind.Sqlite, Cancel);
        await using var visit = await chromium.Visit(house.Address);
        foreach (var path in Own)
        {
            await visit.Page.GotoAsync(path);
            Assert.Contains("/sign-in", visit.Page.Url, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Every_page_is_accessible_and_fits_its_width(bool phone)
    {
        var axe = Path.Combine(Tree.Root, "web", "node_modules", "axe-core", "axe.min.js");
        if (!File.Exists(axe))
            Missing.Tool("axe-core");
        var source = await File.ReadAllTextAsync(axe, Cancel);
        await using var house = await House.Open(StoreKind.Sqlite, Cancel);
        await using var visit = await chromium.Visit(house.Address, phone);
        var page = visit.Page;
        var found = new List<string>();
        foreach (var path in Public)
            await Look(path);
        await Resident.SignUp(page);
        await Resident.Drop(page, Path.Combine(AppContext.BaseDirectory, "Fixtures", "checkup-report.json"));
        await Look(null);
        await Resident.Store(page);
        foreach (var path in Own)
            await Look(path);
        Assert.Empty(found);

        async Task Look(string? path)
        {
            if (path is not null)
                Assert.Equal(200, (await page.GotoAsync(path))!.Status);
            await page.Stands();
            var where = path ?? new Uri(page.Url).AbsolutePath;
            if (await page.EvaluateAsync<bool>("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"))
                found.Add($"{where}: wider than the screen");
            await page.EvaluateAsync(source);
            var violations = await page.EvaluateAsync<JsonElement>(
                "async () => (await axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })).violations.map(v => v.id + ' ' + v.nodes[0].target.join(' '))");
            found.AddRange(violations.EnumerateArray().Select(v => $"{where}: {v.GetString()}"));
        }
    }

    [Fact]
    public async Task Every_style_and_script_of_a_page_has_a_body()
    {
        await using var house = await House.Open(StoreKind.Sqlite, Cancel);
        await using var visit = await chromium.Visit(house.Address);
        await visit.Page.GotoAsync("/sign-in");
        var addresses = await visit.Page.EvaluateAsync<string[]>("[...document.querySelectorAll('link[href], script[src]')].map(e => e.href || e.src)");
        Assert.NotEmpty(addresses);
        foreach (var address in addresses)
        {
            var answer = await visit.Page.APIRequest.GetAsync(address);
            Assert.True(answer.Ok && (await answer.BodyAsync()).Length > 0, address);
        }
    }
}
