using Tasuki.Fhir.Profiles;
using static Tasuki.Fhir.Tests.Profiles.TestPackage;

namespace Tasuki.Fhir.Tests.Profiles;

public sealed class BindingTests
{
    private const string System = """
        {"resourceType":"CodeSystem","url":"http://example.org/fhir/cs","content":"complete","caseSensitive":true,"concept":[
          {"code":"animal","concept":[{"code":"dog","concept":[{"code":"poodle"}]},{"code":"cat","property":[{"code":"sound","valueCode":"meow"}]}]},{"code":"plant"}]}
        """;

    // Yes: in the set; no: an error; unknown: said.
    [Theory]
    [InlineData("""{"include":[{"system":"http://example.org/fhir/cs"}]}""", "dog", "yes")]
    [InlineData("""{"include":[{"system":"http://example.org/fhir/cs"}]}""", "Dog", "no")]
    [InlineData("""{"include":[{"system":"http://example.org/fhir/cs","concept":[{"code":"dog"}]}]}""", "cat", "no")]
    [InlineData("""{"include":[{"system":"http://example.org/fhir/cs","filter":[{"property":"concept","op":"is-a","value":"dog"}]}]}""", "dog", "yes")]
    [InlineData("""{"include":[{"system":"http://example.org/fhir/cs","filter":[{"property":"concept","op":"is-a","value":"animal"}]}]}""", "poodle", "yes")]
    [InlineData("""{"include":[{"system":"http://example.org/fhir/cs","filter":[{"property":"concept","op":"is-a","value":"animal"}]}]}""", "plant", "no")]
    [InlineData("""{"include":[{"system":"http://example.org/fhir/cs","filter":[{"property":"concept","op":"descendent-of","value":"dog"}]}]}""", "dog", "no")]
    [InlineData("""{"include":[{"system":"http://example.org/fhir/cs","filter":[{"property":"concept","op":"descendent-of","value":"dog"}]}]}""", "poodle", "yes")]
    [InlineData("""{"include":[{"system":"http://example.org/fhir/cs","filter":[{"property":"concept","op":"is-not-a","value":"dog"}]}]}""", "poodle", "no")]
    [InlineData("""{"include":[{"system":"http://example.org/fhir/cs","filter":[{"property":"sound","op":"=","value":"meow"}]}]}""", "cat", "yes")]
    [InlineData("""{"include":[{"system":"http://example.org/fhir/cs","filter":[{"property":"sound","op":"=","value":"meow"}]}]}""", "dog", "no")]
    [InlineData("""{"include":[{"system":"http://example.org/fhir/cs","filter":[{"property":"code","op":"regex","value":"p.*"}]}]}""", "plant", "yes")]
    [InlineData("""{"include":[{"system":"http://example.org/fhir/cs","filter":[{"property":"code","op":"regex","value":"p"}]}]}""", "plant", "no")]
    [InlineData("""{"include":[{"system":"http://example.org/fhir/cs","filter":[{"property":"concept","op":"of-another-world","value":"p"}]}]}""", "plant", "unknown")]
    [InlineData("""{"include":[{"system":"http://example.org/fhir/cs"}],"exclude":[{"system":"http://example.org/fhir/cs","concept":[{"code":"dog"}]}]}""", "dog", "no")]
    [InlineData("""{"include":[{"valueSet":["http://example.org/fhir/inner"]}]}""", "dog", "yes")]
    [InlineData("""{"include":[{"valueSet":["http://example.org/fhir/inner"]}]}""", "cat", "no")]
    [InlineData("""{"include":[{"valueSet":["http://example.org/fhir/inner"]}],"exclude":[{"valueSet":["http://example.org/fhir/gone"]}]}""", "dog", "unknown")]
    [InlineData("""{"include":[{"system":"http://example.org/fhir/other"}]}""", "dog", "no")]
    [InlineData("""{"include":[{"system":"http://example.org/fhir/cs","valueSet":["http://example.org/fhir/gone"]}]}""", "dog", "unknown")]
    public void A_code_is_held_against_the_value_set(string compose, string code, string expected)
    {
        var findings = Bound($$$"""{"resourceType":"ValueSet","url":"http://example.org/fhir/vs","compose":{{{compose}}}}""", "required")
            .Check(Observation($$$"""{"code":{"coding":[{"system":"http://example.org/fhir/cs","code":"{{{code}}}"}]}}"""), "p");
        Assert.Equal(expected is "no" ? ["binding Observation.code"] : [], Said(findings, FindingSeverity.Error));
        Assert.Equal(expected is "unknown" ? ["binding Observation.code"] : [], Said(findings, FindingSeverity.Information));
    }

