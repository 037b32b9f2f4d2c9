using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Vault;
using Xunit;

namespace Tasuki.People.Tests;

/// <summary>From the municipality's list to a confirmed account, over the pages.</summary>
public sealed class EnrolmentTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_list_shows_the_fate_of_every_line_and_is_taken_over_whole_and_once(DataStore store)
    {
        await using var world = await DeskWorld.Start(store);
        using var officer = await world.Staff(StaffRole.Desk, "officer1", "青木 守");
        var plan = await world.Upload(officer, string.Join('\n', DeskWorld.Headings, DeskWorld.Hanako, "1002,山田 太郎,ヤマダ タロウ,1980-01-01,男,,,,", "1002,山田 太郎,ヤマダ タロウ,1980-01-01,男,,,,", "1003,山田 太郎,ヤマダ タロウ,1980-01-01,男,,,,", "1004,谷 一,タニ ハジメ,,男,,,,"));
        Assert.Contains("5行を読みました", plan.Body, StringComparison.Ordinal);
        Assert.Contains("生年月日がない", plan.Body, StringComparison.Ordinal);
        Assert.Equal(0, await Count(world));
        var fates = (await officer.Get(plan.Path + "/fates.csv", Cancel)).Body;
        Assert.Contains("4,1002,重複,同じ宛名番号が上の行にある", fates, StringComparison.Ordinal);
        Assert.Contains("5,1003,新しい人,同じカナ氏名・同じ生年月日の別の人がいる", fates, StringComparison.Ordinal);

        Assert.Equal("/staff/codes", (await officer.Submit(plan, "/take", Walk.Fields(), Cancel)).Path);
        Assert.Equal(3, await Count(world));
        // The same form again, and the address of the plan: there is nothing left to take.
        Assert.Equal("/staff/list?problem=list.gone", (await officer.Submit(plan, "/take", Walk.Fields(), Cancel)).Path);
        Assert.Equal(3, await Count(world));
        Assert.Equal(0, await world.Site.Do<TasukiDb, int>(db => db.Set<ListFileRow>().CountAsync(Cancel)));

        // A second list: one the same, one changed by an old kanji, nobody lost who is not in it.
        var second = await world.Upload(officer, string.Join('\n', DeskWorld.Headings, DeskWorld.Hanako, "1002,山田 太朗,ヤマダ タロウ,1980-01-01,男,,,,"));
        fates = (await officer.Get(second.Path + "/fates.csv", Cancel)).Body;
        Assert.Contains("2,1001,変わりなし", fates, StringComparison.Ordinal);
        Assert.Contains("3,1002,変わった人", fates, StringComparison.Ordinal);
        await officer.Submit(second, "/take", Walk.Fields(), Cancel);
        Assert.Equal(3, await Count(world));
        Assert.Contains("山田 太朗", (await DeskWorld.Find(officer, "ヤマダタロウ", "S55.1.1")).Body, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_list_with_My_Numbers_leaves_nothing_behind(DataStore store)
    {
        await using var world = await DeskWorld.Start(store);
        using var officer = await world.Staff(StaffRole.Insurance, "officer1", "青木 守");
        var refused = await world.Upload(officer, "宛名番号,氏名,氏名カナ,生年月日,番号\n1001,緑山 花子,ミドリヤマ ハナコ,1955-04-01,123456789018");
        Assert.Equal("/staff/list?problem=list.my-number", refused.Path);
        Assert.Contains("マイナンバーの列があるため", refused.Body, StringComparison.Ordinal);
        Assert.Equal(0, await world.Site.Do<TasukiDb, int>(db => db.Set<ListFileRow>().CountAsync(Cancel)));
        Assert.DoesNotContain(world.Site.Log, line => line.Contains("123456789018", StringComparison.Ordinal) || line.Contains("緑山", StringComparison.Ordinal));
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task What_an_officer_saw_is_what_is_taken_over(DataStore store)
    {
        await using var world = await DeskWorld.Start(store);
        using var officer = await world.Staff(StaffRole.Desk, "officer1", "青木 守");
        var early = await world.Upload(officer, $"{DeskWorld.Headings}\n{DeskWorld.Hanako}");
        await world.TakeOver(officer, DeskWorld.Hanako);
        Assert.Equal("/staff/list?problem=list.changed", (await officer.Submit(early, "/take", Walk.Fields(), Cancel)).Path);
        // What was refused is still there to look at.
        Assert.Contains("1行を読みました", (await officer.Get(early.Path, Cancel)).Body, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_code_from_the_counter_confirms_the_person_of_the_list_and_counts_once(DataStore store)
    {
        await using var world = await DeskWorld.Start(store);
        using var officer = await world.Staff(StaffRole.Desk, "officer1", "青木 守");
        await world.TakeOver(officer, DeskWorld.Hanako, "1002,緑山 花代,ミドリヤマ ハナヨ,1955-04-01,女,,,,");
        var others = await DeskWorld.HandOver(officer, "みどりやまはなよ");
        var first = await DeskWorld.HandOver(officer);
        var code = await DeskWorld.HandOver(officer);
        Assert.False(string.Equals(first, code, StringComparison.Ordinal));
        var (resident, account) = await world.Resident();
        using var _ = resident;
        const string Wrong = "このコードでは確認できません";
        // Of somebody else, voided by a newer one, never issued, no code at all: one answer.
        foreach (var wrong in (string[])[others, first, "0000 0000 0000 0000", "みかん"])
            Assert.Contains(Wrong, (await DeskWorld.Confirm(resident, wrong)).Body, StringComparison.Ordinal);
        Assert.Contains("ご本人と確認したアカウントになりました", (await DeskWorld.Confirm(resident, code)).Body, StringComparison.Ordinal);
        Assert.Contains("登録済み", (await DeskWorld.Entry(officer)).Body, StringComparison.Ordinal);
        Assert.True(await world.Site.Do<TasukiDb, bool>(db => db.Set<EnrolmentCodeRow>().AnyAsync(c => c.Used != null, Cancel)));

        // Used, it opens no second account; and the desk gives no code for one who has an account.
        var (second, _) = await world.Resident("hanako2");
        using var __ = second;
        Assert.Contains(Wrong, (await DeskWorld.Confirm(second, code)).Body, StringComparison.Ordinal);
        Assert.DoesNotContain("value=\"hand-over\"", (await DeskWorld.Entry(officer)).Body, StringComparison.Ordinal);
        // Looking her up is in her own log now.
        Assert.Contains(await Log(world, account), a => a is "registry");
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task Guessing_ends_and_an_old_code_is_worth_nothing(DataStore store)
    {
        await using var world = await DeskWorld.Start(store);
        using var officer = await world.Staff(StaffRole.Desk, "officer1", "青木 守");
        await world.TakeOver(officer, DeskWorld.Hanako);
        var code = await DeskWorld.HandOver(officer);
        var (resident, _) = await world.Resident();
        using var _1 = resident;
        // The finding half is right, the other guessed: after five tries the code itself is dead.
        for (var i = 0; i < EnrolmentCodes.MaximumTries; i++)
            await DeskWorld.Confirm(resident, $"{code[..10]}{i:D4} 0000");
        Assert.Contains("このコードでは確認できません", (await DeskWorld.Confirm(resident, code)).Body, StringComparison.Ordinal);
        var late = await DeskWorld.HandOver(officer);
        world.Site.Clock.Advance(TimeSpan.FromDays(8));
        using var again = world.Site.NewVisitor();
        var account = await world.Site.Do<TasukiDb, Account>(db => db.Set<Account>().AsNoTracking().SingleAsync(a => a.Kind == AccountKind.Resident, Cancel));
        var seed = (await world.Site.Do<AccountSeals, Result<string>>(s => s.Open<string>(account.Resident, "account", "totp_seed", account.No, account.TotpSeed!, Cancel))).Value;
        await Walk.SignIn(world.Site, again, "hanako", DeskWorld.ResidentPassword, TimeCodes.CodeAt(seed, world.Site.Clock.GetUtcNow()));
        Assert.Contains("このコードでは確認できません", (await DeskWorld.Confirm(again, late)).Body, StringComparison.Ordinal);
        for (var i = 1; i < UseEnrolmentCode.TriesADay; i++)
            await DeskWorld.Confirm(again, "0000 0000 0000 0000");
        Assert.Contains("今日はもう試せません", (await DeskWorld.Confirm(again, late)).Body, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task Letters_go_to_whoever_has_neither_account_nor_code_and_never_to_a_protected_person(DataStore store)
    {
        await using var world = await DeskWorld.Start(store);
        using var officer = await world.Staff(StaffRole.Desk, "officer1", "青木 守");
        await world.TakeOver(officer, DeskWorld.Hanako, "1002,=山田 太郎,ヤマダ タロウ,1980-01-01,男,100-0001,みどり市南町9,,", "1003,森 静,モリ シズカ,1970-01-01,女,100-0002,みどり市北町8,,1", "1004,谷 一,タニ ハジメ,1960-01-01,男,100-0003,みどり市東町7,転出,", "1005,岡 二,オカ ジ,1960-01-01,男,,,,");
        await DeskWorld.HandOver(officer);
        var file = await officer.Submit(await officer.Get("/staff/codes", Cancel), "/staff/codes/file", Walk.Fields(), Cancel);
        var lines = file.Body.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        Assert.StartsWith("100-0001,みどり市南町9,'=山田 太郎,", lines[1], StringComparison.Ordinal);
        Assert.Matches("[0-9]{4} [0-9]{4} [0-9]{4} [0-9]{4}", lines[1]);
        Assert.DoesNotContain("森", file.Body, StringComparison.Ordinal);
        // Nobody gets a second one while the first counts.
        Assert.Single((await officer.Submit(await officer.Get("/staff/codes", Cancel), "/staff/codes/file", Walk.Fields(), Cancel)).Body.Split("\r\n", StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_protected_person_vanishes_at_once_and_no_officer_alone_sees_the_address(DataStore store)
    {
        await using var world = await DeskWorld.Start(store);
        using var desk = await world.Staff(StaffRole.Desk, "officer1", "青木 守");
        using var second = await world.Staff(StaffRole.Desk, "officer2", "森 育子");
        using var health = await world.Staff(StaffRole.Health, "nurse1", "谷 保");
        await world.TakeOver(desk, DeskWorld.Hanako);
        var code = await DeskWorld.HandOver(desk);
        var (resident, account) = await world.Resident();
        using var _ = resident;
        await DeskWorld.Confirm(resident, code);
        Assert.DoesNotContain("/exit", (await resident.Get("/inbox", Cancel)).Body, StringComparison.Ordinal);
        var shown = await DeskWorld.Entry(health);
        Assert.Contains("みどり市本町1-2-3", shown.Body, StringComparison.Ordinal);

        await DeskWorld.Act(desk, await DeskWorld.Entry(desk), "protect");

        Assert.Contains("該当する人は見つかりませんでした", (await DeskWorld.Find(health)).Body, StringComparison.Ordinal);
        Assert.DoesNotContain("緑山", (await health.Get(shown.Path, Cancel)).Body, StringComparison.Ordinal);
        Assert.Contains("action=\"/exit\"", (await resident.Get("/inbox", Cancel)).Body, StringComparison.Ordinal);
        var hidden = await DeskWorld.Entry(desk);
        Assert.DoesNotContain("みどり市本町1-2-3", hidden.Body, StringComparison.Ordinal);
        await DeskWorld.Act(desk, hidden, "ask-address", ("Reason", "郵便の返戻の確認"));
        // The page offers who asked no leave of their own, and a forged form is refused.
        var asked = await desk.Get(hidden.Path, Cancel);
        Assert.DoesNotContain("allow-address", asked.Body, StringComparison.Ordinal);
        Assert.Contains("求めた本人は、認められません", (await desk.Submit(asked, "value=\"moved-out\"", Walk.Fields(("What", "allow-address")), Cancel)).Body, StringComparison.Ordinal);
        // Nor is the flag lifted alone, which would show it.
        await desk.Submit(asked, "value=\"moved-out\"", Walk.Fields(("What", "unprotect")), Cancel);
        Assert.DoesNotContain("みどり市本町1-2-3", (await desk.Get(hidden.Path, Cancel)).Body, StringComparison.Ordinal);
        await DeskWorld.Act(second, await second.Get(hidden.Path, Cancel), "allow-address");
        Assert.DoesNotContain("みどり市本町1-2-3", (await second.Get(hidden.Path, Cancel)).Body, StringComparison.Ordinal);
        Assert.Contains("みどり市本町1-2-3", (await desk.Get(hidden.Path, Cancel)).Body, StringComparison.Ordinal);
        world.Site.Clock.Advance(EnrolmentDesk.AddressShown);
        Assert.DoesNotContain("みどり市本町1-2-3", (await desk.Get(hidden.Path, Cancel)).Body, StringComparison.Ordinal);
        Assert.True((await Log(world, account)).Count(a => a is "registry") >= 6);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task Of_somebody_who_died_nobody_is_signed_in_from_the_next_request_on(DataStore store)
    {
        await using var world = await DeskWorld.Start(store);
        using var officer = await world.Staff(StaffRole.Desk, "officer1", "青木 守");
        await world.TakeOver(officer, DeskWorld.Hanako);
        var code = await DeskWorld.HandOver(officer);
        var (resident, _) = await world.Resident();
        using var _1 = resident;
        await DeskWorld.Confirm(resident, code);
        Assert.Equal("緑山 花子", (await resident.Get("/home", Cancel)).Body);

        await world.TakeOver(officer, DeskWorld.Hanako.Replace(",,", ",死亡,", StringComparison.Ordinal));

        Assert.StartsWith("/sign-in", (await resident.Get("/home", Cancel)).Path, StringComparison.Ordinal);
        using var again = world.Site.NewVisitor();
        Assert.Equal("/sign-in", (await Walk.Password(again, "hanako", DeskWorld.ResidentPassword)).Path);
        // Taking the row back by SQL revives nothing: its MAC is gone with the change.
        await world.Site.Do<TasukiDb>(db => db.Set<ResidentRow>().ExecuteUpdateAsync(s => s.SetProperty(r => r.Standing, ResidentStanding.Living), Cancel));
        Assert.Equal("/sign-in", (await Walk.Password(again, "hanako", DeskWorld.ResidentPassword)).Path);
        Assert.StartsWith("/sign-in", (await resident.Get("/home", Cancel)).Path, StringComparison.Ordinal);
        // Taken back at the desk it does.
        await DeskWorld.Act(officer, await DeskWorld.Entry(officer), "back");
        Assert.Equal("/sign-in/code", (await Walk.Password(again, "hanako", DeskWorld.ResidentPassword)).Path);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task Who_moved_out_keeps_account_and_records_and_the_terms_say_whom_the_service_is_for(DataStore store)
    {
        await using var world = await DeskWorld.Start(store);
        using var officer = await world.Staff(StaffRole.Desk, "officer1", "青木 守");
        await world.TakeOver(officer, DeskWorld.Hanako);
        var code = await DeskWorld.HandOver(officer);
        var (resident, account) = await world.Resident();
        using var _1 = resident;
        await DeskWorld.Confirm(resident, code);

        await world.TakeOver(officer, DeskWorld.Hanako.Replace(",,", ",転出,", StringComparison.Ordinal));

        Assert.Equal(ResidentStanding.MovedOut, (await world.Site.Do<TasukiDb, ResidentRow>(db => db.Set<ResidentRow>().AsNoTracking().SingleAsync(r => r.ResidentNo == account.Resident!.Value.Value, Cancel))).Standing);
        Assert.Equal("緑山 花子", (await resident.Get("/home", Cancel)).Body);
        using var again = world.Site.NewVisitor();
        Assert.Equal("/sign-in/code", (await Walk.Password(again, "hanako", DeskWorld.ResidentPassword)).Path);
        Assert.True((await world.Site.Services.GetRequiredService<RecordVault>().Open(Actor.Resident(account.Resident!.Value), account.Resident.Value, Purpose.OwnUse, Cancel)).IsOk);
        Assert.Contains("みどり市の住民のみなさん", (await again.Get("/terms", Cancel)).Body, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_row_changed_by_SQL_is_no_entry_and_no_code(DataStore store)
    {
        await using var world = await DeskWorld.Start(store);
        using var officer = await world.Staff(StaffRole.Desk, "officer1", "青木 守");
        await world.TakeOver(officer, DeskWorld.Hanako, "1003,森 静,モリ シズカ,1970-01-01,女,100-0002,みどり市北町8,,1");
        var code = await DeskWorld.HandOver(officer);
        var ends = world.Site.Clock.GetUtcNow().AddYears(1);
        await world.Site.Do<TasukiDb>(db => db.Set<EnrolmentCodeRow>().ExecuteUpdateAsync(s => s.SetProperty(c => c.Ends, ends), Cancel));
        var (resident, _) = await world.Resident();
        using var _1 = resident;
        Assert.Contains("このコードでは確認できません", (await DeskWorld.Confirm(resident, code)).Body, StringComparison.Ordinal);
        await world.Site.Do<TasukiDb>(db => db.Set<EligibleRow>().Where(e => e.Protected).ExecuteUpdateAsync(s => s.SetProperty(e => e.Protected, false), Cancel));
        Assert.Contains("該当する人は見つかりませんでした", (await DeskWorld.Find(officer, "モリシズカ", "1970-01-01")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_quick_exit_ends_the_session()
    {
        await using var world = await DeskWorld.Start(DataStore.Sqlite);
        using var officer = await world.Staff(StaffRole.Desk, "officer1", "青木 守");
        await world.TakeOver(officer, DeskWorld.Hanako[..^1] + ",1");
        var code = await DeskWorld.HandOver(officer);
        var (resident, _) = await world.Resident();
        using var _1 = resident;
        await DeskWorld.Confirm(resident, code);
        var left = await resident.Submit(await resident.Get("/inbox", Cancel), "/exit", Walk.Fields(), Cancel);
        Assert.Equal("https://www.jma.go.jp/", left.Path);
        Assert.StartsWith("/sign-in", (await resident.Get("/home", Cancel)).Path, StringComparison.Ordinal);
    }

    private static Task<int> Count(DeskWorld world) => world.Site.Do<TasukiDb, int>(db => db.Set<EligibleRow>().CountAsync(Cancel));

    private static async Task<IReadOnlyList<string>> Log(DeskWorld world, CreatedAccount account)
    {
        var session = (await world.Site.Services.GetRequiredService<RecordVault>().Open(Actor.Resident(account.Resident!.Value), account.Resident.Value, Purpose.OwnUse, Cancel)).Value;
        return [.. (await session.AccessLog(200, Cancel)).Select(e => e.Action)];
    }
}
