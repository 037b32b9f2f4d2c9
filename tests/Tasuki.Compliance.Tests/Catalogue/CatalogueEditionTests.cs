using Tasuki.Compliance.Catalogue;
using Xunit;

namespace Tasuki.Compliance.Tests.Catalogue;

/// <summary>Editions stand side by side, and going from one to the next shows what is different.</summary>
public sealed class CatalogueEditionTests
{
    private static readonly RequirementCatalogue Catalogue = RequirementCatalogue.Load();

    private static SourceEdition Edition(string id) => Catalogue.FindEdition(id)!;

    private static IEnumerable<string> Ids(IEnumerable<RequirementChange> changes) => changes.Select(c => c.Requirement.Id);

    [Fact]
    public void The_2025_guideline_against_the_one_before()
    {
        var changes = Catalogue.Compare(Edition("guideline-2021"), Edition("guideline-2025"));
        Assert.Equal(["SC-04", "SC-05", "SC-06", "SC-08", "SC-09", "OS-06", "OS-15", "PS-05", "NW-10", "CO-02"], Ids(changes.Added), StringComparer.Ordinal);
        Assert.Equal(["IO-02"], Ids(changes.Removed), StringComparer.Ordinal);
        Assert.Equal(["SC-01", "SC-02", "SC-03", "OS-04", "NW-03", "NW-08", "AC-03", "IO-01", "IO-03", "CA-01"], Ids(changes.Changed), StringComparer.Ordinal);
        Assert.All([.. changes.Added, .. changes.Removed, .. changes.Changed], c =>
        {
            var change = Assert.Single(c.Changes);
            Assert.Equal("guideline-2025", change.Edition.Id);
            Assert.EndsWith("。", change.Text.Ja, StringComparison.Ordinal);
            Assert.EndsWith(".", change.Text.En, StringComparison.Ordinal);
        });
    }

    [Theory]
    // The draft is all that was seen of these, and the reader is told.
    [InlineData("SC-03")]
    [InlineData("NW-08")]
    [InlineData("IO-01")]
    [InlineData("IO-02")]
    [InlineData("IO-03")]
    public void A_change_known_from_the_draft_alone_says_so(string id)
    {
        var text = Catalogue.Find(id)!.Bases[0].Changes[0].Text;
        Assert.Contains("原本で確かめて", text.Ja, StringComparison.Ordinal);
        Assert.Contains("check the final wording", text.En, StringComparison.Ordinal);
    }

    [Fact]
    public void Backwards_what_was_added_is_removed()
    {
        var there = Catalogue.Compare(Edition("guideline-2021"), Edition("guideline-2025"));
        var back = Catalogue.Compare(Edition("guideline-2025"), Edition("guideline-2021"));
        Assert.Equal(Ids(there.Added), Ids(back.Removed), StringComparer.Ordinal);
        Assert.Equal(Ids(there.Removed), Ids(back.Added), StringComparer.Ordinal);
        Assert.Equal(Ids(there.Changed), Ids(back.Changed), StringComparer.Ordinal);
    }

    [Fact]
    public void An_edition_against_itself_shows_nothing()
    {
        var same = Catalogue.Compare(Edition("guideline-2025"), Edition("guideline-2025"));
        Assert.Equal((0, 0, 0), (same.Added.Count, same.Removed.Count, same.Changed.Count));
    }

    [Fact]
    public void The_4th_industry_edition_brings_the_municipal_list()
    {
        var changes = Catalogue.Compare(Edition("industry-3"), Edition("industry-4"));
        Assert.Superset(new HashSet<string>(["MU-01", "MU-10", "MU-12", "MU-15", "MU-19", "CA-06"], StringComparer.Ordinal), Ids(changes.Added).ToHashSet(StringComparer.Ordinal));
        Assert.Empty(changes.Removed);
    }

    [Fact]
    public void Two_documents_cannot_be_compared() =>
        Assert.Throws<ArgumentException>(() => Catalogue.Compare(Edition("guideline-2025"), Edition("industry-4")));

    [Fact]
    public void A_choice_of_editions_has_the_rows_of_each()
    {
        var old = Rows("guideline-2021");
        var now = Rows("guideline-2025");
        Assert.Contains("IO-02", old, StringComparer.Ordinal);
        Assert.DoesNotContain("IO-02", now, StringComparer.Ordinal);
        Assert.DoesNotContain("OS-06", old, StringComparer.Ordinal);
        Assert.Contains("OS-06", now, StringComparer.Ordinal);
        Assert.Contains("OS-02", old.Intersect(now, StringComparer.Ordinal), StringComparer.Ordinal);

        // Side by side: the rows of both, each once, in the order of the catalogue.
        var both = Rows("guideline-2021", "guideline-2025");
        Assert.Equal(Catalogue.Rows.Select(r => r.Id).Where(id => old.Contains(id, StringComparer.Ordinal) || now.Contains(id, StringComparer.Ordinal)), both, StringComparer.Ordinal);
        Assert.DoesNotContain("LW-02", both, StringComparer.Ordinal);
        Assert.Empty(Catalogue.In([]));
        Assert.Equal(Catalogue.Rows, Catalogue.In([.. Catalogue.Sources.SelectMany(s => s.Editions)]));

        static List<string> Rows(params string[] editions) => [.. Catalogue.In([.. editions.Select(Edition)]).Select(r => r.Id)];
    }

    [Fact]
    public void Every_document_has_a_newest_edition_and_is_used()
    {
        Assert.All(Catalogue.Sources, s => Assert.Contains(Catalogue.In([s.Current]), r => r.Bases.Any(b => b.Source == s)));
        Assert.Equal("guideline-2025", Catalogue.Sources[0].Current.Id);
        Assert.Null(Catalogue.FindEdition("guideline-1999"));
    }
}
