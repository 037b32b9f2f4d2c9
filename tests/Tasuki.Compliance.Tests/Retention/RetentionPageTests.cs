using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Compliance.Controls;
using Tasuki.Compliance.Retention;
using Tasuki.Compliance.Unneeded;
using Tasuki.Compliance.Tests.Regime;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.People;
using Tasuki.Vault;
using Tasuki.Web;
using Xunit;
using static Tasuki.Compliance.Tests.RegimeSite;

namespace Tasuki.Compliance.Tests.Retention;

/// <summary>The pages of retention: who sees them, who changes what, and what everybody reads.</summary>
public sealed class RetentionPageTests
{
    private const string Unused = "/staff/retention/accounts.unused";

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task An_officer_looks_reads_switches_on_and_finds_the_proof(DataStore store)
    {
        await using var site = await Start(store);
        var officer = await site.NewStaff(StaffRole.Administrator, "admin", "黒田 実");
        using var desk = site.As(officer);
        var list = await desk.Get("/staff/retention");
        foreach (var said in new[] { "長く使われていない住民のアカウント", "アクセス記録", "サインインの記録", "外へ送ったお知らせ", "無効", "3年", "90日", "tasuki log retire" })
            Assert.Contains(said, list.Text, StringComparison.Ordinal);

        Assert.Contains("先に試算をしてください", (await desk.Get(Unused)).Text, StringComparison.Ordinal);
        var looked = await desk.Submit(await desk.Get(Unused), "value=\"look\"");
        Assert.DoesNotContain("先に試算をしてください", looked.Text, StringComparison.Ordinal);
        // Without the tick nothing is switched on; with one that saw another dry run neither.
        Assert.Contains("この決まりを有効にする", (await desk.Submit(looked, "value=\"on\"")).Text, StringComparison.Ordinal);
        Assert.Contains("試算が新しくなりました", (await desk.Submit(looked, "value=\"on\"", ("confirmed", "true"), ("Seen", "99"))).Text, StringComparison.Ordinal);
        Assert.Contains("有効にしました", (await desk.Submit(await desk.Get(Unused), "value=\"on\"", ("confirmed", "true"))).Text, StringComparison.Ordinal);

        Assert.Contains("実行を始めました", (await desk.Submit(await desk.Get(Unused), "value=\"run\"", ("confirmed", "true"))).Text, StringComparison.Ordinal);
        await site.Services.GetRequiredService<JobRunner>().RunDue(Cancel);
        var proven = (await desk.Get("/staff/retention")).Text;
        Assert.Matches(new Regex("証拠 [0-9]+番", RegexOptions.None, TimeSpan.FromSeconds(1)), proven);
        Assert.DoesNotContain("途中で止まっています", proven, StringComparison.Ordinal);

        Assert.Contains("期間が決められた範囲にありません", (await desk.Submit(await desk.Get(Unused), "value=\"period\"", ("Period", "11"))).Text, StringComparison.Ordinal);
        Assert.Contains("期間を変えました", (await desk.Submit(await desk.Get(Unused), "value=\"period\"", ("Period", "5"))).Text, StringComparison.Ordinal);
        var changed = await site.Do<RetentionBook, KeptRule?>(b => b.Find(UnusedAccounts.Id, Cancel));
        Assert.Equal((5, false), (changed!.Period, changed.On));
        Assert.True((await desk.Get("/staff/retention/none")).Status is 404);
    }

