using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Tasuki.People;
using Tasuki.Testing;
using Tasuki.Vault;

namespace Tasuki.Browser.Tests;

/// <summary>From a municipality that decided nothing to its published self-check, in a real browser.</summary>
public sealed class ComplianceTests(Chromium chromium) : IClassFixture<Chromium>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_municipality_decides_its_scope_looks_plans_signs_and_everybody_reads_it()
    {
        await using var house = await House.Open(StoreKind.Sqlite, Cancel);
        await using var administrator = await DeskTests.SignedIn(chromium, house, StaffRole.Administrator, "結城 守", "admin1");
        var page = administrator.Page;
        await page.GotoAsync("/staff/compliance/scope");
        await page.Locator("main form:has(input[name=Operator]) button").Send();
        await page.Shows("記録しました");
        await page.GotoAsync("/staff/compliance");
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "いま確かめる" }).Send();
        await page.Shows("確かめました");

        await page.GotoAsync("/staff/compliance/sheets/provider");
        await page.Locator("#plan").FillAsync("次の年度に整える");
        await page.Locator("#owner").FillAsync("保健課");
        await page.Locator("#by").FillAsync("2099-03-31");
        await page.Locator("form:has(#plan) button").Send();
        await page.Locator("#role").FillAsync("保健課長");
        await page.Locator("#name").FillAsync("結城 守");
        await page.Locator("form:has(#role) button").Send();
        await page.Shows("保健課長 結城 守が");

        await using var visitor = await chromium.Visit(house.Address, phone: true);
        await visitor.Page.GotoAsync("/trust");
        await visitor.Page.Shows("保健課長が");
        await visitor.Page.Shows("次の年度に整える");
        Assert.DoesNotContain("結城", await visitor.Page.Locator("main").InnerTextAsync(), StringComparison.Ordinal);
        Assert.False(await visitor.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"));
        foreach (var visit in new[] { administrator, visitor })
            Assert.Empty(visit.Complaints);
    }
}
