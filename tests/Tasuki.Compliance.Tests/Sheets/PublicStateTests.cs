using System.Text.RegularExpressions;
using Tasuki.Compliance.Controls;
using Tasuki.Compliance.Guided;
using Tasuki.Compliance.Sheets;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Vault;
using Xunit;
using static Tasuki.Compliance.Tests.RegimeSite;

namespace Tasuki.Compliance.Tests.Sheets;

/// <summary>What everybody reads at /trust: how often the store is asked for it, and how the page is laid out.</summary>
public sealed partial class PublicStateTests
{
    private static readonly Actor Somebody = Actor.Operator("結城", "試し");

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task A_hundred_visits_ask_the_store_once(DataStore store)
    {
        await using var site = await Start(store);
        await Sign(site, "開発責任者");
        await Sign(site, "品質責任者");
        await Publish(site);
        using var asked = new Statements(site);
        using var visitor = site.Visitor();
        Assert.Equal(200, (await visitor.Get("/trust")).Status);
        var once = asked.Count;
        Assert.True(once > 0);
        for (var turn = 0; turn < 25; turn++)
        {
            foreach (var path in new[] { "/trust", "/trust.json", "/trust/documents/accessibility", "/trust/documents/budget" })
                await visitor.Get(path);
        }

        Assert.Equal(once, asked.Count);
        site.Clock.Now += TimeSpan.FromMinutes(1);
        await visitor.Get("/trust");
        Assert.NotEqual(once, asked.Count);
    }

    [Fact]
    public async Task Visits_that_come_at_once_wait_for_one_reading()
    {
        await using var site = await Start(DataStore.Sqlite);
        await Sign(site, "開発責任者");
        using var asked = new Statements(site);
        using var visitor = site.Visitor();
        // Once before, for what is asked for the first time alone.
        await visitor.Get("/trust");
        site.Clock.Now += TimeSpan.FromMinutes(1);
        var before = asked.Count;
        await visitor.Get("/trust");
        var one = asked.Count - before;
        site.Clock.Now += TimeSpan.FromMinutes(1);
        before = asked.Count;
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => visitor.Get("/trust")));
        Assert.Equal(one, asked.Count - before);
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task A_sheet_that_is_signed_and_a_document_that_is_published_show_at_once(DataStore store)
    {
        await using var site = await Start(store);
        using var visitor = site.Visitor();
        Assert.Contains("まだ公表していません", (await visitor.Get("/trust")).Text, StringComparison.Ordinal);
        await Sign(site, "開発責任者");
        Assert.Contains("開発責任者", (await visitor.Get("/trust")).Text, StringComparison.Ordinal);
        await Sign(site, "品質責任者");
        var page = await visitor.Get("/trust");
        Assert.Contains("品質責任者", page.Text, StringComparison.Ordinal);
        Assert.Contains("これまでの確認", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("/trust/documents/accessibility", page.Body, StringComparison.Ordinal);
        await Publish(site);
        Assert.Contains("/trust/documents/accessibility", (await visitor.Get("/trust")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_rows_are_folded_by_chapter_and_every_signed_row_stands_in_one()
    {
        await using var site = await Start(DataStore.Sqlite);
        await Sign(site, "開発責任者");
        using var visitor = site.Visitor();
        var page = (await visitor.Get("/trust")).Body;
        var signed = (await site.Do<SheetBook, Evidence<SignedSheet>?>(b => b.Newest(CheckSheet.Developer, Cancel)))!.Content.Lines;
        var folded = Folds().Matches(page).Select(m => m.Value).Where(f => f.Contains("tk-fold__title", StringComparison.Ordinal)).ToList();
        Assert.Equal(signed.Select(l => l.Id.Split('-')[0]).Distinct(StringComparer.Ordinal).Count(), folded.Count);
        Assert.All(folded, fold => Assert.DoesNotContain("<details class=\"tk-fold\" open", fold, StringComparison.Ordinal));
        Assert.All(signed, line => Assert.Single(folded, fold => fold.Contains($">{line.Id}<", StringComparison.Ordinal)));
        Assert.True(page.IndexOf("いまの状態", StringComparison.Ordinal) < page.IndexOf("<details class=\"tk-fold\"", StringComparison.Ordinal));
    }

    private static async Task Sign(RegimeSite site, string role)
    {
        await SheetTests.Plan(site, CheckSheet.Developer);
        Assert.True((await site.Do<Comply, Result<SignedSheet>>(c => c.Sign("developer", role, "開 発子", Somebody, Cancel))).IsOk);
    }

    private static Task Publish(RegimeSite site) => site.Do<GuidedBook, bool>(async b =>
    {
        var fields = GuidedDocument.Accessibility.Fields.Select(f => f.Kind is GuidedKind.Day ? "2026-11-01" : "0").ToList();
        await b.Keep(GuidedDocument.Accessibility, GuidedDocument.Accessibility.Version(fields, site.Clock.Today()).Value, Somebody, null, Cancel);
        return true;
    });

    [GeneratedRegex("<details class=\"tk-fold\">.*?</details>", RegexOptions.Singleline, 5000)]
    private static partial Regex Folds();
}
