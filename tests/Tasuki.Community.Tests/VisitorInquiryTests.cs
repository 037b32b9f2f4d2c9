using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Tasuki.Community.Inquiries;
using Tasuki.Data;
using Tasuki.People;
using Xunit;
using static Tasuki.Community.Tests.InquirySite;
using static Tasuki.Community.Tests.ResidentInquiryTests;

namespace Tasuki.Community.Tests;

/// <summary>Who is not signed in asks too, and reads the answer with number and code.</summary>
public sealed partial class VisitorInquiryTests
{
    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_visitor_asks_and_reads_the_answer_with_the_code_and_writes_again(DataStore store)
    {
        await using var site = await Start(store);
        var officer = await site.NewStaff(StaffRole.Desk, "officer1", "青木 守");
        using var visitor = site.Visitor();
        using var desk = site.As(officer);
        var form = await visitor.Get("/inquiry");
        Assert.Contains("健康についての詳しいことは書かないでください", form.Text, StringComparison.Ordinal);
        var (number, code) = Receipt(await Ask(visitor, "登録のしかた", "どこから登録しますか。", "hana@example.jp"));

        var page = await Work(desk, number, "take");
        Assert.Contains("hana@example.jp", page.Text, StringComparison.Ordinal);
        await Work(desk, number, "answer", ("Text", "はじめの画面から登録できます。"));

        using var later = site.Visitor();
        var read = await Read(later, number.ToLowerInvariant(), code.Replace("-", " ", StringComparison.Ordinal).ToLowerInvariant());
        Assert.Contains("はじめの画面から登録できます。", read.Text, StringComparison.Ordinal);
        Assert.Equal("/inquiry/read", read.Path);
        var again = await later.Submit(read, "name=\"Code\"", ("Text", "できました。"));
        Assert.Contains("できました。", again.Text, StringComparison.Ordinal);
        Assert.Equal(InquiryState.Open, (await Row(site, number)).State);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task Wrong_codes_and_wrong_numbers_are_refused_alike_and_counted(DataStore store)
    {
        await using var site = await Start(store);
        using var resident = site.As(await site.NewResident());
        using var visitor = site.Visitor();
        var (number, code) = Receipt(await Ask(visitor, "件名", "ひみつの本文", "03-1234-5678"));
        var (_, other) = Receipt(await Ask(visitor, "別", "別の本文", "03-1234-5678"));
        var own = await ResidentInquiryTests.Ask(resident, "住民の件名", "ひみつの本文");

        (string Number, string Code)[] tries = [(number, other), (number, ""), (number, "あ"), ("Q-0000-00", code), ("", ""), (own, code), (number, code[..^1] + "!")];
        var answers = new List<string>();
        foreach (var (tried, with) in tries)
        {
            var answer = await Read(visitor, tried, with);
            Assert.Contains("受付番号か照会コードが違います。", answer.Text, StringComparison.Ordinal);
            answers.Add(Token().Replace(answer.Body, "").Replace($"value=\"{tried}\"", "value=\"\"", StringComparison.Ordinal).Replace("name=\"Number\" maxlength", "name=\"Number\" value=\"\" maxlength", StringComparison.Ordinal));
        }

        Assert.Single(answers.Distinct(StringComparer.Ordinal));
        Assert.Equal(4, (await Row(site, number)).WrongCodes);
        Assert.Equal(0, (await Row(site, own)).WrongCodes);
        Assert.Contains("ひみつの本文", (await Read(visitor, number, code)).Text, StringComparison.Ordinal);
        using var desk = site.As(await site.NewStaff(StaffRole.Desk, "officer1", "青木 守"));
        Assert.Contains("誤った照会コードの回数", (await desk.Get($"/staff/inquiries/{number}")).Text, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task Many_inquiries_and_many_tries_of_one_network_are_held_back(DataStore store)
    {
        await using var site = await Start(store, o => o with { VisitorsPerHour = 2, TriesPerMinute = 3 });
        using var visitor = site.Visitor();
        for (var i = 0; i < 2; i++)
            Receipt(await Ask(visitor, "件名", "本文", "a@example.jp"));
        Assert.Contains("短い間にたくさん届いています", (await Ask(visitor, "件名", "本文", "a@example.jp")).Text, StringComparison.Ordinal);
        Assert.Equal(2, await site.Do<TasukiDb, int>(db => db.Set<InquiryRow>().CountAsync(Cancel)));
        for (var i = 0; i < 3; i++)
            Assert.Contains("違います", (await Read(visitor, "Q-0000-00", "x")).Text, StringComparison.Ordinal);
        Assert.Contains("短い間にたくさん届いています", (await Read(visitor, "Q-0000-00", "x")).Text, StringComparison.Ordinal);

        // Residents are known and are not held back with them.
        using var person = site.As(await site.NewResident());
        await ResidentInquiryTests.Ask(person, "件名", "本文");
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task What_is_said_at_the_counter_is_entered_and_its_receipt_opens_the_answer(DataStore store)
    {
        await using var site = await Start(store);
        var officer = await site.NewStaff(StaffRole.Desk, "officer1", "青木 守");
        using var desk = site.As(officer);
        var entered = await desk.Submit(
            await desk.Get("/staff/inquiries/new"), "name=\"Subject\"", ("Channel", "Phone"), ("Kind", "Complaint"), ("Subject", "電話での苦情"), ("Text", "はがきが二通届いた。"), ("Take", "true"));
        var (number, code) = Receipt(entered);

        var row = await Row(site, number);
        Assert.Equal((InquiryChannel.Phone, InquiryState.Open, (long?)officer.No, null), (row.Channel, row.State, row.Owner, row.ResidentNo));
        await Work(desk, number, "answer", ("Text", "重ねてお送りしました。"));
        using var visitor = site.Visitor();
        Assert.Contains("重ねてお送りしました。", (await Read(visitor, number, code)).Text, StringComparison.Ordinal);
        Assert.Contains("連絡先に、メールアドレスか電話番号", (await desk.Submit(
            await desk.Get("/staff/inquiries/new"), "name=\"Subject\"", ("Channel", "Counter"), ("Kind", "Question"), ("Subject", "件名"), ("Text", "本文"), ("Contact", "となりの家"))).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_and_codes_are_read_however_they_are_typed()
    {
        var number = InquiryCodes.NewNumber();
        Assert.Matches("^Q-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{2}$", number);
        Assert.Equal("Q-1F0K-29", InquiryCodes.Number(" ｑ lfok 29 "));
        Assert.Equal("Q-7F3K-29", InquiryCodes.Number("Q－7F3K－29"));
        foreach (var none in new[] { null, "", "Q", "Q-7F3K-2", "Q-7F3K-2U", "X-7F3K-29", "Q-7F3K-299", new string('Q', 200) })
            Assert.Null(InquiryCodes.Number(none));
        var code = InquiryCodes.NewCode();
        Assert.Equal(InquiryCodes.HashOf(code), InquiryCodes.HashOf(InquiryCodes.Shown(code).ToLowerInvariant()));
        Assert.NotEqual(InquiryCodes.HashOf(code), InquiryCodes.HashOf(InquiryCodes.NewCode()));
    }

    private static async Task<Answer> Ask(Browser visitor, string subject, string text, string contact) =>
        await visitor.Submit(await visitor.Get("/inquiry"), "name=\"Subject\"", ("Kind", "Question"), ("Subject", subject), ("Text", text), ("Contact", contact));

    private static async Task<Answer> Read(Browser visitor, string number, string code) =>
        await visitor.Submit(await visitor.Get("/inquiry/read"), "name=\"Code\"", ("Number", number), ("Code", code));

    private static (string Number, string Code) Receipt(Answer page)
    {
        var code = CodeShown().Match(page.Body).Groups["code"].Value;
        Assert.True(code.Length == 32, page.Text);
        return (NumberShown().Match(page.Body).Value, code);
    }

    [GeneratedRegex("<code class=\"tk-number\">(?<code>[0-9A-Z-]+)</code>", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex CodeShown();

    [GeneratedRegex("Q-[0-9A-Z]{4}-[0-9A-Z]{2}", RegexOptions.None, 1000)]
    private static partial Regex NumberShown();

    [GeneratedRegex("<input type=\"hidden\"[^>]*>", RegexOptions.None, 1000)]
    private static partial Regex Token();
}
