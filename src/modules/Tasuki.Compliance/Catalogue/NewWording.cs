using System.Globalization;

namespace Tasuki.Compliance.Catalogue;

/// <summary>What a new edition asks again: what was said of a row before the edition that brought or changed it does not count for the new wording.</summary>
public static class NewWording
{
    /// <summary>The day on which the row got its present wording, by the documents it rests on here; null where no known edition changed it.</summary>
    public static DateOnly? Since(IReadOnlyList<Basis> bases) =>
        bases.SelectMany(b => b.Changes.Select(c => c.Edition)).Select(DayOf).Cast<DateOnly?>().Max();

    /// <summary>Where only the month is known, its first day.</summary>
    public static DateOnly DayOf(SourceEdition edition) =>
        DateOnly.ParseExact(edition.Date, ["yyyy-MM-dd", "yyyy-MM"], CultureInfo.InvariantCulture);

    /// <summary>From each edition a sheet was signed under to the newest of the same document, where there is a newer one.</summary>
    public static IReadOnlyList<EditionComparison> After(this RequirementCatalogue catalogue, IReadOnlyList<string> editions) =>
    [
        .. editions.Select(catalogue.FindEdition).OfType<SourceEdition>().Select(e => (Then: e, Now: catalogue.Sources.First(s => s.Id == e.Source).Current)).Where(e => e.Then.Id != e.Now.Id)
            .Select(e => catalogue.Compare(e.Then, e.Now)),
    ];
}
