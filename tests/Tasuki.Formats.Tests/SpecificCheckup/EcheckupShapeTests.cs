using System.Text;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using Tasuki.Testing;
using Xunit;

namespace Tasuki.Formats.Tests.SpecificCheckup;

public class EcheckupShapeTests
{
    private static readonly XNamespace V3 = "urn:hl7-org:v3";
    private static readonly XNamespace Xsi = "http://www.w3.org/2001/XMLSchema-instance";

    [Fact]
    public async Task An_item_has_the_same_code_category_value_and_method_as_in_the_published_sample()
    {
        var path = Samples.Path(Path.Combine("echeckup", "Bundle-Bundle-eCheckupReport-Sample-01.json"));
        var bundle = JsonNode.Parse(await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken))!;
        var expected = bundle["entry"]!.AsArray().Select(entry => entry!["resource"]!.AsObject()).Where(each => (string?)each["resourceType"] == "Observation").ToList();
        Assert.Equal(44, expected.Count);

        var document = new XElement(V3 + "ClinicalDocument",
            new XElement(V3 + "documentationOf", new XElement(V3 + "serviceEvent", new XElement(V3 + "code", new XAttribute("code", "010")), new XElement(V3 + "effectiveTime", new XAttribute("value", "20200404")))),
            new XElement(V3 + "component", new XElement(V3 + "structuredBody", new XElement(V3 + "component", new XElement(V3 + "section",
                new XElement(V3 + "code", new XAttribute("code", "01010")), expected.Select(each => new XElement(V3 + "entry", Cda(each))))))));
        var items = await Fixture.Read(Encoding.UTF8.GetBytes(document.ToString()), "h.xml");

        foreach (var sample in expected)
        {
            var ours = items.Observation((string)sample["code"]!["coding"]![0]!["code"]!);
            Assert.Equal(Facts(sample), Facts(ours));
        }
    }

    private static XElement Cda(JsonObject sample)
    {
        var observation = new XElement(V3 + "observation", new XElement(V3 + "code", new XAttribute("code", (string)sample["code"]!["coding"]![0]!["code"]!)), Value(sample));
        if (sample["method"] is { } method)
            observation.Add(new XElement(V3 + "methodCode", new XAttribute("code", (string)method["coding"]![0]!["code"]!)));
        foreach (var component in sample["component"]?.AsArray() ?? [])
            observation.Add(new XElement(V3 + "entryRelationship", new XAttribute("typeCode", "COMP"), Cda(component!.AsObject())));
        return observation;
    }

    private static XElement? Value(JsonObject sample)
    {
        if (sample["valueQuantity"] is { } quantity)
            return new XElement(V3 + "value", new XAttribute(Xsi + "type", "PQ"), new XAttribute("value", quantity["value"]!.ToJsonString()), new XAttribute("unit", (string)quantity["code"]!));
        if (sample["valueCodeableConcept"]?["coding"]![0] is { } coding)
            return new XElement(V3 + "value", new XAttribute(Xsi + "type", "CD"), new XAttribute("code", (string)coding["code"]!), new XAttribute("codeSystem", ((string)coding["system"]!)["urn:oid:".Length..]));
        return new XElement(V3 + "value", new XAttribute(Xsi + "type", "ST"), (string?)sample["valueString"]);
    }

    // The texts beside codes differ from the code systems in the sample itself; they are not compared.
    private static string Facts(JsonNode observation)
    {
        string? Coded(JsonNode? concept) => concept is null ? null : $"{concept["coding"]![0]!["system"]}|{concept["coding"]![0]!["code"]}";
        var quantity = observation["valueQuantity"];
        return string.Join('\n',
        [
            Coded(observation["code"]), Coded(observation["category"]?[0]), Coded(observation["method"]), Coded(observation["valueCodeableConcept"]), (string?)observation["valueString"],
            $"{quantity?["value"]?.ToJsonString()} {quantity?["system"]} {quantity?["code"]}", (string?)observation["effectiveDateTime"],
            .. (observation["component"]?.AsArray() ?? []).Select(component => Facts(component!)),
        ]);
    }
}
