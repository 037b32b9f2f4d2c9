using System.Globalization;
using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.People;
using Tasuki.Vault;

namespace Tasuki.Server.Tests;

/// <summary>A resident reads which organisation looked, by the name it is registered under.</summary>
public sealed class OrganisationShownTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(StoreKind.Sqlite)]
    [InlineData(StoreKind.Postgres)]
    public async Task Who_looked_names_the_registered_organisation_of_a_clinician(StoreKind store)
    {
        await using var town = await TestMunicipality.New(store, "house");
        await using var app = (await town.Build(null, "--environment=Development")).Value;
        await app.StartAsync(Cancel);
        var site = new Uri(app.Urls.First());
        using var person = new Walker(site, site.Port);
        await person.SignUp("緑山", "花子", "hanako", "正しい馬の電池ホチキス印刷", town.Clock.GetUtcNow());

        await using var scope = app.Services.CreateAsyncScope();
        var (services, vault) = (scope.ServiceProvider, app.Services.GetRequiredService<RecordVault>());
        var (first, second) = (await Officer(services, "青木 守", "officer1"), await Officer(services, "森 育子", "officer2"));
        var no = (await services.GetRequiredService<EnterOrganisation>().Enter(
            first, new TypedOrganisation("Clinic", "登録の名の診療所", "とうろくのなのしんりょうじょ", null, "123-4567", "たすき市本町1", "012-345-6789", "小川 衛"), Cancel)).Value;
        var decide = services.GetRequiredService<DecideOrganisation>();
        Assert.True((await decide.Approve(second, no, Cancel)).IsOk);
        var letter = (await decide.PrintLetter(second, no, Cancel)).Value;
        Assert.True((await services.GetRequiredService<ConfirmOrganisation>().Confirm(letter.Code, "小川 衛", Cancel)).IsOk);
        var clinician = (await services.GetRequiredService<AccountFactory>().CreateStaff(
            StaffRole.Clinician, "林 診", "書かれた名の診療所", "hayashi", "役場の庭の大きな楠の木陰で昼寝", Cancel, organisationNo: no)).Value.AccountNo.ToString(CultureInfo.InvariantCulture);

        var resident = (await services.GetRequiredService<TasukiDb>().Set<Account>().AsNoTracking().SingleAsync(a => a.Kind == AccountKind.Resident, Cancel)).Resident!.Value;
        Assert.True((await vault.Grant(
            Actor.Resident(resident), new NewGrant(resident, ActorKind.Clinician, clinician, Purpose.Care, AccessClasses.All, null, null, town.Clock.GetUtcNow().AddDays(1)), Cancel)).IsOk);
        await (await vault.Open(Actor.Clinician(clinician), resident, Purpose.Care, Cancel)).Value.Count(Cancel);

        var used = (await services.GetRequiredService<RegisterApp>().Register(
            AppKind.Public, new AppContent("歩数ノート", "合同会社みかん", "dev@app.test", "健診を見るため", "https://app.test/privacy", ["https://app.test/callback"], null, null, "user/*.rs", "みどり市北1"), null, Cancel)).Value;
        await (await vault.Open(Actor.Clinician(clinician).Through(used), resident, Purpose.Care, Cancel)).Value.Count(Cancel);

        // And the same app as one the resident connected: what it did, and that it was given access.
        Assert.True((await vault.Grant(Actor.Resident(resident), new NewGrant(
            resident, ActorKind.Application, $"{used}/5", Purpose.AppUse, AccessClasses.All, null, null, TimeProvider.System.GetUtcNow().AddDays(1)), Cancel)).IsOk);
        await (await vault.Open(Actor.Application($"{used}/5"), resident, Purpose.AppUse, Cancel)).Value.Count(Cancel);

        var shown = await person.Get("/who-looked");
        Assert.Equal("/who-looked", shown.Path);
        var page = WebUtility.HtmlDecode(shown.Body);
        Assert.Contains("（登録の名の診療所）", page, StringComparison.Ordinal);
        Assert.DoesNotContain("書かれた名の診療所", page, StringComparison.Ordinal);
        // Once with the app's name, once without: the clinician looked by the app and without it.
        Assert.Equal(2, page.Split("（登録の名の診療所）").Length - 1);
        Assert.Equal(1, page.Split("アプリ「歩数ノート」を通して").Length - 1);
        Assert.Equal(1, page.Split("（歩数ノート）").Length - 1);
        // One sitting a purpose: care was given to the organisation, use to the app.
        Assert.Equal(1, page.Split("<p>相手：登録の名の診療所</p>").Length - 1);
        Assert.Equal(1, page.Split("<p>相手：歩数ノート</p>").Length - 1);
    }

    private static async Task<StaffMember> Officer(IServiceProvider services, string name, string signIn)
    {
        var made = (await services.GetRequiredService<AccountFactory>().CreateStaff(StaffRole.Desk, name, "たすき市", signIn, "役場の庭の大きな楠の木陰で昼寝", Cancel)).Value;
        return (await services.GetRequiredService<StaffDirectory>().Find(made.AccountNo, Cancel))!;
    }
}
