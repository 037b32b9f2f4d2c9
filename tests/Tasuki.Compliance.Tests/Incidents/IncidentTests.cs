using Microsoft.EntityFrameworkCore;
using Tasuki.Compliance.Incidents;
using Tasuki.Compliance.Regime;
using Tasuki.Compliance.Scope;
using Tasuki.Compliance.Tests.Regime;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.People;
using Xunit;
using static Tasuki.Compliance.Tests.RegimeSite;

namespace Tasuki.Compliance.Tests.Incidents;

/// <summary>An incident from the first word to the closing: what must be reported, until when, and what a drill never is.</summary>
public sealed class IncidentRegimeTests
{
    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task A_leak_is_classified_decided_reported_twice_told_and_closed_in_that_order(DataStore store)
    {
        await using var site = await Start(store);
        using var desk = site.As(await site.NewStaff(StaffRole.Administrator, "admin", "黒田 実"));
        var number = await Enter(desk);
        Assert.Contains("value=\"sensitive\" checked", (await desk.Get($"/staff/incidents/{number}")).Body, StringComparison.Ordinal);
        Assert.Contains("先に、起きたことを分類してください", (await Act(desk, number, "report", ("Text", "報告する"))).Text, StringComparison.Ordinal);
        await Classify(desk, number, ("Event", "Leak"), ("Cause", "Mistake"), ("Persons", "1"), ("Mark", "sensitive"), ("Mark", "suspected"), ("Data", "SpecificCheckup"));

        var page = (await desk.Get($"/staff/incidents/{number}")).Text;
        foreach (var said in new[] { "法律により報告が必要です", "要配慮個人情報の漏えいなどは、人数にかかわらず報告します。", "規則第43条第1号", "2026年11月4日から2026年11月6日まで", "2026年12月1日まで", "個人情報保護委員会に報告します。", "特定健診", "原典の確認が必要" })
            Assert.Contains(said, page, StringComparison.Ordinal);
        Assert.Contains("報告しないと判断することはできません", (await Act(desk, number, "no-report", ("Text", "軽微"))).Text, StringComparison.Ordinal);
        Assert.Contains("先に、報告すると判断してください", (await Act(desk, number, "preliminary", ("Day", "2026-11-02"))).Text, StringComparison.Ordinal);
        await Act(desk, number, "report", ("Text", "要配慮個人情報のため"));
        Assert.Contains("日付は、知った日", (await Act(desk, number, "preliminary", ("Day", "2026-11-03"))).Text, StringComparison.Ordinal);
        Assert.Contains("速報が先です", (await Fail(site, number, w => w.SendFinal, new DateOnly(2026, 11, 2))), StringComparison.Ordinal);

        site.Clock.Now = site.Clock.Now.AddDays(5);
        Assert.Contains("期限超過（1）", (await desk.Get("/staff/incidents")).Text, StringComparison.Ordinal);
        await Act(desk, number, "preliminary", ("Day", "2026-11-05"));
        Assert.Contains("期限超過（0）", (await desk.Get("/staff/incidents")).Text, StringComparison.Ordinal);
        Assert.Contains("確認中", (await desk.Get($"/staff/incidents/{number}/draft/preliminary")).Text, StringComparison.Ordinal);
        Assert.Contains("確報には九つの項目がすべて要ります", (await Act(desk, number, "final", ("Day", "2026-11-06"))).Text, StringComparison.Ordinal);
        await Items(desk, number, 9);
        var draft = (await desk.Get($"/staff/incidents/{number}/draft/final")).Text;
        for (var i = 0; i < 9; i++)
            Assert.Contains($"項目{i}の文", draft, StringComparison.Ordinal);
        Assert.DoesNotContain("確認中", draft, StringComparison.Ordinal);
        var notice = (await desk.Get($"/staff/incidents/{number}/draft/notice")).Text;
        foreach (var (item, told) in new[] { (0, true), (1, true), (2, false), (3, true), (4, true), (5, false), (6, false), (7, false), (8, true) })
            Assert.Equal(told, notice.Contains($"項目{item}の文", StringComparison.Ordinal));

        await Act(desk, number, "final", ("Day", "2026-11-07"));
        Assert.Contains("判断、確報、本人への通知が済んでから", (await Act(desk, number, "close", ("Text", "終わり"))).Text, StringComparison.Ordinal);
        await Act(desk, number, "tell", ("NoticeWay", "Each"), ("ToldPersons", "1"), ("Day", "2026-11-06"), ("Text", "書面で"));
        await Act(desk, number, "close", ("Text", "再発防止を確認"));
        var row = await Row(site, number);
        Assert.Equal((new DateOnly(2026, 11, 5), new DateOnly(2026, 11, 7), new DateOnly(2026, 11, 6), 1, new DateOnly(2026, 11, 7)), (row.Preliminary, row.Final, row.Told, row.ToldPersons, row.Closed));
        Assert.Equal("incident.closed", (await site.Do<WorkOnIncident, Result<Done>>(async w => await w.Note(await Officer(site), number, "あとで", Cancel))).Error?.Code);
        var end = (await desk.Get($"/staff/incidents/{number}")).Text;
        foreach (var said in new[] { "黒田 実", "再発防止を確認", "書面で", "漏えい 誤送信・誤交付・設定の誤り 1人 ［まだ確かではない（おそれ）］ ［要配慮個人情報（健診、病気、薬など）を含む］" })
            Assert.Contains(said, end, StringComparison.Ordinal);
        Assert.Contains("終了（1）", (await desk.Get("/staff/incidents")).Text, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task The_operator_decides_whether_a_hundred_and_one_persons_are_many_and_to_whom_it_is_told(DataStore store)
    {
        await using var site = await Start(store);
        using var desk = site.As(await site.NewStaff(StaffRole.Administrator, "admin", "黒田 実"));
        var seen = new List<(OperatorKind Kind, bool Must, bool Principal)>();
        foreach (var kind in new[] { OperatorKind.Municipality, OperatorKind.Company, OperatorKind.EntrustedCompany, OperatorKind.Municipality })
        {
            site.Scope.Operator = kind;
            var number = await Enter(desk);
            await Classify(desk, number, ("Event", "Leak"), ("Persons", "101"));
            var page = (await desk.Get($"/staff/incidents/{number}")).Text;
            seen.Add((kind, page.Contains("法律により報告が必要です", StringComparison.Ordinal), page.Contains("委託元の市区町村に同じ期限で知らせれば", StringComparison.Ordinal)));
            // What it came under stays.
            site.Scope.Operator = OperatorKind.PrivateMedicalInstitution;
            Assert.Equal(kind, (await Row(site, number)).Operator);
        }

        Assert.Equal([(OperatorKind.Municipality, true, false), (OperatorKind.Company, false, false), (OperatorKind.EntrustedCompany, false, true), (OperatorKind.Municipality, true, false)], seen);
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task A_decision_against_a_report_falls_when_more_is_known_and_an_improper_purpose_gives_sixty_days(DataStore store)
    {
        await using var site = await Start(store, OperatorKind.Company);
        var officer = await Officer(site);
        using var desk = site.As(officer);
        var number = await Enter(desk);
        await Classify(desk, number, ("Event", "Leak"), ("Persons", "3"));
        Assert.Contains("法律上の報告の要件には当たりません", (await desk.Get($"/staff/incidents/{number}")).Text, StringComparison.Ordinal);
        await Act(desk, number, "no-report", ("Text", "要件に当たらない"));
        Assert.Null((await Row(site, number)).NextDue);

        await Classify(desk, number, ("Event", "Leak"), ("Cause", "Attack"), ("Persons", "3"), ("Mark", "improper"));
        var row = await Row(site, number);
        Assert.Equal((IncidentDecision.None, new DateOnly(2026, 11, 6), new DateOnly(2027, 1, 4)), (row.Decision, row.NextDue?.Day, row.FinalDue.Day));
        Assert.Contains("2026年12月31日が閉庁日のため", (await desk.Get($"/staff/incidents/{number}")).Text, StringComparison.Ordinal);

        // Encrypted data is no breach to be reported, and a standstill is none.
        await Classify(desk, number, ("Event", "Leak"), ("Persons", "5000"), ("Mark", "improper"), ("Mark", "protected"));
        Assert.Empty((await Row(site, number)).Triggers);
        await Classify(desk, number, ("Event", "NoBreach"), ("Persons", "5000"), ("Mark", "sensitive"));
        Assert.Empty((await Row(site, number)).Triggers);
        Assert.Contains("判断、確報、本人への通知が済んでから", (await Act(desk, number, "close", ("Text", "停止だけ"))).Text, StringComparison.Ordinal);
        await Act(desk, number, "no-report", ("Text", "停止だけ"));
        await Act(desk, number, "close", ("Text", "復旧"));
        Assert.NotNull((await Row(site, number)).Closed);
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task A_drill_is_marked_everywhere_and_counted_nowhere(DataStore store)
    {
        await using var site = await Start(store);
        using var desk = site.As(await Officer(site));
        var drill = await Enter(desk, ("Drill", "true"));
        Assert.StartsWith("D-", drill, StringComparison.Ordinal);
        await Classify(desk, drill, ("Event", "Leak"), ("Persons", "5000"), ("Mark", "sensitive"));
        site.Clock.Now = site.Clock.Now.AddDays(40);

        var list = (await desk.Get("/staff/incidents")).Text;
        foreach (var said in new[] { "対応中（0）", "期限超過（0）", "終了（0）" })
            Assert.Contains(said, list, StringComparison.Ordinal);
        Assert.DoesNotContain(drill, list, StringComparison.Ordinal);
        var drills = (await desk.Get("/staff/incidents?show=drill")).Text;
        Assert.Contains(drill, drills, StringComparison.Ordinal);
        Assert.Contains("これは訓練です", drills, StringComparison.Ordinal);
        Assert.Contains("これは訓練です", (await desk.Get($"/staff/incidents/{drill}")).Text, StringComparison.Ordinal);
        foreach (var stage in new[] { "preliminary", "final", "notice" })
            Assert.Equal(3, (await desk.Get($"/staff/incidents/{drill}/draft/{stage}")).Text.Split("【訓練】実際の事故ではありません。送らないでください。").Length);
        var real = await Enter(desk);
        Assert.StartsWith("I-", real, StringComparison.Ordinal);
        Assert.DoesNotContain("訓練です", (await desk.Get($"/staff/incidents/{real}")).Text, StringComparison.Ordinal);
        Assert.DoesNotContain("【訓練】", (await desk.Get($"/staff/incidents/{real}/draft/final")).Text, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task Bad_input_is_named_and_what_was_typed_stays(DataStore store)
    {
        await using var site = await Start(store);
        using var desk = site.As(await Officer(site));
        foreach (var (field, value, said) in new[]
        {
            ("Title", " ", "件名を100文字まで"), ("Outline", "", "1文字から4,000文字"), ("Known", "2026-11-02T12:01", "知った時は、今より前"), ("Known", "2025-01-01T00:00", "知った時は、今より前"), ("Known", "x", "知った時は、今より前"),
            ("Outline", "個人番号 123456789018", "個人番号（マイナンバー）が含まれている"),
        })
            Assert.Contains(said, (await Send(desk, [(field, value)])).Text, StringComparison.Ordinal);
        var number = await Enter(desk);
        Assert.Contains("人数は0以上の数", (await Classify(desk, number, ("Event", "Leak"), ("Persons", "many"))).Text, StringComparison.Ordinal);
        Assert.Contains("先に、起きたことを分類", (await Classify(desk, number, ("Event", "None"))).Text, StringComparison.Ordinal);
        var refused = await desk.Submit(await desk.Get($"/staff/incidents/{number}"), "name=\"Item0\"", ("What", "write"), ("Title", "件名"), ("Item0", ""), ("Item3", "書きかけの原因"));
        Assert.Contains("1文字から4,000文字", refused.Text, StringComparison.Ordinal);
        Assert.Contains("書きかけの原因", refused.Text, StringComparison.Ordinal);
        await Classify(desk, number, ("Event", "Loss"), ("Mark", "sensitive"));
        Assert.Contains("通知の方法を選んでください", (await Act(desk, number, "tell", ("Text", "電話で"))).Text, StringComparison.Ordinal);
        Assert.Contains("人数は0以上の数", (await Act(desk, number, "tell", ("NoticeWay", "Each"), ("ToldPersons", "x"), ("Text", "電話で"), ("Day", "2026-11-02"))).Text, StringComparison.Ordinal);
        Assert.Contains("1文字から4,000文字", (await Act(desk, number, "report")).Text, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task A_row_a_text_or_a_step_that_was_altered_or_put_back_by_SQL_is_not_honoured(DataStore store)
    {
        await using var site = await Start(store);
        using var desk = site.As(await Officer(site));
        var yes = store is DataStore.Sqlite ? "1" : "true";
        string[] sets = [$"drill = {yes}", "operator = 3", "known = entered, persons = 1", "persons = 7", "decision = 2", "preliminary = '2026-11-03'", "closed = '2026-11-03'", $"protected = {yes}", "steps = 9"];
        foreach (var set in sets)
        {
            var number = await Enter(desk);
            var sql = $"UPDATE incident SET {set} WHERE number = {{0}}";
            await site.Do<TasukiDb, int>(db => db.Database.ExecuteSqlRawAsync(sql, [number], Cancel));
            Assert.Null(await site.Do<IncidentBook, IncidentRow?>(b => b.Find(number, Cancel)));
        }

        Assert.Contains($"書き換えられた疑いのある行が{sets.Length}件", (await desk.Get("/staff/incidents")).Text, StringComparison.Ordinal);

        // An older text of the same row opens, and is still no text of this state.
        var rolled = await Enter(desk);
        var older = (await Row(site, rolled)).About;
        await Items(desk, rolled, 9);
        await site.Do<TasukiDb, int>(db => db.Set<IncidentRow>().Where(i => i.Number == rolled).ExecuteUpdateAsync(s => s.SetProperty(i => i.About, older), Cancel));
        Assert.Null(await site.Do<IncidentBook, IncidentRow?>(b => b.Find(rolled, Cancel)));

        var whole = await Enter(desk);
        await site.Do<TasukiDb, int>(db => db.Database.ExecuteSqlRawAsync("DELETE FROM incident_step WHERE incident_no = (SELECT no FROM incident WHERE number = {0})", [whole], Cancel));
        Assert.Contains("経過のうち1件が開けません", (await desk.Get($"/staff/incidents/{whole}")).Text, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task Of_many_who_decide_at_once_one_does(DataStore store)
    {
        await using var site = await Start(store);
        var officer = await Officer(site);
        using var desk = site.As(officer);
        var number = await Enter(desk);
        await Classify(desk, number, ("Event", "Leak"), ("Mark", "sensitive"));
        var row = await Row(site, number);
        var again = await Row(site, number);
        Assert.True((await site.Do<IncidentSteps, Result<Done>>(s => s.Do(row, new IncidentStep(IncidentAct.Decided, officer.No, "はい", "Report"), r => r.Decision = IncidentDecision.Report, Cancel))).IsOk);
        Assert.Equal("incident.moved", (await site.Do<IncidentSteps, Result<Done>>(s => s.Do(again, new IncidentStep(IncidentAct.Decided, officer.No, "いいえ", "NoReport"), r => r.Decision = IncidentDecision.NoReport, Cancel))).Error?.Code);
        Assert.Equal(IncidentDecision.Report, (await Row(site, number)).Decision);
    }

    [Fact]
    public async Task Nothing_of_an_incident_stands_in_database_or_log_and_who_does_not_handle_incidents_sees_none()
    {
        await using var site = await Start(DataStore.Sqlite);
        using var desk = site.As(await Officer(site));
        var number = await Enter(desk, ("Title", "目印の件名"), ("Outline", "目印の概要\u202e<script>"));
        await Act(desk, number, "note", ("Text", "目印のメモ"));
        var page = await desk.Get($"/staff/incidents/{number}");
        Assert.Contains("目印のメモ", page.Text, StringComparison.Ordinal);
        Assert.Contains("目印の概要[U+202E]", (await desk.Get($"/staff/incidents/{number}/draft/final")).Text, StringComparison.Ordinal);
        Assert.DoesNotContain("目印", site.Log.All, StringComparison.Ordinal);
        await site.Do<TasukiDb, int>(db => db.Database.ExecuteSqlRawAsync("PRAGMA wal_checkpoint(TRUNCATE)", Cancel));
        Assert.DoesNotContain("目印", System.Text.Encoding.UTF8.GetString(await File.ReadAllBytesAsync(Path.Combine(site.Folder, "app.db"), Cancel)), StringComparison.Ordinal);

        var clerk = await site.NewStaff(StaffRole.Desk, "officer1", "青木 守");
        using var other = site.As(clerk);
        using var person = site.As(await site.NewResident());
        using var visitor = site.Visitor();
        foreach (var who in new[] { other, person, visitor })
        {
            foreach (var path in new[] { "/staff/incidents", "/staff/incidents/new", $"/staff/incidents/{number}", $"/staff/incidents/{number}/draft/final" })
                Assert.True((await who.Get(path)).IsRefused);
        }

        Assert.Equal("incident.missing", (await site.Do<WorkOnIncident, Result<Done>>(w => w.Note(clerk, number, "メモ", Cancel))).Error?.Code);
        Assert.Equal("incident.right", (await site.Do<ReportIncident, Result<string>>(r => r.Report(clerk, new NewIncident("件名", "概要", site.Clock.Now, false), Cancel))).Error?.Code);
        Assert.Contains("その記録はありません", (await desk.Get($"/staff/incidents/{number}/draft/other")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_text_of_incidents_is_there_and_asked_for() => RegimeHouseTests.TextsHold<IncidentTexts>(
        ["Incidents", "Affected", "Regime"], ["Incidents"],
        [
            .. Enum.GetNames<IncidentEvent>().Select(n => $"event-{n}"), .. Enum.GetNames<IncidentCause>().Select(n => $"cause-{n}"), .. Enum.GetNames<IncidentDecision>().Select(n => $"decision-{n}"),
            .. Enum.GetNames<IncidentNotice>().Select(n => $"notice-{n}"), .. Enum.GetNames<IncidentItem>().Select(n => $"item-{n}"), .. Enum.GetNames<IncidentAct>().Select(n => $"act-{n}"),
            .. IncidentWords.Problems.Select(p => $"problem-{p}"), .. IncidentsOne.Said.Select(s => $"did-{s}"), .. IncidentWords.Marks.Select(m => $"mark-{m}"), .. IncidentsDraft.Stages.Select(s => $"draft-{s}"),
            .. new[] { "open", "overdue", "closed", "drill" }.Select(s => $"show-{s}"), .. Enum.GetNames<Tasuki.Vault.AccessBy>().Select(n => $"found-{n}"), "problem-other",
        ]);

    private static async Task<StaffMember> Officer(RegimeSite site)
    {
        var there = await site.Do<StaffDirectory, IReadOnlyList<StaffMember>>(d => d.With(DeskRight.HandleIncidents, Cancel));
        return there.Count > 0 ? there[0] : await site.NewStaff(StaffRole.Administrator, "admin", "黒田 実");
    }

    private static async Task<string> Enter(Browser desk, params (string Name, string Value)[] fields)
    {
        var entered = await Send(desk, fields);
        Assert.True(entered.Path.StartsWith("/staff/incidents/", StringComparison.Ordinal) && entered.Path.Contains('?', StringComparison.Ordinal), entered.Text);
        return entered.Path["/staff/incidents/".Length..].Split('?')[0];
    }

    private static async Task<Answer> Send(Browser desk, (string Name, string Value)[] fields)
    {
        var page = await desk.Get("/staff/incidents/new");
        var known = System.Text.RegularExpressions.Regex.Match(page.Body, "name=\"Known\" value=\"(?<at>[0-9T:-]+)\"", System.Text.RegularExpressions.RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Groups["at"].Value;
        (string Name, string Value)[] usual = [("Title", "誤送信"), ("Outline", "健診の案内を別の人に送った。"), ("Known", known)];
        return await desk.Submit(page, "name=\"Outline\"", [.. usual.Where(u => fields.All(f => f.Name != u.Name)), .. fields]);
    }

    private static async Task<Answer> Classify(Browser desk, string number, params (string Name, string Value)[] fields) =>
        await desk.Submit(await desk.Get($"/staff/incidents/{number}"), "name=\"Event\"", [("What", "classify"), .. fields]);

    private static async Task<Answer> Act(Browser desk, string number, string what, params (string Name, string Value)[] fields) =>
        await desk.Submit(await desk.Get($"/staff/incidents/{number}"), "name=\"Text\"", [("What", what), .. fields]);

    private static async Task Items(Browser desk, string number, int count)
    {
        var written = await desk.Submit(
            await desk.Get($"/staff/incidents/{number}"), "name=\"Item0\"", [("What", "write"), ("Title", "件名"), .. Enumerable.Range(0, count).Select(i => ($"Item{i}", $"項目{i}の文"))]);
        Assert.Contains("項目を保存しました", written.Text, StringComparison.Ordinal);
    }

    /// <summary>What the page has no button for, said as the page says it.</summary>
    private static async Task<string> Fail(RegimeSite site, string number, Func<WorkOnIncident, Func<StaffMember, string, DateOnly?, CancellationToken, Task<Result<Done>>>> act, DateOnly day)
    {
        var officer = await Officer(site);
        var done = await site.Do<WorkOnIncident, Result<Done>>(w => act(w)(officer, number, day, Cancel));
        return TextsIn.Of<IncidentTexts>()[IncidentWords.Problem(done.Error!)];
    }

    private static async Task<IncidentRow> Row(RegimeSite site, string number) => (await site.Do<IncidentBook, IncidentRow?>(b => b.Find(number, Cancel)))!;
}
