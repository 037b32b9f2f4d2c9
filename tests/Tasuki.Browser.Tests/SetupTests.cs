using System.Text.Json;
using Microsoft.Playwright;
using Tasuki.People;
using Tasuki.Testing;
using Tasuki.Vault;

namespace Tasuki.Browser.Tests;

/// <summary>A municipality sets its service up in a real browser, and residents see it.</summary>
public sealed class SetupTests(Chromium chromium) : IClassFixture<Chromium>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(StoreKind.Sqlite, true)]
    [InlineData(StoreKind.Postgres, false)]
    public async Task From_the_card_on_the_first_page_to_the_scope_and_residents_see_name_colours_logo_and_desk(StoreKind store, bool phone)
    {
        var axe = Path.Combine(Tree.Root, "web", "node_modules", "axe-core", "axe.min.js");
        if (!File.Exists(axe))
            Missing.Tool("axe-core");
        var source = await File.ReadAllTextAsync(axe, Cancel);
        await using var house = await House.Open(store, Cancel);
        await using var administrator = await DeskTests.SignedIn(chromium, house, StaffRole.Administrator, "結城 守", "admin1", phone);
        var page = administrator.Page;
        var found = new List<string>();
        await page.Shows("サービスの設定がまだ終わっていません");
        await page.Locator("main a[href='/staff/setup'].tk-button").ClickAsync();
        await page.Arrives("/staff/setup");
        await Look(page);
        await page.Locator("main a.tk-button--large").ClickAsync();
        await page.Arrives("/staff/setup/names");
        await Look(page);
        await page.Locator("#name").FillAsync("たすき健康手帳");
        await page.Locator("#short").FillAsync("たすき健康");
        await page.Locator("#name-en").FillAsync("Tasuki Health Book");
        await page.Locator("#short-en").FillAsync("Tasuki Health");
        await page.Locator("main form button").Send();
        await page.Arrives("/staff/setup/look?done=names");

        // A red that reads badly: the ratio, and the shade that is offered and taken.
        await page.Locator("#main-colour").FillAsync("#ff0000");
        await page.Locator("form:has(#main-colour) button.tk-button--primary").Send();
        await page.Shows("コントラスト比は3.99");
        await Look(page);
        await page.Locator("#main-colour").FillAsync("#0b5d4b");
        await page.Locator("#accent-colour").FillAsync("#b8500a");
        await page.Locator("form:has(#main-colour) button.tk-button--primary").Send();
        await page.Arrives("/staff/setup/desk?done=look");

        // What a real encoder makes is taken; a drawing that is a program is not.
        await page.GotoAsync("/staff/setup/look");
        await Give(page, "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"u8.ToArray());
        await page.Shows("SVGは使えません");
        foreach (var type in new[] { "image/png", "image/webp" })
        {
            var drawn = await page.EvaluateAsync<string>(
                "type => { const c = document.createElement('canvas'); c.width = c.height = 96; const d = c.getContext('2d'); d.fillStyle = '#0b5d4b'; d.arc(48, 48, 44, 0, 7); d.fill(); return c.toDataURL(type, 0.8).split(',')[1]; }", type);
            await Give(page, Convert.FromBase64String(drawn));
            await page.Shows("保存しました");
            await page.Locator("main img.tk-setup-logo").Shows();
            Assert.Equal(96, await page.EvaluateAsync<int>("document.querySelector('header img.tk-logo').naturalWidth"));
        }

        await Look(page);
        await page.GotoAsync("/staff/setup/desk");
        await Look(page);
        await page.Locator("#name").FillAsync("保健課");
        await page.Locator("#telephone").FillAsync("000-000-0000");
        await page.Locator("main form button").Send();
        await page.Arrives("/staff/setup/ages?done=desk");
        await Look(page);
        await page.Locator("#own").FillAsync("15");
        await page.Locator("main form button").Send();
        await page.Arrives("/staff/purposes");
        await page.GotoAsync("/staff/compliance/scope");
        await page.Locator("main form:has(input[name=Operator]) button").Send();
        await page.Shows("記録しました");
        await page.GotoAsync("/staff/setup");
        await page.Shows("6のうち5が済みました");
        await Look(page);

        await using var visitor = await chromium.Visit(house.Address, phone);
        await visitor.Page.GotoAsync("/");
        await visitor.Page.Shows("月曜日〜金曜日 8:30〜17:15");
        Assert.Equal("rgb(11, 93, 75)", await visitor.Page.EvaluateAsync<string>("getComputedStyle(document.querySelector('main .tk-button--primary')).backgroundColor"));
        Assert.Equal("#0b5d4b", await visitor.Page.EvaluateAsync<string>("document.querySelector('meta[name=theme-color]').content"));
        Assert.Equal(phone ? "たすき健康" : "たすき健康手帳", (await visitor.Page.Locator("header .tk-brand__name").InnerTextAsync()).Trim());
        await Look(visitor.Page);
        await visitor.Page.GotoAsync("/inquiry");
        await visitor.Page.Shows("000-000-0000");
        await Look(visitor.Page);
        Assert.Empty(found);
        foreach (var visit in new[] { administrator, visitor })
            Assert.Empty(visit.Complaints);

        async Task Look(IPage shown)
        {
            var where = new Uri(shown.Url).PathAndQuery;
            if (await shown.EvaluateAsync<bool>("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"))
                found.Add($"{where}: wider than the screen");
            await shown.EvaluateAsync(source);
            var violations = await shown.EvaluateAsync<JsonElement>(
                "async () => (await axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })).violations.map(v => v.id + ' ' + v.nodes[0].target.join(' '))");
            found.AddRange(violations.EnumerateArray().Select(v => $"{where}: {v.GetString()}"));
        }
    }

    private static async Task Give(IPage page, byte[] file)
    {
        await page.Locator("input[type=file]").SetInputFilesAsync(new FilePayload { Name = "logo.png", MimeType = "image/png", Buffer = file });
        await page.Locator("form[data-tk-drop] button").Send();
    }
}
