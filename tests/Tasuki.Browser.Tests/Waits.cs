using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Tasuki.Browser.Tests;

/// <summary>
/// Waiting for what a person waits for: an address, a sentence, so many of a thing. A click may return before the browser has left the page, a link is followed without
/// a load event, and a load event may have passed before one waits for it; what is on the screen can be looked at again until it is there.
/// </summary>
internal static class Waits
{
    private const float Patience = 90_000;

    public static Task Arrives(this IPage page, string path) => page.Arrives(new Regex(Regex.Escape(path) + "$", RegexOptions.None, TimeSpan.FromSeconds(1)));

    public static Task Arrives(this IPage page, Regex address) => Assertions.Expect(page).ToHaveURLAsync(address, new PageAssertionsToHaveURLOptions { Timeout = Patience });

    public static Task Shows(this IPage page, string text) =>
        Assertions.Expect(page.Locator("main")).ToContainTextAsync(text, new LocatorAssertionsToContainTextOptions { Timeout = Patience });

    public static Task Shows(this ILocator what, int count = 1) => Assertions.Expect(what).ToHaveCountAsync(count, new LocatorAssertionsToHaveCountOptions { Timeout = Patience });

    /// <summary>Sends a form and returns when the page that answers has come, whether its address is another or not.</summary>
    public static async Task Send(this ILocator button)
    {
        var page = button.Page;
        await page.EvaluateAsync("window.tasukiLeft = true");
        await button.ClickAsync();
        await page.WaitForFunctionAsync("() => !window.tasukiLeft && document.readyState === 'complete'", null, new PageWaitForFunctionOptions { Timeout = Patience });
    }
}
