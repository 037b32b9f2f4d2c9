using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tasuki.Fhir.Tests;

/// <summary>Changes one place of a resource in one of many ways, as slips and damage do.</summary>
internal static class Mutation
{
    private static readonly JsonSerializerOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly string[] Names = ["status", "code", "value", "valueString", "valueQuantity", "valueBoolean", "_status", "_value", "_id", "id", "extension", "colour", "Status", "resourceType", "text", "contained", "meta", "onsetAge", "subject", "url", "div", "modifierExtension", "identifier", "名前"];

    private static readonly string[] Texts =
    [
        "", " ", "x", " final", "fin al", "final ", "FINAL", "2024-02-30", "2024-02-29", "2023-02-29", "2024-13-01", "0000-01-01", "2024", "2024-1", "2024-01", "24-01-01", "2024-01-01T10:00:00", "2024-01-01T10:00:00Z",
        "2024-01-01T10:00:00.123456789+09:00", "2024-01-01T24:00:00Z", "2024-01-01T23:59:60Z", "2024-01-01T10:00Z", "2024-01-01T10:00:00+14:00", "2024-01-01T10:00:00+14:30", "2024-01-01T10:00:00+15:00", "2024-01-01 10:00:00Z",
        "12:00:00", "12:00", "25:00:00", "urn:oid:1.2.3", "urn:oid:3.1", "urn:oid:1.02", "urn:oid:1", "urn:uuid:c757873d-ec9a-4326-a141-556f43239520", "urn:uuid:C757873D-EC9A-4326-A141-556F43239520", "urn:uuid:1",
        "http://example.org/a b", "http://example.org/a", "a\tb", "a\nb", "a  b", "a\u3000b", "日本語", "aGVsbG8=", "aGVsbG8", "aGVs bG8=", "====", "true", "1", "-1", "1.0", "01", "final", "unknown", "entered-in-error", "generated",
        "<div xmlns=\"http://www.w3.org/1999/xhtml\">x</div>", "<div>x</div>", "<div xmlns=\"http://www.w3.org/1999/xhtml\"><script>x</script></div>", "<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>x</div>", "<div xmlns=\"http://www.w3.org/1999/xhtml\"><p onclick=\"x\">x</p></div>",
        "#1", "a_b", "Patient/1", "0123456789012345678901234567890123456789012345678901234567890123456789",
    ];

    private static readonly string[] Numbers = ["0", "-1", "1", "1.0", "1.50", "-0", "1e3", "1E-2", "1e400", "2147483647", "2147483648", "-2147483648", "99999999999999999999999999999999", "0.12345678901234567890123456789012345", "1.5"];

