using Microsoft.Playwright;
using Tasuki.Sandbox.Receivers;
using Tasuki.Vault;

namespace Tasuki.Browser.Tests;

/// <summary>Notices on a device, in a real browser: its worker, its permission, the form; and what the page says where one of them is missing.</summary>
public sealed class PushTests(Chromium chromium) : IClassFixture<Chromium>
{
    private const string Path = "/account/channels/new/push";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(StoreKind.Sqlite)]
    [InlineData(StoreKind.Postgres)]
    public async Task A_browser_that_allows_notices_becomes_a_channel_that_hears_only_that_something_arrived(StoreKind store)
    {
        await using var receiver = await HttpReceiver.Start("secret", Cancel);
        await using var house = await Open(store);
        await using var visit = await chromium.Visit(house.Address);
        var page = visit.Page;
        await page.Context.GrantPermissionsAsync(["notifications"], new BrowserContextGrantPermissionsOptions { Origin = house.Address });
        // The address would come from a push service on the internet, which this browser does not reach. The worker that shows the notice is the real one.
        await Subscribes(page, $"return {{ endpoint: '{receiver.Address}push/device' }};");
        await Resident.SignUp(page);
        await page.GotoAsync(Path);
        await page.Locator("[data-tk-push-button]").ClickAsync();
        await page.Arrives("/account/channels?done=added");

        Assert.Equal("activated", await page.EvaluateAsync<string>("async () => (await navigator.serviceWorker.getRegistration('/account/channels/')).active.state"));
        for (var tries = 0; receiver.Received.Count == 0 && tries < 3_000; tries++)
            await Task.Delay(100, Cancel);
        Assert.All(receiver.Received, one => Assert.Equal(("POST", "/push/device", ""), (one.Method, one.Path, one.Body)));
        Assert.NotEmpty(receiver.Received);
        Assert.Empty(visit.Complaints);
    }

    [Theory]
    [InlineData(false, "return { endpoint: 'https://push.example/1' };")]
    [InlineData(true, "throw new Error('no push service');")]
    public async Task Where_it_is_not_allowed_or_fails_the_page_says_so_and_can_be_tried_again(bool allowed, string subscription)
    {
        await using var house = await Open(StoreKind.Sqlite);
        await using var visit = await chromium.Visit(house.Address);
        var page = visit.Page;
        if (allowed)
            await page.Context.GrantPermissionsAsync(["notifications"], new BrowserContextGrantPermissionsOptions { Origin = house.Address });
        await Subscribes(page, subscription);
        await Resident.SignUp(page);
        await page.GotoAsync(Path);
        for (var tries = 0; tries < 2; tries++)
        {
            await page.Locator("[data-tk-push-button]").ClickAsync();
            await Assertions.Expect(page.Locator("[data-tk-push-failed]")).ToBeVisibleAsync();
            await Assertions.Expect(page.Locator("[data-tk-push-button]")).ToBeEnabledAsync();
        }

        Assert.EndsWith(Path, page.Url, StringComparison.Ordinal);
        Assert.Equal("", await page.Locator("[data-tk-push-address]").InputValueAsync());
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task A_browser_without_push_shows_no_button_and_says_why()
    {
        await using var house = await Open(StoreKind.Sqlite);
        await using var visit = await chromium.Visit(house.Address);
        var page = visit.Page;
        await page.Context.AddInitScriptAsync("delete window.PushManager;");
        await Resident.SignUp(page);
        await page.GotoAsync(Path);
        await Assertions.Expect(page.Locator("[data-tk-push-missing]")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("[data-tk-push-button]")).ToBeHiddenAsync();
        Assert.Empty(visit.Complaints);
    }

    private static Task<House> Open(StoreKind store) => House.Open(store, Cancel, "--Tasuki:Delivery:Push:Contact=mailto:it@test.example", "--Tasuki:Delivery:Sandbox=on");

    private static Task Subscribes(IPage page, string script) => page.Context.AddInitScriptAsync($"if (window.PushManager) PushManager.prototype.subscribe = async () => {{ {script} }};");
}
