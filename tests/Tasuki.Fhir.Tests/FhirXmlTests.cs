using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tasuki.Fhir.Tests;

/// <summary>XML becomes JSON without losing anything: what JSON cannot say is refused, what is wrong is found at its place in the XML.</summary>
public sealed class FhirXmlTests
{
    private const string Sound = """
        <?xml version="1.0" encoding="UTF-8"?>
        <!-- a comment says nothing -->
        <Observation xmlns="http://hl7.org/fhir" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://hl7.org/fhir observation.xsd">
          <id value="a"/>
          <text>
            <status value="generated"/>
            <div xmlns="http://www.w3.org/1999/xhtml">あ <b>b</b>
              c</div>
          </text>
          <contained>
            <Patient>
              <id value="p"/>
              <name>
                <given value="花"/>
                <given>
                  <extension url="http://e.example/x">
                    <valueBoolean value="true"/>
                  </extension>
                </given>
                <given id="g" value="子"/>
              </name>
              <birthDate value="1970-01">
                <extension url="http://e.example/y"><valueInteger value="-1"/></extension>
              </birthDate>
            </Patient>
          </contained>
          <extension url="http://e.example/z" id="e"><valueString value="&lt;&quot;&#x9;\"/></extension>
          <status value="final"/>
          <code>
            <coding><system value="http://loinc.org"/><code value="29463-7"/></coding>
            <coding><code value="b"/></coding>
          </code>
          <focus><reference value="#p"/></focus>
          <valueQuantity><value value="61.40"/><unit value="kg"/></valueQuantity>
        </Observation>
        """;

    [Fact]
    public void Everything_of_a_sound_resource_comes_over()
    {
        const string Json = """
            {"resourceType":"Observation","id":"a","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">あ <b>b</b>\n      c</div>"},
            "contained":[{"resourceType":"Patient","id":"p","name":[{"given":["花",null,"子"],"_given":[null,{"extension":[{"url":"http://e.example/x","valueBoolean":true}]},{"id":"g"}]}],
            "birthDate":"1970-01","_birthDate":{"extension":[{"url":"http://e.example/y","valueInteger":-1}]}}],
            "extension":[{"url":"http://e.example/z","id":"e","valueString":"<\"\t\\"}],"status":"final",
            "code":{"coding":[{"system":"http://loinc.org","code":"29463-7"},{"code":"b"}]},"focus":[{"reference":"#p"}],"valueQuantity":{"value":61.40,"unit":"kg"}}
            """;
        var json = FhirXml.ToJson(Encoding.UTF8.GetBytes(Sound)).Value.Span;
        Assert.Equal(Plain(Encoding.UTF8.GetBytes(Json)), Plain(json));
        Assert.Empty(ResourceValidator.Check(json));
    }

    [Fact]
    public void What_was_written_as_XML_says_the_same_when_it_is_read()
    {
        var pieces = Corpus.MadeUp(residents: 20, perKind: 2).Concat(Corpus.Published().Where((piece, i) => i % 7 == 0 && piece.Json.Length < 200_000)).ToList();
        var compared = 0;
        foreach (var (name, json) in pieces)
        {
            if (ResourceValidator.Check(json).Count > 0 || FhirXml.FromJson(json) is not { } xml)
                continue;
            var again = FhirXml.ToJson(xml);
            Assert.True(again.IsOk, $"{name}: {again.Error?.Message}");
            Assert.True(JsonNode.DeepEquals(InOrder(JsonNode.Parse(json)), InOrder(JsonNode.Parse(again.Value.Span))), $"{name}\n{Encoding.UTF8.GetString(json)}\n{Encoding.UTF8.GetString(again.Value.Span)}");
            compared++;
        }

        Assert.True(compared > 100, $"{compared}");
    }

