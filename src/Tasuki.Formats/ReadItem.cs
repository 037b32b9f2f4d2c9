using Tasuki.Fhir;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;

namespace Tasuki.Formats;

/// <summary>Where in the source something stands: the name of the file, followed by the path inside it when it is an archive, line and column from 1 where the format has lines, and the element or JSON path.</summary>
public readonly record struct SourcePosition(string File, long? Line = null, long? Column = null, string? Path = null)
{
    public override string ToString() => string.Join(", ", new[]
    {
        File.Length > 0 ? File : null,
        Line is { } line ? $"line {line}" : null,
        Column is { } column ? $"column {column}" : null,
        Path,
    }.Where(part => part is not null));
}

/// <summary>What a reader yields, in the order of the source. Reading is a pure function of the bytes: no network, no database, no clock.</summary>
public abstract record ReadItem(SourcePosition Position);

/// <summary>
/// One resource. Its references are those of the file; <see cref="FullUrl"/> is what other entries call it. Category and source are what the document
/// around it says; where they are null the store decides by code lists and asks the person.
/// </summary>
public sealed record ReadResource(
    SourcePosition Position,
    CanonicalResource Resource,
    string? FullUrl = null,
    DataCategory? Category = null,
    SourceKind? Source = null,
    string? SourceName = null) : ReadItem(Position);

/// <summary>The person a document speaks of. It is compared with the resident before anything is stored and is itself no record.</summary>
public sealed record ReadPerson(
    SourcePosition Position,
    IReadOnlyList<string> Names,
    DateOnly? BirthDate,
    string? Gender,
    string? FullUrl = null) : ReadItem(Position);

/// <summary>A file inside the source that is kept with it and belongs to a resource (an image, a PDF).</summary>
public sealed record ReadAttachment(SourcePosition Position, string Name, string ContentType, ReadOnlyMemory<byte> Bytes) : ReadItem(Position);

/// <summary>Something that was not understood. It stays in the original file and is said to the person, never dropped.</summary>
public sealed record NotUnderstood(SourcePosition Position, Error Reason) : ReadItem(Position);

/// <summary>The source cannot be read beyond this point, or must not be used at all (a bomb, a My Number). Always the last item; an import stores nothing.</summary>
public sealed record ReadStopped(SourcePosition Position, Error Reason) : ReadItem(Position);

/// <summary>What was recognised by content; the name of a file decides nothing.</summary>
public enum FileFormat
{
    Unknown = 0,

    /// <summary>特定健診 HL7 CDA R2 (<c>h*.xml</c>).</summary>
    SpecificCheckupXml,

    /// <summary>The exchange ZIP around specific-checkup files (<c>ix08</c>, <c>DATA/</c>).</summary>
    SpecificCheckupArchive,

    /// <summary>A FHIR R4 document or any other Bundle in JSON.</summary>
    FhirBundle,

    /// <summary>One FHIR R4 resource in JSON.</summary>
    FhirResource,

    /// <summary>FHIR R4 resources, one a line (bulk export).</summary>
    FhirNdjson,

    /// <summary>HL7 Personal Health Record Format: NDJSON that starts with a Composition.</summary>
    Phr,

    /// <summary>SPHR: a ZIP of index.phr and data files, or of a .phr and attachments.</summary>
    Sphr,

    /// <summary>Tasuki's own export: an SPHR whose index says so.</summary>
    TasukiExport,

    /// <summary>A JSON file of Open mHealth or IEEE 1752.1 measurements.</summary>
    Measurements,

    /// <summary>Any other ZIP with files of these formats in it; they are read one by one.</summary>
    Archive,
}

/// <summary>Bounds every reader keeps. A source beyond them is refused with a sentence that names the bound.</summary>
public sealed record ReadLimits
{
    public static ReadLimits Default { get; } = new();

    public long XmlBytes { get; init; } = 8L << 20;

    public long JsonBytes { get; init; } = 32L << 20;

    public long NdjsonBytes { get; init; } = 512L << 20;

    public int LineBytes { get; init; } = 8 << 20;

    public long ZipBytes { get; init; } = 256L << 20;

    public long UnpackedBytes { get; init; } = 1L << 30;

    public int ZipEntries { get; init; } = 20_000;

    /// <summary>Unpacked to packed, for one entry larger than 1 MiB. DEFLATE itself ends near 1,030.</summary>
    public int ZipRatio { get; init; } = 200;

    public int Resources { get; init; } = 500_000;

    public int Depth { get; init; } = CanonicalResource.MaximumDepth;
}
