using System.Text.Json;
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

    private static bool IsMarked(JsonElement resource) =>
        Fields.Object(resource, "meta") is { } meta && new[] { "tag", "security" }.SelectMany(name => Fields.Codings(meta, name)).Any(Marks);

    // The code is asked for in any system: whoever writes these words means them.
    private static bool Marks(Coding tag) => tag.Code.ToUpperInvariant() is "UNINFORMED" or "UNDELIVERED";
}
