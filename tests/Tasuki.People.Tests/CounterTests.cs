using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Vault;
using Xunit;

namespace Tasuki.People.Tests;

/// <summary>A code handed over by the municipality: no officer alone gets at a record or becomes a resident, and nothing is done that the resident does not see.</summary>
public sealed class CounterTests
{
    private const string Password = "みかんの皮は橙色でまるい";
    private const string OfficerPassword = "役場の庭の大きな楠の木陰で昼寝";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task One_officer_alone_who_uses_the_code_gets_neither_a_record_nor_the_account(DataStore store)
    {
        await using var site = await TestSite.Start(store, Cancel);
        var resident = await WithRecord(site);
        using var officer = await Officer(site, "officer1", "青木 守");
        var code = await HandOver(officer);
        using var impostor = site.NewVisitor();
        await RecoveryTests.Receipt(RecoveryTests.Enter(impostor, code));

        await RecoveryTests.AssertOpensNothing(impostor);
        Assert.Equal("people.not-signed-in", (await impostor.Get("/test/open-anyhow", Cancel)).Body);
        Assert.Equal("回復の手続き中です", (await impostor.Get("/recovery", Cancel)).Title);
        var row = await Row(site);
        var account = await site.Do<TasukiDb, Account>(db => db.Set<Account>().AsNoTracking().SingleAsync(a => a.No == resident.AccountNo, Cancel));
        var secret = TimeCodes.NewSecret();
        var tried = await site.Do<CompleteRecovery, Result<bool>>(c => c.WithPassword(
            new Microsoft.AspNetCore.Http.DefaultHttpContext(), account, row, null, "これは職員のひみつの言葉です", secret, TimeCodes.CodeAt(secret, site.Clock.GetUtcNow()), Cancel));
        Assert.Equal("recovery.not-effective", tried.Error!.Code);

        // Their own second word is no second word, and the gate knows no officer.
        var found = await Find(officer);
        var refused = await officer.Submit(found, "name=\"Checked\"", Walk.Fields(("Checked", "true"), ("What", "confirm")), Cancel);
        Assert.Contains("コードを渡した職員は、確認できません", refused.Body, StringComparison.Ordinal);
        Assert.Equal("回復の手続き中です", (await impostor.Get("/recovery", Cancel)).Title);
        var opened = await site.Services.GetRequiredService<RecordVault>().Open(Actor.Officer("1"), resident.Resident!.Value, Purpose.OwnUse, Cancel);
        Assert.Equal("gate.refused", opened.Error!.Code);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_second_officer_lets_the_person_in_and_everything_is_told_and_logged(DataStore store)
    {
        await using var site = await TestSite.Start(store, Cancel);
        var resident = await WithRecord(site);
        using var first = await Officer(site, "officer1", "青木 守");
        using var second = await Officer(site, "officer2", "白川 梓");
        using var person = site.NewVisitor();
        await RecoveryTests.Receipt(RecoveryTests.Enter(person, await HandOver(first)));

        var confirmed = await second.Submit(await Find(second), "name=\"Checked\"", Walk.Fields(("Checked", "true"), ("What", "confirm")), Cancel);
        Assert.Contains("確認しました", confirmed.Body, StringComparison.Ordinal);
        await RecoveryTests.SetNewWay(site, person, await person.Get("/recovery", Cancel));

        Assert.Equal("opened", (await person.Get("/test/open", Cancel)).Body);
        Assert.Equal(
            ["アカウントの回復のコードが、窓口で渡されました", "アカウントを回復しました", "別の職員が、アカウントの回復を確認しました", "窓口のコードで、アカウントの回復がはじまりました"],
            (await RecoveryTests.Subjects(site, resident)).Order(StringComparer.Ordinal), StringComparer.Ordinal);
        var session = (await site.Services.GetRequiredService<RecordVault>().Open(Actor.Resident(resident.Resident!.Value), resident.Resident.Value, Purpose.OwnUse, Cancel)).Value;
        var seen = (await session.AccessLog(100, Cancel)).Where(e => e.ActorKind is ActorKind.Officer).ToList();
        Assert.All(seen, e => Assert.Equal(("registry", Purpose.AccountRecovery, false), (e.Action, e.Purpose, e.Refused)));
        Assert.Equal(4, seen.Count);
        Assert.Equal(2, seen.Select(e => e.ActorId).Distinct(StringComparer.Ordinal).Count());
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_second_account_of_the_same_officer_is_no_second_officer(DataStore store)
    {
        await using var site = await TestSite.Start(store, Cancel);
        await WithRecord(site);
        using var first = await Officer(site, "officer1", "青木 守");
        using var again = await Officer(site, "officer9", "青木 守");
        using var person = site.NewVisitor();
        await RecoveryTests.Receipt(RecoveryTests.Enter(person, await HandOver(first)));

        var refused = await again.Submit(await Find(again), "name=\"Checked\"", Walk.Fields(("Checked", "true"), ("What", "confirm")), Cancel);

        Assert.Contains("コードを渡した職員は、確認できません", refused.Body, StringComparison.Ordinal);
        Assert.Equal("回復の手続き中です", (await person.Get("/recovery", Cancel)).Title);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task After_72_hours_the_recovered_person_sets_a_new_way_and_the_owner_can_stop_it_before(DataStore store)
    {
        await using var site = await TestSite.Start(store, Cancel);
        var resident = await WithRecord(site);
        using var officer = await Officer(site, "officer1", "青木 守");
        using var person = site.NewVisitor();
        var receipt = await RecoveryTests.Receipt(RecoveryTests.Enter(person, await HandOver(officer)));
        site.Clock.Advance(TimeSpan.FromHours(71.9));
        Assert.Equal("回復の手続き中です", (await RecoveryTests.Enter(person, receipt)).Title);
        site.Clock.Advance(TimeSpan.FromHours(0.2));
        Assert.Equal("新しいサインインの方法を決めてください", (await person.Get("/recovery", Cancel)).Title);

        using var owner = site.NewVisitor();
        await RecoveryTests.SignInWithApp(site, owner, resident);
        await owner.Submit(await owner.Get("/account", Cancel), "/account/recovery/stop", Walk.Fields(), Cancel);
        Assert.StartsWith("/sign-in", (await person.Get("/recovery", Cancel)).Path, StringComparison.Ordinal);
        Assert.Equal("/sign-in/help", (await RecoveryTests.Enter(person, receipt)).Path);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task The_owner_stops_a_code_that_was_handed_over_before_it_is_used(DataStore store)
    {
        await using var site = await TestSite.Start(store, Cancel);
        var resident = await WithRecord(site);
        using var owner = site.NewVisitor();
        await RecoveryTests.SignInWithApp(site, owner, resident);
        using var officer = await Officer(site, "officer1", "青木 守");
        var code = await HandOver(officer);

        await owner.Submit(await owner.Get("/inbox", Cancel), "/account/recovery/stop", Walk.Fields(), Cancel);

        using var person = site.NewVisitor();
        Assert.Contains("入れたものが正しくないか", (await RecoveryTests.Enter(person, code)).Body, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task An_account_that_holds_no_records_yet_is_open_to_a_new_way_at_once(DataStore store)
    {
        await using var site = await TestSite.Start(store, Cancel);
        await SignInTests.NewResident(site, "kazuo");
        using var officer = await Officer(site, "officer1", "青木 守");
        using var person = site.NewVisitor();
        await RecoveryTests.Receipt(RecoveryTests.Enter(person, await HandOver(officer)));

        await RecoveryTests.AssertOpensNothing(person);
        await RecoveryTests.SetNewWay(site, person, await person.Get("/recovery", Cancel));

        Assert.Equal("緑山 花子", (await person.Get("/home", Cancel)).Body);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_code_counts_once_ends_after_a_day_dies_with_the_next_one_and_takes_five_tries(DataStore store)
    {
        await using var site = await TestSite.Start(store, Cancel);
        await WithRecord(site);
        using var officer = await Officer(site, "officer1", "青木 守");
        using var person = site.NewVisitor();

        var used = await HandOver(officer);
        await RecoveryTests.Receipt(RecoveryTests.Enter(person, used));
        Assert.Equal("/sign-in/help", (await RecoveryTests.Enter(person, used)).Path);
        var old = await HandOver(officer);
        var newer = await HandOver(officer);
        Assert.Equal("/sign-in/help", (await RecoveryTests.Enter(person, old)).Path);
        var wrong = newer[..6] + (newer[^10..] == "0000000000" ? "1111111111" : "0000000000");
        for (var i = 0; i < RecoveryCode.MaximumTries; i++)
            Assert.Equal("/sign-in/help", (await RecoveryTests.Enter(person, wrong)).Path);
        Assert.Equal("/sign-in/help", (await RecoveryTests.Enter(person, newer)).Path);
        var late = await HandOver(officer);
        site.Clock.Advance(TimeSpan.FromHours(24.1));
        Assert.Equal("/sign-in/help", (await RecoveryTests.Enter(person, late)).Path);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_word_of_a_second_officer_written_by_SQL_is_none(DataStore store)
    {
        await using var site = await TestSite.Start(store, Cancel);
        await WithRecord(site);
        using var officer = await Officer(site, "officer1", "青木 守");
        using var person = site.NewVisitor();
        var receipt = await RecoveryTests.Receipt(RecoveryTests.Enter(person, await HandOver(officer)));

        await site.Do<TasukiDb>(db => db.Set<RecoveryRow>().ExecuteUpdateAsync(s => s.SetProperty(r => r.ConfirmedBy, 7L).SetProperty(r => r.EffectiveAt, r => r.Created), Cancel));

        Assert.StartsWith("/sign-in", (await person.Get("/recovery", Cancel)).Path, StringComparison.Ordinal);
        Assert.Equal("/sign-in/help", (await RecoveryTests.Enter(person, receipt)).Path);
    }

    [Fact]
    public async Task The_counter_is_for_officers_with_a_fresh_factor_and_acts_on_nobody_it_did_not_look_up()
    {
        await using var site = await TestSite.Start(DataStore.Sqlite, Cancel);
        var resident = await WithRecord(site);
        using var owner = site.NewVisitor();
        await RecoveryTests.SignInWithApp(site, owner, resident);
        Assert.True((await owner.Get("/staff/accounts", Cancel)).IsRefused);
        var (clinician, _) = await Staff(site, StaffRole.Clinician, "clinic1", "赤坂 遥");
        using (clinician)
            Assert.True((await clinician.Get("/staff/accounts", Cancel)).IsRefused);

        using var officer = await Officer(site, "officer1", "青木 守");
        var found = await Find(officer);
        using var other = await Officer(site, "officer2", "白川 梓");
        var foreign = System.Text.RegularExpressions.Regex.Match(found.Body, "name=\"State\" value=\"(?<v>[^\"]+)\"", System.Text.RegularExpressions.RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Groups["v"].Value;
        var page = await other.Submit(await other.Get("/staff/accounts", Cancel), "value=\"desk\"", Walk.Fields(("State", foreign), ("Checked", "true"), ("What", "hand-over")), Cancel);
        Assert.Contains("もう一度、探してください", page.Body, StringComparison.Ordinal);
        Assert.Equal(0, await site.Do<TasukiDb, int>(db => db.Set<RecoveryRow>().CountAsync(Cancel)));
        site.Clock.Advance(TimeSpan.FromMinutes(6));
        Assert.StartsWith("/sign-in/confirm", (await officer.Get("/staff/accounts", Cancel)).Path, StringComparison.Ordinal);
    }

    private static async Task<CreatedAccount> WithRecord(TestSite site)
    {
        var account = await SignInTests.NewResident(site, "kazuo");
        var session = (await site.Services.GetRequiredService<RecordVault>().Open(Actor.Resident(account.Resident!.Value), account.Resident.Value, Purpose.OwnUse, Cancel)).Value;
        await using var file = new MemoryStream("健診の結果"u8.ToArray());
        Assert.True((await session.KeepFile("健診.txt", "text/plain", file, Cancel)).IsOk);
        return account;
    }

    private static async Task<Visitor> Officer(TestSite site, string signInName, string name) => (await Staff(site, StaffRole.Desk, signInName, name)).Visitor;

    private static async Task<(Visitor Visitor, CreatedAccount Account)> Staff(TestSite site, StaffRole role, string signInName, string name)
    {
        var staff = (await site.Do<AccountFactory, Result<CreatedAccount>>(f => f.CreateStaff(role, name, "みどり市", signInName, OfficerPassword, Cancel))).Value;
        var visitor = site.NewVisitor();
        var page = await Walk.SignIn(site, visitor, signInName, OfficerPassword, TimeCodes.CodeAt(staff.TotpSecret!, site.Clock.GetUtcNow()));
        Assert.Equal("/staff", page.Path);
        return (visitor, staff);
    }

    private static async Task<Page> Find(Visitor officer) => await officer.Submit(
        await officer.Get("/staff/accounts", Cancel), "value=\"desk\"", Walk.Fields(("FamilyKana", "みどりやま"), ("GivenKana", "はなこ"), ("Birth", "1955-04-01")), Cancel);

    private static async Task<string> HandOver(Visitor officer) =>
        await RecoveryTests.Receipt(officer.Submit(await Find(officer), "name=\"Checked\"", Walk.Fields(("Checked", "true"), ("What", "hand-over")), Cancel));

    private static Task<RecoveryRow> Row(TestSite site) => site.Do<TasukiDb, RecoveryRow>(db => db.Set<RecoveryRow>().AsNoTracking().SingleAsync(Cancel));
}
