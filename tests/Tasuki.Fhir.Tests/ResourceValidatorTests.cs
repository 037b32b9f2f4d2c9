using System.Text;

namespace Tasuki.Fhir.Tests;

public sealed class ResourceValidatorTests
{
    private const string Head = """{"resourceType":"Observation","status":"final","code":{"text":"x"}""";

    [Theory]
    [InlineData(Head + ""","component":[{"code":{"text":"a"}},{"code":{"text":"b"},"valueQuantity":{"value":"1"}}]}""", "Observation.component[1].valueQuantity.value", "kind")]
    [InlineData(Head + ""","colour":1}""", "Observation.colour", "unknown")]
    [InlineData(Head + ""","見本 花子":1}""", "Observation.?????", "unknown")]
    [InlineData(Head + ""","subject":[{"display":"x"}]}""", "Observation.subject", "list")]
    [InlineData(Head + ""","note":{"text":"x"}}""", "Observation.note", "list")]
    [InlineData(Head + ""","valueString":"a","valueInteger":1}""", "Observation.valueInteger", "choice")]
    [InlineData(Head + ""","_valueString":{"id":"a"},"valueInteger":1}""", "Observation.valueInteger", "choice")]
    [InlineData(Head + ""","valueAddress":{"text":"x"}}""", "Observation.valueAddress", "type")]
    [InlineData(Head + ""","component":[{"valueString":"a"}]}""", "Observation.component[0].code", "missing")]
    [InlineData(Head + ""","component":[]}""", "Observation.component", "empty")]
    [InlineData(Head + ""","subject":{}}""", "Observation.subject", "empty")]
    [InlineData(Head + ""","subject":null}""", "Observation.subject", "empty")]
    [InlineData(Head + ""","subject":{"display":"a"},"subject":{"display":"a"}}""", "Observation.subject", "twice")]
    [InlineData(Head + ""","_subject":{"id":"a"}}""", "Observation.subject", "underscore")]
    [InlineData(Head + ""","contained":[{"resourceType":"Dog"}]}""", "Observation.contained[0]", "resource")]
    [InlineData(Head + ""","contained":[{"resourceType":"Patient","name":[{"given":["a",null]}]}]}""", "Observation.contained[0].name[0].given", "empty")]
    [InlineData("""{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Patient","gender":"x"}}]}""", "Bundle.entry[0].resource.gender", "code")]
    [InlineData("""{"resourceType":"Parameters","parameter":[{"name":"a","part":[{"name":"b","valueDate":"2024-02-30"}]}]}""", "Parameters.parameter[0].part[0].valueDate", "format")]
    [InlineData("""{"code":{"text":"x"}}""", "Resource", "resource")]
    [InlineData("""{"resourceType":"Patient"}""", "Patient", "empty")]
    [InlineData("""[1]""", "", "resource")]
    [InlineData("""{"resourceType":"Basic","code":{"text":"x"}""", "Basic", "json")]
    [InlineData("""{"resourceType":"Basic","code":{"text":"x"}} 1""", "Basic", "json")]
    [InlineData("", "", "json")]
    public void A_fault_is_told_with_its_path_and_code(string json, string path, string code)
    {
        var issues = Check(json);
        Assert.Contains(issues, issue => issue.Path == path && issue.Code == code);
    }

    [Theory]
    [InlineData(Head + ""","effectiveDateTime":"2024-02-29T23:59:59.5+14:00","issued":"2024-01-01T00:00:00Z","valueInteger":-5}""")]
    [InlineData(Head + ""","_valueString":{"extension":[{"url":"http://example.org/a","valueCode":"unknown"}]}}""")]
    [InlineData("""{"code":{"text":"x"},"_status":{"extension":[{"url":"u","valueCode":"unknown"}]},"resourceType":"Observation"}""")]
    [InlineData("""{"resourceType":"Patient","name":[{"given":[null,"a"],"_given":[{"id":"1","extension":[{"url":"u","valueCode":"unknown"}]},null]}],"managingOrganization":{"reference":"#o"},"contained":[{"resourceType":"Organization","id":"o","name":"\u65e5\u672c"}]}""")]
    [InlineData("""{"resourceType":"Questionnaire","status":"draft","item":[{"linkId":"1","type":"group","item":[{"linkId":"2","type":"string"}]}]}""")]
    [InlineData("""{"resourceType":"Basic","code":{"text":"x"},"text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>a &amp; b<br/></p><ul><li>c</li></ul></div>"}}""")]
    public void What_R4_allows_has_no_issue_and_all_of_it_shares_one_list(string json)
    {
        Assert.Empty(Check(json));
        Assert.Same(Check(json), Check(Head + "}"));
    }

    [Fact]
    public void Line_and_column_are_those_of_the_bytes()
    {
        var issue = Assert.Single(Check("{\"resourceType\":\"Basic\",\n \"code\":{\"text\":\"日本\"},\n \"language\":\"日本\", \"created\":\"x\"}"));
        Assert.Equal(("Basic.created", 3, 33), (issue.Path, issue.Line, issue.Column));
    }

    [Theory]
    [InlineData("{\"resourceType\":\"Basic\",\n \"code\":{\"text\":\"日\"},\n \"created\":x}", 3, 12)]
    [InlineData("{\"resourceType\":\"Basic\",", 1, 24)]
    [InlineData("{\n\"code\":{\"text\":1,},\"resourceType\":\"Basic\"}", 2, 18)]
    [InlineData("", 1, 1)]
    public void Text_that_is_no_JSON_is_told_where_it_ceases_to_be_some(string json, int line, int column)
    {
        var issue = Assert.Single(Check(json), one => one.Code is "json");
        Assert.Equal((line, column), (issue.Line, issue.Column));
    }

    [Fact]
    public void Nesting_that_is_too_deep_and_text_that_is_none_are_told_not_thrown()
    {
        Assert.Contains(Check("{\"resourceType\":\"Basic\",\"code\":" + new string('[', 100)), issue => issue.Code == "depth");
        Assert.Equal("text", Assert.Single(ResourceValidator.Check([0xFF, 0xFE])).Code);
        Assert.Equal("text", Assert.Single(Check("{\"resourceType\":\"Basic\",\"code\":{\"text\":\"\\ud800\"}}")).Code);
    }

    [Fact]
    public void Damaged_bytes_never_throw()
    {
        var random = new Random(20261123);
        var original = Encoding.UTF8.GetBytes(Head + ""","_valueString":{"id":"a"},"component":[{"code":{"coding":[{"system":"s","code":"c"}]},"valueQuantity":{"value":1.50}}],"contained":[{"resourceType":"Patient","name":[{"given":[null,"a"],"_given":[{"id":"1"},null]}]}]}""");
        for (var i = 0; i < 50_000; i++)
        {
            var damaged = original.ToArray();
            for (var hits = random.Next(1, 4); hits > 0; hits--)
                damaged[random.Next(damaged.Length)] = (byte)(random.Next(3) == 0 ? random.Next(256) : "{}[]\",:\\_0n"[random.Next(11)]);
            ResourceValidator.Check(damaged.AsSpan(0, random.Next(damaged.Length + 1)));
            ResourceValidator.Check(damaged);
        }
    }

    private static IReadOnlyList<ResourceIssue> Check(string json) => ResourceValidator.Check(Encoding.UTF8.GetBytes(json));
}
