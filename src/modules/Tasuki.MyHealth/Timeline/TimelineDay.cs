using Tasuki.Kernel.Records;
using Tasuki.Vault;

namespace Tasuki.MyHealth;

/// <summary>One record in a line.</summary>
internal sealed record TimelineItem(string RecordId, string Type, string? Name, string? Value);

/// <summary>What belongs together: the records of one day, one category and one source.</summary>
/// <param name="DocumentId">The document around them, where one of them is a document.</param>
internal sealed record TimelineEntry(DateOnly? Day, DataCategory Category, RecordOrigin Origin, string? Title, string? DocumentId, IReadOnlyList<TimelineItem> Items);

internal static class Timeline
{
    public static IReadOnlyList<TimelineEntry> Build(IReadOnlyList<StoredRecord> records)
    {
        var entries = new List<TimelineEntry>();
        var read = records
            .Select(record => (Record: record, Json: FhirText.Parse(record.Resource), Day: RecordSummary.DayOf(record)))
            .Where(one => RecordSummary.Happened(one.Record, one.Json));
        foreach (var group in read.GroupBy(one => (one.Day, one.Record.Class.Category, one.Record.Origin.Name, one.Record.Origin.Kind)))
        {
            var document = group.FirstOrDefault(one => one.Record.Type == "Composition");
            var items = group.Where(one => one.Record.Type != "Composition")
                .Select(one => new TimelineItem(one.Record.Id, one.Record.Type, RecordSummary.Name(one.Record, one.Json), RecordSummary.Value(one.Record, one.Json)))
                .ToList();
            if (document.Record is not null && items.Count == 0)
                items.Add(new TimelineItem(document.Record.Id, "Composition", RecordSummary.Name(document.Record, document.Json), null));
            entries.Add(new TimelineEntry(group.Key.Day, group.Key.Category, group.First().Record.Origin,
                document.Record is null ? null : RecordSummary.Name(document.Record, document.Json), document.Record?.Id, items));
        }

        return [.. entries.OrderByDescending(entry => entry.Day ?? DateOnly.MinValue)];
    }
}
