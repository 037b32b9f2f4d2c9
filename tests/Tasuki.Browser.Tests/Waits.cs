using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Tasuki.Browser.Tests;

/// <summary>
/// Waiting for what a person waits for: an address, a sentence, so many of a thing. A click may return before the browser has left the page, a link is followed without
/// a load event, and a load event may have passed before one waits for it; what is on the screen can be looked at again until it is there.
/// </summary>
internal static class Waits
{
    public const float Patience = 90_000;

    public static Task Arrives(this IPage page, string path) => page.Arrives(new Regex(Regex.Escape(path) + "$", RegexOptions.None, TimeSpan.FromSeconds(1)));

    public static Task Arrives(this IPage page, Regex address) => Assertions.Expect(page).ToHaveURLAsync(address, new PageAssertionsToHaveURLOptions { Timeout = Patience });

    public static Task Shows(this IPage page, string text) =>
        Assertions.Expect(page.Locator("main")).ToContainTextAsync(text, new LocatorAssertionsToContainTextOptions { Timeout = Patience });

    public static Task Shows(this ILocator what, int count = 1) => Assertions.Expect(what).ToHaveCountAsync(count, new LocatorAssertionsToHaveCountOptions { Timeout = Patience });

    /// <summary>Sends a form and returns when the page that answers has come, whether its address is another or not.</summary>
    public static Task Send(this ILocator button) => button.Leave();

    /// <summary>Follows a link and returns when its page stands, whether the browser loaded it or the page's script changed one into the other.</summary>
    public static Task Follow(this ILocator link) => link.Leave();

    /// <summary>All of the page is there. Asks the page itself: its load event may have passed.</summary>
    public static Task Stands(this IPage page) =>
        page.WaitForFunctionAsync("() => document.readyState === 'complete'", null, new PageWaitForFunctionOptions { Timeout = Patience });

    private static async Task Leave(this ILocator way)
    {
        var page = way.Page;
        // Not before it is there: what is marked must be the page it stands on.
        await way.WaitForAsync();
        await page.EvaluateAsync("document.querySelector('main').dataset.left = ''");
        await way.ClickAsync();
        await page.WaitForFunctionAsync("() => document.querySelector('main:not([data-left])') && document.readyState === 'complete'", null, new PageWaitForFunctionOptions { Timeout = Patience });
    }
}
