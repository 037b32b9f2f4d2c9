using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Tasuki.Testing.Marks;

namespace Tasuki.Server.Tests.Marks;

/// <summary>
/// Resources with every element of the standard filled in and a mark wherever a text may stand. Choices take another of their types in each variant, those that bear text first; a type inside
/// itself (an identifier's assigner has an identifier) is left out.
/// </summary>
internal sealed class MarkedResources(MarkSet marks)
{
    public static readonly string[] Kinds =
    [
        "Observation", "Condition", "AllergyIntolerance", "MedicationRequest", "MedicationStatement", "Immunization", "DocumentReference", "Procedure", "Encounter",
        "QuestionnaireResponse", "Questionnaire", "Patient", "RelatedPerson", "Practitioner", "Organization", "DiagnosticReport", "FamilyMemberHistory", "Coverage",
    ];

    /// <summary>How many of each: of a choice, the first takes the plainest text and the next what bears text in another way.</summary>
    public const int Variants = 2;

    private static readonly string[] Texts = ["string", "markdown", "uri", "url", "canonical"];
    private static readonly string[] WithoutText = ["date", "dateTime", "instant", "time", "boolean", "integer", "unsignedInt", "positiveInt", "decimal", "Period"];


    public JsonObject Resource(string type, int variant)
    {
        var resource = new JsonObject { ["resourceType"] = type };
        Fill(resource, type, $"{type}/{variant}", variant, [type]);
        return resource;
    }

    public string Bundle(IEnumerable<JsonObject> resources)
    {
        var entries = new JsonArray();
        foreach (var resource in resources)
            entries.Add(new JsonObject { ["fullUrl"] = $"http://{marks.New("host of fullUrl")}.example/{resource["resourceType"]}/{resource["id"]}", ["resource"] = resource });
        return new JsonObject { ["resourceType"] = "Bundle", ["type"] = "collection", ["id"] = marks.New("Bundle.id"), ["entry"] = entries }.ToJsonString();
    }

    private void Fill(JsonObject into, string type, string path, int variant, string[] inside)
    {
        foreach (var element in R4Elements.Of(type)!)
        {
            // What may stand beside everything stands once, at the top.
            if (inside.Length > 1 && element.Name is "extension" or "modifierExtension")
                continue;
            var choice = element.Name.EndsWith("[x]", StringComparison.Ordinal);
            var chosen = Chosen(element, variant);
            var name = choice ? element.Name[..^3] + char.ToUpperInvariant(chosen[0]) + chosen[1..] : element.Name;
            if (Value($"{path}.{name}", chosen, element.Codes, variant, inside) is { } value)
                into[name] = element.Many ? new JsonArray(value) : value;
        }
    }

    private static string Chosen(R4Element element, int variant)
    {
        var types = element.Types.Where(t => !WithoutText.Contains(t, StringComparer.Ordinal)).OrderBy(t => !Texts.Contains(t, StringComparer.Ordinal)).ToList();
        return types.Count == 0 ? element.Types[0] : types[variant % types.Count];
    }

    private JsonNode? Value(string path, string type, IReadOnlyList<string> codes, int variant, string[] inside) => type switch
    {
        "code" when codes.Count > 0 => codes[0],
        "CodeableConcept" when codes.Count > 0 && codes[0].Split('|') is [var system, var code] => new JsonObject
        {
            ["coding"] = new JsonArray(new JsonObject { ["system"] = system, ["code"] = code, ["display"] = marks.New($"{path}.coding.display") }), ["text"] = marks.New($"{path}.text"),
        },
        "string" or "markdown" or "code" or "id" => marks.New(path),
        "uri" or "url" or "canonical" => $"http://{marks.New(path)}.example/{marks.New(path)}",
        "oid" => $"urn:oid:1.2.{marks.Digits(path)}",
        "uuid" => $"urn:uuid:0af76519-16cd-43dd-8448-{marks.Digits(path)[..12]}",
        "base64Binary" => Convert.ToBase64String(Encoding.UTF8.GetBytes(marks.New(path) + " in an attachment")),
        "xhtml" => $"<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>{marks.New(path)}</p></div>",
        "date" => "2025-04-01",
        "dateTime" or "instant" => "2025-04-01T08:00:00+09:00",
        "time" => "08:00:00",
        "boolean" => true,
        "integer" or "unsignedInt" or "positiveInt" => 1,
        "decimal" => JsonNode.Parse(string.Create(CultureInfo.InvariantCulture, $"{1.5m}")),
        "Resource" => new JsonObject { ["resourceType"] = "Basic", ["id"] = marks.New(path), ["code"] = new JsonObject { ["text"] = marks.New(path) } },
        _ when R4Elements.Of(type) is null || inside.Contains(type, StringComparer.Ordinal) => null,
        _ => Inner(path, type, variant, inside),
    };

    private JsonObject? Inner(string path, string type, int variant, string[] inside)
    {
        var inner = new JsonObject();
        Fill(inner, type, path, variant, [.. inside, type]);
        return inner.Count > 0 ? inner : null;
    }
}
