using System.Text;
using System.Text.Json;

namespace Tasuki.Compliance.Catalogue;

/// <summary>A JSON value that knows where in its file it stands, so that whatever is wrong with it can be pointed at.</summary>
internal sealed class PlacedJson
{
    private PlacedJson(JsonTokenType kind, int place, string text)
    {
        Kind = kind;
        Place = place;
        Text = text;
    }

    /// <summary><see cref="JsonTokenType.StartObject"/> and <see cref="JsonTokenType.StartArray"/> stand for the whole of them.</summary>
    public JsonTokenType Kind { get; }

    /// <summary>In bytes of UTF-8 from the start of the file.</summary>
    public int Place { get; }

    /// <summary>Of a string its content; of a number, true, false and null as written.</summary>
    public string Text { get; }

    public List<PlacedJson> Items { get; } = [];

    public List<Member> Members { get; } = [];

    public sealed record Member(string Name, int Place, PlacedJson Value);

    /// <summary>Reads strictly: no comments, no trailing comma, nothing after the value, no name twice in one object.</summary>
    /// <param name="report">Told the place and what is wrong. The result is null when what was read cannot be used at all.</param>
    public static PlacedJson? Parse(byte[] content, Action<int, string> report)
    {
        var reader = new Utf8JsonReader(content);
        try
        {
            reader.Read();
            var value = Value(ref reader, report);
            // Reading on is what finds anything behind the value.
            reader.Read();
            return value;
        }
        catch (JsonException e)
        {
            var message = e.Message.Split(" LineNumber:", 2)[0];
            report(OffsetOf(content, e.LineNumber ?? 0, e.BytePositionInLine ?? 0), $"This is not JSON: {message}");
            return null;
        }
    }

    /// <summary>Line and column from 1, the column in characters.</summary>
    public static (int Line, int Column) PositionOf(byte[] content, int place)
    {
        var before = content.AsSpan(0, Math.Min(place, content.Length));
        return (before.Count((byte)'\n') + 1, Encoding.UTF8.GetCharCount(before[(before.LastIndexOf((byte)'\n') + 1)..]) + 1);
    }

    private static PlacedJson Value(ref Utf8JsonReader reader, Action<int, string> report)
    {
        var place = (int)reader.TokenStartIndex;
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var whole = new PlacedJson(JsonTokenType.StartObject, place, "");
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    var (name, at) = (reader.GetString()!, (int)reader.TokenStartIndex);
                    reader.Read();
                    var value = Value(ref reader, report);
                    if (whole.Members.Exists(m => m.Name == name))
                        report(at, $"'{name}' stands twice in one object.");
                    else
                        whole.Members.Add(new(name, at, value));
                }

                return whole;
            case JsonTokenType.StartArray:
                var list = new PlacedJson(JsonTokenType.StartArray, place, "");
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    list.Items.Add(Value(ref reader, report));
                return list;
            case JsonTokenType.String:
                return new(JsonTokenType.String, place, reader.GetString()!);
            default:
                return new(reader.TokenType, place, Encoding.UTF8.GetString(reader.ValueSpan));
        }
    }

    private static int OffsetOf(byte[] content, long line, long byteInLine)
    {
        var start = 0;
        for (; line > 0 && content.AsSpan(start).IndexOf((byte)'\n') is >= 0 and var end; line--)
            start += end + 1;
        return (int)Math.Min(start + byteInLine, content.Length);
    }
}
