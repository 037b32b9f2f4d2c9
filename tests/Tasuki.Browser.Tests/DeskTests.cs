using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Tasuki.People;
using Tasuki.Testing;
using Tasuki.Vault;

namespace Tasuki.Browser.Tests;

/// <summary>The desk in a real browser: from the first administrator of an empty municipality to a protected person who vanishes.</summary>
public sealed class DeskTests(Chromium chromium) : IClassFixture<Chromium>
{
    private const string Password = "役場の庭の大きな楠の木陰で昼寝";
    private const string Headings = "宛名番号,氏名,氏名カナ,生年月日,性別,郵便番号,住所";
    private const string Taro = "1001,健診　太郎,ｹﾝｼﾝ ﾀﾛｳ,S25.5.4,男,000-0001,たすき市本町1-2";
    private const string Hanako = "1002,別野　花子,ケンシン タロウ,昭和35年5月4日,女,000-0002,たすき市南町3";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(StoreKind.Sqlite)]
    [InlineData(StoreKind.Postgres)]
    public async Task An_empty_municipality_gets_staff_residents_an_inquiry_and_a_protected_person(StoreKind store)
    {
        await using var house = await House.Open(store, Cancel);
        await using var administrator = await SignedIn(house, StaffRole.Administrator, "結城 守", "admin1");
        // The administrator hands a code over; the officer chooses password and second factor.
        await administrator.Page.GotoAsync("/staff/people");
        await administrator.Page.Locator("input[name=Name]").FillAsync("青木 守");
        await administrator.Page.Locator("select[name=Role]").SelectOptionAsync("Desk");
        await administrator.Page.Locator("input[name=SignInName]").FillAsync("aoki");
        await administrator.Page.Locator("main form:has(#sign-in-name) button").Send();
        var invitation = await administrator.Page.Locator(".tk-people-receipt code").InnerTextAsync();
        await using var officer = await chromium.Visit(house.Address);
        await Join(house, officer.Page, "aoki", invitation);

        // Who invited the officer cannot say that they know them; an administrator of the operator's making does.
        await administrator.Page.GotoAsync("/staff/people");
        await administrator.Page.Locator("main table a", new() { HasText = "青木 守" }).Follow();
        await administrator.Page.Shows("あなたはこの職員と1人に数えられる");
        await using var independent = await SignedIn(house, StaffRole.Administrator, "岡 見", "admin2");
        await independent.Page.GotoAsync(administrator.Page.Url);
        await independent.Page.Locator("input[name=Known]").CheckAsync();
        await independent.Page.Locator("form:has(input[name=Known]) button").Send();
        await independent.Page.Locator(".tk-notice--success").Shows();
        await independent.Page.Shows("岡 見（");

        await GiveList(officer.Page, $"{Headings}\n{Taro}\n{Hanako}\n");
        await officer.Page.Locator("form[action$='/take'] button").Send();
        await officer.Page.Arrives("/staff/codes");

        // At the counter.
        await Find(officer.Page, "けんしんたろう", "昭和25年5月4日");
        await officer.Page.Locator(".tk-card--link a").Follow();
        await officer.Page.Locator("form:has(input[value='hand-over']) input[name=Checked]").CheckAsync();
        await officer.Page.Locator("form:has(input[value='hand-over']) button").Send();
        var counter = await officer.Page.Locator(".tk-people-receipt code").InnerTextAsync();
        // By letter, for the one who has no code yet.
        await officer.Page.GotoAsync("/staff/codes");
        await officer.Page.Locator("form:has(input[value='print']) button").Send();
        var letter = officer.Page.Locator(".tk-people-letter");
        Assert.Contains("別野 花子 様", await letter.InnerTextAsync(), StringComparison.Ordinal);
        var posted = await letter.Locator("code").InnerTextAsync();

        await using var taro = await chromium.Visit(house.Address, phone: true);
        // Two officers and a letter let a clinic in; only then the administrator finds it to choose.
        await using var nurse = await SignedIn(house, StaffRole.Health, "谷 保", "nurse1");
        await EnterHouse(officer.Page);
        await nurse.Page.GotoAsync(officer.Page.Url);
        await Press(nurse.Page, "approve");
        await Press(nurse.Page, "letter");
        var toClinic = await nurse.Page.Locator(".tk-people-letter code").InnerTextAsync();
        await taro.Page.GotoAsync("/organisation/confirm");
        await taro.Page.Locator("#letter-code").FillAsync(toClinic);
        await taro.Page.Locator("#name").FillAsync("走本 一郎");
        await taro.Page.Locator("main form button").Send();
        await taro.Page.Locator(".tk-notice--success").Shows();
        await taro.Page.GotoAsync("/organisations");
        await taro.Page.Shows("中継内科クリニック");
        await administrator.Page.GotoAsync("/staff/people");
        await administrator.Page.Locator("#name").FillAsync("林 診");
        await administrator.Page.Locator("#role").SelectOptionAsync("Clinician");
        await administrator.Page.Locator("#clinic").SelectOptionAsync(new SelectOptionValue { Label = "中継内科クリニック" });
        await administrator.Page.Locator("#sign-in-name").FillAsync("hayashi");
        await administrator.Page.Locator("main form:has(#sign-in-name) button").Send();
        await administrator.Page.Locator(".tk-people-receipt code").Shows();

        await Resident.SignUp(taro.Page, "taro", birthYear: 1950);
        await Confirm(taro.Page, counter);
        await using var hanako = await chromium.Visit(house.Address, phone: true);
        await Resident.SignUp(hanako.Page, "hanako", family: "別野", given: "花子", birthYear: 1960);
        await Confirm(hanako.Page, posted);

        // A question from the footer of a page, and its answer.
        await taro.Page.GotoAsync("/account");
        await taro.Page.Locator("footer a[href='/inquiry']").ClickAsync();
        await taro.Page.Arrives("/inquiry");
        await taro.Page.Locator("#subject").FillAsync("書き出しについて");
        await taro.Page.Locator("#text").FillAsync("データの取り出し方を教えてください。");
        await taro.Page.Locator("main form button").Last.Send();
        await officer.Page.GotoAsync("/staff/inquiries");
        await officer.Page.Locator("main table a").First.Follow();
        await officer.Page.Locator("button[value=take]").Send();
        await officer.Page.Locator("#text").FillAsync("「取り出す」のページから、いつでも取り出せます。");
        await officer.Page.Locator("button[value=answer]").Send();
        await taro.Page.GotoAsync("/inquiry");
        await taro.Page.Locator("main a[href^='/inquiry/']").First.Follow();
        await taro.Page.Shows("いつでも取り出せます");

        // Protected: gone from a colleague's view at once, and a way out on every page.
        await Find(nurse.Page, "けんしんたろう", "1950-05-04");
        await nurse.Page.Locator(".tk-card--link").Shows();
        await Find(officer.Page, "けんしんたろう", "1950-05-04");
        await officer.Page.Locator(".tk-card--link a").Follow();
        await officer.Page.Locator("details:has(input[value='protect']) > summary").ClickAsync();
        await officer.Page.Locator("form:has(input[value='protect']) button").Send();
        await Find(nurse.Page, "けんしんたろう", "1950-05-04");
        await nurse.Page.Locator(".tk-card--link").Shows(0);
        await taro.Page.GotoAsync("/home");
        await taro.Page.Locator("form[action='/exit'] button").Shows();
        await hanako.Page.GotoAsync("/home");
        await hanako.Page.Locator("form[action='/exit']").Shows(0);
        foreach (var visit in new[] { administrator, independent, officer, taro, hanako, nurse })
            Assert.Empty(visit.Complaints);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Every_page_of_the_desk_is_accessible_and_fits_its_width(bool phone)
    {
        var axe = Path.Combine(Tree.Root, "web", "node_modules", "axe-core", "axe.min.js");
        if (!File.Exists(axe))
            Missing.Tool("axe-core");
        var source = await File.ReadAllTextAsync(axe, Cancel);
        await using var house = await House.Open(StoreKind.Sqlite, Cancel);
        await using var officer = await SignedIn(house, StaffRole.Desk, "青木 守", "officer1", phone);
        await using var administrator = await SignedIn(house, StaffRole.Administrator, "結城 守", "admin1", phone);
        var found = new List<string>();
        foreach (var path in new[] { "/staff", "/staff/residents", "/staff/list", "/staff/codes", "/staff/inquiries", "/staff/inquiries/new", "/staff/inquiries/complaints", "/staff/deliveries", "/staff/letters", "/staff/accounts", "/staff/apps", "/staff/organisations", "/staff/sessions", "/staff/requests", "/staff/requests/new" })
            await Look(officer.Page, path);
        await using (var clinician = await SignedIn(house, StaffRole.Clinician, "林 診", "clinic1", phone))
        {
            await Look(clinician.Page, "/staff");
            await Look(clinician.Page, "/staff/open-app");
        }

        await GiveList(officer.Page, $"{Headings}\n{Taro}\n1003,谷野 一,,1960-01-01,男,,\n");
        await Look(officer.Page, null);
        await officer.Page.Locator("form[action$='/take'] button").Send();
        await officer.Page.Arrives("/staff/codes");
        await Find(officer.Page, "けんしんたろう", "1950-05-04");
        await Look(officer.Page, null);
        await officer.Page.Locator(".tk-card--link a").Follow();
        await Look(officer.Page, null);
        await EnterHouse(officer.Page);
        await Look(officer.Page, null);
        await using var second = await SignedIn(house, StaffRole.Health, "谷 保", "nurse1", phone);
        await second.Page.GotoAsync(officer.Page.Url);
        await Press(second.Page, "approve");
        await Press(second.Page, "letter");
        await Look(second.Page, null);
        foreach (var path in new[]
        {
            "/staff/people", "/staff/rights", "/staff/acts", "/staff/compliance", "/staff/compliance/editions", "/staff/compliance/guided/file-register", "/staff/compliance/guided/budget", "/staff/compliance/scope", "/staff/compliance/documents", "/staff/compliance/registers/assets", "/staff/compliance/sheets/provider", "/staff/compliance/rows/PS-01",
            "/staff/regime", "/staff/purposes", "/staff/purposes/new", "/staff/incidents", "/staff/incidents/new",
        })
            await Look(administrator.Page, path);
        await administrator.Page.GotoAsync("/staff/people");
        await administrator.Page.Locator("main table a").First.Follow();
        await Look(administrator.Page, null);
        // Somebody who was invited and joined, as a colleague sees them who may vouch.
        var joined = await Invited(house);
        await administrator.Page.GotoAsync("/staff/people");
        await Look(administrator.Page, null);
        await administrator.Page.GotoAsync($"/staff/people/{joined}");
        await administrator.Page.Locator("input[name=Known]").Shows();
        await Look(administrator.Page, null);
        Assert.Empty(found);

        async Task Look(IPage page, string? path)
        {
            if (path is not null)
                Assert.Equal(200, (await page.GotoAsync(path))!.Status);
            await page.Stands();
            var where = path ?? new Uri(page.Url).AbsolutePath;
            if (await page.EvaluateAsync<bool>("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"))
                found.Add($"{where}: wider than the screen");
            await page.EvaluateAsync(source);
            var violations = await page.EvaluateAsync<JsonElement>(
                "async () => (await axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })).violations.map(v => v.id + ' ' + v.nodes[0].target.join(' '))");
            found.AddRange(violations.EnumerateArray().Select(v => $"{where}: {v.GetString()}"));
        }
    }

    // By an administrator who is not signed in here.
    private static async Task<long> Invited(House house)
    {
        await using var scope = house.Services.CreateAsyncScope();
        var services = scope.ServiceProvider;
        var inviter = (await services.GetRequiredService<AccountFactory>().CreateStaff(StaffRole.Administrator, "岡 見", "たすき市", "admin2", Password, Cancel)).Value.AccountNo;
        var invited = (await services.GetRequiredService<InviteStaff>().Invite(
            (await services.GetRequiredService<StaffDirectory>().Find(inviter, Cancel))!, [new NewStaff("森 育子", "たすき市", StaffRole.Desk, "mori")], Cancel)).Value[0];
        var shown = (await services.GetRequiredService<JoinStaff>().Check("mori", invited.Code, Cancel)).Value;
        var secret = TimeCodes.NewSecret();
        Assert.True((await services.GetRequiredService<JoinStaff>().Join(shown, Password, secret, AccountFactory.OneTimeCode(secret, house.Clock.GetUtcNow()), Cancel)).IsOk);
        return shown.Account;
    }

    private static async Task EnterHouse(IPage page)
    {
        await page.GotoAsync("/staff/organisations");
        await page.Locator("details.tk-fold summary").ClickAsync();
        await page.Locator("#kind").SelectOptionAsync("Clinic");
        foreach (var (field, text) in new[]
        {
            ("name", "中継内科クリニック"), ("kana", "ちゅうけいないかくりにっく"), ("postal", "000-0004"), ("address", "たすき市中継町1-2"), ("phone", "000-000-0001"), ("contact", "走本 一郎"),
        })
            await page.Locator("#" + field).FillAsync(text);
        await page.Locator("form:has(input[value=enter]) button").Send();
        await page.Arrives(new Regex("/staff/organisations/[0-9]", RegexOptions.None, TimeSpan.FromSeconds(1)));
    }

    private static Task Press(IPage page, string what) => page.Locator($"form:has(input[name=What][value='{what}']) button").Send();

    private Task<Visit> SignedIn(House house, StaffRole role, string name, string signIn, bool phone = false) => SignedIn(chromium, house, role, name, signIn, phone);

    internal static async Task<Visit> SignedIn(Chromium chromium, House house, StaffRole role, string name, string signIn, bool phone = false)
    {
        await using var scope = house.Services.CreateAsyncScope();
        var made = await scope.ServiceProvider.GetRequiredService<AccountFactory>().CreateStaff(role, name, "たすき市", signIn, Password, Cancel);
        Assert.True(made.IsOk, made.Error?.ToString());
        var visit = await chromium.Visit(house.Address, phone);
        await SignIn(house, visit.Page, signIn, made.Value.TotpSecret!);
        return visit;
    }

    private static async Task SignIn(House house, IPage page, string name, string secret)
    {
        await page.GotoAsync("/sign-in");
        await page.Locator("input[name=Name]").FillAsync(name);
        await page.Locator("input[name=Password]").FillAsync(Password);
        await page.Locator("input[name=Password]").PressAsync("Enter");
        await page.Locator("input[name=Code]").FillAsync(AccountFactory.OneTimeCode(secret, house.Clock.GetUtcNow()));
        await page.Locator("input[name=Code]").PressAsync("Enter");
        await page.Arrives("/staff");
    }

    private static async Task Join(House house, IPage page, string name, string invitation)
    {
        await page.GotoAsync("/staff/join");
        await page.Locator("input[name=Name]").FillAsync(name);
        await page.Locator("input[name=Invitation]").FillAsync(invitation);
        await page.Locator("main form button").Send();
        await page.Locator("details.tk-fold summary").ClickAsync();
        var secret = (await page.Locator("details.tk-fold code").InnerTextAsync()).Replace(" ", "", StringComparison.Ordinal);
        await page.Locator("input[name=Password]").FillAsync(Password);
        await page.Locator("input[name=Code]").FillAsync(AccountFactory.OneTimeCode(secret, house.Clock.GetUtcNow()));
        await page.Locator("main form button").Send();
        await page.Locator("main a[href='/sign-in']").Shows();
        house.Clock.Advance(TimeSpan.FromSeconds(31));
        await SignIn(house, page, name, secret);
    }

    private static async Task GiveList(IPage page, string list)
    {
        await page.GotoAsync("/staff/list");
        await page.Locator("input[type=file]").SetInputFilesAsync(new FilePayload { Name = "list.csv", MimeType = "text/csv", Buffer = Encoding.UTF8.GetBytes(list) });
        await page.Locator("form[data-tk-drop] button").ClickAsync();
        await page.Arrives(new Regex("/staff/list/.", RegexOptions.None, TimeSpan.FromSeconds(1)));
        await page.Stands();
    }

    private static async Task Find(IPage page, string kana, string birth)
    {
        await page.GotoAsync("/staff/residents");
        await page.Locator("#kana").FillAsync(kana);
        await page.Locator("#birth").FillAsync(birth);
        await page.Locator("main form button").Send();
    }

    private static async Task Confirm(IPage page, string code)
    {
        await page.GotoAsync("/account/confirm");
        await page.Locator("#enrolment-code").FillAsync(code);
        await page.Locator("main form button").Send();
        await page.Locator(".tk-notice--success").Shows();
    }
}
