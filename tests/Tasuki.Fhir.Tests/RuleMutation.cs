using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tasuki.Fhir.Tests;

/// <summary>Changes one place of a resource so that it stays of R4's shape and may break an invariant.</summary>
internal static class RuleMutation
{
    private static readonly JsonSerializerOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly string[] References = ["Device/1", "Patient/1", "Medication/1", "Organization/1/_history/2", "http://example.org/fhir/Location/1", "#none", "urn:uuid:c757873d-ec9a-4326-a141-556f43239520"];

    public static (string Kind, byte[] Json) Of(byte[] json, Random random)
    {
        var root = JsonNode.Parse(json)!.AsObject();
        var places = new List<JsonObject>();
        Mutation.Objects(root, places);
        var owner = places[random.Next(places.Count)];
        var kind = random.Next(6) switch
        {
            0 => Drop(owner, random),
            1 => Refer(places, random),
            2 => Put(owner, "extension", new[] { """[{"url":"u"}]""", """[{"url":"u","valueCode":"a","extension":[{"url":"v","valueCode":"b"}]}]""", """[{"url":"u","valueRatio":{"numerator":{"value":1}}}]""", """[{"url":"u","valueQuantity":{"value":1,"code":"kg"}}]""", """[{"url":"u","valuePeriod":{"start":"2026-02","end":"2026-01-31"}}]""" }[random.Next(5)]),
            3 => Put(root, "contained", new[] { """[{"resourceType":"Patient","id":"none","gender":"male"}]""", """[{"resourceType":"Device","id":"none","meta":{"versionId":"1"}}]""" }[random.Next(2)]),
            4 => Absent(places, random),
            _ => Turn(places, random),
        };
        return (kind, Encoding.UTF8.GetBytes(root.ToJsonString(Writing)));
    }

    private static string Drop(JsonObject owner, Random random)
    {
        if (owner.Count > 1 && owner.ToList()[random.Next(owner.Count)].Key is var name and not "resourceType")
            owner.Remove(name);
        return "drop";
    }

    private static string Refer(List<JsonObject> places, Random random)
    {
        var references = places.Where(place => place.ContainsKey("reference")).ToList();
        if (references.Count > 0)
            references[random.Next(references.Count)]["reference"] = References[random.Next(References.Length)];
        return "refer";
    }

    private static string Put(JsonObject owner, string name, string value)
    {
        owner[name] = JsonNode.Parse(value);
        return "put " + name;
    }

    private static string Absent(List<JsonObject> places, Random random)
    {
        var valued = places.Where(place => place.Any(child => child.Key.StartsWith("value", StringComparison.Ordinal) && child.Key.Length > 5)).ToList();
        if (valued.Count > 0)
            valued[random.Next(valued.Count)]["dataAbsentReason"] = JsonNode.Parse("""{"text":"x"}""");
        return "absent";
    }

    // What begins ends, what is low is high.
    private static string Turn(List<JsonObject> places, Random random)
    {
        var spans = places.Where(place => (place.ContainsKey("start") && place.ContainsKey("end")) || (place.ContainsKey("low") && place.ContainsKey("high"))).ToList();
        if (spans.Count == 0)
            return "nothing";
        var span = spans[random.Next(spans.Count)];
        var (one, other) = span.ContainsKey("start") ? ("start", "end") : ("low", "high");
        (span[one], span[other]) = (span[other]!.DeepClone(), span[one]!.DeepClone());
        return "turn";
    }
}
