using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Tasuki.Compliance.Catalogue;
using Tasuki.Testing;
using Xunit;

namespace Tasuki.Compliance.Tests.Catalogue;

/// <summary>What the catalogue that the program carries holds.</summary>
public sealed partial class CatalogueRowsTests
{
    private static readonly RequirementCatalogue Catalogue = RequirementCatalogue.Load();

    public static TheoryData<string, int> Groups => new()
    {
        { "SC", 9 }, { "OS", 16 }, { "PS", 5 }, { "NW", 10 }, { "AC", 11 }, { "IR", 11 }, { "EX", 4 }, { "CT", 4 }, { "PU", 11 }, { "CO", 13 }, { "TR", 10 },
        { "WD", 10 }, { "OT", 4 }, { "ST", 12 }, { "IO", 14 }, { "CA", 7 }, { "QG", 10 }, { "MU", 27 }, { "LW", 21 }, { "MP", 15 }, { "PX", 9 },
    };

    private static string[] ToBuild =>
        """
        SC-01 SC-02 SC-05 SC-06 OS-04 OS-07 OS-08 OS-09 OS-15 OS-16 PS-04 NW-02 NW-05 NW-06 NW-08 AC-01 AC-02 AC-03 AC-04 AC-05 AC-06 AC-11 IR-02
        IR-04 IR-05 IR-06 IR-07 IR-08 IR-09 IR-10 PU-01 PU-02 PU-04 PU-05 PU-06 PU-07 CO-01 CO-02 CO-03 CO-04 CO-05 CO-06 CO-08 CO-11 CO-12 CO-13
        TR-01 TR-02 TR-03 TR-04 TR-06 TR-08 WD-01 WD-02 WD-03 WD-04 WD-05 WD-06 WD-07 ST-01 ST-04 ST-05 ST-06 ST-07 IO-01 IO-04 IO-06 IO-07 IO-09
        IO-10 IO-11 IO-13 CA-01 CA-02 CA-03 QG-01 QG-02 QG-03 MU-02 MU-03 MU-07 MU-08 MU-10 MU-12 MU-16 MU-19 MU-23 MU-24 LW-02 LW-03 LW-04 LW-10
        LW-11 LW-12 LW-13 LW-14 LW-16 MP-05 MP-06 MP-07 MP-08 MP-09 PX-01 PX-05 PX-06
        """.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    private static string[] ToHold => "SC-04 SC-08 OS-02 OS-03 OS-05 OS-06 OS-14 EX-01 CT-01 CT-02 PU-08 PU-09 IO-03 MU-01 MU-15 MP-03 MP-04 PX-02".Split(' ');

    private static string[] KnowledgeAlone =>
        """
        OS-10 PS-02 NW-01 NW-05 NW-07 AC-02 AC-05 AC-07 AC-09 AC-10 IR-01 IR-02 EX-04 CT-02 PU-07 CO-07 CO-10 WD-01 WD-02 WD-05 WD-08 WD-10 OT-01
        IO-07 IO-08 IO-13 QG-05 QG-07 QG-08 MU-09 PX-03
        """.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    [Theory]
    [MemberData(nameof(Groups))]
    public void A_group_has_its_rows_numbered_without_a_gap(string group, int rows)
    {
        var found = Catalogue.Groups.Single(g => g.Id == group);
        Assert.Equal(Enumerable.Range(1, rows).Select(n => string.Create(CultureInfo.InvariantCulture, $"{group}-{n:00}")), found.Rows.Select(r => r.Id), StringComparer.Ordinal);
        Assert.All(found.Rows, r => Assert.Equal(group, r.Group));
    }

    [Fact]
    public void There_are_233_rows_in_21_groups()
    {
        Assert.Equal(Groups.Count, Catalogue.Groups.Count);
        Assert.Equal(233, Catalogue.Rows.Count);
        Assert.Equal("SC-01", Catalogue.Rows[0].Id);
        Assert.Same(Catalogue.Rows[0], Catalogue.Find("SC-01"));
        Assert.Null(Catalogue.Find("SC-99"));
    }

    [Fact]
    public void The_rows_are_those_that_were_collected_with_their_kinds_and_marks()
    {
        var page = File.ReadAllText(Samples.Path("../facts/guidelines.md"), Encoding.UTF8);
        var start = page.IndexOf("\n## 2. ", StringComparison.Ordinal);
        var rows = Row().Matches(page[start..page.IndexOf("\n## 3. ", start, StringComparison.Ordinal)])
            .ToDictionary(m => m.Groups["id"].Value, m => m.Groups["cells"].Value.Split('|', StringSplitOptions.TrimEntries), StringComparer.Ordinal);
        Assert.Equal(rows.Keys.Order(StringComparer.Ordinal), Catalogue.Rows.Select(r => r.Id).Order(StringComparer.Ordinal));

        // Nobody knows who must hold the certificate, so the row says neither kind nor mark; it is a document that records the answer.
        Assert.True(Catalogue.Find("CT-04")!.IsOpenQuestion);
        foreach (var row in Catalogue.Rows.Where(r => r.Id != "CT-04"))
        {
            var cells = rows[row.Id];
            Assert.Equal((row.Id, string.Join('+', row.Kinds.Select(Short))), (row.Id, cells[^2]));
            Assert.Equal((row.Id, string.Join(' ', row.Sources)), (row.Id, string.Join(' ', Mark().Matches(cells[^1]).Select(m => m.Value).Distinct(StringComparer.Ordinal))));
        }

        static string Short(RequirementKind kind) => kind switch { RequirementKind.Software => "SW", RequirementKind.Document => "CFG", _ => "ORG" };
    }

