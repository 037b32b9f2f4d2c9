using Microsoft.EntityFrameworkCore;
using Tasuki.Compliance.Purposes;
using Tasuki.Compliance.Regime;
using Tasuki.Compliance.Requests;
using Tasuki.Compliance.Scope;
using Tasuki.Compliance.Tests.Regime;
using Tasuki.Data;
using Tasuki.Delivery;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.People;
using Tasuki.Vault;
using Xunit;
using static Tasuki.Compliance.Tests.RegimeSite;

namespace Tasuki.Compliance.Tests.Requests;

/// <summary>A request from the paper to the letter: who may, until when, and what is left of it.</summary>
public sealed class RequestRegimeTests
{
    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task A_disclosure_is_taken_in_checked_decided_told_and_handed_over_by_the_person(DataStore store)
    {
        await using var site = await Start(store);
        var officer = await site.NewStaff(StaffRole.Desk, "officer1", "青木 守");
        var keeper = await site.NewStaff(StaffRole.Administrator, "admin", "黒田 実");
        Assert.True((await site.Do<KeepPurposes, Result<Done>>(k => k.State(
            keeper, "guidance",
            new StatedPurpose("特定保健指導のために使います。", "To give health guidance.", "健康の 相談。", BasisKind.Law, "高齢者の医療の確保に関する法律", "第24条", "特定保健指導", [DataCategory.SpecificCheckup]), Cancel))).IsOk);
        var resident = await site.NewResident();
        using var desk = site.As(officer);
        var number = await Enter(desk, RequestKind.Disclosure, ("Resident", resident.ToString()));

        Assert.Contains("先に本人確認の方法を記録してください", (await Work(desk, number, "decide", ("Decision", "Granted"))).Text, StringComparison.Ordinal);
        await Work(desk, number, "identity", ("How", "Photo"));
        Assert.Contains("認めない理由を一覧から選んでください", (await Work(desk, number, "decide", ("Decision", "Refused"), ("Text", "理由"))).Text, StringComparison.Ordinal);
        Assert.Contains("認めない理由を一覧から選んでください", (await Work(desk, number, "decide", ("Decision", "Granted"), ("Grounds", "not-held"))).Text, StringComparison.Ordinal);
        Assert.Contains("認めない理由を一覧から選んでください", (await Work(desk, number, "decide", ("Decision", "Partly"), ("Grounds", "is-right"), ("Text", "理由"))).Text, StringComparison.Ordinal);
        Assert.Contains("1文字から4,000文字", (await Work(desk, number, "decide", ("Decision", "Partly"), ("Grounds", "other-person"))).Text, StringComparison.Ordinal);
        Assert.Contains("通知書を送ってください", (await Work(desk, number, "decide", ("Decision", "Partly"), ("Grounds", "other-person"), ("Text", "家族の記載を除きます。"))).Text, StringComparison.Ordinal);

        var letter = (await desk.Get($"/staff/requests/{number}/letter")).Text;
        foreach (var said in new[] { "緑山 花子 様", "ひびき市本町1-1", "開示の請求の一部を認める決定のお知らせ", "2026年11月2日", "法第78条第1項第2号", "家族の記載を除きます。", "特定保健指導のために使います。", "高齢者の医療の確保に関する法律 第24条", "/take-out", "審査請求", number })
            Assert.Contains(said, letter, StringComparison.Ordinal);

        Assert.Contains("請求に合う実施の方法", (await Work(desk, number, "hand-over", ("Way", "CarriedOut"))).Text, StringComparison.Ordinal);
        await Work(desk, number, "hand-over", ("Way", "TakeOut"));
        var row = await Row(site, number);
        Assert.Equal((RequestState.Done, RequestWay.TakeOut, RequestDecision.Partly), (row.State, row.Way, row.Decision));
        Assert.Contains("この状態ではできません", (await Tried(site, officer, number, w => w.Withdraw(officer, number, "取下げ", Cancel))).Text, StringComparison.Ordinal);

        // The person sees all of it, and officers saw no record.
        var subjects = (await site.Do<Inbox, IReadOnlyList<InboxMessage>>(i => i.Messages(resident, Cancel))).Select(m => m.Subject);
        Assert.Contains("個人情報についての請求を受け付けました", subjects, StringComparer.Ordinal);
        Assert.Contains("請求について決定しました", subjects, StringComparer.Ordinal);
        var seen = await Seen(site, resident);
        Assert.Contains("entered", seen, StringComparer.Ordinal);
        Assert.Contains("decide", seen, StringComparer.Ordinal);
        Assert.Contains("letter", seen, StringComparer.Ordinal);
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task The_clock_stands_while_a_correction_is_awaited_and_is_extended_once_with_a_reason(DataStore store)
    {
        await using var site = await Start(store);
        var officer = await site.NewStaff(StaffRole.Desk, "officer1", "青木 守");
        using var desk = site.As(officer);
        var number = await Enter(desk, RequestKind.Disclosure);
        Assert.Equal(Day(2026, 12, 2), (await Row(site, number)).Due?.Day);

        Move(site, Day(2026, 11, 5));
        await Work(desk, number, "correction", ("Text", "本人確認の書類が足りません。"));
        Assert.Null((await Row(site, number)).Due);
        Assert.Contains("補正待ちのため停止中", (await desk.Get("/staff/requests")).Text, StringComparison.Ordinal);
        await Work(desk, number, "identity", ("How", "TwoDocuments"));
        Assert.Equal("request.correcting", (await site.Do<WorkOnRequest, Result<Done>>(w => w.Decide(officer, number, RequestDecision.Granted, [], null, Cancel))).Error?.Code);
        Move(site, Day(2027, 2, 1));
        Assert.Contains("期限超過（0）", (await desk.Get("/staff/requests")).Text, StringComparison.Ordinal);
        await Work(desk, number, "corrected");
        Assert.Equal(Day(2027, 2, 28), (await Row(site, number)).Due?.Day);

        Assert.Contains("延ばせる日数の範囲", (await Work(desk, number, "extend", ("Days", "31"), ("Text", "理由"))).Text, StringComparison.Ordinal);
        Assert.Contains("1文字から4,000文字", (await Work(desk, number, "extend", ("Days", "30"))).Text, StringComparison.Ordinal);
        await Work(desk, number, "extend", ("Days", "30"), ("Text", "関係する課への照会に時間がかかるため。"));
        Assert.Equal(Day(2027, 3, 30), (await Row(site, number)).Due?.Day);
        Assert.Equal("request.settled", (await site.Do<WorkOnRequest, Result<Done>>(w => w.Extend(officer, number, 5, "再び", Cancel))).Error?.Code);
        var letter = (await desk.Get($"/staff/requests/{number}/letter")).Text;
        foreach (var said in new[] { "決定の期限を延ばすお知らせ", "2027年3月30日まで延ばします", "関係する課への照会に時間がかかるため。" })
            Assert.Contains(said, letter, StringComparison.Ordinal);

        Move(site, Day(2027, 3, 31));
        Assert.Contains("期限超過（1）", (await desk.Get("/staff/requests")).Text, StringComparison.Ordinal);
        // Another, whose time is over, is extended no more.
        var late = await Enter(desk, RequestKind.Disclosure, ("Received", "2027-03-01"));
        Move(site, Day(2027, 4, 1));
        Assert.Equal("request.late", (await site.Do<WorkOnRequest, Result<Done>>(w => w.Extend(officer, late, 10, "理由", Cancel))).Error?.Code);
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task A_very_large_set_is_extended_to_a_day_and_its_first_part_is_due_after_sixty(DataStore store)
    {
        await using var site = await Start(store);
        var officer = await site.NewStaff(StaffRole.Desk, "officer1", "青木 守");
        using var desk = site.As(officer);
        var number = await Enter(desk, RequestKind.Disclosure);
        Assert.Contains("延ばせる日数の範囲", (await Work(desk, number, "extend-long", ("To", "2027-01-01"), ("Text", "大量"))).Text, StringComparison.Ordinal);
        Assert.Contains("延ばせる日数の範囲", (await Work(desk, number, "extend-long", ("To", "2028-01-01"), ("Text", "大量"))).Text, StringComparison.Ordinal);
        await Work(desk, number, "extend-long", ("To", "2027-04-30"), ("Text", "記録が著しく大量のため。"));
        Assert.Equal(Day(2027, 4, 30), (await Row(site, number)).Due?.Day);
        var letter = (await desk.Get($"/staff/requests/{number}/letter")).Text;
        Assert.Contains("2027年4月30日まで延ばします", letter, StringComparison.Ordinal);
        Assert.Contains("相当の部分は2027年1月1日までに", letter, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task For_a_representative_a_second_officer_says_yes_and_it_is_never_the_first(DataStore store)
    {
        await using var site = await Start(store);
        var first = await site.NewStaff(StaffRole.Desk, "officer1", "青木 守");
        var again = await site.NewStaff(StaffRole.Desk, "officer1b", "青木 守");
        var second = await site.NewStaff(StaffRole.Desk, "officer2", "白川 梓");
        using var desk = site.As(first);
        var resident = await site.NewResident();
        Assert.Contains("代理人の氏名と関係", (await Sent(desk, RequestKind.Disclosure, ("By", "Agent"))).Text, StringComparison.Ordinal);
        var number = await Enter(desk, RequestKind.Disclosure, ("By", "Agent"), ("Representative", "甥 緑山 健"), ("Resident", resident.ToString()));
        Assert.Contains("先に本人確認", (await Work(desk, number, "representative", ("Text", "委任状"))).Text, StringComparison.Ordinal);
        await Work(desk, number, "identity", ("How", "Photo"));

        Assert.Contains("代理人の氏名と関係、または別の職員による資格の確認", (await Work(desk, number, "decide", ("Decision", "Granted"))).Text, StringComparison.Ordinal);
        foreach (var same in new[] { first, again })
            Assert.Equal("request.same-person", (await site.Do<WorkOnRequest, Result<Done>>(w => w.ConfirmRepresentative(same, number, "委任状", Cancel))).Error?.Code);
        // Two whom one administrator invited may be that one, until a colleague of neither knows one of them.
        var (administrator, independent) = (await site.NewStaff(StaffRole.Administrator, "admin1", "管理 花"), await site.NewStaff(StaffRole.Administrator, "admin2", "結城 守"));
        var (child, sibling) = (await site.NewInvited(administrator, StaffRole.Desk, "officer3", "森 育子"), await site.NewInvited(administrator, StaffRole.Desk, "officer4", "谷 保"));
        using (var invited = site.As(child))
        using (var puppet = site.As(sibling))
        {
            var asked = await Enter(invited, RequestKind.Disclosure, ("By", "Agent"), ("Representative", "甥 緑山 健"), ("Resident", resident.ToString()));
            await Work(invited, asked, "identity", ("How", "Photo"));
            Assert.Contains("別の管理者か監査の職員が「職員のアカウント」で", (await Work(puppet, asked, "representative", ("Text", "委任状"))).Text, StringComparison.Ordinal);
            Assert.Null((await Row(site, asked)).ConfirmedBy);
            await site.Vouch(independent, child);
            await Work(puppet, asked, "representative", ("Text", "委任状"));
            Assert.Equal(sibling.No, (await Row(site, asked)).ConfirmedBy);
        }

        using var other = site.As(second);
        await Work(other, number, "representative", ("Text", "委任状と印鑑登録証明書を確認"));
        // A new check of the identity asks for a new confirmation.
        await Work(desk, number, "identity", ("How", "Copies"));
        Assert.Null((await Row(site, number)).ConfirmedBy);
        await Work(other, number, "representative", ("Text", "再度確認"));
        await Work(desk, number, "decide", ("Decision", "Granted"));
        Assert.Equal(RequestState.Decided, (await Row(site, number)).State);
        Assert.Contains("甥 緑山 健 様", (await desk.Get($"/staff/requests/{number}/letter")).Text, StringComparison.Ordinal);
        Assert.Contains("representative", await Seen(site, resident), StringComparer.Ordinal);
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task What_changes_with_the_operator_is_clock_grounds_and_appeal_and_a_request_keeps_the_law_it_came_under(DataStore store)
    {
        await using var site = await Start(store);
        var officer = await site.NewStaff(StaffRole.Desk, "officer1", "青木 守");
        using var desk = site.As(officer);
        var municipal = await Enter(desk, RequestKind.Disclosure);
        site.Scope.Operator = OperatorKind.Company;
        var company = await Enter(desk, RequestKind.Disclosure);
        site.Scope.Operator = OperatorKind.Municipality;
        var back = await Enter(desk, RequestKind.Disclosure);

        Assert.Equal((Day(2026, 12, 2), null, Day(2026, 12, 2)), ((await Row(site, municipal)).Due?.Day, (await Row(site, company)).Due?.Day, (await Row(site, back)).Due?.Day));
        var page = (await desk.Get($"/staff/requests/{company}")).Text;
        Assert.Contains("遅れずに", page, StringComparison.Ordinal);
        Assert.Contains("法第33条第2項第2号", page, StringComparison.Ordinal);
        Assert.DoesNotContain("法第78条", page, StringComparison.Ordinal);
        Assert.Equal("request.no-clock", (await site.Do<WorkOnRequest, Result<Done>>(w => w.Extend(officer, company, 10, "理由", Cancel))).Error?.Code);
        await Work(desk, company, "identity", ("How", "SignedIn"));
        await Work(desk, company, "decide", ("Decision", "Refused"), ("Grounds", "hinders-business"), ("Text", "説明"));
        var letter = (await desk.Get($"/staff/requests/{company}/letter")).Text;
        Assert.Contains("苦情の窓口", letter, StringComparison.Ordinal);
        Assert.DoesNotContain("審査請求", letter, StringComparison.Ordinal);
        Assert.Equal(RequestState.Done, (await Row(site, company)).State);
        Assert.Contains("法第78条第1項第2号", (await desk.Get($"/staff/requests/{municipal}")).Text, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task A_correction_follows_a_disclosure_within_ninety_days_where_the_law_says_so_and_an_ordinance_shortens_the_clock(DataStore store)
    {
        await using var site = await Start(store);
        var officer = await site.NewStaff(StaffRole.Desk, "officer1", "青木 守");
        using var desk = site.As(officer);
        Assert.Contains("開示の日が必要です", (await Sent(desk, RequestKind.Correction)).Text, StringComparison.Ordinal);
        Assert.Contains("開示の日が必要です", (await Sent(desk, RequestKind.Stop, ("Disclosed", "2026-11-03"))).Text, StringComparison.Ordinal);
        var inTime = await Enter(desk, RequestKind.Correction, ("Disclosed", "2026-08-04"));
        Assert.DoesNotContain("期間を過ぎています", (await desk.Get($"/staff/requests/{inTime}")).Text, StringComparison.Ordinal);
        var late = await Enter(desk, RequestKind.Stop, ("Disclosed", "2026-07-30"));
        var page = (await desk.Get($"/staff/requests/{late}")).Text;
        Assert.Contains("期間を過ぎています", page, StringComparison.Ordinal);
        Assert.Contains("法第98条第3項", page, StringComparison.Ordinal);

        site.Scope.Ordinance = new OrdinanceSettings { CorrectionDays = 14, CorrectionExtensionDays = 7 };
        var shorter = await Row(site, await Enter(desk, RequestKind.Correction, ("Disclosed", "2026-10-01")));
        Assert.Equal((Day(2026, 11, 16), 7), (shorter.Due?.Day, shorter.MaximumExtension));
        // What came before keeps the days of its day.
        Assert.Equal(Day(2026, 12, 2), (await Row(site, inTime)).Due?.Day);
        await Work(desk, inTime, "identity", ("How", "Photo"));
        await Work(desk, inTime, "decide", ("Decision", "Granted"));
        Assert.Contains("請求に合う実施の方法", (await Work(desk, inTime, "hand-over", ("Way", "Paper"))).Text, StringComparison.Ordinal);
        Assert.Contains("1文字から4,000文字", (await Work(desk, inTime, "hand-over", ("Way", "CarriedOut"))).Text, StringComparison.Ordinal);
        await Work(desk, inTime, "hand-over", ("Way", "CarriedOut"), ("Text", "名簿の住所を直しました。"));

        site.Scope.Operator = OperatorKind.Company;
        var company = await Row(site, await Enter(desk, RequestKind.Correction));
        Assert.Equal((null, null, null), (company.Disclosed, company.AskedUntil, company.Days));
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task An_entrusted_company_passes_it_on_and_decides_nothing(DataStore store)
    {
        await using var site = await Start(store, OperatorKind.EntrustedCompany);
        var officer = await site.NewStaff(StaffRole.Desk, "officer1", "青木 守");
        using var desk = site.As(officer);
        Assert.Contains("決定は委託元の市区町村がします", (await desk.Get("/staff/requests/new")).Text, StringComparison.Ordinal);
        var number = await Enter(desk, RequestKind.Disclosure);
        await Work(desk, number, "identity", ("How", "Photo"));
        Assert.Equal("request.principal", (await site.Do<WorkOnRequest, Result<Done>>(w => w.Decide(officer, number, RequestDecision.Granted, [], null, Cancel))).Error?.Code);
        await Work(desk, number, "pass-on", ("Text", "ひびき市の情報公開課へ"));
        Assert.Equal(RequestState.PassedOn, (await Row(site, number)).State);

        site.Scope.Operator = OperatorKind.Municipality;
        var own = await Enter(desk, RequestKind.Disclosure);
        Assert.Equal("request.own", (await site.Do<WorkOnRequest, Result<Done>>(w => w.PassOn(officer, own, "別へ", Cancel))).Error?.Code);
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task Bad_input_is_named_and_what_was_typed_stays(DataStore store)
    {
        await using var site = await Start(store);
        using var desk = site.As(await site.NewStaff(StaffRole.Desk, "officer1", "青木 守"));
        foreach (var (field, value, said) in new[]
        {
            ("Name", " ", "氏名を100文字まで"), ("Address", "", "送り先を300文字まで"), ("Text", new string('あ', 4001), "1文字から4,000文字"), ("Received", "2026-11-03", "届いた日は、今日または"),
            ("Received", "2026-10-01", "届いた日は、今日または"), ("Received", "x", "届いた日は、今日または"), ("Resident", "999999", "その番号のアカウントはありません"), ("Resident", "x1", "その番号のアカウントはありません"),
            ("Text", "マイナンバーは 123456789018 です。", "個人番号（マイナンバー）が含まれている"), ("Kind", "Everything", "種類、請求した人"),
        })
        {
            var answer = await Sent(desk, RequestKind.Disclosure, (field, value));
            Assert.True(answer.Text.Contains(said, StringComparison.Ordinal), $"{field} {value}: {answer.Text}");
            if (field is not "Address")
                Assert.Contains("ひびき市本町1-1", answer.Text, StringComparison.Ordinal);
        }

        Assert.Equal(0, await site.Do<TasukiDb, int>(db => db.Set<RequestRow>().CountAsync(Cancel)));
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task A_row_or_a_step_that_was_altered_by_SQL_is_not_honoured(DataStore store)
    {
        await using var site = await Start(store);
        using var desk = site.As(await site.NewStaff(StaffRole.Desk, "officer1", "青木 守"));
        string[] sets =
        [
            "received = '2027-01-01'", "state = 4", "decision = 1", "resident_no = 7", "steps = 5", "days = 90", "confirmed_by = 7", "identity = 1", "stops = '2026-11-02/2027-11-02'", "extended_days = 30",
            "operator = 3", "kind = 2", "way = 1", "withheld = 32", "release = 2", "released_by = 7",
        ];
        foreach (var set in sets)
        {
            var number = await Enter(desk, RequestKind.Disclosure);
            var sql = $"UPDATE legal_request SET {set} WHERE number = {{0}}";
            await site.Do<TasukiDb, int>(db => db.Database.ExecuteSqlRawAsync(sql, [number], Cancel));
            Assert.Null(await site.Do<RequestBook, RequestRow?>(b => b.Find(number, Cancel)));
        }

        Assert.Contains($"書き換えられた疑いのある行が{sets.Length}件", (await desk.Get("/staff/requests")).Text, StringComparison.Ordinal);
        var whole = await Enter(desk, RequestKind.Disclosure);
        var other = await Enter(desk, RequestKind.Disclosure);
        await site.Do<TasukiDb, int>(db => db.Database.ExecuteSqlRawAsync(
            "UPDATE legal_request_step SET content = (SELECT s.content FROM legal_request_step s JOIN legal_request r ON r.no = s.request_no WHERE r.number = {0}) WHERE request_no = (SELECT no FROM legal_request WHERE number = {1})", [other, whole], Cancel));
        Assert.Contains("経過のうち1件が開けません", (await desk.Get($"/staff/requests/{whole}")).Text, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task Of_an_erased_resident_the_register_keeps_number_days_and_decision_alone_and_a_change_of_key_reaches_the_rest(DataStore store)
    {
        await using var site = await Start(store);
        var resident = await site.NewResident();
        var officer = await site.NewStaff(StaffRole.Desk, "officer1", "青木 守");
        using var desk = site.As(officer);
        var decided = await Enter(desk, RequestKind.Disclosure, ("Resident", resident.ToString()));
        await Work(desk, decided, "identity", ("How", "Photo"));
        await Work(desk, decided, "decide", ("Decision", "Granted"));
        var open = await Enter(desk, RequestKind.Disclosure, ("Resident", resident.ToString()));

        var changed = await site.Do<SealedTables, Tasuki.Kernel.Seals.Resealed>(t => t.Reseal(resident, async (place, value, cancel) =>
        {
            var opened = await site.Vault.Seal.Open(resident, place, value, cancel);
            return opened.IsOk && place.Table.StartsWith("legal_request", StringComparison.Ordinal) ? Result.Of<byte[]?>((await site.Vault.Seal.Seal(resident, place, opened.Value, cancel)).Value) : Result.Of<byte[]?>(null);
        }, Cancel));
        Assert.Equal((6, 0), (changed.Values, changed.Broken));
        Assert.Contains("ひびき市本町1-1", (await desk.Get($"/staff/requests/{decided}")).Text, StringComparison.Ordinal);

        var closed = await site.Vault.Close(Actor.Resident(resident), resident, Cancel);
        site.Clock.Now = closed.Value.AddMinutes(1);
        await site.Vault.EraseDue(Actor.Job("test", "The waiting period is over."), Cancel);
        foreach (var _ in new[] { 1, 2 })
        {
            await site.Do<IEnumerable<IResidentErasure>, bool>(async all =>
            {
                foreach (var one in all)
                    await one.Erase(resident, Cancel);
                return true;
            });
        }

        Assert.Equal(0, await site.Do<TasukiDb, int>(db => db.Set<RequestStepRow>().CountAsync(Cancel)));
        var kept = await Row(site, decided);
        Assert.Equal((null, null, RequestState.Done, RequestDecision.Granted), (kept.ResidentNo, kept.About, kept.State, kept.Decision));
        Assert.Equal(RequestState.Withdrawn, (await Row(site, open)).State);
        Assert.Contains("内容は消去されました", (await desk.Get($"/staff/requests/{decided}")).Text, StringComparison.Ordinal);
        Assert.Contains("内容は消去されました", (await desk.Get("/staff/requests?show=all")).Text, StringComparison.Ordinal);
        Assert.Contains("通知することはまだありません", (await desk.Get($"/staff/requests/{decided}/letter")).Text, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task Nothing_of_a_request_stands_in_the_database_or_the_log_and_controls_are_shown(DataStore store)
    {
        await using var site = await Start(store);
        using var desk = site.As(await site.NewStaff(StaffRole.Desk, "officer1", "青木 守"));
        var number = await Enter(desk, RequestKind.Disclosure, ("Text", "目印\u202eめじるし<script>"), ("Name", "橙野 目印"));
        await Work(desk, number, "note", ("Text", "目印のメモ"));
        var page = await desk.Get($"/staff/requests/{number}");
        Assert.Contains("目印[U+202E]めじるし", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("めじるし<script>", page.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("目印", site.Log.All, StringComparison.Ordinal);
        if (store is DataStore.Sqlite)
        {
            await site.Do<TasukiDb, int>(db => db.Database.ExecuteSqlRawAsync("PRAGMA wal_checkpoint(TRUNCATE)", Cancel));
            var stored = System.Text.Encoding.UTF8.GetString(await File.ReadAllBytesAsync(Path.Combine(site.Folder, "app.db"), Cancel));
            foreach (var mark in new[] { "目印", "橙野", "本町" })
                Assert.DoesNotContain(mark, stored, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Who_does_not_handle_requests_sees_none()
    {
        await using var site = await Start(DataStore.Sqlite);
        var officer = await site.NewStaff(StaffRole.Desk, "officer1", "青木 守");
        var admin = await site.NewStaff(StaffRole.Administrator, "admin", "黒田 実");
        using var desk = site.As(officer);
        var number = await Enter(desk, RequestKind.Disclosure);
        using var other = site.As(admin);
        using var person = site.As(await site.NewResident());
        using var visitor = site.Visitor();
        foreach (var who in new[] { other, person, visitor })
        {
            foreach (var path in new[] { "/staff/requests", "/staff/requests/new", $"/staff/requests/{number}", $"/staff/requests/{number}/letter" })
                Assert.True((await who.Get(path)).IsRefused);
        }

        Assert.Equal("request.missing", (await site.Do<WorkOnRequest, Result<Done>>(w => w.Withdraw(admin, number, "取下げ", Cancel))).Error?.Code);
        Assert.Null(await site.Do<RequestBook, OpenedRequest?>(b => b.Open(admin, number, "read", Cancel)));
        Assert.Contains("その請求はありません", (await desk.Get("/staff/requests/R-0000-00")).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("R-7F3K-29", "R-7F3K-29")]
    [InlineData("r 7f3k 29", "R-7F3K-29")]
    [InlineData("I-LFOK-29", "I-1F0K-29")]
    [InlineData("R-7F3K-2", null)]
    [InlineData("", null)]
    public void A_number_is_read_however_it_is_typed(string typed, string? stored) => Assert.Equal(stored, CaseNumbers.Parse(typed));

    [Fact]
    public void Every_text_of_requests_is_there_and_asked_for() => RegimeHouseTests.TextsHold<RequestTexts>(
        ["Requests", "Regime"], ["Requests"],
        [
            .. Enum.GetNames<RequestKind>().Select(n => $"kind-{n}"), .. Enum.GetNames<RequestBy>().Select(n => $"by-{n}"), .. Enum.GetNames<RequestChannel>().Select(n => $"channel-{n}"),
            .. Enum.GetNames<RequestState>().Select(n => $"state-{n}"), .. Enum.GetNames<IdentityCheck>().Select(n => $"identity-{n}"), .. Enum.GetNames<RequestDecision>().Select(n => $"decision-{n}"),
            .. Enum.GetNames<RequestWay>().Where(n => n is not "None").Select(n => $"way-{n}"), .. Enum.GetNames<RequestRelease>().Where(n => n is not "None").Select(n => $"release-{n}"), .. Enum.GetNames<RequestAct>().Select(n => $"act-{n}"), .. RequestWords.Problems.Select(p => $"problem-{p}"),
            .. RequestGrounds.All.Select(g => $"ground-{g.Id}"), .. RequestsOne.Said.Select(s => $"did-{s}"), .. new[] { "open", "overdue", "decided", "all" }.Select(s => $"show-{s}"),
            .. new[] { "Granted", "Partly", "Refused" }.SelectMany(d => new[] { $"letter-title-{d}", $"letter-decided-{d}" }), .. new[] { "entered", "filed", "decided", "released", "pack" }.SelectMany(t => new[] { $"told-{t}-subject", $"told-{t}-body" }),
            "problem-other", "letter-appeal-4", "letter-appeal-5",
        ]);

    private static Task<Answer> Sent(Browser desk, RequestKind kind, params (string Name, string Value)[] fields) => Send(desk, kind, fields);

    private static async Task<string> Enter(Browser desk, RequestKind kind, params (string Name, string Value)[] fields)
    {
        var entered = await Send(desk, kind, fields);
        Assert.True(entered.Path.StartsWith("/staff/requests/R-", StringComparison.Ordinal), entered.Text);
        return entered.Path["/staff/requests/".Length..].Split('?')[0];
    }

    private static async Task<Answer> Send(Browser desk, RequestKind kind, (string Name, string Value)[] fields)
    {
        var page = await desk.Get("/staff/requests/new");
        var received = System.Text.RegularExpressions.Regex.Match(page.Body, "name=\"Received\" value=\"(?<day>[0-9-]+)\"", System.Text.RegularExpressions.RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Groups["day"].Value;
        (string Name, string Value)[] usual =
            [("Kind", kind.ToString()), ("Channel", "Counter"), ("By", "Person"), ("Received", received), ("Name", "緑山 花子"), ("Address", "ひびき市本町1-1"), ("Text", "私の記録の開示を求めます。")];
        return await desk.Submit(page, "name=\"Kind\"", [.. usual.Where(u => fields.All(f => f.Name != u.Name)), .. fields]);
    }

    private static async Task<Answer> Work(Browser desk, string number, string what, params (string Name, string Value)[] fields) =>
        await desk.Submit(await desk.Get($"/staff/requests/{number}"), "name=\"What\"", [("What", what), .. fields]);

    /// <summary>What the page has no button for, said as the page says it.</summary>
    private static async Task<Answer> Tried(RegimeSite site, StaffMember officer, string number, Func<WorkOnRequest, Task<Result<Done>>> act)
    {
        Assert.NotNull(officer);
        var done = await site.Do(act);
        return new Answer(200, number, TextsIn.Of<RequestTexts>()[RequestWords.Problem(done.Error!)], null);
    }

    private static async Task<RequestRow> Row(RegimeSite site, string number) => (await site.Do<RequestBook, RequestRow?>(b => b.Find(number, Cancel)))!;

    private static DateOnly Day(int year, int month, int day) => new(year, month, day);

    private static void Move(RegimeSite site, DateOnly day) => site.Clock.Now = TokyoDay.StartOf(day).AddHours(12);

    private static async Task<List<string?>> Seen(RegimeSite site, ResidentNo resident)
    {
        var session = (await site.Vault.Open(Actor.Resident(resident), resident, Purpose.OwnUse, Cancel)).Value;
        return [.. (await session.AccessLog(100, Cancel)).Where(e => e.Action is "legal-request" && e.Purpose == Purpose.LegalRequest).Select(e => e.Detail)];
    }
}
