using System.Text.Json;

namespace Tasuki.Fhir.Searching;

/// <summary>Resources that stand within another one, as <c>#id</c> refers to them.</summary>
public static class ContainedResource
{
    /// <summary>Whether anything may be contained: no parse, so that a record without costs little.</summary>
    public static bool MayBeIn(ReadOnlySpan<byte> canonical) => canonical.IndexOf("\"contained\":["u8) >= 0;

    /// <summary>The contained resource of that id; empty when there is none.</summary>
    /// <param name="id">Without the <c>#</c>.</param>
    public static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> container, string id, out string type)
    {
        type = "";
        var reader = new Utf8JsonReader(container, ValueExtractor.Reading);
        reader.Read();
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            var isContained = reader.ValueTextEquals("contained"u8);
            reader.Read();
            if (!isContained || reader.TokenType is not JsonTokenType.StartArray)
            {
                reader.Skip();
                continue;
            }

            while (reader.Read() && reader.TokenType is JsonTokenType.StartObject)
            {
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                var one = container[start..(int)reader.BytesConsumed];
                if (Named(one, id) is not { } found)
                    continue;
                type = found;
                return one;
            }

            return [];
        }

        return [];
    }

    // Its type, where its id is this one.
    private static string? Named(ReadOnlySpan<byte> resource, string id)
    {
        var reader = new Utf8JsonReader(resource, ValueExtractor.Reading);
        reader.Read();
        string? type = null;
        var isNamed = false;
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            var (isType, isId) = (reader.ValueTextEquals("resourceType"u8), reader.ValueTextEquals("id"u8));
            reader.Read();
            if (isType && reader.TokenType is JsonTokenType.String)
                type = reader.GetString();
            else if (isId && reader.TokenType is JsonTokenType.String)
                isNamed = reader.ValueTextEquals(id);
            reader.Skip();
        }

        return isNamed && type is not null && ResourceTypes.IsKnown(type) ? type : null;
    }
}
