namespace Tasuki.Exchange.Exporting;

/// <summary>
/// The words by which a reader knows our export: the index says that it is one, a record carries category and source as tags, a file that repeats the records says
/// so. <c>Tasuki.Formats</c> reads them; a test carries records from one account to another through both.
/// </summary>
internal static class ExportMarks
{
    /// <summary>System of the identifier in the index's Composition.</summary>
    public const string Export = "urn:x-tasuki:export";

    /// <summary>Type system of the index's DocumentReferences: <see cref="Records"/> or <see cref="Copy"/>.</summary>
    public const string DocumentType = "urn:x-tasuki:document";
    public const string Records = "records";
    public const string Copy = "copy";

    public const string CategoryTag = "urn:x-tasuki:category";

    /// <summary>The code is the kind of source, the display its name.</summary>
    public const string SourceTag = "urn:x-tasuki:source";
}
