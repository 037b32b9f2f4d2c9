using System.Text;
using Tasuki.Fhir;

namespace Tasuki.Formats.Tests.Fhir;

/// <summary>One test for each rule that mends, and for what is not mended because its meaning is not plain.</summary>
public sealed class ResourceRepairTests
{
    private const string Head = """{"resourceType":"Observation",""";
    private const string Rest = ""","status":"final","code":{"text":"x"}}""";

    public static TheoryData<string, string, string> Mended => new()
    {
        { "repaired.concept", """{"resourceType":"Condition","clinicalStatus":"active","subject":{"display":"s"}}""", """{"resourceType":"Condition","clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}]},"subject":{"display":"s"}}""" },
        { "repaired.concept", Head + "\"method\":\"手動\"" + Rest, Head + "\"method\":{\"text\":\"手動\"}" + Rest },
        { "repaired.reference", Head + "\"subject\":\"Patient/1\"" + Rest, Head + "\"subject\":{\"reference\":\"Patient/1\"}" + Rest },
        { "repaired.underscore", Head + "\"_id\":\"abc\"" + Rest, "{\"resourceType\":\"Observation\"" + Rest },
        { "repaired.list", """{"resourceType":"RelatedPerson","patient":{"display":"p"},"name":[{"given":"William"}]}""", """{"resourceType":"RelatedPerson","patient":{"display":"p"},"name":[{"given":["William"]}]}""" },
        { "repaired.list", Head + "\"performer\":[{\"reference\":\"#a\"}],\"contained\":{\"resourceType\":\"Organization\",\"id\":\"a\",\"name\":\"A\"}" + Rest, Head + "\"performer\":[{\"reference\":\"#a\"}],\"contained\":[{\"resourceType\":\"Organization\",\"id\":\"a\",\"name\":\"A\"}]" + Rest },
        { "repaired.single", Head + "\"subject\":[{\"reference\":\"Patient/1\"}]" + Rest, Head + "\"subject\":{\"reference\":\"Patient/1\"}" + Rest },
        { "repaired.empty", Head + "\"subject\":{\"reference\":\"\",\"display\":\"\"},\"performer\":[{\"reference\":\"\"}]" + Rest, "{\"resourceType\":\"Observation\"" + Rest },
        { "repaired.empty", Head + "\"note\":[],\"method\":{},\"bodySite\":null" + Rest, "{\"resourceType\":\"Observation\"" + Rest },
        { "repaired.time", Head + "\"issued\":1614643200000" + Rest, Head + "\"issued\":\"2021-03-02T00:00:00.000Z\"" + Rest },
        { "repaired.number", Head + "\"valueQuantity\":{\"value\":\"5.60\",\"unit\":\"kg\"}" + Rest, Head + "\"valueQuantity\":{\"value\":5.60,\"unit\":\"kg\"}" + Rest },
        { "repaired.number", Head + "\"valueBoolean\":\"true\"" + Rest, Head + "\"valueBoolean\":true" + Rest },
        { "repaired.text", Head + "\"valueString\":5.60" + Rest, Head + "\"valueString\":\"5.60\"" + Rest },
        { "repaired.date", Head + "\"effectiveDateTime\":\"2021/3/2\"" + Rest, Head + "\"effectiveDateTime\":\"2021-03-02\"" + Rest },
        { "repaired.date", Head + "\"effectiveDateTime\":\"20210302\"" + Rest, Head + "\"effectiveDateTime\":\"2021-03-02\"" + Rest },
        { "repaired.offset", Head + "\"effectiveDateTime\":\"2021-03-02T10:05:00\"" + Rest, Head + "\"effectiveDateTime\":\"2021-03-02T10:05:00+09:00\"" + Rest },
        { "repaired.left-out", Head + "\"issued\":\"2021-03-02\"" + Rest, "{\"resourceType\":\"Observation\"" + Rest },
        { "repaired.blanks", Head + "\"method\":{\"coding\":[{\"code\":\" TAB \"}]}" + Rest, Head + "\"method\":{\"coding\":[{\"code\":\"TAB\"}]}" + Rest },
        { "repaired.letter-case", """{"resourceType":"Observation","status":"Final","code":{"text":"x"}}""", """{"resourceType":"Observation","status":"final","code":{"text":"x"}}""" },
        { "repaired.letter-case", Head + "\"Subject\":{\"reference\":\"Patient/1\"}" + Rest, """{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/1"}}""" },
        { "repaired.unknown", Head + "\"colour\":{\"name\":\"red\"}" + Rest, "{\"resourceType\":\"Observation\"" + Rest },
        { "repaired.section", """{"resourceType":"Composition","status":"final","type":{"text":"t"},"date":"2022-10-20","author":[{"display":"a"}],"title":"t","section":[{"reference":"Condition/1"}]}""", """{"resourceType":"Composition","status":"final","type":{"text":"t"},"date":"2022-10-20","author":[{"display":"a"}],"title":"t","section":[{"entry":[{"reference":"Condition/1"}]}]}""" },
        { "repaired.status", """{"resourceType":"Media","content":{"url":"./a.jpg"}}""", """{"resourceType":"Media","content":{"url":"./a.jpg"},"status":"unknown"}""" },
        { "repaired.narrative", Head + "\"text\":{\"status\":\"generated\"}" + Rest, "{\"resourceType\":\"Observation\"" + Rest },
    };

