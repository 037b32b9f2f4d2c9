using Tasuki.Fhir;
using Tasuki.Kernel;

namespace Tasuki.Formats;

/// <summary>Tells what a file is from its bytes, and where it is nothing that can be read, what it looks like.</summary>
internal static class FormatDetection
{
    private const int HeadBytes = 64 * 1024;

    internal readonly record struct Found(FileFormat Format, Error? Why = null);

    public static async ValueTask<Found> Look(Stream source, ReadLimits limits, CancellationToken cancel)
    {
        source.Position = 0;
        var head = new byte[HeadBytes];
        var length = await source.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancel);
        var bytes = head.AsMemory(0, length);
        if (Shape(bytes.Span) is { } unknown)
            return new Found(FileFormat.Unknown, unknown);

        source.Position = 0;
        var first = await JsonPeek.Read(source, limits.JsonBytes, cancel);
        return first switch
        {
            null => new Found(FileFormat.Unknown, Encodings.IsUtf16(bytes.Span) ? Encodings.NotUtf8(bytes.Span) : Nothing()),
            { MoreFollow: true, ResourceType: "Composition" } => new Found(FileFormat.Phr),
            { MoreFollow: true, ResourceType: not null } => new Found(FileFormat.FhirNdjson),
            { ResourceType: "Bundle" } => new Found(FileFormat.FhirBundle),
            { ResourceType: not null } => new Found(FileFormat.FhirResource),
            _ => new Found(FileFormat.Unknown, new Error("format.json", "The file is JSON, but neither a FHIR resource nor measurements of Open mHealth: it has no resourceType.")),
        };
    }

    private static Error? Shape(ReadOnlySpan<byte> head)
    {
        if (head.IsEmpty)
            return new Error("format.empty", "The file is empty.");
        if (head.StartsWith("%PDF-"u8))
            return new Error("format.pdf", "The file is a PDF. Its contents cannot be read as records.");
        return null;
    }

    private static Error Nothing() => new("format.unknown", "The file is none of the formats that can be read (specific-checkup XML or ZIP, FHIR JSON or NDJSON, .phr, .sphr).");
}
