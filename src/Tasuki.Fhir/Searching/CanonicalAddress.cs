using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using Hl7.Fhir.Introspection;
using Hl7.Fhir.Model;

namespace Tasuki.Fhir.Searching;

/// <summary>By what canonicals name a resource: its <c>url</c>, and with a bar behind it its <c>version</c>.</summary>
public static class CanonicalAddress
{
    private static readonly FrozenSet<string> Types = ResourceTypes.All.Where(IsNamed).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Whether resources of this type are named by canonicals.</summary>
    public static bool Has(string type) => Types.Contains(type);

    /// <summary>As canonicals write it: <c>url</c>, and <c>url|version</c> where it has a version. None for a resource without a url.</summary>
    public static IReadOnlyList<string> Of(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, ValueExtractor.Reading);
        reader.Read();
        string? url = null, version = null;
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            var (isUrl, isVersion) = (reader.ValueTextEquals("url"u8), reader.ValueTextEquals("version"u8));
            reader.Read();
            if (isUrl && reader.TokenType is JsonTokenType.String)
                url = Encoding.UTF8.GetString(LeafReader.Bytes(ref reader));
            else if (isVersion && reader.TokenType is JsonTokenType.String)
                version = Encoding.UTF8.GetString(LeafReader.Bytes(ref reader));
            else
                reader.Skip();
        }

        return url is not { Length: > 0 } ? [] : version is { Length: > 0 } ? [url, $"{url}|{version}"] : [url];
    }

    // A Device has a url too; what canonicals name has a version that is a text.
    private static bool IsNamed(string type) =>
        ModelInfo.ModelInspector.FindClassMapping(type) is { } mapping && IsOf<FhirUri>(mapping, "url") && IsOf<FhirString>(mapping, "version");

    private static bool IsOf<T>(ClassMapping mapping, string name) => mapping.FindMappedElementByName(name) is { FhirType: [var type] } && type == typeof(T);
}
