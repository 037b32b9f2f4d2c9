using System.Reflection;

namespace Tasuki.Compliance.Catalogue;

/// <summary>A row that an edition brought, dropped or changed, and what it did.</summary>
public sealed record RequirementChange(Requirement Requirement, IReadOnlyList<EditionChange> Changes);

/// <summary>What differs between two editions of one document.</summary>
public sealed record EditionComparison(
    SourceEdition From, SourceEdition To, IReadOnlyList<RequirementChange> Added, IReadOnlyList<RequirementChange> Removed, IReadOnlyList<RequirementChange> Changed);

/// <summary>Where a catalogue file is wrong. Line and column count from 1, the column in characters.</summary>
public sealed record CatalogueProblem(string Path, int Line, int Column, string Sentence)
{
    /// <summary>The form a build turns into an error with file and line.</summary>
    public override string ToString() => FormattableString.Invariant($"{Path}({Line},{Column}): error TSK001: {Sentence}");
}

/// <summary>A catalogue, or every problem that stands against it: exactly one of the two.</summary>
public sealed record CatalogueReading(RequirementCatalogue? Catalogue, IReadOnlyList<CatalogueProblem> Problems);

/// <summary>Every requirement the service is measured by, with the documents and editions they come from. Unchanging; one instance serves all.</summary>
public sealed class RequirementCatalogue
{
    private readonly Dictionary<string, Requirement> _rows;
    private readonly Dictionary<string, SourceEdition> _editions;

    internal RequirementCatalogue(IReadOnlyList<RequirementSource> sources, IReadOnlyList<Reference> references, IReadOnlyList<RequirementGroup> groups)
    {
        Sources = sources;
        References = references;
        Groups = groups;
        Rows = [.. groups.SelectMany(g => g.Rows)];
        _rows = Rows.ToDictionary(r => r.Id, StringComparer.Ordinal);
        _editions = sources.SelectMany(s => s.Editions).ToDictionary(e => e.Id, StringComparer.Ordinal);
    }

    public IReadOnlyList<RequirementSource> Sources { get; }

    public IReadOnlyList<Reference> References { get; }

    public IReadOnlyList<RequirementGroup> Groups { get; }

    /// <summary>All rows of all editions, in the order of the groups.</summary>
    public IReadOnlyList<Requirement> Rows { get; }

    /// <summary>Null for an id the catalogue does not have.</summary>
    public Requirement? Find(string id) => _rows.GetValueOrDefault(id);

    /// <summary>Null for an id the catalogue does not have.</summary>
    public SourceEdition? FindEdition(string id) => _editions.GetValueOrDefault(id);

    /// <summary>The catalogue this program was built with. The build has checked it: a broken one is a bug and throws.</summary>
    public static RequirementCatalogue Load()
    {
        var assembly = typeof(RequirementCatalogue).Assembly;
        var reading = Read(assembly.GetManifestResourceNames().Where(n => n.StartsWith("Catalogue/", StringComparison.Ordinal)).Select(n => (n, Content(assembly, n))));
        return reading.Catalogue ?? throw new InvalidOperationException(string.Join('\n', reading.Problems));
    }

    /// <summary>Reads the files of a catalogue: <c>sources.json</c> and one file for each group it lists. Every problem of every file is reported, in their order.</summary>
    public static CatalogueReading Read(IEnumerable<(string Path, string Content)> files) => new CatalogueReader().Read(files);

    /// <summary>The rows that any of the chosen editions has.</summary>
    public IReadOnlyList<Requirement> In(IReadOnlyCollection<SourceEdition> editions) => [.. Rows.Where(r => r.Bases.Any(b => editions.Any(b.IsIn)))];

    /// <summary>What going from one edition of a document to another brings, drops and changes; backwards too. Editions of two documents cannot be compared: that throws.</summary>
    public EditionComparison Compare(SourceEdition editionA, SourceEdition editionB)
    {
        if (editionA.Source != editionB.Source)
            throw new ArgumentException($"{editionA.Id} is an edition of {editionA.Source}, {editionB.Id} one of {editionB.Source}.", nameof(editionB));

        List<RequirementChange> added = [], removed = [], changed = [];
        var (first, last) = editionA.Place <= editionB.Place ? (editionA.Place, editionB.Place) : (editionB.Place, editionA.Place);
        foreach (var row in Rows)
        {
            var bases = row.Bases.Where(b => b.Source.Id == editionA.Source).ToList();
            EditionChange[] changes = [.. bases.SelectMany(b => b.Changes).Where(c => c.Edition.Place > first && c.Edition.Place <= last).OrderBy(c => c.Edition.Place)];
            switch (bases.Exists(b => b.IsIn(editionA)), bases.Exists(b => b.IsIn(editionB)))
            {
                case (false, true): added.Add(new(row, changes)); break;
                case (true, false): removed.Add(new(row, changes)); break;
                case (true, true) when changes.Length > 0: changed.Add(new(row, changes)); break;
            }
        }

        return new(editionA, editionB, added, removed, changed);
    }

    private static string Content(Assembly assembly, string name)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
