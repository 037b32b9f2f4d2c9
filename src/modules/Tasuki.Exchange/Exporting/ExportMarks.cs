namespace Tasuki.Exchange.Exporting;

/// <summary>
/// The words of the index by which a reader knows our export and the files in it that only repeat the records. <c>Tasuki.Formats</c> reads them; a test carries
/// records from one account to another through both.
/// </summary>
internal static class ExportMarks
{
    /// <summary>System of the identifier in the index's Composition.</summary>
    public const string Export = "urn:x-tasuki:export";

    /// <summary>Type system of the index's DocumentReferences: <see cref="Records"/> or <see cref="Copy"/>.</summary>
    public const string DocumentType = "urn:x-tasuki:document";
    public const string Records = "records";
    public const string Copy = "copy";
}
