using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Compliance.Controls;
using Tasuki.Compliance.Purposes;
using Tasuki.Compliance.Regime;
using Tasuki.Compliance.Retention;
using Tasuki.Compliance.Scope;
using Tasuki.Compliance.Unneeded;
using Tasuki.Data;
using Tasuki.Delivery;
using Tasuki.Fhir;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Kernel.Retention;
using Tasuki.People;
using Tasuki.Vault;
using Xunit;
using static Tasuki.Compliance.Tests.RegimeSite;

namespace Tasuki.Compliance.Tests.Retention;

/// <summary>A purpose ends, and what it alone needed goes: told first, erased on the day that was told, proved; or kept, and why.</summary>
public sealed class UnneededDataTests
{
    private static readonly DateOnly Ended = new(2026, 11, 2);

    private static readonly StatedPurpose Guidance = new(
        "特定保健指導を行うために使います。", "To give specific health guidance.", "健康（けんこう）の 相談（そうだん）を します。", BasisKind.Law, "高齢者の医療の確保に関する法律", "第24条", "保険者が特定保健指導を行うこと。",
        [DataCategory.SpecificCheckup, DataCategory.Medication]);

    private static readonly StatedPurpose Vaccines = Guidance with { Needs = [DataCategory.Medication, DataCategory.Immunization] };

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task What_only_an_ended_purpose_needed_is_told_and_erased_on_the_day_that_was_told_with_proof(DataStore store)
    {
        await using var site = await Start(store);
        var officer = await site.NewStaff(StaffRole.Administrator, "admin", "青木 守");
        await State(site, officer);
        var (taro, hanako) = (await New(site, "taro", DataCategory.Medication, DataCategory.Immunization), await New(site, "hanako", DataCategory.Immunization));
        Assert.Equal("", await RunOn(site, Ended, on: false));
        await End(site, officer, "vaccines");
        await Decide(site, officer, DataCategory.Immunization);
        // Medication is needed by the other purpose still.
        await SwitchOn(site, officer, 30);

        Assert.Equal("tell:2", await RunOn(site, new DateOnly(2026, 11, 3)));
        Assert.Equal("", await RunOn(site, new DateOnly(2026, 11, 3)));
        var told = Assert.Single(await Told(site, taro));
        Assert.Contains("2026年12月3日", told.Body, StringComparison.Ordinal);
        Assert.Contains("予防接種", told.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("薬剤", told.Body, StringComparison.Ordinal);
        Assert.Equal("/take-out", told.Link);
        Assert.Equal("", await RunOn(site, new DateOnly(2026, 12, 2)));
        Assert.Equal(2, await Records(site, taro));

        Assert.Equal("erase:2 record:2", await RunOn(site, new DateOnly(2026, 12, 3)));
        Assert.Equal((1, 0), (await Records(site, taro), await Records(site, hanako)));
        Assert.Contains(await Told(site, taro), m => m.Subject.Contains("消しました", StringComparison.Ordinal) && m.Body.Contains("2026年12月3日", StringComparison.Ordinal));
        Assert.Equal("", await RunOn(site, new DateOnly(2026, 12, 4)));
        Assert.Equal(0, await site.Do<TasukiDb, int>(db => db.Set<ToldRow>().CountAsync(Cancel)));

        var proofs = await site.Do<EvidenceBook, IReadOnlyList<Evidence<RetentionRun>>>(b => b.History<RetentionRun>(EvidenceKind.Act, RetentionBook.Run(UnneededData.Id), 100, Cancel));
        Assert.Equal("tell:2 erase:2 record:2", string.Join(' ', proofs.Where(p => p.Content.Ended).Reverse().SelectMany(p => p.Content.Done).Select(p => $"{p.Code}:{p.Number}")));
        Assert.All(proofs, p => Assert.True(p.Holds));
        Assert.Null(await site.Vault.FindBreakInLog(Cancel));
        var log = await (await Own(site, taro)).AccessLog(100, Cancel);
        Assert.Contains(log, e => e is { Action: "erase-records", ActorKind: ActorKind.Job, Refused: false });
    }

    [Fact]
    public async Task A_category_counts_as_ended_only_when_every_purpose_is_whole_one_is_in_force_and_none_needs_it()
    {
        await using var site = await Start(DataStore.Sqlite);
        var officer = await site.NewStaff(StaffRole.Administrator, "admin", "青木 守");
        Task<string> Look() => site.Do<EndedNeeds, string>(async n => string.Join(' ', (await n.Look(Cancel)).Select(e => $"{e.Category}:{e.Day:yyyy-MM-dd}:{e.Ends}")));
        Assert.Equal("", await Look());
        await State(site, officer);
        Assert.Equal("", await Look());
        // Narrowed counts as an end, and so does the day of the narrowing.
        site.Clock.Now = Noon(new DateOnly(2026, 11, 5));
        Assert.True((await site.Do<KeepPurposes, Result<Done>>(k => k.Change(officer, "guidance", 1, Guidance with { Needs = [DataCategory.Medication] }, "一部をやめます。", Cancel))).IsOk);
        Assert.Equal("SpecificCheckup:2026-11-05:guidance:2", await Look());
        site.Clock.Now = Noon(new DateOnly(2026, 11, 6));
        await End(site, officer, "vaccines");
        Assert.Equal("Immunization:2026-11-06:vaccines:2 SpecificCheckup:2026-11-05:guidance:2", await Look());
        // Needed again, by whichever purpose.
        Assert.True((await site.Do<KeepPurposes, Result<Done>>(k => k.Change(officer, "guidance", 2, Guidance with { Needs = [DataCategory.Medication, DataCategory.SpecificCheckup] }, "もどします。", Cancel))).IsOk);
        Assert.Equal("Immunization:2026-11-06:vaccines:2", await Look());
        // The last end is the one that counts.
        Assert.True((await site.Do<KeepPurposes, Result<Done>>(k => k.State(officer, "checkups", Guidance with { Needs = [DataCategory.SpecificCheckup] }, Cancel))).IsOk);
        site.Clock.Now = Noon(new DateOnly(2026, 11, 9));
        await End(site, officer, "guidance", 3);
        Assert.Equal("Immunization:2026-11-06:vaccines:2 Medication:2026-11-09:guidance:4 vaccines:2", await Look());
        // Where one was altered, nobody knows what it needed.
        await site.Do<TasukiDb, int>(db => db.Database.ExecuteSqlRawAsync("UPDATE purpose_version SET duty = 'x' WHERE code = 'guidance' AND version = 1", Cancel));
        Assert.Equal("", await Look());
    }

    [Fact]
    public async Task A_purpose_the_law_in_force_refuses_needs_its_categories_all_the_same()
    {
        await using var site = await Start(DataStore.Sqlite, OperatorKind.Company);
        var officer = await site.NewStaff(StaffRole.Administrator, "admin", "青木 守");
        await State(site, officer);
        Assert.True((await site.Do<KeepPurposes, Result<Done>>(k => k.State(officer, "diary", Guidance with { Basis = BasisKind.None, BasisName = null, BasisPlace = null, Duty = null, Needs = [DataCategory.Lifelog] }, Cancel))).IsOk);
        await End(site, officer, "vaccines");
        site.Scope.Operator = OperatorKind.Municipality;
        Assert.Equal([DataCategory.Immunization], await site.Do<EndedNeeds, IEnumerable<DataCategory>>(async n => (await n.Look(Cancel)).Select(e => e.Category)));
        Assert.False((await site.Do<PurposeBook, KeptPurpose?>(async b => await b.Find("diary", await site.Do<CurrentRegime, LegalRegime>(r => r.Get(Cancel)), Cancel)))!.IsInForce);
    }

    [Fact]
    public async Task Nothing_ends_while_no_purpose_is_in_force()
    {
        await using var site = await Start(DataStore.Sqlite);
        var officer = await site.NewStaff(StaffRole.Administrator, "admin", "青木 守");
        await State(site, officer);
        await New(site, "taro", DataCategory.Immunization);
        await End(site, officer, "vaccines");
        await Decide(site, officer, DataCategory.Immunization);
        await End(site, officer, "guidance");
        await SwitchOn(site, officer, 30);
        Assert.Equal("", await RunOn(site, new DateOnly(2027, 11, 3)));
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task Who_has_something_open_or_cannot_be_told_keeps_the_records_and_the_days_begin_anew_for_who_was_not_told(DataStore store)
    {
        await using var site = await Start(store);
        var officer = await site.NewStaff(StaffRole.Administrator, "admin", "青木 守");
        var desk = await site.NewStaff(StaffRole.Desk, "officer1", "青木 花");
        await State(site, officer);
        var people = new Dictionary<string, ResidentNo>(StringComparer.Ordinal);
        foreach (var name in new[] { "plain", "asks", "altered", "closing", "nobody", "died" })
            people[name] = await New(site, name, DataCategory.Immunization);
        await site.Do<TasukiDb, int>(db => db.Set<Account>().Where(a => a.ResidentNo == people["nobody"].Value).ExecuteDeleteAsync(Cancel));
        await site.Do<TasukiDb, int>(db => db.Set<ResidentRow>().Where(r => r.ResidentNo == people["died"].Value).ExecuteUpdateAsync(s => s.SetProperty(r => r.Standing, ResidentStanding.Died), Cancel));
        await End(site, officer, "vaccines");
        await Decide(site, officer, DataCategory.Immunization);
        using (var page = site.As(desk))
        {
            await page.Submit(await page.Get("/staff/requests/new"), "name=\"Kind\"", ("Kind", "Disclosure"), ("By", "Person"), ("Channel", "Counter"), ("Received", "2026-11-02"), ("Resident", people["asks"].ToString()),
                ("Name", "緑山 花子"), ("Address", "ひびき市本町1-1"), ("Text", "すべて"));
        }

        await SwitchOn(site, officer, 30);
        Assert.Equal("tell:3 | matter:1 unreachable:2", await RunOn(site, new DateOnly(2026, 11, 3), withHeld: true));
        // Two rows were moved by SQL: one to another day, the key of the other.
        await site.Do<TasukiDb, int>(db => db.Database.ExecuteSqlRawAsync("UPDATE unneeded_told SET erases = '2026-11-04' WHERE key = (SELECT key FROM unneeded_told ORDER BY key LIMIT 1)", Cancel));
        await site.Vault.Close(Actor.Resident(people["closing"]), people["closing"], Cancel);
        await RunOn(site, new DateOnly(2026, 11, 4));
        Assert.Equal(1, await Records(site, people["plain"]));
        Assert.Equal(1, await Records(site, people["altered"]));

        foreach (var day in new[] { new DateOnly(2026, 12, 3), new(2026, 12, 4) })
            await RunOn(site, day);
        Assert.Equal((0, 0, 1, 1), (await Records(site, people["plain"]), await Records(site, people["altered"]), await Records(site, people["asks"]), await Records(site, people["nobody"])));
        Assert.Equal(1, await Records(site, people["died"]));
    }

    [Fact]
    public async Task What_was_told_keeps_its_day_a_purpose_that_comes_back_stops_it_and_an_old_notice_is_given_anew()
    {
        await using var site = await Start(DataStore.Sqlite);
        var officer = await site.NewStaff(StaffRole.Administrator, "admin", "青木 守");
        await State(site, officer);
        var taro = await New(site, "taro", DataCategory.Immunization);
        await End(site, officer, "vaccines");
        await Decide(site, officer, DataCategory.Immunization);
        await SwitchOn(site, officer, 30);
        Assert.Equal("tell:1", await RunOn(site, new DateOnly(2026, 11, 3)));
        await SwitchOn(site, officer, 90);
        Assert.True((await site.Do<KeepPurposes, Result<Done>>(k => k.Change(officer, "vaccines", 2, Vaccines with { Easy = "べつの 文" }, "続けます。", Cancel))).IsOk);
        Assert.Equal("", await RunOn(site, new DateOnly(2026, 12, 3)));
        await End(site, officer, "vaccines", 3);
        // Another end: what was decided of the last does not count for it.
        Assert.Equal("", await RunOn(site, new DateOnly(2026, 12, 3)));
        await Decide(site, officer, DataCategory.Immunization);
        // Told anew, for the new period.
        Assert.Equal("tell:1", await RunOn(site, new DateOnly(2026, 12, 4)));
        Assert.Contains(await Told(site, taro), m => m.Body.Contains("2027年3月4日", StringComparison.Ordinal));
        await SwitchOn(site, officer, 30);
        Assert.Equal("", await RunOn(site, new DateOnly(2027, 3, 3)));
        Assert.True((await site.Do<RetentionBook, Result<Done>>(b => b.SwitchOff(officer, UnneededData.Id, Cancel))).IsOk);
        site.Clock.Now = Noon(new DateOnly(2027, 4, 10));
        await SwitchOn(site, officer, 30);
        Assert.Equal("tell:1", await RunOn(site, new DateOnly(2027, 4, 10)));
        Assert.Equal("erase:1 record:1", await RunOn(site, new DateOnly(2027, 5, 10)));
    }

    [Fact]
    public async Task A_run_that_dies_between_word_and_mark_tells_nobody_twice()
    {
        await using var site = await Start(DataStore.Sqlite);
        var officer = await site.NewStaff(StaffRole.Administrator, "admin", "青木 守");
        await State(site, officer);
        var people = new List<ResidentNo>();
        for (var i = 0; i < 5; i++)
            people.Add(await New(site, $"kazuo{i}", DataCategory.Immunization));
        await End(site, officer, "vaccines");
        await Decide(site, officer, DataCategory.Immunization);
        await SwitchOn(site, officer, 30);
        site.Clock.Now = Noon(new DateOnly(2026, 11, 3));
        await site.Do<UnneededData, RetentionBatch>(r => r.Erase(new RetentionAsk(site.Clock.Now, 30), 0, 2, Cancel));
        await site.Do<TasukiDb, int>(db => db.Set<ToldRow>().ExecuteDeleteAsync(Cancel));
        Assert.Equal("tell:5", await RunOn(site, new DateOnly(2026, 11, 3)));
        site.Clock.Now = Noon(new DateOnly(2026, 12, 3));
        await site.Do<UnneededData, RetentionBatch>(r => r.Erase(new RetentionAsk(site.Clock.Now, 30), 0, 2, Cancel));
        Assert.Equal("erase:3 record:3", await RunOn(site, new DateOnly(2026, 12, 3)));
        foreach (var resident in people)
            Assert.Equal(2, (await Told(site, resident)).Count);
    }

    [Fact]
    public async Task Who_closed_the_account_leaves_no_word_of_what_was_told_and_the_rows_name_nobody()
    {
        await using var site = await Start(DataStore.Sqlite);
        var officer = await site.NewStaff(StaffRole.Administrator, "admin", "青木 守");
        await State(site, officer);
        var taro = await New(site, "taro", DataCategory.Immunization);
        await End(site, officer, "vaccines");
        await Decide(site, officer, DataCategory.Immunization);
        await SwitchOn(site, officer, 30);
        await RunOn(site, new DateOnly(2026, 11, 3));
        var row = await site.Do<TasukiDb, ToldRow>(db => db.Set<ToldRow>().AsNoTracking().SingleAsync(Cancel));
        var number = BitConverter.GetBytes(taro.Value);
        Assert.Equal(-1, row.Key.AsSpan().IndexOf(number));
        Assert.Equal(-1, row.Key.AsSpan().IndexOf(number.Reverse().ToArray()));
        await site.Do<IEnumerable<IResidentErasure>, bool>(async all => { await all.OfType<EraseTold>().Single().Erase(taro, Cancel); return true; });
        Assert.Equal(0, await site.Do<TasukiDb, int>(db => db.Set<ToldRow>().CountAsync(Cancel)));
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task Nothing_is_told_or_erased_before_a_second_officer_confirms_and_one_alone_stops_it(DataStore store)
    {
        await using var site = await Start(store);
        var (first, second) = (await site.NewStaff(StaffRole.Administrator, "admin", "青木 守"), await site.NewStaff(StaffRole.Administrator, "second", "赤木 久"));
        var twin = await site.NewStaff(StaffRole.Administrator, "twin", "青木 守");
        await State(site, first);
        var taro = await New(site, "taro", DataCategory.Immunization);
        using var one = site.As(first);
        Assert.DoesNotContain("どの利用目的にも要らなくなった記録の種類", (await one.Get("/staff/purposes")).Text, StringComparison.Ordinal);
        await End(site, first, "vaccines");
        Assert.Contains("どの利用目的にも要らなくなった記録の種類", (await one.Get("/staff/purposes")).Text, StringComparison.Ordinal);
        await SwitchOn(site, first, 30);
        Assert.Equal("", await RunOn(site, new DateOnly(2026, 11, 3)));

        Task<string?> Word(StaffMember who, long asked) => site.Do<ErasureDecisions, string?>(async d => (await d.Confirm(who, DataCategory.Immunization, asked, Cancel)).Error?.Code);
        Task<long> Seen() => site.Do<ErasureDecisions, long>(async d => Assert.Single(await d.All(Cancel)).No);
        Assert.Equal("erasure.moved", await Word(second, 0));
        var page = await one.Submit(await one.Get("/staff/purposes/ended"), "value=\"ask\"", ("Erasure", "ask"));
        Assert.Contains("2人目の確認待ち", page.Text, StringComparison.Ordinal);
        Assert.Contains("別の職員が確認します", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("value=\"confirm\"", page.Body, StringComparison.Ordinal);
        Assert.Equal("", await RunOn(site, new DateOnly(2026, 11, 4)));
        // Nor by who asked, nor under a second account of the same name, nor of another asking than the one seen.
        var asked = await Seen();
        Assert.Equal("erasure.same-person", await Word(first, asked));
        Assert.Equal("erasure.same-person", await Word(twin, asked));
        // Nor under an invented name: who invited somebody saw the code.
        var invited = await site.NewInvited(first, StaffRole.Administrator, "invited", "黒木 空");
        Assert.Equal("erasure.same-person", await Word(invited, asked));
        using (var puppet = site.As(invited))
        {
            page = await puppet.Get("/staff/purposes/ended");
            Assert.DoesNotContain("value=\"confirm\"", page.Body, StringComparison.Ordinal);
            Assert.Contains("別の管理者か監査の職員が「職員のアカウント」で", page.Text, StringComparison.Ordinal);
        }

        Assert.Equal("erasure.moved", await Word(second, asked - 1));
        Assert.Equal("", await RunOn(site, new DateOnly(2026, 11, 5)));
        Assert.Empty(await Told(site, taro));

        using var other = site.As(second);
        page = await other.Submit(await other.Get("/staff/purposes/ended"), "value=\"confirm\"", ("Erasure", "confirm"));
        Assert.Contains("消すことに決まりました", page.Text, StringComparison.Ordinal);
        Assert.Contains("赤木 久、2026年11月5日", page.Text, StringComparison.Ordinal);
        Assert.Equal("tell:1", await RunOn(site, new DateOnly(2026, 11, 6)));

        page = await one.Submit(await one.Get("/staff/purposes/ended"), "value=\"keep\"", ("Erasure", "keep"));
        Assert.Contains("消さないことにしました", page.Text, StringComparison.Ordinal);
        Assert.Equal("", await RunOn(site, new DateOnly(2026, 12, 6)));
        Assert.Equal(1, await Records(site, taro));
        // Decided again later, it is told again.
        await Decide(site, first, DataCategory.Immunization);
        Assert.Equal("tell:1", await RunOn(site, new DateOnly(2026, 12, 7)));
        Assert.Equal(1, await Records(site, taro));
    }

    [Fact]
    public async Task Deciding_takes_the_right_and_a_factor_proved_just_now_and_a_confirmation_that_was_altered_is_none()
    {
        await using var site = await Start(DataStore.Sqlite);
        var (first, clerk) = (await site.NewStaff(StaffRole.Administrator, "admin", "青木 守"), await site.NewStaff(StaffRole.Desk, "clerk", "白川 直"));
        await State(site, first);
        await End(site, first, "vaccines");
        Assert.Equal(
            ["purpose.right", "purpose.right", "purpose.right"],
            await site.Do<ErasureDecisions, string?[]>(async d =>
            [
                (await d.Ask(clerk, DataCategory.Immunization, Cancel)).Error?.Code, (await d.Confirm(clerk, DataCategory.Immunization, 0, Cancel)).Error?.Code,
                (await d.Keep(clerk, DataCategory.Immunization, Cancel)).Error?.Code,
            ]));
        using var stale = site.AsStale(first);
        await stale.Submit(await stale.Get("/staff/purposes/ended"), "value=\"ask\"", ("Erasure", "ask"));
        Assert.Null(await site.Do<ErasureDecisions, ErasureStep?>(async d => Assert.Single(await d.All(Cancel)).Step));
        Assert.Equal("erasure.moved", await site.Do<ErasureDecisions, string?>(async d => (await d.Keep(first, DataCategory.Immunization, Cancel)).Error?.Code));
        Assert.Equal("erasure.moved", await site.Do<ErasureDecisions, string?>(async d => (await d.Ask(first, DataCategory.Medication, Cancel)).Error?.Code));

        await Decide(site, first, DataCategory.Immunization);
        Assert.Equal([DataCategory.Immunization], await site.Do<ErasureDecisions, IEnumerable<DataCategory>>(async d => (await d.Decided(Cancel)).Keys));
        // What was taken back stays taken back where the piece that says so was altered.
        Assert.True((await site.Do<ErasureDecisions, Result<Done>>(d => d.Keep(first, DataCategory.Immunization, Cancel))).IsOk);
        await site.Do<TasukiDb, int>(db => db.Database.ExecuteSqlRawAsync("UPDATE evidence SET holds = 0 WHERE no = (SELECT MAX(no) FROM evidence WHERE subject = 'unneeded.Immunization')", Cancel));
        Assert.Empty(await site.Do<ErasureDecisions, IEnumerable<DataCategory>>(async d => (await d.Decided(Cancel)).Keys));
    }

    [Fact]
    public async Task A_confirmation_counts_right_after_what_it_confirms_and_nowhere_else()
    {
        await using var site = await Start(DataStore.Sqlite);
        var (first, second) = (await site.NewStaff(StaffRole.Administrator, "admin", "青木 守"), await site.NewStaff(StaffRole.Administrator, "second", "赤木 久"));
        await State(site, first);
        await End(site, first, "vaccines");
        Assert.True((await site.Do<ErasureDecisions, Result<Done>>(d => d.Ask(first, DataCategory.Immunization, Cancel))).IsOk);
        var asked = await site.Do<ErasureDecisions, ErasureDecision>(async d => Assert.Single(await d.All(Cancel)));
        Assert.True((await site.Do<ErasureDecisions, Result<Done>>(d => d.Keep(first, DataCategory.Immunization, Cancel))).IsOk);
        // The second officer's confirmation was on its way in the same moment; and of what was asked anew meanwhile it says nothing.
        Task Late() => site.Do<EvidenceBook, bool>(async b =>
        {
            await b.Add(EvidenceKind.Act, ErasureDecisions.Subject(DataCategory.Immunization), new ErasureWord(ErasureStep.Confirmed, asked.Need.Ends, asked.No), second.Actor, second.No, Cancel);
            return true;
        });
        await Late();
        Assert.Empty(await site.Do<ErasureDecisions, IEnumerable<DataCategory>>(async d => (await d.Decided(Cancel)).Keys));
        Assert.True((await site.Do<ErasureDecisions, Result<Done>>(d => d.Ask(first, DataCategory.Immunization, Cancel))).IsOk);
        await Late();
        Assert.Empty(await site.Do<ErasureDecisions, IEnumerable<DataCategory>>(async d => (await d.Decided(Cancel)).Keys));
    }

    [Fact]
    public async Task What_should_have_gone_is_overdue_after_two_days_and_a_word_nobody_followed_is_forgotten_after_a_year()
    {
        await using var site = await Start(DataStore.Sqlite);
        var officer = await site.NewStaff(StaffRole.Administrator, "admin", "青木 守");
        await State(site, officer);
        await New(site, "taro", DataCategory.Immunization);
        // The probes' own resident is nobody to be told.
        await Write(site, (await site.Do<ProbeResident, Result<ResidentProfile>>(p => p.Get(Cancel))).Value.No, "nobody", DataCategory.Immunization);
        await End(site, officer, "vaccines");
        await Decide(site, officer, DataCategory.Immunization);
        await SwitchOn(site, officer, 30);
        Assert.Equal("tell:1 | ", await RunOn(site, new DateOnly(2026, 11, 3), withHeld: true));
        Assert.Equal(0, await Overdue(new DateOnly(2026, 12, 5)));
        Assert.Equal(1, await Overdue(new DateOnly(2026, 12, 6)));
        Assert.True((await site.Do<ErasureDecisions, Result<Done>>(d => d.Keep(officer, DataCategory.Immunization, Cancel))).IsOk);
        await RunOn(site, new DateOnly(2028, 1, 7));
        Assert.Equal(1, await site.Do<TasukiDb, int>(db => db.Set<ToldRow>().CountAsync(Cancel)));
        await RunOn(site, new DateOnly(2028, 1, 8));
        Assert.Equal(0, await site.Do<TasukiDb, int>(db => db.Set<ToldRow>().CountAsync(Cancel)));

        Task<long> Overdue(DateOnly day) => site.Do<UnneededData, long>(async r => (await r.Count(new RetentionAsk(Noon(day), 30), Cancel)).Overdue);
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task A_run_that_dies_between_erasure_and_word_sends_it_later_and_takes_nothing_that_came_after_unannounced(DataStore store)
    {
        await using var site = await Start(store);
        var officer = await site.NewStaff(StaffRole.Administrator, "admin", "青木 守");
        await State(site, officer);
        var (taro, hanako) = (await New(site, "taro", DataCategory.Immunization), await New(site, "hanako", DataCategory.Immunization));
        await End(site, officer, "vaccines");
        await Decide(site, officer, DataCategory.Immunization);
        await SwitchOn(site, officer, 30);
        Assert.Equal("tell:2", await RunOn(site, new DateOnly(2026, 11, 3)));

        // The word cannot be written: the run ends in the middle of taro.
        site.Clock.Now = Noon(new DateOnly(2026, 12, 3));
        await Sql(site, "ALTER TABLE inbox_message RENAME TO inbox_away");
        await Assert.ThrowsAnyAsync<Exception>(() => site.Do<UnneededData, RetentionBatch>(r => r.Erase(new RetentionAsk(site.Clock.Now, 30), 0, 200, Cancel)));
        await Sql(site, "ALTER TABLE inbox_away RENAME TO inbox_message");
        Assert.Equal((0, 1), (await Records(site, taro), await Records(site, hanako)));
        var row = await site.Do<TasukiDb, UnderwayRow>(db => db.Set<UnderwayRow>().AsNoTracking().SingleAsync(Cancel));
        Assert.Equal(taro.Value, row.ResidentNo);
        Assert.Equal(-1, row.What.AsSpan().IndexOf("2026"u8));

        // The next day it goes on: taro reads the day on which it was done, and hanako's turn comes.
        Assert.Equal("erase:1 record:1", await RunOn(site, new DateOnly(2026, 12, 4)));
        Assert.Contains(await Told(site, taro), m => m.Subject.Contains("消しました", StringComparison.Ordinal) && m.Body.Contains("2026年12月3日", StringComparison.Ordinal));
        Assert.Contains(await Told(site, hanako), m => m.Subject.Contains("消しました", StringComparison.Ordinal) && m.Body.Contains("2026年12月4日", StringComparison.Ordinal));
        Assert.Equal(0, await site.Do<TasukiDb, int>(db => db.Set<UnderwayRow>().CountAsync(Cancel)));
        Assert.Equal(0, await site.Do<TasukiDb, int>(db => db.Set<ToldRow>().CountAsync(Cancel)));
        Assert.Equal("", await RunOn(site, new DateOnly(2026, 12, 5)));
        Assert.Equal(2, (await Told(site, taro)).Count);
    }

    [Fact]
    public async Task Records_brought_in_after_a_run_died_are_told_anew_and_not_called_erased()
    {
        await using var site = await Start(DataStore.Sqlite);
        var officer = await site.NewStaff(StaffRole.Administrator, "admin", "青木 守");
        await State(site, officer);
        var taro = await New(site, "taro", DataCategory.Immunization);
        await End(site, officer, "vaccines");
        await Decide(site, officer, DataCategory.Immunization);
        await SwitchOn(site, officer, 30);
        Assert.Equal("tell:1", await RunOn(site, new DateOnly(2026, 11, 3)));
        site.Clock.Now = Noon(new DateOnly(2026, 12, 3));
        await Sql(site, "ALTER TABLE inbox_message RENAME TO inbox_away");
        await Assert.ThrowsAnyAsync<Exception>(() => site.Do<UnneededData, RetentionBatch>(r => r.Erase(new RetentionAsk(site.Clock.Now, 30), 0, 200, Cancel)));
        await Sql(site, "ALTER TABLE inbox_away RENAME TO inbox_message");
        await Write(site, taro, "taro-again", DataCategory.Immunization);
        Assert.Equal("tell:1", await RunOn(site, new DateOnly(2026, 12, 4)));
        Assert.Equal(1, await Records(site, taro));
        Assert.DoesNotContain(await Told(site, taro), m => m.Subject.Contains("消しました", StringComparison.Ordinal));
        Assert.Contains(await Told(site, taro), m => m.Body.Contains("2027年1月3日", StringComparison.Ordinal));
        Assert.Equal("erase:1 record:1", await RunOn(site, new DateOnly(2027, 1, 3)));
    }

    [Fact]
    public async Task A_run_that_goes_on_days_later_tells_the_whole_period()
    {
        await using var site = await Start(DataStore.Sqlite);
        var officer = await site.NewStaff(StaffRole.Administrator, "admin", "青木 守");
        await State(site, officer);
        var taro = await New(site, "taro", DataCategory.Immunization);
        await End(site, officer, "vaccines");
        await Decide(site, officer, DataCategory.Immunization);
        await SwitchOn(site, officer, 30);
        var begun = new RetentionAsk(Noon(new DateOnly(2026, 11, 3)), 30);
        site.Clock.Now = Noon(new DateOnly(2026, 11, 20));
        await site.Do<UnneededData, RetentionBatch>(r => r.Erase(begun, 0, 200, Cancel));
        Assert.Contains("2026年12月20日", Assert.Single(await Told(site, taro)).Body, StringComparison.Ordinal);
        Assert.Equal("", await RunOn(site, new DateOnly(2026, 12, 19)));
        Assert.Equal("erase:1 record:1", await RunOn(site, new DateOnly(2026, 12, 20)));
    }

    private static Task<int> Sql(RegimeSite site, string sql) => site.Do<TasukiDb, int>(db => db.Database.ExecuteSqlRawAsync(sql, Cancel));

    private static DateTimeOffset Noon(DateOnly day) => TokyoDay.StartOf(day).AddHours(12);

    private static async Task State(RegimeSite site, StaffMember officer)
    {
        foreach (var (code, stated) in new[] { ("guidance", Guidance), ("vaccines", Vaccines) })
            Assert.True((await site.Do<KeepPurposes, Result<Done>>(k => k.State(officer, code, stated, Cancel))).IsOk);
    }

    private static async Task End(RegimeSite site, StaffMember officer, string code, int seen = 1) =>
        Assert.True((await site.Do<KeepPurposes, Result<Done>>(k => k.End(officer, code, seen, "事業の終了", Cancel))).IsOk);

    /// <summary>Two officers decide that the category goes.</summary>
    private static async Task Decide(RegimeSite site, StaffMember first, DataCategory category)
    {
        Assert.True((await site.Do<ErasureDecisions, Result<Done>>(d => d.Ask(first, category, Cancel))).IsOk);
        var second = await site.NewStaff(StaffRole.Administrator, $"second{await site.Do<EvidenceBook, long>(b => b.Last(EvidenceKind.Act, Cancel))}", "赤木 久");
        Assert.True((await site.Do<ErasureDecisions, Result<Done>>(async d => await d.Confirm(second, category, (await d.All(Cancel)).Single(x => x.Need.Category == category).No, Cancel))).IsOk);
    }

    private static async Task<ResidentNo> New(RegimeSite site, string name, params DataCategory[] categories)
    {
        var resident = await site.NewResident(name);
        await Write(site, resident, name, categories);
        return resident;
    }

    private static async Task Write(RegimeSite site, ResidentNo resident, string name, params DataCategory[] categories)
    {
        var session = (await site.Vault.Open(Actor.Resident(resident), resident, Purpose.Import, Cancel)).Value;
        Assert.True((await session.Write([.. categories.Select((c, i) => new NewRecord(
            CanonicalResource.Parse(Encoding.UTF8.GetBytes($$"""{"resourceType":"Observation","identifier":[{"system":"urn:test","value":"{{name}}{{i}}"}],"status":"final","code":{"coding":[{"system":"http://loinc.org","code":"8867-4"}]},"valueInteger":5}""")).Value,
            new RecordOrigin(SourceKind.MedicalInstitution, "みどり内科", null, null, site.Clock.Now), c))], Cancel)).IsOk);
    }

    private static async Task<Session> Own(RegimeSite site, ResidentNo resident) => (await site.Vault.Open(Actor.Resident(resident), resident, Purpose.OwnUse, Cancel)).Value;

    // Those this test wrote.
    private static async Task<int> Records(RegimeSite site, ResidentNo resident) =>
        (await (await Own(site, resident)).Search(new RecordQuery(), Cancel)).Value.Records.Count(r => r.Type == "Observation");

    private static async Task SwitchOn(RegimeSite site, StaffMember officer, int days)
    {
        Assert.True((await site.Do<RetentionBook, Result<Done>>(b => b.SetPeriod(officer, UnneededData.Id, days, Cancel))).IsOk);
        await site.Do<RetentionBook, bool>(async b =>
        {
            await site.Do<RunRetention, bool>(async r => { await r.LookAt((await b.Find(UnneededData.Id, Cancel))!, officer.Actor, officer.No, Cancel); return true; });
            return (await b.SwitchOn(officer, UnneededData.Id, (await b.Find(UnneededData.Id, Cancel))!.Look!.No, Cancel)).IsOk ? true : throw new InvalidOperationException("not switched on");
        });
    }

    /// <summary>Runs the rule on that day; the dry run right before says the same.</summary>
    private static async Task<string> RunOn(RegimeSite site, DateOnly day, bool withHeld = false, bool on = true)
    {
        if (Noon(day) > site.Clock.Now)
            site.Clock.Now = Noon(day);
        await using var scope = site.Services.CreateAsyncScope();
        var kept = (await scope.ServiceProvider.GetRequiredService<RetentionBook>().Find(UnneededData.Id, Cancel))!;
        var dry = await kept.Rule.Count(scope.ServiceProvider, new RetentionAsk(site.Clock.Now, kept.Period), Cancel);
        if (!on)
            return KeptNumbers.Text(dry.Due);
        var run = (await scope.ServiceProvider.GetRequiredService<RunRetention>().Run(kept, Actor.Job("test", "A test."), null, Cancel)).Value;
        Assert.Equal(KeptNumbers.Text(dry.Due.OrderBy(p => p.Code, StringComparer.Ordinal)), KeptNumbers.Text(run.Done));
        Assert.True(run.IsWhole);
        return KeptNumbers.Text(run.Done) + (withHeld ? $" | {KeptNumbers.Text(dry.Held)}" : "");
    }

    private static Task<IReadOnlyList<InboxMessage>> Told(RegimeSite site, ResidentNo resident) => site.Do<Inbox, IReadOnlyList<InboxMessage>>(i => i.Messages(resident, Cancel));
}
