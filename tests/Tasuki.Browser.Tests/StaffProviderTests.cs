using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Tasuki.People;
using Tasuki.Sandbox.Upstream;
using Tasuki.Testing;
using Tasuki.Vault;
using static Microsoft.Playwright.Assertions;

namespace Tasuki.Browser.Tests;

/// <summary>An officer goes to the municipality's own provider and back in a real browser: cookies across sites, the page's policy, with script and without.</summary>
public sealed class StaffProviderTests(Chromium chromium) : IClassFixture<Chromium>
{
    private const string Password = "役場の庭の大きな楠の木陰で昼寝";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_officer_joins_signs_out_and_signs_in_again_at_the_provider(bool script)
    {
        await using var provider = await IdentityProvider.Start(
            new ProviderClient("tasuki", "secret"), [new ProviderPerson("4711", "青木 守", "urn:two"), new ProviderPerson("4712", "別野 花子", "urn:two")], new MovedClock(), Cancel);
        var secret = Path.Combine(Directory.CreateTempSubdirectory("tasuki-provider-").FullName, "secret");
        await File.WriteAllTextAsync(secret, "secret", Cancel);
        await using var house = await House.Open(
            StoreKind.Sqlite, Cancel, "--Tasuki:Delivery:Sandbox=on", $"--Tasuki:StaffProvider:Issuer={provider.Issuer}", "--Tasuki:StaffProvider:Name=たすき職員認証", "--Tasuki:StaffProvider:ClientId=tasuki",
            $"--Tasuki:StaffProvider:ClientSecretFile={secret}", "--Tasuki:StaffProvider:Acr=urn:two");
        var invitation = await Invite(house);
        await using var officer = await chromium.Visit(house.Address, script: script);
        var page = officer.Page;

        await Go(page, "/staff/join");
        await page.Locator("input[name=Name]").FillAsync("aoki");
        await page.Locator("input[name=Invitation]").FillAsync(invitation);
        await page.Locator("main form button").ClickAsync();
        await page.GetByText("たすき職員認証で参加する").ClickAsync();
        await page.GetByText("青木 守").ClickAsync();
        await Expect(page.GetByText("青木 守さん（窓口の職員）")).ToBeVisibleAsync();

        // The next day, in the same browser.
        await Go(page, "/staff/sessions");
        await Expect(page.GetByText("サインインの方法: たすき職員認証")).ToBeVisibleAsync();
        await page.Locator("form[action='/staff/sessions/end-all'] button").ClickAsync();
        await Go(page, "/staff");
        await page.GetByText("たすき職員認証でサインイン").ClickAsync();
        await page.GetByText("別野 花子").ClickAsync();
        await Expect(page.GetByText("たすき職員認証でのサインインができませんでした")).ToBeVisibleAsync();
        await page.GetByText("たすき職員認証でサインイン").ClickAsync();
        await page.GetByText("青木 守").ClickAsync();
        await Expect(page.GetByText("青木 守さん（窓口の職員）")).ToBeVisibleAsync();
        Assert.Empty(officer.Complaints);
    }

    private async Task<string> Invite(House house)
    {
        await using var scope = house.Services.CreateAsyncScope();
        var made = (await scope.ServiceProvider.GetRequiredService<AccountFactory>().CreateStaff(StaffRole.Administrator, "結城 守", "たすき市", "admin1", Password, Cancel)).Value;
        await using var administrator = await chromium.Visit(house.Address);
        var page = administrator.Page;
        await Go(page, "/sign-in");
        await page.Locator("input[name=Name]").FillAsync("admin1");
        await page.Locator("input[name=Password]").FillAsync(Password);
        await page.Locator("input[name=Password]").PressAsync("Enter");
        await page.Locator("input[name=Code]").FillAsync(AccountFactory.OneTimeCode(made.TotpSecret!, house.Clock.GetUtcNow()));
        await page.Locator("input[name=Code]").PressAsync("Enter");
        await Expect(page.GetByText("結城 守さん")).ToBeVisibleAsync();
        await Go(page, "/staff/people");
        await page.Locator("input[name=Name]").FillAsync("青木 守");
        await page.Locator("select[name=Role]").SelectOptionAsync("Desk");
        await page.Locator("input[name=SignInName]").FillAsync("aoki");
        await page.Locator("#sign-in-name").PressAsync("Enter");
        return await page.Locator(".tk-people-receipt code").InnerTextAsync();
    }

    private static Task Go(IPage page, string path) => page.GotoAsync(path, new PageGotoOptions { WaitUntil = WaitUntilState.Commit });
}
