using System.Text;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Vault;
using Xunit;

namespace Tasuki.People.Tests;

/// <summary>A municipality with officers at its desk.</summary>
internal sealed class DeskWorld : IAsyncDisposable
{
    public const string Password = "役場の庭の大きな楠の木陰で昼寝";
    public const string ResidentPassword = "みかんの皮は橙色でまるい";
    public const string Headings = "宛名番号,氏名,氏名カナ,生年月日,性別,郵便番号,住所,異動,支援措置";

    /// <summary>The person <see cref="Walk.Person"/> signs up as.</summary>
    public const string Hanako = "1001,緑山　花子,ﾐﾄﾞﾘﾔﾏ ﾊﾅｺ,S30.4.1,女,123-4567,みどり市本町1-2-3,,";

    private DeskWorld(TestSite site) => Site = site;

    public TestSite Site { get; }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<DeskWorld> Start(DataStore store) => new(await TestSite.Start(store, Cancel));

    public async Task<Visitor> Staff(StaffRole role, string signIn, string name)
    {
        var made = (await Site.Do<AccountFactory, Result<CreatedAccount>>(f => f.CreateStaff(role, name, "みどり市", signIn, Password, Cancel))).Value;
        var visitor = Site.NewVisitor();
        Assert.Equal("/staff", (await Walk.SignIn(Site, visitor, signIn, Password, TimeCodes.CodeAt(made.TotpSecret!, Site.Clock.GetUtcNow()))).Path);
        return visitor;
    }

    /// <summary>緑山 花子, signed up by herself and signed in.</summary>
    public async Task<(Visitor Visitor, CreatedAccount Account)> Resident(string signIn = "hanako")
    {
        var account = await SignInTests.NewResident(Site, signIn);
        var visitor = Site.NewVisitor();
        await Walk.SignIn(Site, visitor, signIn, ResidentPassword, TimeCodes.CodeAt(account.TotpSecret!, Site.Clock.GetUtcNow()));
        return (visitor, account);
    }

    /// <summary>The same, joined to her entry of the list.</summary>
    public async Task<(Visitor Visitor, CreatedAccount Account)> Confirmed(Visitor officer)
    {
        await TakeOver(officer, Hanako);
        var (resident, account) = await Resident();
        await Confirm(resident, await HandOver(officer));
        Assert.Equal(ResidentState.Confirmed, await Site.Do<TasukiDb, ResidentState>(db => db.Set<ResidentRow>().Where(r => r.ResidentNo == account.Resident!.Value.Value).Select(r => r.State).SingleAsync(Cancel)));
        return (resident, account);
    }

    public async Task<Session> Own(ResidentNo no) => (await Site.Services.GetRequiredService<RecordVault>().Open(Actor.Resident(no), no, Purpose.OwnUse, Cancel)).Value;

    public Task<Page> Upload(Visitor officer, string list) => Upload(officer, Encoding.UTF8.GetBytes(list));

    public static async Task<Page> Upload(Visitor officer, byte[] list)
    {
        var page = await officer.Get("/staff/list", Cancel);
        var form = page.Body[page.Body.IndexOf("/staff/list/upload", StringComparison.Ordinal)..];
        var token = Regex.Match(form, "name=\"__RequestVerificationToken\" value=\"(?<token>[^\"]+)\"", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Groups["token"].Value;
        using var content = new MultipartFormDataContent { { new StringContent(token), "__RequestVerificationToken" }, { new ByteArrayContent(list), "files", "list.csv" } };
        return await officer.Send(HttpMethod.Post, "/staff/list/upload", content, Cancel);
    }

    /// <summary>Brings a list in and takes it over.</summary>
    public async Task<Page> TakeOver(Visitor officer, params string[] lines) =>
        await officer.Submit(await Upload(officer, string.Join('\n', [Headings, .. lines])), "/take", Walk.Fields(), Cancel);

    public static async Task<Page> Find(Visitor officer, string kana = "みどりやまはなこ", string birth = "1955-04-01") =>
        await officer.Submit(await officer.Get("/staff/residents", Cancel), "value=\"find\"", Walk.Fields(("Kana", kana), ("Birth", birth)), Cancel);

    /// <summary>The page of the one person found.</summary>
    public static async Task<Page> Entry(Visitor officer, string kana = "みどりやまはなこ", string birth = "1955-04-01")
    {
        var found = await Find(officer, kana, birth);
        var link = Regex.Match(found.Body, "/staff/residents/[0-9]+", RegexOptions.None, TimeSpan.FromSeconds(1));
        Assert.True(link.Success, found.Title);
        return await officer.Get(link.Value, Cancel);
    }

    public static Task<Page> Act(Visitor officer, Page entry, string what, params (string Name, string Value)[] more) =>
        officer.Submit(entry, $"value=\"{what}\"", Walk.Fields([("What", what), .. more]), Cancel);

    public static string CodeOn(Page page) => Regex.Match(page.Body, "<code class=\"tk-number\">(?<code>[0-9 ]{19})</code>", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Groups["code"].Value;

    public static async Task<string> HandOver(Visitor officer, string kana = "みどりやまはなこ", string birth = "1955-04-01") =>
        CodeOn(await Act(officer, await Entry(officer, kana, birth), "hand-over", ("Checked", "true")));

    public static async Task<Page> Confirm(Visitor resident, string code) =>
        await resident.Submit(await resident.Get("/account/confirm", Cancel), "confirm-code", Walk.Fields(("Code", code)), Cancel);

    public ValueTask DisposeAsync() => Site.DisposeAsync();
}
