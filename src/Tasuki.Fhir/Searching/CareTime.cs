using Tasuki.Fhir.Validation;

namespace Tasuki.Fhir.Searching;

/// <summary>
/// When that was so or was done which a resource is about. It is the main date (<see cref="RecordFacts.Date"/>), and where there is none, the next best element of the type. Of some types
/// the main date says something else: of an appointment when it was booked, of a picture when it was released. The main date stands with every record and bounds what a grant with a period
/// opens, so it stays as it is.
/// </summary>
public static class CareTime
{
    // In the order looked for.
    private static readonly Dictionary<string, ValueExtractor[]> Before = Tables(
        ("Appointment", [[("start", LeafKind.Date), ("end", LeafKind.Date)], [("requestedPeriod", LeafKind.Period)]]),
        ("Media", [[("createdDateTime", LeafKind.Date), ("createdPeriod", LeafKind.Period)]]));

    private static readonly Dictionary<string, ValueExtractor[]> Behind = Tables(
        ("AllergyIntolerance", [[("lastOccurrence", LeafKind.Date)]]),
        ("Bundle", [[("timestamp", LeafKind.Date)]]),
        ("Communication", [[("received", LeafKind.Date)]]),
        ("Condition", [[("abatementDateTime", LeafKind.Date), ("abatementPeriod", LeafKind.Period)]]),
        ("DocumentReference", [[("context.period", LeafKind.Period)]]),
        ("Goal", [[("startDate", LeafKind.Date)], [("statusDate", LeafKind.Date)], [("target.dueDate", LeafKind.Date)]]),
        ("ImagingStudy", [[("series.started", LeafKind.Date)]]),
        ("Specimen", [[("collection.collectedDateTime", LeafKind.Date), ("collection.collectedPeriod", LeafKind.Period)], [("receivedTime", LeafKind.Date)]]));

    /// <summary>The types whose main date is not looked at first.</summary>
    public static IReadOnlyList<string> Apart { get; } = [.. Before.Keys.Order(StringComparer.Ordinal)];

    public static bool IsApart(string type) => Before.ContainsKey(type);

    /// <summary>Null where no element says when.</summary>
    public static FhirDate? Of(string type, ReadOnlySpan<byte> json) =>
        First(Before, type, json) ?? FactsBuilder.Read(json).Date ?? First(Behind, type, json);

    private static FhirDate? First(Dictionary<string, ValueExtractor[]> table, string type, ReadOnlySpan<byte> json)
    {
        if (!table.TryGetValue(type, out var places))
            return null;
        foreach (var place in places)
        {
            var limits = new Limits();
            place.Any(json, limits);
            if (limits.Found is { } found)
                return found;
        }

        return null;
    }

    private static Dictionary<string, ValueExtractor[]> Tables(params (string Type, (string Path, LeafKind Leaf)[][] Places)[] rows) => rows.ToDictionary(
        row => row.Type,
        row => row.Places.Select(place => new ValueExtractor(place.Select(one => new ElementPath([.. one.Path.Split('.').Select(step => new PathStep(step))], one.Leaf, "")))).ToArray(),
        StringComparer.Ordinal);

    // Of several times the outer limits.
    private sealed class Limits : ValueTest
    {
        public FhirDate? Found { get; private set; }

        public override bool Date(FhirDate date)
        {
            Found = Found is not { } found ? date : new FhirDate(date.From < found.From ? date.From : found.From, date.To > found.To ? date.To : found.To);
            return false;
        }
    }
}
