using Microsoft.Extensions.DependencyInjection;
using Tasuki.Compliance.Catalogue;
using Tasuki.Compliance.Guided;
using Tasuki.Compliance.Sheets;
using Tasuki.Data;
using Tasuki.People;
using Tasuki.Web;
using Xunit;
using static Tasuki.Compliance.Tests.RegimeSite;

namespace Tasuki.Compliance.Tests.Guided;

/// <summary>Documents written field by field: the file register, the accessibility result, and what a municipality decides before it begins.</summary>
public sealed class GuidedTests
{
    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task The_file_register_is_filled_in_from_the_service_published_by_one_act_and_due_after_a_year(DataStore store)
    {
        await using var site = await Start(store);
        using var administrator = site.As(await site.NewStaff(StaffRole.Administrator, "admin", "結城 守"));
        using var visitor = site.Visitor();
        const string Public = "/trust/documents/file-register";
        Assert.Equal(404, (await visitor.Get(Public)).Status);
        Assert.Equal(AnswerState.Open, await State(site, "LW-10"));

        var page = await administrator.Get("/staff/compliance/guided/file-register");
        Assert.Contains("ひびき市 住民健康記録（PHR）ファイル", page.Text, StringComparison.Ordinal);
        Assert.Contains("要配慮個人情報の有無", page.Text, StringComparison.Ordinal);
        var values = GuidedDocument.FileRegister.Fields.Select(f => ("Values", f.Id == "unit" ? "健康<b>課</b>" : $"{f.Id}のこと")).ToArray();
        var wrong = await administrator.Submit(page, "name=\"Values\"", [.. values[..^1], ("Values", " ")]);
        Assert.Contains("「個人情報ファイルの種別」を確かめてください", wrong.Text, StringComparison.Ordinal);
        Assert.Contains("健康<b>課</b>", wrong.Text, StringComparison.Ordinal);
        Assert.Equal(404, (await visitor.Get(Public)).Status);

        Assert.Contains("記録しました", (await administrator.Submit(page, "name=\"Values\"", values)).Text, StringComparison.Ordinal);
        var published = await visitor.Get(Public);
        Assert.Equal(200, published.Status);
        Assert.Contains("2026年11月2日時点", published.Text, StringComparison.Ordinal);
        Assert.Contains("健康&lt;b&gt;課&lt;/b&gt;", published.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("結城", published.Text, StringComparison.Ordinal);
        Assert.Contains(Public, (await visitor.Get("/trust")).Body, StringComparison.Ordinal);
        Assert.Equal(AnswerState.Met, await State(site, "LW-10"));
        Assert.Contains("これまでの版", (await administrator.Submit(await administrator.Get("/staff/compliance/guided/file-register"), "name=\"Values\"", values)).Text, StringComparison.Ordinal);

        site.Clock.Now += TimeSpan.FromDays(365);
        Assert.Equal(AnswerState.Open, await State(site, "LW-10"));
    }

    [Fact]
    public async Task What_is_decided_inside_is_not_published()
    {
        await using var site = await Start(DataStore.Sqlite);
        using var administrator = site.As(await site.NewStaff(StaffRole.Administrator, "admin", "結城 守"));
        using var visitor = site.Visitor();
        foreach (var document in GuidedDocument.All.Where(d => !d.Published))
        {
            await administrator.Submit(await administrator.Get($"/staff/compliance/guided/{document.Id}"), "name=\"Values\"", [.. document.Fields.Select(f => ("Values", f.Kind is GuidedKind.Number ? "12000" : "内緒の話"))]);
            Assert.Contains("内緒の話", (await administrator.Get($"/staff/compliance/guided/{document.Id}")).Text, StringComparison.Ordinal);
            Assert.Equal(404, (await visitor.Get($"/trust/documents/{document.Id}")).Status);
        }

        Assert.Equal(AnswerState.Met, await State(site, "MU-15"));
        Assert.Contains("12,000", (await administrator.Get("/staff/compliance/guided/budget")).Text, StringComparison.Ordinal);
        Assert.Equal(404, (await administrator.Get("/staff/compliance/guided/nothing")).Status);
        Assert.Equal(404, (await visitor.Get("/trust/documents/nothing")).Status);
    }

    [Fact]
    public async Task An_accessibility_test_that_is_missing_old_or_found_something_is_red()
    {
        await using var site = await Start(DataStore.Sqlite);
        using var administrator = site.As(await site.NewStaff(StaffRole.Administrator, "admin", "結城 守"));
        Assert.Equal("never", await Look(site));
        await Enter("2026-11-01", "1");
        Assert.Equal("unmet", await Look(site));
        await Enter("2026-11-01", "0");
        Assert.Equal("met", await Look(site));
        site.Clock.Now += TimeSpan.FromDays(364);
        Assert.Equal("old", await Look(site));

        async Task Enter(string tested, string unmet) => await administrator.Submit(
            await administrator.Get("/staff/compliance/guided/accessibility"), "name=\"Values\"",
            [.. GuidedDocument.Accessibility.Fields.Select(f => ("Values", f.Id switch { "tested" => tested, "unmet" => unmet, "pages" => "40", _ => "そのとおり" }))]);
    }

    [Theory]
    [InlineData("first", "-1")]
    [InlineData("first", "1,000")]
    [InlineData("first", "1.5")]
    [InlineData("first", "1000000000001")]
    [InlineData("years", "")]
    public void A_field_that_does_not_fit_is_named(string field, string typed) =>
        Assert.Equal(field, GuidedDocument.Budget.Version([.. GuidedDocument.Budget.Fields.Select(f => f.Id == field ? typed : f.Kind is GuidedKind.Number ? "1" : "x")], new DateOnly(2026, 11, 2)).Error!.Message);

    [Theory]
    [InlineData("2026-11-03")]
    [InlineData("2026-2-1")]
    [InlineData("昨日")]
    public void A_test_is_not_of_tomorrow(string day) =>
        Assert.Equal("tested", GuidedDocument.Accessibility.Version([.. GuidedDocument.Accessibility.Fields.Select(f => f.Kind is GuidedKind.Day ? day : "1")], new DateOnly(2026, 11, 2)).Error!.Message);

    [Fact]
    public void Every_row_a_document_answers_is_in_the_catalogue() =>
        Assert.All(GuidedDocument.All.SelectMany(d => d.Requirements), id => Assert.NotNull(RequirementCatalogue.Load().Find(id)));

    [Fact]
    public void Every_field_has_its_words_in_both_languages()
    {
        var texts = new System.Resources.ResourceManager(typeof(GuidedTexts).FullName!, typeof(GuidedTexts).Assembly);
        foreach (var culture in new[] { System.Globalization.CultureInfo.InvariantCulture, System.Globalization.CultureInfo.GetCultureInfo("en") })
        {
            var there = texts.GetResourceSet(culture, createIfNotExists: true, tryParents: false)!;
            foreach (var document in GuidedDocument.All)
            {
                Assert.All([$"guided-{document.Id}", $"guided-{document.Id}-lead"], k => Assert.NotNull(there.GetString(k)));
                Assert.All(document.Fields.SelectMany(f => new[] { $"guided-{document.Id}-{f.Id}", $"guided-{document.Id}-{f.Id}-hint" }), k => Assert.NotNull(there.GetString(k)));
            }
        }
    }

    private static async Task<AnswerState> State(RegimeSite site, string id) => (await site.Do<Answers, AnsweredRow?>(a => a.Of(id, Cancel)))!.State;

    private static async Task<string> Look(RegimeSite site)
    {
        await using var scope = site.Services.CreateAsyncScope();
        return (await site.Services.GetServices<ProbeEntry>().Single(p => p.Id == AccessibilityProbe.Id).Look(scope.ServiceProvider, Cancel)).Code;
    }
}