    [Fact]
    public async Task An_auditor_reads_who_has_no_right_does_not_and_changes_need_a_fresh_factor()
    {
        await using var site = await Start(DataStore.Sqlite);
        var (auditor, clerk, administrator) = (await site.NewStaff(StaffRole.Auditor, "auditor", "監査 人"), await site.NewStaff(StaffRole.Desk, "desk", "青木 守"), await site.NewStaff(StaffRole.Administrator, "admin", "黒田 実"));
        using var reads = site.As(auditor);
        var page = await reads.Get("/staff/retention");
        Assert.Equal(200, page.Status);
        Assert.DoesNotContain(Unused, page.Body, StringComparison.Ordinal);
        Assert.True((await reads.Get(Unused)).IsRefused);
        using var none = site.As(clerk);
        Assert.True((await none.Get("/staff/retention")).IsRefused);
        using var stale = site.AsStale(administrator);
        Assert.Equal(200, (await stale.Get("/staff/retention")).Status);
        Assert.StartsWith("/sign-in/confirm", (await stale.Get(Unused)).Path, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Everybody_reads_how_long_what_is_kept_in_three_ways()
    {
        await using var site = await Start(DataStore.Sqlite);
        foreach (var (language, said) in new[] { ("ja", "90日前と30日前"), ("en", "90 and 30 days"), ("easy", "90日前と 30日前") })
        {
            using var visitor = site.Visitor(language);
            var page = await visitor.Get("/retention");
            Assert.Equal(200, page.Status);
            Assert.Contains(said, page.Text, StringComparison.Ordinal);
            Assert.DoesNotContain("試算", page.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Every_rule_says_what_it_keeps_why_and_how_it_ends_and_names_what_it_counts()
    {
        await using var site = await Start(DataStore.Sqlite);
        await using var scope = site.Services.CreateAsyncScope();
        var rules = site.Services.GetServices<RetentionEntry>().ToList();
        Assert.Equal("accounts.closed accounts.unused apps cases.incidents cases.requests deliveries list-files log provisions records.unneeded sessions", string.Join(' ', rules.Select(r => r.Id).Order(StringComparer.Ordinal)));
        foreach (var rule in rules)
        {
            string[] codes = rule.Id switch
            {
                UnusedAccounts.Id => ["first", "second", "close", .. UnusedAccounts.Holds],
                UnneededData.Id => ["tell", "erase", "record", .. UnneededData.Holds],
                ClosedRequests.Id => ["request", "altered"],
                ClosedIncidents.Id => ["incident", "altered"],
                _ => ["due"],
            };
            foreach (var key in codes.Select(c => $"-{c}").Concat(["", "-why", "-how"]))
                Assert.NotEmpty(rule.Words(scope.ServiceProvider, $"keep-{rule.Id}{key}"));
            Assert.True(rule.Job is null || site.Services.GetServices<RecurringJob>().Any(j => j.Kind == rule.Job), rule.Id);
        }
    }

    [Fact]
    public void Every_text_of_retention_is_there_and_asked_for() => RegimeHouseTests.TextsHold<RetentionTexts>(
        ["Retention", "Unneeded"], ["Retention"],
        [
            .. Enum.GetNames<RetentionUnit>().SelectMany(n => new[] { $"period-{n}", $"unit-{n}" }), .. RetentionWords.Problems.Select(p => $"problem-{p}"), "problem-other",
            .. new[] { "period", "on", "off", "run" }.Select(d => $"did-{d}"), .. new[] { "", "-why", "-how", "-due" }.Select(s => $"keep-log{s}"),
            .. new[] { "", "-why", "-how", "-tell", "-erase", "-record", "-matter", "-unreachable" }.Select(s => $"keep-records.unneeded{s}"),
            .. new[] { "told", "erased" }.SelectMany(w => new[] { $"unneeded-{w}-subject", $"unneeded-{w}-body" }),
            .. new[] { "", "-why", "-how", "-request", "-altered" }.Select(s => $"keep-cases.requests{s}"), .. new[] { "", "-why", "-how", "-incident", "-altered" }.Select(s => $"keep-cases.incidents{s}"),
            .. new[] { "", "-run", "-unseen", "-idle", "-overdue" }.Select(s => $"probe-retention.run{s}"), .. new[] { "", "-on", "-off" }.Select(s => $"probe-retention.unused{s}"), "title", "what", "public",
        ]);

    [Fact]
    public async Task What_the_command_line_says_changes_nothing_and_a_run_does_only_what_is_on()
    {
        await using var site = await Start(DataStore.Sqlite);
        var before = await site.Do<EvidenceBook, EvidenceReport>(b => b.Check(Cancel));
        var dry = await site.Do<Comply, IReadOnlyList<RetentionLine>>(c => c.RetentionDryRun(Cancel));
        var rules = site.Services.GetServices<RetentionEntry>().Count();
        Assert.Equal(rules, dry.Count);
        Assert.Equal("off", dry.Single(l => l.Id == UnusedAccounts.Id).State);
        Assert.Equal(before.Rows, (await site.Do<EvidenceBook, EvidenceReport>(b => b.Check(Cancel))).Rows);
        Assert.Empty(await site.Do<Comply, IReadOnlyList<RetentionLine>>(c => c.RunRetention(Actor.Operator("結城", "試し"), Cancel)));
        Assert.Equal(before.Rows + rules, (await site.Do<EvidenceBook, EvidenceReport>(b => b.Check(Cancel))).Rows);
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task Rules_that_jobs_carry_out_count_what_the_job_left_lying(DataStore store)
    {
        await using var site = await Start(store);
        var resident = await site.NewResident();
        Assert.Equal("0 0", await Counted(site, "accounts.closed"));
        Assert.True((await site.Vault.Close(Actor.Resident(resident), resident, Cancel)).IsOk);
        site.Clock.Now += TimeSpan.FromDays(14.5);
        Assert.Equal("1 0", await Counted(site, "accounts.closed"));
        site.Clock.Now += TimeSpan.FromDays(2);
        Assert.Equal("1 1", await Counted(site, "accounts.closed"));
        Assert.Equal("0 0", await Counted(site, "sessions"));
        await site.Do<TasukiDb, int>(db =>
        {
            db.Add(new SignInSessionRow { No = 1, AccountNo = 1, TokenHash = [1], Created = site.Clock.Now, LastSeen = site.Clock.Now, Kind = SessionKind.Normal, RecoveryNo = null, Mac = [], Device = [] });
            db.Add(new Delivery.DeliveryRow
            {
                No = 1, ResidentNo = 1, ChannelNo = 1, Kind = Delivery.ChannelKind.Mail, Check = false, Message = [1], Urgent = false, State = Delivery.DeliveryState.HandedOver, Created = site.Clock.Now, Due = site.Clock.Now,
            });
            db.Add(new ListFileRow { No = 1, BroughtBy = 1, Brought = site.Clock.Now, Content = [] });
            db.Add(new SmartToken { No = 1, Expires = site.Clock.Now.AddDays(30), Mac = [] });
            return db.SaveChangesAsync(Cancel);
        });
        foreach (var (id, days) in new[] { ("list-files", 7), ("sessions", 30), ("apps", 30), ("deliveries", 90) })
        {
            Assert.Equal("0 0", await Counted(site, id, days));
            Assert.Equal("1 0", await Counted(site, id, days + 1));
            Assert.Equal("1 1", await Counted(site, id, days + 3));
        }
    }

    private static async Task<string> Counted(RegimeSite site, string id, double after = 0)
    {
        await using var scope = site.Services.CreateAsyncScope();
        var kept = (await scope.ServiceProvider.GetRequiredService<RetentionBook>().Find(id, Cancel))!;
        var found = await kept.Rule.Count(scope.ServiceProvider, new Kernel.Retention.RetentionAsk(site.Clock.Now.AddDays(after), kept.Period), Cancel);
        return $"{found.Total} {found.Overdue}";
    }
}
