using Microsoft.Extensions.DependencyInjection;
using Tasuki.Compliance.Registers;
using Tasuki.Compliance.Sheets;
using Tasuki.Data;
using Tasuki.People;
using Tasuki.Web;
using Xunit;
using static Tasuki.Compliance.Tests.RegimeSite;

namespace Tasuki.Compliance.Tests.Registers;

/// <summary>Assets, risks, parties, certificates, countries: what is kept answers its rows while none of it is overdue.</summary>
public sealed class RegisterTests
{
    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task A_register_answers_its_rows_until_a_line_is_overdue_and_again_when_that_line_has_ended(DataStore store)
    {
        await using var site = await Start(store);
        using var administrator = site.As(await site.NewStaff(StaffRole.Administrator, "admin", "結城 守"));
        Assert.Equal(AnswerState.Open, await State(site, "OS-06"));
        var page = await administrator.Get("/staff/compliance/registers/risks");
        Assert.Contains("すべての欄", (await Add(administrator, page, "漏えい", "2026-10-01")).Text, StringComparison.Ordinal);
        Assert.Contains("記録しました", (await Add(administrator, page, "漏えい", "2027-10-01")).Text, StringComparison.Ordinal);
        Assert.Contains("記録しました", (await Add(administrator, page, "<b>停電</b>", "2026-12-01")).Text, StringComparison.Ordinal);
        Assert.Equal(AnswerState.Met, await State(site, "OS-06"));

        site.Clock.Now += TimeSpan.FromDays(40);
        Assert.Equal(AnswerState.Open, await State(site, "OS-06"));
        var late = await administrator.Get("/staff/compliance/registers/risks");
        Assert.Contains("期日を過ぎています", late.Text, StringComparison.Ordinal);
        Assert.Contains("&lt;b&gt;停電&lt;/b&gt;", late.Body, StringComparison.Ordinal);
        var key = (await site.Do<RegisterBook, IReadOnlyList<NamedLine>>(async b => [.. (await b.Lines(Register.Risks, Cancel)).Select(l => new NamedLine(l.Subject, l.Content.Fields[0]))])).Single(l => l.Name.Contains("停電", StringComparison.Ordinal)).Key;
        await administrator.Submit(late, key);
        Assert.Equal(AnswerState.Met, await State(site, "OS-06"));
        Assert.DoesNotContain("停電", (await administrator.Get("/staff/compliance/registers/risks")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_assets_the_system_knows_are_added_once()
    {
        await using var site = await Start(DataStore.Sqlite);
        using var administrator = site.As(await site.NewStaff(StaffRole.Administrator, "admin", "結城 守"));
        await administrator.Submit(await administrator.Get("/staff/compliance/registers/assets"), "known");
        await administrator.Submit(await administrator.Get("/staff/compliance/registers/assets"), "known");
        var lines = await site.Do<RegisterBook, int>(async b => (await b.Lines(Register.Assets, Cancel)).Count);
        Assert.Equal(6, lines);
        Assert.Contains("鍵束", (await administrator.Get("/staff/compliance/registers/assets")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_that_runs_out_is_red_thirty_days_before()
    {
        await using var site = await Start(DataStore.Sqlite);
        using var administrator = site.As(await site.NewStaff(StaffRole.Administrator, "admin", "結城 守"));
        Assert.Equal("none", await Look(site));
        var page = await administrator.Get("/staff/compliance/registers/certificates");
        await administrator.Submit(page, "name=\"Values\"", [("Values", "ISMS"), ("Values", "事業者"), ("Values", "IS 000"), ("Values", "PHR"), ("ReviewBy", "2027-01-31")]);
        Assert.Equal("valid", await Look(site));
        site.Clock.Now += TimeSpan.FromDays(62);
        Assert.Equal("soon", await Look(site));
        site.Clock.Now += TimeSpan.FromDays(31);
        Assert.Equal("expired", await Look(site));
    }

    private static Task<Answer> Add(Browser browser, Answer page, string risk, string review) =>
        browser.Submit(page, "name=\"Values\"", [("Values", risk), ("Values", "健康記録"), ("Values", "暗号化"), ("Values", "情報政策課"), ("ReviewBy", review)]);

    private static async Task<AnswerState> State(RegimeSite site, string id) => (await site.Do<Answers, AnsweredRow?>(a => a.Of(id, Cancel)))!.State;

    private static async Task<string> Look(RegimeSite site)
    {
        await using var scope = site.Services.CreateAsyncScope();
        return (await site.Services.GetServices<ProbeEntry>().Single(p => p.Id == "certificates.valid").Look(scope.ServiceProvider, Cancel)).Code;
    }

    private sealed record NamedLine(string Key, string Name);
}
