using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using MimeKit;
using Tasuki.Data;
using Tasuki.Delivery;
using Tasuki.Kernel;
using Tasuki.Sandbox.Receivers;
using Tasuki.Vault;
using Xunit;

namespace Tasuki.People.Tests;

/// <summary>The pages of messages outside the app, over real HTTP, with a mail server on the loopback.</summary>
public sealed class ChannelPageTests
{
    private const string Password = "みかんの皮は橙色でまるい";
    private const string OfficerPassword = "役場の庭の大きな楠の木陰で昼寝";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_resident_adds_an_address_types_its_code_and_the_other_channels_hear_of_it(DataStore store)
    {
        await using var mail = MailReceiver.Start();
        await using var site = await TestSite.Start(store, Cancel, delivery: Options(mail));
        var (visitor, _) = await Resident(site);
        using var _v = visitor;
        Assert.Contains("href=\"/account/channels\"", (await visitor.Get("/account", Cancel)).Body, StringComparison.Ordinal);
        await Add(site, mail, visitor, "first@example.test");
        Assert.Single(mail.Received);

        var page = await Add(site, mail, visitor, "second@example.test");
        Assert.Contains("second@example.test", page.Body, StringComparison.Ordinal);
        // The code to the new one, and to the first the word that something has arrived, at whatever hour this test runs.
        Assert.Equal(["first@example.test", "second@example.test"], mail.Received.Skip(1).Select(m => m.To[0]).Order(StringComparer.Ordinal).ToList());
        Assert.Contains("お知らせの届け先が追加されました", (await visitor.Get("/inbox", Cancel)).Body, StringComparison.Ordinal);
        Assert.DoesNotContain("example.test", (await visitor.Get("/inbox", Cancel)).Body, StringComparison.Ordinal);

        page = await visitor.Submit(page, "/account/channels/quiet", Walk.Fields(("from", "22:15"), ("until", "06:30")), Cancel);
        Assert.Contains("value=\"22:15\"", page.Body, StringComparison.Ordinal);
        page = await visitor.Submit(page, "/account/channels/pause", Walk.Fields(), Cancel);
        Assert.Contains("休止中", page.Body, StringComparison.Ordinal);
        page = await visitor.Submit(page, "/account/channels/resume", Walk.Fields(), Cancel);
        Assert.DoesNotContain("休止中", page.Body, StringComparison.Ordinal);
        var remove = await visitor.Get(Regex.Match(page.Body, "/account/channels/remove/[0-9]+", RegexOptions.None, TimeSpan.FromSeconds(1)).Value, Cancel);
        page = await visitor.Submit(remove, "/account/channels/remove", Walk.Fields(), Cancel);
        Assert.DoesNotContain("first@example.test", page.Body, StringComparison.Ordinal);
        Assert.DoesNotContain(site.Log, line => line.Contains("example.test", StringComparison.Ordinal));
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task That_an_app_was_connected_is_told_on_every_channel_which_names_neither_app_nor_operator(DataStore store)
    {
        await using var mail = MailReceiver.Start();
        await using var world = await SmartWorld.Start(store, delivery: Options(mail));
        var app = await world.Register();
        using var visitor = await world.SignIn();
        await Add(world.Site, mail, visitor, "kazuo@example.test");
        var before = mail.Received.Count;

        await world.Connect(visitor, app, SmartWorld.Usual, ("kept", "Month"));
        await world.Site.Services.GetRequiredService<DeliverySender>().SendDue(Cancel);

        var told = Assert.Single(mail.Received.Skip(before), m => m.To[0] == "kazuo@example.test");
        var text = (await MimeMessage.LoadAsync(new MemoryStream(Encoding.Latin1.GetBytes(told.Text)), Cancel)) is var sent ? sent.Subject + sent.TextBody : "";
        Assert.Contains("お知らせ", text, StringComparison.Ordinal);
        foreach (var hidden in new[] { "歩数ノート", "合同会社みかん", "つながりました" })
            Assert.DoesNotContain(hidden, text, StringComparison.Ordinal);
        var inbox = System.Net.WebUtility.HtmlDecode((await visitor.Get("/inbox", Cancel)).Body);
        Assert.Contains("歩数ノート", inbox, StringComparison.Ordinal);
        Assert.Contains("合同会社みかん", inbox, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Adding_and_removing_need_a_fresh_sign_in_and_nobody_reaches_anothers_channel()
    {
        await using var mail = MailReceiver.Start();
        await using var site = await TestSite.Start(DataStore.Sqlite, Cancel, delivery: Options(mail));
        var (hanako, _) = await Resident(site);
        using var _h = hanako;
        var page = await Add(site, mail, hanako, "first@example.test");
        var no = Regex.Match(page.Body, "/account/channels/remove/(?<no>[0-9]+)", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Groups["no"].Value;

        var taro = await SignInTests.NewResident(site, "taro");
        using var other = site.NewVisitor();
        await Walk.SignIn(site, other, "taro", Password, TimeCodes.CodeAt(taro.TotpSecret!, site.Clock.GetUtcNow()));
        await Add(site, mail, other, "taro@example.test");
        var mine = await other.Get("/account/channels", Cancel);
        Assert.DoesNotContain("first@example.test", mine.Body, StringComparison.Ordinal);
        await other.Submit(mine, "/account/channels/pause", Walk.Fields(("channel", no)), Cancel);
        Assert.DoesNotContain("休止中", (await hanako.Get("/account/channels", Cancel)).Body, StringComparison.Ordinal);

        site.Clock.Advance(TimeSpan.FromMinutes(6));
        Assert.StartsWith("/sign-in/confirm", (await hanako.Get("/account/channels/new/mail", Cancel)).Path, StringComparison.Ordinal);
        Assert.StartsWith("/sign-in/confirm", (await hanako.Get($"/account/channels/remove/{no}", Cancel)).Path, StringComparison.Ordinal);
        Assert.Equal("お知らせの届け先", (await hanako.Get("/account/channels", Cancel)).Title);
    }

    [Fact]
    public async Task A_push_page_says_that_it_needs_script_and_its_worker_says_nothing_but_that_something_arrived()
    {
        await using var mail = MailReceiver.Start();
        await using var site = await TestSite.Start(DataStore.Sqlite, Cancel, delivery: Options(mail));
        var (hanako, _) = await Resident(site);
        using var _h = hanako;
        var page = await hanako.Get("/account/channels/new/push", Cancel);
        Assert.Contains("スクリプトが必要です", page.Body, StringComparison.Ordinal);
        Assert.Contains(await site.Services.GetRequiredService<PushOffer>().PublicKey(Cancel), page.Body, StringComparison.Ordinal);
        var worker = await hanako.Get("/account/channels/worker.js?lang=en", Cancel);
        Assert.Equal("text/javascript", worker.Response.Content.Headers.ContentType?.MediaType);
        Assert.Contains("A message has arrived", worker.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("event.data", worker.Body, StringComparison.Ordinal);
        // What this municipality does not offer has no form.
        Assert.DoesNotContain("name=\"address\"", (await hanako.Get("/account/channels/new/line", Cancel)).Body, StringComparison.Ordinal);
        Assert.DoesNotContain("/account/channels/new/line", (await hanako.Get("/account/channels", Cancel)).Body, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task The_desk_sees_numbers_and_prints_letters_with_an_entry_in_each_persons_log(DataStore store)
    {
        await using var mail = MailReceiver.Start();
        await using var site = await TestSite.Start(store, Cancel, delivery: Options(mail));
        var (hanako, no) = await Resident(site);
        using var _h = hanako;
        await Add(site, mail, hanako, "hanako@example.test");
        mail.Mood = MailMood.Unknown;
        await site.Do<Messages>(m => m.Send(no, "m", "題", "文", null, Cancel, urgent: true));
        await site.Services.GetRequiredService<DeliverySender>().SendDue(Cancel);
        await hanako.Submit(await hanako.Get("/account/channels/new/letter", Cancel), "/account/channels/add", Walk.Fields(("address", "123-4567\nみどり市本町1-2-3\n緑山 花子 様")), Cancel);

        using var officer = await Staff(site, StaffRole.Desk, "officer1");
        // The code was handed over, the message refused, and the word that a letter was added still waits.
        var page = await officer.Get("/staff/deliveries", Cancel);
        Assert.Matches("メール</th>\\s*<td class=\"tk-number\">1</td><td class=\"tk-number\">1</td><td class=\"tk-number\">1</td>", page.Body);
        Assert.Contains("smtp-550", page.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("example.test", page.Body, StringComparison.Ordinal);

        page = await officer.Get("/staff/letters", Cancel);
        Assert.Contains("印刷を待つ手紙：1通", page.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("本町", page.Body, StringComparison.Ordinal);
        page = await officer.Submit(page, "value=\"open\"", Walk.Fields(("What", "open")), Cancel);
        Assert.Contains("みどり市本町1-2-3", page.Body, StringComparison.Ordinal);
        var code = Regex.Match(page.Body, "確認番号は (?<code>[0-9]{8})", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Groups["code"].Value;
        var session = (await site.Services.GetRequiredService<RecordVault>().Open(Actor.Resident(no), no, Purpose.OwnUse, Cancel)).Value;
        Assert.Single(await session.AccessLog(100, Cancel), e => e is { ActorKind: ActorKind.Officer, Action: "registry", Detail: "letter" });
        page = await officer.Submit(page, "value=\"printed\"", Walk.Fields(("What", "printed")), Cancel);
        Assert.Contains("1通を印刷済みにしました", page.Body, StringComparison.Ordinal);
        site.Clock.Advance(TimeSpan.FromDays(3));
        Assert.True((await site.Do<Delivery.Channels, Result<Done>>(async c => await c.Check(no, (await c.Of(no, Cancel)).Single(x => x.Kind is ChannelKind.Letter).No, code, Cancel))).IsOk);
    }

    [Fact]
    public async Task Only_roles_with_the_right_see_deliveries_and_letters()
    {
        await using var mail = MailReceiver.Start();
        await using var site = await TestSite.Start(DataStore.Sqlite, Cancel, delivery: Options(mail));
        using var clinician = await Staff(site, StaffRole.Clinician, "clinic1");
        Assert.True((await clinician.Get("/staff/deliveries", Cancel)).IsRefused);
        Assert.True((await clinician.Get("/staff/letters", Cancel)).IsRefused);
        using var administrator = await Staff(site, StaffRole.Administrator, "admin1");
        Assert.Equal("アプリの外への送信", (await administrator.Get("/staff/deliveries", Cancel)).Title);
        Assert.True((await administrator.Get("/staff/letters", Cancel)).IsRefused);
    }

    private static async Task<Page> Add(TestSite site, MailReceiver mail, Visitor visitor, string address)
    {
        await visitor.Submit(await visitor.Get("/account/channels/new/mail", Cancel), "/account/channels/add", Walk.Fields(("address", address)), Cancel);
        await site.Services.GetRequiredService<DeliverySender>().SendDue(Cancel);
        var sent = await MimeMessage.LoadAsync(new MemoryStream(Encoding.Latin1.GetBytes(mail.Received.Last(m => m.To[0] == address).Text)), Cancel);
        var code = Regex.Match(sent.TextBody!, "[0-9]{8}", RegexOptions.None, TimeSpan.FromSeconds(1)).Value;
        var page = await visitor.Submit(await visitor.Get("/account/channels", Cancel), "/account/channels/check", Walk.Fields(("code", code)), Cancel);
        Assert.Contains("届け先を確認しました", page.Body, StringComparison.Ordinal);
        return page;
    }

    private static async Task<(Visitor Visitor, ResidentNo No)> Resident(TestSite site)
    {
        var account = await SignInTests.NewResident(site, "hanako");
        var visitor = site.NewVisitor();
        await Walk.SignIn(site, visitor, "hanako", Password, TimeCodes.CodeAt(account.TotpSecret!, site.Clock.GetUtcNow()));
        return (visitor, account.Resident!.Value);
    }

    private static async Task<Visitor> Staff(TestSite site, StaffRole role, string name)
    {
        var staff = (await site.Do<AccountFactory, Result<CreatedAccount>>(f => f.CreateStaff(role, "青木 守", "みどり市", name, OfficerPassword, Cancel))).Value;
        var visitor = site.NewVisitor();
        await Walk.SignIn(site, visitor, name, OfficerPassword, TimeCodes.CodeAt(staff.TotpSecret!, site.Clock.GetUtcNow()));
        return visitor;
    }

    private static DeliveryOptions Options(MailReceiver mail) => new()
    {
        Site = new Uri("https://midori.example.test/"), Letters = true, Sandbox = true, Push = new PushOptions("mailto:it@midori.test", []),
        Mail = new MailOptions("127.0.0.1", mail.Port, MailSecurity.None, new MailboxAddress("みどり市", "post@midori.test"), null, null, null, 2, TimeSpan.FromSeconds(20)),
    };
}
