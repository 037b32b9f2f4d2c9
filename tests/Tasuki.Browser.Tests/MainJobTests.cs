using System.IO.Compression;
using Microsoft.Playwright;
using Tasuki.Testing;
using Tasuki.Vault;

namespace Tasuki.Browser.Tests;

/// <summary>The main job in a real browser: bring in, see, take out, close; on both stores.</summary>
public sealed class MainJobTests(Chromium chromium) : IClassFixture<Chromium>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // A report typed by hand in the shape of the national sample; the sample itself is walked where it is here.
    private static string Report => Path.Combine(AppContext.BaseDirectory, "Fixtures", "checkup-report.json");

    [Theory]
    [InlineData(StoreKind.Sqlite)]
    [InlineData(StoreKind.Postgres)]
    public async Task A_checkup_is_brought_in_seen_taken_out_and_the_account_closed(StoreKind store)
    {
        await using var house = await House.Open(store, Cancel);
        await using var visit = await chromium.Visit(house.Address);
        await Walk(visit, Report, "162.3");
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task The_national_sample_report_makes_the_same_walk()
    {
        var sample = Samples.Path("echeckup/Bundle-Bundle-eCheckupReport-Sample-01.json");
        await using var house = await House.Open(StoreKind.Sqlite, Cancel);
        await using var visit = await chromium.Visit(house.Address, phone: true);
        await Walk(visit, sample, "162.3");
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task Everything_but_passkeys_works_before_any_script_has_run()
    {
        await using var house = await House.Open(StoreKind.Sqlite, Cancel);
        await using var visit = await chromium.Visit(house.Address, script: false);
        await Walk(visit, Report, "162.3");
    }

    [Fact]
    public async Task A_passkey_signs_up_and_signs_in()
    {
        await using var house = await House.Open(StoreKind.Sqlite, Cancel);
        await using var visit = await chromium.Visit(house.Address);
        await visit.AddAuthenticator();
        var page = visit.Page;
        await Resident.SignUpWithPasskey(page);
        await page.Context.ClearCookiesAsync();
        // Asked without a browser, which would run the page's script: there is no session left.
        var stranger = await page.APIRequest.GetAsync("/home", new APIRequestContextOptions { MaxRedirects = 0 });
        Assert.Contains("/sign-in", stranger.Headers["location"], StringComparison.Ordinal);
        // The page offers the passkey by itself, and the authenticator of this browser agrees at once.
        await page.GotoAsync("/home", new PageGotoOptions { WaitUntil = WaitUntilState.Commit });
        await page.Arrives("/home");
        await page.Shows("健診 太郎");
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task A_checkup_of_someone_else_is_asked_about_and_not_stored_without_a_word()
    {
        await using var house = await House.Open(StoreKind.Sqlite, Cancel);
        await using var visit = await chromium.Visit(house.Address);
        var page = visit.Page;
        await Resident.SignUp(page, family: "別野", given: "花子", birthYear: 1960);
        await Resident.Drop(page, Report);
        await page.Shows("1950");
        var mine = page.Locator("form[action$='/store'] input[type=checkbox]");
        Assert.True(await mine.EvaluateAsync<bool>("box => box.required"));
        await page.Locator("form[action$='/give-up'] button").Send();
        await page.GotoAsync("/checkups");
        Assert.DoesNotContain("162.3", await page.Locator("main").InnerTextAsync(), StringComparison.Ordinal);
    }

    private async Task Walk(Visit visit, string report, string height)
    {
        var page = visit.Page;
        var codes = await Resident.SignUp(page);

        // Seen before it is stored, then stored, then never twice.
        await Resident.Drop(page, report);
        await page.Shows("健診");
        await Resident.Store(page);
        await Resident.Drop(page, report);
        await Resident.Store(page);

        await page.GotoAsync("/checkups");
        await page.Shows(height);
        await page.GotoAsync("/checkups/trend/sbp");
        Assert.True(await page.Locator("svg[role=img]").CountAsync() > 0);

        // Out, with a fresh factor where the session is no longer fresh.
        var folder = Directory.CreateTempSubdirectory("tasuki-walk-").FullName;
        try
        {
            await page.GotoAsync("/take-out");
            var zip = await Resident.TakeOut(page, folder);
            using var archive = ZipFile.OpenRead(zip);
            Assert.Contains(archive.Entries, e => e.FullName.EndsWith("index.html", StringComparison.Ordinal));
            Assert.Contains(archive.Entries, e => e.FullName.EndsWith("fhir/Observation.ndjson", StringComparison.Ordinal));
            Assert.Contains(archive.Entries, e => e.FullName.Contains("/originals/", StringComparison.Ordinal));
            Assert.Contains(archive.Entries, e => e.FullName.EndsWith(".sphr", StringComparison.Ordinal));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        // Closed: hidden at once, everywhere.
        await page.GotoAsync("/close-account");
        await page.Locator("input[name=word]").FillAsync("閉じます");
        await page.Locator("form[action='/close-account/close'] button").ClickAsync();
        await page.Arrives("/close-account/closed");
        await page.GotoAsync("/checkups");
        Assert.DoesNotContain(height, await page.Locator("body").InnerTextAsync(), StringComparison.Ordinal);
        Assert.True(codes.Count >= 8);
    }
}