    [Fact]
    public void An_expansion_counts_where_there_is_no_definition()
    {
        var packages = Bound("""{"resourceType":"ValueSet","url":"http://example.org/fhir/vs","expansion":{"contains":[{"system":"http://example.org/fhir/cs","code":"x","contains":[{"system":"http://example.org/fhir/cs","code":"y"}]}]}}""", "required");
        Assert.Empty(packages.Errors(Coded("y"), "p"));
        Assert.Equal(["binding Observation.code"], packages.Errors(Coded("z"), "p"));
    }

    [Fact]
    public void The_strength_decides_between_error_warning_and_nothing()
    {
        const string Set = """{"resourceType":"ValueSet","url":"http://example.org/fhir/vs","compose":{"include":[{"system":"http://example.org/fhir/cs"}]}}""";
        Assert.Equal(["binding Observation.code"], Said(Bound(Set, "required").Check(Coded("x"), "p"), FindingSeverity.Error));
        Assert.Equal(["binding Observation.code"], Said(Bound(Set, "extensible").Check(Coded("x"), "p"), FindingSeverity.Warning));
        Assert.Empty(Said(Bound(Set, "preferred").Check(Coded("x"), "p"), FindingSeverity.Warning));
    }

    [Fact]
    public void One_coding_of_several_is_enough_and_text_alone_is_not()
    {
        var packages = Bound("""{"resourceType":"ValueSet","url":"http://example.org/fhir/vs","compose":{"include":[{"system":"http://example.org/fhir/cs"}]}}""", "required");
        Assert.Empty(packages.Errors(Observation("""{"code":{"coding":[{"system":"http://loinc.org","code":"a"},{"system":"http://example.org/fhir/cs","code":"dog"}]}}"""), "p"));
        Assert.Equal(["binding Observation.code"], packages.Errors(Observation("""{"code":{"text":"dog"}}"""), "p"));
        Assert.Equal(["binding Observation.code"], packages.Errors(Observation("""{"code":{"coding":[{"code":"dog"}]}}"""), "p"));
    }

    [Fact]
    public void A_value_set_that_is_not_at_hand_is_said_once()
    {
        var packages = With(Profile("p", "Observation", """{"id":"Observation.interpretation","path":"Observation.interpretation","binding":{"strength":"required","valueSet":"http://example.org/fhir/gone"}}"""));
        var findings = packages.Check(Observation("""{"interpretation":[{"coding":[{"system":"a:b","code":"a"}]},{"coding":[{"system":"a:b","code":"b"}]}]}"""), "p");
        Assert.Equal(["binding Observation.interpretation[0]"], Said(findings, FindingSeverity.Information));
        Assert.Empty(Said(findings, FindingSeverity.Error));
    }

    [Fact]
    public void A_required_code_of_the_standard_is_checked_in_codes_and_concepts()
    {
        var packages = With(Profile("p", "Observation", ""));
        Assert.Equal(["binding Observation.status"], packages.Errors(Observation("""{"status":"done"}"""), "p"));
        Assert.Equal(["binding AllergyIntolerance.clinicalStatus"],
            packages.Errors("""{"resourceType":"AllergyIntolerance","clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical","code":"gone"}]},"patient":{"reference":"Patient/a"}}"""));
    }

    private static string Coded(string code) => Observation($$$"""{"code":{"coding":[{"system":"http://example.org/fhir/cs","code":"{{{code}}}"}]}}""");

    private static ProfileValidator Bound(string set, string strength) => With(System, set,
        """{"resourceType":"ValueSet","url":"http://example.org/fhir/inner","compose":{"include":[{"system":"http://example.org/fhir/cs","concept":[{"code":"dog"}]}]}}""",
        Profile("p", "Observation", $$$"""{"id":"Observation.code","path":"Observation.code","binding":{"strength":"{{{strength}}}","valueSet":"http://example.org/fhir/vs"}}"""));
}
