using System.Text.Json;
using System.Text.Json.Nodes;
using Tasuki.Fhir;

namespace Tasuki.Formats;

/// <summary>
/// Records that an institution marked as not told to the person (UNINFORMED) or not handed over (UNDELIVERED); CLINS, tag JP_ehrshrs_indication. A personal health
/// record must not show them, nor say what they are.
/// </summary>
internal static class WithheldRecords
{
    /// <summary>A quick look at raw bytes: false means that no such mark stands in them.</summary>
    public static bool MayStandIn(ReadOnlySpan<byte> json) =>
        json.IndexOf("UNINFORMED"u8) >= 0 || json.IndexOf("UNDELIVERED"u8) >= 0 || json.IndexOf("\\u00"u8) >= 0;

    public static bool Is(JsonElement resource) =>
        resource.ValueKind is JsonValueKind.Object && (IsMarked(resource) || Fields.Items(resource, "contained").Any(IsMarked));

    /// <summary>
    /// The resource without what would tell of withheld entries: the display text of references to them and, in a Composition, the narratives, which name what the
    /// sections hold. Null when nothing had to go.
    /// </summary>
    public static CanonicalResource? Silence(CanonicalResource resource, IReadOnlySet<string> withheld)
    {
        var edit = ResourceEdit.Of(resource);
        var changed = DropDisplays(edit.Json, withheld);
        if (string.Equals(resource.Type, "Composition", StringComparison.Ordinal))
            changed |= DropNarratives(edit.Json);
        return changed ? edit.Done() : null;
    }

    private static bool DropDisplays(JsonNode? node, IReadOnlySet<string> withheld)
    {
        switch (node)
        {
            case JsonObject owner:
                var changed = owner["reference"] is JsonValue reference && reference.GetValueKind() is JsonValueKind.String && withheld.Contains(reference.GetValue<string>())
                    && (owner.Remove("display") | owner.Remove("identifier"));
                return owner.ToList().Aggregate(changed, (any, member) => DropDisplays(member.Value, withheld) | any);
            case JsonArray list:
                return list.Aggregate(false, (any, item) => DropDisplays(item, withheld) | any);
            default:
                return false;
        }
    }

    private static bool DropNarratives(JsonObject owner)
    {
        var changed = owner["text"] is JsonObject && owner.Remove("text");
        return owner["section"] is JsonArray sections
            ? sections.OfType<JsonObject>().Aggregate(changed, (any, section) => DropNarratives(section) | any) : changed;
    }

    private static bool IsMarked(JsonElement resource) =>
        Fields.Object(resource, "meta") is { } meta && new[] { "tag", "security" }.SelectMany(name => Fields.Codings(meta, name)).Any(Marks);

    // The code is asked for in any system: whoever writes these words means them.
    private static bool Marks(Coding tag) => tag.Code.ToUpperInvariant() is "UNINFORMED" or "UNDELIVERED";
}