    /// <summary>The changed JSON and the name of what was done; null when the choice did not fit the place.</summary>
    public static (string Kind, byte[] Json)? Of(byte[] json, Random random)
    {
        var root = JsonNode.Parse(json)!.AsObject();
        var places = new List<JsonObject>();
        Objects(root, places);
        var owner = places[random.Next(places.Count)];
        if (owner.Count == 0)
            return null;
        var (name, value) = owner.ToList()[random.Next(owner.Count)];
        var kind = Kinds[random.Next(Kinds.Length)];
        switch (kind)
        {
            case "drop":
                owner.Remove(name);
                break;
            case "rename":
                owner.Remove(name);
                owner[Names[random.Next(Names.Length)]] = value;
                break;
            case "letter-case":
                owner.Remove(name);
                owner[char.IsAsciiLetterUpper(name[0]) ? name.ToLowerInvariant() : char.ToUpperInvariant(name[0]) + name[1..]] = value;
                break;
            case "list":
                if (value is JsonArray { Count: > 0 } list)
                    owner[name] = list[0]?.DeepClone();
                else
                    owner[name] = new JsonArray(value?.DeepClone());
                break;
            case "twice in list":
                if (value is not JsonArray { Count: > 0 } several)
                    return null;
                several.Add(several[0]?.DeepClone());
                break;
            case "empty":
                owner[name] = JsonNode.Parse(new[] { "{}", "[]", "null", "\"\"", "[null]", "[{}]", "[\"\"]" }[random.Next(7)]);
                break;
            case "text":
                owner[name] = Texts[random.Next(Texts.Length)];
                break;
            case "text for text":
                if (value is not JsonValue text || text.GetValueKind() is not JsonValueKind.String)
                    return null;
                owner[name] = Texts[random.Next(Texts.Length)];
                break;
            case "number":
                owner[name] = JsonNode.Parse(Numbers[random.Next(Numbers.Length)]);
                break;
            case "number for number":
                if (value is not JsonValue number || number.GetValueKind() is not JsonValueKind.Number)
                    return null;
                owner[name] = JsonNode.Parse(Numbers[random.Next(Numbers.Length)]);
                break;
            case "garble":
                if (value is not JsonValue garbled || garbled.GetValueKind() is not JsonValueKind.String || garbled.GetValue<string>() is not { Length: > 0 } old)
                    return null;
                var at = random.Next(old.Length);
                owner[name] = random.Next(2) == 0 ? old.Remove(at, 1) : old.Insert(at, new[] { " ", "x", "-", "0", ":", "<", "Z" }[random.Next(7)]);
                break;
            case "truth":
                owner[name] = random.Next(2) == 0;
                break;
            case "object":
                owner[name] = JsonNode.Parse(new[] { "{\"value\":1}", "{\"extension\":[{\"url\":\"u\",\"valueString\":\"x\"}]}", "{\"resourceType\":\"Basic\"}", "{\"id\":\"1\"}", "{\"reference\":\"Patient/1\"}" }[random.Next(5)]);
                break;
            case "add":
                owner[Names[random.Next(Names.Length)]] = JsonNode.Parse(new[] { "\"x\"", "1", "true", "{\"text\":\"x\"}", "[\"x\"]", "[{\"url\":\"u\",\"valueCode\":\"x\"}]", "{\"extension\":[{\"url\":\"u\",\"valueDate\":\"2024\"}]}" }[random.Next(7)]);
                break;
            case "beside":
                owner["_" + name] = JsonNode.Parse(new[] { "{\"extension\":[{\"url\":\"u\",\"valueString\":\"x\"}]}", "{\"id\":\"1\"}", "{}", "null", "[null]", "[{\"id\":\"a\"}]", "[null,{\"id\":\"a\"}]", "\"x\"" }[random.Next(8)]);
                break;
            case "beside alone":
                owner.Remove(name);
                owner["_" + name] = JsonNode.Parse(value is JsonArray ? "[{\"extension\":[{\"url\":\"u\",\"valueString\":\"x\"}]}]" : "{\"extension\":[{\"url\":\"u\",\"valueString\":\"x\"}]}");
                break;
            case "null in list":
                if (value is not JsonArray nulls)
                    return null;
                nulls.Insert(random.Next(nulls.Count + 1), null);
                break;
            case "again":
                return Again(root, owner, name);
            default:
                throw new InvalidOperationException(kind);
        }

        return (kind, Encoding.UTF8.GetBytes(root.ToJsonString(Writing)));
    }

    private static readonly string[] Kinds =
        ["drop", "rename", "letter-case", "list", "twice in list", "empty", "text", "text for text", "text for text", "number", "number for number", "garble", "garble", "truth", "object", "add", "add", "beside", "beside alone", "null in list", "again"];

    // The same property twice: the text is written under a name of its own and renamed, since no JSON tree holds it.
    private static (string Kind, byte[] Json) Again(JsonObject root, JsonObject owner, string name)
    {
        owner["again-and-again"] = owner[name]?.DeepClone();
        return ("again", Encoding.UTF8.GetBytes(root.ToJsonString(Writing).Replace("\"again-and-again\"", JsonSerializer.Serialize(name, Writing), StringComparison.Ordinal)));
    }

    /// <summary>All objects of a tree, from the outside in.</summary>
    public static void Objects(JsonNode? node, List<JsonObject> found)
    {
        if (node is JsonObject one)
        {
            found.Add(one);
            foreach (var (_, value) in one)
                Objects(value, found);
        }
        else if (node is JsonArray list)
        {
            foreach (var item in list)
                Objects(item, found);
        }
    }
}
