using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Tasuki.Browser.Tests;

/// <summary>What a person does at the pages, in their words: tests read as the walk they are.</summary>
internal static class Resident
{
    public const string SignInName = "kenshin-taro";
    public const string Password = "はしる やまと 2026 たすき";

    /// <summary>Signs up with name, password and the printed list. Returns the codes of the list.</summary>
    public static async Task<IReadOnlyList<string>> SignUp(IPage page, string signInName = SignInName, string family = "健診", string given = "太郎", int birthYear = 1950)
    {
        await page.GotoAsync("/sign-up");
        await Person(page, family, given, birthYear);
        await Terms(page);
        await page.Locator("input[name=SignInName]").FillAsync(signInName);
        await page.Stands();
        foreach (var field in await page.Locator("input[type=password]").AllAsync())
            await field.FillAsync(Password);
        await page.Locator("input[name=Second][value=codes]").CheckAsync();
        await page.Locator("button[name=Method][value=password]").ClickAsync();
        var codes = await KeepCodes(page);
        await page.Arrives("/home");
        return codes;
    }

    /// <summary>Signs up with a passkey and skips the spare list.</summary>
    public static async Task SignUpWithPasskey(IPage page)
    {
        await page.GotoAsync("/sign-up");
        await Person(page, "健診", "太郎", 1950);
        await Terms(page);
        await page.Locator("button[data-tk-passkey-button]").ClickAsync();
        await page.Locator("button[name=Method][value=skip]").ClickAsync();
        await page.Arrives("/home");
    }

    public static async Task SignIn(IPage page, string code, string signInName = SignInName)
    {
        await page.GotoAsync("/sign-in");
        await page.Locator("input[name=Name]").FillAsync(signInName);
        await page.Locator("input[name=Password]").FillAsync(Password);
        await page.Locator("input[name=Password]").PressAsync("Enter");
        await page.Locator("input[name=Code]").FillAsync(code);
        await page.Locator("input[name=Code]").PressAsync("Enter");
        await page.Arrives(new Regex("^(?!.*/sign-in)", RegexOptions.None, TimeSpan.FromSeconds(1)));
    }

    /// <summary>Gives a file and waits for the preview, or for the sentence that says why there is none.</summary>
    public static async Task Drop(IPage page, string path)
    {
        await page.GotoAsync("/bring-in");
        await page.Locator("input[type=file]").SetInputFilesAsync(path);
        await page.Locator("form[data-tk-drop] button").ClickAsync();
        await page.Arrives(new Regex("/bring-in/.", RegexOptions.None, TimeSpan.FromSeconds(1)));
    }

    public static async Task Store(IPage page)
    {
        await page.Locator("form[action$='/store'] button").ClickAsync();
        await page.Arrives("/done");
    }

    public static async Task<string> TakeOut(IPage page, string folder)
    {
        var download = await page.RunAndWaitForDownloadAsync(() => page.Locator("form[action='/take-out/zip'] button").ClickAsync());
        var path = Path.Combine(folder, download.SuggestedFilename);
        await download.SaveAsAsync(path);
        return path;
    }

    private static async Task Person(IPage page, string family, string given, int birthYear)
    {
        await page.Locator("input[name=Family]").FillAsync(family);
        await page.Locator("input[name=Given]").FillAsync(given);
        await page.Locator("input[name=FamilyKana]").FillAsync("ケンシン");
        await page.Locator("input[name=GivenKana]").FillAsync("タロウ");
        await page.Locator("select[name=Year]").SelectOptionAsync(birthYear.ToString(System.Globalization.CultureInfo.InvariantCulture));
        await page.Locator("select[name=Month]").SelectOptionAsync("5");
        await page.Locator("select[name=Day]").SelectOptionAsync("4");
        await page.Locator("select[name=Gender]").SelectOptionAsync("male");
        await page.Locator("main form button").Last.ClickAsync();
    }

    private static async Task Terms(IPage page)
    {
        await page.Locator("input[name=Agreed]").CheckAsync();
        await page.Locator("main form button").Last.ClickAsync();
    }

    private static async Task<IReadOnlyList<string>> KeepCodes(IPage page)
    {
        await page.Locator("input[name=Kept]").CheckAsync();
        var codes = await page.Locator(".tk-people-codes code").AllInnerTextsAsync();
        await page.Locator("main form button").Last.ClickAsync();
        return codes;
    }
}
