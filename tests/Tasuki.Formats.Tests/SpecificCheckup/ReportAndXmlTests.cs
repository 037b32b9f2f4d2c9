using System.Text.Json.Nodes;
using System.Xml.Linq;
using Tasuki.Formats.SpecificCheckup;
using Tasuki.Testing;
using Xunit;

namespace Tasuki.Formats.Tests.SpecificCheckup;

/// <summary>The checkup report in FHIR and the ministry's XML say the same, whichever of them came first.</summary>
public class ReportAndXmlTests
{
    [Fact]
    public async Task The_published_FHIR_report_becomes_the_standard_XML_and_comes_back_with_every_item_as_it_was()
    {
        var items = await Reading.OfFile(Samples.Path(Path.Combine("echeckup", "Bundle-Bundle-eCheckupReport-Sample-01.json")));
        var document = Assert.Single(CheckupDocument.From(items), d => d.Resources.Any(r => r.Resource.Type == "Composition"));
        using var stream = new MemoryStream();

        var written = SpecificCheckupWriter.Write(stream, document);

        Assert.True(written.IsOk, written.Error?.ToString());
        // The insurance alone has no place in it that is written: the insured symbol and number are never carried.
        Assert.Equal(items.Of("Coverage").Select(c => c.FullUrl).Order(StringComparer.Ordinal), written.Value.Order(StringComparer.Ordinal), StringComparer.Ordinal);
        var xml = stream.ToArray();
        Assert.Empty(OfficialSchemaTests.Faults(xml));
        // Each quantity has its unit in the file itself, for a reader that does not know the items.
        XNamespace hl7 = "urn:hl7-org:v3", instance = "http://www.w3.org/2001/XMLSchema-instance";
        var quantities = XDocument.Parse(System.Text.Encoding.UTF8.GetString(xml)).Descendants(hl7 + "value").Where(v => (string?)v.Attribute(instance + "type") is "PQ").ToList();
        Assert.NotEmpty(quantities);
        Assert.All(quantities, v => Assert.False(string.IsNullOrEmpty((string?)v.Attribute("unit")), v.ToString()));
        var back = await Fixture.Read(xml, "h.xml");
        Assert.Empty(back.OfType<ReadStopped>());
        var before = items.Of("Observation").Select(r => r.Json()).ToList();
        Assert.Equal(44, before.Count);
        foreach (var one in before)
            Assert.Equal(Facts(one), Facts(back.Observation((string)one["code"]!["coding"]![0]!["code"]!)));
        Assert.Equal(before.Count, back.Of("Observation").Count());
        // From what came back it is written and read for ever: nothing wears off.
        var once = SpecificCheckupWriterTests.Write(back);
        Assert.Equal(once, SpecificCheckupWriterTests.Write(await Fixture.Read(once, "h.xml")));
        var (first, second) = (Assert.Single(items.OfType<ReadPerson>()), Assert.Single(back.OfType<ReadPerson>()));
        Assert.Equal((first.BirthDate, first.Gender), (second.BirthDate, second.Gender));
    }

    // Code, value with the digits as they stand, unit, method, interpretation and day. Texts beside codes are not compared: in the sample they differ from its own code systems.
    private static string Facts(JsonNode observation)
    {
        static string? Coded(JsonNode? concept) => concept?["coding"]?[0] is { } coding ? $"{coding["system"]}|{coding["code"]}" : null;
        var quantity = observation["valueQuantity"];
        return string.Join('\n',
        [
            Coded(observation["code"]), Coded(observation["category"]?[0]), Coded(observation["method"]), Coded(observation["valueCodeableConcept"]), (string?)observation["valueString"],
            Coded(observation["interpretation"]?[0]), $"{quantity?["value"]?.ToJsonString()} {quantity?["system"]} {quantity?["code"]}", (string?)observation["effectiveDateTime"],
            .. (observation["component"]?.AsArray() ?? []).Select(component => Facts(component!)),
        ]);
    }
}
