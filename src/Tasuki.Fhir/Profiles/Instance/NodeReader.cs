using System.Text.Json;

namespace Tasuki.Fhir.Profiles.Instance;

/// <summary>Reads FHIR JSON into nodes: <c>x</c> and <c>_x</c> become one element.</summary>
internal static class NodeReader
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = CanonicalResource.MaximumDepth };

    /// <param name="json">Bytes that <see cref="JsonText.FirstFault"/> has passed.</param>
    public static Node? Resource(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, Options);
        if (!reader.Read() || reader.TokenType is not JsonTokenType.StartObject)
            return null;
        var root = new Node("", null, -1, 0);
        Object(ref reader, root);
        return root;
    }

    /// <summary>A fixed value or pattern of a definition.</summary>
    public static Node Value(JsonElement value)
    {
        var reader = new Utf8JsonReader(System.Text.Encoding.UTF8.GetBytes(value.GetRawText()), Options);
        reader.Read();
        var node = new Node("", null, -1, 0);
        One(ref reader, node);
        return node;
    }

    private static void Object(ref Utf8JsonReader reader, Node owner)
    {
        owner.Kind = NodeKind.Object;
        Members(ref reader, owner);
    }

    private static void Members(ref Utf8JsonReader reader, Node owner)
    {
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            var beside = name.Length > 1 && name[0] is '_';
            if (beside)
                name = name[1..];
            reader.Read();
            if (name is "resourceType" && reader.TokenType is JsonTokenType.String)
            {
                owner.ResourceType = reader.GetString();
            }
            else if (reader.TokenType is not JsonTokenType.StartArray)
            {
                Place(ref reader, owner, name, -1, beside);
            }
            else
            {
                for (var index = 0; reader.Read() && reader.TokenType is not JsonTokenType.EndArray; index++)
                    Place(ref reader, owner, name, index, beside);
            }
        }
    }

    private static void Place(ref Utf8JsonReader reader, Node owner, string name, int index, bool beside)
    {
        if (reader.TokenType is JsonTokenType.Null)
            return;
        var node = beside || owner.HoldsBeside ? owner.Placed(name, index) : null;
        if (node is null)
            owner.Add(node = new Node(name, owner, index, (int)reader.TokenStartIndex));
        if (beside && reader.TokenType is JsonTokenType.StartObject)
            Members(ref reader, node);
        else
            One(ref reader, node);
    }

    private static void One(ref Utf8JsonReader reader, Node node)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                Object(ref reader, node);
                break;
            case JsonTokenType.StartArray:
                // A list in a list is no FHIR; the base check has said so.
                reader.Skip();
                break;
            case JsonTokenType.String:
                (node.Kind, node.Text) = (NodeKind.Text, reader.GetString());
                break;
            case JsonTokenType.Number:
                (node.Kind, node.Text) = (NodeKind.Number, System.Text.Encoding.UTF8.GetString(reader.ValueSpan));
                break;
            case JsonTokenType.True or JsonTokenType.False:
                (node.Kind, node.Text) = (NodeKind.Boolean, reader.TokenType is JsonTokenType.True ? "true" : "false");
                break;
        }
    }
}
