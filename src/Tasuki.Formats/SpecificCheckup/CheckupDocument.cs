namespace Tasuki.Formats.SpecificCheckup;

/// <summary>One checkup of one person: the Composition and the resources it reaches, each named by its <see cref="ReadResource.FullUrl"/>.</summary>
public sealed record CheckupDocument(ReadPerson Person, IReadOnlyList<ReadResource> Resources)
{
    /// <summary>Sorts what a reader yielded into documents: each begins with its person. In a FHIR document the Composition stands before it; what comes first belongs to the first.</summary>
    public static IReadOnlyList<CheckupDocument> From(IEnumerable<ReadItem> items)
    {
        var documents = new List<CheckupDocument>();
        var resources = new List<ReadResource>();
        foreach (var item in items)
        {
            if (item is ReadPerson person)
            {
                resources = documents.Count == 0 ? resources : [];
                documents.Add(new CheckupDocument(person, resources));
            }
            else if (item is ReadResource resource)
            {
                resources.Add(resource);
            }
        }

        return documents;
    }
}
