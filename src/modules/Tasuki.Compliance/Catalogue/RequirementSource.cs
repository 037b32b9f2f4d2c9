namespace Tasuki.Compliance.Catalogue;

/// <summary>A document that asks something of the service, with the editions that stand side by side, oldest first.</summary>
public sealed record RequirementSource(string Id, Wording Name, IReadOnlyList<SourceEdition> Editions)
{
    /// <summary>The newest edition.</summary>
    public SourceEdition Current => Editions[^1];

    // By id: a document and its editions know one another, and comparing them by content would never end.
    public bool Equals(RequirementSource? other) => other is not null && Id == other.Id;

    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Id);
}

/// <summary>One edition of a document.</summary>
/// <param name="Source">The id of its document.</param>
/// <param name="Place">0 for the oldest.</param>
/// <param name="Date">
/// When it was published, or when its text was taken where the document has no editions of its own: <c>2025-04-30</c>, or <c>2025-06</c> where only the
/// month is known.
/// </param>
public sealed record SourceEdition(string Id, string Source, int Place, Wording Name, string Date);

/// <summary>Something that was read to write the catalogue; <see cref="Requirement.Sources"/> names it by id.</summary>
/// <param name="Address">Where it was found; null for what has no public address.</param>
public sealed record Reference(string Id, Wording Name, string? Address);

/// <summary>The rows that belong together, in the order they are read.</summary>
public sealed record RequirementGroup(string Id, Wording Name, IReadOnlyList<Requirement> Rows);

/// <summary>The marks of certainty that are no reference.</summary>
internal static class CatalogueMarks
{
    public const string Design = "D";
    public const string Open = "Open";

    /// <summary>K0.85: background knowledge and how sure it is, between 0 and 1.</summary>
    public static bool IsKnowledge(string mark) =>
        mark.StartsWith("K0.", StringComparison.Ordinal) && mark.Length is 4 or 5 && mark.AsSpan(3).IndexOfAnyExceptInRange('0', '9') < 0;
}
