using System.Text.Json;
using System.Text.RegularExpressions;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Spreadsheet;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Compliance.Catalogue;
using Tasuki.Compliance.Controls;
using Tasuki.Compliance.Scope;
using Tasuki.Compliance.Sheets;
using Tasuki.Data;
using Tasuki.People;
using Tasuki.Testing;
using Tasuki.Vault;
using Xunit;
using static Tasuki.Compliance.Tests.RegimeSite;

namespace Tasuki.Compliance.Tests.Sheets;

/// <summary>From evidence to an answer, from answers to a sheet, and what everybody sees of it.</summary>
public sealed class SheetTests
{
    private static readonly Actor Somebody = Actor.Operator("結城", "試し");

    [Fact]
    public async Task A_red_probe_is_red_whatever_else_speaks_for_the_row_and_nobodys_word_makes_a_software_row_green()
    {
        await using var site = await Start(DataStore.Sqlite);
        var row = site.Services.GetRequiredService<RequirementCatalogue>().Find("AC-05")!;
        Assert.Equal([RequirementKind.Software, RequirementKind.Organisation], row.Kinds);
        var probe = new ProbeAnswer(new Tasuki.Web.ProbeEntry("p", [], (_, _) => throw new InvalidOperationException(), (_, k, _) => k), null, Stale: false);
        var good = probe with { Found = new Evidence<ProbeContent>(1, site.Clock.Now, "p", null, true, new ProbeContent("x", []), []) };
        var word = new Evidence<AttestationContent>(2, site.Clock.Now, row.Id, 1, true, new AttestationContent("x", "x", "x", new DateOnly(2027, 1, 1)), []);
        Assert.Equal(AnswerState.Failing, Answers.StateOf(row, [probe], ["t"], false, word));
        Assert.Equal(AnswerState.Failing, Answers.StateOf(row, [good with { Stale = true }], [], false, word));
        Assert.Equal(AnswerState.Open, Answers.StateOf(row, [], [], false, word));
        Assert.Equal(AnswerState.Open, Answers.StateOf(row, [good], [], false, null));
        Assert.Equal(AnswerState.Met, Answers.StateOf(row, [good], [], false, word));
        Assert.Equal(AnswerState.Open, Answers.StateOf(row with { ComesWith = ComingCapability.Sharing }, [good], ["t"], false, word));
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task A_sheet_is_signed_only_with_a_plan_for_what_is_open_and_is_published_by_that(DataStore store)
    {
        await using var site = await Start(store);
        var administrator = await site.NewStaff(StaffRole.Administrator, "admin", "結城 守");
        using var browser = site.As(administrator);
        using var visitor = site.Visitor();
        Assert.Contains("まだ公表していません", (await visitor.Get("/trust")).Text, StringComparison.Ordinal);

        // Decided, looked at.
        var scope = await browser.Get("/staff/compliance/scope");
        Assert.Equal(200, scope.Status);
        await site.Do<ScopeBook, bool>(async b => { await Controls.ProbeTests.Decide(b); return true; });
        await browser.Submit(await browser.Get("/staff/compliance"), "look");
        var sheet = await browser.Get("/staff/compliance/sheets/provider");
        Assert.Equal(200, sheet.Status);

        // Not without a plan.
        var refused = await browser.Submit(sheet, "name=\"Role\"", ("Role", "保健課長"), ("Name", "結城 守"));
        Assert.Contains("予定もありません", refused.Text, StringComparison.Ordinal);
        await Plan(site, CheckSheet.Provider);
        var signed = await browser.Submit(await browser.Get("/staff/compliance/sheets/provider"), "name=\"Role\"", ("Role", "保健課長"), ("Name", "結城 守"));
        Assert.Contains("記録しました", signed.Text, StringComparison.Ordinal);

        // Published, in plain words, without the name of who signed, what was looked at, counts or versions.
        site.Clock.Now += TimeSpan.FromMinutes(2);
        var page = await visitor.Get("/trust");
        Assert.Contains("保健課長", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("結城", page.Text, StringComparison.Ordinal);
        Assert.Contains("NW-02", page.Text, StringComparison.Ordinal);
        var json = await visitor.Get("/trust.json");
        Assert.Equal("application/json", json.Type);
        var published = JsonDocument.Parse(json.Body).RootElement;
        Assert.Equal("provider", published.GetProperty("sheets")[0].GetProperty("sheet").GetString());
        Assert.Contains("guideline-2025", published.GetProperty("sheets")[0].GetProperty("editions").EnumerateArray().Select(e => e.GetString()!), StringComparer.Ordinal);
        Assert.DoesNotContain("結城", json.Body, StringComparison.Ordinal);
        Assert.Equal("met", Line(published, "NW-02").GetProperty("state").GetString());

        // Turned red since: at once, with the day.
        await site.Raw(site.Options.Log, "update log_entry set at = at + 1 where entry_no = (select max(entry_no) from log_entry)");
        await browser.Submit(await browser.Get("/staff/compliance"), "look");
        site.Clock.Now += TimeSpan.FromMinutes(2);
        var red = Line(JsonDocument.Parse((await visitor.Get("/trust.json")).Body).RootElement, "NW-02");
        Assert.Equal(("beingMended", "2026-11-02"), (red.GetProperty("state").GetString(), red.GetProperty("beingMendedSince").GetString()));
        Assert.Contains("2026年11月2日から直しています", (await visitor.Get("/trust")).Text, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task Every_page_answers_again_and_again(DataStore store)
    {
        await using var site = await Start(store);
        using var administrator = site.As(await site.NewStaff(StaffRole.Administrator, "admin", "結城 守"));
        await Plan(site, CheckSheet.Developer);
        await site.Do<Comply, Kernel.Result<SignedSheet>>(c => c.Sign("developer", "開発責任者", "開 発子", Somebody, Cancel));
        foreach (var path in new[]
        {
            "/trust", "/trust.json", "/trust", "/staff/compliance", "/staff/compliance/scope", "/staff/compliance/documents", "/staff/compliance/registers/assets", "/staff/compliance/sheets/developer",
            "/staff/compliance/rows/AC-05", "/staff/regime", "/staff/purposes", "/staff/incidents", "/purposes",
        })
        {
            for (var turn = 0; turn < 3; turn++)
                Assert.Equal((path, 200), (path, (await administrator.Get(path)).Status));
        }
    }

    [Fact]
    public async Task One_signature_never_stands_for_the_other()
    {
        await using var site = await Start(DataStore.Sqlite);
        using var administrator = site.As(await site.NewStaff(StaffRole.Administrator, "admin", "結城 守"));
        Assert.DoesNotContain("name=\"Role\"", (await administrator.Get("/staff/compliance/sheets/developer")).Body, StringComparison.Ordinal);
        Assert.Equal("sheet.desk", (await site.Do<Comply, Kernel.Result<SignedSheet>>(c => c.Sign("provider", "x", "x", Somebody, Cancel))).Error!.Code);
        Assert.Equal("sheet.unknown", (await site.Do<Comply, Kernel.Result<SignedSheet>>(c => c.Sign("nobodys", "x", "x", Somebody, Cancel))).Error!.Code);
        await Plan(site, CheckSheet.Developer);
        Assert.True((await site.Do<Comply, Kernel.Result<SignedSheet>>(c => c.Sign("developer", "開発責任者", "開 発子", Somebody, Cancel))).IsOk);
        Assert.NotNull(await site.Do<SheetBook, Evidence<SignedSheet>?>(b => b.Newest(CheckSheet.Developer, Cancel)));
        Assert.Null(await site.Do<SheetBook, Evidence<SignedSheet>?>(b => b.Newest(CheckSheet.Provider, Cancel)));
    }

    [Fact]
    public async Task Roles_without_the_right_see_nothing_and_an_auditor_changes_nothing()
    {
        await using var site = await Start(DataStore.Sqlite);
        using var desk = site.As(await site.NewStaff(StaffRole.Desk, "desk1", "青木 守"));
        using var auditor = site.As(await site.NewStaff(StaffRole.Auditor, "audit1", "監 査子"));
        using var visitor = site.Visitor();
        foreach (var path in new[] { "/staff/compliance", "/staff/compliance/scope", "/staff/compliance/documents", "/staff/compliance/registers/risks", "/staff/compliance/sheets/provider", "/staff/compliance/rows/OS-02", "/staff/compliance/sheets/provider.csv", "/staff/compliance/sheets/provider.xlsx" })
        {
            Assert.True((await visitor.Get(path)).IsRefused, path);
            Assert.True((await desk.Get(path)).IsRefused, path);
            Assert.Equal(200, (await auditor.Get(path)).Status);
        }

        var before = (await site.Do<EvidenceBook, EvidenceReport>(b => b.Check(Cancel))).Rows;
        await auditor.Submit(await auditor.Get("/staff/compliance"), "look");
        Assert.Equal(before, (await site.Do<EvidenceBook, EvidenceReport>(b => b.Check(Cancel))).Rows);
        Assert.DoesNotContain("name=\"Role\"", (await auditor.Get("/staff/compliance/sheets/provider")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_document_answers_its_rows_until_its_review_is_due()
    {
        await using var site = await Start(DataStore.Sqlite);
        using var administrator = site.As(await site.NewStaff(StaffRole.Administrator, "admin", "結城 守"));
        var page = await administrator.Get("/staff/compliance/documents");
        (string, string)[] fields = [("Key", "policy"), ("Title", "情報セキュリティポリシー"), ("Version", "1"), ("Place", "文書庫 3-2"), ("Approved", "2026-10-01"), ("ReviewBy", "2027-10-01")];
        Assert.Contains("当てはまる項目を入れてください", (await administrator.Submit(page, "name=\"Key\"", [.. fields, ("Requirements", "OS-02 NO-99")])).Text, StringComparison.Ordinal);
        Assert.Contains("記録しました", (await administrator.Submit(page, "name=\"Key\"", [.. fields, ("Requirements", "OS-02 OS-03")])).Text, StringComparison.Ordinal);
        Assert.Equal(AnswerState.Met, (await Row(site, "OS-02")).State);
        site.Clock.Now += TimeSpan.FromDays(400);
        Assert.Equal(AnswerState.Open, (await Row(site, "OS-02")).State);
    }

    [Fact]
    public async Task A_word_counts_no_longer_than_the_catalogue_lets_it()
    {
        await using var site = await Start(DataStore.Sqlite);
        using var administrator = site.As(await site.NewStaff(StaffRole.Administrator, "admin", "結城 守"));
        var page = await administrator.Get("/staff/compliance/rows/PS-01");
        (string, string)[] fields = [("What", "入退室の記録を見た"), ("Role", "総務課長"), ("Name", "結城 守")];
        Assert.Contains("期限を入れてください", (await administrator.Submit(page, "name=\"What\"", [.. fields, ("Until", "2031-01-01")])).Text, StringComparison.Ordinal);
        Assert.Contains("記録しました", (await administrator.Submit(page, "name=\"What\"", [.. fields, ("Until", "2027-03-01")])).Text, StringComparison.Ordinal);
        Assert.Equal(AnswerState.Met, (await Row(site, "PS-01")).State);
        site.Clock.Now += TimeSpan.FromDays(130);
        Assert.Equal(AnswerState.Open, (await Row(site, "PS-01")).State);
    }

    [Fact]
    public async Task Every_page_stands_in_English_and_the_files_hold_every_row_as_text()
    {
        await using var site = await Start(DataStore.Sqlite);
        var administrator = await site.NewStaff(StaffRole.Administrator, "admin", "=結城 守");
        using var browser = site.As(administrator);
        var rows = CheckSheet.Municipal.Of(await site.Do<Answers, IReadOnlyList<AnsweredRow>>(a => a.All(Cancel)));
        await site.Do<EvidenceBook, bool>(async b =>
        {
            await b.Add(EvidenceKind.Plan, rows[0].Row.Id, new PlanContent("=HYPERLINK(\"x\")", "誰か", new DateOnly(2027, 1, 1)), Somebody, null, Cancel);
            return true;
        });
        foreach (var sheet in CheckSheet.All)
            Assert.Equal(200, (await browser.Get($"/staff/compliance/sheets/{sheet.Id}")).Status);
        var csv = (await browser.Get("/staff/compliance/sheets/municipal.csv")).Body;
        Assert.Equal(rows.Count + 1, csv.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.DoesNotContain("\"=HYPERLINK", csv, StringComparison.Ordinal);

        using var bytes = new MemoryStream(SheetFiles.Workbook("一覧[1]", [["a", "=1+1"], ["b", "\u0001x"]]));
        using var book = SpreadsheetDocument.Open(bytes, isEditable: false);
        var cells = book.WorkbookPart!.WorksheetParts.Single().Worksheet.Descendants<Cell>().ToList();
        Assert.Equal(["a", "=1+1", "b", "x"], cells.Select(c => c.InnerText), StringComparer.Ordinal);
        Assert.All(cells, c => Assert.Null(c.CellFormula));
    }

    [Fact]
    public void Every_test_that_is_named_for_a_row_is_there_and_every_row_is_of_the_catalogue()
    {
        var named = ShownByTests.Load();
        var catalogue = RequirementCatalogue.Load();
        var tests = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Tree.Root, "tests"), "*.cs", SearchOption.AllDirectories))
        {
            var of = "";
            foreach (Match found in Regex.Matches(File.ReadAllText(file), @"\bclass (?<class>\w+)|(?:Task|void) (?<test>[A-Z]\w+)\(", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5)))
            {
                if (found.Groups["class"].Success)
                    of = found.Groups["class"].Value;
                else
                    tests.Add($"{of}.{found.Groups["test"].Value}");
            }
        }

        Assert.Empty(named.Requirements.SelectMany(named.Of).Except(tests, StringComparer.Ordinal));
        Assert.All(named.Requirements, id =>
        {
            Assert.Contains(RequirementKind.Software, catalogue.Find(id)!.Kinds);
            Assert.Null(catalogue.Find(id)!.ComesWith);
        });
    }

    private static JsonElement Line(JsonElement published, string id) =>
        published.GetProperty("sheets")[0].GetProperty("lines").EnumerateArray().Single(l => l.GetProperty("id").GetString() == id);

    private static async Task<AnsweredRow> Row(RegimeSite site, string id) => (await site.Do<Answers, AnsweredRow?>(a => a.Of(id, Cancel)))!;

    internal static Task Plan(RegimeSite site, CheckSheet sheet) => site.Do<EvidenceBook, bool>(async b =>
    {
        var open = sheet.Of(await site.Do<Answers, IReadOnlyList<AnsweredRow>>(a => a.All(Cancel))).Where(r => r.State is not AnswerState.Met);
        await b.Add([.. open.Select(r => new NewEvidence(EvidenceKind.Plan, r.Row.Id, true, JsonSerializer.SerializeToUtf8Bytes(new PlanContent("次の版で行う", "保健課", new DateOnly(2027, 3, 31)))))], Somebody, null, Cancel);
        return true;
    });
}
