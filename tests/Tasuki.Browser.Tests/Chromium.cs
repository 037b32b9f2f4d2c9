using Microsoft.Playwright;
using Tasuki.Testing;

namespace Tasuki.Browser.Tests;

/// <summary>The system's Chromium, one for the suite; every test has contexts of its own and hears of console errors and policy violations.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async ValueTask InitializeAsync()
    {
        if (!File.Exists("/usr/bin/chromium"))
            return;
        _playwright = await Playwright.CreateAsync();
        // Five seconds are not enough where every suite runs at once.
        Assertions.SetDefaultExpectTimeout(Waits.Patience);
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = "/usr/bin/chromium",
            Headless = true,
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
            ],
        });
    }

    internal async Task<Visit> Visit(string address, bool phone = false, bool script = true)
    {
        if (_browser is null)
            Missing.Tool("Chromium");
        var context = await _browser!.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = address,
            Locale = "ja-JP",
            TimezoneId = "Asia/Tokyo",
            JavaScriptEnabled = script,
            ViewportSize = phone ? new ViewportSize { Width = 390, Height = 844 } : new ViewportSize { Width = 1280, Height = 900 },
            AcceptDownloads = true,
        });
        return await Browser.Tests.Visit.Begin(context);
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
    }
}

/// <summary>One person at one browser.</summary>
internal sealed class Visit : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly List<string> _complaints = [];

    private Visit(IBrowserContext context, IPage page)
    {
        _context = context;
        Page = page;
    }

    public IPage Page { get; }

    /// <summary>Console errors and Content-Security-Policy violations since the visit began.</summary>
    public IReadOnlyList<string> Complaints => _complaints;

    public static async Task<Visit> Begin(IBrowserContext context)
    {
        await context.AddInitScriptAsync("document.addEventListener('securitypolicyviolation', e => console.error('policy: ' + e.violatedDirective + ' ' + e.blockedURI));");
        var page = await context.NewPageAsync();
        page.SetDefaultTimeout(Waits.Patience);
        var visit = new Visit(context, page);
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
                visit._complaints.Add($"{message.Text} ({message.Location})");
        };
        page.PageError += (_, error) => visit._complaints.Add(error);
        return visit;
    }

    /// <summary>A virtual authenticator in this browser: platform, resident keys, the person always there and verified.</summary>
    public async Task AddAuthenticator()
    {
        var session = await _context.NewCDPSessionAsync(Page);
        await session.SendAsync("WebAuthn.enable");
        await session.SendAsync("WebAuthn.addVirtualAuthenticator", new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["options"] = new Dictionary<string, object>(StringComparer.Ordinal)
            {
                ["protocol"] = "ctap2",
                ["transport"] = "internal",
                ["hasResidentKey"] = true,
                ["hasUserVerification"] = true,
                ["isUserVerified"] = true,
                ["automaticPresenceSimulation"] = true,
            },
        });
    }

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();
}