    [Fact]
    public void Every_row_speaks_both_languages_and_no_two_say_the_same()
    {
        Assert.All(Catalogue.Rows, r =>
        {
            Assert.True(r.Text.Ja.Any(c => c is >= 'ぁ' and <= 'ん'), $"{r.Id} has no hiragana");
            Assert.EndsWith("。", r.Text.Ja, StringComparison.Ordinal);
            Assert.DoesNotContain(r.Text.En, c => c >= '\u3000');
            Assert.EndsWith(".", r.Text.En, StringComparison.Ordinal);
        });
        Assert.Equal(233, Catalogue.Rows.Select(r => r.Text.Ja).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(233, Catalogue.Rows.Select(r => r.Text.En).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void A_row_that_names_another_names_one_that_is_there() =>
        Assert.All(
            Catalogue.Rows.SelectMany(r => Id().Matches(r.Text.Ja + r.Text.En).Select(m => m.Value)).Distinct(StringComparer.Ordinal),
            id => Assert.NotNull(Catalogue.Find(id)));

    [Fact]
    public void Background_knowledge_alone_is_to_be_checked_and_nothing_else_is() =>
        Assert.Equal(KnowledgeAlone, Catalogue.Rows.Where(r => r.ToBeChecked).Select(r => r.Id), StringComparer.Ordinal);

    [Theory]
    [InlineData("K0.85", true)]
    [InlineData("K0.7 D", true)]
    [InlineData("K0.9 F22", false)]
    [InlineData("S2 K0.5", false)]
    [InlineData("D", false)]
    [InlineData("Open", false)]
    public void A_suggestion_is_no_evidence(string marks, bool toBeChecked) =>
        Assert.Equal(toBeChecked, (Catalogue.Rows[0] with { Sources = marks.Split(' ') }).ToBeChecked);

    [Fact]
    public void The_short_list_is_flagged()
    {
        Assert.Equal(105, ToBuild.Length);
        Assert.Equal(18, ToHold.Length);
        Assert.Equal(ToBuild.Order(StringComparer.Ordinal), Flagged(RequirementKind.Software), StringComparer.Ordinal);
        Assert.Equal(ToHold.Order(StringComparer.Ordinal), Flagged(RequirementKind.Document), StringComparer.Ordinal);

        static IEnumerable<string> Flagged(RequirementKind half) => Catalogue.Rows.Where(r => r.ShortList == half).Select(r => r.Id).Order(StringComparer.Ordinal);
    }

    [Fact]
    public void Only_software_can_be_still_to_come() =>
        Assert.All(Catalogue.Rows.Where(r => r.ComesWith is not null), r => Assert.Contains(RequirementKind.Software, r.Kinds));

    [Fact]
    public void Every_mark_of_what_was_read_leads_to_a_reference_and_every_reference_is_used()
    {
        var marks = Catalogue.Rows.SelectMany(r => r.Sources).Where(m => m[0] is 'S' or 'F').Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        Assert.Equal(marks, Catalogue.References.Select(r => r.Id).Order(StringComparer.Ordinal));
        Assert.All(Catalogue.References.Where(r => r.Address is not null), r => Assert.StartsWith("https://", r.Address, StringComparison.Ordinal));
    }

    [Fact]
    public void No_document_names_an_interval_so_every_one_is_marked_as_ours() =>
        Assert.All(Catalogue.Rows, r => Assert.True(r.Interval.Ours && r.Interval.Period.After(new(2025, 1, 1)) <= new DateOnly(2026, 1, 1), r.Id));

    [Fact]
    public void A_text_is_English_for_English_readers_and_Japanese_for_all_others()
    {
        var text = new Wording("健診", "Check-up");
        Assert.Equal("Check-up", text.For(CultureInfo.GetCultureInfo("en-GB")));
        Assert.Equal("健診", text.For(CultureInfo.GetCultureInfo("ja-JP")));
        Assert.Equal("健診", text.For(CultureInfo.InvariantCulture));
    }

    [GeneratedRegex(@"^\| (?<id>[A-Z]{2}-[0-9]{2}) \|(?<cells>.*)\|\r?$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Row();

    [GeneratedRegex(@"\bS[02]\b|\bF[0-9]+[a-c]?\b|\bK0\.[0-9]+|\bD\b", RegexOptions.None, 1000)]
    private static partial Regex Mark();

    [GeneratedRegex(@"\b[A-Z]{2}-[0-9]{2}\b", RegexOptions.None, 1000)]
    private static partial Regex Id();
}
