namespace Tasuki.Kernel.Records;

/// <summary>Systems of the two <c>meta.tag</c> codings in which a record's category and kind of source travel outside (ADR 11). The code is the name of the enum's member.</summary>
public static class RecordTagSystems
{
    public const string Category = "urn:x-tasuki:category";

    public const string Source = "urn:x-tasuki:source";
}
