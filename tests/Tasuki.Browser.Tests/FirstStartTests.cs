using Microsoft.Playwright;
using Tasuki.People;
using Tasuki.Vault;

namespace Tasuki.Browser.Tests;

/// <summary>From the first start of an empty municipality to the self-check everybody reads, in a real browser: set-up, purposes, scope, word, documents, plans, signature.</summary>
public sealed class FirstStartTests(Chromium chromium) : IClassFixture<Chromium>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(StoreKind.Sqlite, true)]
    [InlineData(StoreKind.Postgres, false)]
    public async Task From_the_card_on_the_first_page_to_the_signed_sheet_everybody_reads(StoreKind store, bool phone)
    {
        await using var house = await House.Open(store, Cancel);
        var stations = await Stations.Of($"first-start-{store}", Cancel);
        await using var administrator = await DeskTests.SignedIn(chromium, house, StaffRole.Administrator, "結城 守", "admin1", phone);
        await SetUp(administrator.Page, stations);
        await StatePurposeAndScope(administrator.Page, stations);
        await using var visitor = await chromium.Visit(house.Address, phone);
        await SeeWhatWasSetUp(visitor.Page, phone, stations);
        await Prove(administrator.Page, stations);
        await PlanAndSign(administrator.Page, stations);
        await ReadWhatIsPublished(visitor.Page, stations);
        Assert.Empty(stations.Found);
        foreach (var visit in new[] { administrator, visitor })
            Assert.Empty(visit.Complaints);
    }

    private static async Task SetUp(IPage page, Stations stations)
    {
        await page.Shows("サービスの設定がまだ終わっていません");
        await stations.Look(page);
        await page.Locator("main a[href='/staff/setup'].tk-button").Follow();
        await page.Arrives("/staff/setup");
        await stations.Look(page);
        await page.Locator("main a.tk-button--large").Follow();
        await page.Arrives("/staff/setup/names");
        await stations.Look(page);
        await page.Locator("#name").FillAsync("たすき健康手帳");
        await page.Locator("#short").FillAsync("たすき健康");
        await page.Locator("#name-en").FillAsync("Tasuki Health Book");
        await page.Locator("#short-en").FillAsync("Tasuki Health");
        await page.Locator("main form button").Send();
        await page.Arrives("/staff/setup/look?done=names");
        await Colours(page, stations);
        await page.GotoAsync("/staff/setup/desk");
        await stations.Look(page);
        await page.Locator("#name").FillAsync("保健課");
        await page.Locator("#telephone").FillAsync("000-000-0000");
        await page.Locator("main form button").Send();
        await page.Arrives("/staff/setup/ages?done=desk");
        await stations.Look(page);
        await page.Locator("#own").FillAsync("15");
        await page.Locator("main form button").Send();
        await page.Arrives("/staff/purposes");
    }

    // A red that reads badly: the ratio, and the shade that is offered and taken. What a real encoder makes is taken; a drawing that is a program is not.
    private static async Task Colours(IPage page, Stations stations)
    {
        await page.Locator("#main-colour").FillAsync("#ff0000");
        await page.Locator("form:has(#main-colour) button.tk-button--primary").Send();
        await page.Shows("コントラスト比は3.99");
        await stations.Look(page);
        await page.Locator("#main-colour").FillAsync("#0b5d4b");
        await page.Locator("#accent-colour").FillAsync("#b8500a");
        await page.Locator("form:has(#main-colour) button.tk-button--primary").Send();
        await page.Arrives("/staff/setup/desk?done=look");
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

        await stations.Look(page);
    }

    private static async Task StatePurposeAndScope(IPage page, Stations stations)
    {
        await page.GotoAsync("/staff/setup");
        await page.Shows("6のうち4が済みました");
        await page.GotoAsync("/staff/purposes/new");
        await page.Locator("#newcode").FillAsync("guidance");
        await page.Locator("#ja").FillAsync("特定保健指導のために使います。");
        await page.Locator("#en").FillAsync("To give health guidance.");
        await page.Locator("#easy").FillAsync("健康の 相談。");
        foreach (var needs in await page.Locator("input[name=Needs]").AllAsync())
            await needs.CheckAsync();
        await page.Locator("#basis").SelectOptionAsync("Law");
        await page.Locator("#basisname").FillAsync("高齢者の医療の確保に関する法律");
        await page.Locator("#basisplace").FillAsync("第24条");
        await page.Locator("#duty").FillAsync("特定保健指導");
        await stations.Look(page);
        await page.Locator("button[value=state]").Send();
        await page.GotoAsync("/staff/purposes");
        await page.Shows("guidance");
        await stations.Look(page);
        await page.GotoAsync("/staff/compliance/scope");
        await stations.Look(page);
        await page.Locator("main form:has(input[name=Operator]) button").Send();
        await page.Shows("記録しました");
        await page.GotoAsync("/staff/setup");
        await page.Shows("設定はすべて済みました");
        await stations.Look(page);
    }

    private static async Task SeeWhatWasSetUp(IPage page, bool phone, Stations stations)
    {
        await page.GotoAsync("/");
        await page.Shows("月曜日〜金曜日 8:30〜17:15");
        Assert.Equal("rgb(11, 93, 75)", await page.EvaluateAsync<string>("getComputedStyle(document.querySelector('main .tk-button--primary')).backgroundColor"));
        Assert.Equal("#0b5d4b", await page.EvaluateAsync<string>("document.querySelector('meta[name=theme-color]').content"));
        Assert.Equal(phone ? "たすき健康" : "たすき健康手帳", (await page.Locator("header .tk-brand__name").InnerTextAsync()).Trim());
        await stations.Look(page);
        await page.GotoAsync("/inquiry");
        await page.Shows("000-000-0000");
        await stations.Look(page);
        await page.GotoAsync("/trust");
        await page.Shows("結果はまだ公表していません");
        await stations.Look(page);
    }

    // The probes look, somebody gives their word for a row, and a document is written and published.
    private static async Task Prove(IPage page, Stations stations)
    {
        await page.GotoAsync("/staff/compliance");
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "いま確かめる" }).Send();
        await page.Shows("確かめました");
        await stations.Look(page);
        await page.GotoAsync("/staff/compliance/rows/PS-01");
        await page.Locator("#what").FillAsync("入退室の記録を見た");
        await page.Locator("#role").FillAsync("総務課長");
        await page.Locator("#name").FillAsync("結城 守");
        await page.Locator("form:has(#what) button").Send();
        await page.Shows("記録しました");
        await stations.Look(page);
        await page.GotoAsync("/staff/compliance/documents");
        await stations.Look(page);
        await page.GotoAsync("/staff/compliance/guided/file-register");
        foreach (var field in await page.Locator("main form [name=Values]").AllAsync())
        {
            if ((await field.InputValueAsync()).Length == 0)
                await field.FillAsync("保健課で定めたとおり");
        }

        await page.Locator("form:has([name=Values]) button").Send();
        await page.Shows("記録しました");
        await stations.Look(page);
    }

    private static async Task PlanAndSign(IPage page, Stations stations)
    {
        await page.GotoAsync("/staff/compliance/sheets/provider");
        await stations.Look(page);
        await page.Locator("#plan").FillAsync("次の年度に整える");
        await page.Locator("#owner").FillAsync("保健課");
        await page.Locator("#by").FillAsync("2099-03-31");
        await page.Locator("form:has(#plan) button").Send();
        await page.Locator("#role").FillAsync("保健課長");
        await page.Locator("#name").FillAsync("結城 守");
        await page.Locator("form:has(#role) button").Send();
        await page.Shows("保健課長 結城 守が");
        await stations.Look(page);
    }

    private static async Task ReadWhatIsPublished(IPage page, Stations stations)
    {
        await page.GotoAsync("/trust");
        await page.Shows("保健課長が");
        Assert.DoesNotContain("結城", await page.Locator("main").TextContentAsync(), StringComparison.Ordinal);
        await stations.Look(page);
        // A chapter opens without a word of script.
        var chapter = page.Locator("section#provider details.tk-fold").Filter(new LocatorFilterOptions { HasText = "PS-01" });
        await chapter.Locator("summary").ClickAsync();
        await Assertions.Expect(chapter.GetByText("PS-01", new LocatorGetByTextOptions { Exact = true })).ToBeVisibleAsync();
        await page.Shows("次の年度に整える");
        await stations.Look(page);
        await page.Locator("main a[href='/trust/documents/file-register']").Follow();
        await page.Arrives("/trust/documents/file-register");
        await page.Shows("保健課で定めたとおり");
        await stations.Look(page);
    }

    private static async Task Give(IPage page, byte[] file)
    {
        await page.Locator("input[type=file]").SetInputFilesAsync(new FilePayload { Name = "logo.png", MimeType = "image/png", Buffer = file });
        await page.Locator("form[data-tk-drop] button").Send();
    }
}
