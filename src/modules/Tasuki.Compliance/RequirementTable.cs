using System.Globalization;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Compliance.Catalogue;
using Tasuki.Compliance.Sheets;
using Tasuki.Web;

namespace Tasuki.Compliance;

/// <summary>For each requirement whose answer is software: the probe or test that shows it, or what will bring it. A row with neither stands there as open.</summary>
public static class RequirementTable
{
    private const string Head = """
        # What shows each requirement

        Made from the catalogue, the probes and the list of tests by `tasuki comply table`; a test holds this page against them. Rows of the short list are those of the collected requirements that a product is to
        build and test. **to be checked**: the row rests on background knowledge alone and has to be checked against the original.


        """;

    /// <param name="services">With every part of the house registered; no database is opened.</param>
    public static string Markdown(IServiceProvider services)
    {
        var catalogue = RequirementCatalogue.Load();
        var tests = ShownByTests.Load();
        var probes = services.GetServices<ProbeEntry>().OrderBy(p => p.Id, StringComparer.Ordinal).ToList();
        var page = new StringBuilder(Head);
        var rows = catalogue.Rows.Where(r => r.Kinds.Contains(RequirementKind.Software) || r.ShortList is RequirementKind.Software).ToList();
        Count(page, "Rows whose answer is software", rows, probes, tests);
        Count(page, "of the short list", [.. rows.Where(r => r.ShortList is RequirementKind.Software)], probes, tests);
        foreach (var group in catalogue.Groups)
        {
            if (group.Rows.Where(rows.Contains).ToList() is not [_, ..] ofGroup)
                continue;
            page.Append(CultureInfo.InvariantCulture, $"\n## {group.Id}: {group.Name.En}\n\n| row | short list | requirement | shown by |\n|---|---|---|---|\n");
            foreach (var row in ofGroup)
            {
                page.Append(
                    CultureInfo.InvariantCulture,
                    $"| {row.Id} | {(row.ShortList is RequirementKind.Software ? "yes" : "")} | {row.Text.En}{(row.ToBeChecked ? " **to be checked**" : "")} | {string.Join("<br>", ShownBy(row, probes, tests).DefaultIfEmpty("open"))} |\n");
            }
        }

        return page.ToString();
    }

    private static void Count(StringBuilder page, string what, List<Requirement> rows, List<ProbeEntry> probes, ShownByTests tests)
    {
        var coming = rows.Count(r => r.ComesWith is not null);
        var shown = rows.Count(r => r.ComesWith is null && ShownBy(r, probes, tests).Any());
        page.Append(CultureInfo.InvariantCulture, $"- {what}: {rows.Count}; shown {shown}, come with a later part {coming}, open {rows.Count - shown - coming}\n");
    }

    private static IEnumerable<string> ShownBy(Requirement row, List<ProbeEntry> probes, ShownByTests tests)
    {
        foreach (var probe in probes.Where(p => p.Requirements.Contains(row.Id, StringComparer.Ordinal)))
            yield return $"probe `{probe.Id}`";
        foreach (var test in tests.Of(row.Id))
            yield return $"test `{test}`";
        if (row.ComesWith is { } coming)
            yield return $"open: comes with {coming.ToString().ToLowerInvariant()}";
    }
}
