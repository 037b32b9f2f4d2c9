using Tasuki.Formats.SpecificCheckup;
using Tasuki.Kernel;

namespace Tasuki.Formats;

/// <summary>Tells what a file is from its bytes, and where it is nothing that can be read, what it looks like.</summary>
internal static class FormatDetection
{
    private const int HeadBytes = 64 * 1024;

    /// <param name="Why">Why the file cannot be read, when its format is unknown.</param>
    /// <param name="Path">The entry of an archive that is at fault.</param>
    internal readonly record struct Found(FileFormat Format, Error? Why = null, JsonFirst? First = null, ArchiveContents? Archive = null, string? Path = null);

    public static Error NothingKnown { get; } =
        new("format.unknown", "The file is none of the formats that can be read (specific-checkup XML or ZIP, FHIR JSON or NDJSON, .phr, .sphr).");

    public static async ValueTask<Found> Look(Stream source, ReadLimits limits, CancellationToken cancel)
    {
        source.Position = 0;
        var head = new byte[HeadBytes];
        var length = await source.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancel);
        var bytes = head.AsMemory(0, length);
        if (IsZip(bytes.Span))
            return Archive(source, limits, cancel);
        if (IsXml(bytes.Span))
            return IsCheckupDocument(bytes.Span) ? new Found(FileFormat.SpecificCheckupXml) : new Found(FileFormat.Unknown, OtherXml(bytes.Span));
        if (Shape(bytes.Span) is { } unknown)
            return new Found(FileFormat.Unknown, unknown);

        source.Position = 0;
        var first = await JsonPeek.Read(source, limits.JsonBytes, cancel);
        return first switch
        {
            null => new Found(FileFormat.Unknown, NothingKnown),
            { MoreFollow: true, ResourceType: "Composition" } => new Found(FileFormat.Phr),
            { MoreFollow: true, ResourceType: not null } => new Found(FileFormat.FhirNdjson),
            { ResourceType: "Bundle" } => new Found(FileFormat.FhirBundle, First: first),
            { ResourceType: not null } => new Found(FileFormat.FhirResource, First: first),
            { IsMeasurement: true } => new Found(FileFormat.Measurements, First: first),
            _ => new Found(FileFormat.Unknown, JsonReader.NoFhir),
        };
    }

    public static bool IsXml(ReadOnlySpan<byte> head)
    {
        var text = head.StartsWith("\uFEFF"u8) ? head[3..] : head is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] ? head[2..] : head;
        return text.TrimStart(" \t\r\n\0"u8) is [(byte)'<', ..];
    }

    public static bool IsCheckupDocument(ReadOnlySpan<byte> head) => SpecificCheckupReader.LooksLike(head);

    private static bool IsZip(ReadOnlySpan<byte> head) => head.StartsWith("PK\u0003\u0004"u8) || head.StartsWith("PK\u0005\u0006"u8);

    private static Found Archive(Stream source, ReadLimits limits, CancellationToken cancel)
    {
        try
        {
            var contents = ArchiveContents.Look(source, limits, cancel);
            return contents.Format is FileFormat.Unknown
                ? new Found(FileFormat.Unknown, new Error("format.zip", "Nothing in the ZIP can be read: no checkup file, no FHIR, no .phr."))
                : new Found(contents.Format, Archive: contents);
        }
        catch (ZipFault fault)
        {
            return new Found(FileFormat.Unknown, fault.Reason, Path: fault.Path);
        }
    }

    private static Error OtherXml(ReadOnlySpan<byte> head) =>
        head.IndexOf("<html"u8) >= 0 || head.IndexOf("<!DOCTYPE html"u8) >= 0
            ? new Error("format.html", "The file is a web page, not the data behind it. Download the data file instead.")
            : head.IndexOf("<!DOCTYPE"u8) >= 0
            ? new Error("xml.doctype", "The XML has a document type declaration. Checkup files have none, and it can be used for attacks: the file is refused.")
            : new Error("format.xml", "The file is XML, but not a specific-checkup document (HL7 CDA R2).");

    private static Error? Shape(ReadOnlySpan<byte> head)
    {
        if (head.IsEmpty)
            return new Error("format.empty", "The file is empty.");
        if (head.StartsWith("%PDF-"u8))
            return new Error("format.pdf", "The file is a PDF. Its contents cannot be read as records.");
        if (head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) || head.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47]) || head.StartsWith("GIF8"u8))
            return new Error("format.picture", "The file is a picture. Its contents cannot be read as records.");
        return Encodings.IsUtf16(head) ? Encodings.NotUtf8(head) : null;
    }
}
