using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Community.Inquiries;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.People;
using Tasuki.Web;
using Xunit;
using static Tasuki.Community.Tests.InquirySite;
using static Tasuki.Community.Tests.ResidentInquiryTests;

namespace Tasuki.Community.Tests;

/// <summary>Who has what, until when, and what is left of it.</summary>
public sealed class DeskTests
{
    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task Of_two_officers_who_take_it_at_once_one_has_it_and_the_other_is_told(DataStore store)
    {
        await using var site = await Start(store);
        var number = await Asked(site);
        var first = await site.NewStaff(StaffRole.Desk, "officer1", "青木 守");
        var second = await site.NewStaff(StaffRole.Insurance, "officer2", "白川 梓");
        using var desk1 = site.As(first);
        using var desk2 = site.As(second);
        var (page1, page2) = (await desk1.Get($"/staff/inquiries/{number}"), await desk2.Get($"/staff/inquiries/{number}"));

        Assert.Contains("担当になりました", (await desk1.Submit(page1, "name=\"What\"", ("What", "take"))).Text, StringComparison.Ordinal);
        var late = await desk2.Submit(page2, "name=\"What\"", ("What", "take"));
        Assert.Contains("ほかの職員が先に担当になりました。", late.Text, StringComparison.Ordinal);
        Assert.Equal(first.No, (await Row(site, number)).Owner);

        // Both read the same row before either writes.
        var row = await Row(site, number);
        var again = await Row(site, number);
        Assert.True((await site.Do<InquirySteps, Result<Done>>(s => s.Do(row, new InquiryStep(InquiryAct.Taken, first.No, null, null), r => r.Owner = first.No, Cancel))).IsOk);
        Assert.Equal("inquiry.moved", (await site.Do<InquirySteps, Result<Done>>(s => s.Do(again, new InquiryStep(InquiryAct.Taken, second.No, null, null), r => r.Owner = second.No, Cancel))).Error?.Code);
        Assert.Equal(first.No, (await Row(site, number)).Owner);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task Eight_who_take_it_in_the_same_moment_leave_one_owner_and_one_step(DataStore store)
    {
        await using var site = await Start(store);
        var number = await Asked(site);
        var officers = new List<StaffMember>();
        for (var i = 0; i < 8; i++)
            officers.Add(await site.NewStaff(StaffRole.Desk, $"officer{i}", $"職員 {i}"));

        var done = await Task.WhenAll(officers.Select(o => Task.Run(() => site.Do<WorkOnInquiry, Result<Done>>(w => w.Take(o, number, Cancel)))));

        var winner = Assert.Single(officers.Where((_, i) => done[i].IsOk));
        Assert.All(done.Where(d => !d.IsOk), d => Assert.Contains(d.Error!.Code, (string[])["inquiry.taken", "inquiry.moved"], StringComparer.Ordinal));
        var opened = await site.Do<InquiryBook, OpenedInquiry>(async b => await b.Open((await b.Find(number, Cancel))!, Cancel));
        Assert.Equal((winner.No, 0), (opened.Row.Owner, opened.Missing));
        Assert.Equal(winner.No, Assert.Single(opened.Steps, s => s.Act is InquiryAct.Taken).By);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task It_is_handed_to_a_colleague_with_a_word_and_only_the_one_who_has_it_answers(DataStore store)
    {
        await using var site = await Start(store);
        var number = await Asked(site);
        var first = await site.NewStaff(StaffRole.Desk, "officer1", "青木 守");
        var second = await site.NewStaff(StaffRole.Health, "officer2", "白川 梓");
        var clinician = await site.NewStaff(StaffRole.Clinician, "doctor", "医師 一");
        using var desk1 = site.As(first);
        using var desk2 = site.As(second);
        await Work(desk1, number, "take");

        Assert.Contains("これは担当者がすることです", (await Tried(desk2, number, "answer", ("Text", "横から"))).Text, StringComparison.Ordinal);
        Assert.DoesNotContain("医師 一", (await desk1.Get($"/staff/inquiries/{number}")).Text, StringComparison.Ordinal);
        Assert.Contains("引き継ぐ相手を選んでください", (await Work(desk1, number, "hand-over", ("To", $"{clinician.No}"), ("Text", "お願いします"))).Text, StringComparison.Ordinal);
        Assert.Contains("1文字から4,000文字", (await Work(desk1, number, "hand-over", ("To", $"{second.No}"), ("Text", ""))).Text, StringComparison.Ordinal);
        Assert.Contains("引き継ぎました", (await Work(desk1, number, "hand-over", ("To", $"{second.No}"), ("Text", "健診のことなので"))).Text, StringComparison.Ordinal);

        Assert.Contains("これは担当者がすることです", (await Tried(desk1, number, "answer", ("Text", "もう違う"))).Text, StringComparison.Ordinal);
        await Work(desk2, number, "note", ("Text", "担当課に確認中"));
        var page = await Work(desk2, number, "answer", ("Text", "お答えします。"));
        Assert.Contains("白川 梓へ", page.Text, StringComparison.Ordinal);
        Assert.Contains("健診のことなので", page.Text, StringComparison.Ordinal);
        using var person = site.As(new ResidentNo((await Row(site, number)).ResidentNo!.Value));
        var read = (await person.Get($"/inquiry/{number}")).Text;
        Assert.Contains("お答えします。", read, StringComparison.Ordinal);
        foreach (var inside in new[] { "健診のことなので", "担当課に確認中", "白川" })
            Assert.DoesNotContain(inside, read, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task What_lies_with_an_officer_who_leaves_goes_to_a_colleague(DataStore store)
    {
        await using var site = await Start(store);
        var leaver = await site.NewStaff(StaffRole.Desk, "officer1", "青木 守");
        var heir = await site.NewStaff(StaffRole.Desk, "officer2", "白川 梓");
        var auditor = await site.NewStaff(StaffRole.Auditor, "auditor", "黒田 実");
        using var person = site.As(await site.NewResident());
        using var desk = site.As(leaver);
        var numbers = new List<string>();
        for (var i = 0; i < 3; i++)
            numbers.Add(await Ask(person, $"件名{i}", "本文"));
        foreach (var number in numbers)
            await Work(desk, number, "take");
        await Work(desk, numbers[0], "answer", ("Text", "済み"));

        Assert.Equal(2, await site.Do<IOpenWork, int>(w => w.Count(leaver.No, Cancel)));
        Assert.Equal("work.no-right", (await site.Do<IOpenWork, Result<Done>>(w => w.HandOver(leaver.No, auditor.No, auditor.No, Cancel))).Error?.Code);
        Assert.Equal(2, await site.Do<IOpenWork, int>(w => w.Count(leaver.No, Cancel)));
        Assert.True((await site.Do<IOpenWork, Result<Done>>(w => w.HandOver(leaver.No, heir.No, auditor.No, Cancel))).IsOk);
        Assert.Equal((0, 2), (await site.Do<IOpenWork, int>(w => w.Count(leaver.No, Cancel)), await site.Do<IOpenWork, int>(w => w.Count(heir.No, Cancel))));
        using var heirs = site.As(heir);
        Assert.Contains("黒田 実", (await heirs.Get($"/staff/inquiries/{numbers[1]}")).Text, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task What_is_due_stands_out_the_day_after_and_the_day_follows_kind_and_officer(DataStore store)
    {
        await using var site = await Start(store);
        var officer = await site.NewStaff(StaffRole.Desk, "officer1", "青木 守");
        using var desk = site.As(officer);
        // Monday 2 November 2026: Culture Day on the 3rd, so the tenth business day is the 17th.
        var number = await Asked(site);
        Assert.Equal(new DateOnly(2026, 11, 17), (await Row(site, number)).Due);

        site.Clock.Now = new DateTimeOffset(2026, 11, 17, 14, 59, 0, TimeSpan.Zero);
        Assert.DoesNotContain("期日を過ぎています", (await desk.Get("/staff/inquiries")).Text, StringComparison.Ordinal);
        site.Clock.Now = site.Clock.Now.AddMinutes(1);
        // The probe of the guideline's row says the same as the page.
        await using (var scope = site.Services.CreateAsyncScope())
        {
            var probe = site.Services.GetServices<ProbeEntry>().Single(p => p.Id == "inquiries.in-time");
            Assert.False((await probe.Look(scope.ServiceProvider, Cancel)).Holds);
            site.Clock.Now = site.Clock.Now.AddMinutes(-1);
            Assert.True((await probe.Look(scope.ServiceProvider, Cancel)).Holds);
            site.Clock.Now = site.Clock.Now.AddMinutes(1);
        }

        var late = (await desk.Get("/staff/inquiries?show=overdue")).Text;
        Assert.Contains("期日を過ぎています", late, StringComparison.Ordinal);
        Assert.Contains(number, late, StringComparison.Ordinal);
        Assert.Contains("期日超過（1）", late, StringComparison.Ordinal);

        await Work(desk, number, "take");
        await Work(desk, number, "kind", ("Kind", "Complaint"));
        Assert.Equal(new DateOnly(2026, 12, 2), (await Row(site, number)).Due);
        Assert.Contains("今日から180日", (await Work(desk, number, "due", ("Due", "2026-11-17"))).Text, StringComparison.Ordinal);
        await Work(desk, number, "due", ("Due", "2026-12-24"));
        Assert.Equal(new DateOnly(2026, 12, 24), (await Row(site, number)).Due);
        Assert.Contains("期日超過（0）", (await desk.Get("/staff/inquiries")).Text, StringComparison.Ordinal);

        // While the desk waits for the person nothing of it is late.
        await Work(desk, number, "ask-back", ("Text", "いつのことですか。"));
        site.Clock.Now = site.Clock.Now.AddDays(90);
        Assert.Contains("期日超過（0）", (await desk.Get("/staff/inquiries")).Text, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_row_or_a_step_that_was_altered_by_SQL_is_not_honoured_and_the_desk_is_told(DataStore store)
    {
        await using var site = await Start(store);
        var officer = await site.NewStaff(StaffRole.Desk, "officer1", "青木 守");
        using var desk = site.As(officer);
        string[] sets = ["owner = 7", "due = '2027-01-01'", "kind = 1", "state = 5", "resident_no = 7", "steps = 5", "channel = 2", "since = received, answered = received"];
        foreach (var set in sets)
        {
            var number = await Asked(site, InquiryKind.Complaint, set);
            var sql = $"UPDATE inquiry SET {set} WHERE number = {{0}}";
            await site.Do<TasukiDb, int>(db => db.Database.ExecuteSqlRawAsync(sql, [number], Cancel));
            Assert.Null(await site.Do<InquiryBook, InquiryRow?>(b => b.Find(number, Cancel)));
        }

        Assert.Contains("書き換えられた疑いのある行が7件", (await desk.Get("/staff/inquiries")).Text, StringComparison.Ordinal);
        var whole = await Asked(site, name: "whole");
        var other = await Asked(site, name: "moved");
        await site.Do<TasukiDb, int>(db => db.Database.ExecuteSqlRawAsync(
            "UPDATE inquiry_step SET content = (SELECT s.content FROM inquiry_step s JOIN inquiry i ON i.no = s.inquiry_no WHERE i.number = {0}) WHERE inquiry_no = (SELECT no FROM inquiry WHERE number = {1})", [other, whole], Cancel));
        Assert.Contains("経過のうち1件が開けません", (await desk.Get($"/staff/inquiries/{whole}")).Text, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task The_log_of_complaints_holds_them_alone_with_days_and_state_and_no_word_of_them(DataStore store)
    {
        await using var site = await Start(store);
        var officer = await site.NewStaff(StaffRole.Desk, "officer1", "青木 守");
        using var desk = site.As(officer);
        var complaint = await Asked(site, InquiryKind.Complaint);
        var question = await Asked(site, name: "other");
        await Work(desk, complaint, "take");
        site.Clock.Now = site.Clock.Now.AddDays(3);
        await Work(desk, complaint, "answer", ("Text", "おわびします。"));

        var page = await desk.Get("/staff/inquiries/complaints");
        Assert.Contains(complaint, page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(question, page.Text, StringComparison.Ordinal);
        var file = await desk.Get("/staff/inquiries/complaints.csv");
        Assert.Equal("text/csv", file.Type);
        Assert.Equal(
            $"\"受付番号\",\"受付日\",\"種類\",\"受付の方法\",\"状態\",\"回答の期日\",\"回答日\",\"終了日\"\r\n\"{complaint}\",\"2026-11-02\",\"個人情報の取り扱いについての苦情\",\"サインインして\",\"回答済み\",\"2026-12-02\",\"2026-11-05\",\"\"\r\n",
            file.Body.TrimStart('\uFEFF'));
    }

    [Theory]
    [InlineData("=1+1", "\"'=1+1\"")]
    [InlineData("+81", "\"'+81\"")]
    [InlineData("-1", "\"'-1\"")]
    [InlineData("@sum", "\"'@sum\"")]
    [InlineData("\tx", "\"'\tx\"")]
    [InlineData("＝1", "\"'＝1\"")]
    [InlineData("a\"b", "\"a\"\"b\"")]
    [InlineData("Q-7F3K-29", "\"Q-7F3K-29\"")]
    public void A_cell_is_never_computed(string text, string cell) => Assert.Equal(cell, ComplaintFile.Cell(text));

    [Fact]
    public async Task The_desk_is_reached_from_every_page_by_everybody()
    {
        await using var site = await Start(DataStore.Sqlite);
        var officer = await site.NewStaff(StaffRole.Desk, "officer1", "青木 守");
        using var visitor = site.Visitor();
        using var person = site.As(await site.NewResident());
        using var desk = site.As(officer);
        foreach (var (who, path) in new[] { (visitor, "/"), (visitor, "/sign-in"), (visitor, "/sign-up"), (visitor, "/inquiry"), (visitor, "/inquiry/read"), (visitor, "/no-such-page"), (person, "/inbox"), (person, "/inquiry"), (desk, "/staff"), (desk, "/staff/inquiries") })
        {
            var page = await who.Get(path);
            Assert.True(page.Body.Contains("<a href=\"/inquiry\">お問い合わせ</a>", StringComparison.Ordinal), $"{path} {page.Status}");
        }

        Assert.Contains("/staff/inquiries", (await desk.Get("/staff")).Body, StringComparison.Ordinal);
    }

    private static async Task<string> Asked(InquirySite site, InquiryKind kind = InquiryKind.Question, string name = "kazuo")
    {
        using var person = site.As(await site.NewResident(name.Replace(' ', '-').Replace('\'', '-').Replace('=', '-').Replace(',', '-').Replace('_', '-')));
        return await Ask(person, "件名", "本文", kind);
    }

    /// <summary>Sends what the page has no button for.</summary>
    private static Task<Answer> Tried(Browser desk, string number, string what, params (string Name, string Value)[] fields) => Work(desk, number, what, fields);
}
