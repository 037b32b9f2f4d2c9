using System.Text.Json.Nodes;
using Tasuki.Fhir;
using Tasuki.Kernel.Records;

namespace Tasuki.Formats;

/// <summary>
/// The marks of Tasuki's own export: an SPHR archive whose index says so, whose records carry category and source as tags, and whose other files say that they
/// repeat the records in another form. They let another Tasuki take in the same records, once.
/// </summary>
internal static class TasukiExport
{
    /// <summary>System of the identifier in the index's Composition.</summary>
    public const string Mark = "urn:x-tasuki:export";

    /// <summary>Type system of the index's DocumentReferences: <c>records</c>, or <c>copy</c> for a file that holds nothing the records do not.</summary>
    public const string DocumentType = "urn:x-tasuki:document";
    public const string Records = "records";
    public const string Copy = "copy";

    /// <summary>Tag system: the code is the name of a <see cref="DataCategory"/>.</summary>
    public const string CategoryTag = RecordTagSystems.Category;

    /// <summary>Tag system: the code is the name of a <see cref="SourceKind"/>, the display the source in words.</summary>
    public const string SourceTag = RecordTagSystems.Source;

    private const string TagPrefix = "urn:x-tasuki:";

    public static bool IsMarked(ReadOnlySpan<byte> head) => head.IndexOf("\"urn:x-tasuki:export\""u8) >= 0;

    /// <summary>Takes the tags out of a resource and into the context; both come back unchanged when there are none.</summary>
    public static (CanonicalResource Resource, ReadContext Context) Untag(CanonicalResource resource, ReadContext context)
    {
        if (resource.Json.Span.IndexOf("urn:x-tasuki:"u8) < 0)
            return (resource, context);
        var edit = ResourceEdit.Of(resource);
        if (edit.Json["meta"] is not JsonObject meta || meta["tag"] is not JsonArray tags)
            return (resource, context);
        foreach (var tag in tags.OfType<JsonObject>().Where(tag => Text(tag, "system").StartsWith(TagPrefix, StringComparison.Ordinal)).ToList())
        {
            var code = Text(tag, "code");
            if (Text(tag, "system") is CategoryTag && Enum.TryParse<DataCategory>(code, out var category) && Enum.IsDefined(category))
                context = context with { Category = category };
            if (Text(tag, "system") is SourceTag && Enum.TryParse<SourceKind>(code, out var source) && Enum.IsDefined(source))
                context = context with { Source = source, SourceName = Text(tag, "display") is { Length: > 0 } name ? name : null };
            tags.Remove(tag);
        }

        if (tags.Count == 0)
            meta.Remove("tag");
        if (meta.Count == 0)
            edit.Json.Remove("meta");
        return (edit.Done(), context);
    }

    private static string Text(JsonObject owner, string name) => owner[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";
}
