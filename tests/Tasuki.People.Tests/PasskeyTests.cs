using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using Tasuki.Data;
using Tasuki.Testing;
using Xunit;

namespace Tasuki.People.Tests;

/// <summary>The whole ceremony in a real browser with a virtual authenticator, under the strict content policy.</summary>
public sealed class PasskeyTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_person_signs_up_with_a_passkey_signs_in_with_it_and_confirms_with_it(DataStore store)
    {
        await using var site = await TestSite.Start(store, Cancel);
        await using var browser = await Browser.Open(site);
        var page = browser.Page;

        await ToMethod(page);
        await page.ClickAsync("[data-tk-passkey-button]");
        await page.ClickAsync("button[value=skip]");
        await Arrived(page, "/inbox");
        Assert.Equal("緑山 花子", await browser.Home());

        // Elsewhere nobody is signed in; the passkey alone says who it is.
        await browser.Context.ClearCookiesAsync();
        // The browser offers it by itself where a name is asked for; the virtual authenticator agrees at once, perhaps before the page is whole.
        await page.GotoAsync("/sign-in?return=%2Fhome", new() { WaitUntil = WaitUntilState.Commit });
        await Arrived(page, "/home");
        Assert.Equal("緑山 花子", await browser.Home());

        site.Clock.Advance(TimeSpan.FromMinutes(6));
        await page.GotoAsync("/fresh-only");
        Assert.Contains("/sign-in/confirm", page.Url, StringComparison.Ordinal);
        await page.ClickAsync("[data-tk-passkey-button]");
        await Arrived(page, "/fresh-only");
        Assert.Equal(0, await site.Do<TasukiDb, int>(db => db.Set<PrintedCode>().CountAsync(Cancel)));
        Assert.Empty(browser.Complaints);
    }

    [Fact]
    public async Task A_spare_is_made_with_the_passkey_and_the_last_way_in_cannot_be_removed()
    {
        await using var site = await TestSite.Start(DataStore.Sqlite, Cancel);
        await using var browser = await Browser.Open(site);
        var page = browser.Page;
        await ToMethod(page);
        await page.ClickAsync("[data-tk-passkey-button]");
        await page.ClickAsync("button[value=skip]");
        await Arrived(page, "/inbox");

        await page.GotoAsync("/account");
        await page.FillAsync("[name=name]", "台所のタブレット");
        await Send(page, "form[action='/account/passkeys/rename'] button");
        Assert.Equal("台所のタブレット", await page.InputValueAsync("[name=name]"));
        await Send(page, "form[action='/account/passkeys/remove'] button");
        Assert.Contains("最後の方法", await page.InnerTextAsync(".tk-notice"), StringComparison.Ordinal);
        Assert.Equal(1, await site.Do<TasukiDb, int>(db => db.Set<PasskeyRow>().CountAsync(Cancel)));

        await page.ClickAsync("a[href='/account/password']");
        await page.FillAsync("#sign-in-name", "hanako.m");
        await page.FillAsync("#password", "みかんの皮は橙色でまるい");
        await Send(page, "form[method=post].tk-form button");
        Assert.Contains("/account/codes", page.Url, StringComparison.Ordinal);
        var code = await page.InnerTextAsync(".tk-people-codes code >> nth=0");
        await page.CheckAsync("[name=Kept]");
        await Send(page, "form[method=post].tk-form button");
        await Send(page, "form[action='/account/passkeys/remove'] button");
        Assert.Equal(0, await site.Do<TasukiDb, int>(db => db.Set<PasskeyRow>().CountAsync(Cancel)));

        using var visitor = site.NewVisitor();
        await Walk.SignIn(site, visitor, "hanako.m", "みかんの皮は橙色でまるい", code);
        Assert.Equal("緑山 花子", (await visitor.Get("/home", Cancel)).Body);
        Assert.Empty(browser.Complaints);
    }

    [Fact]
    public async Task The_answer_of_an_authenticator_counts_once()
    {
        await using var site = await TestSite.Start(DataStore.Sqlite, Cancel);
        await using var browser = await Browser.Open(site);
        var page = browser.Page;
        await ToMethod(page);
        await page.ClickAsync("[data-tk-passkey-button]");
        await page.ClickAsync("button[value=skip]");
        await Arrived(page, "/inbox");
        await browser.Context.ClearCookiesAsync();
        var sent = page.WaitForRequestAsync("**/sign-in/passkey");
        await page.GotoAsync("/sign-in?return=%2Fhome", new() { WaitUntil = WaitUntilState.Commit });
        var body = (await sent).PostData!;
        await Arrived(page, "/home");

        // Whoever saw the form on its way, and has a form token of their own, sends it again.
        using var visitor = site.NewVisitor();
        var fields = body.Split('&').Select(f => f.Split('=')).ToDictionary(f => f[0], f => Uri.UnescapeDataString(f[1].Replace('+', ' ')), StringComparer.Ordinal);
        fields.Remove("__RequestVerificationToken");
        var again = await visitor.Submit(await visitor.Get("/sign-in", Cancel), "action=\"/sign-in/passkey\"", fields, Cancel);
        Assert.Equal("/sign-in?error=passkey", again.Path);
    }

    private static async Task ToMethod(IPage page)
    {
        await page.GotoAsync("/sign-up");
        foreach (var (field, value) in Walk.Person)
        {
            if (field is "Year" or "Month" or "Day" or "Gender")
                await page.SelectOptionAsync($"[name={field}]", value);
            else
                await page.FillAsync($"[name={field}]", value);
        }

        await page.ClickAsync("form[data-tk-passkey] button");
        await page.CheckAsync("[name=Agreed]");
        await page.ClickAsync("form[data-tk-passkey] button");
    }

    private sealed class Browser : IAsyncDisposable
    {
        private readonly IPlaywright _playwright;
        private readonly IBrowser _browser;

        private Browser(IPlaywright playwright, IBrowser browser, IBrowserContext context, IPage page) =>
            (_playwright, _browser, Context, Page) = (playwright, browser, context, page);

        public IBrowserContext Context { get; }

        public IPage Page { get; }

        /// <summary>What broke the content policy.</summary>
        public List<string> Complaints { get; } = [];

        public static async Task<Browser> Open(TestSite site)
        {
            if (!File.Exists("/usr/bin/chromium"))
                Missing.Tool("Chromium");
            var playwright = await Playwright.CreateAsync();
            var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = "/usr/bin/chromium", Args = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"] });
            var context = await browser.NewContextAsync(new() { BaseURL = site.Address.ToString(), Locale = "ja-JP", ViewportSize = new() { Width = 390, Height = 844 } });
            await context.AddInitScriptAsync("document.addEventListener('securitypolicyviolation', e => console.error('policy: ' + e.violatedDirective));");
            var page = await context.NewPageAsync();
            page.SetDefaultTimeout(90_000);
            var open = new Browser(playwright, browser, context, page);
            page.Console += (_, message) =>
            {
                if (message.Text.StartsWith("policy:", StringComparison.Ordinal))
                    open.Complaints.Add(message.Text);
            };
            var devtools = await context.NewCDPSessionAsync(page);
            await devtools.SendAsync("WebAuthn.enable");
            await devtools.SendAsync("WebAuthn.addVirtualAuthenticator", new Dictionary<string, object>(StringComparer.Ordinal)
            {
                ["options"] = new Dictionary<string, object>(StringComparer.Ordinal)
                {
                    ["protocol"] = "ctap2", ["transport"] = "internal", ["hasResidentKey"] = true, ["hasUserVerification"] = true, ["isUserVerified"] = true, ["automaticPresenceSimulation"] = true,
                },
            });
            return open;
        }

        public async Task<string> Home()
        {
            await Page.GotoAsync("/home");
            return await Page.InnerTextAsync("body");
        }

        public async ValueTask DisposeAsync()
        {
            await _browser.DisposeAsync();
            _playwright.Dispose();
        }
    }

    // A click may return before the browser has left the page.
    private static async Task Send(IPage page, string button)
    {
        await page.WaitForSelectorAsync(button);
        await page.EvaluateAsync("window.tasukiLeft = true");
        await page.ClickAsync(button);
        await page.WaitForFunctionAsync("() => !window.tasukiLeft && document.readyState === 'complete'");
    }

    // That the page was reached is what counts: waiting for its load event can wait for one that has passed.
    private static Task Arrived(IPage page, string path) => page.WaitForFunctionAsync("path => location.pathname === path", path);
}