    [Theory]
    [MemberData(nameof(Mended))]
    public void A_slip_of_plain_meaning_is_mended_into_valid_R4(string rule, string json, string expected)
    {
        var (resource, mended, left) = Mend(json);
        Assert.Equal(expected, Encoding.UTF8.GetString(resource.Json.Span));
        Assert.Empty(left);
        Assert.Contains(mended, one => one.Code == rule);
    }

    [Theory]
    [InlineData("""{"resourceType":"Observation","code":{"text":"x"}}""")]
    [InlineData("""{"resourceType":"Observation","status":"final"}""")]
    [InlineData("""{"resourceType":"Observation","status":"fine","code":{"text":"x"}}""")]
    [InlineData("""{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":5,"comparator":"about"}}""")]
    [InlineData("""{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":"five"}}""")]
    [InlineData("""{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":1e400}}""")]
    [InlineData("""{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":[{"reference":"Patient/1"},{"reference":"Patient/2"}]}""")]
    [InlineData("""{"resourceType":"Observation","status":"final","code":{"text":"x"},"effectiveDateTime":"2021-13-42"}""")]
    [InlineData("""{"resourceType":"Observation","status":"final","code":{"text":"x"},"effectiveDateTime":"last week"}""")]
    [InlineData("""{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueAddress":{"text":"x"}}""")]
    [InlineData("""{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueString":"a","valueInteger":1}""")]
    [InlineData("""{"resourceType":"Observation","status":"final","code":{"text":"x"},"contained":[{"resourceType":"Dog"}]}""")]
    public void What_has_no_plain_meaning_is_refused(string json) => Assert.Contains(Mend(json).Left, issue => issue.Refuses);

    [Theory]
    [InlineData("""{"resourceType":"Observation","status":"final","code":{"text":"x"},"text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"><ul>no item</ul></div>"}}""")]
    [InlineData("""{"resourceType":"RelatedPerson","patient":{"display":"p"},"gender":"m"}""")]
    public void A_slip_that_misleads_nobody_is_only_said(string json)
    {
        var issues = ResourceCheck.Check(Parse(json));
        Assert.NotEmpty(issues);
        Assert.DoesNotContain(issues, issue => issue.Refuses);
    }

    [Fact]
    public void What_is_said_carries_no_value_of_the_resource()
    {
        var issues = ResourceCheck.Check(Parse("""{"resourceType":"Observation","status":"SECRETSTATUS","code":{"text":"x"},"effectiveDateTime":"SECRETDATE","valueInteger":"SECRETNUMBER","subject":"SECRETREF"}"""));
        Assert.Equal(4, issues.Count);
        Assert.All(issues, issue => Assert.DoesNotContain("SECRET", issue.Path + issue.Sentence, StringComparison.Ordinal));
    }

    [Fact]
    public void A_valid_resource_has_no_issues() => Assert.Empty(ResourceCheck.Check(Parse(Head + "\"valueQuantity\":{\"value\":5.60}" + Rest)));

    private static (CanonicalResource Resource, IReadOnlyList<Mended> Mended, IReadOnlyList<ResourceIssue> Left) Mend(string json)
    {
        var resource = Parse(json);
        return ResourceRepair.Mend(resource, ResourceCheck.Check(resource));
    }

    private static CanonicalResource Parse(string json) => CanonicalResource.Parse(Encoding.UTF8.GetBytes(json)).Value;
}
