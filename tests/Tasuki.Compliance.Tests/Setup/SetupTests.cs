using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Compliance.Controls;
using Tasuki.Compliance.Scope;
using Tasuki.Compliance.Setup;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.People;
using Tasuki.Web;
using Xunit;
using static Tasuki.Compliance.Tests.RegimeSite;

namespace Tasuki.Compliance.Tests.Setup;

/// <summary>A service is set up by its pages, and every page shows it from then on.</summary>
public sealed class SetupTests
{
    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task The_steps_lead_from_the_card_on_the_first_page_to_the_scope_and_every_page_shows_what_was_set_up(DataStore store)
    {
        await using var site = await Start(store);
        var admin = await site.NewStaff(StaffRole.Administrator, "admin", "結城 守");
        using var browser = site.As(admin);
        using var visitor = site.Visitor();
        var before = (await visitor.Get("/inquiry-is-not-here")).Text;
        Assert.Contains("Tasukiは、健康の記録を", before, StringComparison.Ordinal);
        Assert.DoesNotContain("service.css", before, StringComparison.Ordinal);
        Assert.Contains("サービスの設定がまだ終わっていません", (await browser.Get("/staff")).Text, StringComparison.Ordinal);

        var look = await browser.Submit(await browser.Get("/staff/setup/names"), "NameEnglish", ("Name", "ひびき健康手帳"), ("Short", "ひびき健康"), ("NameEnglish", "Hibiki Health Book"), ("ShortEnglish", "Hibiki Health"));
        Assert.Equal("/staff/setup/look?done=names", look.Path);
        var desk = await browser.Submit(look, "Accent", ("Main", "#0b5d4b"), ("Accent", "#B8500A"), ("Alt", ""), ("AltEnglish", ""));
        Assert.Equal("/staff/setup/desk?done=look", desk.Path);
        var ages = await browser.Submit(desk, "Telephone", Desk("8:30", "17:15"));
        Assert.Equal("/staff/setup/ages?done=desk", ages.Path);
        Assert.Equal("/staff/purposes", (await browser.Submit(ages, "OwnAccount", ("OwnAccount", "15"))).Path);

        var page = (await visitor.Get("/sign-in")).Text;
        Assert.Contains("ひびき健康手帳は、健康の記録を", page, StringComparison.Ordinal);
        Assert.Contains("content=\"#0b5d4b\"", page, StringComparison.Ordinal);
        Assert.Contains("お問い合わせ：保健課", page, StringComparison.Ordinal);
        Assert.Contains("月曜日〜金曜日 8:30〜17:15", page, StringComparison.Ordinal);
        Assert.Contains("土曜日・日曜日・祝日・年末年始 休み", page, StringComparison.Ordinal);
        Assert.Contains("href=\"tel:0000112233\"", page, StringComparison.Ordinal);
        using var reader = site.Visitor("en");
        Assert.Contains("Hibiki Health Book lets you", (await reader.Get("/sign-in")).Text, StringComparison.Ordinal);
        // The scope is the end of the way.
        Assert.Contains("残りは2段階です", (await browser.Get("/staff")).Text, StringComparison.Ordinal);
        var home = (await browser.Get("/staff/setup")).Text;
        Assert.Contains("6のうち4が済みました", home, StringComparison.Ordinal);
        Assert.Contains("年齢を決めました　結城 守", home, StringComparison.Ordinal);
        await site.Do<ScopeBook, bool>(async b => { await Controls.ProbeTests.Decide(b); return true; });
        Assert.Contains("残りは1段階です", (await browser.Get("/staff")).Text, StringComparison.Ordinal);
        Assert.DoesNotContain("ひびき健康", site.Log.All, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task What_was_set_up_is_evidence_with_who_and_when_and_what_was_before_stays(DataStore store)
    {
        await using var site = await Start(store);
        var admin = await site.NewStaff(StaffRole.Administrator, "admin", "結城 守");
        Assert.True((await Names(site, admin, 0, "一つ目")).IsOk);
        var first = await site.Do<SetupBook, long>(b => b.Last(SetupStep.Names, Cancel));
        site.Clock.Now += TimeSpan.FromHours(1);
        Assert.True((await Names(site, admin, first, "二つ目")).IsOk);
        // Who began before somebody else saved is told so and overwrites nothing.
        Assert.Equal("setup.moved", (await Names(site, admin, first, "三つ目")).Error?.Code);
        var names = await site.Do<EvidenceBook, IReadOnlyList<Evidence<ServiceNames>>>(b => b.History<ServiceNames>(EvidenceKind.Setup, "Names", 9, Cancel));
        Assert.Equal(["二つ目", "一つ目"], names.Select(n => n.Content.Name), StringComparer.Ordinal);
        Assert.All(names, n => Assert.Equal(admin.No, n.By));
        Assert.Equal(TimeSpan.FromHours(1), names[0].At - names[1].At);
        var report = await site.Do<EvidenceBook, EvidenceReport>(b => b.Check(Cancel));
        Assert.Empty(report.Findings);
        Assert.Equal((2, 0), (report.Rows, report.Open));

        // A row that was altered sets nothing up.
        await site.Do<TasukiDb, int>(db => db.Database.ExecuteSqlRawAsync("update evidence set content = (select content from evidence where no = 1) where no = 2", Cancel));
        site.Clock.Now += TimeSpan.FromMinutes(2);
        site.Services.GetRequiredService<SetUpService>().Forget();
        Assert.Equal("Tasuki", (await site.Services.GetRequiredService<IServiceLook>().Now(Cancel)).Names.Name);
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task Another_server_shows_it_within_a_minute_and_this_one_at_once(DataStore store)
    {
        await using var site = await Start(store);
        var admin = await site.NewStaff(StaffRole.Administrator, "admin", "結城 守");
        var here = site.Services.GetRequiredService<IServiceLook>();
        using var other = new SetUpService(site.Services.GetRequiredService<IServiceScopeFactory>(), site.Clock);
        Assert.Equal(("Tasuki", "Tasuki"), ((await here.Now(Cancel)).Names.Name, (await other.Now(Cancel)).Names.Name));
        Assert.True((await Names(site, admin, 0, "ひびき")).IsOk);
        Assert.Equal("ひびき", (await here.Now(Cancel)).Names.Name);
        site.Clock.Now += SetUpService.Kept - TimeSpan.FromSeconds(1);
        Assert.Equal("Tasuki", (await other.Now(Cancel)).Names.Name);
        site.Clock.Now += TimeSpan.FromSeconds(1);
        Assert.Equal("ひびき", (await other.Now(Cancel)).Names.Name);
        Assert.Equal("ひびき", (await other.Now(Cancel)).Names.Name);
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task Who_is_younger_than_the_age_makes_no_account_of_their_own(DataStore store)
    {
        await using var site = await Start(store);
        var admin = await site.NewStaff(StaffRole.Administrator, "admin", "結城 守");
        Assert.True((await site.Do<KeepSetup, Result<Done>>(k => k.Ages(new SetupAct(admin.Actor, admin.No, 0), 15, Cancel))).IsOk);
        // Today is 2 November 2026.
        Assert.Equal("sign-up.age", (await SignUp(site, "young", new DateOnly(2011, 11, 3))).Error?.Code);
        Assert.True((await SignUp(site, "just", new DateOnly(2011, 11, 2))).IsOk);
        using var visitor = site.Visitor();
        var page = await visitor.Get("/sign-up");
        Assert.Contains("15歳になった日から", page.Text, StringComparison.Ordinal);
        (string, string)[] person = [("Family", "緑山"), ("Given", "花子"), ("FamilyKana", "ミドリヤマ"), ("GivenKana", "ハナコ"), ("Year", "2011"), ("Month", "11"), ("Day", "3"), ("Gender", "female")];
        Assert.Contains("登録できるのは15歳からです", (await visitor.Submit(page, "FamilyKana", person)).Text, StringComparison.Ordinal);
        person[6] = ("Day", "2");
        Assert.DoesNotContain("登録できるのは15歳からです", (await visitor.Submit(page, "FamilyKana", person)).Text, StringComparison.Ordinal);
        // Somebody who was born on 29 February is 15 from 1 March on.
        site.Clock.Now = new DateTimeOffset(2027, 2, 28, 3, 0, 0, TimeSpan.Zero);
        Assert.Equal("sign-up.age", (await SignUp(site, "leap", new DateOnly(2012, 2, 29))).Error?.Code);
        site.Clock.Now += TimeSpan.FromDays(1);
        Assert.True((await SignUp(site, "leap", new DateOnly(2012, 2, 29))).IsOk);
    }

    [Fact]
    public async Task A_colour_that_reads_badly_is_refused_with_its_ratio_and_the_nearest_that_passes()
    {
        await using var site = await Start(DataStore.Sqlite);
        using var browser = site.As(await site.NewStaff(StaffRole.Administrator, "admin", "結城 守"));
        var refused = await browser.Submit(await browser.Get("/staff/setup/look"), "Accent", ("Main", "#ff0000"), ("Accent", "#ffcc00"), ("Alt", ""), ("AltEnglish", ""));
        Assert.Contains("主な色のボタンの白い文字：コントラスト比は3.99、4.5以上が必要です", refused.Text, StringComparison.Ordinal);
        Assert.Contains("差し色の印：コントラスト比は", refused.Text, StringComparison.Ordinal);
        var nearest = new ServiceColours(new Colour(255, 0, 0), new Colour(255, 204, 0)).Nearest();
        Assert.Contains($"主な色{nearest.Main}、差し色{nearest.Accent}です", refused.Text, StringComparison.Ordinal);
        Assert.Equal(0, await site.Do<SetupBook, long>(b => b.Last(Cancel)));
        Assert.Contains("6桁", (await browser.Submit(refused, "Accent", ("Main", "red"), ("Accent", "#d9472b"))).Text, StringComparison.Ordinal);
        Assert.Equal(0, await site.Do<SetupBook, long>(b => b.Last(Cancel)));

        // The button of the offered shades takes them.
        var taken = await browser.Submit(refused, "Accent", ("Main", "#ff0000"), ("Accent", "#ffcc00"), ("Take", $"{nearest.Main}{nearest.Accent}"));
        Assert.Equal("/staff/setup/desk?done=look", taken.Path);
        Assert.Equal(nearest, (await site.Services.GetRequiredService<IServiceLook>().Now(Cancel)).Colours);
    }

    [Fact]
    public async Task Colours_and_logo_are_files_of_their_own_that_a_browser_keeps_under_their_own_address_only()
    {
        await using var site = await Start(DataStore.Sqlite);
        using var browser = site.As(await site.NewStaff(StaffRole.Administrator, "admin", "結城 守"));
        var look = await browser.Get("/staff/setup/look");
        Assert.Contains("PNGかWebP", look.Text, StringComparison.Ordinal);
        Assert.Equal("/staff/setup/look?done=logo", (await browser.Upload(look, "/staff/setup/logo", Pictures.Png())).Path);
        await browser.Submit(look, "Accent", ("Main", "#0b5d4b"), ("Accent", "#b8500a"), ("Alt", "ひびき市の鈴の印"), ("AltEnglish", ""));

        using var visitor = site.Visitor();
        var page = (await visitor.Get("/sign-in")).Body;
        var now = await site.Services.GetRequiredService<IServiceLook>().Now(Cancel);
        Assert.Contains($"href=\"{now.Stylesheet}\"", page, StringComparison.Ordinal);
        Assert.Contains($"src=\"{now.Logo!.Address}\" alt=\"ひびき市の鈴の印\"", page, StringComparison.Ordinal);
        Assert.Contains($"rel=\"icon\" href=\"{now.Logo.Address}\" type=\"image/png\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("style=", page, StringComparison.Ordinal);
        foreach (var (address, type, kept) in new[]
        {
            (now.Stylesheet!, "text/css", true), (now.Logo.Address, "image/png", true), ("/service.css?v=other", "text/css", false), ("/service.css", "text/css", false), ("/service-logo?v=0000", "image/png", false),
        })
        {
            using var client = new HttpMessageInvoker(new SocketsHttpHandler());
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(site.Address, address));
            using var answer = await client.SendAsync(request, Cancel);
            Assert.Equal(type, answer.Content.Headers.ContentType?.MediaType);
            Assert.Equal(kept ? "public, max-age=31536000, immutable" : "no-store", answer.Headers.GetValues("Cache-Control").Single());
            Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
            if (type is "text/css")
                Assert.Equal(now.Colours.Css, await answer.Content.ReadAsStringAsync(Cancel));
            else
                Assert.Equal(Pictures.Png(), await answer.Content.ReadAsByteArrayAsync(Cancel));
        }

        await browser.Submit(await browser.Get("/staff/setup/look"), "no-logo");
        Assert.Equal(404, (await visitor.Get(now.Logo.Address)).Status);
        Assert.DoesNotContain("service-logo", (await visitor.Get("/sign-in")).Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("svg", "SVGは使えません")]
    [InlineData("jpeg", "PNGかWebPのファイルではありません")]
    [InlineData("a page behind it", "画像のほかに何かが付いています")]
    [InlineData("too large", "ファイルが大きすぎます")]
    [InlineData("small", "32〜1024ピクセル")]
    [InlineData("moves", "動く画像は使えません")]
    public async Task A_logo_that_is_no_plain_picture_is_refused_with_a_sentence_and_nothing_is_stored(string what, string sentence)
    {
        await using var site = await Start(DataStore.Sqlite);
        using var browser = site.As(await site.NewStaff(StaffRole.Administrator, "admin", "結城 守"));
        var answer = await browser.Upload(await browser.Get("/staff/setup/look"), "/staff/setup/logo", LogoTests.Made(what));
        Assert.Contains("保存していません", answer.Text, StringComparison.Ordinal);
        Assert.Contains(sentence, answer.Text, StringComparison.Ordinal);
        Assert.Equal(0, await site.Do<SetupBook, long>(b => b.Last(Cancel)));
        Assert.Null((await site.Services.GetRequiredService<IServiceLook>().Now(Cancel)).Logo);
    }

    [Fact]
    public async Task What_is_typed_wrongly_of_names_desk_and_ages_is_refused()
    {
        await using var site = await Start(DataStore.Sqlite);
        var admin = await site.NewStaff(StaffRole.Administrator, "admin", "結城 守");
        foreach (var (name, code) in new[] { ("", "setup.name"), (new string('あ', 31), "setup.name"), ("ひ\u202eびき", "setup.hidden"), ("ひ\u200bびき", "setup.hidden") })
            Assert.Equal(code, (await Names(site, admin, 0, name)).Error?.Code);
        Assert.Equal("setup.short", (await site.Do<KeepSetup, Result<Done>>(k => k.Names(new SetupAct(admin.Actor, admin.No, 0), "ひびき", new string('あ', 15), "Hibiki", "Hibiki", Cancel))).Error?.Code);
        foreach (var (wrong, code) in new (TypedDesk, string)[]
        {
            (Typed with { Name = " " }, "setup.desk"), (Typed with { Telephone = "", Mail = null }, "setup.desk"), (Typed with { Telephone = "０００ー内線" }, "setup.telephone"), (Typed with { Telephone = "12" }, "setup.telephone"),
            (Typed with { Mail = "desk@hibiki" }, "setup.mail"), (Typed with { Mail = "a b@hibiki.example" }, "setup.mail"), (Typed with { Mail = "a@hibiki.example?bcc=b@c.example" }, "setup.mail"), (Typed with { Place = new string('あ', 121) }, "setup.line"),
            (Typed with { From = ["8:30", "", "", "", "", "", ""], Until = ["", "", "", "", "", "", ""] }, "setup.hours"), (Typed with { From = ["17:15", "", "", "", "", "", ""], Until = ["8:30", "", "", "", "", "", ""] }, "setup.hours"),
            (Typed with { From = ["", "", "", "", "", "", ""], Until = ["", "", "", "", "", "", ""] }, "setup.hours"), (Typed with { From = ["8:30"], Until = ["9:00"] }, "setup.hours"), (Typed with { Note = "ひ\u202eる" }, "setup.hidden"),
        })
            Assert.Equal(code, (await site.Do<KeepSetup, Result<Done>>(k => k.Desk(new SetupAct(admin.Actor, admin.No, 0), wrong, Cancel))).Error?.Code);
        foreach (var age in new int?[] { null, -1, 21 })
            Assert.Equal("setup.age", (await site.Do<KeepSetup, Result<Done>>(k => k.Ages(new SetupAct(admin.Actor, admin.No, 0), age, Cancel))).Error?.Code);
        Assert.Equal(0, await site.Do<SetupBook, long>(b => b.Last(Cancel)));
        Assert.True((await site.Do<KeepSetup, Result<Done>>(k => k.Desk(new SetupAct(admin.Actor, admin.No, 0), Typed, Cancel))).IsOk);
    }

    [Fact]
    public async Task Only_who_keeps_compliance_and_proved_a_factor_just_now_sets_up()
    {
        await using var site = await Start(DataStore.Sqlite);
        var admin = await site.NewStaff(StaffRole.Administrator, "admin", "結城 守");
        var desk = await site.NewStaff(StaffRole.Desk, "desk", "青木 守");
        using var fresh = site.As(admin);
        using var stale = site.AsStale(admin);
        using var officer = site.As(desk);
        using var visitor = site.Visitor();
        foreach (var path in new[] { "/staff/setup", "/staff/setup/names", "/staff/setup/look", "/staff/setup/desk", "/staff/setup/ages" })
        {
            Assert.Equal(200, (await fresh.Get(path)).Status);
            Assert.True((await officer.Get(path)).IsRefused);
            Assert.True((await visitor.Get(path)).IsRefused);
            Assert.Equal(path is "/staff/setup" ? path : $"/sign-in/confirm?return={Uri.EscapeDataString(path)}", (await stale.Get(path)).Path);
        }

        Assert.DoesNotContain("サービスの設定", (await officer.Get("/staff")).Text, StringComparison.Ordinal);
        var page = await fresh.Get("/staff/setup/ages");
        fresh.IsStale = true;
        await fresh.Submit(page, "OwnAccount", ("OwnAccount", "15"));
        Assert.Equal(0, await site.Do<SetupBook, long>(b => b.Last(Cancel)));
    }

    internal static TypedDesk Typed { get; } = new(
        "保健課", "Health Section", "本館1階", "1F", "00-0011-2233", "hoken@hibiki.example", ["8:30", "8:30", "8:30", "8:30", "8:30", "", null], ["17:15", "17:15", "17:15", "17:15", "17:15", null, ""], ClosedOnHolidays: true, null, null);

    private static (string Name, string Value)[] Desk(string from, string until) =>
    [
        ("Name", "保健課"), ("NameEnglish", ""), ("Place", "本館1階"), ("PlaceEnglish", ""), ("Telephone", "００-００１１-２２３３"), ("Mail", ""), ("Closed", "true"), ("Note", ""), ("NoteEnglish", ""),
        .. Enumerable.Range(0, 7).SelectMany(d => new[] { ("From", d < 5 ? from : ""), ("Until", d < 5 ? until : "") }),
    ];

    private static Task<Result<Done>> Names(RegimeSite site, StaffMember admin, long seen, string name) =>
        site.Do<KeepSetup, Result<Done>>(k => k.Names(new SetupAct(admin.Actor, admin.No, seen), name, "ひびき", "Hibiki", "Hibiki", Cancel));

    private static Task<Result<CreatedAccount>> SignUp(RegimeSite site, string name, DateOnly born) =>
        site.Do<AccountFactory, Result<CreatedAccount>>(f => f.CreateResident(new NewProfile("緑山", "花子", "ミドリヤマ", "ハナコ", born, "female"), name, "みかんの皮は橙色でまるい", Cancel));
}
