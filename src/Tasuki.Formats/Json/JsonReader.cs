using Tasuki.Kernel;

namespace Tasuki.Formats;

/// <summary>Reads one JSON file by what it is: a Bundle, a resource, or measurements.</summary>
internal static class JsonReader
{
    public static IEnumerable<ReadItem> Read(JsonSource source, JsonFirst? first, ResourceIntake intake, ReadContext context, CancellationToken cancel)
    {
        if (FormatReader.MyNumberIn(source.Bytes.Span, source.At(0, null)) is { } stopped)
            return [stopped];
        return first switch
        {
            { ResourceType: "Bundle" } => BundleReader.Read(source, intake, context, cancel),
            { ResourceType: not null } => intake.Take(source.Bytes, source.At(0, null), context).Select(Whole),
            { IsMeasurement: true } => MeasurementReader.Read(source, intake, context, cancel),
            _ => [new ReadStopped(new SourcePosition(source.File), NoFhir)],
        };
    }

    public static Error NoFhir { get; } =
        new("format.json", "The file is JSON, but neither a FHIR resource (it has no resourceType) nor measurements of Open mHealth or IEEE 1752.1.");

    // The one resource of a file is the file: when its JSON is broken, nothing of it can be read.
    private static ReadItem Whole(ReadItem item) =>
        item is NotUnderstood said && said.Reason.Code.StartsWith("json.", StringComparison.Ordinal) ? new ReadStopped(said.Position, said.Reason) : item;
}
