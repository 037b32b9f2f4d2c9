using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Tasuki.Fhir;

/// <summary>One place where a resource names another.</summary>
/// <param name="text">As it stands there, unescaped.</param>
/// <param name="isReference">False for a uri, a url and a link of the narrative.</param>
/// <param name="element">The element of the resource it stands in.</param>
public readonly ref struct ResourceLink(string text, bool isReference, ReadOnlySpan<byte> element)
{
    public string Text { get; } = text;

    public bool IsReference { get; } = isReference;

    public ReadOnlySpan<byte> Element { get; } = element;
}

/// <summary>What a link is to be replaced by; null keeps it.</summary>
public delegate string? LinkRewriting(ResourceLink link);

/// <summary>
/// The places at which a server that gives ids has to look for the names of other resources (R4, http, 3.1.0.11.2): references, elements of type uri and url, and in narrative
/// <c>href</c> and <c>src</c>. Not what identifies by itself: systems, canonicals, and elements of type uuid and oid, which could hold no address.
/// </summary>
public static class ResourceLinks
{
    private static readonly JsonReaderOptions Reading = new() { MaxDepth = CanonicalResource.MaximumDepth };

    private enum Place
    {
        Other,
        Reference,
        Uri,
        Narrative,
    }

    /// <summary>All but the strings that are replaced stays byte for byte; the very memory that came where nothing is.</summary>
    /// <param name="json">Well-formed JSON of a resource.</param>
    public static ReadOnlyMemory<byte> Rewrite(ReadOnlyMemory<byte> json, LinkRewriting rewrite)
    {
        var bytes = json.Span;
        var reader = new Utf8JsonReader(bytes, Reading);
        ArrayBufferWriter<byte>? output = null;
        ReadOnlySpan<byte> element = [];
        var place = Place.Other;
        var copied = 0;
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.PropertyName)
            {
                if (reader.CurrentDepth == 1)
                    element = reader.ValueSpan;
                place = PlaceOf(ref reader);
                continue;
            }

            if (place is Place.Other || reader.TokenType is not JsonTokenType.String)
                continue;
            var text = reader.GetString()!;
            if ((place is Place.Narrative ? Narrative(text, rewrite, element) : rewrite(new ResourceLink(text, place is Place.Reference, element))) is not { } rewritten)
                continue;
            output ??= new ArrayBufferWriter<byte>(json.Length + 64);
            output.Write(bytes[copied..(int)reader.TokenStartIndex]);
            output.Write("\""u8);
            output.Write(JsonEncodedText.Encode(rewritten, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes);
            output.Write("\""u8);
            copied = (int)reader.BytesConsumed;
        }

        if (output is null)
            return json;
        output.Write(bytes[copied..]);
        return output.WrittenMemory;
    }

    private static Place PlaceOf(ref Utf8JsonReader reader) => reader.ValueSpan switch
    {
        [(byte)'r', ..] when reader.ValueTextEquals("reference"u8) => Place.Reference,
        [(byte)'u', ..] when reader.ValueTextEquals("url"u8) => Place.Uri,
        [(byte)'v', ..] when reader.ValueTextEquals("valueUri"u8) || reader.ValueTextEquals("valueUrl"u8) => Place.Uri,
        [(byte)'i', ..] when reader.ValueTextEquals("instantiatesUri"u8) => Place.Uri,
        [(byte)'s', ..] when reader.ValueTextEquals("source"u8) => Place.Uri,
        [(byte)'d', ..] when reader.ValueTextEquals("div"u8) => Place.Narrative,
        _ => Place.Other,
    };

    // In XHTML the value of an attribute always stands in quotes.
    private static string? Narrative(string div, LinkRewriting rewrite, ReadOnlySpan<byte> element)
    {
        StringBuilder? output = null;
        var copied = 0;
        for (var equals = div.IndexOf('=', StringComparison.Ordinal); equals >= 0; equals = div.IndexOf('=', equals))
        {
            var start = ++equals;
            while (start < div.Length && char.IsWhiteSpace(div[start]))
                start++;
            if (start == div.Length || div[start] is not ('"' or '\'') || div.IndexOf(div[start], start + 1) is not (>= 0 and var end))
                continue;
            var isLink = IsLink(div.AsSpan(0, equals - 1).TrimEnd());
            equals = end;
            if (!isLink || rewrite(new ResourceLink(div[(start + 1)..end], isReference: false, element)) is not { } rewritten)
                continue;
            (output ??= new StringBuilder(div.Length + 64)).Append(div, copied, start + 1 - copied).Append(rewritten);
            copied = end;
        }

        return output?.Append(div, copied, div.Length - copied).ToString();
    }

    private static bool IsLink(ReadOnlySpan<char> before) =>
        (before.EndsWith("href") && IsApart(before[..^"href".Length])) || (before.EndsWith("src") && IsApart(before[..^"src".Length]));

    private static bool IsApart(ReadOnlySpan<char> before) => before.Length > 0 && char.IsWhiteSpace(before[^1]);
}
