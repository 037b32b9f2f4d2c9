using System.Text;

namespace Tasuki.Fhir.Tests;

/// <summary>What R4 forbids is refused where it is written by the interface, and told and kept where a person brings it in as a file.</summary>
public sealed class StrictTests
{
    private const string Head = """{"resourceType":"Observation","status":"final","code":{"text":"x"}""";
    private const string Allergy = """{"resourceType":"AllergyIntolerance","patient":{"reference":"Patient/1"}""";
    private const string Condition = """{"resourceType":"Condition","subject":{"reference":"Patient/1"}""";

    [Theory]
    [InlineData(Allergy + ""","clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical","code":"active"}]},"criticality":"foo"}""", "AllergyIntolerance.criticality", "code")]
    [InlineData("""{"resourceType":"MedicationRequest","status":"active","intent":"order","medicationCodeableConcept":{"text":"x"},"subject":{"reference":"Patient/1"},"dosageInstruction":[{"timing":{"repeat":{"when":["LUNCHTIME"]}}}]}""", "MedicationRequest.dosageInstruction[0].timing.repeat.when[0]", "code")]
    [InlineData("""{"resourceType":"RelatedPerson","patient":{"reference":"Patient/1"},"gender":"foo"}""", "RelatedPerson.gender", "code")]
    [InlineData(Head + ""","effectiveDateTime":"2021-01-01T10:00+09:00"}""", "Observation.effectiveDateTime", "format")]
    [InlineData(Head + ""","identifier":[{"system":"urn:a b","value":"1"}]}""", "Observation.identifier[0].system", "format")]
    [InlineData(Head + ""","identifier":[{"system":"","value":"1"}]}""", "Observation.identifier[0].system", "format")]
    [InlineData(Head + ""","extension":[{"url":"http://example.org/a","valueOid":"1.2.3"}]}""", "Observation.extension[0].valueOid", "format")]
    [InlineData(Head + ""","extension":[{"url":"http://example.org/a","valueUuid":"urn:uuid:X"}]}""", "Observation.extension[0].valueUuid", "format")]
    [InlineData(Head + ""","contained":[{"resourceType":"Basic","id":"a b","code":{"text":"x"}}],"derivedFrom":[{"reference":"#a b"}]}""", "Observation.contained[0].id", "format")]
    [InlineData("""{"resourceType":"Patient","name":[{"given":["a","b"],"_given":[{"id":"1"}]}]}""", "Patient.name[0].given", "alignment")]
    [InlineData(Condition + ""","clinicalStatus":{"coding":[{"system":"urn:x","code":"active"}]}}""", "Condition.clinicalStatus", "code")]
    [InlineData(Condition + ""","verificationStatus":{"text":"sure"}}""", "Condition.verificationStatus", "code")]
    [InlineData(Head + ""","subject":{"reference":"Patient/1","type":"Group"}}""", "Observation.subject", "reference")]
    [InlineData(Head + ""","subject":{"reference":"Patient"}}""", "Observation.subject.reference", "reference")]
    public void What_R4_forbids_is_refused_from_the_interface_and_kept_from_a_file(string json, string path, string code)
    {
        var issue = ResourceValidator.Check(Encoding.UTF8.GetBytes(json)).First(one => one.Path == path);
        Assert.Equal((code, true), (issue.Code, issue.Refuses));
        var kept = ResourceCheck.Check(CanonicalResource.Parse(Encoding.UTF8.GetBytes(json)).Value).First(one => one.Path == path);
        Assert.Equal((code, false), (kept.Code, kept.Refuses));
    }

    [Theory]
    [InlineData(Condition + ""","clinicalStatus":{"coding":[{"system":"urn:x","code":"a"},{"code":"active","system":"http://terminology.hl7.org/CodeSystem/condition-clinical"}]}}""")]
    [InlineData(Head + ""","subject":{"reference":"Patient/1","type":"Patient"},"encounter":{"reference":"urn:uuid:c757873d-ec9a-4326-a141-556f43239520","type":"Encounter"}}""")]
    [InlineData(Head + ""","valueInteger":0}""")]
    [InlineData("""{"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"urn:uuid:c757873d-ec9a-4326-a141-556f43239520","resource":{"resourceType":"Patient","id":"1","active":true}},{"fullUrl":"http://example.org/fhir/Patient/2","resource":{"resourceType":"Patient","id":"2","active":true}}]}""")]
    public void What_R4_allows_is_taken(string json) => Assert.Empty(ResourceValidator.Check(Encoding.UTF8.GetBytes(json)));

    [Theory]
    [InlineData(Head + ""","valueInteger":-0}""", "Observation.valueInteger", "kind")]
    [InlineData("""{"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"Patient/1","resource":{"resourceType":"Patient","id":"1","active":true}}]}""", "Bundle.entry[0]", "format")]
    [InlineData("""{"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"http://example.org/Patient/1","resource":{"resourceType":"Patient","id":"2","active":true}}]}""", "Bundle.entry[0]", "full-url")]
    public void What_else_R4_forbids_is_told(string json, string path, string code) =>
        Assert.Contains(ResourceValidator.Check(Encoding.UTF8.GetBytes(json)), issue => issue.Path == path && issue.Code == code && issue.Refuses);

    [Fact]
    public void A_string_may_have_a_million_characters_and_no_more()
    {
        var longest = new string('あ', 1024 * 1024);
        Assert.Empty(ResourceValidator.Check(Encoding.UTF8.GetBytes(Head + $$""","valueString":"{{longest}}"}""")));
        Assert.Equal("format", Assert.Single(ResourceValidator.Check(Encoding.UTF8.GetBytes(Head + $$""","valueString":"{{longest}}a"}"""))).Code);
    }

    [Theory]
    [InlineData("&foo; a", false)]
    [InlineData("&nbsp;a", false)]
    [InlineData("&#xZZ; a", false)]
    [InlineData("&#; a", false)]
    [InlineData("&#0; a", false)]
    [InlineData("&#x1; a", false)]
    [InlineData("&#xD800; a", false)]
    [InlineData("&#x110000; a", false)]
    [InlineData("\\u0001 a", false)]
    [InlineData("\\uffff a", false)]
    [InlineData("<p title=\\\"&bogus;\\\">a</p>", false)]
    [InlineData("<a href=\\\"javascript:alert(1)\\\">a</a>", false)]
    [InlineData("<a href=\\\" java&#x9;Script&#58;alert(1)\\\">a</a>", false)]
    [InlineData("<a><b><a>x</a></b></a>", false)]
    [InlineData("&amp;&lt;&gt;&quot;&apos;&#160;&#xA0;&#x1F600; a", true)]
    [InlineData("<a href=\\\"https://example.org/javascript:a\\\">a</a>", true)]
    public void A_narrative_is_XML_and_holds_nothing_that_runs(string inner, bool isRight)
    {
        var json = Encoding.UTF8.GetBytes(Head + $$$""","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">{{{inner}}}</div>"}}""");
        var issues = ResourceValidator.Check(json);
        Assert.Equal(isRight, issues.Count == 0);
        Assert.True(isRight ? FhirXml.FromJson(json) is not null : issues.Single() is { Code: "narrative", Refuses: true });
    }
}