    [Theory]
    [InlineData("""<valueString value="a"/><valueString value="b"/>""", "resource.duplicate", 25)]
    [InlineData("""<issued value="2026-01-01T00:00:00Z"/><issued value="2026-01-02T00:00:00Z"/>""", "resource.duplicate", 39)]
    [InlineData("""<valueQuantity><value value="1"/></valueQuantity><valueQuantity><value value="2"/></valueQuantity>""", "resource.duplicate", 50)]
    [InlineData("""<valueQuantity><value value="1"/><value value="2"/></valueQuantity>""", "resource.duplicate", 34)]
    [InlineData("""<category><text value="a"/></category><issued value="2026"/><category><text value="b"/></category>""", "resource.duplicate", 61)]
    [InlineData("""<valueString value=""/>""", "resource.json", 14)]
    [InlineData("""<valueString value="a"/>stray""", "resource.json", 25)]
    [InlineData("""<code>stray<text value="a"/></code>""", "resource.json", 7)]
    [InlineData("""<valueString value="a">stray</valueString>""", "resource.json", 24)]
    [InlineData("<issued value=\"2026\"/>\n \n  stray", "resource.json", 3, 2)]
    [InlineData("""<code><![CDATA[stray]]></code>""", "resource.json", 16)]
    [InlineData("""<valueString xmlns="http://x" value="a"/>""", "resource.json", 1)]
    [InlineData("""<text><status value="generated"/><div>a</div></text>""", "resource.json", 34)]
    [InlineData("""<valueString value="a" other="b"/>""", "resource.json", 24)]
    [InlineData("""<code value="a"/>""", "resource.json", 7)]
    [InlineData("""<code xml:lang="ja"><text value="a"/></code>""", "resource.json", 7)]
    [InlineData("""<extension url=""><valueString value="a"/></extension>""", "resource.json", 12)]
    [InlineData("""<extension><url value="http://x"/><valueString value="a"/></extension>""", "resource.json", 12)]
    [InlineData("""<contained><Patient/><Patient/></contained>""", "resource.json", 22)]
    [InlineData("""<resourceType value="Patient"/>""", "resource.json", 1)]
    public void What_JSON_would_lose_is_refused_at_its_place(string inner, string code, int column, int behind = 0)
    {
        var refused = FhirXml.ToJson(Encoding.UTF8.GetBytes($"<Observation xmlns=\"http://hl7.org/fhir\">\n<status value=\"final\"/>\n{inner}\n</Observation>"));
        Assert.Equal(code, refused.Error?.Code);
        Assert.Contains($"(line {3 + behind}, column {column})", refused.Error!.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("stray", refused.Error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<Observation xmlns=\"http://other\"><status value=\"final\"/></Observation>", "resource.json")]
    [InlineData("<Observation><status value=\"final\"/></Observation>", "resource.json")]
    [InlineData("<f:Observation xmlns:f=\"http://hl7.org/fhir\"><status value=\"final\"/></f:Observation>", "resource.json")]
    [InlineData("<Nothing xmlns=\"http://hl7.org/fhir\"/>", "resource.json")]
    [InlineData("<Observation xmlns=\"http://hl7.org/fhir\"/><a/>", "resource.json")]
    [InlineData("", "resource.json")]
    public void Only_one_resource_of_FHIR_is_taken(string xml, string code) => Assert.Equal(code, FhirXml.ToJson(Encoding.UTF8.GetBytes(xml)).Error?.Code);

    [Fact]
    public void What_is_no_UTF8_is_refused_whatever_it_says_of_itself() =>
        Assert.Equal("resource.text", FhirXml.ToJson(Encoding.Latin1.GetBytes("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><Patient xmlns=\"http://hl7.org/fhir\"><name><text value=\"é\"/></name></Patient>")).Error?.Code);

    [Theory]
    [InlineData("""<foo/>""", "Observation.foo", 3, 3)]
    [InlineData("""<foo value="a"><bar/></foo><foo/>""", "Observation.foo", 3, 3)]
    [InlineData("""<status value="nonsense"/>""", "Observation.status", 3, 17)]
    [InlineData("""<status/>""", "Observation.status", 3, 0)]
    [InlineData("""<valueInteger value="01"/>""", "Observation.valueInteger", 3, 23)]
    [InlineData("""<valueInteger value=" 1"/>""", "Observation.valueInteger", 3, 23)]
    [InlineData("""<valueBoolean value="1"/>""", "Observation.valueBoolean", 3, 23)]
    [InlineData("""<valueString value="花"/><valueBoolean value="true"/>""", "Observation.value", 3, 0)]
    [InlineData("""<category><text value="花"/></category><category><foo/></category>""", "Observation.category[1].foo", 3, 0)]
    [InlineData("<category>\n<coding><code value=\"a\"/></coding>\n<coding>\n   <foo/>\n</coding></category>", "Observation.category[0].coding[1].foo", 6, 4)]
    [InlineData("<category>\n\n</category>", "Observation.category[0]", 3, 0)]
    [InlineData("<issued value=\"2026-01-01T00:00:00Z\">\n<extension url=\"http://x\">\n<foo/></extension></issued>", "Observation.issued.extension[0].foo", 5, 1)]
    public void A_fault_of_the_resource_is_found_where_it_stands_in_the_XML(string inner, string path, int line, int column)
    {
        var json = FhirXml.ToJson(Encoding.UTF8.GetBytes($"<Observation xmlns=\"http://hl7.org/fhir\">\n<code><text value=\"x\"/></code>\n  {inner}\n</Observation>"));
        Assert.True(json.IsOk, json.Error?.Message);
        var issue = ResourceValidator.Check(json.Value.Span).First(one => one.Refuses && one.Path.StartsWith(path, StringComparison.Ordinal));
        Assert.Equal(line, issue.Line);
        if (column > 0)
            Assert.Equal(column, issue.Column);
    }

    private static string Plain(ReadOnlySpan<byte> json) => JsonNode.Parse(json)!.ToJsonString(new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    // XML has the elements in the order of the standard, and blanks within a tag of XHTML are no part of it.
    private static JsonNode? InOrder(JsonNode? node) => node switch
    {
        JsonObject some => new JsonObject(some.OrderBy(one => one.Key, StringComparer.Ordinal).Where(one => one.Key is not "div").Select(one => KeyValuePair.Create(one.Key, InOrder(one.Value)))),
        JsonArray list => new JsonArray([.. list.Select(InOrder)]),
        _ => node?.DeepClone(),
    };
}
