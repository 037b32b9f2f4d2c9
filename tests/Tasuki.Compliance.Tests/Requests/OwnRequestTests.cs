using Microsoft.EntityFrameworkCore;
using Tasuki.Compliance.OwnRequests;
using Tasuki.Compliance.Regime;
using Tasuki.Compliance.Requests;
using Tasuki.Compliance.Scope;
using Tasuki.Compliance.Tests.Regime;
using Tasuki.Data;
using Tasuki.Delivery;
using Tasuki.Kernel;
using Tasuki.People;
using Xunit;
using static Tasuki.Compliance.Tests.RegimeSite;

namespace Tasuki.Compliance.Tests.Requests;

/// <summary>A person asks for themselves, signed in: from the form to the letter, beside what they can do at once.</summary>
public sealed class OwnRequestTests
{
    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task A_person_files_a_request_sees_its_number_and_clock_and_reads_the_decision(DataStore store)
    {
        await using var site = await Start(store);
        var resident = await site.NewResident();
        var officer = await site.NewStaff(StaffRole.Desk, "officer1", "青木 守");
        using var person = site.As(resident);
        using var desk = site.As(officer);

        var home = await person.Get("/my-requests");
        Assert.True(
            home.Text.IndexOf("href=\"/take-out\"", StringComparison.Ordinal) is > 0 and var self && self < home.Text.IndexOf("href=\"/my-requests/new\"", StringComparison.Ordinal), "What needs no request stands first.");
        foreach (var (_, way, _) in MyRequests.Ways)
            Assert.Contains($"href=\"{way}\"", home.Body, StringComparison.Ordinal);
        Assert.Contains("請求はまだありません", home.Text, StringComparison.Ordinal);
        Assert.Contains("保有個人情報の開示請求（法第76条）", (await person.Get("/my-requests/new")).Text, StringComparison.Ordinal);

        var number = await File(person, RequestKind.Disclosure, ("Text", "2025年度の特定健診の結果を見たい。"));
        var receipt = (await person.Get($"/my-requests/{number}?done=filed")).Text;
        foreach (var said in new[] { "受付番号を控えてください", number, "受け付けて調べています", "2026年12月2日", "2025年度の特定健診の結果を見たい。", "取り下げる" })
            Assert.Contains(said, receipt, StringComparison.Ordinal);
        Assert.Contains(number, (await person.Get("/my-requests")).Text, StringComparison.Ordinal);
        Assert.Contains("請求を受け付けました", await Subjects(site, resident), StringComparer.Ordinal);

        // The officer finds it in the same list as those of the counter, with the name of the account.
        Assert.Contains(number, (await desk.Get("/staff/requests")).Text, StringComparison.Ordinal);
        var seen = (await desk.Get($"/staff/requests/{number}")).Text;
        foreach (var said in new[] { "緑山 花子", "ひびき市橙町2-2", "オンライン", "受付 （本人）" })
            Assert.Contains(said, seen, StringComparison.Ordinal);
        var row = await Row(site, number);
        Assert.Equal((RequestBy.Person, RequestChannel.Online, resident.Value), (row.By, row.Channel, row.ResidentNo));

        await Work(desk, number, "note", ("Text", "庁内だけのメモ"));
        await Work(desk, number, "identity", ("How", "SignedIn"), ("Text", "名簿と合った"));
        await Work(desk, number, "decide", ("Decision", "Refused"), ("Grounds", "not-held"), ("Text", "その年度の結果は届いていません。"));
        var one = (await person.Get($"/my-requests/{number}")).Text;
        Assert.Contains("通知書が届いています", one, StringComparison.Ordinal);
        foreach (var hidden in new[] { "庁内だけのメモ", "名簿と合った", "青木 守", "取り下げる" })
            Assert.DoesNotContain(hidden, one, StringComparison.Ordinal);
        var letter = (await person.Get($"/my-requests/{number}/letter")).Text;
        foreach (var said in new[] { "開示の請求を認めない決定のお知らせ", "求められた情報を持っていない", "法第82条第2項", "その年度の結果は届いていません。", "審査請求", "緑山 花子 様" })
            Assert.Contains(said, letter, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task The_clock_stands_until_the_person_answers_and_before_the_decision_it_is_taken_back(DataStore store)
    {
        await using var site = await Start(store);
        var resident = await site.NewResident();
        using var person = site.As(resident);
        using var desk = site.As(await site.NewStaff(StaffRole.Desk, "officer1", "青木 守"));
        var number = await File(person, RequestKind.Disclosure);
        await Work(desk, number, "correction", ("Text", "どの年度かを教えてください。"));
        var asked = await person.Get($"/my-requests/{number}");
        Assert.Contains("どの年度かを教えてください。", asked.Text, StringComparison.Ordinal);
        site.Clock.Now = site.Clock.Now.AddDays(10);
        Assert.Contains("1文字から4,000文字", (await person.Submit(asked, "name=\"Text\"", ("Text", " "))).Text, StringComparison.Ordinal);
        Assert.Contains("期限は再び進みます", (await person.Submit(await person.Get($"/my-requests/{number}"), "name=\"Text\"", ("Text", "2025年度です。"))).Text, StringComparison.Ordinal);
        Assert.Equal((RequestState.Received, new DateOnly(2026, 12, 12)), (await Row(site, number) is var row ? row.State : default, row.Due?.Day));
        Assert.Contains("2025年度です。", (await desk.Get($"/staff/requests/{number}")).Text, StringComparison.Ordinal);

        var page = await person.Get($"/my-requests/{number}");
        Assert.Contains("請求を取り下げました", (await person.Submit(page, "取り下げる")).Text, StringComparison.Ordinal);
        Assert.Equal(RequestState.Withdrawn, (await Row(site, number)).State);
        var profile = new ResidentProfile(resident, "緑山 花子", null, null, null, true);
        Assert.Equal("request.settled", (await site.Do<OwnRequest, Result<Done>>(o => o.Withdraw(profile, number, Cancel))).Error?.Code);
        Assert.Equal("request.settled", (await site.Do<OwnRequest, Result<Done>>(o => o.AnswerCorrection(profile, number, "答え", Cancel))).Error?.Code);
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task A_company_names_other_kinds_has_no_days_and_asks_for_no_earlier_disclosure(DataStore store)
    {
        await using var site = await Start(store);
        using var person = site.As(await site.NewResident());
        Assert.Contains("訂正と利用停止には、届いた日より後でない開示の日が必要です", (await Sent(person, RequestKind.Correction)).Text, StringComparison.Ordinal);
        Assert.Equal(new DateOnly(2027, 1, 4), (await Row(site, await File(person, RequestKind.Correction, ("Disclosed", "2026-10-01")))).AskedUntil);

        using (var desk = site.As(await site.NewStaff(StaffRole.Desk, "officer1", "青木 守")))
        {
            var corrected = await File(person, RequestKind.Correction, ("Disclosed", "2026-10-01"));
            await Work(desk, corrected, "identity", ("How", "SignedIn"));
            await Work(desk, corrected, "decide", ("Decision", "Granted"));
            await Work(desk, corrected, "hand-over", ("Way", "CarriedOut"), ("Text", "名簿の住所を直しました。"));
            var done = (await person.Get($"/my-requests/{corrected}")).Text;
            foreach (var said in new[] { "名簿の住所を直しました。", "請求しなくても、すぐに自分でできること" })
                Assert.Contains(said, done, StringComparison.Ordinal);
        }

        site.Scope.Operator = OperatorKind.Company;
        var page = (await person.Get("/my-requests/new")).Text;
        Assert.Contains("保有個人データの訂正等の請求（法第34条）", page, StringComparison.Ordinal);
        Assert.DoesNotContain("法第90条", page, StringComparison.Ordinal);
        Assert.DoesNotContain("name=\"Disclosed\"", page, StringComparison.Ordinal);
        var row = await Row(site, await File(person, RequestKind.Correction));
        Assert.Equal((null, null), (row.Days, row.Disclosed));

        site.Scope.Operator = OperatorKind.EntrustedCompany;
        Assert.Contains("決定は委託元の市区町村がします", (await person.Get("/my-requests/new")).Text, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task Nobody_reads_or_takes_back_what_another_asked(DataStore store)
    {
        await using var site = await Start(store);
        var mine = await site.NewResident();
        using var person = site.As(mine);
        using var other = site.As(await site.NewResident("other"));
        using var visitor = site.Visitor();
        using var desk = site.As(await site.NewStaff(StaffRole.Desk, "officer1", "青木 守"));
        var number = await File(person, RequestKind.Disclosure, ("Text", "私だけの文"));
        foreach (var path in new[] { $"/my-requests/{number}", $"/my-requests/{number}/letter", "/my-requests" })
        {
            Assert.DoesNotContain("私だけの文", (await other.Get(path)).Text, StringComparison.Ordinal);
            Assert.True((await visitor.Get(path)).IsRefused);
            Assert.True((await desk.Get(path)).IsRefused);
        }

        Assert.Contains("その請求はありません", (await other.Get($"/my-requests/{number}")).Text, StringComparison.Ordinal);
        var form = await person.Get($"/my-requests/{number}");
        var stranger = new ResidentProfile(new ResidentNo(mine.Value + 1), "橙野 一", null, null, null, true);
        Assert.Equal("request.missing", (await site.Do<OwnRequest, Result<Done>>(o => o.Withdraw(stranger, number, Cancel))).Error?.Code);
        Assert.Equal("request.missing", (await site.Do<OwnRequest, Result<Done>>(o => o.AnswerCorrection(stranger, number, "答え", Cancel))).Error?.Code);
        Assert.Contains("取り下げる", form.Text, StringComparison.Ordinal);

        // What a representative asked the person sees, and does not take back here.
        await desk.Submit(
            await desk.Get("/staff/requests/new"), "name=\"Kind\"", ("Kind", "Disclosure"), ("Channel", "Counter"), ("By", "Agent"), ("Representative", "甥 緑山 健"), ("Received", "2026-11-02"), ("Name", "緑山 花子"),
            ("Address", "ひびき市本町1-1"), ("Text", "開示"), ("Resident", mine.ToString()));
        var theirs = (await site.Do<RequestBook, IReadOnlyList<RequestRow>>(b => b.Of(mine, Cancel))).Single(r => r.By is RequestBy.Agent).Number;
        var shown = (await person.Get($"/my-requests/{theirs}")).Text;
        Assert.Contains("甥 緑山 健", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("取り下げる", shown, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task What_is_wrong_is_said_and_a_person_has_five_undecided_at_most(DataStore store)
    {
        await using var site = await Start(store);
        var resident = await site.NewResident();
        using var person = site.As(resident);
        foreach (var (field, value, said) in new[]
        {
            ("Text", "", "1文字から4,000文字"), ("Text", "マイナンバーは 123456789018 です。", "個人番号（マイナンバー）が含まれている"), ("Address", " ", "住所を300文字まで"), ("Kind", "Everything", "何を請求するかを選んで"),
        })
            Assert.Contains(said, (await Sent(person, RequestKind.Disclosure, (field, value))).Text, StringComparison.Ordinal);
        for (var i = 0; i < EnterRequest.MostOpen; i++)
            await File(person, RequestKind.Disclosure);
        Assert.Contains("決定を待っている請求が多すぎます", (await Sent(person, RequestKind.Disclosure)).Text, StringComparison.Ordinal);
        Assert.Equal(EnterRequest.MostOpen, await site.Do<TasukiDb, int>(db => db.Set<RequestRow>().CountAsync(Cancel)));
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task Who_was_confirmed_needs_no_further_check_and_who_was_not_is_checked_first(DataStore store)
    {
        await using var site = await Start(store);
        var resident = await site.NewResident();
        var officer = await site.NewStaff(StaffRole.Desk, "officer1", "青木 守");
        foreach (var (confirmed, error) in new[] { (true, null), (false, "request.identity") })
        {
            var profile = new ResidentProfile(resident, "緑山 花子", null, null, null, confirmed);
            var number = (await site.Do<EnterRequest, Result<string>>(e => e.File(profile, RequestKind.Disclosure, "ひびき市", "開示", null, Cancel))).Value;
            Assert.Equal(error, (await site.Do<WorkOnRequest, Result<Done>>(w => w.Decide(officer, number, RequestDecision.Granted, [], null, Cancel))).Error?.Code);
        }
    }

    [Fact]
    public async Task The_way_there_stands_on_the_account_page_and_where_purposes_and_the_sheets_are_published()
    {
        await using var site = await Start(DataStore.Sqlite);
        var link = Assert.Single((IEnumerable<Tasuki.Web.AccountLink>)site.Services.GetService(typeof(IEnumerable<Tasuki.Web.AccountLink>))!);
        Assert.Equal("/my-requests", link.Href);
        using var visitor = site.Visitor();
        foreach (var path in new[] { "/purposes", "/trust" })
            Assert.Contains("href=\"/my-requests\"", (await visitor.Get(path)).Body, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_text_of_own_requests_is_there_and_asked_for() => RegimeHouseTests.TextsHold<MyRequestTexts>(
        ["OwnRequests", "Regime"], ["MyRequests"],
        [
            .. MyRequests.Ways.SelectMany(w => new[] { $"self-{w.Name}", $"self-{w.Name}-text" }), .. Enum.GetNames<RequestState>().Select(n => $"state-{n}"),
            .. Enum.GetNames<RequestKind>().SelectMany(k => new[] { $"kind-{k}-public", $"kind-{k}-private", $"kind-{k}-what" }), .. MyRequestWords.Problems.Select(p => $"problem-{p}"),
            .. MyRequestsOne.Said.Select(s => $"did-{s}"), "link-title",
        ]);

    internal static async Task<string> File(Browser person, RequestKind kind, params (string Name, string Value)[] fields)
    {
        var filed = await Sent(person, kind, fields);
        Assert.True(filed.Path.StartsWith("/my-requests/R-", StringComparison.Ordinal), filed.Text);
        return filed.Path["/my-requests/".Length..].Split('?')[0];
    }

    private static async Task<Answer> Sent(Browser person, RequestKind kind, params (string Name, string Value)[] fields)
    {
        (string Name, string Value)[] usual = [("Kind", kind.ToString()), ("Address", "ひびき市橙町2-2"), ("Text", "私の記録の開示を求めます。")];
        return await person.Submit(await person.Get("/my-requests/new"), "name=\"Kind\"", [.. usual.Where(u => fields.All(f => f.Name != u.Name)), .. fields]);
    }

    internal static async Task<Answer> Work(Browser desk, string number, string what, params (string Name, string Value)[] fields) =>
        await desk.Submit(await desk.Get($"/staff/requests/{number}"), "name=\"What\"", [("What", what), .. fields]);

    internal static async Task<RequestRow> Row(RegimeSite site, string number) => (await site.Do<RequestBook, RequestRow?>(b => b.Find(number, Cancel)))!;

    internal static async Task<List<string>> Subjects(RegimeSite site, ResidentNo resident) => [.. (await site.Do<Inbox, IReadOnlyList<InboxMessage>>(i => i.Messages(resident, Cancel))).Select(m => m.Subject)];
}
