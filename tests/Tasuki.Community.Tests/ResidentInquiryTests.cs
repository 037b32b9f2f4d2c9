using Microsoft.EntityFrameworkCore;
using Tasuki.Community.Inquiries;
using Tasuki.Data;
using Tasuki.Delivery;
using Tasuki.Kernel;
using Tasuki.People;
using Tasuki.Vault;
using Xunit;
using static Tasuki.Community.Tests.InquirySite;

namespace Tasuki.Community.Tests;

/// <summary>A resident asks, an officer answers, and nothing of it is seen by anybody else or unseen by the resident.</summary>
public sealed class ResidentInquiryTests
{
    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_resident_asks_an_officer_answers_and_the_resident_reads_it_and_writes_again(DataStore store)
    {
        await using var site = await Start(store);
        var resident = await site.NewResident();
        var officer = await site.NewStaff(StaffRole.Desk, "officer1", "青木 守");
        using var person = site.As(resident);
        using var desk = site.As(officer);
        var number = await Ask(person, "健診の結果が見えません", "去年の分だけ出てきません。\n今年の分は見えます。");

        Assert.Contains("担当者なし（1）", (await desk.Get("/staff/inquiries")).Text, StringComparison.Ordinal);
        await Work(desk, number, "take");
        var answered = await Work(desk, number, "answer", ("Text", "取り込みの画面から、もう一度お試しください。"));
        Assert.Contains("回答しました", answered.Text, StringComparison.Ordinal);

        var message = Assert.Single(await site.Do<Inbox, IReadOnlyList<InboxMessage>>(i => i.Messages(resident, Cancel)));
        Assert.Equal(("お問い合わせに回答がありました", $"/inquiry/{number}"), (message.Subject, message.Link));
        Assert.DoesNotContain("取り込み", message.Body, StringComparison.Ordinal);
        var read = await person.Get(message.Link!);
        Assert.Contains("取り込みの画面から、もう一度お試しください。", read.Text, StringComparison.Ordinal);
        Assert.Contains("回答済み", read.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("青木", read.Text, StringComparison.Ordinal);

        site.Clock.Now = site.Clock.Now.AddDays(30);
        var again = await person.Submit(read, "name=\"Text\"", ("Text", "まだ見えません。"));
        Assert.Contains("まだ見えません。", again.Text, StringComparison.Ordinal);
        var row = await Row(site, number);
        Assert.Equal((InquiryState.Open, (long?)officer.No, new DateOnly(2026, 12, 16)), (row.State, row.Owner, row.Due));
        Assert.Contains(number, (await desk.Get("/staff/inquiries?show=mine")).Text, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task Every_opening_by_an_officer_stands_in_the_residents_access_log_and_the_list_opens_nothing(DataStore store)
    {
        await using var site = await Start(store);
        var resident = await site.NewResident();
        var officer = await site.NewStaff(StaffRole.Health, "officer1", "青木 守");
        using var person = site.As(resident);
        using var desk = site.As(officer);
        var number = await Ask(person, "件名そのもの", "本文そのもの");

        var list = await desk.Get("/staff/inquiries");
        Assert.DoesNotContain("件名そのもの", list.Text, StringComparison.Ordinal);
        Assert.Empty(await Seen(site, resident));
        var page = await desk.Get($"/staff/inquiries/{number}");
        Assert.Contains("件名そのもの", page.Text, StringComparison.Ordinal);
        await Work(desk, number, "take");

        var seen = await Seen(site, resident);
        Assert.All(seen, e => Assert.Equal((Purpose.Operation, false), (e.Purpose, e.Refused)));
        Assert.Equal(4, seen.Count);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task Nobody_else_sees_it_neither_another_resident_nor_auditor_clinician_administrator_or_visitor(DataStore store)
    {
        await using var site = await Start(store);
        var resident = await site.NewResident();
        var other = await site.NewResident("other");
        using var person = site.As(resident);
        var number = await Ask(person, "ひみつの件名", "ひみつの本文");

        using var neighbour = site.As(other);
        Assert.DoesNotContain("ひみつ", (await neighbour.Get($"/inquiry/{number}")).Text, StringComparison.Ordinal);
        Assert.DoesNotContain(number, (await neighbour.Get("/inquiry")).Text, StringComparison.Ordinal);
        using var visitor = site.Visitor();
        Assert.True((await visitor.Get($"/inquiry/{number}")).IsRefused);
        foreach (var role in new[] { StaffRole.Auditor, StaffRole.Clinician, StaffRole.Administrator })
        {
            using var staff = site.As(await site.NewStaff(role, $"staff-{role}", "白川 梓"));
            foreach (var path in new[] { "/staff/inquiries", $"/staff/inquiries/{number}", "/staff/inquiries/new", "/staff/inquiries/complaints", "/staff/inquiries/complaints.csv", $"/inquiry/{number}" })
                Assert.True((await staff.Get(path)).IsRefused, $"{role} {path}");
            var member = await site.Do<StaffDirectory, IReadOnlyList<StaffMember>>(d => d.With(DeskRight.AnswerInquiries, Cancel));
            Assert.Empty(member);
        }

        // Nor by a call that passes the pages by.
        var auditor = await site.NewStaff(StaffRole.Auditor, "auditor2", "黒田 実");
        Assert.Equal("inquiry.missing", (await site.Do<WorkOnInquiry, Result<Done>>(w => w.Take(auditor, number, Cancel))).Error?.Code);
        Assert.Null(await site.Do<OpenAtDesk, OpenedInquiry?>(d => d.Open(auditor, number, "read", Cancel)));
        Assert.Empty(await Seen(site, resident));
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task The_answer_comes_in_the_language_the_question_was_asked_in(DataStore store)
    {
        await using var site = await Start(store);
        var resident = await site.NewResident();
        var officer = await site.NewStaff(StaffRole.Desk, "officer1", "青木 守");
        using var person = site.As(resident, "en");
        using var desk = site.As(officer);
        var number = await Ask(person, "Vaccinations", "Where are they?");
        await Work(desk, number, "take");
        await Work(desk, number, "ask-back", ("Text", "Which ones?"));
        Assert.Equal(InquiryState.Waiting, (await Row(site, number)).State);
        await Work(desk, number, "close", ("Text", "Closed."));

        var subjects = (await site.Do<Inbox, IReadOnlyList<InboxMessage>>(i => i.Messages(resident, Cancel))).Select(m => m.Subject).Order(StringComparer.Ordinal);
        Assert.Equal(["A question about your inquiry", "Your inquiry has been closed"], subjects, StringComparer.Ordinal);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_My_Number_too_long_a_text_and_an_empty_one_are_refused_and_what_was_typed_stays(DataStore store)
    {
        await using var site = await Start(store);
        using var person = site.As(await site.NewResident());
        var page = await person.Get("/inquiry");

        var number = await person.Submit(page, "name=\"Subject\"", ("Kind", "Question"), ("Subject", "番号"), ("Text", "マイナンバーは 123456789018 です。"));
        Assert.Contains("個人番号（マイナンバー）が含まれているようです", number.Text, StringComparison.Ordinal);
        Assert.Contains("123456789018 です", number.Text, StringComparison.Ordinal);
        var alone = await person.Submit(page, "name=\"Subject\"", ("Kind", "Question"), ("Subject", "番号"), ("Text", "これ\n１２３４５６７８９０１８"));
        Assert.Contains("個人番号（マイナンバー）が含まれているようです", alone.Text, StringComparison.Ordinal);
        Assert.Contains("4,000文字", (await person.Submit(page, "name=\"Subject\"", ("Kind", "Question"), ("Subject", "長い"), ("Text", new string('あ', 4001)))).Text, StringComparison.Ordinal);
        Assert.Contains("100文字", (await person.Submit(page, "name=\"Subject\"", ("Kind", "Question"), ("Subject", new string('あ', 101)), ("Text", "短い"))).Text, StringComparison.Ordinal);
        Assert.Contains("1文字から4,000文字", (await person.Submit(page, "name=\"Subject\"", ("Kind", "Question"), ("Subject", "空"), ("Text", " \r\n "))).Text, StringComparison.Ordinal);
        Assert.Equal(0, await site.Do<TasukiDb, int>(db => db.Set<InquiryRow>().CountAsync(Cancel)));
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task Controls_in_a_text_are_shown_and_not_obeyed_and_markup_is_text(DataStore store)
    {
        await using var site = await Start(store);
        var officer = await site.NewStaff(StaffRole.Desk, "officer1", "青木 守");
        using var person = site.As(await site.NewResident());
        using var desk = site.As(officer);
        var number = await Ask(person, "向きを\u202e変える", "<script>alert(1)</script>\n\u200b\u0007終わり");

        foreach (var page in new[] { await person.Get($"/inquiry/{number}"), await desk.Get($"/staff/inquiries/{number}") })
        {
            Assert.Contains("向きを[U+202E]変える", page.Text, StringComparison.Ordinal);
            Assert.Contains("[U+200B][U+0007]終わり", page.Text, StringComparison.Ordinal);
            Assert.DoesNotContain("<script>alert", page.Body, StringComparison.Ordinal);
        }
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task Of_an_erased_resident_nothing_stays_but_number_and_days_of_a_complaint(DataStore store)
    {
        await using var site = await Start(store);
        var resident = await site.NewResident();
        var officer = await site.NewStaff(StaffRole.Desk, "officer1", "青木 守");
        using var person = site.As(resident);
        using var desk = site.As(officer);
        var question = await Ask(person, "ただの質問", "本文");
        var complaint = await Ask(person, "苦情の件名", "苦情の本文", InquiryKind.Complaint);
        await Work(desk, complaint, "take");

        var closed = await site.Vault.Close(Actor.Resident(resident), resident, Cancel);
        Assert.True(closed.IsOk);
        site.Clock.Now = closed.Value.AddMinutes(1);
        await site.Vault.EraseDue(Actor.Job("test", "The waiting period is over."), Cancel);
        foreach (var erasure in new[] { 1, 2 })
            Assert.True(erasure > 0 && await site.Do<IEnumerable<IResidentErasure>, bool>(async all =>
            {
                foreach (var one in all)
                    await one.Erase(resident, Cancel);
                return true;
            }));

        Assert.Equal(0, await site.Do<TasukiDb, int>(db => db.Set<InquiryStepRow>().CountAsync(Cancel)));
        Assert.Null(await site.Do<InquiryBook, InquiryRow?>(b => b.Find(question, Cancel)));
        var row = await Row(site, complaint);
        Assert.Equal((null, null, InquiryState.Closed, InquiryKind.Complaint), (row.ResidentNo, row.About, row.State, row.Kind));
        var log = await desk.Get("/staff/inquiries/complaints");
        Assert.Contains(complaint, log.Text, StringComparison.Ordinal);
        Assert.Contains("内容は消去されました", log.Text, StringComparison.Ordinal);
        Assert.Contains("内容は消去されました", (await desk.Get($"/staff/inquiries/{complaint}")).Text, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_change_of_the_residents_key_reaches_what_was_written(DataStore store)
    {
        await using var site = await Start(store);
        var resident = await site.NewResident();
        using var person = site.As(resident);
        var number = await Ask(person, "鍵を替える前の件名", "鍵を替える前の本文");

        var changed = await site.Do<SealedTables, Tasuki.Kernel.Seals.Resealed>(t => t.Reseal(resident, async (place, value, cancel) =>
        {
            var opened = await site.Vault.Seal.Open(resident, place, value, cancel);
            return opened.IsOk && place.Table.StartsWith("inquiry", StringComparison.Ordinal) ? Result.Of<byte[]?>((await site.Vault.Seal.Seal(resident, place, opened.Value, cancel)).Value) : Result.Of<byte[]?>(null);
        }, Cancel));

        Assert.Equal((2, 0), (changed.Values, changed.Broken));
        Assert.Contains("鍵を替える前の本文", (await person.Get($"/inquiry/{number}")).Text, StringComparison.Ordinal);
    }

    internal static async Task<string> Ask(Browser person, string subject, string text, InquiryKind kind = InquiryKind.Question)
    {
        var asked = await person.Submit(await person.Get("/inquiry"), "name=\"Subject\"", ("Kind", kind.ToString()), ("Subject", subject), ("Text", text));
        Assert.StartsWith("/inquiry/Q-", asked.Path, StringComparison.Ordinal);
        return asked.Path["/inquiry/".Length..].Split('?')[0];
    }

    internal static async Task<Answer> Work(Browser desk, string number, string what, params (string Name, string Value)[] fields) =>
        await desk.Submit(await desk.Get($"/staff/inquiries/{number}"), "name=\"What\"", [("What", what), .. fields]);

    internal static async Task<InquiryRow> Row(InquirySite site, string number) => (await site.Do<InquiryBook, InquiryRow?>(b => b.Find(number, Cancel)))!;

    private static async Task<List<AccessEntry>> Seen(InquirySite site, ResidentNo resident)
    {
        var session = (await site.Vault.Open(Actor.Resident(resident), resident, Purpose.OwnUse, Cancel)).Value;
        return [.. (await session.AccessLog(100, Cancel)).Where(e => e.Action is "inquiry")];
    }
}
