using System.Text.Json;
using Tasuki.Fhir;
using Tasuki.Fhir.Searching;
using Tasuki.FhirApi.Capability;

namespace Tasuki.FhirApi.Tests;

/// <summary>What we say of ourselves is what the code does.</summary>
public sealed class GuideTests
{
    private const string Start = "<!-- table -->\n";
    private const string End = "<!-- /table -->";

    /// <summary>With <c>TASUKI_WRITE_GUIDE=1</c> the table is written anew.</summary>
    [Fact]
    public async Task The_guides_table_is_the_one_the_code_gives()
    {
        var path = Path.Combine(Folder(), "docs", "guide", "fhir.md");
        var page = await File.ReadAllTextAsync(path, Clinic.Cancel);
        var (start, end) = (page.IndexOf(Start, StringComparison.Ordinal) + Start.Length, page.IndexOf(End, StringComparison.Ordinal));
        if (Environment.GetEnvironmentVariable("TASUKI_WRITE_GUIDE") is "1")
            await File.WriteAllTextAsync(path, page = page[..start] + SupportTable.Markdown() + page[end..], Clinic.Cancel);
        Assert.Contains(Start + SupportTable.Markdown() + End, page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_capability_statement_is_valid_and_names_what_is_answered()
    {
        var answer = CapabilityStatement.Answer(Clinic.Root, TimeProvider.System);
        Assert.Empty(ResourceValidator.Check(answer.Body.Span));
        var rest = JsonDocument.Parse(answer.Body).RootElement.GetProperty("rest")[0];
        Assert.Equal([.. HeldTypes.All, "Group"], rest.GetProperty("resource").EnumerateArray().Select(one => one.GetProperty("type").GetString()!), StringComparer.Ordinal);
        Assert.Equal(["Group", "Patient"], rest.GetProperty("resource").EnumerateArray().Where(one => one.GetProperty("operation").EnumerateArray().Any(operation => operation.GetProperty("name").GetString() is "export"))
            .Select(one => one.GetProperty("type").GetString()!).Order(StringComparer.Ordinal), StringComparer.Ordinal);
        // A group is named for its one operation and holds nothing.
        foreach (var resource in rest.GetProperty("resource").EnumerateArray().Where(one => one.GetProperty("type").GetString() is not "Group"))
        {
            var type = resource.GetProperty("type").GetString()!;
            var creates = resource.GetProperty("interaction").EnumerateArray().Any(one => one.GetProperty("code").GetString() is "create");
            Assert.Equal(WriteRules.IsOpen(type, RuledAction.Create), creates);
            Assert.Equal(WriteRules.Text(type), resource.GetProperty("documentation").GetString());
            Assert.All(resource.GetProperty("searchParam").EnumerateArray().Select(one => one.GetProperty("name").GetString()!).Where(name => name is not ("_id" or "_lastUpdated")),
                name => Assert.True(SearchParameters.Find(type, name).IsOk));
        }
    }

    [Fact]
    public void The_two_forms_of_a_resource_say_the_same()
    {
        const string Json = """{"resourceType":"Observation","id":"a","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"29463-7"}]},"valueQuantity":{"value":61.40,"unit":"kg"}}""";
        var xml = FhirXml.FromJson(System.Text.Encoding.UTF8.GetBytes(Json))!.Value;
        Assert.Contains("<value value=\"61.40\"", System.Text.Encoding.UTF8.GetString(xml.Span), StringComparison.Ordinal);
        // Blanks within say where in the XML a part stood.
        Assert.Equal(Json, System.Text.Json.Nodes.JsonNode.Parse(FhirXml.ToJson(xml).Value.Span)!.ToJsonString());
        Assert.Equal("resource.json", FhirXml.ToJson("<Observation xmlns=\"http://hl7.org/fhir\"><status>"u8.ToArray()).Error?.Code);
        Assert.Equal("resource.json", FhirXml.ToJson("<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><Observation xmlns=\"http://hl7.org/fhir\">&b;</Observation>"u8.ToArray()).Error?.Code);
        Assert.Equal("resource.json", FhirXml.ToJson("<Nothing/>"u8.ToArray()).Error?.Code);
    }

    private static string Folder()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Tasuki.slnx")))
            folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
