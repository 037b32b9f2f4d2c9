using System.Text;
using Tasuki.Fhir.Searching;

namespace Tasuki.Fhir.Tests.Searching;

/// <summary>Single values against single questions, without a store.</summary>
public sealed class SearchValueTests
{
    [Theory]
    [InlineData("Patient", "gender", "http://hl7.org/fhir/administrative-gender", "female", """ "gender":"female" """, true)]
    [InlineData("Patient", "gender", "http://hl7.org/fhir/administrative-gender", "male", """ "gender":"female" """, false)]
    [InlineData("Patient", "gender", "http://hl7.org/fhir/address-use", "female", """ "gender":"female" """, false)]
    [InlineData("Patient", "gender", "http://hl7.org/fhir/administrative-gender", null, """ "gender":"female" """, true)]
    [InlineData("Patient", "address-use", "http://hl7.org/fhir/address-use", "home", """ "address":[{"use":"home"}] """, true)]
    [InlineData("MedicationRequest", "status", "http://hl7.org/fhir/CodeSystem/medicationrequest-status", "active", """ "status":"active" """, true)]
    [InlineData("Encounter", "status", "http://hl7.org/fhir/encounter-status", "finished", """ "status":"finished" """, true)]
    [InlineData("DocumentReference", "contenttype", "urn:ietf:bcp:13", "text/plain", """ "content":[{"attachment":{"contentType":"text/plain"}}] """, true)]
    [InlineData("DocumentReference", "language", "urn:ietf:bcp:47", "ja", """ "content":[{"attachment":{"language":"ja"}}] """, true)]
    [InlineData("Patient", "identifier", "http://hl7.org/fhir/administrative-gender", "female", """ "identifier":[{"value":"female"}] """, false)]
    public void A_code_is_of_the_system_its_element_is_bound_to(string type, string parameter, string? system, string? code, string body, bool finds) =>
        Assert.Equal(finds, Finds(type, parameter, new TokenTest(system, code), body));

    [Theory]
    [InlineData("高橋", "髙橋", true)]
    [InlineData("髙橋", "高橋", true)]
    [InlineData("渡辺", "渡邊", true)]
    [InlineData("渡邉", "渡辺", true)]
    [InlineData("斉藤", "齋藤", true)]
    [InlineData("吉田", "𠮷田", true)]
    [InlineData("𠮷田", "吉田", true)]
    [InlineData("山崎", "山﨑", true)]
    [InlineData("高橋", "橋本", false)]
    [InlineData("渡部", "渡邊", false)]
    public void A_name_is_found_in_every_shape_of_its_kanji(string asked, string held, bool finds)
    {
        foreach (var match in new[] { StringMatch.Begins, StringMatch.Contains })
        {
            Assert.Equal(finds, Finds("Patient", "name", new StringTest(match, asked), $$""" "name":[{"text":"{{held}} 花子"}] """));
            Assert.Equal(finds, Finds("Patient", "family", new StringTest(match, asked), $$""" "name":[{"family":"{{held}}","given":["花子"]}] """));
            Assert.Equal(finds, Finds("Patient", "name", new StringTest(match, asked + "花子"), $$""" "name":[{"family":"{{held}}","given":["花子"]}] """));
        }

        // Letter for letter is letter for letter.
        Assert.False(Finds("Patient", "family", new StringTest(StringMatch.Exact, asked), $$""" "name":[{"family":"{{held}}"}] """));
    }

    [Theory]
    [InlineData("Observation/x/_history/3", "Observation/x", true)]
    [InlineData("Observation/x/_history/3", "Observation/x/_history/3", true)]
    [InlineData("Observation/x/_history/3", "Observation/x/_history/4", false)]
    [InlineData("Observation/x/_history/3", "x", true)]
    [InlineData("Observation/x/_history/3", "3", false)]
    [InlineData("Observation/x", "Observation/x/_history/3", false)]
    [InlineData("./Observation/x", "Observation/x", true)]
    [InlineData("https://other.example/fhir/Observation/x/_history/3", "https://other.example/fhir/Observation/x", true)]
    [InlineData("Observation/xy", "Observation/x", false)]
    public void A_reference_to_a_version_is_one_to_the_record(string held, string asked, bool finds) =>
        Assert.Equal(finds, Finds("Observation", "has-member", new ReferenceTest(asked), $$""" "hasMember":[{"reference":"{{held}}"}] """));

    [Fact]
    public void What_a_store_keeps_of_a_record_holds_the_reference_without_its_version()
    {
        var facts = RecordFacts.Of(CanonicalResource.Parse("""{"resourceType":"Observation","hasMember":[{"reference":"Observation/x/_history/3"},{"reference":"Observation/y"}]}"""u8.ToArray()).Value);
        Assert.Equal(["Observation/x", "Observation/x/_history/3", "Observation/y"], facts.References.Order(StringComparer.Ordinal), StringComparer.Ordinal);
    }

    private static bool Finds(string type, string parameter, SearchTest test, string body)
    {
        var known = SearchParameters.Find(type, parameter).Value;
        return known.Any(CanonicalResource.Parse(Encoding.UTF8.GetBytes($$"""{"resourceType":"{{type}}",{{body}}}""")).Value.Json.Span, known.Compile(test).Value);
    }
}
