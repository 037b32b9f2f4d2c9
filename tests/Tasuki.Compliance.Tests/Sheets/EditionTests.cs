using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Compliance.Catalogue;
using Tasuki.Compliance.Controls;
using Tasuki.Compliance.Scope;
using Tasuki.Compliance.Sheets;
using Tasuki.Data;
using Tasuki.People;
using Tasuki.Vault;
using Xunit;
using static Tasuki.Compliance.Tests.RegimeSite;

namespace Tasuki.Compliance.Tests.Sheets;

/// <summary>A new edition says what it changed, and asks for that alone.</summary>
public sealed class EditionTests
{
    private static readonly Actor Somebody = Actor.Operator("結城", "試し");

    [Fact]
    public async Task A_sheet_signed_under_an_earlier_edition_says_what_the_newer_one_changed()
    {
        await using var site = await Start(DataStore.Sqlite);
        using var administrator = site.As(await site.NewStaff(StaffRole.Administrator, "admin", "結城 守"));
        Assert.DoesNotContain("新しい版で変わった項目", (await administrator.Get("/staff/compliance/sheets/provider")).Text, StringComparison.Ordinal);
        await Sign(site, "guideline-2021");
        var sheet = (await administrator.Get("/staff/compliance/sheets/provider")).Text;
        var changes = site.Services.GetRequiredService<RequirementCatalogue>().After(["guideline-2021"]).Single();
        Assert.Contains("署名のあとに新しい版が出ました", sheet, StringComparison.Ordinal);
        Assert.Contains(changes.Added[0].Changes[0].Text.Ja, sheet, StringComparison.Ordinal);
        Assert.Contains("新しい版で変わった項目", sheet, StringComparison.Ordinal);
        await Sign(site, "guideline-2025");
        Assert.DoesNotContain("新しい版で変わった項目", (await administrator.Get("/staff/compliance/sheets/provider")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Everybody_reads_what_the_edition_changed_and_staff_every_edition()
    {
        await using var site = await Start(DataStore.Sqlite);
        await Sign(site, "guideline-2025");
        using var visitor = site.Visitor();
        using var auditor = site.As(await site.NewStaff(StaffRole.Auditor, "audit1", "監 査子"));
        var change = site.Services.GetRequiredService<RequirementCatalogue>().After(["guideline-2021"]).Single().Removed[0];
        foreach (var page in new[] { await visitor.Get("/trust"), await auditor.Get("/staff/compliance/editions") })
        {
            Assert.Equal(200, page.Status);
            Assert.Contains(change.Changes[0].Text.Ja, page.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_was_said_before_a_row_got_its_wording_does_not_count_for_it()
    {
        await using var site = await Start(DataStore.Sqlite);
        // The guideline of the end of April 2025 brought SC-06; PS-01 is as it was.
        site.Clock.Now = new DateTimeOffset(2025, 4, 29, 3, 0, 0, TimeSpan.Zero);
        await Attest(site, "SC-06");
        await Attest(site, "PS-01");
        site.Clock.Now = new DateTimeOffset(2025, 5, 1, 3, 0, 0, TimeSpan.Zero);
        Assert.Null((await Row(site, "SC-06")).Attestation);
        Assert.NotNull((await Row(site, "PS-01")).Attestation);
        await Attest(site, "SC-06");
        Assert.NotNull((await Row(site, "SC-06")).Attestation);
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task What_was_mended_is_told_and_what_is_being_mended_for_ninety_days(DataStore store)
    {
        await using var site = await Start(store);
        using var visitor = site.Visitor();
        await Find(site, holds: false);
        await Find(site, holds: true);
        await site.Do<ScopeBook, bool>(async b => { await Controls.ProbeTests.Decide(b); return true; });
        await SheetTests.Plan(site, CheckSheet.Provider);
        await site.Do<SheetBook, object>(async b => await b.Sign(CheckSheet.Provider, "保健課長", "結城 守", Somebody, null, Cancel));
        Assert.DoesNotContain("守れていませんでした", (await Trust()).Text, StringComparison.Ordinal);

        // Red for three days: nothing but "being mended" is told, and when it is over, that it was.
        site.Clock.Now += TimeSpan.FromDays(1);
        await Find(site, holds: false);
        await Find(site, holds: false);
        var red = (await Trust()).Text;
        Assert.Contains("2026年11月3日から直しています", red, StringComparison.Ordinal);
        Assert.DoesNotContain("90日をこえて", red, StringComparison.Ordinal);
        site.Clock.Now += TimeSpan.FromDays(3);
        await Find(site, holds: true);
        var over = (await Trust()).Text;
        Assert.Contains("2026年11月3日から2026年11月6日まで守れていませんでした", over, StringComparison.Ordinal);
        // The spell before the sheet was signed is nobody's business, and no count or place is told.
        Assert.DoesNotContain("2026年11月2日から2026年11月2日まで", over, StringComparison.Ordinal);
        Assert.DoesNotContain("group 7", over, StringComparison.Ordinal);
        var spell = JsonDocument.Parse((await visitor.Get("/trust.json")).Body).RootElement.GetProperty("mended").EnumerateArray().Single(m => m.GetProperty("check").GetString() is "log.chain");
        Assert.Equal(("2026-11-03", "2026-11-06"), (spell.GetProperty("since").GetString(), spell.GetProperty("until").GetString()));

        site.Clock.Now += TimeSpan.FromDays(10);
        await Find(site, holds: false);
        site.Clock.Now += TimeSpan.FromDays(89);
        Assert.Single(Told(await Trust()));
        site.Clock.Now += TimeSpan.FromDays(1);
        Assert.Equal(2, Told(await Trust()).Count);
        // After a year it is history.
        await Find(site, holds: true);
        site.Clock.Now += TimeSpan.FromDays(366);
        await Find(site, holds: true);
        Assert.Empty(Told(await Trust()));

        async Task<Answer> Trust()
        {
            site.Clock.Now += TimeSpan.FromMinutes(2);
            return await visitor.Get("/trust");
        }
    }

    [Fact]
    public async Task Who_changes_the_operator_reads_the_differences_before_it_is_kept()
    {
        await using var site = await Start(DataStore.Sqlite);
        using var administrator = site.As(await site.NewStaff(StaffRole.Administrator, "admin", "結城 守"));
        await site.Do<ScopeBook, bool>(async b => { await Controls.ProbeTests.Decide(b); return true; });
        (string, string)[] fields =
        [
            ("Operator", "Company"), ("Provider", "DevelopsAndProvides"), ("Delivery", "PublicBodyToPerson"), ("Hosting", "OwnMachines"), ("Chosen", "Record"), ("Reason", "会社へ"), ("DisclosureDays", "30"),
            ("DisclosureExtensionDays", "30"), ("CorrectionDays", "30"), ("CorrectionExtensionDays", "30"), ("StopDays", "30"), ("StopExtensionDays", "30"), ("AfterDisclosureDays", "90"), ("RegisterPersons", "1000"),
        ];
        var asked = await administrator.Submit(await administrator.Get("/staff/compliance/scope"), "name=\"Operator\"", fields);
        Assert.Contains("まだ保存していません", asked.Text, StringComparison.Ordinal);
        Assert.Contains("「市区町村（自ら営む国民健康保険を含む）」から「民間の会社」に変えると", asked.Text, StringComparison.Ordinal);
        Assert.Contains("会社へ", asked.Text, StringComparison.Ordinal);
        Assert.Equal(OperatorKind.Municipality, await Operator());
        var decided = await administrator.Submit(asked, "name=\"Operator\"", fields);
        Assert.Contains("記録しました", decided.Text, StringComparison.Ordinal);
        Assert.Equal(OperatorKind.Company, await Operator());

        Task<OperatorKind> Operator() => site.Do<ScopeBook, OperatorKind>(async b => (await b.Now(Cancel)).Decision.Scope.Operator);
    }

    private static IReadOnlyList<string> Told(Answer page) =>
        [.. System.Text.RegularExpressions.Regex.Matches(page.Text, "<li>アクセス記録[^<]*<span", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1)).Select(m => m.Value)];

    private static Task Find(RegimeSite site, bool holds)
    {
        site.Clock.Now += TimeSpan.FromMinutes(1);
        return site.Do<EvidenceBook, bool>(async b =>
        {
            await b.Add(EvidenceKind.Probe, "log.chain", new ProbeContent(holds ? "whole" : "broken", holds ? [] : ["group 7"]), Somebody, null, Cancel, holds: holds);
            return true;
        });
    }

    private static Task Sign(RegimeSite site, string edition) => site.Do<EvidenceBook, bool>(async b =>
    {
        await b.Add(EvidenceKind.Sheet, "provider", new SignedSheet("provider", [edition], "ひびき市", "保健課長", "結城 守", []), Somebody, null, Cancel);
        return true;
    });

    private static Task Attest(RegimeSite site, string row) => site.Do<EvidenceBook, bool>(async b =>
    {
        await b.Add(EvidenceKind.Attestation, row, new AttestationContent("確かめました。", "保健課長", "結城 守", new DateOnly(2026, 3, 1)), Somebody, null, Cancel);
        return true;
    });

    private static async Task<AnsweredRow> Row(RegimeSite site, string id) => (await site.Do<Answers, AnsweredRow?>(a => a.Of(id, Cancel)))!;
}
